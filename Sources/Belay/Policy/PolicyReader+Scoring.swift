import CEL
package import Diagnostics
import Tables

// Factors, domains and scores.
extension PolicyReader {
  mutating func readFactor(_ name: DeclaredName, _ node: Node) {
    guard let fields = declarationFields(node, .factor, "factor", name) else { return }
    refuse("factor", name, fields)
    let kinds = ["from", "when", "points", "parts"].filter(fields.has)
    guard kinds.count == 1 else {
      diagnostics.append(.oneRule(name, kinds.compactMap { fields.keySpan($0) }))
      return
    }
    if kinds != ["from"] {
      for key in ["curve", "bands"] where fields.has(key) {
        diagnostics.append(.needsTogether(key, "from", at: fields.keySpan(key)!))
      }
    }
    if kinds != ["parts"], let span = fields.keySpan("combine") {
      diagnostics.append(.needsTogether("combine", "parts", at: span))
    }
    let rule: FactorDeclaration.Rule? =
      switch kinds[0] {
      case "from": part(fields, "factor `\(name.text)`").map { .scaled($0) }
      case "points": fields.expression("points", &diagnostics).map { .points($0) }
      case "when": readWhen(fields["when"]!, of: name)
      default: readParts(fields, of: name)
      }
    let domain = fields.reference("domain", &diagnostics)
    let weight = weight(fields, of: name)
    let applies = fields.expression("applies", &diagnostics)
    let (label, evidence) = (label(fields, name), evidence(fields))
    guard let rule, let domain else { return }
    policy.factors.append(
      FactorDeclaration(
        name: name, domain: domain, rule: rule, applies: applies, weight: weight, label: label,
        evidence: evidence))
  }

  private mutating func readWhen(
    _ node: Node, of name: DeclaredName
  ) -> FactorDeclaration.Rule? {
    guard
      let fields = Fields(
        node, .when, owner: "`when` of `\(name.text)`", at: node.span, diagnostics: &diagnostics)
    else { return nil }
    let condition = fields.expression("if", &diagnostics)
    let (then, otherwise) = (points(fields, "then"), points(fields, "else"))
    guard let condition, let then, let otherwise else { return nil }
    return .when(condition: condition, then: then, otherwise: otherwise)
  }

  private mutating func readParts(
    _ fields: Fields, of name: DeclaredName
  ) -> FactorDeclaration.Rule? {
    if !fields.has("combine") {
      diagnostics.append(.partsNeedMax(name, at: fields.keySpan("parts")!))
    } else if fields.word("combine", Combination.self, &diagnostics) == .mean {
      diagnostics.append(.partsNeedMax(name, at: fields["combine"]!.span))
    }
    guard let nodes = fields.list("parts", "parts", &diagnostics) else { return nil }
    guard !nodes.isEmpty else {
      diagnostics.append(.emptyList("parts", at: fields["parts"]!.span))
      return nil
    }
    let owner = "a part of `\(name.text)`"
    let parts = nodes.map { node in
      Fields(node, .part, owner: owner, at: node.span, diagnostics: &diagnostics)
        .flatMap { part($0, owner) }
    }
    return parts.contains { $0 == nil } ? nil : .worst(parts.compactMap { $0 })
  }

  private mutating func part(_ fields: Fields, _ owner: String) -> FactorDeclaration.Part? {
    let from = fields.expression("from", &diagnostics)
    let scale = scale(fields, owner)
    guard let from, let scale else { return nil }
    return .init(from: from, scale: scale)
  }

  private mutating func scale(_ fields: Fields, _ owner: String) -> Scale? {
    guard fields.has("curve") != fields.has("bands") else {
      let keys = ["curve", "bands"].compactMap { fields.keySpan($0) }
      diagnostics.append(.curveOrBands(owner, keys, at: fields.span))
      return nil
    }
    if let node = fields["bands"] { return bands(node).map { .bands($0) } }
    let node = fields["curve"]!
    if case .scalar(let scalar) = node.content, isName(scalar.text), scalar.style != .literal {
      return .curve(.parameter(NameReference(text: scalar.text, span: node.span)))
    }
    return curve(node, "`curve`").map { .curve(.curve($0, node.span)) }
  }

