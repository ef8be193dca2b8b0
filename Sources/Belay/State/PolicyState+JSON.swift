public import Diagnostics
import Tables

/// What is wrong with the text of a state.
public struct StateError: Error, Sendable, CustomStringConvertible {
  /// At least one.
  public let diagnostics: [Diagnostic]

  init(_ diagnostics: [Diagnostic]) {
    self.diagnostics = diagnostics
  }

  public var description: String { TextRenderer().render(diagnostics) }
}

// MARK: Writing

extension PolicyState {
  /// The state as JSON text, the same bytes for the same state.
  public var json: [UInt8] {
    var json = JSONWriter()
    json.object { json in
      json.key("format")
      json.integer(1)
      json.key("policy")
      json.string(policy)
      if let every {
        json.key("every")
        json.string(every.rawValue)
      }
      json.key("scopes")
      json.array { json in
        for (scope, seen) in scopes.sorted(by: { $0.key < $1.key }) { write(scope, seen, &json) }
      }
      json.key("series")
      json.array { json in
        for (key, memory) in series.sorted(by: { $0.key < $1.key }) { write(key, memory, &json) }
      }
      json.key("screens")
      json.array { json in
        for screen in screens { write(screen, &json) }
      }
    }
    return json.bytes + [UInt8(ascii: "\n")]
  }

  private func write(_ scope: Scope, _ seen: Seen, _ json: inout JSONWriter) {
    json.object { json in
      json.key("scope")
      json.string(scope.rawValue)
      json.key("last")
      json.integer(Int(seen.last))
      json.key("subjects")
      json.array { json in
        for (id, last) in seen.subjects.sorted(by: { $0.key < $1.key }) {
          json.array { json in
            json.string(id.text)
            json.integer(Int(last))
          }
        }
      }
    }
  }

  private func write(_ key: SeriesKey, _ memory: SeriesMemory, _ json: inout JSONWriter) {
    json.object { json in
      json.key("scope")
      json.string(key.scope.rawValue)
      json.key("name")
      json.string(key.name)
      json.key("kind")
      json.string(key.kind.rawValue)
      json.key("definition")
      json.string(memory.definition)
      json.key("type")
      json.string(memory.type.rawValue)
      json.key("subjects")
      json.array { json in
        for (id, observations) in memory.observations.sorted(by: { $0.key < $1.key }) {
          json.array { json in
            json.string(id.text)
            for observation in observations {
              json.integer(Int(observation.period))
              write(observation.value, &json)
            }
          }
        }
        for (id, memory) in memory.memories.sorted(by: { $0.key < $1.key }) {
          json.array { json in
            json.string(id.text)
            for field in memory.fields { json.integer(Int(field)) }
          }
        }
      }
    }
  }

  private func write(_ cell: Cell, _ json: inout JSONWriter) {
    switch cell {
    case .number(let number): NumberText.withShortest(number) { json.literal($0) }
    case .text(let text): json.string(text)
    case .boolean(let truth): json.boolean(truth)
    case .date(let day): json.integer(Int(day))
    }
  }

  private func write(_ screen: ScreenMemory, _ json: inout JSONWriter) {
    let people = Set(screen.rosters.values.joined().joined()).sorted()
    let places = Dictionary(uniqueKeysWithValues: people.enumerated().map { ($1, $0) })
    json.object { json in
      json.key("figures")
      json.array { json in
        for (key, figure) in screen.figures.sorted(by: { $0.key < $1.key }) {
          json.object { json in
            json.key("scope")
            json.string(key.scope.rawValue)
            json.key("name")
            json.string(key.name)
            json.key("definition")
            json.string(figure.definition)
            json.key("last")
            json.array { json in
              for (id, value) in figure.last.sorted(by: { $0.key < $1.key }) {
                json.array { json in
                  json.string(id.text)
                  NumberText.withShortest(value) { json.literal($0) }
                }
              }
            }
          }
        }
      }
      json.key("people")
      json.array { json in
        for person in people { write(person, &json) }
      }
      json.key("published")
      json.array { json in
        for (subject, rosters) in screen.rosters.sorted(by: { $0.key < $1.key }) {
          json.array { json in
            write(subject, &json)
            for roster in rosters {
              json.array { json in
                for person in roster { json.integer(places[person]!) }
              }
            }
          }
        }
      }
    }
  }

