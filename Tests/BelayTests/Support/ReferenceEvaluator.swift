import Belay
import Tables

/// The formulas of scores, written down once more, as directly as can be: what is unknown is nil.
struct ReferenceEvaluator {
  struct Score {
    var name: String
    var value: Double?
    var level: String?
    var coverage: Double
    var interval: ClosedRange<Double>
    var isPartial: Bool
    /// Of all drivers together.
    var sum: Double
    /// What drives it: factors, and floors as `domain[0]` or `[0]`.
    var drivers: [String: Double]
    var domains: [Domain]
  }

  /// A domain as its score needs it.
  struct Domain {
    var name: String
    var takesPart: Bool
    var value: Double?
    /// Nil when a factor's weight is unknown.
    var coverage: (known: Double, all: Double)?
    var low: Double
    var high: Double
    /// In the domain itself.
    var drivers: [(name: String, contribution: Double)]
  }

  private let model: PolicyModel
  /// The first day of the period.
  private let day: String?
  private var numbers: [String: Double] = [:]
  private var truths: [String: Bool] = [:]
  private var texts: [String: String] = [:]
  private var curves: [String: [(x: Double, y: Double)]] = [:]
  private(set) var points: [String: Double] = [:]
  private(set) var scores: [Score] = []
  private(set) var firing: [String: Severity] = [:]
  private(set) var undetermined: [String] = []
  /// By priority, then in policy order.
  private(set) var recommended: [String] = []

  init(_ model: PolicyModel, _ record: [String: Record.Entry], _ period: Period?) {
    self.model = model
    day = period.map { "\($0.firstDay)" }
    for (name, entry) in record {
      switch entry {
      case .number(let value): if PolicyModel.range.contains(value) { numbers[name] = value }
      case .boolean(let value): truths[name] = value
      case .text(let value):
        let known = name == "unit" ? PolicyModel.units : PolicyModel.groups
        if known.contains(value) { texts[name] = value }
      case .date: break
      }
    }
    for parameter in model.numberParameters { numbers[parameter.name] = chosen(parameter) }
    for parameter in model.curveParameters { curves[parameter.name] = chosen(parameter) }
    for measure in model.measures {
      guard let value = value(measure.expression), measure.range?.contains(value) ?? true
      else { continue }
      numbers[measure.name] = value
    }
    for factor in model.factors { points[factor.name] = points(of: factor) }
    for (name, value) in points { numbers["points.\(name)"] = value }
    var domains: [String: Domain] = [:]
    for domain in model.domains {
      let result = evaluate(domain)
      domains[domain.name] = result
      numbers["domain.\(domain.name)"] = result.value
    }
    for score in model.scores {
      let result = evaluate(score, score.domains.map { domains[$0]! })
      scores.append(result)
      numbers["score.\(score.name)"] = result.value
      numbers["coverage.\(score.name)"] = result.coverage
      texts["level.\(score.name)"] = result.level
    }
    for alert in model.alerts {
      let truth = self.truth(alert.condition)
      truths["alert.\(alert.name)"] = truth
      if truth == nil { undetermined.append(alert.name) }
      if truth == true { firing[alert.name] = severity(alert) }
    }
    var all: [String] = []
    for intervention in model.interventions {
      guard let condition = intervention.condition, self.truth(condition) == true,
        intervention.unless.map({ self.truth($0) == false }) ?? true,
        intervention.requires.allSatisfy({ all.contains($0) })
      else { continue }
      all.append(intervention.name)
    }
    let priorities = Set(model.interventions.map(\.priority)).sorted()
    for priority in priorities {
      recommended += model.interventions.filter { $0.priority == priority }.map(\.name)
        .filter { all.contains($0) }
    }
  }

