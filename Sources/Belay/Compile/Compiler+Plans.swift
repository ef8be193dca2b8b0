import CEL
import Diagnostics
import Tables

// From sorted quantities to plans: declares each name with its type once what it reads is
// checked, and checks expressions in that order.
extension Compiler {
  /// Every quantity with its expressions checked; nil after a diagnostic.
  mutating func compileAll() -> [Compiled?] {
    for index in quantities.indices { declare(index) }
    for (alias, name) in aliases { environment.declare(alias, as: name) }
    var compiled = [Compiled?](repeating: nil, count: quantities.count)
    for index in order { compiled[index] = compile(index) }
    return compiled
  }

  /// Types that names have whatever their expressions say.
  private mutating func declare(_ index: Int) {
    let quantity = quantities[index]
    switch quantity.kind {
    case .broken:
      environment.declare(quantity.name, .dyn)
      if quantity.name.hasPrefix("score.") {
        let name = quantity.name.dropFirst("score.".count)
        environment.declare("level.\(name)", .dyn)
        environment.declare("coverage.\(name)", .dyn)
      }
    case .input(let i): environment.declare(quantity.name, policy.inputs[i].type.celType)
    case .parameter(let i):
      environment.declare(quantity.name, policy.parameters[i].celType)
    // Its type shows once it is checked. Where that fails, what reads it is not wrong for it.
    case .measure: environment.declare(quantity.name, .dyn)
    case .factor, .domain: environment.declare(quantity.name, .double)
    case .score(let i):
      let name = policy.scores[i].name.text
      environment.declare("score.\(name)", .double)
      environment.declare("level.\(name)", .string)
      environment.declare("coverage.\(name)", .double)
    case .alert, .intervention, .population: environment.declare(quantity.name, .bool)
    }
  }

  func slot(_ name: String) -> Int { environment.slot(of: name)! }

  /// A quantity with its expressions checked; nil after a diagnostic.
  enum Compiled {
    case input
    case parameter(ParameterPlan)
    case measure(MeasurePlan)
    case derived(DerivedMeasure)
    case factor(FactorPlan)
    case domain(weight: NumberPlan, floors: [FloorPlan])
    case score(levels: [ScorePlan.Level], floors: [FloorPlan])
    case alert(AlertPlan)
    case intervention(InterventionPlan)
    case population(CheckedExpression)
  }

  /// A measure that joins rows, with its expressions checked.
  struct DerivedMeasure {
    let formula: MeasureDeclaration.Formula
    let of: CheckedExpression?
    var weight: CheckedExpression?
    var condition: CheckedExpression?
    let type: ColumnType
  }

  private mutating func compile(_ index: Int) -> Compiled? {
    switch quantities[index].kind {
    case .broken: return nil
    case .input: return .input
    case .parameter(let i): return .parameter(parameterPlan(policy.parameters[i]))
    case .measure(let i):
      if case .expression(let expression) = policy.measures[i].formula {
        return measurePlan(policy.measures[i], expression).map { .measure($0) }
      }
      return derivedMeasure(policy.measures[i]).map { .derived($0) }
    case .population(let scope):
      let part = policy.population.first { $0.scope == scope }!
      return check(part.condition, expecting: .bool).map { .population($0) }
    case .factor(let i): return factorPlan(policy.factors[i]).map { .factor($0) }
    case .domain(let i):
      let domain = policy.domains[i]
      let weight = number(domain.weight, .weight)
      let floors = floorPlans(domain.floors, of: domain.label)
      guard let weight, let floors else { return nil }
      return .domain(weight: weight, floors: floors)
    case .score(let i):
      let score = policy.scores[i]
      let levels = score.levels.map { level in
        number(level.bound, .points).map { ScorePlan.Level(name: level.name, bound: $0) }
      }
      let floors = floorPlans(score.floors, of: score.label)
      guard let floors, !levels.contains(where: { $0 == nil }) else { return nil }
      return .score(levels: levels.compactMap { $0 }, floors: floors)
    case .alert(let i): return alertPlan(policy.alerts[i]).map { .alert($0) }
    case .intervention(let i):
      return interventionPlan(policy.interventions[i]).map { .intervention($0) }
    }
  }

  // MARK: Parameters, measures