  mutating func readDomain(_ name: DeclaredName, _ node: Node) {
    guard let fields = declarationFields(node, .domain, "domain", name) else { return }
    refuse("domain", name, fields)
    policy.domains.append(
      DomainDeclaration(
        name: name, weight: weight(fields, of: name), label: label(fields, name),
        nature: fields.word("nature", InterventionKind.self, &diagnostics),
        combination: fields.word("combine", Combination.self, &diagnostics) ?? .mean,
        minimumCoverage: fields.number("minimum_coverage", in: 0...1, &diagnostics) ?? 0,
        floors: floors(fields), evidence: evidence(fields)))
  }

  mutating func readScore(_ name: DeclaredName, _ node: Node) {
    guard let fields = declarationFields(node, .score, "score", name) else { return }
    refuse("score", name, fields)
    var levels: [ScoreDeclaration.Level] = []
    if let entries = fields.entries("levels", "names, each with its least score", &diagnostics) {
      for entry in entries {
        guard isName(entry.key.text) else {
          diagnostics.append(.badName(DeclaredName(text: entry.key.text, span: entry.key.span)))
          continue
        }
        guard entry.key.text != ScoreResult.insufficientData else {
          diagnostics.append(.levelOfTooLittleData(at: entry.key.span))
          continue
        }
        let what = "the bound of `\(entry.key.text)`"
        guard let bound = settingValue(entry.value, what, &diagnostics) else { continue }
        levels.append(.init(name: entry.key.text, bound: bound))
      }
      if levels.count == entries.count { checkLevels(levels, at: fields["levels"]!.span) }
    }
    policy.scores.append(
      ScoreDeclaration(
        name: name, scope: fields.word("scope", Scope.self, &diagnostics),
        domains: fields.references("domains", &diagnostics), levels: levels,
        audience: fields.references("audience", &diagnostics), label: label(fields, name),
        presentation: fields["present_as"].flatMap { readPresentation($0, of: name) },
        combination: fields.word("combine", Combination.self, &diagnostics) ?? .mean,
        minimumCoverage: fields.number("minimum_coverage", in: 0...1, &diagnostics) ?? 0.5,
        floors: floors(fields), evidence: evidence(fields)))
  }

  private mutating func readPresentation(
    _ node: Node, of score: DeclaredName
  ) -> Presentation? {
    guard
      let fields = Fields(
        node, .presentation, owner: "`present_as` of `\(score.text)`", at: node.span,
        diagnostics: &diagnostics)
    else { return nil }
    let label = fields.text("label", &diagnostics)
    let isInverted = fields.flag("invert", &diagnostics) ?? false
    return label.map { Presentation(label: $0, isInverted: isInverted) }
  }

  private mutating func checkLevels(_ levels: [ScoreDeclaration.Level], at span: SourceSpan) {
    guard let first = levels.first else {
      diagnostics.append(.emptyList("levels", at: span))
      return
    }
    if case .number(let bound, let span) = first.bound, bound != 0 {
      diagnostics.append(.firstLevel(first.name, at: span))
    } else if case .parameter(let reference) = first.bound {
      diagnostics.append(.firstLevel(first.name, at: reference.span))
    }
    var last: (bound: Double, span: SourceSpan)?
    for level in levels {
      guard case .number(let bound, let span) = level.bound else { continue }
      if !(0...100).contains(bound) {
        diagnostics.append(.outOfBounds("the bound of a level", 0...100, at: span))
      } else if let last, bound <= last.bound {
        diagnostics.append(.levelsDescend(level.name, at: span, last: last.span))
      }
      last = (bound, span)
    }
  }

