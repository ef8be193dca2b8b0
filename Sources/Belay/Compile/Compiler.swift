import CEL
package import Diagnostics
import Tables

/// Turns a declaration into plans: resolves names, finds scopes, sorts by dependency, checks
/// expressions, and reports everything that is wrong on the way.
struct Compiler {
  let policy: PolicyDeclaration
  var diagnostics: [Diagnostic] = []
  var environment = Environment(profile: .policy)
  private(set) var quantities: [Quantity] = []
  /// From every readable name to its quantity; a score has three.
  private(set) var indices: [String: Int] = [:]
  private(set) var scopes: [ScopeFinding] = []
  /// Quantities in an order in which each comes after what it reads.
  private(set) var order: [Int] = []
  /// Expressions by the place where they stand.
  private var parsed: [SourceSpan: ParsedExpression] = [:]
  private var usedFacts: Set<String> = []
  private var usedNames: Set<String> = []

  init(_ policy: PolicyDeclaration) {
    self.policy = policy
  }

  /// The plans of all scopes that the policy has, and how many slots they share.
  ///
  /// They are whole unless there is an error among the diagnostics.
  static func compile(
    _ policy: PolicyDeclaration, diagnostics: inout [Diagnostic]
  ) -> (plans: [Scope: Plan], slotCount: Int) {
    var compiler = Compiler(policy)
    compiler.collect()
    compiler.sort()
    compiler.findScopes()
    compiler.checkReferences()
    compiler.checkPrivacy()
    let plans = compiler.makePlans()
    compiler.warnOfUnused()
    diagnostics += compiler.diagnostics
    return (plans, compiler.environment.names.count)
  }

  // MARK: Names

  /// Gives every quantity its name, and finds what it reads.
  private mutating func collect() {
    environment.declare("period", .timestamp)
    for (i, input) in policy.inputs.enumerated() {
      add(input.name.text, input.name.span, .input(i), scope: input.scope)
    }
    for (i, parameter) in policy.parameters.enumerated() {
      add(parameter.name.text, parameter.name.span, .parameter(i))
    }
    for (i, measure) in policy.measures.enumerated() {
      add(measure.name.text, measure.name.span, .measure(i), scope: measure.scope)
    }
    for (i, factor) in policy.factors.enumerated() {
      add("points.\(factor.name.text)", factor.name.span, .factor(i))
    }
    for (i, domain) in policy.domains.enumerated() {
      add("domain.\(domain.name.text)", domain.name.span, .domain(i))
    }
    for (i, score) in policy.scores.enumerated() {
      add("score.\(score.name.text)", score.name.span, .score(i), scope: score.scope)
      indices["level.\(score.name.text)"] = indices["score.\(score.name.text)"]
      indices["coverage.\(score.name.text)"] = indices["score.\(score.name.text)"]
    }
    for (i, alert) in policy.alerts.enumerated() {
      add("alert.\(alert.name.text)", alert.name.span, .alert(i), scope: alert.scope)
    }
    for (i, intervention) in policy.interventions.enumerated() {
      add(
        "intervention.\(intervention.name.text)", intervention.name.span, .intervention(i),
        scope: intervention.scope)
    }
    for i in quantities.indices { collectReads(of: i) }
  }

  private mutating func add(
    _ name: String, _ span: SourceSpan, _ kind: Quantity.Kind, scope: Scope? = nil
  ) {
    indices[name] = quantities.count
    quantities.append(Quantity(name: name, span: span, kind: kind, declaredScope: scope))
  }

  private mutating func collectReads(of index: Int) {
    switch quantities[index].kind {
    case .input(let i):
      if let respondents = policy.inputs[i].respondents { read(respondents, index, .value) }
    case .parameter(let i):
      if let by = policy.parameters[i].by { read(by, index, .value) }
    case .measure(let i): read(policy.measures[i].expression, index)
    case .factor(let i):
      let factor = policy.factors[i]
      switch factor.rule {
      case .scaled(let part): read(part, index)
      case .points(let expression): read(expression, index)
      case .when(let condition, let then, let otherwise):
        read(condition, index)
        read(then, index)
        read(otherwise, index)
      case .worst(let parts):
        for part in parts { read(part, index) }
      }
      if let applies = factor.applies { read(applies, index) }
      read(factor.weight, index)
    case .domain(let i):
      let domain = policy.domains[i]
      for factor in policy.factors where factor.domain.text == domain.name.text {
        quantities[index].reads.append(("points.\(factor.name.text)", factor.domain.span))
      }
      read(domain.weight, index)
      for floor in domain.floors { read(floor, index) }
    case .score(let i):
      let score = policy.scores[i]
      for domain in score.domains ?? [] {
        read(NameReference(text: "domain.\(domain.text)", span: domain.span), index, .domain)
      }
      for level in score.levels { read(level.bound, index) }
      for floor in score.floors { read(floor, index) }
    case .alert(let i):
      let alert = policy.alerts[i]
      read(alert.condition, index)
      if case .graded(let grades) = alert.severity {
        for grade in grades { read(grade.condition, index) }
      }
      for case .value(let name, _, let span) in alert.message.pieces {
        read(NameReference(text: name, span: span), index, .readable)
      }
    case .intervention(let i):
      let intervention = policy.interventions[i]
      if let condition = intervention.condition { read(condition, index) }
      if let unless = intervention.unless { read(unless, index) }
      for required in intervention.requires {
        read(
          NameReference(text: "intervention.\(required.text)", span: required.span), index,
          .intervention)
      }
    }
  }

