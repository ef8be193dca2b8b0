import CEL
package import Diagnostics
import Tables

// Factors, domains and scores.
extension PolicyReader {
  mutating func readFactor(_ name: DeclaredName, _ node: Node) {
    guard let fields = declarationFields(node, .factor, "factor", name) else { return }
    let kinds = ["from", "when", "points", "parts"].filter(fields.has)
    guard kinds.count == 1 else {
      diagnostics.append(.oneRule(name, kinds.compactMap { fields.keySpans[$0] }))
      return
    }
    if kinds != ["from"] {
      for key in ["curve", "bands"] where fields.has(key) {
        diagnostics.append(.needsTogether(key, "from", at: fields.keySpans[key]!))
      }
    }
    let rule: FactorDeclaration.Rule? =
      switch kinds[0] {
      case "from": part(fields, "factor `\(name.text)`").map { .scaled($0) }
      case "points": fields.expression("points", &diagnostics).map { .points($0) }
      case "when": readWhen(fields["when"]!, of: name)
      default: readParts(fields, of: name)
      }
    guard let rule, let domain = fields.reference("domain", &diagnostics),
      let weight = weight(fields)
    else { return }
    policy.factors.append(
      FactorDeclaration(
        name: name, domain: domain, rule: rule,
        applies: fields.expression("applies", &diagnostics), weight: weight,
        label: label(fields, name), evidence: evidence(fields)))
  }

  private mutating func readWhen(
    _ node: Node, of name: DeclaredName
  ) -> FactorDeclaration.Rule? {
    guard
      let fields = Fields(
        node, .when, owner: "`when` of `\(name.text)`", at: node.span, diagnostics: &diagnostics),
      let condition = fields.expression("if", &diagnostics),
      let then = points(fields, "then"), let otherwise = points(fields, "else")
    else { return nil }
    return .when(condition: condition, then: then, otherwise: otherwise)
  }

  private mutating func readParts(
    _ fields: Fields, of name: DeclaredName
  ) -> FactorDeclaration.Rule? {
    let combination = fields.word("combine", Combination.self, &diagnostics)
    guard combination == .max else {
      diagnostics.append(.partsNeedMax(name, at: fields.keySpans["combine"] ?? name.span))
      return nil
    }
    guard let nodes = fields.list("parts", "parts", &diagnostics) else { return nil }
    guard !nodes.isEmpty else {
      diagnostics.append(.emptyList("parts", at: fields["parts"]!.span))
      return nil
    }
    var parts: [FactorDeclaration.Part] = []
    for node in nodes {
      let owner = "a part of `\(name.text)`"
      guard
        let inner = Fields(node, .part, owner: owner, at: node.span, diagnostics: &diagnostics),
        let part = part(inner, owner)
      else { return nil }
      parts.append(part)
    }
    return .worst(parts)
  }

  private mutating func part(_ fields: Fields, _ owner: String) -> FactorDeclaration.Part? {
    guard let from = fields.expression("from", &diagnostics) else { return nil }
    guard fields.has("curve") != fields.has("bands") else {
      diagnostics.append(.curveOrBands(owner, both: fields.has("curve"), at: fields.span))
      return nil
    }
    if let node = fields["bands"] {
      return bands(node).map { .init(from: from, scale: .bands($0)) }
    }
    let node = fields["curve"]!
    if case .scalar(let scalar) = node.content, isName(scalar.text) {
      let reference = NameReference(text: scalar.text, span: node.span)
      return .init(from: from, scale: .curve(.parameter(reference)))
    }
    return curve(node, "`curve`").map { .init(from: from, scale: .curve(.curve($0, node.span))) }
  }

  mutating func readDomain(_ name: DeclaredName, _ node: Node) {
    guard let fields = declarationFields(node, .domain, "domain", name),
      let weight = weight(fields)
    else { return }
    policy.domains.append(
      DomainDeclaration(
        name: name, weight: weight, label: label(fields, name),
        nature: fields.word("nature", InterventionKind.self, &diagnostics),
        combination: fields.word("combine", Combination.self, &diagnostics) ?? .mean,
        minimumCoverage: fields.number("minimum_coverage", in: 0...1, &diagnostics) ?? 0,
        floors: floors(fields), evidence: evidence(fields)))
  }

