import CEL
import Tables

/// Finds which columns have to be derived, in which order, and what each scope's rows then compute.
///
/// Whatever joins rows becomes a derivation. What a derivation reads of its rows is evaluated
/// by a feed; feeds and derivations have levels, each reading lower ones alone, and what is left
/// is the plan of a scope.
struct Deriver {
  let compiler: Compiler
  let compiled: [Compiler.Compiled?]
  private(set) var derivations: [Derivation] = []
  private(set) var screens: [ScreenPlan] = []
  private var known: [Key: Int] = [:]
  private var feeds: [FeedDraft] = []
  /// For each scope the inputs that its own table is asked for.
  private var tableInputs: [Scope: Set<Int>] = [:]
  private var links: [Scope: [Link]] = [:]

  private enum Key: Hashable {
    /// What a quantity is made of in its own scope.
    case own(Int)
    /// An input as it is before the gate.
    case raw(Int)
    /// A roll-up as it is before the gate.
    case rawRollUp(Int)
    case lookup(Scope, String)
  }

  /// What is evaluated in one scope, and what it reads.
  fileprivate struct Closure {
    var locals: Set<Int> = []
    /// By readable name.
    var derived: [String: Int] = [:]
    var inputs: Set<Int> = []
    var level = 0
  }

  private struct FeedDraft {
    let scope: Scope
    let level: Int
    let isRaw: Bool
    var closure: Closure
    var outputs: [Feed.Output] = []
  }

  /// Everything that is evaluated, once the compiler has checked it.
  static func program(_ compiler: Compiler, _ compiled: [Compiler.Compiled?]) -> PolicyProgram {
    var deriver = Deriver(compiler: compiler, compiled: compiled)
    return deriver.program()
  }

  private init(compiler: Compiler, compiled: [Compiler.Compiled?]) {
    self.compiler = compiler
    self.compiled = compiled
  }

  private mutating func program() -> PolicyProgram {
    let scopes = self.compiler.usedScopes
    deriveInOrder(scopes)
    var closures: [(Scope, Closure)] = []
    for scope in scopes {
      var closure = Closure()
      for index in self.compiler.order where isRoot(index, of: scope) {
        visit(index, self.compiler.quantities[index].name, in: scope, isRaw: false, &closure)
      }
      closures.append((scope, closure))
    }
    var populations: [Scope: Int] = [:]
    for (index, quantity) in self.compiler.quantities.enumerated() {
      guard case .population(let scope) = quantity.kind, scopes.contains(scope),
        case .population(let condition)? = compiled[index]
      else { continue }
      var closure = Closure()
      for read in quantity.reads {
        visit(read.index, self.compiler.readableName(read.name), in: scope, isRaw: false, &closure)
      }
      populations[scope] = feeds.count
      feeds.append(
        FeedDraft(
          scope: scope, level: closure.level, isRaw: false, closure: closure,
          outputs: [.expression(condition)]))
    }
    for scope in scopes { links[scope] = links(of: scope) }
    let (compiler, tableInputs) = (compiler, tableInputs)
    let tables = Dictionary(
      uniqueKeysWithValues: scopes.map { ($0, TablePlan(compiler, $0, tableInputs[$0] ?? [])) })
    let finished = self
    let builder = { (scope: Scope, closure: Closure) in
      var builder = PlanBuilder(compiler: finished.compiler, table: tables[scope]!)
      for index in finished.compiler.order where closure.locals.contains(index) {
        if let compiled = finished.compiled[index] { builder.add(compiled, index) }
      }
      for (name, derived) in closure.derived.sorted(by: { $0.value < $1.value }) {
        builder.add(finished.derivations[derived], derived, named: name)
      }
      builder.carriers = finished.carriers(in: closure)
      return builder.finish(reading: closure.inputs)
    }
    let plans = closures.map { builder($0.0, $0.1) }
    return PolicyProgram(
      plans: plans, slotCount: compiler.environment.names.count,
      feeds: feeds.map { feed in
        Feed(
          scope: feed.scope, plan: builder(feed.scope, feed.closure), outputs: feed.outputs)
      },
      derivations: resolved(tables), screens: screens.map { $0.resolved(tables) },
      links: links.mapValues { links in
        links.compactMap { link in
          tables[link.from]?.columns[link.input].map {
            PolicyProgram.Link(from: link.from, to: link.to, column: $0)
          }
        }
      },
      populations: populations)
  }