  private func chosen<Value>(_ parameter: PolicyModel.Parameter<Value>) -> Value? {
    for row in parameter.rows {
      if let groups = row.groups, !(texts["group"].map(groups.contains) ?? false) { continue }
      if let units = row.units, !(texts["unit"].map(units.contains) ?? false) { continue }
      if let from = row.from, !(day.map { $0 >= from.first } ?? false) { continue }
      if let until = row.until, !(day.map { $0 <= until.last } ?? false) { continue }
      return row.value
    }
    return parameter.values.first { $0.group == texts["group"] }?.value ?? parameter.fallback
  }

  // MARK: Expressions

  private func value(_ number: PolicyModel.Number) -> Double? {
    switch number {
    case .literal(let value): return value
    case .name(let name): return numbers[name]
    case .negated(let a): return value(a).map { -$0 }
    case .orElse(let a, let b): return value(a) ?? value(b)
    case .choice(let condition, let a, let b):
      return truth(condition).flatMap { $0 ? value(a) : value(b) }
    case .operation(let a, let sign, let b):
      guard let a = value(a), let b = value(b) else { return nil }
      let result =
        switch sign {
        case "+": a + b
        case "-": a - b
        case "*": a * b
        default: a / b
        }
      return result.isFinite ? result : nil
    }
  }

  private func truth(_ condition: PolicyModel.Condition) -> Bool? {
    switch condition {
    case .name(let name): return truths[name]
    case .known(let name): return numbers[name] != nil
    case .equals(let name, let text): return texts[name].map { $0 == text }
    case .not(let a): return truth(a).map { !$0 }
    case .and(let a, let b):
      let (a, b) = (truth(a), truth(b))
      if a == false || b == false { return false }
      return a == true && b == true ? true : nil
    case .or(let a, let b):
      let (a, b) = (truth(a), truth(b))
      if a == true || b == true { return true }
      return a == false && b == false ? false : nil
    case .atLeast(let count, let all):
      let truths = all.map { truth($0) }
      let sure = truths.count { $0 == true }
      let possible = truths.count { $0 != false }
      if sure >= count { return true }
      return possible < count ? false : nil
    case .compare(let a, let sign, let b):
      guard let a = value(a), let b = value(b) else { return nil }
      switch sign {
      case "<": return a < b
      case "<=": return a <= b
      case ">": return a > b
      case ">=": return a >= b
      case "==": return a == b
      default: return a != b
      }
    }
  }

  // MARK: Points

  private func number(_ setting: PolicyModel.Setting) -> Double? {
    switch setting {
    case .number(let value): value
    case .parameter(let name): numbers[name]
    }
  }

  private func points(of factor: PolicyModel.Factor) -> Double? {
    if let applies = factor.applies, truth(applies) != true { return nil }
    switch factor.rule {
    case .scaled(let from, let scale): return points(from, scale)
    case .when(let condition, let then, let otherwise):
      return truth(condition).flatMap { number($0 ? then : otherwise) }
    case .points(let expression):
      return value(expression).flatMap { (0...100).contains($0) ? $0 : nil }
    case .worst(let parts):
      let all = parts.map { points($0.from, $0.scale) }
      return all.contains { $0 == nil } ? nil : all.compactMap { $0 }.max()
    }
  }

  private func points(_ from: PolicyModel.Number, _ scale: PolicyModel.Scale) -> Double? {
    guard let x = value(from) else { return nil }
    switch scale {
    case .bands(let bands): return bands.filter { $0.bound <= x }.last?.points
    case .curve(let setting):
      guard let curve = self.curve(setting) else { return nil }
      if x <= curve.first!.x { return curve.first!.y }
      if x >= curve.last!.x { return curve.last!.y }
      let i = curve.firstIndex { x < $0.x }!
      let ((x0, y0), (x1, y1)) = (curve[i - 1], curve[i])
      let y = y0 + (x - x0) * ((y1 - y0) / (x1 - x0))
      return max(min(y, max(y0, y1)), min(y0, y1))
    }
  }

  private func curve(_ setting: PolicyModel.CurveSetting) -> [(x: Double, y: Double)]? {
    switch setting {
    case .curve(let points): points
    case .parameter(let name): curves[name]
    }
  }

