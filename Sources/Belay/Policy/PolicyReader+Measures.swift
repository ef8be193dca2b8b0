import Diagnostics
import Tables

// Measures, and the keys that tie quantities to time, groups and audiences.
extension PolicyReader {
  mutating func readMeasure(_ name: DeclaredName, _ node: Node) {
    if case .scalar = node.content {
      guard let expression = expressionValue(node, "measure `\(name.text)`", &diagnostics)
      else { return }
      policy.measures.append(
        MeasureDeclaration(
          name: name, formula: .expression(expression), scope: nil, label: spelledOut(name.text),
          unit: nil, range: nil, isShown: false, evidence: []))
      return
    }
    guard let fields = declarationFields(node, .measure, "measure", name),
      let formula = formula(fields, of: name)
    else { return }
    policy.measures.append(
      MeasureDeclaration(
        name: name, formula: formula, scope: fields.word("scope", Scope.self, &diagnostics),
        label: label(fields, name), unit: fields.text("unit", &diagnostics),
        range: fields.range("range", &diagnostics),
        isShown: fields.flag("show", &diagnostics) ?? false, evidence: evidence(fields)))
  }

  /// What `take` may name, and where.
  private enum TakeName: String, CaseIterable {
    case mean, sum, min, max, median, stddev, count, share, first, last, change, slope, ewma
    case percentile, streak, spc, zscore, rank, ratio, distinct
    case robustZscore = "robust_zscore"
  }

  private enum Kind: String {
    case window = "a window"
    case peers = "a comparison with peers"
    case rollUp = "a roll-up"
    case ago = "a value of so many periods ago"
  }

  private mutating func formula(
    _ fields: Fields, of name: DeclaredName
  ) -> MeasureDeclaration.Formula? {
    if let expression = fields.expression("expr", &diagnostics) {
      for key in Self.edgeKeys where fields.has(key) {
        diagnostics.append(.besideExpression(key, at: fields.keySpan(key)!))
      }
      return .expression(expression)
    }
    if fields.has("expr") { return nil }
    guard Self.edgeKeys.contains(where: fields.has) else {
      diagnostics.append(.measureWithoutFormula(name))
      return nil
    }
    if fields.has("ago") {
      let of = required("of", fields).flatMap { fields.expression($0, &diagnostics) }
      let periods = wholeNumber("ago", fields, 1...Self.mostPeriods)
      needTime(fields, "ago")
      forbid(Self.edgeKeys.filter { $0 != "of" && $0 != "ago" }, fields, .ago)
      guard let of, let periods else { return nil }
      return .ago(of, periods)
    }
    guard required("take", fields) != nil,
      let take = fields.word("take", TakeName.self, &diagnostics)
    else { return nil }
    let isWindow = fields.has("over") || [.ewma, .streak, .spc].contains(take)
    if fields.has("within") { return peers(fields, take) }
    if isWindow { return window(fields, take) }
    return rollUp(fields, take, of: name)
  }

  private static let edgeKeys = [
    "of", "over", "take", "within", "ago", "minimum_n", "weight", "where", "rules", "baseline",
    "improvement", "alpha", "p",
  ]

  /// The longest history that a window may look at.
  static let mostPeriods = 10_000

  // MARK: Windows

  private mutating func window(
    _ fields: Fields, _ take: TakeName
  ) -> MeasureDeclaration.Formula? {
    needTime(fields, "take")
    let of = required("of", fields).flatMap { fields.expression($0, &diagnostics) }
    forbid(["within", "weight", "where", "minimum_n"], fields, .window)
    var last: Int?
    var minimum: Int?
    if let node = fields["over"] {
      guard
        let over = Fields(
          node, .over, owner: "`over`", at: node.span, diagnostics: &diagnostics)
      else { return nil }
      last = wholeNumber("last", over, 1...Self.mostPeriods)
      minimum = wholeNumber("minimum", over, 1...Self.mostPeriods)
      if let last, let minimum, minimum > last {
        diagnostics.append(.minimumAboveLast(minimum, last, at: over["minimum"]!.span))
      }
      guard last != nil else { return nil }
    }
    if take == .spc {
      guard let of, let chart = chart(fields) else { return nil }
      return .chart(of, chart)
    }
    forbid(["rules", "baseline", "improvement"], fields, .window)
    if take != .ewma { forbid(["alpha"], fields, .window) }
    let function: WindowFunction
    switch take {
    case .mean: function = .mean
    case .sum: function = .sum
    case .min: function = .min
    case .max: function = .max
    case .median: function = .median
    case .stddev: function = .stddev
    case .count: function = .count
    case .share: function = .share
    case .first: function = .first
    case .last: function = .last
    case .change: function = .change
    case .slope: function = .slope
    case .streak: function = .streak
    case .percentile: function = .percentile(percent(fields) ?? 50)
    case .ewma:
      guard required("alpha", fields) != nil,
        let alpha = fields.number("alpha", in: 0...1, &diagnostics)
      else { return nil }
      function = .ewma(alpha: alpha)
    case .spc, .zscore, .robustZscore, .rank, .ratio, .distinct:
      diagnostics.append(.cannotTake(take.rawValue, Kind.window.rawValue, at: fields["take"]!.span))
      return nil
    }
    guard let of else { return nil }
    let fallback = take == .streak ? 1 : last ?? 1
    return .window(of, Window(last: last, minimum: minimum ?? fallback, take: function))
  }