  /// Derives what is needed after what it reads, so that no derivation waits for a chain of others.
  private mutating func deriveInOrder(_ scopes: [Scope]) {
    var isNeeded = [Bool](repeating: false, count: compiler.quantities.count)
    var pending = compiler.quantities.indices.filter { index in
      scopes.contains { isRoot(index, of: $0) }
    }
    while let index = pending.popLast() {
      if isNeeded[index] { continue }
      isNeeded[index] = true
      pending += compiler.quantities[index].reads.map(\.index)
    }
    for index in compiler.order where isNeeded[index] { _ = derive(index) }
  }

  /// Operands name inputs until it is known which column each has.
  private func resolved(_ tables: [Scope: TablePlan]) -> [Derivation] {
    derivations.map { derivation in
      derivation.mapOperands { $0.resolved(tables) }
    }
  }

  private func isRoot(_ index: Int, of scope: Scope) -> Bool {
    switch compiler.quantities[index].kind {
    case .input: return isConsent(index, scope)
    case .parameter, .population, .broken: return false
    case .measure(let i):
      guard compiler.policy.measures[i].isShown else { return false }
      if case .upTo(let limit) = compiler.scopes[index] { return scope <= limit }
    default: break
    }
    return compiler.scopes[index] == .one(scope)
  }

  /// Whether a row needs an input to know who may see its results.
  private func isConsent(_ index: Int, _ scope: Scope) -> Bool {
    let name = compiler.quantities[index].name
    return scope == .provider
      && compiler.policy.inputs.contains { $0.shareWith.contains { $0.consent.text == name } }
  }

  // MARK: What rows read

  /// What is still to be looked at of what rows read: chains are long, and stacks are not.
  private struct Visit {
    let index: Int
    let name: String
    var isPart = false
  }

  private mutating func visit(
    _ index: Int, _ name: String, in scope: Scope, isRaw: Bool, _ closure: inout Closure
  ) {
    var pending = [Visit(index: index, name: name)]
    while let next = pending.popLast() {
      visit(next, in: scope, isRaw: isRaw, &closure, &pending)
    }
  }

  private mutating func visit(
    _ next: Visit, in scope: Scope, isRaw: Bool, _ closure: inout Closure, _ pending: inout [Visit]
  ) {
    let (index, name) = (next.index, next.name)
    if closure.locals.contains(index) { return }
    if closure.derived[name] != nil {
      // A part of the rows' own domains is theirs, even where it is read of the container too.
      guard next.isPart, case .factor = compiler.quantities[index].kind else { return }
      closure.derived[name] = nil
    }
    let quantity = compiler.quantities[index]
    var isLocal = true
    switch quantity.kind {
    case .broken, .population: return
    case .input(let i):
      guard compiler.policy.inputs[i].isColumn(of: scope) else {
        isLocal = false
        break
      }
      if let derived = isRaw ? deriveRaw(i) : derive(input: i) {
        closure.derived[name] = derived
        closure.level = max(closure.level, derivations[derived].level)
      } else {
        closure.inputs.insert(i)
        tableInputs[scope, default: []].insert(i)
      }
      return
    case .parameter: break
    case .factor:
      if case .one(let found) = compiler.scopes[index] { isLocal = found == scope || next.isPart }
    default:
      if case .one(let found) = compiler.scopes[index] { isLocal = found == scope }
    }
    guard isLocal else {
      let derived = deriveLookup(index, name, in: scope)
      closure.derived[name] = derived
      closure.level = max(closure.level, derivations[derived].level)
      return
    }
    if let derived = derive(index) {
      closure.derived[name] = derived
      closure.level = max(closure.level, derivations[derived].level)
      // What decides whether it is grave, and what it says, is evaluated with the row.
      guard case .alert = quantity.kind else { return }
    }
    closure.locals.insert(index)
    for read in quantity.reads where !read.isOfMembers {
      var isPart = false
      if case .part = read.manner { isPart = true }
      pending.append(
        Visit(index: read.index, name: compiler.readableName(read.name), isPart: isPart))
    }
  }

  // MARK: Derivations