  private func write(_ subject: SubjectKey, _ json: inout JSONWriter) {
    json.array { json in
      json.string(subject.scope.rawValue)
      json.string(subject.id.text)
    }
  }
}

// MARK: Reading

extension PolicyState {
  /// Reads what `json` wrote.
  ///
  /// - Parameter name: what diagnostics call the text.
  /// - Throws: what is wrong with it: no such text, of a newer Belay, or of another policy.
  static func read(
    _ json: [UInt8], name: String, policy: String, every: Granularity?
  ) throws(StateError) -> PolicyState {
    guard json.count < UInt32.max else {
      let start = SourceText(name: name, bytes: [])
      throw StateError([.badState("the state is larger than 4 GiB", at: start.span)])
    }
    let source = SourceText(name: name, bytes: json)
    var diagnostics: [Diagnostic] = []
    let limits = DocumentLimits(bytes: .max, nodes: .max)
    guard let root = JSONDocument.read(source, limits: limits, diagnostics: &diagnostics),
      !diagnostics.hasErrors
    else {
      throw StateError(
        diagnostics.isEmpty ? [.badState("the state is empty", at: source.span)] : diagnostics)
    }
    do throws(StateProblem) {
      return try StateReader(policy: policy, every: every).state(root)
    } catch {
      throw StateError([error.diagnostic])
    }
  }
}

private struct StateProblem: Error {
  let diagnostic: Diagnostic
}

/// Every part of a state with the checks that let nothing else in.
private struct StateReader {
  let policy: String
  let every: Granularity?

  func state(_ root: Node) throws(StateProblem) -> PolicyState {
    let fields = try mapping(root)
    let format = try field("format", of: fields, root)
    guard let number = integer(format) else { throw problem("is no format", format) }
    guard number == 1 else {
      throw StateProblem(diagnostic: .newerState(number, at: format.span))
    }
    let name = try field("policy", of: fields, root)
    guard try text(name) == policy else {
      throw StateProblem(
        diagnostic: .foreignState(try text(name), policy: policy, at: name.span))
    }
    let step = fields["every"]
    let written = try step.map { (node) throws(StateProblem) in try word(node) as Granularity }
    guard written == every else {
      throw problem(
        "does not fit: the policy has \(every.map { "a \($0.rawValue)" } ?? "no time")",
        step ?? root)
    }
    var state = PolicyState(policy: policy, every: every)
    for node in try sequence(field("scopes", of: fields, root)) {
      let fields = try mapping(node)
      let scopeNode = try field("scope", of: fields, node)
      let scope: Scope = try word(scopeNode)
      guard state.scopes[scope] == nil else { throw problem("is there twice", scopeNode) }
      let lastNode = try field("last", of: fields, node)
      let last = try period(lastNode)
      if let every {
        // Its date has to be one that can be written.
        let whole = Period(every, index: Int(last))
        guard isWritable(whole) else { throw problem("is no period", lastNode) }
      }
      var seen = PolicyState.Seen(last: last, subjects: [:])
      for entry in try sequence(field("subjects", of: fields, node)) {
        let parts = try sequence(entry)
        guard parts.count == 2 else { throw problem("is no id and period", entry) }
        let own = try period(parts[1])
        guard own <= last else { throw problem("is after the last period", parts[1]) }
        guard seen.subjects.updateValue(own, forKey: try id(parts[0])) == nil else {
          throw problem("is there twice", parts[0])
        }
      }
      state.scopes[scope] = seen
    }
    for node in try sequence(field("series", of: fields, root)) {
      let (key, memory) = try series(node, state)
      guard state.series.updateValue(memory, forKey: key) == nil else {
        throw problem("is there twice", node)
      }
    }
    for node in try sequence(field("screens", of: fields, root)) {
      state.screens.append(try screen(node))
    }
    return state
  }

  private func isWritable(_ period: Period) -> Bool {
    let years = -1969...8029
    return switch period.granularity {
    case .day: (-719_162...2_932_896).contains(period.index)
    case .week: (-102_737...418_984).contains(period.index)
    case .month: years.lowerBound * 12 <= period.index && period.index < 8030 * 12
    case .quarter: years.lowerBound * 4 <= period.index && period.index < 8030 * 4
    }
  }

