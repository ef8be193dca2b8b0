import CEL
import Tables

/// Who looks at results, and about whom.
public struct View: Hashable, Sendable {
  /// The audience, by name; nil for the steward, whoever runs Belay on the raw data.
  public let audience: String?
  /// The subject whose rows are seen, with those of what it contains and what contains it; nil for
  /// all.
  public let subject: Subject?

  /// One subject of a scope.
  public struct Subject: Hashable, Sendable {
    public let scope: Scope
    public let id: String

    public init(_ scope: Scope, _ id: String) {
      self.scope = scope
      self.id = id
    }
  }

  public init(audience: String?, subject: Subject? = nil) {
    self.audience = audience
    self.subject = subject
  }

  /// Everything but what single people said in confidence, which is for them alone.
  public static let steward = View(audience: nil)

  /// The name of who looks, for outputs.
  public var name: String { audience ?? "steward" }

  /// Whether results of some access are among those seen.
  func sees(_ access: Access) -> Bool {
    guard let audience else { return !access.isIndividual }
    return access.audiences.contains(audience)
  }

  /// The slots of inputs that all have to be true before a row's result is seen.
  func consents(_ access: Access) -> [Int] {
    guard access.isIndividual, let audience, audience != Audience.own.rawValue else { return [] }
    return access.consents[audience] ?? []
  }
}

/// The results of a plan that a view shows.
struct Selection: Sendable {
  /// Places among the plan's lists; interventions as they are ranked.
  let scores: [Int]
  let alerts: [Int]
  let interventions: [Int]
  let shown: [Int]
  /// By slot, the slots of the inputs that have to be true in a row.
  let consents: [Int: [Int]]
  /// Whether every result of the plan is among them.
  let seesAll: Bool

  init(_ plan: Plan, _ view: View) {
    var consents: [Int: [Int]] = [:]
    func seen(_ slots: [Int]) -> [Int] {
      slots.indices.filter { place in
        guard let access = plan.access[slots[place]] else { return true }
        let needed = view.consents(access)
        if !needed.isEmpty { consents[slots[place]] = needed }
        return view.sees(access)
      }
    }
    scores = seen(plan.scores.map(\.slot))
    alerts = seen(plan.alerts.map(\.slot))
    interventions = seen(plan.ranking.map { plan.interventions[$0].slot })
    shown = seen(plan.shown.map(\.slot))
    self.consents = consents
    seesAll =
      scores.count == plan.scores.count && alerts.count == plan.alerts.count
      && interventions.count == plan.ranking.count && shown.count == plan.shown.count
  }
}

extension World {
  /// The rows of a frame, among those given, that are about a subject.
  func rows(_ rows: [Int], of frame: Frame, about subject: View.Subject) -> [Int] {
    let id = ContainerID(subject.id)
    if frame.scope == subject.scope {
      return rows.filter { ContainerID(frame.table.id(at: $0)) == id }
    }
    guard let own = frames[subject.scope] else { return [] }
    let isOwn = (0..<own.rowCount).map { ContainerID(own.table.id(at: $0)) == id }
    if frame.scope < subject.scope {
      guard
        let up = containers[ContainerPath(from: frame.scope, to: subject.scope)]?.rows
      else { return [] }
      return rows.filter { up[$0] >= 0 && isOwn[Int(up[$0])] }
    }
    guard let up = containers[ContainerPath(from: subject.scope, to: frame.scope)]?.rows else {
      return []
    }
    var contains: Set<Int> = []
    for row in 0..<own.rowCount where isOwn[row] && up[row] >= 0 { contains.insert(Int(up[row])) }
    return rows.filter(contains.contains)
  }

  /// Whether a boolean input is true in a row.
  func isTrue(_ slot: Int, _ row: Int, in frame: Frame, _ plan: Plan) -> Bool {
    guard let input = plan.inputs.first(where: { $0.slot == slot }),
      case .boolean(let truths)? = cells(of: input, frame)
    else { return false }
    return truths[row] == true
  }
}
