import CEL
public import Diagnostics
public import Tables

/// A policy that is ready to assess: checked, and an immutable value that threads may share.
///
///     let policy = try CompiledPolicy(contentsOf: "policy.yaml")
///     let one = try policy.assess(["visits_per_clinic_day": 24, "specialty": "pediatrics"])
///
/// Reading YAML and files is the part of `BelayYAML`; JSON needs nothing else.
public struct CompiledPolicy: Sendable {
  public let name: String
  public let version: String?
  public let title: String?
  /// What results may be used for. Outputs carry it.
  public let permittedUse: [String]
  /// What results must not be used for. Outputs carry it.
  public let prohibitedUse: [String]
  /// Where a person in crisis finds help. Outputs with wellbeing content carry it first.
  public let crisisResources: [CrisisResource]
  /// True when an input is confidential or comes from a questionnaire.
  public let hasWellbeingContent: Bool
  /// The facts that the policy cites, in policy order.
  public let facts: [Fact]
  /// What compiling found that is no error, sorted by place.
  public let warnings: [Diagnostic]
  /// From the lowest scope up.
  private let plans: [Plan]
  private let functions = FunctionTable.standard
  private let slotCount: Int

  /// Compiles a policy written in JSON, which has the shape of the YAML and needs no library.
  ///
  /// - Parameters:
  ///   - json: UTF-8 text.
  ///   - name: What diagnostics call the text.
  /// - Throws: Everything that is wrong, at once.
  public init(json: String, name: String = "policy.json") throws(CompilationError) {
    let source = SourceText(name: name, text: json)
    try self.init(
      PolicyLoader.File(identity: name, source: source),
      loader: PolicyLoader(
        include: { _, _ in .failure(.init("a policy given as text includes no files")) },
        extend: { _, _ in .failure(.init("a policy given as JSON text extends no files")) },
        parse: { JSONDocument.read($0, diagnostics: &$1) }))
  }

  package init(_ root: PolicyLoader.File, loader: PolicyLoader) throws(CompilationError) {
    var diagnostics: [Diagnostic] = []
    let policy = PolicyReader.read(root, loader: loader, diagnostics: &diagnostics)
    let (plans, slotCount) = Compiler.compile(policy, diagnostics: &diagnostics)
    diagnostics = diagnostics.withoutRepetitions().showing(removed: policy.removed)
    if diagnostics.hasErrors { throw CompilationError(diagnostics) }
    name = policy.name
    version = policy.version
    title = policy.title
    permittedUse = policy.permittedUse
    prohibitedUse = policy.prohibitedUse
    crisisResources = policy.crisisResources
    hasWellbeingContent = policy.inputs.contains { $0.isConfidential || $0.instrument != nil }
    facts = policy.facts.map(\.fact)
    warnings = diagnostics.sortedByPlace()
    self.plans = plans
    self.slotCount = slotCount
  }

  /// The document that a policy comes to with all that it extends and includes, each node at the
  /// place it comes from; nil where there is none.
  package static func resolved(_ root: PolicyLoader.File, loader: PolicyLoader) -> Node? {
    var diagnostics: [Diagnostic] = []
    return PolicyDocuments.gather(root, loader: loader, diagnostics: &diagnostics).resolved
  }

  /// The scopes that the policy assesses, from the lowest up.
  public var scopes: [Scope] { plans.map(\.scope) }

  private func plan(of scope: Scope) -> Plan? { plans.first { $0.scope == scope } }

  /// What a table of a scope has to hold; nil for a scope that the policy does not assess.
  public func tableSchema(for scope: Scope) -> TableSchema? { plan(of: scope)?.schema }

  /// Assesses one record.
  ///
  /// - Throws: When the record names an input that the scope does not have, or gives it a value
  ///   of another type. A number outside the declared range is no error: it counts as unknown.
  public func assess(
    _ record: Record, scope: Scope = .provider
  ) throws(RecordError) -> Assessment {
    guard let plan = plan(of: scope) else { throw .noScope(scope) }
    let names = plan.inputs.map(\.name)
    for name in record.entries.keys.sorted() where !names.contains(name) {
      guard plan.ignoredInputs.contains(name) else {
        throw .unknownInput(name, nearest: nearestName(to: name, among: names))
      }
    }
    var outcomes: [Int: Outcome<Value>] = [:]
    for input in plan.inputs {
      let entry =
        record.entries[input.name]
        ?? (input.column == nil && !record.subject.isEmpty ? .text(record.subject) : nil)
      outcomes[input.slot] = try input.load(entry)
    }
    let evaluator = RowEvaluator(plan: plan, slotCount: slotCount)
    var state = evaluator.start(
      period: record.period.map { .value($0.firstDay.value) } ?? .unknown(.init("period", .absent))
    ) { outcomes[$0.slot]! }
    evaluator.run(&state)
    return AssessmentBuilder(plan: plan, row: state)
      .assessment(subject: record.subject, period: record.period?.description)
  }

