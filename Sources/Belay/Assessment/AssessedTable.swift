import CEL
public import Tables

/// Which of a table's periods are assessed.
public enum PeriodSelection: Hashable, Sendable {
  /// The latest period of each subject.
  case latest
  /// The latest period of each subject that is not after this one.
  case asOf(Period)
  case all
}

/// What a policy says about the rows of a table: columns of results, in the data's order.
///
/// Scores, levels, alerts and interventions of all rows are there at once. What takes longer to
/// say, drivers and missing names, is worked out for the rows that are asked for.
public struct AssessedTable: Sendable {
  /// A score or domain: a number for each row, NaN where it is unknown.
  public struct Numbers: Sendable {
    public let id: String
    public let label: String
    public internal(set) var values: [Double] = []
  }

  /// A score with what goes with it.
  public struct Score: Sendable {
    public internal(set) var score: Numbers
    /// For each row its level's place in `levelNames`, or -1 where it is unknown.
    public internal(set) var levels: [Int32] = []
    /// The policy's levels from the lowest up, then `insufficient_data`.
    public let levelNames: [String]
    /// For each row the share, 0 to 1, of the weight whose points are known.
    public internal(set) var coverage: [Double] = []
    public internal(set) var domains: [Numbers]

    /// The name of a row's level; nil where it is unknown.
    public func level(at row: Int) -> String? {
      levels[row] < 0 ? nil : levelNames[Int(levels[row])]
    }
  }

  public let scope: Scope
  /// For each result its row in the table that was assessed.
  public let rows: [Int]
  /// The headers of the key columns, as the data have them.
  public let keyColumn: String
  public let periodColumn: String?
  /// In policy order.
  public let alertNames: [String]
  /// Interventions as they are ranked: by ascending priority number, then in policy order.
  public let interventionNames: [String]
  package let results: ResultColumns

  private let world: World
  private let frame: Frame
  private let evaluator: RowEvaluator

  init(
    _ world: World, _ frame: Frame, rows: [Int], _ results: ResultColumns,
    _ evaluator: RowEvaluator
  ) {
    let plan = evaluator.plan
    self.world = world
    self.frame = frame
    self.rows = rows
    self.results = results
    self.evaluator = evaluator
    scope = plan.scope
    keyColumn = plan.schema.key
    periodColumn = plan.schema.time?.column
    alertNames = plan.alerts.map(\.name)
    interventionNames = plan.ranking.map { plan.interventions[$0].name }
  }

  public var scores: [Score] { results.scores }

  /// How many quantities ran into a fault.
  public var faultCount: Int { results.faultCount }

  public var count: Int { rows.count }

  /// The subject's id, as spelled in the data.
  public func subject(at index: Int) -> String { frame.table.id(at: rows[index]) }

  /// The period, as spelled in the data; nil where the policy has no time.
  public func period(at index: Int) -> String? { frame.table.periodText(at: rows[index]) }

  /// Places in `alertNames` of the alerts that fire, in policy order.
  public func firingAlerts(at index: Int) -> [Int] {
    results.firing.indices.filter { results.firing[$0][index] }
  }

  /// Places in `alertNames` of the alerts whose condition is unknown, in policy order.
  public func undeterminedAlerts(at index: Int) -> [Int] {
    results.determined.indices.filter { !results.determined[$0][index] }
  }

  /// Places in `interventionNames` of those recommended, as ranked.
  public func recommendedInterventions(at index: Int) -> [Int] {
    results.recommended.indices.filter { results.recommended[$0][index] }
  }

  /// Everything there is to say about one row.
  public func assessment(at index: Int) -> Assessment {
    AssessmentBuilder(plan: evaluator.plan, row: state(at: rows[index]))
      .assessment(subject: subject(at: index), period: period(at: index))
  }

  private func state(at row: Int) -> RowState {
    world.state(of: row, in: frame, evaluator)
  }
}