  private mutating func add(
    _ key: Key, _ name: String, _ scope: Scope, _ type: ColumnType, level: Int,
    range: ClosedRange<Double>? = nil, definition: String = "",
    _ operation: Derivation.Operation
  ) -> Int {
    derivations.append(
      Derivation(
        name: name, scope: scope, slot: compiler.slot(name), type: type, range: range,
        operation: operation, level: level + 1, definition: definition))
    known[key] = derivations.count - 1
    return derivations.count - 1
  }

  /// What a quantity that joins rows is made of; nil for what rows compute by themselves.
  private mutating func derive(_ index: Int) -> Int? {
    if let id = known[.own(index)] { return id }
    let quantity = compiler.quantities[index]
    guard case .one(let scope) = compiler.scopes[index] else { return nil }
    switch (quantity.kind, compiled[index]) {
    case (.alert(let i), .alert(let plan)?) where plan.life.hasMemory:
      let (condition, level) = feed(plan.condition, in: scope)
      let clear = plan.clearWhen.map { feed($0, in: scope) }
      return add(
        .own(index), quantity.name, scope, .boolean, level: max(level, clear?.level ?? 0),
        definition: compiler.policy.alerts[i].definition,
        .life(plan.life, condition: condition, clear: clear?.operand))
    case (.measure(let i), .derived(let measure)?):
      return derive(measure, compiler.policy.measures[i], index, quantity, in: scope)
    default: return nil
    }
  }

  private mutating func derive(
    _ measure: Compiler.DerivedMeasure, _ declaration: MeasureDeclaration, _ index: Int,
    _ quantity: Quantity, in scope: Scope
  ) -> Int? {
    let name = quantity.name
    var operation: Derivation.Operation?
    var level = 0
    let own = { (deriver: inout Deriver) -> Operand in
      let (operand, own) = deriver.feed(measure.of!, in: scope)
      level = max(level, own)
      return operand
    }
    switch measure.formula {
    case .expression: break
    case .window(_, let window): operation = .window(own(&self), window)
    case .chart(_, let chart): operation = .chart(own(&self), chart)
    case .ago(_, let periods): operation = .ago(own(&self), periods)
    case .peers(_, let peers, let within):
      let of = own(&self)
      var groups: [Derivation.Group] = []
      for group in within {
        guard let read = compiler.indices[group.text] else {
          if let container = Scope(rawValue: group.text) { groups.append(.scope(container)) }
          continue
        }
        var closure = Closure()
        visit(read, group.text, in: scope, isRaw: false, &closure)
        let operand = self.operand(group.text, closure, in: scope)
        level = max(level, operand.level)
        groups.append(.operand(operand.operand))
      }
      operation = .peers(of, peers, within: groups)
    case .rollUp(let rollUp):
      guard let screen = screen(of: index) else {
        let raw = rollUpPlan(rollUp, measure, index)
        return add(
          .own(index), name, scope, measure.type, level: raw.level, range: declaration.range,
          .rollUp(raw.plan))
      }
      return deriveGated(screen, .own(index), name, scope, measure.type)
    }
    return operation.map {
      add(
        .own(index), name, scope, measure.type, level: level, range: declaration.range,
        definition: measure.formula.definition, $0)
    }
  }

  private mutating func rollUpPlan(
    _ rollUp: MeasureDeclaration.RollUpDeclaration, _ measure: Compiler.DerivedMeasure, _ index: Int
  ) -> (plan: RollUpPlan, level: Int) {
    let members = compiler.memberScopes[index] ?? .provider
    var level = 0
    let operands = [measure.of, measure.weight, measure.condition].map { expression -> Operand? in
      guard let expression else { return nil }
      let (operand, own) = feed(expression, in: members, isRaw: true)
      level = max(level, own)
      return operand
    }
    let isCondition = measure.of?.type == .bool
    let plan = RollUpPlan(
      rollUp: RollUp(
        take: rollUp.function, minimumN: rollUp.minimumN ?? 0),
      members: members, of: operands[0], weight: operands[1], condition: operands[2],
      countsKnown: rollUp.function == .count && !isCondition)
    return (plan, level)
  }