  private func parameterPlan(_ parameter: ParameterDeclaration) -> ParameterPlan {
    let first = parameter.fallback == nil ? 0 : 1
    var choice = ParameterPlan.Choice.fallback
    if let by = parameter.by, let slot = environment.slot(of: by.text) {
      choice = .listed(
        key: (by.text, slot),
        places: Dictionary(
          parameter.cases.enumerated().map { ($1.key, first + $0) },
          uniquingKeysWith: { first, _ in first }))
    } else if !parameter.rows.isEmpty {
      choice = .rows(rowsPlan(parameter.rows, first: first))
    }
    return ParameterPlan(
      name: parameter.name.text, slot: slot(parameter.name.text),
      settings: parameter.settings.map(\.value.value), fallback: first == 0 ? nil : 0,
      choice: choice)
  }

  /// Rows, the first of which has its value at a place among the parameter's settings.
  private func rowsPlan(_ rows: [ParameterDeclaration.Row], first: Int) -> ParameterRows {
    var names: [String] = []
    for key in rows.flatMap(\.keys) where !names.contains(key.input.text) {
      names.append(key.input.text)
    }
    return ParameterRows(
      // No plan is made while a key is unknown.
      keys: names.map { ($0, environment.slot(of: $0) ?? Slots.period) },
      rows: rows.enumerated().map { i, row in
        ParameterRows.Row(
          texts: row.keys.map { key in
            (names.firstIndex(of: key.input.text)!, Set(key.texts.map(\.text)))
          },
          days: row.dateKey.map { _ in (row.from ?? .min)...(row.until ?? .max) },
          place: first + i)
      })
  }

  private mutating func measurePlan(
    _ measure: MeasureDeclaration, _ text: ExpressionText
  ) -> MeasurePlan? {
    let name = measure.name.text
    guard let expression = check(text, expecting: nil) else { return nil }
    let isWhole = [.int, .uint].contains(expression.type)
    environment.declare(name, isWhole ? .double : expression.type)
    if measure.range != nil, !isWhole, expression.type != .double {
      report(.rangeOfText(measure.name))
    }
    return MeasurePlan(
      name: name, label: measure.label, unit: measure.unit, slot: slot(name),
      expression: expression, range: measure.range)
  }

  private mutating func derivedMeasure(_ measure: MeasureDeclaration) -> DerivedMeasure? {
    var derived: DerivedMeasure?
    switch measure.formula {
    case .expression: return nil
    case .window(let text, let window):
      let isOfCondition = window.take == .streak || window.take == .share
      let of =
        isOfCondition
        ? check(text, expecting: .bool)
        : window.take == .count ? checkCounted(text) : checkNumber(text)
      derived = of.map {
        DerivedMeasure(formula: measure.formula, of: $0, type: .number(range: nil))
      }
    case .chart(let text, _):
      derived = checkNumber(text).map {
        DerivedMeasure(
          formula: measure.formula, of: $0,
          type: .text(oneOf: ControlChart.Signal.allCases.map(\.text)))
      }
    case .ago(let text, _):
      guard let of = check(text, expecting: nil) else { return nil }
      guard let type = ColumnType(of.type) else {
        report(.cannotKeep(measure.name, at: text.span))
        return nil
      }
      derived = DerivedMeasure(formula: measure.formula, of: of, type: type)
    case .peers(let text, _, let within):
      for group in within {
        if let container = Scope(rawValue: group.text), indices[group.text] == nil,
          container <= scope(of: measure.name.text)
        {
          report(.groupOfOne(group, scope(of: measure.name.text)))
        }
        guard let type = environment.type(of: group.text) else { continue }
        if type != .string { report(.groupIsNoText(group)) }
      }
      derived = checkNumber(text).map {
        DerivedMeasure(formula: measure.formula, of: $0, type: .number(range: nil))
      }
    case .rollUp(let rollUp):
      var of: CheckedExpression?
      if let text = rollUp.of {
        switch rollUp.function {
        case .share: of = check(text, expecting: .bool)
        case .count, .distinct: of = checkCounted(text)
        default: of = checkNumber(text)
        }
        guard of != nil else { return nil }
      }
      let weight = rollUp.weight.map { checkNumber($0) }
      let condition = rollUp.condition.map { check($0, expecting: .bool) }
      if case .some(nil) = weight { return nil }
      if case .some(nil) = condition { return nil }
      derived = DerivedMeasure(
        formula: measure.formula, of: of, weight: weight ?? nil, condition: condition ?? nil,
        type: .number(range: nil))
    }
    guard let derived else { return nil }
    environment.declare(measure.name.text, derived.type.celType)
    if measure.range != nil, derived.type.celType != .double { report(.rangeOfText(measure.name)) }
    return derived
  }