  /// What a reference by name may point at.
  enum Target {
    case value, domain, intervention, readable
  }

  private mutating func read(_ reference: NameReference, _ index: Int, _ target: Target) {
    guard let found = indices[reference.text], target.admits(quantities[found].kind) else {
      if reference.text == "period", target == .readable { return }
      diagnostics.append(unknown(reference, target))
      return
    }
    quantities[index].reads.append((reference.text, reference.span))
  }

  private mutating func read(_ setting: NumberSetting, _ index: Int) {
    if case .parameter(let reference) = setting { read(reference, index, .value) }
  }

  private mutating func read(_ part: FactorDeclaration.Part, _ index: Int) {
    read(part.from, index)
    if case .curve(.parameter(let reference)) = part.scale { read(reference, index, .value) }
  }

  private mutating func read(_ floor: FloorDeclaration, _ index: Int) {
    read(floor.condition, index)
    read(floor.atLeast, index)
  }

  private mutating func read(_ expression: ExpressionText, _ index: Int) {
    guard
      let tree = ParsedExpression.parse(
        expression.text, map: expression.map, diagnostics: &diagnostics)
    else { return }
    let indices = self.indices
    var crossesScopes = false
    for reference in tree.references(among: { indices[$0] != nil || $0 == "period" }) {
      if reference.isDeclared {
        if reference.name != "period" {
          quantities[index].reads.append((reference.name, reference.span))
        }
      } else if let scope = containingScope(reference.name) {
        diagnostics.append(.crossesScopes(reference.name, scope, at: reference.span))
        crossesScopes = true
      }
    }
    if !crossesScopes { parsed[expression.span] = tree }
  }

  /// The scope that a name such as `team.psych_safety_mean` reads from.
  private func containingScope(_ name: String) -> Scope? {
    guard let dot = name.firstIndex(of: ".") else { return nil }
    return Scope(rawValue: String(name[..<dot]))
  }

  // MARK: Order

  /// Sorts quantities so that each comes after what it reads; a cycle is reported once.
  private mutating func sort() {
    resolveScoreDomains()
    enum Mark { case open, done }
    var marks = [Mark?](repeating: nil, count: quantities.count)
    // Depth first, with a path of our own: a chain of measures may be longer than the stack.
    for root in quantities.indices where marks[root] == nil {
      var path: [(index: Int, next: Int)] = [(root, 0)]
      marks[root] = .open
      while let (index, next) = path.last {
        guard next < quantities[index].reads.count else {
          marks[index] = .done
          order.append(index)
          path.removeLast()
          continue
        }
        path[path.count - 1].next += 1
        guard let read = indices[quantities[index].reads[next].name] else { continue }
        switch marks[read] {
        case nil:
          marks[read] = .open
          path.append((read, 0))
        case .open:
          let start = path.firstIndex { $0.index == read }!
          let members = path[start...].map { member in
            (quantities[member.index], quantities[member.index].reads[member.next - 1].span)
          }
          diagnostics.append(.cycle(members.map { ($0.0.name, $0.1) }))
          // The edge is dropped, so that the rest can be looked at.
        case .done: break
        }
      }
    }
  }

  /// A score without a list of domains takes all of its scope.
  private mutating func resolveScoreDomains() {
    for (i, score) in policy.scores.enumerated() where score.domains == nil {
      let index = indices["score.\(score.name.text)"]!
      for j in domains(of: i) {
        let domain = policy.domains[j]
        quantities[index].reads.append(("domain.\(domain.name.text)", score.name.span))
      }
    }
  }

