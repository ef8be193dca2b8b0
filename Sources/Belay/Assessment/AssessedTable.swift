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
  /// Who looks at the results.
  public let view: View

  /// All results, whoever may see them.
  private let whole: Whole
  private let selection: Selection
  /// For each row that is seen its place among all results.
  private let places: [Int]

  private struct Whole: Sendable {
    let world: World
    let frame: Frame
    let rows: [Int]
    let results: ResultColumns
    let evaluator: RowEvaluator
  }

  /// What the steward sees.
  init(
    _ world: World, _ frame: Frame, rows: [Int], _ results: ResultColumns,
    _ evaluator: RowEvaluator
  ) {
    self.init(
      Whole(world: world, frame: frame, rows: rows, results: results, evaluator: evaluator),
      .steward)
  }

  private init(_ whole: Whole, _ view: View) {
    let plan = whole.evaluator.plan
    self.whole = whole
    self.view = view
    let selection = Selection(plan, view)
    self.selection = selection
    var rows = whole.rows
    if let subject = view.subject {
      rows = whole.world.rows(rows, of: whole.frame, about: subject)
    }
    self.rows = rows
    scope = plan.scope
    keyColumn = plan.schema.key
    periodColumn = plan.schema.time?.column
    alertNames = selection.alerts.map { plan.alerts[$0].name }
    interventionNames = selection.interventions.map { plan.interventions[plan.ranking[$0]].name }
    if rows.count == whole.rows.count, selection.seesAll, selection.consents.isEmpty {
      places = Array(rows.indices)
      results = whole.results
      return
    }
    let placeOfRow = Dictionary(
      uniqueKeysWithValues: whole.rows.enumerated().map { ($1, $0) })
    let places = rows.map { placeOfRow[$0]! }
    self.places = places
    let hidden = { (slot: Int, place: Int) -> Bool in
      !(selection.consents[slot] ?? []).allSatisfy {
        whole.world.isTrue($0, whole.rows[place], in: whole.frame, plan)
      }
    }
    results = whole.results.selected(selection, rows: places, hidden: hidden, plan)
  }

  /// The same results as an audience sees them.
  public func seen(by view: View) -> AssessedTable { AssessedTable(whole, view) }

  public var scores: [Score] { results.scores }

  /// How many quantities ran into a fault.
  public var faultCount: Int { results.faultCount }

  public var count: Int { rows.count }

  /// The subject's id, as spelled in the data.
  public func subject(at index: Int) -> String { whole.frame.table.id(at: rows[index]) }

  /// The period, as spelled in the data; nil where the policy has no time.
  public func period(at index: Int) -> String? { whole.frame.table.periodText(at: rows[index]) }

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
    let (world, plan) = (whole.world, whole.evaluator.plan)
    let row = rows[index]
    var builder = AssessmentBuilder(
      plan: plan, row: world.state(of: row, in: whole.frame, whole.evaluator))
    builder.selection = selection
    builder.isHidden = { [selection, frame = whole.frame] slot in
      !(selection.consents[slot] ?? []).allSatisfy { world.isTrue($0, row, in: frame, plan) }
    }
    builder.isCarried = { slot in
      plan.carriers[slot]?.contains { world.columns[$0]?.carried?[row] == true } ?? false
    }
    builder.alertState = { slot in
      plan.inputs.first { $0.slot == slot }?.derived
        .flatMap { world.columns[$0]?.states?[row] }
    }
    return builder.assessment(subject: subject(at: index), period: period(at: index))
  }
}
