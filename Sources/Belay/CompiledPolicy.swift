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
  /// The names of all audiences: those that Belay knows, then the policy's own.
  public let audiences: [String]
  /// The facts that the policy cites, in policy order.
  public let facts: [Fact]
  /// What compiling found that is no error, sorted by place.
  public let warnings: [Diagnostic]
  private let program: PolicyProgram
  private let functions = FunctionTable.standard

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
    let program = Compiler.compile(policy, diagnostics: &diagnostics)
    diagnostics = diagnostics.withoutRepetitions().showing(removed: policy.removed)
    guard let program, !diagnostics.hasErrors else { throw CompilationError(diagnostics) }
    name = policy.name
    version = policy.version
    title = policy.title
    permittedUse = policy.permittedUse
    prohibitedUse = policy.prohibitedUse
    crisisResources = policy.crisisResources
    hasWellbeingContent = policy.inputs.contains { $0.isConfidential || $0.instrument != nil }
    audiences = Audience.allCases.map(\.rawValue) + policy.ownAudiences.map(\.name.text)
    facts = policy.facts.map(\.fact)
    warnings = diagnostics.sortedByPlace()
    self.program = program
  }

  /// The document that a policy comes to with all that it extends and includes, each node at the
  /// place it comes from; nil where there is none.
  package static func resolved(_ root: PolicyLoader.File, loader: PolicyLoader) -> Node? {
    var diagnostics: [Diagnostic] = []
    return PolicyDocuments.gather(root, loader: loader, diagnostics: &diagnostics).resolved
  }

  /// The scopes that the policy assesses, from the lowest up.
  public var scopes: [Scope] { program.plans.map(\.scope) }

  private func plan(of scope: Scope) -> Plan? { program.plan(of: scope) }

  /// Whether each row of a scope is assessed by itself: without earlier periods, members, peers or
  /// containers.
  ///
  /// - Precondition: the policy assesses the scope.
  public func isRowByRow(_ scope: Scope) -> Bool { program.isRowByRow(scope) }

  /// The scopes whose tables are looked at when a scope is assessed, itself included.
  public func scopesRead(by scope: Scope) -> [Scope] {
    program.columnsRead(by: scope).keys.sorted()
  }

  /// What a table of a scope has to hold; nil for a scope that the policy does not assess.
  public func tableSchema(for scope: Scope) -> TableSchema? { plan(of: scope)?.schema }

  /// Assesses one record.
  ///
  /// Of what joins rows, a record knows itself alone: its own period, no container, no members.
  ///
  /// - Parameter view: who looks; a record is about one subject, so the view's subject is not looked
  ///   at.
  /// - Throws: When the record names an input that the scope does not have, or gives it a value
  ///   of another type. A number outside the declared range is no error: it counts as unknown.
  public func assess(
    _ record: Record, scope: Scope = .provider, view: View = .steward
  ) throws(RecordError) -> Assessment {
    guard let plan = plan(of: scope) else { throw .noScope(scope) }
    let names = (plan.inputs.filter(\.isID).map(\.name) + plan.tableInputs.keys).sorted()
    for name in record.entries.keys.sorted() where !names.contains(name) {
      guard plan.ignoredInputs.contains(name) else {
        throw .unknownInput(name, nearest: nearestName(to: name, among: names))
      }
    }
    var outcomes: [Int: Outcome<Value>] = [:]
    for input in plan.inputs where input.derived == nil {
      let entry =
        record.entries[input.name]
        ?? (input.isID && !record.subject.isEmpty ? .text(record.subject) : nil)
      outcomes[input.slot] = try input.load(entry)
    }
    guard program.isRowByRow(scope), view == .steward else {
      return try assessed(record, plan, view)
    }
    let evaluator = RowEvaluator(plan: plan, slotCount: program.slotCount)
    var state = evaluator.start(
      period: record.period.map { .value($0.firstDay.value) } ?? .unknown(.init("period", .absent))
    ) { outcomes[$0.slot]! }
    evaluator.run(&state)
    return AssessmentBuilder(plan: plan, row: state)
      .assessment(subject: record.subject, period: record.period?.description)
  }

  /// Binds the names of a scope's inputs, for one decision after another.
  ///
  /// - Throws: When the policy has nothing to assess in the scope, or reads more than the row: then
  ///   one decision takes tables too.
  public func prepare(_ scope: Scope = .provider) throws(RecordError) -> PreparedRecord {
    guard let plan = plan(of: scope) else { throw .noScope(scope) }
    guard program.isRowByRow(scope) else { throw .needsTables(scope) }
    return PreparedRecord(
      RowEvaluator(plan: plan, slotCount: program.slotCount),
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
    let world = WorldBuilder(program, functions: functions, jobs: jobs)
      .world([scope: table], assessing: [scope])
    return assess(world, scope, periods, jobs, chunkRows)
  }

  /// Assesses the tables of several scopes, which may read one another.
  ///
  /// Where a scope has no table, its subjects are those that members name, so that roll-ups need
  /// none.
  ///
  /// - Parameters:
  ///   - scopes: whom the result is about; nil for all scopes with a table.
  ///   - jobs: how many threads share the work. Results do not depend on it.
  /// - Returns: the scopes from the lowest up.
  /// - Throws: When a table is missing that is read, or one has no rows that could be derived.
  /// - Precondition: each table has the schema of its scope.
  public func assess(
    _ tables: [Scope: Table], scopes: [Scope]? = nil, periods: PeriodSelection = .latest,
    jobs: Int = 1
  ) throws(MissingTable) -> [AssessedTable] {
    try assess(tables, scopes, periods, jobs, keeper: nil)
  }

  /// Assesses the tables of a run that goes on where an earlier one ended.
  ///
  /// What windows, charts, alerts, carried values and published figures look back at is taken
  /// from the state, so that the tables need hold the new periods alone: the results are those of
  /// one run over all periods. Rows of periods that the state has passed are neither assessed
  /// nor counted; a note says how many there were, and places in `rows` do not count them.
  ///
  /// - Parameters:
  ///   - state: what the earlier run returned; nil for a first one.
  ///   - scopes: whom the result is about; nil for all scopes with a table.
  ///   - jobs: how many threads share the work. Results do not depend on it.
  /// - Returns: the scopes from the lowest up, the state for the next run, and what a reader of
  ///   the results has to know, a sentence each.
  /// - Throws: When a table is missing that is read, or one has no rows that could be derived.
  /// - Precondition: each table has the schema of its scope, and the state is one of this policy.
  public func assess(
    _ tables: [Scope: Table], from state: PolicyState?, scopes: [Scope]? = nil,
    periods: PeriodSelection = .latest, jobs: Int = 1
  ) throws(MissingTable) -> (tables: [AssessedTable], state: PolicyState, notes: [String]) {
    precondition(state.map { $0.policy == name && $0.every == every } ?? true)
    let keeper = StateKeeper(state ?? PolicyState(policy: name, every: every), program)
    let assessed = try assess(tables, scopes, periods, jobs, keeper: keeper)
    return (assessed, keeper.next, keeper.notes)
  }

  private func assess(
    _ tables: [Scope: Table], _ scopes: [Scope]?, _ periods: PeriodSelection, _ jobs: Int,
    keeper: StateKeeper?
  ) throws(MissingTable) -> [AssessedTable] {
    let assessed = (scopes ?? Array(tables.keys)).sorted()
    for scope in assessed { try checkTables(tables, scope) }
    let world = WorldBuilder(program, functions: functions, jobs: jobs, keeper: keeper)
      .world(tables, assessing: assessed)
    return assessed.map { assess(world, $0, periods, jobs, nil) }
  }

  /// Reads the state of an earlier run from the text that its `json` is.
  ///
  /// - Parameters:
  ///   - json: UTF-8 text.
  ///   - name: what diagnostics call the text.
  /// - Throws: what is wrong with it: damaged, of a newer format, or of another policy.
  public func state(json: [UInt8], name: String = "state.json") throws(StateError) -> PolicyState {
    try PolicyState.read(json, name: name, policy: self.name, every: every)
  }

  /// The time step of the policy's periods.
  private var every: Granularity? {
    program.plans.lazy.compactMap { $0.schema.time?.every }.first
  }

  /// The containers that rows name and that the table of their scope lacks.
  ///
  /// - Parameter state: what an earlier run returned; the subjects that it has are known.
  public func unknownContainers(
    in tables: [Scope: Table], after state: PolicyState? = nil
  ) -> [UnknownContainers] {
    program.unknownContainers(in: tables, after: state)
  }

  private func checkTables(_ tables: [Scope: Table], _ scope: Scope) throws(MissingTable) {
    guard let plan = plan(of: scope) else {
      throw MissingTable(scope: scope, columns: [], reader: scope)
    }
    for (scope, columns) in program.columnsRead(by: scope).sorted(by: { $0.key < $1.key })
    where tables[scope] == nil {
      let schema = program.plan(of: scope)?.schema
      let needed = columns.sorted().compactMap { schema?.columns[$0] }.filter(\.isRequired)
      // The members of the lowest scope are nowhere else.
      guard needed.isEmpty, scope != .provider else {
        throw MissingTable(scope: scope, columns: needed.map(\.name), reader: plan.scope)
      }
    }
  }

  private func assess(
    _ world: World, _ scope: Scope, _ periods: PeriodSelection, _ jobs: Int, _ chunkRows: Int?
  ) -> AssessedTable {
    guard let plan = plan(of: scope) else { preconditionFailure("no scope \(scope.rawValue)") }
    let evaluator = RowEvaluator(plan: plan, slotCount: program.slotCount)
    guard let frame = world.frames[scope] else {
      return AssessedTable(world, .empty(plan), rows: [], ResultColumns(plan), evaluator)
    }
    precondition(frame.table.schema == plan.schema, "the table is read by the policy's schema")
    let columns = ColumnPlanner.columns(of: plan, functions: functions)
    let rows = Self.select(periods, of: frame, leftOut: world.leftOut[scope])
    let loader = TableLoader(
      table: frame.table, plan: plan, columns: columns,
      cells: plan.inputs.map { world.cells(of: $0, frame) },
      rows: rows.count == frame.rowCount ? nil : rows)
    let results = ColumnEvaluator(
      columns: columns, evaluator: evaluator, world: world, frame: frame
    ).results(loader, rows: rows, jobs: jobs, chunkRows: chunkRows ?? columns.chunkRows)
    return AssessedTable(world, frame, rows: rows, results, evaluator)
  }

  /// A record whose row cannot be assessed by itself, as a table of one row.
  private func assessed(
    _ record: Record, _ plan: Plan, _ view: View
  ) throws(RecordError) -> Assessment {
    var columns = plan.schema.columns.map { Optional($0.type.unknown(1)) }
    var reasons = plan.schema.columns.map { _ in UnknownReason.empty }
    for (name, entry) in record.entries {
      guard let place = plan.tableInputs[name] else { continue }
      let type = plan.schema.columns[place].type
      guard let column = Column(entry, of: type) else {
        throw .wrongType(name, expected: type.word)
      }
      if let reason = entry.refusal(by: type) {
        reasons[place] = reason
      } else {
        columns[place] = column
      }
    }
    let hasTime = plan.schema.time != nil
    let period =
      record.period ?? plan.schema.time.map { Period($0.every, index: 0) }
    let table = Table(
      schema: plan.schema, ids: TextColumn([record.subject]),
      periodTexts: hasTime ? TextColumn([period?.description]) : nil,
      periods: hasTime ? [period].compactMap { $0 } : nil, columns: columns, reasons: reasons)
    return assess(table, scope: plan.scope, periods: .all)
      .seen(by: View(audience: view.audience)).assessment(at: 0)
  }

  /// What makes the evaluators of a scope's blocks, one for each thread.
  ///
  /// - Precondition: the policy assesses the scope.
  package func blockEvaluators(
    _ scope: Scope, chunkRows: Int? = nil
  ) -> @Sendable () -> BlockEvaluator {
    guard let plan = plan(of: scope) else { preconditionFailure("no scope \(scope.rawValue)") }
    let evaluator = RowEvaluator(plan: plan, slotCount: program.slotCount)
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
  private static func select(
    _ selection: PeriodSelection, of frame: Frame, leftOut: BitColumn?
  ) -> [Int] {
    let isIn = { (row: Int) in row < frame.shownRows && leftOut?[row] != true }
    let all = { (0..<frame.shownRows).filter(isIn) }
    guard let periods = frame.table.periods else { return all() }
    let limit: Period?
    switch selection {
    case .all: return all()
    case .latest: limit = nil
    case .asOf(let period): limit = period
    }
    let codes = frame.table.ids.codes
    var latest = [Int](repeating: -1, count: frame.table.ids.dictionary.count)
    for row in 0..<frame.shownRows where isIn(row) {
      if let limit, periods[row] > limit { continue }
      // Of rows of the same period the first counts.
      let other = latest[Int(codes[row])]
      if other < 0 || periods[other] < periods[row] { latest[Int(codes[row])] = row }
    }
    return latest.filter { $0 >= 0 }.sorted()
  }
}

/// A table that a policy reads and nobody gave.
public struct MissingTable: Error, Hashable, Sendable, CustomStringConvertible {
  public let scope: Scope
  /// The columns that are read of it.
  public let columns: [String]
  /// The scope whose assessment reads it.
  public let reader: Scope

  public var description: String {
    let what =
      columns.isEmpty
      ? "the table of \(scope.rawValue)s" : "the \(scope.rawValue) columns \(listing(columns))"
    return "assessing \(reader.rawValue)s takes \(what), and no \(scope.rawValue) data are given"
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