  /// Indices of the domains of a score, in policy order of its list or of their declaration.
  func domains(of score: Int) -> [Int] {
    let declaration = policy.scores[score]
    if let names = declaration.domains {
      return names.compactMap { name in
        policy.domains.firstIndex { $0.name.text == name.text }
      }
    }
    let filled = policy.domains.indices.filter { domain in
      policy.factors.contains { $0.domain.text == policy.domains[domain].name.text }
    }
    guard let scope = declaration.scope else { return filled }
    return filled.filter { domain in
      let factors = policy.factors.filter {
        $0.domain.text == policy.domains[domain].name.text
      }
      return factors.contains { roughScope(of: "points.\($0.name.text)") == scope }
    }
  }

  /// The scope of what a quantity reads, found without an order; for choosing domains alone.
  private func roughScope(of name: String) -> Scope? {
    var seen: Set<Int> = []
    var open = [name]
    while let next = open.popLast() {
      guard let index = indices[next], seen.insert(index).inserted else { continue }
      if case .input(let i) = quantities[index].kind, policy.inputs[i].role?.scope == nil {
        return policy.inputs[i].scope
      }
      open += quantities[index].reads.map(\.name)
    }
    return .provider
  }

  // MARK: Scopes

  private mutating func findScopes() {
    scopes = Array(repeating: .any, count: quantities.count)
    for index in order {
      let quantity = quantities[index]
      if case .input(let i) = quantity.kind {
        // The id of a team can be read wherever a team's members are.
        scopes[index] = policy.inputs[i].role?.scope == nil ? .one(policy.inputs[i].scope) : .any
        continue
      }
      var found: (scope: Scope, name: String, span: SourceSpan)?
      if let declared = quantity.declaredScope { found = (declared, quantity.name, quantity.span) }
      for read in quantity.reads {
        guard let readIndex = indices[read.name], case .one(let scope) = scopes[readIndex]
        else { continue }
        if let found, found.scope != scope {
          diagnostics.append(
            .mixedScopes(
              (read.name, scope, read.span), (found.name, found.scope, found.span)))
          break
        }
        if found == nil { found = (scope, read.name, read.span) }
      }
      if let found {
        scopes[index] = .one(found.scope)
      } else {
        switch quantity.kind {
        case .parameter, .measure: scopes[index] = .any
        default: scopes[index] = .one(.provider)
        }
      }
    }
  }

  /// The scope of a quantity; provider for what can be used in any.
  func scope(of name: String) -> Scope {
    guard let index = indices[name], case .one(let scope) = scopes[index] else { return .provider }
    return scope
  }

  /// Whether a plan of a scope computes a quantity.
  func isPart(_ index: Int, of scope: Scope) -> Bool {
    switch scopes[index] {
    case .any: true
    case .one(let found): found == scope
    }
  }

  // MARK: Expressions

  /// Checks an expression whose names have their types by now.
  mutating func check(_ expression: ExpressionText, expecting type: CELType?) -> CheckedExpression?
  {
    parsed[expression.span].flatMap {
      environment.check($0, expecting: type, diagnostics: &diagnostics)
    }
  }

  /// Checks an expression that has to give a number, which may be a whole one.
  mutating func checkNumber(_ expression: ExpressionText) -> CheckedExpression? {
    guard let tree = parsed[expression.span] else { return nil }
    var quiet: [Diagnostic] = []
    if let checked = environment.check(tree, expecting: nil, diagnostics: &quiet),
      [.double, .int, .uint].contains(checked.type)
    {
      return checked
    }
    return environment.check(tree, expecting: .double, diagnostics: &diagnostics)
  }

  // MARK: References that are no quantities

  private mutating func checkReferences() {
    let facts = Set(policy.facts.map(\.name.text))
    for reference in allEvidence {
      usedFacts.insert(reference.text)
      if !facts.contains(reference.text) {
        diagnostics.append(.unknownFact(reference, policy.facts.map(\.name.text)))
      }
    }
    for factor in policy.factors where indices["domain.\(factor.domain.text)"] == nil {
      diagnostics.append(unknown(factor.domain, .domain))
    }
    for (i, alert) in policy.alerts.enumerated() {
      for audience in alert.audience ?? [] where Audience(rawValue: audience.text) == nil {
        diagnostics.append(.unknownAudience(policy.alerts[i].name, audience))
      }
    }
    for intervention in policy.interventions {
      for address in intervention.addresses {
        let index = indices[address.text]
        let isAddressable =
          index.map { index in
            switch quantities[index].kind {
            case .factor, .domain, .score, .alert: true
            default: false
            }
          } ?? false
        if !isAddressable { diagnostics.append(unknown(address, .readable)) }
      }
      for effect in intervention.effects { checkEffect(effect) }
    }
    for parameter in policy.parameters { checkParameterKey(parameter) }
    if policy.time == nil, let use = firstUseOfPeriod {
      diagnostics.append(.periodWithoutTime(at: use))
    }
  }

