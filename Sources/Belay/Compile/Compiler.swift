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
  /// The factors of each domain that the policy has, and the domains of each score; both are
  /// indices in policy order.
  private(set) var factorsOfDomain: [[Int]] = []
  private(set) var domainsOfScore: [[Int]] = []
  /// Scores of which has been said that their scope is not clear.
  private var scoresWithoutScope: Set<Int> = []
  /// Expressions by the place where they stand; nil for one that has been reported.
  private var parsed: [SourceSpan: ParsedExpression?] = [:]
  /// Where `period` is read first.
  private var periodUse: SourceSpan?
  private var usedFacts: Set<String> = []
  private var usedNames: Set<String> = []

  init(_ policy: PolicyDeclaration) {
    self.policy = policy
  }

  /// The plans of all scopes that the policy has, and how many slots they share.
  ///
  /// There are none while there is an error among the diagnostics.
  static func compile(
    _ policy: PolicyDeclaration, diagnostics: inout [Diagnostic]
  ) -> (plans: [Scope: Plan], slotCount: Int) {
    // With a part of the policy unseen nearly every name would be unknown.
    guard policy.isComplete else { return ([:], 0) }
    var compiler = Compiler(policy)
    compiler.collect()
    compiler.chooseDomains()
    compiler.sort()
    compiler.findScopes()
    compiler.checkScores()
    compiler.checkSubjects()
    compiler.checkReferences()
    compiler.checkPrivacy()
    let compiled = compiler.compileAll()
    if !diagnostics.hasErrors, !compiler.diagnostics.hasErrors {
      // While something is wrong, that is most often why something else is unused.
      compiler.warnOfUnused()
      compiler.warnOfNothing()
    }
    diagnostics += compiler.diagnostics
    guard !diagnostics.hasErrors else { return ([:], 0) }
    return (compiler.plans(compiled), compiler.environment.names.count)
  }

  // MARK: Names

  /// Gives every quantity its name, and finds what it reads.
  private mutating func collect() {
    environment.declare("period", .timestamp)
    for (i, name) in policy.broken.enumerated() {
      add(name.text, name.span, .broken(i))
      if name.text.hasPrefix("score.") { addScoreNames(String(name.text.dropFirst(6))) }
    }
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
      addScoreNames(score.name.text)
    }
    for (i, alert) in policy.alerts.enumerated() {
      add("alert.\(alert.name.text)", alert.name.span, .alert(i), scope: alert.scope)
    }
    for (i, intervention) in policy.interventions.enumerated() {
      add(
        "intervention.\(intervention.name.text)", intervention.name.span, .intervention(i),
        scope: intervention.scope)
    }
    factorsOfDomain = Array(repeating: [], count: policy.domains.count)
    for (i, factor) in policy.factors.enumerated() {
      if let domain = domain(named: factor.domain.text) { factorsOfDomain[domain].append(i) }
    }
    for i in quantities.indices { collectReads(of: i) }
  }

  /// The index of a declared domain.
  private func domain(named name: String) -> Int? {
    guard let index = indices["domain.\(name)"], case .domain(let i) = quantities[index].kind
    else { return nil }
    return i
  }

  private mutating func addScoreNames(_ score: String) {
    indices["level.\(score)"] = indices["score.\(score)"]
    indices["coverage.\(score)"] = indices["score.\(score)"]
  }

  private mutating func add(
    _ name: String, _ span: SourceSpan, _ kind: Quantity.Kind, scope: Scope? = nil
  ) {
    indices[name] = quantities.count
    quantities.append(Quantity(name: name, span: span, kind: kind, declaredScope: scope))
  }

  private mutating func collectReads(of index: Int) {
    switch quantities[index].kind {
    case .broken: break
    case .input(let i):
      if let respondents = policy.inputs[i].respondents { read(respondents, index, .input) }
    case .parameter(let i):
      if let by = policy.parameters[i].by { read(by, index, .input) }
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
      for i in factorsOfDomain[i] {
        let factor = policy.factors[i]
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
    case input, parameter, domain, intervention
    /// What alerts and interventions can be about.
    case addressable
    /// Whatever expressions can read.
    case readable
  }

  private mutating func read(_ reference: NameReference, _ index: Int, _ target: Target) {
    guard let found = indices[reference.text], target.admits(quantities[found].kind) else {
      if target == .readable, reference.text == "period" {
        notePeriod(reference.span)
      } else if target == .readable, isOfScope(reference.text) {
        diagnostics.append(.crossesScopes(reference.text, at: reference.span))
      } else {
        diagnostics.append(unknown(reference, target))
      }
      return
    }
    quantities[index].reads.append((reference.text, reference.span))
  }

  private mutating func read(_ setting: NumberSetting, _ index: Int) {
    if case .parameter(let reference) = setting { read(reference, index, .parameter) }
  }

  private mutating func read(_ part: FactorDeclaration.Part, _ index: Int) {
    read(part.from, index)
    if case .curve(.parameter(let reference)) = part.scale { read(reference, index, .parameter) }
  }

  private mutating func read(_ floor: FloorDeclaration, _ index: Int) {
    read(floor.condition, index)
    read(floor.atLeast, index)
  }

  private mutating func read(_ expression: ExpressionText, _ index: Int) {
    let tree: ParsedExpression?
    if let known = parsed[expression.span] {
      tree = known
    } else {
      tree = ParsedExpression.parse(
        expression.text, map: expression.map, diagnostics: &diagnostics)
      parsed[expression.span] = .some(tree)
    }
    guard let tree else { return }
    let indices = self.indices
    var crossesScopes = false
    for reference in tree.references(among: { indices[$0] != nil || $0 == "period" }) {
      if isOfScope(reference.span.text), indices[reference.span.text] == nil {
        diagnostics.append(.crossesScopes(reference.span.text, at: reference.span))
        crossesScopes = true
      } else if reference.isDeclared, reference.name == "period" {
        notePeriod(reference.span)
      } else if reference.isDeclared {
        quantities[index].reads.append((reference.name, reference.span))
      }
    }
    if crossesScopes { parsed[expression.span] = .some(nil) }
  }

  private mutating func notePeriod(_ span: SourceSpan) {
    if periodUse == nil { periodUse = span }
  }

  /// Whether a name such as `team.psych_safety_mean` reads from another scope.
  private func isOfScope(_ name: String) -> Bool {
    guard let dot = name.firstIndex(of: ".") else { return false }
    return Scope(rawValue: String(name[..<dot])) != nil
  }

  // MARK: Order

  /// Sorts quantities so that each comes after what it reads; a cycle is reported once.
  private mutating func sort() {
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

  /// Gives each score its domains: those that it lists, or else all of its scope.
  private mutating func chooseDomains() {
    domainsOfScore = policy.scores.map { score in
      (score.domains ?? []).compactMap { domain(named: $0.text) }
    }
    guard policy.scores.contains(where: { $0.domains == nil }) else { return }
    // Which scope a domain has shows in a draft, where these scores read nothing yet.
    var draft = self
    draft.sort()
    draft.findScopes()
    let filled = policy.domains.indices.filter { !factorsOfDomain[$0].isEmpty }
    let scopeOfDomain = policy.domains.map { domain -> Scope? in
      if case .one(let scope) = draft.scopes[indices["domain.\(domain.name.text)"]!] {
        scope
      } else {
        nil
      }
    }
    let found = Set(filled.compactMap { scopeOfDomain[$0] })
    for (i, score) in policy.scores.enumerated() where score.domains == nil {
      if score.scope == nil, found.count > 1 {
        diagnostics.append(.scoreOfSeveralScopes(score.name, found.sorted()))
        scoresWithoutScope.insert(i)
        continue
      }
      let index = indices["score.\(score.name.text)"]!
      for domain in filled where score.scope == nil || scopeOfDomain[domain] == score.scope {
        domainsOfScore[i].append(domain)
        quantities[index].reads.append(
          ("domain.\(policy.domains[domain].name.text)", score.name.span))
      }
    }
  }

  // MARK: Scopes

  private mutating func findScopes() {
    scopes = Array(repeating: .unsure, count: quantities.count)
    for index in order { scopes[index] = findScope(of: quantities[index]) }
  }

  private mutating func findScope(of quantity: Quantity) -> ScopeFinding {
    switch quantity.kind {
    case .broken: return .unsure
    case .input(let i):
      // The id of a team can be read wherever a team's members are.
      return policy.inputs[i].role?.scope.map { .upTo($0) } ?? .one(policy.inputs[i].scope)
    default: break
    }
    typealias Found = (name: String, scope: Scope, span: SourceSpan)
    var one: Found?
    var limit: Found?
    var isUnsure = false
    if let declared = quantity.declaredScope { one = (quantity.name, declared, quantity.span) }
    for read in quantity.reads {
      guard let index = indices[read.name] else { continue }
      switch scopes[index] {
      case .unsure: isUnsure = true
      case .upTo(let scope):
        if scope < limit?.scope ?? .organization { limit = (read.name, scope, read.span) }
      case .one(let scope):
        if let one, one.scope != scope {
          diagnostics.append(.mixedScopes((read.name, scope, read.span), one))
          return .unsure
        }
        if one == nil { one = (read.name, scope, read.span) }
      }
      if let one, let limit, limit.scope < one.scope {
        diagnostics.append(.mixedScopes(limit, one))
        return .unsure
      }
    }
    if let one { return .one(one.scope) }
    if isUnsure { return .unsure }
    switch quantity.kind {
    case .parameter, .measure: return .upTo(limit?.scope ?? .organization)
    default: return .one(.provider)
    }
  }

  /// The scope of a quantity; provider for what can be used in several.
  func scope(of name: String) -> Scope {
    guard let index = indices[name], case .one(let scope) = scopes[index] else { return .provider }
    return scope
  }

  /// Whether a plan of a scope computes a quantity.
  func isPart(_ index: Int, of scope: Scope) -> Bool {
    switch scopes[index] {
    case .upTo(let limit): scope <= limit
    case .one(let found): found == scope
    case .unsure: false
    }
  }

  /// Scores of one scope say which domains they take, and each takes some.
  private mutating func checkScores() {
    var ofScope: [Scope: [Int]] = [:]
    for (i, score) in policy.scores.enumerated() where !scoresWithoutScope.contains(i) {
      guard case .one(let scope) = scopes[indices["score.\(score.name.text)"]!] else { continue }
      ofScope[scope, default: []].append(i)
      if domainsOfScore[i].isEmpty, score.floors.isEmpty, policy.broken.isEmpty,
        score.domains?.isEmpty ?? true
      {
        diagnostics.append(.scoreWithoutDomains(score.name, scope))
      }
    }
    for (scope, scores) in ofScope where scores.count > 1 {
      for i in scores where policy.scores[i].domains == nil {
        let other = policy.scores[scores[scores[0] == i ? 1 : 0]].name
        diagnostics.append(.scoreNeedsDomains(policy.scores[i].name, scope, other: other))
      }
    }
  }

  /// The scopes that have anything to assess or at least an id.
  var usedScopes: [Scope] {
    var used = Set(policy.inputs.compactMap { $0.role?.scope })
    for case .one(let scope) in scopes { used.insert(scope) }
    return used.sorted()
  }

  /// Every scope that is assessed has a column with its subjects' ids.
  private mutating func checkSubjects() {
    // The input that is missing may be one of those that are wrong.
    guard policy.broken.isEmpty else { return }
    let subjects = Set(policy.inputs.compactMap { $0.role?.scope })
    for scope in usedScopes where !subjects.contains(scope) {
      let first = quantities.indices.first { scopes[$0] == .one(scope) }.map { quantities[$0] }
      diagnostics.append(.noSubject(scope, first, at: policy.span))
    }
  }

  // MARK: Expressions

  /// Checks an expression whose names have their types by now.
  mutating func check(_ expression: ExpressionText, expecting type: CELType?) -> CheckedExpression?
  {
    guard case .some(.some(let tree)) = parsed[expression.span] else { return nil }
    return environment.check(tree, expecting: type, diagnostics: &diagnostics)
  }

  /// Checks an expression that has to give a number, which may be a whole one.
  mutating func checkNumber(_ expression: ExpressionText) -> CheckedExpression? {
    guard case .some(.some(let tree)) = parsed[expression.span] else { return nil }
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
    let facts = Set(policy.facts.map(\.name.text)).union(policy.brokenFacts)
    for reference in allEvidence {
      usedFacts.insert(reference.text)
      if !facts.contains(reference.text) {
        diagnostics.append(.unknownFact(reference, policy.facts.map(\.name.text)))
      }
    }
    for factor in policy.factors where indices["domain.\(factor.domain.text)"] == nil {
      diagnostics.append(unknown(factor.domain, .domain))
    }
    for alert in policy.alerts {
      for audience in alert.audience ?? [] where Audience(rawValue: audience.text) == nil {
        if policy.ownAudiences.contains(audience.text) { continue }
        diagnostics.append(.unknownAudience(audience))
      }
    }
    for intervention in policy.interventions {
      for address in intervention.addresses {
        if let index = indices[address.text], Target.addressable.admits(quantities[index].kind) {
          continue
        }
        diagnostics.append(unknownAddress(address))
      }
      for effect in intervention.effects { checkEffect(effect) }
    }
    for parameter in policy.parameters { checkParameterKey(parameter) }
    if policy.time == nil, let periodUse {
      diagnostics.append(.periodWithoutTime(at: periodUse))
    }
  }

  private mutating func checkEffect(_ effect: InterventionDeclaration.Effect) {
    usedNames.insert(effect.quantity.text)
    let found = indices[effect.quantity.text].map { quantities[$0].kind }
    switch found {
    case .broken: break
    case .input(let i):
      if case .number = policy.inputs[i].type { break }
      diagnostics.append(.effectOnText(effect.quantity))
    default: diagnostics.append(unknown(effect.quantity, .input))
    }
  }

  private mutating func checkParameterKey(_ parameter: ParameterDeclaration) {
    guard let by = parameter.by, let index = indices[by.text] else { return }
    if case .broken = quantities[index].kind { return }
    guard case .input(let i) = quantities[index].kind, case .text(let oneOf) = policy.inputs[i].type
    else {
      diagnostics.append(.keyIsNoText(by))
      return
    }
    guard let oneOf else { return }
    for item in parameter.cases where !oneOf.contains(item.key) {
      diagnostics.append(.notOneOf(item, by, oneOf))
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
    let prefix = target.prefix
    let name =
      reference.text.hasPrefix(prefix)
      ? String(reference.text.dropFirst(prefix.count)) : reference.text
    if let index = indices[reference.text], let kind = quantities[index].kind.words {
      return .wrongKind(name, kind, target.words, at: reference.span)
    }
    let candidates = quantities.lazy.filter {
      target.admits($0.kind) && $0.kind.words != nil
    }.map { String($0.name.dropFirst(prefix.count)) }
    return .unknownName(name, target.words, at: reference.span, among: Array(candidates))
  }

  private func unknownAddress(_ address: NameReference) -> Diagnostic {
    // What is named without its prefix is near whatever it is called.
    let prefixed = ["points", "domain", "score", "alert"].map { "\($0).\(address.text)" }
    var diagnostic = unknown(address, .addressable)
    if let meant = prefixed.first(where: { indices[$0] != nil }) {
      diagnostic.fixIts = [FixIt(replacing: address.span, with: meant)]
    }
    diagnostic.notes = [
      "such as `points.FACTOR`, `domain.DOMAIN`, `score.SCORE` or `alert.ALERT`"
    ]
    return diagnostic
  }

  // MARK: Warnings

  private mutating func warnOfUnused() {
    for quantity in quantities {
      for read in quantity.reads { usedNames.insert(read.name) }
    }
    for quantity in quantities where !usedNames.contains(quantity.name) {
      switch quantity.kind {
      case .input(let i) where policy.inputs[i].role == nil:
        diagnostics.append(.unused("nothing uses input", quantity))
      case .parameter: diagnostics.append(.unused("nothing uses parameter", quantity))
      case .measure(let i) where !policy.measures[i].isShown:
        diagnostics.append(.unused("nothing uses measure", quantity))
      case .domain(let i):
        if factorsOfDomain[i].isEmpty {
          diagnostics.append(.unused("no factor belongs to domain", quantity))
        } else if !policy.scores.isEmpty {
          diagnostics.append(.unused("no score takes domain", quantity))
        }
      default: break
      }
    }
    for fact in policy.facts where !usedFacts.contains(fact.name.text) {
      diagnostics.append(.unusedFact(fact.name))
    }
  }

  private mutating func warnOfNothing() {
    if policy.scores.isEmpty, policy.alerts.isEmpty, policy.interventions.isEmpty,
      !policy.measures.contains(where: \.isShown)
    {
      diagnostics.append(.nothingToAssess(at: policy.span))
    }
  }
}

extension Compiler.Target {
  func admits(_ kind: Quantity.Kind) -> Bool {
    switch (self, kind) {
    case (_, .broken): true
    case (.input, .input), (.parameter, .parameter): true
    case (.domain, .domain), (.intervention, .intervention): true
    case (.addressable, .factor), (.addressable, .domain): true
    case (.addressable, .score), (.addressable, .alert): true
    case (.readable, .intervention): false
    case (.readable, _): true
    default: false
    }
  }

  var words: String {
    switch self {
    case .input: "not an input"
    case .parameter: "not a parameter"
    case .domain: "not a domain"
    case .intervention: "not an intervention"
    case .addressable: "not a factor, domain, score or alert"
    case .readable: "not declared in this policy"
    }
  }

  /// What the names of its quantities begin with.
  var prefix: String {
    switch self {
    case .domain: "domain."
    case .intervention: "intervention."
    default: ""
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
    _ name: String, _ label: String, at span: SourceSpan, among candidates: [String]
  ) -> Diagnostic {
    let near = nearestName(to: name, among: candidates)
    return Diagnostic(
      code: .unknownName, message: "unknown name `\(name)`",
      primary: Label(span: span, text: label),
      fixIts: near.map { [FixIt(replacing: span, with: $0)] } ?? [])
  }

  fileprivate static func wrongKind(
    _ name: String, _ kind: String, _ label: String, at span: SourceSpan
  ) -> Diagnostic {
    Diagnostic(
      code: .wrongType, message: "`\(name)` is \(kind)", primary: Label(span: span, text: label))
  }

  fileprivate static func notOneOf(
    _ item: ParameterDeclaration.Case, _ by: NameReference, _ oneOf: [String]
  ) -> Diagnostic {
    Diagnostic(
      code: .unknownName, message: "input `\(by.text)` never holds `\(item.key)`",
      primary: Label(span: item.keySpan, text: "not in its `one_of`"),
      fixIts: nearestName(to: item.key, among: oneOf).map {
        [FixIt(replacing: item.keySpan, with: $0)]
      } ?? [])
  }

  fileprivate static func crossesScopes(_ name: String, at span: SourceSpan) -> Diagnostic {
    Diagnostic(
      code: .unsupported, message: "`\(name)` reads from another scope",
      primary: Label(span: span, text: "references across scopes are not supported yet"))
  }

  fileprivate static func mixedScopes(
    _ a: (name: String, scope: Scope, span: SourceSpan),
    _ b: (name: String, scope: Scope, span: SourceSpan)
  ) -> Diagnostic {
    Diagnostic(
      code: .mixedScopes,
      message: "`\(a.name)` is about \(a.scope.words), and `\(b.name)` about \(b.scope.words)",
      primary: Label(span: a.span, text: "about \(a.scope.words)"),
      secondary: [Label(span: b.span, text: "about \(b.scope.words)")],
      notes: ["all that is read together is of one scope; across scopes is not supported yet"])
  }

  fileprivate static func scoreOfSeveralScopes(
    _ name: DeclaredName, _ scopes: [Scope]
  ) -> Diagnostic {
    Diagnostic(
      code: .mixedScopes, message: "score `\(name.text)` does not say whom it is about",
      primary: Label(span: name.span),
      notes: [
        "the policy has domains of the scopes \(listing(scopes.map(\.rawValue)))",
        "give the score `scope` or `domains`",
      ])
  }

  fileprivate static func scoreNeedsDomains(
    _ name: DeclaredName, _ scope: Scope, other: DeclaredName
  ) -> Diagnostic {
    Diagnostic(
      code: .missingKey, message: "score `\(name.text)` needs `domains`",
      primary: Label(span: name.span, text: "one score about \(scope.words)"),
      secondary: [Label(span: other.span, text: "another score about \(scope.words)")],
      notes: ["`domains` may be left out only when the scope has one score"])
  }

  fileprivate static func scoreWithoutDomains(_ name: DeclaredName, _ scope: Scope) -> Diagnostic {
    Diagnostic(
      code: .missingKey, message: "score `\(name.text)` has no domains to combine",
      primary: Label(span: name.span),
      notes: ["no domain with factors is about \(scope.words)"])
  }

  fileprivate static func noSubject(
    _ scope: Scope, _ first: Quantity?, at span: SourceSpan
  ) -> Diagnostic {
    let label = Label(
      span: first?.span ?? span,
      text: first.map { "`\($0.name)` is about \(scope.words)" } ?? "")
    guard scope != .organization else {
      return Diagnostic(
        code: .unsupported, message: "the scope organization is not supported yet", primary: label)
    }
    return Diagnostic(
      code: .noSubject, message: "no input holds the ids of \(scope.rawValue)s", primary: label,
      notes: [
        "declare it under `inputs`, such as "
          + "`\(scope.rawValue)_id: {type: text, role: \(scope.rawValue)}`"
      ])
  }

  fileprivate static func nothingToAssess(at span: SourceSpan) -> Diagnostic {
    Diagnostic(
      code: .nothingToAssess,
      message: "this policy has no score, alert, intervention or shown measure",
      primary: Label(span: span, text: "there is nothing to assess"))
  }

  fileprivate static func cycle(_ members: [(name: String, span: SourceSpan)]) -> Diagnostic {
    let names = members.map { "`\($0.name)`" }
    guard members.count > 1 else {
      return Diagnostic(
        code: .cycle, message: "\(names[0]) depends on itself",
        primary: Label(span: members[0].span, text: "it is read here"))
    }
    // Who has read the first few knows where to look.
    let shown = members.prefix(5)
    let labels = shown.indices.map { i in
      Label(
        span: members[i].span, text: "\(names[i]) needs \(names[(i + 1) % members.count]) here")
    }
    let path = shown.indices.dropFirst().map { names[$0] }
    let rest = members.count - shown.count
    let end =
      rest == 0
      ? ", which needs \(names[0])" : ", and so on through \(rest) more back to \(names[0])"
    return Diagnostic(
      code: .cycle,
      message: "\(names[0]) needs \(path.joined(separator: ", which needs "))\(end)",
      primary: labels[0], secondary: Array(labels.dropFirst()),
      notes: ["nothing can depend on itself, not even through others"])
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

  fileprivate static func unknownAudience(_ audience: NameReference) -> Diagnostic {
    let words = Audience.allCases.map(\.rawValue)
    var diagnostic = unknownName(
      audience.text, "not an audience", at: audience.span, among: words)
    if diagnostic.fixIts.isEmpty {
      diagnostic.notes = ["the audiences are \(listing(words))"]
    }
    return diagnostic
  }

  fileprivate static func effectOnText(_ reference: NameReference) -> Diagnostic {
    Diagnostic(
      code: .wrongType, message: "an effect changes a number, and `\(reference.text)` is none",
      primary: Label(span: reference.span, text: "this input has another type"))
  }

  fileprivate static func keyIsNoText(_ reference: NameReference) -> Diagnostic {
    Diagnostic(
      code: .wrongType,
      message: "`by` takes an input of type text, and `\(reference.text)` is none",
      primary: Label(span: reference.span, text: "its values cannot be looked up"))
  }

  fileprivate static func periodWithoutTime(at span: SourceSpan) -> Diagnostic {
    Diagnostic(
      code: .missingKey, message: "`period` needs `time`, which this policy lacks",
      primary: Label(span: span, text: "the first day of the period"),
      notes: ["such as `time: {column: month, every: month}`"])
  }

  fileprivate static func unused(_ what: String, _ quantity: Quantity) -> Diagnostic {
    let name = quantity.name.split(separator: ".").last ?? ""
    return Diagnostic(
      code: .unused, message: "\(what) `\(name)`", primary: Label(span: quantity.span))
  }

  fileprivate static func unusedFact(_ name: DeclaredName) -> Diagnostic {
    Diagnostic(
      code: .unused, message: "nothing cites fact `\(name.text)`", primary: Label(span: name.span))
  }
}

extension Scope {
  /// One subject of the scope, for messages.
  var words: String { self == .organization ? "the organization" : "a \(rawValue)" }
}

extension DiagnosticCode {
  package static let noSubject = DiagnosticCode(
    "no-subject", "A scope has no column that holds the ids of its subjects.")
  package static let nothingToAssess = DiagnosticCode(
    "nothing-to-assess", .warning,
    "A policy has no score, alert, intervention or shown measure.")
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