  mutating func readScore(_ name: DeclaredName, _ node: Node) {
    guard let fields = declarationFields(node, .score, "score", name) else { return }
    var levels: [ScoreDeclaration.Level] = []
    if let entries = fields.entries("levels", "names, each with its least score", &diagnostics) {
      for entry in entries {
        guard isName(entry.key.text), entry.key.text != ScoreResult.insufficientData else {
          diagnostics.append(.badName(DeclaredName(text: entry.key.text, span: entry.key.span)))
          continue
        }
        let what = "the bound of `\(entry.key.text)`"
        guard let bound = settingValue(entry.value, what, &diagnostics) else { continue }
        levels.append(.init(name: entry.key.text, bound: bound))
      }
      checkLevels(levels, at: fields["levels"]!.span)
    }
    policy.scores.append(
      ScoreDeclaration(
        name: name, scope: fields.word("scope", Scope.self, &diagnostics),
        domains: fields.references("domains", &diagnostics), levels: levels,
        label: label(fields, name),
        combination: fields.word("combine", Combination.self, &diagnostics) ?? .mean,
        minimumCoverage: fields.number("minimum_coverage", in: 0...1, &diagnostics) ?? 0.5,
        floors: floors(fields), evidence: evidence(fields)))
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
          node, .floor, owner: "a floor", at: node.span, diagnostics: &diagnostics),
        let condition = floor.expression("when", &diagnostics),
        let atLeast = points(floor, "at_least")
      else { return nil }
      return FloorDeclaration(
        condition: condition, atLeast: atLeast, label: floor.text("label", &diagnostics),
        evidence: evidence(floor))
    }
  }

  // MARK: Weights, points, curves

  mutating func weight(_ fields: Fields) -> NumberSetting? {
    guard let weight = fields.setting("weight", &diagnostics) else { return nil }
    if case .number(let value, let span) = weight, value < 0 {
      diagnostics.append(.negativeWeight(value, at: span))
    }
    return weight
  }

  /// A number of points, or the parameter that gives it.
  mutating func points(_ fields: Fields, _ key: String) -> NumberSetting? {
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
      diagnostics.append(.wrongShape("\(what) takes [[x, points], ...]", at: node.span, node))
      return nil
    }
    guard !items.isEmpty else {
      diagnostics.append(.wrongShape("\(what) has at least one [x, points]", at: node.span, node))
      return nil
    }
    var pairs: [(x: Double, y: Double, span: SourceSpan)] = []
    var isWhole = true
    for item in items {
      guard case .sequence(let pair) = item.content, pair.count == 2 else {
        diagnostics.append(.wrongShape("\(what) is made of [x, points]", at: item.span, item))
        isWhole = false
        continue
      }
      guard let x = first(pair[0], &diagnostics),
        let y = numberValue(pair[1], "points", &diagnostics)
      else {
        isWhole = false
        continue
      }
      if !(0...100).contains(y) {
        diagnostics.append(.outOfBounds("points", 0...100, at: pair[1].span))
      }
      if let last = pairs.last, x <= last.x {
        diagnostics.append(.notIncreasing(what, at: pair[0].span, last: last.span))
        isWhole = false
      }
      pairs.append((x, y, pair[0].span))
    }
    return isWhole ? pairs : nil
  }

  mutating func curve(_ node: Node, _ what: String) -> Curve? {
    pairs(node, what, first: { numberValue($0, "x", &$1) })
      .flatMap { Curve($0.map { Curve.Point(x: $0.x, y: $0.y) }) }
  }

  private mutating func bands(_ node: Node) -> [Band]? {
    let pairs = pairs(node, "`bands`") { node, diagnostics in
      if case .scalar(let scalar) = node.content, ["-inf", "-.inf"].contains(scalar.text) {
        return -.infinity
      }
      return numberValue(node, "a bound", &diagnostics)
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
      primary: Label(span: keys.last ?? name.span),
      secondary: keys.dropLast().map { Label(span: $0) })
  }

  fileprivate static func partsNeedMax(_ name: DeclaredName, at span: SourceSpan) -> Diagnostic {
    Diagnostic(
      code: .missingKey, message: "`parts` of factor `\(name.text)` go with `combine: max`",
      primary: Label(span: span))
  }

  fileprivate static func curveOrBands(
    _ owner: String, both: Bool, at span: SourceSpan
  ) -> Diagnostic {
    Diagnostic(
      code: .oneRule,
      message: both
        ? "\(owner) has both `curve` and `bands`" : "\(owner) needs `curve` or `bands`",
      primary: Label(span: span))
  }

  fileprivate static func firstLevel(_ name: String, at span: SourceSpan) -> Diagnostic {
    Diagnostic(
      code: .levels, message: "the lowest level, `\(name)`, starts at 0",
      primary: Label(span: span),
      notes: ["every score has a level; levels go from the lowest to the highest"],
      fixIts: [FixIt(replacing: span, with: "0")])
  }

  fileprivate static func levelsDescend(
    _ name: String, at span: SourceSpan, last: SourceSpan
  ) -> Diagnostic {
    Diagnostic(
      code: .levels, message: "level `\(name)` does not start above the one before it",
      primary: Label(span: span), secondary: [Label(span: last, text: "the level before")],
      notes: ["levels go from the lowest to the highest"])
  }

  fileprivate static func negativeWeight(_ value: Double, at span: SourceSpan) -> Diagnostic {
    Diagnostic(
      code: .outOfBounds, message: "a weight is 0 or more, not `\(NumberText.shortest(value))`",
      primary: Label(span: span),
      notes: ["a weight of 0 computes the factor and leaves it out of the score"])
  }

  fileprivate static func notIncreasing(
    _ what: String, at span: SourceSpan, last: SourceSpan
  ) -> Diagnostic {
    Diagnostic(
      code: .notIncreasing, message: "x of \(what) does not increase",
      primary: Label(span: span, text: "not above the one before"),
      secondary: [Label(span: last, text: "the one before")])
  }
}

extension DiagnosticCode {
  package static let oneRule = DiagnosticCode(
    "one-rule", "A factor has none or several of the ways to earn points.")
  package static let levels = DiagnosticCode(
    "levels", "The levels of a score do not start at 0 and rise.")
  package static let notIncreasing = DiagnosticCode(
    "not-increasing", "The x values of a curve, or the bounds of bands, do not increase.")
}