  private func series(
    _ node: Node, _ state: PolicyState
  ) throws(StateProblem) -> (PolicyState.SeriesKey, PolicyState.SeriesMemory) {
    let fields = try mapping(node)
    let key = PolicyState.SeriesKey(
      scope: try word(field("scope", of: fields, node)),
      name: try text(field("name", of: fields, node)),
      kind: try word(field("kind", of: fields, node)))
    var memory = PolicyState.SeriesMemory(
      definition: try text(field("definition", of: fields, node)),
      type: try word(field("type", of: fields, node)))
    let last = state.scopes[key.scope]?.last ?? .max
    for entry in try sequence(field("subjects", of: fields, node)) {
      let parts = try sequence(entry)
      guard let first = parts.first else { throw problem("has no id", entry) }
      let id = try id(first)
      guard memory.observations[id] == nil, memory.memories[id] == nil else {
        throw problem("is there twice", first)
      }
      if key.kind == .life {
        var numbers: [Int32] = []
        for part in parts.dropFirst() { numbers.append(try period(part)) }
        guard let read = AlertLife.Memory(fields: numbers) else {
          throw problem("is not where an alert can stand", entry)
        }
        memory.memories[id] = read
        continue
      }
      guard parts.count % 2 == 1 else { throw problem("has a period without a value", entry) }
      var observations: [PolicyState.Observation] = []
      for place in stride(from: 1, to: parts.count, by: 2) {
        let period = try period(parts[place])
        guard period > observations.last?.period ?? .min || observations.isEmpty, period <= last
        else { throw problem("is out of order", parts[place]) }
        if let every, !isWritable(Period(every, index: Int(period))) {
          throw problem("is no period", parts[place])
        }
        observations.append(
          .init(period: period, value: try cell(parts[place + 1], memory.type)))
      }
      memory.observations[id] = observations
    }
    return (key, memory)
  }

  private func screen(_ node: Node) throws(StateProblem) -> PolicyState.ScreenMemory {
    let fields = try mapping(node)
    var screen = PolicyState.ScreenMemory()
    for node in try sequence(field("figures", of: fields, node)) {
      let fields = try mapping(node)
      let key = PolicyState.FigureKey(
        scope: try word(field("scope", of: fields, node)),
        name: try text(field("name", of: fields, node)))
      var figure = PolicyState.ScreenMemory.Figure(
        definition: try text(field("definition", of: fields, node)))
      for entry in try sequence(field("last", of: fields, node)) {
        let parts = try sequence(entry)
        guard parts.count == 2 else { throw problem("is no id and figure", entry) }
        guard case .number(let value) = try cell(parts[1], .number) else { continue }
        guard figure.last.updateValue(value, forKey: try id(parts[0])) == nil else {
          throw problem("is there twice", parts[0])
        }
      }
      guard screen.figures.updateValue(figure, forKey: key) == nil else {
        throw problem("is there twice", node)
      }
    }
    var people: [PolicyState.SubjectKey] = []
    for node in try sequence(field("people", of: fields, node)) {
      let person = try subject(node)
      if let before = people.last, person <= before { throw problem("is out of order", node) }
      people.append(person)
    }
    for node in try sequence(field("published", of: fields, node)) {
      let parts = try sequence(node)
      guard let first = parts.first else { throw problem("has no subject", node) }
      let key = try subject(first)
      guard screen.rosters[key] == nil else { throw problem("is there twice", first) }
      var rosters: [[PolicyState.SubjectKey]] = []
      for part in parts.dropFirst() {
        var last = -1
        var roster: [PolicyState.SubjectKey] = []
        for node in try sequence(part) {
          guard let place = integer(node), place > last, place < people.count else {
            throw problem("is nobody, or out of order", node)
          }
          last = place
          roster.append(people[place])
        }
        guard !roster.isEmpty else { throw problem("is a figure of nobody", part) }
        guard !rosters.contains(roster) else { throw problem("is there twice", part) }
        rosters.append(roster)
      }
      screen.rosters[key] = rosters
    }
    return screen
  }

  // MARK: Values

  private func subject(_ node: Node) throws(StateProblem) -> PolicyState.SubjectKey {
    let parts = try sequence(node)
    guard parts.count == 2 else { throw problem("is no scope and id", node) }
    return PolicyState.SubjectKey(scope: try word(parts[0]), id: try id(parts[1]))
  }