  private var firstUseOfPeriod: SourceSpan? {
    parsed.values.lazy.flatMap { $0.references(among: { $0 == "period" }) }
      .filter { $0.name == "period" }.map(\.span).min { $0.lower < $1.lower }
  }

  private mutating func checkEffect(_ effect: InterventionDeclaration.Effect) {
    usedNames.insert(effect.quantity.text)
    guard let index = indices[effect.quantity.text], case .input(let i) = quantities[index].kind
    else {
      diagnostics.append(
        .unknownName(
          effect.quantity.text, "an input", at: effect.quantity.span,
          among: policy.inputs.map(\.name.text)))
      return
    }
    guard case .number = policy.inputs[i].type else {
      diagnostics.append(.effectOnText(effect.quantity))
      return
    }
  }

  private mutating func checkParameterKey(_ parameter: ParameterDeclaration) {
    guard let by = parameter.by, let index = indices[by.text] else { return }
    guard case .input(let i) = quantities[index].kind, case .text(let oneOf) = policy.inputs[i].type
    else {
      diagnostics.append(.keyIsNoText(by))
      return
    }
    guard let oneOf else { return }
    for item in parameter.cases where !oneOf.contains(item.key) {
      diagnostics.append(
        .unknownName(item.key, "a text of `\(by.text)`", at: item.keySpan, among: oneOf))
    }
  }

  private var allEvidence: [NameReference] {
    var all = policy.inputs.flatMap(\.evidence)
    all += policy.parameters.flatMap(\.evidence)
    all += policy.measures.flatMap(\.evidence)
    all += policy.factors.flatMap(\.evidence)
    all += policy.domains.flatMap { $0.evidence + $0.floors.flatMap(\.evidence) }
    all += policy.scores.flatMap { $0.evidence + $0.floors.flatMap(\.evidence) }
    all += policy.alerts.flatMap(\.evidence)
    all += policy.interventions.flatMap(\.evidence)
    return all
  }

  private func unknown(_ reference: NameReference, _ target: Target) -> Diagnostic {
    let (what, prefix) =
      switch target {
      case .value: ("an input, parameter or measure", "")
      case .domain: ("a domain", "domain.")
      case .intervention: ("an intervention", "intervention.")
      case .readable: ("declared in this policy", "")
      }
    let name =
      reference.text.hasPrefix(prefix)
      ? String(reference.text.dropFirst(prefix.count)) : reference.text
    let candidates = quantities.lazy.filter { target.admits($0.kind) }.map {
      String($0.name.dropFirst(prefix.count))
    }
    return .unknownName(name, what, at: reference.span, among: Array(candidates))
  }

  // MARK: Unused

  private mutating func warnOfUnused() {
    for quantity in quantities {
      for read in quantity.reads { usedNames.insert(read.name) }
    }
    for quantity in quantities where !usedNames.contains(quantity.name) {
      switch quantity.kind {
      case .input(let i) where policy.inputs[i].role == nil:
        diagnostics.append(.unused("input", quantity))
      case .parameter: diagnostics.append(.unused("parameter", quantity))
      case .measure(let i) where !policy.measures[i].isShown:
        diagnostics.append(.unused("measure", quantity))
      case .domain(let i):
        let domain = policy.domains[i]
        if !policy.factors.contains(where: { $0.domain.text == domain.name.text }) {
          diagnostics.append(.unused("domain", quantity))
        }
      default: break
      }
    }
    for fact in policy.facts where !usedFacts.contains(fact.name.text) {
      diagnostics.append(.unusedFact(fact.name))
    }
  }
}

extension Compiler.Target {
  func admits(_ kind: Quantity.Kind) -> Bool {
    switch (self, kind) {
    case (.value, .input), (.value, .parameter), (.value, .measure): true
    case (.domain, .domain), (.intervention, .intervention): true
    case (.readable, .intervention): false
    case (.readable, _): true
    default: false
    }
  }
}

/// Who may see a result.
public enum Audience: String, CaseIterable, Sendable {
  case own = "self"
  case peerSupport = "peer_support"
  case teamLead = "team_lead"
  case operations
  case executive
  case researcher