  /// An input that passes the gate, or is carried; nil for one that is read as it is.
  private mutating func derive(input i: Int) -> Int? {
    let input = compiler.policy.inputs[i]
    let index = compiler.indices[input.name.text]!
    if let id = known[.own(index)] { return id }
    var source: Operand
    var level = 0
    if input.isConfidential, input.scope != .provider, let screen = screen(of: index) {
      let gated = deriveGated(screen, .own(index), input.name.text, input.scope, input.type)
      guard input.isCarried else { return gated }
      source = Operand(scope: input.scope, source: .derived(gated), carriers: [])
      level = derivations[gated].level
    } else {
      guard input.isCarried else { return nil }
      source = tableOperand(i, in: input.scope)
    }
    return add(
      .own(index), input.name.text, input.scope, input.type, level: level,
      definition: input.definition,
      .carry(source, periods: input.carry, every: input.every))
  }

  /// An input before the gate, carried where it is carried behind it.
  private mutating func deriveRaw(_ i: Int) -> Int? {
    let input = compiler.policy.inputs[i]
    guard input.isConfidential, input.scope != .provider else { return derive(input: i) }
    guard input.isCarried else { return nil }
    let index = compiler.indices[input.name.text]!
    if let id = known[.raw(index)] { return id }
    return add(
      .raw(index), input.name.text, input.scope, input.type, level: 0,
      definition: input.definition,
      .carry(
        tableOperand(i, in: input.scope), periods: input.carry, every: input.every))
  }

  private mutating func tableOperand(_ i: Int, in scope: Scope) -> Operand {
    tableInputs[scope, default: []].insert(i)
    return Operand(scope: scope, source: .column(-1 - i), carriers: [])
  }

  /// A value of a subject's container.
  private mutating func deriveLookup(_ index: Int, _ name: String, in scope: Scope) -> Int {
    let key = Key.lookup(scope, name)
    if let id = known[key] { return id }
    let from: Scope =
      switch compiler.scopes[index] {
      case .one(let found), .upTo(let found): found
      case .unsure: scope
      }
    var closure = Closure()
    visit(index, name, in: from, isRaw: false, &closure)
    let (operand, level) = operand(name, closure, in: from)
    let type = compiler.environment.type(of: name).flatMap { ColumnType($0) }
    return add(
      key, name, scope, type ?? .number(range: nil), level: level, .lookup(operand, from: from))
  }

  // MARK: Screens

  /// The screen that a confidential figure passes; nil for what is open.
  private mutating func screen(of index: Int) -> (screen: Int, figure: Int)? {
    guard let family = compiler.families[index] else { return nil }
    if let screen = screens.firstIndex(where: { $0.family == family }) {
      let figure = screens[screen].figures.firstIndex { $0.index == index }
      return figure.map { (screen, $0) }
    }
    // Its place is taken before its figures are derived, which may read what others give.
    let place = screens.count
    screens.append(
      ScreenPlan(family: family, minimum: compiler.policy.minimumGroupSize, figures: [], level: 0))
    let members = compiler.families.filter { $0.value == family }.map(\.key).sorted()
    var figures: [ScreenPlan.Figure] = []
    var level = 0
    for member in members {
      let (figure, own) = figure(member)
      figures.append(figure)
      level = max(level, own)
    }
    screens[place] = ScreenPlan(
      family: family, minimum: compiler.policy.minimumGroupSize, figures: figures, level: level)
    return (place, members.firstIndex(of: index)!)
  }

