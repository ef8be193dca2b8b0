import Belay
import Tables
import TestSupport

/// Makes policies and records that use everything an assessment of one scope can use.
struct PolicyGenerator {
  var random: SeededRandom
  private var model = PolicyModel()
  /// What expressions may read so far.
  private var numbers: [String] = []
  private var truths: [String] = []
  private var texts: [(name: String, values: [String])] = []

  init(seed: UInt64) { random = SeededRandom(seed: seed) }

  mutating func policy() -> PolicyModel {
    model.numbers = (0..<random.number(2...5)).map { "x\($0)" }
    model.flags = (0..<random.number(1...2)).map { "flag\($0)" }
    numbers = model.numbers
    truths = model.flags
    texts = [("group", PolicyModel.groups), ("unit", PolicyModel.units)]
    makeParameters()
    for i in 0..<random.number(0...3) {
      let expression = number(depth: 3)
      let range = random.once(in: 3) ? -5.0...Double(random.number(20...90)) : nil
      model.measures.append(.init(name: "m\(i)", expression: expression, range: range))
      numbers.append("m\(i)")
    }
    makeFactors()
    makeScores()
    for i in 0..<random.number(1...4) {
      var severities: [(Severity, PolicyModel.Condition)] = []
      if random.once(in: 2) {
        for severity in Severity.allCases.shuffled(using: &random).prefix(random.number(1...3)) {
          severities.append((severity, condition(depth: 1)))
        }
      }
      model.alerts.append(
        .init(name: "a\(i)", condition: condition(depth: 3), severities: severities))
      truths.append("alert.a\(i)")
    }
    for i in 0..<random.number(1...4) {
      model.interventions.append(
        .init(
          name: "i\(i)", condition: random.once(in: 6) ? nil : condition(depth: 2),
          unless: random.once(in: 3) ? condition(depth: 1) : nil,
          requires: i > 0 && random.once(in: 3) ? ["i\(random.number(0...i - 1))"] : [],
          priority: Double(random.number(1...3))))
    }
    return model
  }

  private mutating func makeParameters() {
    for i in 0..<random.number(1...3) {
      let way = random.number(0...3)
      let values = way == 1 ? groups().map { ($0, Double(random.number(0...40)) / 2) } : []
      let rows = way > 1 ? rows { Double($0.number(0...40)) / 2 } : []
      let fallback = way == 0 || !random.once(in: 3) ? Double(random.number(0...8)) : nil
      model.numberParameters.append(
        .init(name: "p\(i)", fallback: fallback, values: values, rows: rows))
      numbers.append("p\(i)")
    }
    if random.once(in: 2) {
      let isByRows = random.once(in: 2)
      model.curveParameters.append(
        .init(
          name: "shape", fallback: random.once(in: 3) ? nil : curve(),
          values: isByRows ? [] : groups().map { ($0, curve()) },
          rows: isByRows ? rows { Self.curve(&$0) } : []))
    }
  }

  private mutating func rows<Value>(
    _ value: (inout SeededRandom) -> Value
  ) -> [PolicyModel.Parameter<Value>.Row] {
    (0..<random.number(1...4)).map { _ in
      let from = random.once(in: 3) ? random.pick(PolicyModel.dates) : nil
      var until = random.once(in: 3) ? random.pick(PolicyModel.dates) : nil
      if let from, let last = until?.last, from.first > last { until = nil }
      return .init(
        groups: random.once(in: 2) ? groups() : nil,
        units: random.once(in: 2) ? [random.pick(PolicyModel.units)] : nil, from: from,
        until: until, value: value(&random))
    }
  }

  private mutating func groups() -> [String] {
    Array(PolicyModel.groups.shuffled(using: &random).prefix(random.number(1...3)))
  }

  private mutating func makeFactors() {
    let domains = (0..<random.number(1...4)).map { "d\($0)" }
    for i in 0..<random.number(domains.count...domains.count + 5) {
      let rule: PolicyModel.Rule =
        switch random.number(0...5) {
        case 0, 1, 2: .scaled(number(depth: 1), scale())
        case 3: .when(condition(depth: 2), points(), points())
        case 4: .points(number(depth: 1))
        default: .worst((0..<random.number(1...3)).map { _ in (number(depth: 1), scale()) })
        }
      model.factors.append(
        .init(
          name: "f\(i)", domain: i < domains.count ? domains[i] : random.pick(domains), rule: rule,
          applies: random.once(in: 3) ? condition(depth: 2) : nil, weight: weight()))
    }
    numbers += model.factors.map { "points.\($0.name)" }
    for name in domains {
      model.domains.append(
        .init(
          name: name, weight: weight(), isMax: random.once(in: 4),
          minimumCoverage: random.once(in: 3) ? Double(random.number(1...10)) / 10 : 0,
          floors: floors()))
    }
    numbers += domains.map { "domain.\($0)" }
  }