  private mutating func floors(_ fields: Fields) -> [FloorDeclaration] {
    (fields.list("floors", "floors", &diagnostics) ?? []).compactMap { node in
      guard
        let floor = Fields(
          node, .floor, owner: "a floor", at: node.span, diagnostics: &diagnostics)
      else { return nil }
      let condition = floor.expression("when", &diagnostics)
      let atLeast = points(floor, "at_least")
      let (label, evidence) = (floor.text("label", &diagnostics), evidence(floor))
      guard let condition, let atLeast else { return nil }
      return FloorDeclaration(
        condition: condition, atLeast: atLeast, label: label, evidence: evidence)
    }
  }

  // MARK: Weights, points, curves

  /// The weight, or a stand-in where it is wrong: the rest can be looked at all the same.
  private mutating func weight(_ fields: Fields, of name: DeclaredName) -> NumberSetting {
    guard let weight = fields.setting("weight", &diagnostics) else { return .number(1, name.span) }
    if case .number(let value, let span) = weight, value < 0 {
      diagnostics.append(.negativeWeight(value, at: span))
    }
    return weight
  }

  /// A number of points, or the parameter that gives it.
  private mutating func points(_ fields: Fields, _ key: String) -> NumberSetting? {
    guard let setting = fields.setting(key, &diagnostics) else { return nil }
    if case .number(let value, let span) = setting, !(0...100).contains(value) {
      diagnostics.append(.outOfBounds("`\(key)`", 0...100, at: span))
    }
    return setting
  }

  /// Pairs of numbers: `[[x, y], ...]`, with the place of each x.
  private mutating func pairs(
    _ node: Node, _ what: String, first: (Node, inout [Diagnostic]) -> Double?
  ) -> [(x: Double, y: Double, span: SourceSpan)]? {
    guard case .sequence(let items) = node.content else {
      diagnostics.append(
        .wrongShape(
          "\(what) takes a list of pairs, [[x, points], ...]", at: node.span, node,
          example: Self.pairsExample))
      return nil
    }
    guard !items.isEmpty else {
      diagnostics.append(
        .wrongShape(
          "\(what) takes at least one pair, [x, points]", at: node.span, node,
          example: Self.pairsExample))
      return nil
    }
    var pairs: [(x: Double, y: Double, span: SourceSpan)] = []
    var isWhole = true
    for item in items {
      guard case .sequence(let pair) = item.content, pair.count == 2 else {
        diagnostics.append(
          .wrongShape(
            "\(what) is made of pairs, [x, points]", at: item.span, item,
            example: Self.pairsExample))
        // The others are most likely written alike.
        return nil
      }
      guard let x = first(pair[0], &diagnostics),
        let y = numberValue(pair[1], "points of \(what)", &diagnostics)
      else {
        isWhole = false
        continue
      }
      if !(0...100).contains(y) {
        diagnostics.append(.outOfBounds("points of \(what)", 0...100, at: pair[1].span))
      }
      if let last = pairs.last, x <= last.x {
        diagnostics.append(.notIncreasing(what, at: pair[0].span, last: last.span))
        isWhole = false
      }
      pairs.append((x, y, pair[0].span))
    }
    return isWhole ? pairs : nil
  }

  private static let pairsExample = "[[1, 10], [4, 90]]"

  mutating func curve(_ node: Node, _ what: String) -> Curve? {
    pairs(node, what, first: { numberValue($0, "x of \(what)", &$1) })
      .flatMap { Curve($0.map { Curve.Point(x: $0.x, y: $0.y) }) }
  }

  private mutating func bands(_ node: Node) -> [Band]? {
    let pairs = pairs(node, "`bands`") { node, diagnostics in
      if case .scalar(let scalar) = node.content, ["-inf", "-.inf"].contains(scalar.text) {
        return -.infinity
      }
      return numberValue(node, "a bound of `bands`", &diagnostics)
    }
    return pairs?.map { Band(bound: $0.x, points: $0.y) }
  }
}