  private func cell(
    _ node: Node, _ type: PolicyState.CellType
  ) throws(StateProblem) -> PolicyState.Cell {
    guard case .scalar(let scalar) = node.content else { throw problem("is no \(type)", node) }
    switch (type, scalar.style) {
    case (.text, .quoted): return .text(scalar.text)
    case (.boolean, .literal) where scalar.text == "true" || scalar.text == "false":
      return .boolean(scalar.text == "true")
    case (.number, .literal):
      if let number = NumberText.parse(scalar.text.utf8), number.isFinite {
        return .number(number)
      }
    case (.date, .literal):
      if let day = Int32(scalar.text), (-719_162...2_932_896).contains(day) { return .date(day) }
    default: break
    }
    throw problem("is no \(type)", node)
  }

  private func period(_ node: Node) throws(StateProblem) -> Int32 {
    guard let number = integer(node).flatMap({ Int32(exactly: $0) }) else {
      throw problem("is no whole number of 32 bits", node)
    }
    return number
  }

  private func integer(_ node: Node) -> Int? {
    guard case .scalar(let scalar) = node.content, scalar.style == .literal else { return nil }
    return Int(scalar.text)
  }

  private func id(_ node: Node) throws(StateProblem) -> ContainerID {
    ContainerID(try text(node))
  }

  private func text(_ node: Node) throws(StateProblem) -> String {
    guard case .scalar(let scalar) = node.content, scalar.style == .quoted else {
      throw problem("is no text", node)
    }
    return scalar.text
  }

  private func word<Word: RawRepresentable<String>>(_ node: Node) throws(StateProblem) -> Word {
    guard let word = Word(rawValue: try text(node)) else {
      throw problem("is no word that can stand here", node)
    }
    return word
  }

  private func sequence(_ node: Node) throws(StateProblem) -> [Node] {
    guard case .sequence(let elements) = node.content else { throw problem("is no list", node) }
    return elements
  }

  private func mapping(_ node: Node) throws(StateProblem) -> [String: Node] {
    guard case .mapping(let entries) = node.content else { throw problem("is no object", node) }
    return Dictionary(entries.map { ($0.key.text, $0.value) }) { first, _ in first }
  }

  private func field(
    _ name: String, of fields: [String: Node], _ node: Node
  ) throws(StateProblem) -> Node {
    guard let field = fields[name] else {
      throw StateProblem(diagnostic: .badState("the state lacks `\(name)`", at: start(of: node)))
    }
    return field
  }

  private func problem(_ what: String, _ node: Node) -> StateProblem {
    StateProblem(diagnostic: .badState("the state is damaged", at: start(of: node), text: what))
  }

  /// What is wrong may be long; its beginning says where.
  private func start(of node: Node) -> SourceSpan {
    switch node.content {
    case .scalar: node.span
    default: SourceSpan(node.span.source, node.span.lower, node.span.lower + 1)
    }
  }
}

extension DiagnosticCode {
  package static let badState = DiagnosticCode(
    "bad-state", .error, "A file is no state, or a damaged one.")
  package static let newerState = DiagnosticCode(
    "newer-state", .error, "A state has a format that this Belay does not know.")
  package static let foreignState = DiagnosticCode(
    "foreign-state", .error, "A state belongs to another policy.")

  /// All that reading a state can report, beside what its text can.
  package static let stateCodes: [DiagnosticCode] = [.badState, .newerState, .foreignState]
}

extension Diagnostic {
  fileprivate static func badState(
    _ message: String, at span: SourceSpan, text: String = ""
  ) -> Diagnostic {
    Diagnostic(
      code: .badState, message: message, primary: Label(span: span, text: text),
      notes: ["only what `--state` wrote can be read; begin anew from all data with another file"])
  }

  fileprivate static func newerState(_ format: Int, at span: SourceSpan) -> Diagnostic {
    Diagnostic(
      code: .newerState, message: "the state has format \(format)",
      primary: Label(span: span, text: "this Belay reads format 1"))
  }

  fileprivate static func foreignState(
    _ name: String, policy: String, at span: SourceSpan
  ) -> Diagnostic {
    Diagnostic(
      code: .foreignState, message: "the state is of another policy, \(quoted(name))",
      primary: Label(span: span, text: "the policy here is \(quoted(policy))"),
      notes: ["each policy has a state of its own"])
  }
}
