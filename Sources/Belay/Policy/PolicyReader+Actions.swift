package import Diagnostics

// Alerts, interventions, and what goes with all results.
extension PolicyReader {
  mutating func readAlert(_ name: DeclaredName, _ node: Node) {
    guard let fields = declarationFields(node, .alert, "alert", name) else { return }
    guard let condition = fields.expression("when", &diagnostics),
      let severity = severity(fields),
      let message = fields["message"],
      let text = filledScalar(message, "`message` takes text", &diagnostics)
    else { return }
    policy.alerts.append(
      AlertDeclaration(
        name: name, condition: condition,
        scope: fields.word("scope", Scope.self, &diagnostics), severity: severity,
        audience: fields.references("audience", &diagnostics),
        owner: fields.text("owner", &diagnostics), due: fields.text("due", &diagnostics),
        message: MessageTemplate(text, diagnostics: &diagnostics), label: label(fields, name),
        caution: fields.text("caution", &diagnostics), evidence: evidence(fields)))
    if policy.alerts.last!.owner == nil { diagnostics.append(.alertWithoutOwner(name)) }
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
    guard let kind = fields.word("kind", InterventionKind.self, &diagnostics),
      let title = fields.text("title", &diagnostics)
    else { return }
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
        priority: fields.number("priority", &diagnostics) ?? 100, effects: effects,
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
      diagnostics.append(.oneChange(entry.key))
      return nil
    }
    let quantity = NameReference(text: entry.key.text, span: entry.key.span)
    guard case .mapping = node.content else {
      return numberValue(node, owner, &diagnostics).map {
        .init(quantity: quantity, change: changes[0], low: $0, likely: $0, high: $0)
      }
    }
    guard
      let range = Fields(node, .range, owner: owner, at: node.span, diagnostics: &diagnostics),
      let low = range.number("low", &diagnostics),
      let likely = range.number("likely", &diagnostics),
      let high = range.number("high", &diagnostics)
    else { return nil }
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
      let size = fields.number("minimum_group_size", in: 5...1_000_000, &diagnostics)
    else { return }
    guard size == size.rounded() else {
      diagnostics.append(.wholeNumber("minimum_group_size", at: fields["minimum_group_size"]!.span))
      return
    }
    policy.minimumGroupSize = Int(size)
  }

  mutating func readCrisisResource(_ node: Node) {
    guard
      let fields = Fields(
        node, .crisisResource, owner: "a crisis resource", at: node.span,
        diagnostics: &diagnostics),
      let region = fields.text("region", &diagnostics),
      let name = fields.text("name", &diagnostics),
      let contact = fields.text("contact", &diagnostics)
    else { return }
    policy.crisisResources.append(CrisisResource(region: region, name: name, contact: contact))
  }

  mutating func readFact(_ name: DeclaredName, _ node: Node) {
    guard let fields = declarationFields(node, .fact, "fact", name),
      let claim = fields.text("claim", &diagnostics),
      let status = fields.text("status", &diagnostics),
      let source = fields.text("source", &diagnostics)
    else { return }
    let fact = Fact(
      id: name.text, claim: claim, figure: fields.text("figure", &diagnostics), status: status,
      source: source)
    policy.facts.append(FactDeclaration(name: name, fact: fact))
  }
}

extension Diagnostic {
  fileprivate static func alertWithoutOwner(_ name: DeclaredName) -> Diagnostic {
    Diagnostic(
      code: .alertWithoutOwner, message: "alert `\(name.text)` has no `owner`",
      primary: Label(span: name.span), notes: ["an alert that nobody acts on is noise"])
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

  fileprivate static func oneChange(_ key: Node.Key) -> Diagnostic {
    Diagnostic(
      code: .missingKey, message: "the effect on `\(key.text)` needs one of `multiply` and `add`",
      primary: Label(span: key.span))
  }

  fileprivate static func likelyOutside(at span: SourceSpan) -> Diagnostic {
    Diagnostic(
      code: .outOfBounds, message: "`likely` lies between `low` and `high`",
      primary: Label(span: span))
  }

  fileprivate static func wholeNumber(_ key: String, at span: SourceSpan) -> Diagnostic {
    Diagnostic(
      code: .wrongValue, message: "`\(key)` is a whole number", primary: Label(span: span))
  }
}

extension DiagnosticCode {
  package static let alertWithoutOwner = DiagnosticCode(
    "alert-without-owner", .warning, "An alert names nobody who acts on it.")
}