  /// The lowest and the highest points that a factor of unknown points could have.
  private func bounds(of factor: PolicyModel.Factor) -> (Double, Double) {
    if let points = points[factor.name] { return (points, points) }
    // Whether it counts at all is unknown.
    if let applies = factor.applies, truth(applies) == nil { return (0, 100) }
    switch factor.rule {
    case .points: return (0, 100)
    case .when(_, let then, let otherwise):
      let (a, b) = (number(then), number(otherwise))
      return (min(a ?? 0, b ?? 0), max(a ?? 100, b ?? 100))
    case .scaled(let from, let scale): return bounds(from, scale)
    case .worst(let parts):
      let all = parts.map { bounds($0.from, $0.scale) }
      return (all.map(\.0).max()!, all.map(\.1).max()!)
    }
  }

  private func bounds(
    _ from: PolicyModel.Number, _ scale: PolicyModel.Scale
  ) -> (Double, Double) {
    if let points = points(from, scale) { return (points, points) }
    let all: [Double] =
      switch scale {
      case .bands(let bands): bands.map(\.points)
      case .curve(.curve(let points)): points.map(\.y)
      case .curve(.parameter(let name)):
        (curves[name].map { [$0] } ?? allCurves(name)).flatMap { $0.map(\.y) }
      }
    return (all.min()!, all.max()!)
  }

  private func allCurves(_ name: String) -> [[(x: Double, y: Double)]] {
    let parameter = model.curveParameters.first { $0.name == name }!
    return parameter.values.map(\.value) + parameter.rows.map(\.value)
      + (parameter.fallback.map { [$0] } ?? [])
  }

  // MARK: Domains, scores

  private func mean(_ pairs: [(weight: Double, value: Double)]) -> Double? {
    var sum = 0.0
    var total = 0.0
    for pair in pairs {
      sum += pair.weight * pair.value
      total += pair.weight
    }
    return total > 0 ? sum / total : nil
  }

  private func combined(_ pairs: [(weight: Double, value: Double)], isMax: Bool) -> Double? {
    isMax ? pairs.map(\.value).max() : mean(pairs)
  }

  /// Heights of floors known to hold, and of those that may hold as well.
  private func heights(
    _ floors: [PolicyModel.Floor]
  ) -> (sure: [(place: Int, height: Double)], possible: [Double]) {
    var sure: [(Int, Double)] = []
    var possible: [Double] = []
    for (i, floor) in floors.enumerated() where truth(floor.condition) != false {
      let height = number(floor.atLeast)
      possible.append(height ?? 100)
      if let height, truth(floor.condition) == true { sure.append((i, height)) }
    }
    return (sure, possible)
  }

  private func evaluate(_ domain: PolicyModel.Domain) -> Domain {
    let factors = model.factors.filter { factor in
      factor.domain == domain.name && factor.applies.map { truth($0) != false } ?? true
        && number(factor.weight) != 0
    }
    let floors = heights(domain.floors)
    let highest = floors.sure.map(\.height).max()
    let weights = factors.map { number($0.weight) }
    let isWeighed = !weights.contains { $0 == nil }
    let weighed = isWeighed ? zip(weights.map { $0! }, factors).map { ($0, $1) } : []
    let known = weighed.filter { points[$0.1.name] != nil }
    let all = weighed.reduce(0) { $0 + $1.0 }
    let share = known.reduce(0) { $0 + $1.0 }
    let isEnough = isWeighed && (all > 0 ? share / all : 0) >= domain.minimumCoverage
    let base =
      isEnough
      ? combined(known.map { ($0.0, points[$0.1.name]!) }, isMax: domain.isMax) : nil
    let value = [base, highest].compactMap { $0 }.max()

    var low = 0.0
    var high = isWeighed && factors.isEmpty && !floors.possible.isEmpty ? 0.0 : 100
    if isWeighed, !factors.isEmpty {
      low = combined(weighed.map { ($0.0, bounds(of: $0.1).0) }, isMax: domain.isMax)!
      high = combined(weighed.map { ($0.0, bounds(of: $0.1).1) }, isMax: domain.isMax)!
    }
    low = max(low, highest ?? 0)
    high = max(high, floors.possible.max() ?? 0)

    var drivers: [(String, Double)] = []
    if let base {
      if domain.isMax {
        drivers.append((known.first { points[$0.1.name] == base }!.1.name, base))
      } else {
        drivers += known.map { ($0.1.name, $0.0 / share * points[$0.1.name]!) }
      }
    }
    if let value, value > (base ?? -1) {
      let place = floors.sure.first { $0.height == value }!.place
      drivers.append(("\(domain.name)[\(place)]", value - (base ?? 0)))
    }
    return Domain(
      name: domain.name, takesPart: !factors.isEmpty || value != nil, value: value,
      coverage: isWeighed ? (share, all) : nil, low: low, high: high, drivers: drivers)
  }