  /// What can be counted: conditions that are true, or values that are known.
  private mutating func checkCounted(_ text: ExpressionText) -> CheckedExpression? {
    guard let checked = check(text, expecting: nil) else { return nil }
    guard ColumnType(checked.type) != nil else {
      report(.cannotCount(at: text.span))
      return nil
    }
    return checked
  }

  // MARK: Numbers that a parameter may give

  /// What a number is for, which bounds it.
  enum NumberUse: String {
    case weight = "a weight"
    case points = "points"

    var range: ClosedRange<Double> { self == .weight ? 0...Double.infinity : 0...100 }
  }

  private mutating func number(_ setting: NumberSetting, _ use: NumberUse) -> NumberPlan? {
    switch setting {
    case .number(let value, _): return .number(value)
    case .parameter(let reference):
      guard let i = parameter(reference) else { return nil }
      for (value, span) in policy.parameters[i].settings {
        guard case .number(let number) = value else {
          report(.parameterKind(reference, "a number", at: span))
          return nil
        }
        if !use.range.contains(number) {
          report(.parameterOutOfBounds(reference, use, at: span))
        }
      }
      return .slot(slot(reference.text))
    }
  }

  /// The index of the parameter that a reference names; nil when that has been reported.
  private func parameter(_ reference: NameReference) -> Int? {
    guard let index = indices[reference.text], case .parameter(let i) = quantities[index].kind
    else { return nil }
    return i
  }

  private mutating func floorPlans(_ floors: [FloorDeclaration], of label: String) -> [FloorPlan]? {
    var plans: [FloorPlan] = []
    var isWhole = true
    for floor in floors {
      guard let condition = check(floor.condition, expecting: .bool),
        let atLeast = number(floor.atLeast, .points)
      else {
        isWhole = false
        continue
      }
      plans.append(
        FloorPlan(
          condition: condition, atLeast: atLeast, label: floor.label ?? "Floor of \(label)",
          evidence: floor.evidence.map(\.text)))
    }
    return isWhole ? plans : nil
  }

  // MARK: Factors

  private mutating func factorPlan(_ factor: FactorDeclaration) -> FactorPlan? {
    let rule: FactorPlan.Rule?
    switch factor.rule {
    case .scaled(let part): rule = partPlan(part).map { .scaled($0) }
    case .points(let expression): rule = checkNumber(expression).map { .points($0) }
    case .when(let condition, let then, let otherwise):
      let checked = check(condition, expecting: .bool)
      let (then, otherwise) = (number(then, .points), number(otherwise, .points))
      if let checked, let then, let otherwise {
        rule = .when(checked, then: then, otherwise: otherwise)
      } else {
        rule = nil
      }
    case .worst(let parts):
      let plans = parts.compactMap { partPlan($0) }
      rule = plans.count == parts.count ? .worst(plans) : nil
    }
    let applies = factor.applies.map { check($0, expecting: .bool) }
    let weight = number(factor.weight, .weight)
    if case .some(nil) = applies { return nil }
    guard let rule, let weight else { return nil }
    return FactorPlan(
      name: factor.name.text, label: factor.label, slot: slot("points.\(factor.name.text)"),
      rule: rule, applies: applies ?? nil, weight: weight, evidence: factor.evidence.map(\.text))
  }

  private mutating func partPlan(_ part: FactorDeclaration.Part) -> PartPlan? {
    guard let from = checkNumber(part.from) else { return nil }
    switch part.scale {
    case .bands(let bands): return PartPlan(from: from, scale: .bands(bands))
    case .curve(.curve(let curve, _)): return PartPlan(from: from, scale: .curve(curve))
    case .curve(.parameter(let reference)):
      guard let i = parameter(reference) else { return nil }
      var curves: [Curve] = []
      for (value, span) in policy.parameters[i].settings {
        guard case .curve(let curve) = value else {
          report(.parameterKind(reference, "a curve", at: span))
          return nil
        }
        curves.append(curve)
      }
      return PartPlan(from: from, scale: .parameter(slot: slot(reference.text), curves: curves))
    }
  }