  private mutating func makeScores() {
    for i in 0..<random.number(1...2) {
      var bound = 0
      var levels: [(String, PolicyModel.Setting)] = [("low", .number(0))]
      for name in ["elevated", "high", "critical"].prefix(random.number(0...3)) {
        bound += random.number(1...30)
        levels.append(
          (name, random.once(in: 5) ? .parameter(anyParameter()) : .number(Double(bound))))
      }
      let all = model.domains.map(\.name).shuffled(using: &random)
      model.scores.append(
        .init(
          name: "s\(i)", domains: Array(all.prefix(random.number(1...all.count))), levels: levels,
          isMax: random.once(in: 4), minimumCoverage: Double(random.number(0...10)) / 10,
          floors: floors()))
      numbers += ["score.s\(i)", "coverage.s\(i)"]
      texts.append(("level.s\(i)", levels.map(\.0) + ["insufficient_data"]))
    }
  }

  private mutating func floors() -> [PolicyModel.Floor] {
    guard random.once(in: 2) else { return [] }
    return (0..<random.number(1...3)).map { _ in
      .init(condition: condition(depth: 2), atLeast: points())
    }
  }

  private mutating func anyParameter() -> String { random.pick(model.numberParameters).name }

  private mutating func weight() -> PolicyModel.Setting {
    if random.once(in: 4) { return .parameter(anyParameter()) }
    return .number(random.pick([0, 1, 1, 2, 3, 5, 7, 0.1, 0.3, 12.5, 49]))
  }

  private mutating func points() -> PolicyModel.Setting {
    if random.once(in: 4) { return .parameter(anyParameter()) }
    return .number(Double(random.number(0...20)) * 5)
  }

  private mutating func scale() -> PolicyModel.Scale {
    if random.once(in: 3) {
      var bound = random.once(in: 2) ? -Double.infinity : Double(random.number(-5...20))
      var bands: [(Double, Double)] = []
      for _ in 0..<random.number(1...4) {
        bands.append((bound, Double(random.number(0...20)) * 5))
        bound = max(bound, -10) + Double(random.number(1...40)) / 2
      }
      return .bands(bands)
    }
    if !model.curveParameters.isEmpty, random.once(in: 2) { return .curve(.parameter("shape")) }
    return .curve(.curve(curve()))
  }

  private mutating func curve() -> [(x: Double, y: Double)] { Self.curve(&random) }

  private static func curve(_ random: inout SeededRandom) -> [(x: Double, y: Double)] {
    var x = Double(random.number(-10...20))
    return (0..<random.number(1...5)).map { _ in
      x += Double(random.number(1...60)) / 4
      return (x, Double(random.number(0...20)) * 5)
    }
  }

  private mutating func literal() -> Double {
    random.once(in: 8) ? 0 : Double(random.number(-20...200)) / 2
  }

  private mutating func number(depth: Int) -> PolicyModel.Number {
    if depth == 0 || random.once(in: 3) {
      return random.once(in: 4) ? .literal(literal()) : .name(random.pick(numbers))
    }
    switch random.number(0...8) {
    case 0: return .negated(number(depth: depth - 1))
    case 1: return .orElse(number(depth: depth - 1), number(depth: depth - 1))
    case 2:
      return .choice(
        condition(depth: depth - 1), number(depth: depth - 1), number(depth: depth - 1))
    default:
      return .operation(
        number(depth: depth - 1), random.pick(["+", "-", "*", "/"]), number(depth: depth - 1))
    }
  }

  private mutating func condition(depth: Int) -> PolicyModel.Condition {
    if depth == 0 || random.once(in: 3) {
      switch random.number(0...6) {
      case 0, 1: return .name(random.pick(truths))
      case 2: return .known(random.pick(numbers))
      case 3:
        let text = random.pick(texts)
        return .equals(text.name, random.pick(text.values))
      default:
        return .compare(
          number(depth: depth > 0 ? 1 : 0), random.pick(["<", "<=", ">", ">=", "==", "!="]),
          number(depth: 0))
      }
    }
    switch random.number(0...4) {
    case 0: return .not(condition(depth: depth - 1))
    case 1, 2: return .and(condition(depth: depth - 1), condition(depth: depth - 1))
    case 3: return .or(condition(depth: depth - 1), condition(depth: depth - 1))
    default:
      let all = (0..<random.number(1...4)).map { _ in condition(depth: depth - 1) }
      return .atLeast(random.number(0...all.count + 1), all)
    }
  }

  // MARK: Records

  /// Inputs of one subject: some missing, some outside their range.
  mutating func record(_ model: PolicyModel) -> [String: Record.Entry] {
    var entries: [String: Record.Entry] = [:]
    // Some records have everything, some next to nothing.
    let gaps = random.pick([1000, 8, 8, 4, 2])
    for name in model.numbers where !random.once(in: gaps) {
      let value =
        random.once(in: 20)
        ? random.pick([-21, 120.5, 1e300]) : Double(random.number(-40...240)) / 2
      entries[name] = .number(random.once(in: 3) ? value + 0.1 : value)
    }
    for name in model.flags where !random.once(in: gaps) {
      entries[name] = .boolean(random.once(in: 2))
    }
    if !random.once(in: gaps) {
      entries["group"] = .text(random.once(in: 15) ? "violet" : random.pick(PolicyModel.groups))
    }
    if !random.once(in: gaps) { entries["unit"] = .text(random.pick(PolicyModel.units)) }
    return entries
  }

  /// A month around those of the model's dates, or none.
  mutating func period() -> Period? {
    random.once(in: 6) ? nil : Period(.month, index: 12 * 56 + random.number(-2...3))
  }
}