  private func evaluate(_ score: PolicyModel.Score, _ domains: [Domain]) -> Score {
    let weightOf = { (domain: Domain) in
      self.number(self.model.domains.first { $0.name == domain.name }!.weight)
    }
    let taking = domains.filter { $0.takesPart && weightOf($0) != 0 }
    let isWeighed = taking.allSatisfy { weightOf($0) != nil }
    let weighed = isWeighed ? taking.map { (weightOf($0)!, $0) } : []
    var known = 0.0
    var all = 0.0
    for (weight, domain) in weighed {
      switch domain.coverage {
      case (let inner, let outer)? where outer > 0:
        known += inner == outer ? weight : weight * inner / outer
        all += weight
      case nil: all += weight
      default: break
      }
    }
    let coverage = all > 0 ? known / all : 0
    let isEnough = isWeighed && coverage >= score.minimumCoverage
    let pairs = weighed.filter { $0.1.value != nil }
    let base = isEnough ? combined(pairs.map { ($0.0, $0.1.value!) }, isMax: score.isMax) : nil
    let floors = heights(score.floors)
    let highest = floors.sure.map(\.height).max()
    let value = [base, highest].compactMap { $0 }.max()

    var low = 0.0
    var high = isWeighed && taking.isEmpty && !floors.possible.isEmpty ? 0.0 : 100
    if isWeighed, !taking.isEmpty {
      low = combined(weighed.map { ($0.0, $0.1.low) }, isMax: score.isMax)!
      high = combined(weighed.map { ($0.0, $0.1.high) }, isMax: score.isMax)!
    }
    low = max(low, highest ?? 0)
    high = max(high, floors.possible.max() ?? 0)

    var drivers: [String: Double] = [:]
    if let base {
      let total = pairs.reduce(0) { $0 + $1.0 }
      let whole = pairs.first { $0.1.value == base }
      for (weight, domain) in pairs {
        let share = score.isMax ? (domain.name == whole?.1.name ? 1 : 0) : weight / total
        guard share > 0 else { continue }
        for driver in domain.drivers { drivers[driver.name] = share * driver.contribution }
      }
    }
    if let value, value > (base ?? -1) {
      drivers["[\(floors.sure.first { $0.height == value }!.place)]"] = value - (base ?? 0)
    }
    return Score(
      name: score.name, value: value, level: level(score, value, isEnough), coverage: coverage,
      interval: min(value ?? low, low)...max(value ?? high, high),
      isPartial: !isEnough && value != nil, sum: drivers.values.reduce(0, +), drivers: drivers,
      domains: domains)
  }

  private func level(_ score: PolicyModel.Score, _ value: Double?, _ isEnough: Bool) -> String? {
    guard let value else { return isEnough ? nil : "insufficient_data" }
    for level in score.levels.reversed() {
      guard let bound = number(level.bound) else { return nil }
      if bound <= value { return level.name }
    }
    return nil
  }

  private func severity(_ alert: PolicyModel.Alert) -> Severity {
    if alert.severities.isEmpty { return .low }
    return alert.severities.filter { truth($0.condition) == true }.map(\.severity).max()
      ?? alert.severities.map(\.severity).min()!
  }
}
