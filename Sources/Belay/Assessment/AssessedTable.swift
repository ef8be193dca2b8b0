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
  public internal(set) var scores: [Score]
  /// In policy order.
  public let alertNames: [String]
  /// Interventions as they are ranked: by ascending priority number, then in policy order.
  public let interventionNames: [String]
  /// How many quantities ran into a fault.
  public internal(set) var faultCount = 0
  /// For each row the alerts that fire, as places in `alertNames`.
  private var firing: Marks
  private var undetermined: Marks
  private var recommended: Marks

  private let table: Table
  private let evaluator: RowEvaluator

  init(_ table: Table, rows: [Int], evaluator: RowEvaluator) {
    let plan = evaluator.plan
    self.table = table
    self.rows = rows
    self.evaluator = evaluator
    scope = plan.scope
    keyColumn = plan.schema.key
    periodColumn = plan.schema.time?.column
    scores = plan.scores.map { score in
      Score(
        score: Numbers(id: score.name, label: score.label),
        levelNames: score.levels.map(\.name) + [ScoreResult.insufficientData],
        domains: score.domains.map {
          Numbers(id: plan.domains[$0].name, label: plan.domains[$0].label)
        })
    }
    alertNames = plan.alerts.map(\.name)
    interventionNames = plan.ranking.map { plan.interventions[$0].name }
    firing = Marks(columns: alertNames.count)
    undetermined = Marks(columns: alertNames.count)
    recommended = Marks(columns: interventionNames.count)
    for row in rows { append(state(at: row)) }
  }

  public var count: Int { rows.count }

  /// The subject's id, as spelled in the data.
  public func subject(at index: Int) -> String { table.id(at: rows[index]) }

  /// The period, as spelled in the data; nil where the policy has no time.
  public func period(at index: Int) -> String? { table.periodText(at: rows[index]) }

  /// Places in `alertNames` of the alerts that fire, in policy order.
  public func firingAlerts(at index: Int) -> [Int] { firing[index] }

  /// Places in `alertNames` of the alerts whose condition is unknown, in policy order.
  public func undeterminedAlerts(at index: Int) -> [Int] { undetermined[index] }

  /// Places in `interventionNames` of those recommended, as ranked.
  public func recommendedInterventions(at index: Int) -> [Int] { recommended[index] }

  /// Everything there is to say about one row.
  public func assessment(at index: Int) -> Assessment {
    AssessmentBuilder(plan: evaluator.plan, row: state(at: rows[index]))
      .assessment(subject: subject(at: index), period: period(at: index))
  }

  private func state(at row: Int) -> RowState {
    var state = evaluator.start(
      period: table.periods.map { .value($0[row].firstDay.value) }
        ?? .unknown(.init("period", .absent))
    ) { $0.load(from: table, row: row) }
    evaluator.run(&state)
    return state
  }

  private mutating func append(_ state: RowState) {
    let plan = evaluator.plan
    for (i, score) in plan.scores.enumerated() {
      let result = state.scores[i]
      scores[i].score.values.append(result.value ?? .nan)
      scores[i].coverage.append(result.blend.coverage)
      var level: Int?
      if case .value(.string(let name)) = state.slots[score.levelSlot] {
        level = scores[i].levelNames.firstIndex(of: name)
      }
      scores[i].levels.append(level.map { Int32($0) } ?? -1)
      for (j, domain) in score.domains.enumerated() {
        scores[i].domains[j].values.append(state.domains[domain].value ?? .nan)
      }
    }
    firing.append { state.slots[plan.alerts[$0].slot].asCondition == true }
    undetermined.append { state.slots[plan.alerts[$0].slot].asCondition == nil }
    recommended.append {
      state.slots[plan.interventions[plan.ranking[$0]].slot].asCondition == true
    }
    faultCount += state.faults.count
  }
}

/// A bit for each row and column.
private struct Marks: Sendable {
  let columns: Int
  private let wordsPerRow: Int
  private var words: [UInt64] = []

  init(columns: Int) {
    self.columns = columns
    wordsPerRow = (columns + 63) / 64
  }

  mutating func append(_ isMarked: (Int) -> Bool) {
    for start in stride(from: 0, to: columns, by: 64) {
      var word: UInt64 = 0
      for column in start..<min(start + 64, columns) where isMarked(column) {
        word |= 1 << UInt64(column - start)
      }
      words.append(word)
    }
  }

  /// The marked columns of a row, in order.
  subscript(row: Int) -> [Int] {
    (0..<columns).filter { column in
      words[row * wordsPerRow + column / 64] >> UInt64(column % 64) & 1 == 1
    }
  }
}
