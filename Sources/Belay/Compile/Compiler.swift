import CEL
package import Diagnostics
import Tables

/// Turns a declaration into plans: resolves names, finds scopes, sorts by dependency, checks
/// expressions, and reports everything that is wrong on the way.
struct Compiler {
  let policy: PolicyDeclaration
  var diagnostics: [Diagnostic] = []
  /// Whether an error has been left out.
  private var isCut = false
  var environment = Environment(profile: .policy)
  var quantities: [Quantity] = []
  /// From every readable name to its quantity; a score has three.
  private(set) var indices: [String: Int] = [:]
  var scopes: [ScopeFinding] = []
  /// Quantities in an order in which each comes after what it reads.
  var order: [Int] = []
  /// The factors of each domain that the policy has, and the domains of each score; both are
  /// indices in policy order.
  var factorsOfDomain: [[Int]] = []
  var domainsOfScore: [[Int]] = []
  /// Scores of which has been said that their scope is not clear.
  var scoresWithoutScope: Set<Int> = []
  /// Expressions by the place where they stand; nil for one that has been reported.
  private var parsed: [SourceSpan: ParsedExpression?] = [:]
  /// Names with a scope before them, such as `team.load`, and what they mean: `load`.
  var aliases: [String: String] = [:]
  /// For a roll-up the scope of the members.
  var memberScopes: [Int: Scope] = [:]
  /// By quantity.
  var labels: [ConfidentialityLabel] = []
  /// The confidential figures that come from the same source, by quantity.
  var families: [Int: Int] = [:]
  /// Where `period` is read first.
  var periodUse: SourceSpan?
  var usedFacts: Set<String> = []
  var usedNames: Set<String> = []

  init(_ policy: PolicyDeclaration) {
    self.policy = policy
  }

  /// All that the policy computes; nil while there is an error among the diagnostics.
  static func compile(
    _ policy: PolicyDeclaration, diagnostics: inout [Diagnostic]
  ) -> PolicyProgram? {
    // With a part of the policy unseen nearly every name would be unknown.
    guard policy.isComplete else { return nil }
    var compiler = Compiler(policy)
    compiler.collect()
    compiler.chooseDomains()
    compiler.sort()
    compiler.findScopes()
    compiler.checkScores()
    compiler.checkSubjects()
    compiler.checkPopulations()
    compiler.checkReferences()
    compiler.checkPrivacy()
    compiler.findLabels()
    let compiled = compiler.compileAll()
    if !diagnostics.hasErrors, !compiler.diagnostics.hasErrors {
      // While something is wrong, that is most often why something else is unused.
      compiler.warnOfUnused()
      compiler.warnOfNothing()
    }
    diagnostics += compiler.diagnostics
    guard !diagnostics.hasErrors else { return nil }
    return Deriver.program(compiler, compiled)
  }

  // MARK: Errors

  /// Adds an error. Until everything is checked the diagnostics hold nothing else.
  mutating func report(_ error: Diagnostic) {
    if isFull { cut() } else { diagnostics.append(error) }
  }

  /// Says once that not everything is shown.
  private mutating func cut() {
    if !isCut { diagnostics[diagnostics.count - 1].notes.append("more is wrong than is shown") }
    isCut = true
  }

  /// Whether what is found from here on is not shown: nobody reads more, and looking for what each
  /// unknown name may mean takes its time.
  var isFull: Bool { diagnostics.count >= Self.mostDiagnostics }