  private mutating func chart(_ fields: Fields) -> ControlChart? {
    let rules = fields.word("rules", ControlChart.Rules.self, &diagnostics) ?? .xmr
    guard required("improvement", fields) != nil,
      let improvement = fields.word("improvement", ControlChart.Improvement.self, &diagnostics)
    else { return nil }
    var baseline = ControlChart.Baseline.all
    if let node = fields["baseline"] {
      guard
        let parts = Fields(
          node, .baseline, owner: "`baseline`", at: node.span, diagnostics: &diagnostics)
      else { return nil }
      if parts.has("first") {
        guard let first = wholeNumber("first", parts, 3...Self.mostPeriods) else { return nil }
        baseline = .first(first)
      } else {
        guard let from = period("from", parts), let to = period("to", parts) else { return nil }
        guard from <= to else {
          diagnostics.append(.baselineBackwards(at: parts["to"]!.span))
          return nil
        }
        baseline = .periods(from...to)
      }
    }
    return ControlChart(rules: rules, improvement: improvement, baseline: baseline)
  }

  /// The index of a period of the policy's own granularity.
  private mutating func period(_ key: String, _ fields: Fields) -> Int32? {
    guard required(key, fields) != nil, let text = fields.text(key, &diagnostics) else {
      return nil
    }
    let every = policy.time?.every ?? .month
    guard let period = Period(text, every: every) else {
      diagnostics.append(.noPeriod(text, every, at: fields[key]!.span))
      return nil
    }
    return Int32(period.index)
  }

  // MARK: Peers, roll-ups

  private mutating func peers(_ fields: Fields, _ take: TakeName) -> MeasureDeclaration.Formula? {
    let of = required("of", fields).flatMap { fields.expression($0, &diagnostics) }
    forbid(
      ["over", "weight", "where", "rules", "baseline", "improvement", "alpha", "p"], fields, .peers)
    let within: [NameReference]?
    if case .sequence? = fields["within"]?.content {
      within = fields.references("within", &diagnostics)
    } else {
      within = fields.reference("within", &diagnostics).map { [$0] }
    }
    let minimum =
      fields.has("minimum_n") ? wholeNumber("minimum_n", fields, 5...1_000_000) : 8
    let function: PeerFunction
    switch take {
    case .percentile: function = .percentile
    case .mean: function = .mean
    case .median: function = .median
    case .zscore: function = .zscore
    case .robustZscore: function = .robustZscore
    case .rank: function = .rank
    case .ratio: function = .ratio
    default:
      diagnostics.append(.cannotTake(take.rawValue, Kind.peers.rawValue, at: fields["take"]!.span))
      return nil
    }
    guard let of, let within, let minimum else { return nil }
    guard !within.isEmpty else {
      diagnostics.append(.emptyList("within", at: fields["within"]!.span))
      return nil
    }
    return .peers(of, Peers(take: function, minimumN: minimum), within: within)
  }

