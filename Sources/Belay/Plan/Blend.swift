/// The weighted combination that domains make of factors and scores make of domains.
///
/// Both follow one arithmetic: the members known are averaged (or the largest taken),
/// floors lift the result, and what is unknown shows in coverage and bounds, never as 0.
struct Blend: Sendable {
  /// A factor of a domain, or a domain of a score.
  struct Member: Sendable {
    /// 0 or more; a member of weight 0 takes no part.
    var weight: Double
    var value: Double?
    /// The least and the greatest that the value could be; the value itself when it is known.
    var low: Double
    var high: Double
    /// The share of the member that is known, 0 to 1; nil for one that has nothing to know.
    var coverage: Double?
  }

  struct Floor: Sendable {
    var atLeast: Double
    /// Nil when the condition is unknown.
    var holds: Bool?
  }

  /// What the members known give before floors; nil when none is known.
  private(set) var base: Double?
  /// Nil when too little is known.
  private(set) var value: Double?
  private(set) var coverage: Double
  /// The least and the greatest that the value could be.
  private(set) var low: Double
  private(set) var high: Double
  /// True when the coverage is below the minimum: members count for nothing then.
  private(set) var isInsufficient: Bool
  /// The floor that sets the value: the first of the highest, if it lifts at all.
  private(set) var decidingFloor: Int?
  /// For each member its part of the base: they add up to 1, or are all 0.
  private(set) var shares: [Double]

  /// Sums go in the order of the members, so that equal data give equal bits.
  init(_ members: [Member], _ combination: Combination, minimumCoverage: Double, floors: [Floor]) {
    let taking = members.indices.filter { members[$0].weight > 0 }
    coverage =
      Self.mean(
        taking.lazy.compactMap { i in members[i].coverage.map { (members[i].weight, $0) } }) ?? 0
    isInsufficient = coverage < minimumCoverage
    shares = Array(repeating: 0, count: members.count)
    var low: Double?
    var high: Double?
    switch combination {
    case .mean:
      let known = taking.lazy.compactMap { i in members[i].value.map { (members[i].weight, $0) } }
      base = Self.mean(known)
      let total = known.reduce(0) { $0 + $1.0 }
      if total > 0 {
        for i in taking where members[i].value != nil { shares[i] = members[i].weight / total }
      }
      low = Self.mean(taking.lazy.map { (members[$0].weight, members[$0].low) })
      high = Self.mean(taking.lazy.map { (members[$0].weight, members[$0].high) })
    case .max:
      var first: Int?
      for i in taking {
        guard let value = members[i].value else { continue }
        if first == nil || value > members[first!].value! { first = i }
      }
      base = first.flatMap { members[$0].value }
      if let first { shares[first] = 1 }
      low = taking.lazy.map { members[$0].low }.max()
      high = taking.lazy.map { members[$0].high }.max()
    }
    if isInsufficient { shares = Array(repeating: 0, count: members.count) }

    value = isInsufficient ? nil : base
    for (i, floor) in floors.enumerated() where floor.holds == true {
      if value == nil || floor.atLeast > value! {
        value = floor.atLeast
        decidingFloor = i
      }
    }
    for floor in floors where floor.holds != false {
      if floor.holds == true { low = max(low ?? 0, floor.atLeast) }
      high = max(high ?? 0, floor.atLeast)
    }
    self.low = min(low ?? 0, value ?? .infinity)
    self.high = max(high ?? 100, value ?? -.infinity)
  }

  /// True when the coverage is too low and floors alone set the value.
  var isPartial: Bool { isInsufficient && value != nil }

  /// What the deciding floor adds to what the members give.
  var lift: Double {
    guard decidingFloor != nil, let value else { return 0 }
    return isInsufficient ? value : value - (base ?? 0)
  }

  private static func mean(_ pairs: some Sequence<(Double, Double)>) -> Double? {
    var sum = 0.0
    var total = 0.0
    for (weight, value) in pairs {
      sum += weight * value
      total += weight
    }
    return total > 0 ? sum / total : nil
  }
}