  private mutating func figure(_ index: Int) -> (ScreenPlan.Figure, level: Int) {
    let quantity = compiler.quantities[index]
    if case .input(let i) = quantity.kind {
      let input = compiler.policy.inputs[i]
      let respondents = compiler.indices[input.respondents!.text]!
      guard case .input(let count) = compiler.quantities[respondents].kind else {
        preconditionFailure("respondents are an input")
      }
      return (
        ScreenPlan.Figure(
          index: index, name: quantity.name, scope: input.scope, range: input.range!,
          definition: input.definition,
          raw: tableOperand(i, in: input.scope),
          count: .respondents(tableOperand(count, in: input.scope))), 0
      )
    }
    guard case .measure(let i) = quantity.kind,
      case .rollUp(let rollUp) = compiler.policy.measures[i].formula,
      case .derived(let measure)? = compiled[index],
      case .one(let scope) = compiler.scopes[index]
    else { preconditionFailure("a figure is an input or a roll-up") }
    var (plan, level) = rollUpPlan(rollUp, measure, index)
    let raw = add(
      .rawRollUp(index), quantity.name, scope, measure.type, level: level, .rollUp(plan))
    level = derivations[raw].level
    var count = ScreenPlan.Figure.Count.members(plan)
    if let respondents = compiler.respondents(ofRollUp: index) {
      count = .respondentsOfMembers(plan, tableOperand(respondents, in: plan.members))
    }
    return (
      ScreenPlan.Figure(
        index: index, name: quantity.name, scope: scope,
        range: compiler.policy.measures[i].range ?? 0...1,
        definition: compiler.policy.measures[i].formula.definition,
        raw: Operand(scope: scope, source: .derived(raw), carriers: carriers(of: raw)),
        count: count, isShare: rollUp.function == .share), level
    )
  }

  private mutating func deriveGated(
    _ place: (screen: Int, figure: Int), _ key: Key, _ name: String, _ scope: Scope,
    _ type: ColumnType
  ) -> Int {
    if let id = known[key] { return id }
    return add(
      key, name, scope, type, level: screens[place.screen].level,
      .gate(figure: place.figure, of: place.screen))
  }

  // MARK: Feeds

  /// An expression as a column, evaluated for all rows of a scope unless it is a column already.
  private mutating func feed(
    _ expression: CheckedExpression, in scope: Scope, isRaw: Bool = false
  ) -> (operand: Operand, level: Int) {
    var closure = Closure()
    for name in expression.slots.map({ compiler.environment.names[$0] }) {
      // `period` is no quantity.
      guard let index = compiler.indices[name] else { continue }
      visit(index, name, in: scope, isRaw: isRaw, &closure)
    }
    if let name = expression.nameAlone.map({ compiler.environment.names[$0] }),
      compiler.indices[name] != nil
    {
      return operand(name, closure, in: scope, isRaw: isRaw)
    }
    return feed(.expression(expression), closure, in: scope, isRaw: isRaw)
  }

  /// A named quantity as a column.
  private mutating func operand(
    _ name: String, _ closure: Closure, in scope: Scope, isRaw: Bool = false
  ) -> (operand: Operand, level: Int) {
    if let id = closure.derived[name] {
      return (
        Operand(scope: scope, source: .derived(id), carriers: carriers(of: closure)),
        closure.level
      )
    }
    if let index = compiler.indices[name], case .input(let i) = compiler.quantities[index].kind,
      closure.inputs.contains(i)
    {
      let isID = compiler.policy.inputs[i].role == .subject(scope)
      return (
        isID
          ? Operand(scope: scope, source: .id, carriers: []) : tableOperand(i, in: scope), 0
      )
    }
    return feed(.slot(compiler.slot(name)), closure, in: scope, isRaw: isRaw)
  }

  private mutating func feed(
    _ output: Feed.Output, _ closure: Closure, in scope: Scope, isRaw: Bool
  ) -> (operand: Operand, level: Int) {
    var place = feeds.firstIndex {
      $0.scope == scope && $0.level == closure.level && $0.isRaw == isRaw
    }
    if place == nil {
      place = feeds.count
      feeds.append(
        FeedDraft(scope: scope, level: closure.level, isRaw: isRaw, closure: Closure()))
    }
    feeds[place!].closure.join(closure)
    feeds[place!].outputs.append(output)
    return (
      Operand(
        scope: scope, source: .fed(feed: place!, output: feeds[place!].outputs.count - 1),
        carriers: carriers(of: closure)), closure.level
    )
  }

  // MARK: What carries values

  /// For each slot of what rows compute or are given, the derivations that carry values into it.
  private func carriers(in closure: Closure) -> [Int: [Int]] {
    var carriers: [Int: [Int]] = [:]
    for (name, id) in closure.derived {
      let own = self.carriers(of: id)
      if !own.isEmpty { carriers[compiler.slot(name)] = own }
    }
    for index in compiler.order where closure.locals.contains(index) {
      let quantity = compiler.quantities[index]
      if carriers[compiler.slot(quantity.name)] != nil { continue }
      var own: Set<Int> = []
      for read in quantity.reads where !read.isOfMembers {
        own.formUnion(carriers[compiler.slot(compiler.readableName(read.name))] ?? [])
      }
      if !own.isEmpty { carriers[compiler.slot(quantity.name)] = own.sorted() }
    }
    return carriers
  }