extension Diagnostic {
  fileprivate static func oneRule(_ name: DeclaredName, _ keys: [SourceSpan]) -> Diagnostic {
    Diagnostic(
      code: .oneRule,
      message: keys.isEmpty
        ? "factor `\(name.text)` needs one of `from`, `when`, `points` and `parts`"
        : "factor `\(name.text)` has more than one of `from`, `when`, `points` and `parts`",
      primary: Label(span: keys.last ?? name.span, text: keys.isEmpty ? "" : "another one"),
      secondary: keys.dropLast().map { Label(span: $0, text: "one") },
      notes: ["they say how the factor earns its points"])
  }

  fileprivate static func partsNeedMax(_ name: DeclaredName, at span: SourceSpan) -> Diagnostic {
    Diagnostic(
      code: .missingKey, message: "`parts` of factor `\(name.text)` need `combine: max`",
      primary: Label(span: span), notes: ["of several measures the worst counts"])
  }

  fileprivate static func curveOrBands(
    _ owner: String, _ keys: [SourceSpan], at span: SourceSpan
  ) -> Diagnostic {
    guard let last = keys.last else {
      return Diagnostic(
        code: .oneRule, message: "\(owner) needs `curve` or `bands`", primary: Label(span: span),
        notes: ["they turn the measure of `from` into points"])
    }
    return Diagnostic(
      code: .oneRule, message: "\(owner) has both `curve` and `bands`",
      primary: Label(span: last), secondary: [Label(span: keys[0])])
  }

  fileprivate static func firstLevel(_ name: String, at span: SourceSpan) -> Diagnostic {
    Diagnostic(
      code: .levels, message: "the lowest level, `\(name)`, does not start at 0",
      primary: Label(span: span, text: "a score below this would have no level"),
      notes: ["levels go from the lowest to the highest, such as `{low: 0, elevated: 35}`"],
      fixIts: [FixIt(replacing: span, with: "0")])
  }

  fileprivate static func levelOfTooLittleData(at span: SourceSpan) -> Diagnostic {
    Diagnostic(
      code: .reservedName,
      message: "`\(ScoreResult.insufficientData)` is the level of a score with too little data",
      primary: Label(span: span, text: "this name is taken"))
  }

  fileprivate static func levelsDescend(
    _ name: String, at span: SourceSpan, last: SourceSpan
  ) -> Diagnostic {
    Diagnostic(
      code: .levels, message: "level `\(name)` does not start above the one before it",
      primary: Label(span: span), secondary: [Label(span: last, text: "the level before it")],
      notes: ["levels go from the lowest to the highest, such as `{low: 0, elevated: 35}`"])
  }

  fileprivate static func negativeWeight(_ value: Double, at span: SourceSpan) -> Diagnostic {
    Diagnostic(
      code: .outOfBounds,
      message: "a weight can be 0 or more, not `\(NumberText.shortest(value))`",
      primary: Label(span: span),
      notes: ["a weight of 0 computes the factor and leaves it out of the score"])
  }

  fileprivate static func notIncreasing(
    _ what: String, at span: SourceSpan, last: SourceSpan
  ) -> Diagnostic {
    Diagnostic(
      code: .notIncreasing, message: "\(what) does not go from the lowest to the highest",
      primary: Label(span: span, text: "this is not above the one before it"),
      secondary: [Label(span: last, text: "the one before it")])
  }
}

extension DiagnosticCode {
  package static let oneRule = DiagnosticCode(
    "one-rule", "None or several are there of keys of which exactly one has to be.")
  package static let levels = DiagnosticCode(
    "levels", "The levels of a score do not start at 0 and rise.")
  package static let notIncreasing = DiagnosticCode(
    "not-increasing", "The x values of a curve, or the bounds of bands, do not increase.")
}