  // MARK: Alerts, interventions

  private mutating func alertPlan(_ alert: AlertDeclaration) -> AlertPlan? {
    let condition = check(alert.condition, expecting: .bool)
    let clearWhen = alert.clearWhen.map { check($0, expecting: .bool) }
    var severity: AlertPlan.SeverityPlan?
    switch alert.severity {
    case .fixed(let fixed): severity = .fixed(fixed)
    case .graded(let grades):
      let checked = grades.compactMap { grade in
        check(grade.condition, expecting: .bool).map { (grade.severity, $0) }
      }
      if checked.count == grades.count { severity = .graded(checked) }
    }
    let message = messagePlan(alert.message)
    if case .some(nil) = clearWhen { return nil }
    guard let condition, let severity else { return nil }
    let scope = self.scope(of: "alert.\(alert.name.text)")
    return AlertPlan(
      name: alert.name.text, label: alert.label, slot: slot("alert.\(alert.name.text)"),
      condition: condition, clearWhen: clearWhen ?? nil,
      life: AlertLife(
        holdFor: alert.holdFor, keepFor: alert.keepFor, cooldown: alert.cooldown,
        staleAfter: alert.staleAfter, hasClearWhen: alert.clearWhen != nil),
      isDerived: false, severity: severity,
      audience: alert.audience?.map(\.text) ?? Audience.standard(scope).map(\.rawValue),
      owner: alert.owner, due: alert.due, message: message, caution: alert.caution,
      evidence: alert.evidence.map(\.text))
  }

  private mutating func messagePlan(_ template: MessageTemplate) -> MessagePlan {
    var pieces: [MessagePlan.Piece] = []
    for piece in template.pieces {
      switch piece {
      case .text(let text): pieces.append(.text(text))
      case .value(let name, let decimals, let span):
        guard let slot = environment.slot(of: name), let type = environment.type(of: name)
        else { continue }
        switch type {
        case .double, .dyn: break
        case .list, .map: report(.notPrintable(name, at: span))
        default:
          if decimals != nil { report(.decimalsOfText(name, at: span)) }
        }
        pieces.append(.value(slot: slot, decimals: decimals, gate: gate(of: name)))
      }
    }
    return MessagePlan(pieces: pieces)
  }

  /// The gate that a quantity went through, where its value is a figure as it left the gate.
  func gate(of name: String) -> Gate? {
    guard let index = indices[readableName(name)] else { return nil }
    let range: ClosedRange<Double>?
    switch quantities[index].kind {
    case .input(let i): range = policy.inputs[i].range
    case .measure(let i):
      if case .expression(let text) = policy.measures[i].formula {
        // Another name for a figure reads like it.
        return isName(text.text) ? gate(of: text.text) : nil
      }
      range = policy.measures[i].range ?? 0...1
    default: return nil
    }
    guard families[index] != nil, let range else { return nil }
    return Gate(range: range, minimumGroupSize: policy.minimumGroupSize)
  }

  private mutating func interventionPlan(
    _ intervention: InterventionDeclaration
  ) -> InterventionPlan? {
    let condition = intervention.condition.map { check($0, expecting: .bool) }
    let unless = intervention.unless.map { check($0, expecting: .bool) }
    if case .some(nil) = condition { return nil }
    if case .some(nil) = unless { return nil }
    return InterventionPlan(
      name: intervention.name.text, slot: slot("intervention.\(intervention.name.text)"),
      condition: condition ?? nil, unless: unless ?? nil,
      requires: intervention.requires.compactMap {
        environment.slot(of: "intervention.\($0.text)")
      },
      recommendation: Recommendation(
        id: intervention.name.text, kind: intervention.kind, title: intervention.title,
        priority: intervention.priority, addresses: intervention.addresses.map(\.text),
        effects: intervention.effects.map {
          ExpectedEffect(
            quantity: $0.quantity.text, change: $0.change, low: $0.low, likely: $0.likely,
            high: $0.high)
        },
        effort: intervention.effort, due: intervention.due, success: intervention.success,
        facade: intervention.facade, evidence: intervention.evidence.map(\.text)))
  }
}

