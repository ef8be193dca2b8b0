package import Diagnostics

// Which scope each quantity has, and which domains a score takes.
extension Compiler {
  /// Gives each score its domains: those that it lists, or else all of its scope.
  mutating func chooseDomains() {
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
        report(.scoreOfSeveralScopes(score.name, found.sorted()))
        scoresWithoutScope.insert(i)
        continue
      }
      let index = indices["score.\(score.name.text)"]!
      for domain in filled where score.scope == nil || scopeOfDomain[domain] == score.scope {
        domainsOfScore[i].append(domain)
        let name = "domain.\(policy.domains[domain].name.text)"
        quantities[index].reads.append((name, score.name.span, indices[name]!))
      }
    }
  }

  // MARK: Scopes

  mutating func findScopes() {
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
      switch scopes[read.index] {
      case .unsure: isUnsure = true
      case .upTo(let scope):
        if scope < limit?.scope ?? .organization { limit = (read.name, scope, read.span) }
      case .one(let scope):
        if let one, one.scope != scope {
          report(.mixedScopes((read.name, scope, read.span), one))
          return .unsure
        }
        if one == nil { one = (read.name, scope, read.span) }
      }
      if let one, let limit, limit.scope < one.scope {
        report(.mixedScopes(limit, one))
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
  mutating func checkScores() {
    var scored: [(scope: Scope, score: Int)] = []
    for (i, score) in policy.scores.enumerated() where !scoresWithoutScope.contains(i) {
      guard case .one(let scope) = scopes[indices["score.\(score.name.text)"]!] else { continue }
      scored.append((scope, i))
      if domainsOfScore[i].isEmpty, score.floors.isEmpty, policy.broken.isEmpty,
        score.domains?.isEmpty ?? true
      {
        report(.scoreWithoutDomains(score.name, scope))
      }
    }
    for scope in Scope.allCases {
      let scores = scored.filter { $0.scope == scope }.map(\.score)
      guard scores.count > 1 else { continue }
      for i in scores where policy.scores[i].domains == nil {
        let other = policy.scores[scores[scores[0] == i ? 1 : 0]].name
        report(.scoreNeedsDomains(policy.scores[i].name, scope, other: other))
      }
    }
  }

  /// The scopes that have anything to assess or at least an id.
  var usedScopes: [Scope] {
    Scope.allCases.filter { scope in
      policy.inputs.contains { $0.role?.scope == scope } || scopes.contains(.one(scope))
    }
  }

  /// Every scope that is assessed has a column with its subjects' ids.
  mutating func checkSubjects() {
    // The input that is missing may be one of those that are wrong.
    guard policy.broken.isEmpty else { return }
    for scope in usedScopes where !policy.inputs.contains(where: { $0.role?.scope == scope }) {
      let first = quantities.indices.first { scopes[$0] == .one(scope) }.map { quantities[$0] }
      report(.noSubject(scope, first, at: policy.span))
    }
  }
}

extension Diagnostic {
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
    return Diagnostic(
      code: .noSubject, message: "no input holds the ids of \(scope.rawValue)s", primary: label,
      notes: [
        "declare it under `inputs`, such as "
          + "`\(scope.rawValue)_id: {type: text, role: \(scope.rawValue)}`"
      ])
  }
}

extension Scope {
  /// One subject of the scope, for messages.
  var words: String { self == .organization ? "the organization" : "a \(rawValue)" }
}

extension DiagnosticCode {
  package static let noSubject = DiagnosticCode(
    "no-subject", "A scope has no column that holds the ids of its subjects.")
  package static let mixedScopes = DiagnosticCode(
    "mixed-scopes", "An expression reads quantities of different scopes.")
}