  /// Binds the names of a scope's inputs, for one decision after another.
  ///
  /// - Throws: When the policy has nothing to assess in the scope.
  public func prepare(_ scope: Scope = .provider) throws(RecordError) -> PreparedRecord {
    guard let plan = plan(of: scope) else { throw .noScope(scope) }
    return PreparedRecord(
      RowEvaluator(plan: plan, slotCount: slotCount),
      ColumnPlanner.columns(of: plan, functions: functions))
  }

  /// Assesses a table of a scope.
  ///
  /// - Parameter jobs: how many threads share the rows. Results do not depend on it.
  /// - Precondition: the policy assesses the scope, and the table has its schema.
  public func assess(
    _ table: Table, scope: Scope = .provider, periods: PeriodSelection = .latest, jobs: Int = 1
  ) -> AssessedTable {
    assess(table, scope: scope, periods: periods, jobs: jobs, chunkRows: nil)
  }

  /// - Parameter chunkRows: how many rows are computed at once; nil for what suits the cache.
  package func assess(
    _ table: Table, scope: Scope, periods: PeriodSelection, jobs: Int, chunkRows: Int?
  ) -> AssessedTable {
    guard let plan = plan(of: scope) else { preconditionFailure("no scope \(scope.rawValue)") }
    precondition(table.schema == plan.schema, "the table is read by the policy's schema")
    let evaluator = RowEvaluator(plan: plan, slotCount: slotCount)
    let columns = ColumnPlanner.columns(of: plan, functions: functions)
    let rows = Self.select(periods, of: table)
    let loader = TableLoader(
      table: table, plan: plan, columns: columns,
      rows: rows.count == table.rowCount ? nil : rows)
    let results = ColumnEvaluator(columns: columns, evaluator: evaluator)
      .results(loader, rows: rows, jobs: jobs, chunkRows: chunkRows ?? columns.chunkRows)
    return AssessedTable(table, rows: rows, results: results, evaluator: evaluator)
  }

  /// What makes the evaluators of a scope's blocks, one for each thread.
  ///
  /// - Precondition: the policy assesses the scope.
  package func blockEvaluators(
    _ scope: Scope, chunkRows: Int? = nil
  ) -> @Sendable () -> BlockEvaluator {
    guard let plan = plan(of: scope) else { preconditionFailure("no scope \(scope.rawValue)") }
    let evaluator = RowEvaluator(plan: plan, slotCount: slotCount)
    let columns = ColumnPlanner.columns(of: plan, functions: functions)
    return { BlockEvaluator(evaluator, columns, chunkRows: chunkRows) }
  }

  /// The results of no rows: what columns of results there are.
  package func noResults(_ scope: Scope) -> (
    results: ResultColumns, alerts: [String], interventions: [String]
  ) {
    guard let plan = plan(of: scope) else { preconditionFailure("no scope \(scope.rawValue)") }
    return (
      ResultColumns(plan), plan.alerts.map(\.name),
      plan.ranking.map { plan.interventions[$0].name }
    )
  }

  /// The rows of the periods asked for, in the data's order.
  private static func select(_ selection: PeriodSelection, of table: Table) -> [Int] {
    guard let periods = table.periods else { return Array(0..<table.rowCount) }
    let limit: Period?
    switch selection {
    case .all: return Array(0..<table.rowCount)
    case .latest: limit = nil
    case .asOf(let period): limit = period
    }
    var latest: [Int32: Int] = [:]
    for row in 0..<table.rowCount {
      if let limit, periods[row] > limit { continue }
      let subject = table.ids.codes[row]
      if let other = latest[subject], periods[other] >= periods[row] { continue }
      latest[subject] = row
    }
    return latest.values.sorted()
  }
}

extension [Diagnostic] {
  /// Without those that say the same of the same place, as of text that YAML aliases repeat.
  fileprivate func withoutRepetitions() -> [Diagnostic] {
    var said: [SourceSpan: Set<String>] = [:]
    return filter { said[$0.primary.span, default: []].insert($0.message).inserted }
  }

  /// With the place where a name was taken away, where it is missed.
  fileprivate func showing(removed: [String: SourceSpan]) -> [Diagnostic] {
    guard !removed.isEmpty else { return self }
    return map { diagnostic in
      guard diagnostic.code == .unknownName || diagnostic.code == .unknownFact,
        let span = removed[diagnostic.primary.span.text]
      else { return diagnostic }
      var diagnostic = diagnostic
      diagnostic.secondary.append(Label(span: span, text: "removed here"))
      // What is meant is known, and it is gone.
      diagnostic.notes = ["what refers to it has to be overridden, or removed too"]
      diagnostic.fixIts = []
      return diagnostic
    }
  }
}