  private static let mostDiagnostics = 200

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
    for part in policy.population {
      add(
        "population.\(part.scope.rawValue)", part.condition.span, .population(part.scope),
        scope: part.scope)
    }
    factorsOfDomain = Array(repeating: [], count: policy.domains.count)
    for (i, factor) in policy.factors.enumerated() {
      if let domain = domain(named: factor.domain.text) { factorsOfDomain[domain].append(i) }
    }
    for i in quantities.indices { collectReads(of: i) }
  }

  /// The index of a declared domain.
  func domain(named name: String) -> Int? {
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
      let input = policy.inputs[i]
      if let respondents = input.respondents { read(respondents, index, .input) }
      for share in input.shareWith { read(share.consent, index, .input) }
    case .parameter(let i):
      if let by = policy.parameters[i].by { read(by, index, .input) }
      for row in policy.parameters[i].rows {
        for key in row.keys { read(key.input, index, .input) }
      }
    case .measure(let i): read(policy.measures[i].formula, index)
    case .population(let scope):
      for part in policy.population where part.scope == scope { read(part.condition, index) }
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
        let name = "points.\(factor.name.text)"
        quantities[index].reads.append(
          Read(name: name, span: factor.domain.span, index: indices[name]!, manner: .part))
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
      if let clearWhen = alert.clearWhen { read(clearWhen, index) }
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
    let (prefix, found) =
      target == .readable ? resolve(reference.text) : (nil, indices[reference.text])
    guard let found, target.admits(quantities[found].kind) else {
      if target == .readable, reference.text == "period" {
        notePeriod(reference.span)
      } else {
        report(unknown(reference, target))
      }
      return
    }
    if prefix != nil { aliases[reference.text] = readableName(reference.text) }
    quantities[index].reads.append(
      Read(
        name: reference.text, span: reference.span, index: found,
        manner: target == .readable ? .expression(prefix: prefix) : .part))
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

  private mutating func read(_ formula: MeasureDeclaration.Formula, _ index: Int) {
    switch formula {
    case .expression(let expression), .window(let expression, _), .chart(let expression, _),
      .ago(let expression, _):
      read(expression, index)
    case .peers(let expression, _, let within):
      read(expression, index)
      for group in within {
        // A scope is a group by itself: the subjects that it contains.
        if Scope(rawValue: group.text) != nil, indices[group.text] == nil { continue }
        read(group, index, .readable)
      }
    case .rollUp(let rollUp):
      for expression in [rollUp.of, rollUp.weight, rollUp.condition] {
        if let expression { read(expression, index, ofMembers: true) }
      }
    }
  }

  private mutating func read(
    _ expression: ExpressionText, _ index: Int, ofMembers: Bool = false
  ) {
    let tree: ParsedExpression?
    if let known = parsed[expression.span] {
      tree = known
    } else {
      var found: [Diagnostic] = []
      tree = ParsedExpression.parse(expression.text, map: expression.map, diagnostics: &found)
      for error in found { report(error) }
      parsed[expression.span] = .some(tree)
    }
    guard let tree else { return }
    let resolver = self
    var isReadable = true
    for reference in tree.references(among: { resolver.resolve($0).index != nil || $0 == "period" })
    {
      let written = reference.span.text
      let (prefix, read) = resolve(reference.name)
      if !reference.isDeclared || reference.name != written, isOfScope(written),
        resolve(written).index == nil
      {
        report(unknownInScope(written, at: reference.span))
        isReadable = false
      } else if reference.name == "period" {
        notePeriod(reference.span)
      } else if let read {
        if case .intervention = quantities[read].kind {
          report(.readsIntervention(reference.name, at: reference.span))
          isReadable = false
          continue
        }
        if prefix != nil { aliases[reference.name] = readableName(reference.name) }
        quantities[index].reads.append(
          Read(
            name: reference.name, span: reference.span, index: read,
            manner: ofMembers ? .members(prefix: prefix) : .expression(prefix: prefix)))
      }
    }
    if !isReadable { parsed[expression.span] = .some(nil) }
  }

  /// The quantity that a name means, and the scope that it is read from where the name says so.
  func resolve(_ name: String) -> (prefix: Scope?, index: Int?) {
    if let index = indices[name] { return (nil, index) }
    guard let dot = name.utf8.firstIndex(of: UInt8(ascii: ".")),
      let scope = Scope(rawValue: String(name[..<dot]))
    else { return (nil, nil) }
    return (scope, indices[String(name[dot...].dropFirst())])
  }

  /// A name without the scope that it is read from.
  func readableName(_ name: String) -> String {
    guard indices[name] == nil, resolve(name).index != nil,
      let dot = name.utf8.firstIndex(of: UInt8(ascii: "."))
    else { return name }
    return String(name[dot...].dropFirst())
  }

  private func unknownInScope(_ name: String, at span: SourceSpan) -> Diagnostic {
    let dot = name.utf8.firstIndex(of: UInt8(ascii: "."))!
    let scope = name[...dot]
    let names = isFull ? [] : quantities.filter { Target.readable.admits($0.kind) }.map(\.name)
    return .unknownName(
      name, "not declared in this policy", at: span, among: names.map { scope + $0 })
  }

  private mutating func notePeriod(_ span: SourceSpan) {
    if periodUse == nil { periodUse = span }
  }

  /// Whether a name such as `team.psych_safety_mean` reads from another scope.
  private func isOfScope(_ name: String) -> Bool {
    guard let dot = name.utf8.firstIndex(of: UInt8(ascii: ".")) else { return false }
    return Scope(rawValue: String(name[..<dot])) != nil
  }

  // MARK: Order

  /// Sorts quantities so that each comes after what it reads; a cycle is reported once.
  mutating func sort() {
    enum Mark {
      /// On the path, so far down.
      case open(Int)
      case done
    }
    var marks = [Mark?](repeating: nil, count: quantities.count)
    // Depth first, with a path of our own: a chain of measures may be longer than the stack.
    for root in quantities.indices where marks[root] == nil {
      var path: [(index: Int, next: Int)] = [(root, 0)]
      marks[root] = .open(0)
      while let (index, next) = path.last {
        guard next < quantities[index].reads.count else {
          marks[index] = .done
          order.append(index)
          path.removeLast()
          continue
        }
        path[path.count - 1].next += 1
        let read = quantities[index].reads[next].index
        switch marks[read] {
        case nil:
          marks[read] = .open(path.count)
          path.append((read, 0))
        case .open(let start):
          // The edge is dropped, so that the rest can be looked at.
          guard !isFull else {
            cut()
            break
          }
          report(
            .cycle(
              path[start...].map { member in
                let quantity = quantities[member.index]
                return (quantity.name, quantity.reads[member.next - 1].span)
              }))
        case .done: break
        }
      }
    }
  }

  // MARK: Expressions

  /// Checks an expression whose names have their types by now.
  mutating func check(_ expression: ExpressionText, expecting type: CELType?) -> CheckedExpression?
  {
    guard case .some(.some(let tree)) = parsed[expression.span] else { return nil }
    return check(tree, expecting: type)
  }

  /// Checks an expression that has to give a number, which may be a whole one.
  mutating func checkNumber(_ expression: ExpressionText) -> CheckedExpression? {
    guard case .some(.some(let tree)) = parsed[expression.span] else { return nil }
    guard let checked = check(tree, expecting: nil) else { return nil }
    return [.double, .int, .uint].contains(checked.type)
      ? checked : check(tree, expecting: .double)
  }

  private mutating func check(
    _ tree: ParsedExpression, expecting type: CELType?
  ) -> CheckedExpression? {
    guard !isFull else {
      cut()
      return nil
    }
    var found: [Diagnostic] = []
    let checked = environment.check(tree, expecting: type, diagnostics: &found)
    for error in found { report(error) }
    return checked
  }

  /// The declared names that an expression reads.
  func references(in expression: ExpressionText) -> [NameReference] {
    guard case .some(.some(let tree)) = parsed[expression.span] else { return [] }
    return tree.references(among: { resolve($0).index != nil })
      .filter(\.isDeclared).map { NameReference(text: readableName($0.name), span: $0.span) }
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
    case (.readable, .intervention), (.readable, .population): false
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

extension Diagnostic {
  static func unknownName(
    _ name: String, _ label: String, at span: SourceSpan, among candidates: some Sequence<String>
  ) -> Diagnostic {
    let near = nearestName(to: name, among: candidates)
    return Diagnostic(
      code: .unknownName, message: "unknown name `\(name)`",
      primary: Label(span: span, text: label),
      fixIts: near.map { [FixIt(replacing: span, with: $0)] } ?? [])
  }

  fileprivate static func readsIntervention(_ name: String, at span: SourceSpan) -> Diagnostic {
    Diagnostic(
      code: .wrongType, message: "an expression cannot read `\(name)`",
      primary: Label(span: span, text: "an intervention is what follows, not what is known"),
      notes: ["an intervention that needs another one names it in `requires`"])
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
}

extension DiagnosticCode {
  package static let cycle = DiagnosticCode(
    "cycle", "Quantities depend on one another in a circle.")
}