  /// Who sees a result of a scope where the policy says nothing.
  static func standard(_ scope: Scope) -> [Audience] {
    scope == .provider ? [.own, .operations] : allCases.filter { $0 != .researcher }
  }
}

extension Diagnostic {
  static func unknownName(
    _ name: String, _ what: String, at span: SourceSpan, among candidates: [String]
  ) -> Diagnostic {
    let near = nearestName(to: name, among: candidates)
    return Diagnostic(
      code: .unknownName, message: "unknown name `\(name)`",
      primary: Label(span: span, text: "this is not \(what)"),
      fixIts: near.map { [FixIt(replacing: span, with: $0)] } ?? [])
  }

  fileprivate static func crossesScopes(
    _ name: String, _ scope: Scope, at span: SourceSpan
  ) -> Diagnostic {
    Diagnostic(
      code: .unsupported, message: "`\(name)` reads from the scope \(scope.rawValue)",
      primary: Label(span: span, text: "references across scopes are not supported yet"))
  }

  fileprivate static func mixedScopes(
    _ a: (name: String, scope: Scope, span: SourceSpan),
    _ b: (name: String, scope: Scope, span: SourceSpan)
  ) -> Diagnostic {
    Diagnostic(
      code: .mixedScopes,
      message: "`\(a.name)` is of the scope \(a.scope.rawValue), "
        + "`\(b.name)` of the scope \(b.scope.rawValue)",
      primary: Label(span: a.span, text: "scope \(a.scope.rawValue)"),
      secondary: [Label(span: b.span, text: "scope \(b.scope.rawValue)")],
      notes: ["references across scopes are not supported yet"])
  }

  fileprivate static func cycle(_ members: [(name: String, span: SourceSpan)]) -> Diagnostic {
    let path = (members.map(\.name) + [members[0].name]).map { "`\($0)`" }
    return Diagnostic(
      code: .cycle, message: "\(path.joined(separator: " needs "))",
      primary: Label(span: members[0].span, text: "a quantity cannot depend on itself"),
      secondary: members.dropFirst().map { Label(span: $0.span) })
  }

  fileprivate static func unknownFact(
    _ reference: NameReference, _ facts: [String]
  ) -> Diagnostic {
    Diagnostic(
      code: .unknownFact, message: "no fact `\(reference.text)` in `evidence`",
      primary: Label(span: reference.span),
      fixIts: nearestName(to: reference.text, among: facts).map {
        [FixIt(replacing: reference.span, with: $0)]
      } ?? [])
  }

  fileprivate static func unknownAudience(
    _ alert: DeclaredName, _ audience: NameReference
  ) -> Diagnostic {
    .unknownName(
      audience.text, "an audience", at: audience.span, among: Audience.allCases.map(\.rawValue))
  }

  fileprivate static func effectOnText(_ reference: NameReference) -> Diagnostic {
    Diagnostic(
      code: .wrongType, message: "an effect changes a number, and `\(reference.text)` is none",
      primary: Label(span: reference.span))
  }

  fileprivate static func keyIsNoText(_ reference: NameReference) -> Diagnostic {
    Diagnostic(
      code: .wrongType, message: "`by` takes an input of type text, and `\(reference.text)` is none",
      primary: Label(span: reference.span))
  }

  fileprivate static func periodWithoutTime(at span: SourceSpan) -> Diagnostic {
    Diagnostic(
      code: .missingKey, message: "`period` needs `time`, which this policy lacks",
      primary: Label(span: span), notes: ["such as `time: {column: month, every: month}`"])
  }

  fileprivate static func unused(_ kind: String, _ quantity: Quantity) -> Diagnostic {
    let name = quantity.name.split(separator: ".").last ?? ""
    return Diagnostic(
      code: .unused, message: "nothing uses \(kind) `\(name)`",
      primary: Label(span: quantity.span))
  }

  fileprivate static func unusedFact(_ name: DeclaredName) -> Diagnostic {
    Diagnostic(
      code: .unused, message: "nothing cites fact `\(name.text)`", primary: Label(span: name.span))
  }
}

extension DiagnosticCode {
  package static let mixedScopes = DiagnosticCode(
    "mixed-scopes", "An expression reads quantities of different scopes.")
  package static let cycle = DiagnosticCode(
    "cycle", "Quantities depend on one another in a circle.")
  package static let unknownFact = DiagnosticCode(
    "unknown-fact", "An `evidence` list names a fact that the policy does not have.")
  package static let wrongType = DiagnosticCode(
    "wrong-type", "A name refers to something of a type that does not fit there.")
  package static let unused = DiagnosticCode(
    "unused", .warning, "Something is declared and nothing uses it.")
}
