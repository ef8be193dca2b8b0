import ArgumentParser
import Belay
import BelayReport
import BelayYAML
import Diagnostics
import Tables

/// How results are written.
enum OutputFormat: String, WordArgument {
  case table, json, ndjson, csv
}

struct Assess: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "assess",
    abstract: "Assess data by a policy.",
    discussion: """
      Data are tables with one row for each subject and period, and a header. Without --policy \
      the rules that are shipped with Belay are used.

      Providers are shown by level and then in the data's order, since nobody is ranked; teams, \
      sites and the organization worst first.

      Examples:
        belay assess providers.csv team=teams.csv
        belay assess providers.csv --policy policy.yaml --format csv --output scores.csv
        belay assess may.csv team=may-teams.csv --policy policy.yaml --state policy.state.json
        cat teams.ndjson | belay assess team=- --input-format ndjson --format json
      """)

  @Argument(
    help: ArgumentHelp(
      "A table of providers, or SCOPE=FILE: provider, team, site or organization. - is standard input.",
      valueName: "data"),
    transform: DataArgument.init)
  var data: [DataArgument]

  @Option(help: ArgumentHelp("The policy, in YAML or JSON.", valueName: "file"))
  var policy: String?

  @Option(help: ArgumentHelp("Show this scope alone.", valueName: "scope"))
  var scope: Scope?

  @Option(help: "How to write results.")
  var format = OutputFormat.table

  @Option(
    name: [.long, .customShort("o")],
    help: ArgumentHelp(
      "Write results to a file, which appears whole or not at all; - is standard output.",
      valueName: "file"))
  var output: String?

  @Option(
    help: ArgumentHelp(
      "Go on from the state that an earlier run left in this file, and leave one for the next.",
      valueName: "file"))
  var state: String?

  @Flag(help: "Show all periods; without, the latest of each subject.")
  var allPeriods = false

  @Option(
    help: ArgumentHelp(
      "Show the latest period of each subject that is not after this one.", valueName: "period"))
  var asOf: String?

  @Option(
    help: ArgumentHelp(
      "Show what this audience may see, such as self, team_lead or executive; without, what the "
        + "steward sees.", valueName: "name"))
  var audience: String?

  @Option(
    help: ArgumentHelp(
      "Show this subject alone, with what contains it and what it contains: ID of a provider, or "
        + "SCOPE=ID.", valueName: "id"), transform: ViewSubject.init)
  var subject: ViewSubject?

  @Option(
    help: ArgumentHelp(
      "How many decimals numbers have, 0 to 15; without, 1 in tables, else as many as needed.",
      valueName: "count"))
  var decimals: Int?

  @Option(
    help: ArgumentHelp("How data are written; without, as the file's name says, or CSV."))
  var inputFormat: TableFormat?

  @Option(help: ArgumentHelp("How many threads share the work.", valueName: "count"))
  var jobs = Threads.processorCount

  @Option(help: "Whether to use colours.")
  var color = ColorChoice.auto

  func validate() throws {
    if let decimals, !(0...15).contains(decimals) {
      throw ValidationError("--decimals is 0 to 15.")
    }
    guard jobs >= 1 else { throw ValidationError("--jobs is 1 or more.") }
    if let asOf, !Granularity.allCases.contains(where: { Period(asOf, every: $0) != nil }) {
      throw ValidationError(
        "`\(asOf)` is no period; periods are written as in 2026-01, 2026-01-31, 2026-Q1, 2026-W05.")
    }
    if audience == Audience.own.rawValue, subject?.value.scope != .provider {
      throw ValidationError("--audience self needs --subject ID: people see their own rows alone.")
    }
    if allPeriods, asOf != nil {
      throw ValidationError("Only one of --all-periods and --as-of can be given.")
    }
    if state == "-" { throw ValidationError("--state is read and written; name a file.") }
  }

  func run() throws {
    let console = Console(color: color)
    try perform(console) {
      try checkData()
      let policy = try compiled(console)
      let periods = try periods(policy)
      let shown = try shownScopes(policy)
      try checkOutput()
      try checkState()
      let before = try readState(policy, console)
      var bytes: [UInt8]?
      if let first = data.first(where: { $0.scope == shown[0] }), streams(first, by: policy) {
        switch try DataSource(first) {
        case .small: break
        case .whole(let whole): bytes = whole
        case .large(let large): return try stream(large, first, by: policy, console)
        }
      }
      var tables: [Scope: Table] = [:]
      // What is not shown today is looked back at all the same.
      let read = Set(
        state == nil ? shown.flatMap { policy.scopesRead(by: $0) } : Scope.allCases)
      for data in data.sorted(by: { $0.scope < $1.scope }) where read.contains(data.scope) {
        tables[data.scope] = try self.read(data, bytes, by: policy, console)
      }
      for unknown in policy.unknownContainers(in: tables, after: before) {
        console.say(note(of: unknown))
      }
      let view = try view(policy)
      noteLaterRows(tables, shown, periods, console)
      let (all, after) = try assess(tables, shown, periods, from: before, by: policy, console)
      let assessed = all.map { $0.seen(by: view) }
      // What a state has passed has been said already.
      let isAsked = state == nil || asOf != nil || subject != nil
      for table in assessed
      where isAsked && table.count == 0 && tables[table.scope]?.rowCount ?? 0 > 0 {
        let name = data.first { $0.scope == table.scope }?.name ?? ""
        let what = subject.map { " about `\($0.value.id)`" } ?? ""
        let end = asOf.map { " up to \($0)" } ?? ""
        console.say("note: `\(name)` has no rows\(what)\(end)")
      }
      try write(assessed, of: policy)
      // Only now: a run whose results nobody has can be run again.
      if let state, let after {
        try OutputFile.write(to: state, isPrivate: true) { sink in
          try after.json.withUnsafeBufferPointer(sink)
        }
      }
    }
  }

  // MARK: The policy

  private func compiled(_ console: Console) throws -> CompiledPolicy {
    guard let path = policy else { return try .shipped() }
    let policy = try CompiledPolicy(contentsOf: path)
    let warnings = policy.warnings.count { $0.severity == .warning }
    if warnings > 0 {
      let count = warnings == 1 ? "1 warning" : "\(warnings) warnings"
      console.say("\(count) about `\(path)`; `belay check \(path)` shows them")
    }
    return policy
  }

  private func view(_ policy: CompiledPolicy) throws -> View {
    guard let audience else { return View(audience: nil, subject: subject?.value) }
    guard policy.audiences.contains(audience) else {
      let near = nearestName(to: audience, among: policy.audiences)
      throw Failure(
        "there is no audience `\(audience)`"
          + (near.map { "; did you mean `\($0)`?" }
            ?? "; the audiences are \(policy.audiences.joined(separator: ", "))"))
    }
    return View(audience: audience, subject: subject?.value)
  }

  private func periods(_ policy: CompiledPolicy) throws -> PeriodSelection {
    guard let asOf else { return allPeriods ? .all : .latest }
    let times = policy.scopes.compactMap { policy.tableSchema(for: $0)?.time }
    guard let every = times.first?.every else {
      throw Failure("the policy has no `time`, so there is no period for --as-of")
    }
    guard let period = Period(asOf, every: every) else {
      let sample =
        switch every {
        case .day: "2026-01-31"
        case .week: "2026-W05"
        case .month: "2026-01"
        case .quarter: "2026-Q1"
        }
      throw Failure("`\(asOf)` is no \(every.rawValue); write it as in `\(sample)`")
    }
    return .asOf(period)
  }

  // MARK: Data

  /// Refuses what can be refused before anything is read.
  private func checkData() throws {
    for (index, data) in self.data.enumerated() {
      if let other = self.data[..<index].first(where: { $0.scope == data.scope }) {
        throw Failure(
          "two tables for the scope \(data.scope.rawValue): `\(other.name)` and `\(data.name)`; "
            + "write SCOPE=FILE for other scopes")
      }
      if data.path == "-", self.data[..<index].contains(where: { $0.path == "-" }) {
        throw Failure("standard input can hold one table, not two")
      }
    }
  }

  /// The scopes that are shown: all with data, or one.
  private func shownScopes(_ policy: CompiledPolicy) throws -> [Scope] {
    for data in self.data where !policy.scopes.contains(data.scope) {
      let scopes = policy.scopes.map(\.rawValue).joined(separator: ", ")
      throw Failure(
        "`\(data.name)` is given for the scope \(data.scope.rawValue), where the policy assesses "
          + "nothing; it assesses: \(scopes)")
    }
    var chosen = scope
    if chosen == nil, format == .csv {
      let isOnlyOther = self.data.count == 1 && self.data[0].scope != .provider
      chosen = isOnlyOther ? self.data[0].scope : .provider
    }
    guard let chosen else { return self.data.map(\.scope).sorted() }
    guard policy.scopes.contains(chosen) else {
      throw Failure("the policy assesses nothing at the scope \(chosen.rawValue)")
    }
    // The subjects of a larger scope may be those that members name.
    let hasData = self.data.contains { $0.scope == chosen }
    let others = Set(policy.scopesRead(by: chosen)).subtracting([chosen])
    guard hasData || self.data.contains(where: { others.contains($0.scope) }) else {
      let isAsked = scope != nil
      throw Failure(
        "there are no data for the scope \(chosen.rawValue)"
          + (isAsked
            ? "; write \(chosen.rawValue)=FILE" : "; CSV holds one scope, which --scope chooses"))
    }
    return [chosen]
  }

  private func note(of unknown: UnknownContainers) -> String {
    let name = data.first { $0.scope == unknown.container }?.name ?? ""
    let rows = unknown.rowCount == 1 ? "1 row names" : "\(unknown.rowCount) rows name"
    let most = 5
    let more = unknown.ids.count > most ? " and \(unknown.ids.count - most) more" : ""
    return "note: of the \(unknown.scope.rawValue) data \(rows) a \(unknown.container.rawValue) "
      + "that `\(name)` lacks: "
      + unknown.ids.prefix(most).map { "`\($0)`" }.joined(separator: ", ") + more
  }

  private func assess(
    _ tables: [Scope: Table], _ scopes: [Scope], _ periods: PeriodSelection,
    from before: PolicyState?, by policy: CompiledPolicy, _ console: Console
  ) throws -> (tables: [AssessedTable], state: PolicyState?) {
    do {
      guard state != nil else {
        return (
          try policy.assess(tables, scopes: scopes, periods: periods, jobs: jobs), nil
        )
      }
      let run = try policy.assess(
        tables, from: before, scopes: scopes, periods: periods, jobs: jobs)
      for note in run.notes { console.say("note: \(note)") }
      return (run.tables, run.state)
    } catch {
      throw Failure("\(error); write \(error.scope.rawValue)=FILE")
    }
  }

  /// - Parameter bytes: the data, where they have been read already.
  private func read(
    _ data: DataArgument, _ bytes: [UInt8]?, by policy: CompiledPolicy, _ console: Console
  ) throws -> Table {
    let schema = policy.tableSchema(for: data.scope)!
    let bytes =
      try bytes
      ?? (data.path == "-"
        ? System.readStandardInput()
        : PolicyFiles.read(data.path, largest: Int(UInt32.max) - 1))
    let format = inputFormat ?? data.format
    do {
      let (table, diagnostics) = try TableReader(schema: schema)
        .read(bytes, name: data.name, format: format)
      console.show(diagnostics.shown)
      return table
    } catch {
      console.show(error.diagnostics)
      let other = policy.scopes.first { scope in
        let reader = TableReader(schema: policy.tableSchema(for: scope)!)
        return (try? reader.read(bytes, name: data.name, format: format)) != nil
      }
      if let other {
        let argument = "\(other.rawValue)=\(data.path)"
        console.say("help: this is a table of the scope \(other.rawValue); write `\(argument)`")
      }
      throw ExitCode(2)
    }
  }

  /// Says how many rows come after the period that was asked for.
  private func noteLaterRows(
    _ tables: [Scope: Table], _ scopes: [Scope], _ periods: PeriodSelection, _ console: Console
  ) {
    guard case .asOf(let limit) = periods else { return }
    for scope in scopes {
      let later = tables[scope]?.periods?.count { $0 > limit } ?? 0
      guard later > 0 else { continue }
      let rows = later == 1 ? "1 row is" : "\(later) rows are"
      let name = data.count > 1 ? data.first { $0.scope == scope }.map { "`\($0.name)`: " } : nil
      console.say(
        "note: \(name ?? "")\(rows) after \(limit) and \(later == 1 ? "was" : "were") not assessed")
    }
  }

  // MARK: Streams

  /// Whether each row is shown by itself, so that it can be written while others are read.
  ///
  /// Small data are read whole all the same: then nothing is written of data that turn out to be
  /// broken.
  private func streams(_ data: DataArgument, by policy: CompiledPolicy) -> Bool {
    let hasTime = policy.tableSchema(for: data.scope)!.time != nil
    guard policy.isRowByRow(data.scope), state == nil, audience == nil, subject == nil else {
      return false
    }
    return format == .csv && (allPeriods || !hasTime) && (inputFormat ?? data.format) != .json
  }

  /// Assesses data while they are read.
  private func stream(
    _ large: LargeData, _ data: DataArgument, by policy: CompiledPolicy, _ console: Console
  ) throws {
    let stream = CSVStream(policy, scope: data.scope, decimals: decimals, jobs: jobs)
    let progress = ProgressLine(total: large.size)
    defer { progress.clear() }
    do {
      try OutputFile.write(to: output) { sink in
        let found = try stream.run(
          data.name, format: inputFormat ?? data.format, read: large.read,
          readAgain: large.readAgain, progress: progress.show, write: sink)
        progress.clear()
        console.show(found.shown)
      }
    } catch let error as TableError {
      progress.clear()
      console.show(error.diagnostics)
      throw ExitCode(2)
    }
  }

  // MARK: Results

  /// An output that is one of the inputs would destroy it.
  private func checkOutput() throws {
    guard let output, output != "-", let place = System.identity(of: output) else { return }
    let inputs = data.map(\.path).filter { $0 != "-" } + [policy].compactMap { $0 }
    for path in inputs where System.identity(of: path) == place && !output.hasPrefix("/dev/") {
      throw Failure("`\(output)` is an input; write results to another file")
    }
  }

  // MARK: State

  private func checkState() throws {
    guard let state else { return }
    if let output, output != "-", isSame(output, state) {
      throw Failure("`\(state)` is the output; the state has a file of its own")
    }
    let inputs = data.map(\.path).filter { $0 != "-" } + [policy].compactMap { $0 }
    for path in inputs where isSame(path, state) {
      throw Failure("`\(state)` is an input; the state has a file of its own")
    }
    try OutputFile.check(state)
  }

  private func isSame(_ a: String, _ b: String) -> Bool {
    guard a != b else { return true }
    guard let identity = System.identity(of: a) else { return false }
    return System.identity(of: b) == identity
  }

  /// What an earlier run left; nil where there was none.
  private func readState(_ policy: CompiledPolicy, _ console: Console) throws -> PolicyState? {
    guard let state, System.identity(of: state) != nil else { return nil }
    let bytes = try PolicyFiles.read(state, largest: Int(UInt32.max) - 1)
    do {
      return try policy.state(json: bytes, name: state)
    } catch {
      console.show(error.diagnostics)
      throw ExitCode(2)
    }
  }

  private func write(_ tables: [AssessedTable], of policy: CompiledPolicy) throws {
    try OutputFile.write(to: output) { raw in
      let sink = { (bytes: [UInt8]) in try bytes.withUnsafeBufferPointer(raw) }
      switch format {
      case .table:
        let isStandard = output == nil || output == "-"
        try TableReport(
          decimals: decimals ?? 1, color: isStandard ? color.isOn(1) : color == .always
        ).write(tables, of: policy, to: sink)
      case .json: try JSONReport(decimals: decimals).write(tables, of: policy, to: sink)
      case .ndjson: try NDJSONReport(decimals: decimals).write(tables, of: policy, to: sink)
      case .csv: try CSVReport(decimals: decimals).write(tables[0], to: sink)
      }
    }
  }
}