  private func carriers(of closure: Closure) -> [Int] {
    Array(Set(closure.derived.values.flatMap { carriers(of: $0) })).sorted()
  }

  /// The derivation itself where its values may be carried ones.
  private func carriers(of id: Int) -> [Int] {
    switch derivations[id].operation {
    case .carry, .gate: [id]
    case .lookup(let operand, _), .peers(let operand, _, _): operand.carriers.isEmpty ? [] : [id]
    case .rollUp: derivations[id].operands.contains { !$0.carriers.isEmpty } ? [id] : []
    case .window, .chart, .ago, .life: []
    }
  }

  // MARK: Containers

  private struct Link {
    let from: Scope
    let to: Scope
    let input: Int
  }

  /// The columns by which subjects of a scope belong to containers.
  private mutating func links(of scope: Scope) -> [Link] {
    guard isJoined else { return [] }
    var links: [Link] = []
    for (i, input) in compiler.policy.inputs.enumerated() {
      guard let to = input.role?.scope, to > scope, home(of: input, to) == scope else { continue }
      links.append(Link(from: scope, to: to, input: i))
      tableInputs[scope, default: []].insert(i)
    }
    return links
  }

  /// Whether anything joins the rows of different scopes.
  private var isJoined: Bool {
    derivations.contains { derivation in
      switch derivation.operation {
      case .lookup, .rollUp, .gate: return true
      case .peers(_, _, let groups):
        return groups.contains { if case .scope = $0 { true } else { false } }
      default: return false
      }
    }
  }

  /// The scope whose table says to which container a subject belongs.
  private func home(of input: InputDeclaration, _ scope: Scope) -> Scope? {
    if input.scope < scope { return input.scope }
    return Scope.allCases.last { $0 < scope && compiler.hasSubjects($0) }
  }
}

extension Deriver.Closure {
  fileprivate mutating func join(_ other: Self) {
    locals.formUnion(other.locals)
    derived.merge(other.derived) { first, _ in first }
    inputs.formUnion(other.inputs)
    level = max(level, other.level)
  }
}

extension InputDeclaration {
  var isCarried: Bool { carry != nil || every != nil }

  /// Whether the table of a scope may have its column: ids also stand in the tables of members.
  func isColumn(of scope: Scope) -> Bool {
    role?.scope.map { $0 >= scope } ?? (self.scope == scope)
  }
}

extension Operand {
  /// Until tables are planned, an input stands for its column.
  func resolved(_ tables: [Scope: TablePlan]) -> Operand {
    guard case .column(let column) = source, column < 0 else { return self }
    var resolved = self
    resolved.source = tables[scope]!.source(of: -1 - column)
    return resolved
  }
}

// What kept values depend on, as texts that stay the same while a policy says the same.

extension MeasureDeclaration.Formula {
  fileprivate var definition: String {
    switch self {
    case .window(let of, let window):
      let length = window.last.map { "over \($0) of" } ?? "of"
      return (window.take == .count ? "count " : "") + "\(length) \(of.text)"
    case .chart(let of, _): return "of \(of.text)"
    case .ago(let of, let periods): return "ago \(periods) of \(of.text)"
    case .rollUp(let plan):
      let parts = [plan.of, plan.weight, plan.condition].map { $0?.text ?? "-" }
      return "\(plan.function) of " + parts.joined(separator: "; ")
    case .expression, .peers: return ""
    }
  }
}

extension InputDeclaration {
  fileprivate var definition: String {
    let parts = [carry.map { "carry \($0)" }, every.map { "every \($0.rawValue)" }, column]
    return parts.compactMap { $0 }.joined(separator: " ")
  }
}

extension AlertDeclaration {
  fileprivate var definition: String {
    let life = "for \(holdFor ?? 0) keep \(keepFor) cooldown \(cooldown) stale \(staleAfter ?? -1)"
    return "\(life) when \(condition.text)" + (clearWhen.map { " clear \($0.text)" } ?? "")
  }
}