  private mutating func rollUp(
    _ fields: Fields, _ take: TakeName, of name: DeclaredName
  ) -> MeasureDeclaration.Formula? {
    forbid(["rules", "baseline", "improvement", "alpha"], fields, .rollUp)
    let of = fields.expression("of", &diagnostics)
    if of == nil, fields.has("of") { return nil }
    let function: RollUpFunction
    switch take {
    case .mean: function = .mean
    case .sum: function = .sum
    case .count: function = .count
    case .share: function = .share
    case .min: function = .min
    case .max: function = .max
    case .median: function = .median
    case .percentile: function = .percentile(percent(fields) ?? 50)
    case .distinct: function = .distinct
    case .stddev, .first, .last, .change, .slope:
      diagnostics.append(.windowWithoutPeriods(take.rawValue, at: fields["take"]!.span))
      return nil
    default:
      diagnostics.append(
        .cannotTake(take.rawValue, Kind.rollUp.rawValue, at: fields["take"]!.span))
      return nil
    }
    guard of != nil || take == .count else {
      _ = required("of", fields)
      return nil
    }
    guard fields.has("scope") else {
      diagnostics.append(.rollUpWithoutScope(name, at: fields["take"]!.span))
      return nil
    }
    if fields.has("weight"), take != .mean {
      diagnostics.append(.weightWithoutMean(at: fields.keySpan("weight")!))
    }
    return .rollUp(
      .init(
        of: of, function: function, weight: fields.expression("weight", &diagnostics),
        condition: fields.expression("where", &diagnostics),
        minimumN: fields.has("minimum_n")
          ? wholeNumber("minimum_n", fields, 1...1_000_000) : nil))
  }

  private mutating func percent(_ fields: Fields) -> Double? {
    required("p", fields).flatMap { fields.number($0, in: 0...100, &diagnostics) }
  }

  // MARK: Inputs

  mutating func carry(_ fields: Fields) -> Int? {
    guard fields.has("carry") else { return nil }
    needTime(fields, "carry")
    return wholeNumber("carry", fields, 1...Self.mostPeriods)
  }

  mutating func every(_ fields: Fields) -> Granularity? {
    if fields.has("every") { needTime(fields, "every") }
    return fields.word("every", Granularity.self, &diagnostics)
  }

  mutating func shareWith(
    _ fields: Fields
  ) -> [(audience: NameReference, consent: NameReference)] {
    let entries =
      fields.entries("share_with", "audiences, each with an input", &diagnostics) ?? []
    return entries.compactMap { entry in
      referenceValue(entry.value, "an audience of `share_with`", &diagnostics).map {
        (NameReference(text: entry.key.text, span: entry.key.span), $0)
      }
    }
  }

  mutating func readAudiences(_ fields: Fields) {
    for entry in fields.entries("audiences", "audiences, each with its keys", &diagnostics) ?? [] {
      let name = DeclaredName(text: entry.key.text, span: entry.key.span)
      guard isName(name.text) else {
        diagnostics.append(.badName(name))
        continue
      }
      if Audience(rawValue: name.text) != nil || name.text == "steward" {
        diagnostics.append(.knownAudience(name))
        continue
      }
      if let first = policy.ownAudiences.first(where: { $0.name.text == name.text }) {
        diagnostics.append(
          .declaredTwice(
            "audience `\(name.text)` is declared", at: name.span, first: first.name.span))
        continue
      }
      guard let keys = declarationFields(entry.value, .audience, "audience", name) else { continue }
      policy.ownAudiences.append(
        AudienceDeclaration(
          name: name, label: label(keys, name), isLine: keys.flag("line", &diagnostics) ?? false))
    }
  }

  mutating func readPopulation(_ fields: Fields) {
    let entries =
      fields.entries("population", "scopes, each with a condition", &diagnostics) ?? []
    for entry in entries {
      guard let scope = Scope(rawValue: entry.key.text) else {
        diagnostics.append(.noScope(entry.key))
        continue
      }
      guard
        let condition = expressionValue(
          entry.value, "`population` of \(scope.rawValue)", &diagnostics)
      else { continue }
      if let first = policy.population.first(where: { $0.scope == scope }) {
        diagnostics.append(
          .declaredTwice(
            "`population` of \(scope.rawValue) is given", at: entry.key.span,
            first: first.condition.span))
        continue
      }
      policy.population.append((scope, condition))
    }
  }

  // MARK: Parts

  /// The key where it is there; a diagnostic where it is not.
  private mutating func required(_ key: String, _ fields: Fields) -> String? {
    if fields.has(key) { return key }
    diagnostics.append(
      .missingKeyHere(key, fields.table[key]?.takes ?? "", owner: fields.owner, at: fields.span))
    return nil
  }

  mutating func wholeNumber(_ key: String, _ fields: Fields, _ range: ClosedRange<Int>) -> Int? {
    let bounds = Double(range.lowerBound)...Double(range.upperBound)
    guard let number = fields.number(key, in: bounds, &diagnostics) else { return nil }
    guard let whole = Int(exactly: number) else {
      diagnostics.append(.notWhole(key, at: fields[key]!.span))
      return nil
    }
    return whole
  }

  private mutating func forbid(_ keys: [String], _ fields: Fields, _ kind: Kind) {
    for key in keys where fields.has(key) {
      diagnostics.append(.notOf(key, kind.rawValue, at: fields.keySpan(key)!))
    }
  }

