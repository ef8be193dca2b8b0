package import Diagnostics

// Alerts, interventions, and what goes with all results.
extension PolicyReader {
  mutating func readAlert(_ name: DeclaredName, _ node: Node) {
    guard let fields = declarationFields(node, .alert, "alert", name) else { return }
    refuse("alert", name, fields)
    // Stand-ins for what is wrong let the rest be looked at all the same.
    let severity = severity(fields) ?? .fixed(.low)
    let text = fields["message"].flatMap {
      filledScalar($0, "`message` takes text", &diagnostics)
    }
    let message = text.map { MessageTemplate($0, diagnostics: &diagnostics) } ?? MessageTemplate()
    guard let condition = fields.expression("when", &diagnostics) else { return }
    policy.alerts.append(
      AlertDeclaration(
        name: name, condition: condition,
        clearWhen: fields.expression("clear_when", &diagnostics),
        holdFor: periods("for", atLeast: 1, fields),
        keepFor: periods("keep_for", atLeast: 0, fields) ?? 0,
        cooldown: periods("cooldown", atLeast: 0, fields) ?? 0,
        staleAfter: periods("stale_after", atLeast: 0, fields),
        periodsKey: ["for", "clear_when", "keep_for", "cooldown", "stale_after"].lazy
          .compactMap { key in
            fields.keySpan(key).map { DeclaredName(text: key, span: $0) }
          }.first,
        scope: fields.word("scope", Scope.self, &diagnostics), severity: severity,
        audience: fields.references("audience", &diagnostics),
        owner: fields.text("owner", &diagnostics), due: fields.text("due", &diagnostics),
        message: message, label: label(fields, name),
        caution: fields.text("caution", &diagnostics), evidence: evidence(fields)))
    if policy.alerts.last!.owner == nil { diagnostics.append(.alertWithoutOwner(name)) }
  }

  /// A count of periods.
  private mutating func periods(_ key: String, atLeast least: Double, _ fields: Fields) -> Int? {
    fields.number(key, in: least...1000, &diagnostics).flatMap { number in
      if let whole = Int(exactly: number) { return whole }
      diagnostics.append(.wholeNumber(key, at: fields[key]!.span))
      return nil
    }
  }

  private mutating func severity(_ fields: Fields) -> AlertDeclaration.SeverityRule? {
    guard let node = fields["severity"] else { return nil }
    guard case .mapping(let entries) = node.content else {
      return wordValue(node, Severity.self, "`severity`", &diagnostics).map { .fixed($0) }
    }
    var grades: [AlertDeclaration.Grade] = []
    for entry in entries {
      guard let severity = Severity(rawValue: entry.key.text) else {
        diagnostics.append(.unknownSeverity(entry.key))
        continue
      }
      let what = "severity `\(entry.key.text)`"
      guard let condition = expressionValue(entry.value, what, &diagnostics) else { continue }
      grades.append(.init(severity: severity, condition: condition))
    }
    if entries.isEmpty { diagnostics.append(.emptyList("severity", at: node.span)) }
    return grades.isEmpty ? nil : .graded(grades)
  }

  mutating func readIntervention(_ name: DeclaredName, _ node: Node) {
    guard let fields = declarationFields(node, .intervention, "intervention", name) else { return }
    let kind = fields.word("kind", InterventionKind.self, &diagnostics) ?? .structural
    let title = fields.text("title", &diagnostics) ?? ""
    var effects: [InterventionDeclaration.Effect] = []
    for entry in fields.entries("effect", "inputs, each with its change", &diagnostics) ?? [] {
      if let effect = readEffect(entry) { effects.append(effect) }
    }
    policy.interventions.append(
      InterventionDeclaration(
        name: name, kind: kind, title: title,
        scope: fields.word("scope", Scope.self, &diagnostics),
        condition: fields.expression("when", &diagnostics),
        unless: fields.expression("unless", &diagnostics),
        requires: fields.references("requires", &diagnostics) ?? [],
        addresses: fields.references("addresses", &diagnostics) ?? [],
        priority: fields.number("priority", &diagnostics) ?? 100,
        audience: fields.references("audience", &diagnostics), effects: effects,
        effort: fields["effort"].flatMap { readEffort($0, of: name) },
        due: fields.text("due", &diagnostics), success: fields.text("success", &diagnostics),
        facade: fields.text("facade", &diagnostics), evidence: evidence(fields)))
    _ = fields.text("label", &diagnostics)
  }

