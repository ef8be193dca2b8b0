import CEL

/// What a policy decides about one record, without the reasons.
public struct Decision: Sendable {
  /// What places in a decision mean: the same for all decisions of a prepared record.
  final class Names: Sendable {
    let scores: [String]
    let levels: [[String]]
    let domains: [[String]]
    let alerts: [String]
    /// As ranked.
    let interventions: [String]

    init(_ plan: Plan) {
      scores = plan.scores.map(\.name)
      levels = plan.scores.map { $0.levels.map(\.name) + [ScoreResult.insufficientData] }
      domains = plan.scores.map { $0.domains.map { plan.domains[$0].name } }
      alerts = plan.alerts.map(\.name)
      interventions = plan.ranking.map { plan.interventions[$0].name }
    }
  }

  private let names: Names
  /// Of each score its value, its coverage, its level's place, then its domains; NaN where unknown.
  private var numbers: [Double] = []
  /// A byte for each alert, then for each intervention.
  private var marks: [Mark] = []

  private enum Mark: UInt8 {
    case no, yes, unknown
  }

  init(_ names: Names, _ memory: ColumnMemory, _ columns: ColumnPlan) {
    self.names = names
    numbers.reserveCapacity(columns.scores.reduce(0) { $0 + 3 + $1.domains.count })
    for score in columns.scores {
      numbers.append(memory.numbers(score.value)[0])
      numbers.append(memory.numbers(score.coverage)[0])
      numbers.append(Double(memory.codes(score.levels)[0]))
      for domain in score.domains { numbers.append(memory.numbers(domain)[0]) }
    }
    marks.reserveCapacity(columns.alerts.count + columns.interventions.count)
    for alert in columns.alerts {
      marks.append(
        memory.bit(0, of: alert.isTrue) ? .yes : memory.bit(0, of: alert.isKnown) ? .no : .unknown)
    }
    for plane in columns.interventions { marks.append(memory.bit(0, of: plane) ? .yes : .no) }
  }

  init(_ names: Names, _ results: ResultColumns) {
    self.names = names
    for score in results.scores {
      numbers += [score.score.values[0], score.coverage[0], Double(score.levels[0])]
      numbers += score.domains.map { $0.values[0] }
    }
    for (firing, determined) in zip(results.firing, results.determined) {
      marks.append(firing[0] ? .yes : determined[0] ? .no : .unknown)
    }
    for column in results.recommended { marks.append(column[0] ? .yes : .no) }
  }

  /// The value of a score, 0 to 100; nil where it is unknown, or the policy has no such score.
  public func score(_ name: String) -> Double? {
    place(of: name).flatMap { known(numbers[$0]) }
  }

  /// The share of a score's weight, 0 to 1, whose points are known; nil if there is no such score.
  public func coverage(_ name: String) -> Double? {
    place(of: name).map { numbers[$0 + 1] }
  }

  /// The name of a score's level; nil where it is unknown, or the policy has no such score.
  public func level(_ name: String) -> String? {
    guard let place = place(of: name), let score = names.scores.firstIndex(of: name),
      numbers[place + 2] >= 0
    else { return nil }
    return names.levels[score][Int(numbers[place + 2])]
  }

  /// The value of a domain, 0 to 100; nil where it is unknown, or no score has such a domain.
  public func domain(_ name: String) -> Double? {
    for (score, domains) in zip(names.scores, names.domains) {
      guard let domain = domains.firstIndex(of: name) else { continue }
      return known(numbers[place(of: score)! + 3 + domain])
    }
    return nil
  }

  /// The ids of the alerts that fire, in policy order.
  public var alerts: [String] {
    names.alerts.indices.filter { marks[$0] == .yes }.map { names.alerts[$0] }
  }

  /// The ids of the alerts whose condition is unknown, in policy order.
  public var undetermined: [String] {
    names.alerts.indices.filter { marks[$0] == .unknown }.map { names.alerts[$0] }
  }

  /// The ids of the interventions that are recommended, by priority.
  public var interventions: [String] {
    names.interventions.indices.filter { marks[names.alerts.count + $0] == .yes }
      .map { names.interventions[$0] }
  }

  /// Whether an alert fires; nil where its condition is unknown, or the policy has no such alert.
  public func isFiring(_ alert: String) -> Bool? {
    guard let place = names.alerts.firstIndex(of: alert), marks[place] != .unknown else {
      return nil
    }
    return marks[place] == .yes
  }

  /// Where the numbers of a score begin.
  private func place(of name: String) -> Int? {
    var place = 0
    for (score, domains) in zip(names.scores, names.domains) {
      if score == name { return place }
      place += 3 + domains.count
    }
    return nil
  }

  private func known(_ number: Double) -> Double? { number.isNaN ? nil : number }
}
