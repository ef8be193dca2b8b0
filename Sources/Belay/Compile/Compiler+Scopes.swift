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
        quantities[index].reads.append(
          Read(name: name, span: score.name.span, index: indices[name]!, manner: .part))
      }
    }
  }

  // MARK: Scopes

  mutating func findScopes() {
    scopes = Array(repeating: .unsure, count: quantities.count)
    for index in order { scopes[index] = findScope(of: index) }
  }

  /// The lowest scope that a quantity reads, unless it declares one.
  private mutating func findScope(of index: Int) -> ScopeFinding {
    let quantity = quantities[index]
    switch quantity.kind {
    case .broken: return .unsure
    case .input(let i):
      // The id of a team can be read wherever a team's members are.
      return policy.inputs[i].role?.scope.map { .upTo($0) } ?? .one(policy.inputs[i].scope)
    default: break
    }
    var found: ScopeFinding
    if case .measure(let i) = quantity.kind, case .rollUp = policy.measures[i].formula {
      found = findScope(ofRollUp: index)
    } else {
      found = lowest(quantity.reads, declared: quantity.declaredScope, quantity)
      guard found != .unsure else { return .unsure }
      if case .upTo = found {
        switch quantity.kind {
        case .parameter: break
        case .measure(let i):
          if case .expression = policy.measures[i].formula { break }
          found = .one(.provider)
        default: found = .one(.provider)
        }
      }
    }
    if case .one(let scope) = found {
      return check(quantity.reads.filter { !$0.isOfMembers }, in: scope, quantity) ? found : .unsure
    }
    return found
  }

  private mutating func findScope(ofRollUp index: Int) -> ScopeFinding {
    let quantity = quantities[index]
    // The reader reports a roll-up without a scope.
    guard let scope = quantity.declaredScope else { return .unsure }
    let found = lowest(quantity.reads.filter(\.isOfMembers), declared: nil, quantity)
    let members: Scope
    switch found {
    case .unsure: return .unsure
    case .upTo(let limit):
      // Nothing that it reads says whose members are meant: those right below.
      members = min(limit, Scope.allCases.last { $0 < scope && hasSubjects($0) } ?? .provider)
    case .one(let one): members = one
    }
    guard members < scope else {
      report(.rollsUpNothing(quantity.name, scope, members, at: quantity.span))
      return .unsure
    }
    memberScopes[index] = members
    return check(quantity.reads.filter(\.isOfMembers), in: members, quantity)
      ? .one(scope) : .unsure
  }

  func hasSubjects(_ scope: Scope) -> Bool {
    policy.inputs.contains { $0.role?.scope == scope }
  }

  private func lowest(
    _ reads: [Read], declared: Scope?, _ quantity: Quantity
  ) -> ScopeFinding {
    var lowest: Scope?
    var limit = Scope.organization
    var isUnsure = false
    for read in reads {
      switch scopes[read.index] {
      case .unsure: isUnsure = true
      case .upTo(let scope): limit = min(limit, scope)
      case .one(let scope): lowest = min(lowest ?? scope, scope)
      }
    }
    if let declared { return .one(declared) }
    if isUnsure { return .unsure }
    return lowest.map { .one($0) } ?? .upTo(limit)
  }

  /// Whether all that is read can be read in a scope, in the manner in which it is.
  private mutating func check(_ reads: [Read], in scope: Scope, _ quantity: Quantity) -> Bool {
    var isRight = true
    for read in reads {
      var isLenient = false
      var prefix: Scope?
      switch read.manner {
      case .part:
        // A containing scope's factor applies to every subject inside, as its settings do.
        switch quantities[read.index].kind {
        case .factor, .input: isLenient = true
        default: break
        }
      case .expression(let scope), .members(let scope): prefix = scope
      }
      if case .parameter = quantities[read.index].kind { isLenient = true }
      let one = (quantity.name, scope, quantity.span)
      switch scopes[read.index] {
      case .unsure: break
      case .upTo(let limit):
        if limit < prefix ?? scope {
          report(.mixedScopes((read.name, limit, read.span), one))
          isRight = false
        }
      case .one(let found):
        if found < scope {
          report(.mixedScopes((read.name, found, read.span), one))
          isRight = false
        } else if let prefix, prefix != found {
          report(.otherScope(read.name, found, scope, at: read.span))
          isRight = false
        } else if prefix == nil, found > scope, !isLenient {
          if case .part = read.manner {
            report(.mixedScopes((read.name, found, read.span), one))
          } else {
            report(.needsPrefix(read.name, found, scope, at: read.span))
          }
          isRight = false
        }
      }
    }
    return isRight
  }

  /// The scope of a quantity; provider for what can be used in several.
  func scope(of name: String) -> Scope {
    guard let index = indices[name], case .one(let scope) = scopes[index] else { return .provider }
    return scope
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

  /// Which rows count is settled before anything joins rows.
  mutating func checkPopulations() {
    for population in quantities {
      guard case .population = population.kind else { continue }
      var seen: Set<Int> = []
      var pending = population.reads.map { (index: $0.index, path: [($0.name, $0.span)]) }
      while let (index, path) = pending.popLast() {
        guard seen.insert(index).inserted else { continue }
        if joinsRows(index) {
          report(.populationJoins(population, path))
          break
        }
        for read in quantities[index].reads {
          // The way there is told by its first step and its last.
          pending.append((read.index, [path[0], (read.name, read.span)]))
        }
      }
    }
  }

  private func joinsRows(_ index: Int) -> Bool {
    switch quantities[index].kind {
    case .measure(let i):
      if case .expression = policy.measures[i].formula { false } else { true }
    case .alert(let i): policy.alerts[i].periodsKey != nil || policy.alerts[i].clearWhen != nil
    default: false
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
      notes: [
        "a larger scope reads its members through a roll-up, such as "
          + "`{scope: team, of: \"hours > 60\", take: share}`"
      ])
  }

  fileprivate static func needsPrefix(
    _ name: String, _ scope: Scope, _ here: Scope, at span: SourceSpan
  ) -> Diagnostic {
    Diagnostic(
      code: .mixedScopes,
      message: "`\(name)` is about \(scope.words), and this about \(here.words)",
      primary: Label(span: span, text: "whose is it?"),
      notes: ["`\(scope.rawValue).\(name)` is that of the subject's own \(scope.rawValue)"],
      fixIts: [FixIt(replacing: span, with: "\(scope.rawValue).\(name)")])
  }

  fileprivate static func otherScope(
    _ name: String, _ scope: Scope, _ here: Scope, at span: SourceSpan
  ) -> Diagnostic {
    let bare = name.drop { $0 != "." }.dropFirst()
    return Diagnostic(
      code: .mixedScopes, message: "`\(bare)` is about \(scope.words)",
      primary: Label(span: span, text: "read from another scope"),
      fixIts: [
        FixIt(
          replacing: span, with: scope == here ? String(bare) : "\(scope.rawValue).\(bare)")
      ])
  }

  fileprivate static func populationJoins(
    _ population: Quantity, _ path: [(name: String, span: SourceSpan)]
  ) -> Diagnostic {
    let name = path[path.count - 1].name
    return Diagnostic(
      code: .cycle,
      message: "`\(population.name)` reads `\(name)`, which looks at the rows that it chooses",
      primary: Label(span: path[0].span, text: path.count == 1 ? "" : "through this"),
      notes: ["which rows count is settled before rows are joined"])
  }

  fileprivate static func rollsUpNothing(
    _ name: String, _ scope: Scope, _ members: Scope, at span: SourceSpan
  ) -> Diagnostic {
    Diagnostic(
      code: .mixedScopes,
      message: "`\(name)` sums up \(scope.rawValue)s, and reads what is about \(members.words)",
      primary: Label(span: span), notes: ["a roll-up reads quantities of a smaller scope"])
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