  private mutating func readEffect(_ entry: Node.Entry) -> InterventionDeclaration.Effect? {
    let owner = "the effect on `\(entry.key.text)`"
    guard
      let fields = Fields(
        entry.value, .effect, owner: owner, at: entry.key.span, diagnostics: &diagnostics)
    else { return nil }
    let changes = ExpectedEffect.Change.allCases.filter { fields.has($0.rawValue) }
    guard changes.count == 1, let node = fields[changes[0].rawValue] else {
      diagnostics.append(.oneChange(entry.key, both: !changes.isEmpty))
      return nil
    }
    let quantity = NameReference(text: entry.key.text, span: entry.key.span)
    guard case .mapping = node.content else {
      return numberValue(node, owner, &diagnostics).map {
        .init(quantity: quantity, change: changes[0], low: $0, likely: $0, high: $0)
      }
    }
    guard
      let range = Fields(node, .range, owner: owner, at: node.span, diagnostics: &diagnostics)
    else { return nil }
    let low = range.number("low", &diagnostics)
    let likely = range.number("likely", &diagnostics)
    let high = range.number("high", &diagnostics)
    guard let low, let likely, let high else { return nil }
    guard min(low, high)...max(low, high) ~= likely else {
      diagnostics.append(.likelyOutside(at: range["likely"]!.span))
      return nil
    }
    return .init(quantity: quantity, change: changes[0], low: low, likely: likely, high: high)
  }

  private mutating func readEffort(_ node: Node, of name: DeclaredName) -> Effort? {
    guard
      let fields = Fields(
        node, .effort, owner: "the effort of `\(name.text)`", at: node.span,
        diagnostics: &diagnostics)
    else { return nil }
    return Effort(
      hoursPerWeek: fields.number("hours_per_week", in: 0...Double.infinity, &diagnostics),
      owner: fields.text("owner", &diagnostics))
  }

  // MARK: Privacy, crisis resources, facts

  mutating func readPrivacy(_ node: Node) {
    guard
      let fields = Fields(
        node, .privacy, owner: "`privacy`", at: node.span, diagnostics: &diagnostics),
      let size = fields.number("minimum_group_size", in: 5...Double.infinity, &diagnostics)
    else { return }
    guard let whole = Int(exactly: size) else {
      diagnostics.append(.wholeNumber("minimum_group_size", at: fields["minimum_group_size"]!.span))
      return
    }
    policy.minimumGroupSize = whole
  }

  mutating func readCrisisResource(_ node: Node) {
    guard
      let fields = Fields(
        node, .crisisResource, owner: "a crisis resource", at: node.span,
        diagnostics: &diagnostics)
    else { return }
    policy.crisisResources.append(
      CrisisResource(
        region: fields.text("region", &diagnostics) ?? "",
        name: fields.text("name", &diagnostics) ?? "",
        contact: fields.text("contact", &diagnostics) ?? ""))
  }

  mutating func readFact(_ name: DeclaredName, _ node: Node) {
    guard let fields = declarationFields(node, .fact, "fact", name) else { return }
    let fact = Fact(
      id: name.text, claim: fields.text("claim", &diagnostics) ?? "",
      figure: fields.text("figure", &diagnostics),
      status: fields.text("status", &diagnostics) ?? "",
      source: fields.text("source", &diagnostics) ?? "")
    policy.facts.append(FactDeclaration(name: name, fact: fact))
  }
}

extension Diagnostic {
  fileprivate static func alertWithoutOwner(_ name: DeclaredName) -> Diagnostic {
    Diagnostic(
      code: .alertWithoutOwner, message: "alert `\(name.text)` has no `owner`",
      primary: Label(span: name.span),
      notes: ["an alert that nobody acts on is noise: name who does, such as `owner: operations`"])
  }

  fileprivate static func unknownSeverity(_ key: Node.Key) -> Diagnostic {
    let words = Belay.Severity.allCases.map(\.rawValue)
    return Diagnostic(
      code: .wrongValue, message: "a severity is \(alternatives(words)), not `\(key.text)`",
      primary: Label(span: key.span),
      fixIts: nearestName(to: key.text, among: words).map {
        [FixIt(replacing: key.span, with: $0)]
      } ?? [])
  }

  fileprivate static func oneChange(_ key: Node.Key, both: Bool) -> Diagnostic {
    Diagnostic(
      code: .oneRule,
      message: both
        ? "the effect on `\(key.text)` has both `multiply` and `add`"
        : "the effect on `\(key.text)` needs `multiply` or `add`",
      primary: Label(span: key.span))
  }

  fileprivate static func likelyOutside(at span: SourceSpan) -> Diagnostic {
    Diagnostic(
      code: .outOfBounds, message: "`likely` is not between `low` and `high`",
      primary: Label(span: span))
  }

  fileprivate static func wholeNumber(_ key: String, at span: SourceSpan) -> Diagnostic {
    Diagnostic(
      code: .wrongValue, message: "`\(key)` takes a whole number, not `\(span.text)`",
      primary: Label(span: span))
  }
}

extension DiagnosticCode {
  package static let alertWithoutOwner = DiagnosticCode(
    "alert-without-owner", .warning, "An alert names nobody who acts on it.")
}