extension ColumnType {
  /// The type that expressions see.
  var celType: CELType {
    switch self {
    case .number: .double
    case .text: .string
    case .boolean: .bool
    case .date: .timestamp
    }
  }
}

extension ColumnType {
  /// The type of columns of such values; nil for those that no column holds.
  init?(_ type: CELType) {
    switch type {
    case .double, .int, .uint: self = .number(range: nil)
    case .string: self = .text(oneOf: nil)
    case .bool: self = .boolean
    case .timestamp: self = .date
    default: return nil
    }
  }
}

extension ParameterDeclaration {
  var celType: CELType {
    switch settings.first?.value {
    case .text: .string
    case .curve: .list(.list(.double))
    case .number, nil: .double
    }
  }

  /// The default, all listed values and those of rows, with their places.
  var settings: [(value: Setting, span: SourceSpan)] {
    var all: [(Setting, SourceSpan)] = []
    if let fallback, let fallbackSpan { all.append((fallback, fallbackSpan)) }
    all += cases.map { ($0.value, $0.span) }
    return all + rows.map { ($0.value, $0.valueSpan) }
  }
}

extension ParameterDeclaration.Setting {
  var value: Value {
    switch self {
    case .number(let number): .double(number)
    case .text(let text): .string(text)
    case .curve(let curve): curve.value
    }
  }
}

extension Diagnostic {
  fileprivate static func cannotKeep(_ name: DeclaredName, at span: SourceSpan) -> Diagnostic {
    Diagnostic(
      code: .wrongType, message: "`ago` of measure `\(name.text)` is no single value",
      primary: Label(span: span, text: "a number, text, condition or date is needed here"))
  }

  fileprivate static func cannotCount(at span: SourceSpan) -> Diagnostic {
    Diagnostic(
      code: .wrongType, message: "this cannot be counted",
      primary: Label(span: span, text: "a condition, number, text or date is needed here"))
  }

  fileprivate static func groupOfOne(_ group: NameReference, _ scope: Scope) -> Diagnostic {
    Diagnostic(
      code: .mixedScopes, message: "a \(group.text) does not contain \(scope.rawValue)s",
      primary: Label(span: group.span, text: "peers are in one larger scope, or of one group"))
  }

  fileprivate static func groupIsNoText(_ reference: NameReference) -> Diagnostic {
    Diagnostic(
      code: .wrongType, message: "`within` takes texts, and `\(reference.text)` is none",
      primary: Label(span: reference.span, text: "its values do not make groups"))
  }

  fileprivate static func rangeOfText(_ name: DeclaredName) -> Diagnostic {
    Diagnostic(
      code: .wrongType, message: "measure `\(name.text)` has a `range` and is no number",
      primary: Label(span: name.span))
  }

  fileprivate static func parameterKind(
    _ reference: NameReference, _ kind: String, at span: SourceSpan
  ) -> Diagnostic {
    Diagnostic(
      code: .wrongType, message: "parameter `\(reference.text)` does not give \(kind)",
      primary: Label(span: reference.span, text: "\(kind) is needed here"),
      secondary: [Label(span: span, text: "this is not \(kind)")])
  }

  fileprivate static func parameterOutOfBounds(
    _ reference: NameReference, _ use: Compiler.NumberUse, at span: SourceSpan
  ) -> Diagnostic {
    var diagnostic = outOfBounds(use.rawValue, use.range, at: span)
    diagnostic.secondary = [Label(span: reference.span, text: "it is \(use.rawValue) here")]
    return diagnostic
  }

  fileprivate static func notPrintable(_ name: String, at span: SourceSpan) -> Diagnostic {
    Diagnostic(
      code: .badMessage, message: "`\(name)` is a list and has no place in a message",
      primary: Label(span: span))
  }

  fileprivate static func decimalsOfText(_ name: String, at span: SourceSpan) -> Diagnostic {
    Diagnostic(
      code: .badMessage, message: "`\(name)` is no number and has no decimals",
      primary: Label(span: span), notes: ["write `{\(name)}`"])
  }
}