  /// What looks back needs periods.
  private mutating func needTime(_ fields: Fields, _ key: String) {
    policy.timeUses.append((key, fields.keySpan(key) ?? fields.span))
  }
}

extension Diagnostic {
  fileprivate static func measureWithoutFormula(_ name: DeclaredName) -> Diagnostic {
    Diagnostic(
      code: .missingKey, message: "measure `\(name.text)` needs `expr`, or `of` and `take`",
      primary: Label(span: name.span),
      notes: [
        "`expr` takes: expression",
        "a window has `over`, a comparison with peers `within`, a roll-up the `scope` it sums up to",
      ])
  }

  fileprivate static func besideExpression(_ key: String, at span: SourceSpan) -> Diagnostic {
    Diagnostic(
      code: .misplacedKey, message: "`\(key)` has no place beside `expr`",
      primary: Label(span: span), notes: ["write the expression behind `of`"])
  }

  fileprivate static func minimumAboveLast(
    _ minimum: Int, _ last: Int, at span: SourceSpan
  ) -> Diagnostic {
    Diagnostic(
      code: .outOfBounds, message: "a window of \(last) periods never has \(minimum) known ones",
      primary: Label(span: span))
  }

  fileprivate static func cannotTake(
    _ function: String, _ kind: String, at span: SourceSpan
  ) -> Diagnostic {
    Diagnostic(
      code: .wrongValue, message: "\(kind) cannot take `\(function)`", primary: Label(span: span))
  }

  fileprivate static func windowWithoutPeriods(
    _ function: String, at span: SourceSpan
  ) -> Diagnostic {
    Diagnostic(
      code: .missingKey, message: "`take: \(function)` needs `over`",
      primary: Label(span: span, text: "over how many periods?"),
      notes: ["such as `over: {last: 6, minimum: 4}`"])
  }

  fileprivate static func rollUpWithoutScope(
    _ name: DeclaredName, at span: SourceSpan
  ) -> Diagnostic {
    Diagnostic(
      code: .missingKey, message: "measure `\(name.text)` needs `over`, `within` or `scope`",
      primary: Label(span: span, text: "taken of what?"),
      notes: [
        "`over: {last: 6}` looks back over periods of the same subject",
        "`within: specialty` compares with the others of a group",
        "`scope: team` sums up the members of each team",
      ])
  }

  fileprivate static func weightWithoutMean(at span: SourceSpan) -> Diagnostic {
    Diagnostic(
      code: .misplacedKey, message: "`weight` goes with `take: mean` alone",
      primary: Label(span: span))
  }

  fileprivate static func baselineBackwards(at span: SourceSpan) -> Diagnostic {
    Diagnostic(
      code: .outOfBounds, message: "the baseline ends before it begins", primary: Label(span: span))
  }

  fileprivate static func noPeriod(
    _ text: String, _ every: Granularity, at span: SourceSpan
  ) -> Diagnostic {
    Diagnostic(
      code: .wrongValue, message: "`\(text)` is no \(every.rawValue)", primary: Label(span: span))
  }

  fileprivate static func missingKeyHere(
    _ key: String, _ takes: String, owner: String, at span: SourceSpan
  ) -> Diagnostic {
    Diagnostic(
      code: .missingKey, message: "\(owner) needs `\(key)`", primary: Label(span: span),
      notes: takes.isEmpty ? [] : ["`\(key)` takes: \(takes)"])
  }

  fileprivate static func notWhole(_ key: String, at span: SourceSpan) -> Diagnostic {
    Diagnostic(
      code: .wrongValue, message: "`\(key)` takes a whole number", primary: Label(span: span))
  }

  fileprivate static func notOf(_ key: String, _ kind: String, at span: SourceSpan) -> Diagnostic {
    Diagnostic(
      code: .misplacedKey, message: "\(kind) has no `\(key)`", primary: Label(span: span))
  }

  fileprivate static func knownAudience(_ name: DeclaredName) -> Diagnostic {
    Diagnostic(
      code: .declaredTwice, message: "the audience `\(name.text)` is known already",
      primary: Label(span: name.span), notes: ["choose another name"])
  }

  fileprivate static func noScope(_ key: Node.Key) -> Diagnostic {
    let words = Scope.allCases.map(\.rawValue)
    return Diagnostic(
      code: .wrongValue, message: "there is no scope `\(key.text)`", primary: Label(span: key.span),
      notes: ["scopes are \(listing(words))"])
  }
}
