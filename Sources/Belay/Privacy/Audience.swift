/// Who may see a result.
public enum Audience: String, CaseIterable, Sendable {
  case own = "self"
  case peerSupport = "peer_support"
  case teamLead = "team_lead"
  case operations
  case executive
  case researcher

  /// Who sees a result of a scope where the policy says nothing.
  static func standard(_ scope: Scope) -> [Audience] {
    scope == .provider ? [.own, .operations] : allCases.filter { $0 != .researcher }
  }
}
