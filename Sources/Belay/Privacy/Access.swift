/// Who may see a result.
struct Access: Sendable, Hashable {
  /// By name, in policy order.
  var audiences: [String]
  /// Whether it is made of what single people said in confidence: then the person alone sees it, and
  /// those of the audiences to whom the person consents.
  var isIndividual: Bool
  /// For each audience that needs consent, the slots of the inputs that give it.
  var consents: [String: [Int]]
}
