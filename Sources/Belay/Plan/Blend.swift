/// The weighted combination that domains make of factors and scores make of domains.
///
/// Both follow one arithmetic: the members known are averaged (or the largest taken),
/// floors lift the result, and what is unknown shows in coverage and bounds, never as 0.
struct Blend: Sendable {
  /// A factor of a domain, or a domain of a score.
  struct Member: Sendable {
    /// 0 or more; a member of weight 0 takes no part. Nil when it is unknown.
    var weight: Double?
    var value: Double?
    /// The least and the greatest that the value could be; the value itself when it is known.
    var low: Double
    var high: Double
    /// The weight known inside the member, of all that there is; 0 of 0 does not count.
    var known: Double
    var all: Double

    /// One that takes no part.
    static let absent = Member(weight: 0, value: nil, low: 0, high: 0, known: 0, all: 0)
  }

  struct Floor: Sendable {
    var atLeast: Double
    /// Nil when the condition is unknown.
    var holds: Bool?
  }

  /// What the members known give before floors; nil when none is known, or a weight is not.
  private(set) var base: Double?
  /// Nil when too little is known.
  private(set) var value: Double?
  /// The weight known, of all that there is.
  private(set) var known = 0.0
  private(set) var all = 0.0
  /// The least and the greatest that the value would be if everything were known.
  private(set) var low = 0.0
  private(set) var high = 100.0
  /// True when the coverage is below the minimum: members count for nothing then.
  private(set) var isInsufficient = false
  /// The floor that sets the value: the first of the highest, if it lifts at all.
  private(set) var decidingFloor: Int?
  /// For each member its part of the base: they add up to 1, or are all 0.
  private(set) var shares: [Double]

  /// One of no members.
  static let nothing = Blend([], .mean, minimumCoverage: 0, floors: [])

  /// Sums go in the order of the members, so that equal data give equal bits.
  init(_ members: [Member], _ combination: Combination, minimumCoverage: Double, floors: [Floor]) {
    shares = Array(repeating: 0, count: members.count)
    var bounds: (low: Double, high: Double)?
    if members.contains(where: { $0.weight == nil }) {
      isInsufficient = true
      all = 1
      bounds = (0, 100)
    } else {
      cover(members)
      isInsufficient = coverage < minimumCoverage
      bounds = combine(members, combination)
    }
    if !isInsufficient { value = base }
    for (i, floor) in floors.enumerated() where floor.holds == true {
      if value == nil || floor.atLeast > value! {
        value = floor.atLeast
        decidingFloor = i
      }
    }
    for floor in floors where floor.holds != false {
      let low = bounds?.low ?? 0
      bounds = (
        floor.holds == true ? max(low, floor.atLeast) : low, max(bounds?.high ?? 0, floor.atLeast)
      )
    }
    if let bounds { (low, high) = bounds }
  }

  /// The share, 0 to 1, of the weight that is known.
  var coverage: Double {
    let share = known / all
    return share.isFinite ? share : 0
  }

  /// From the least to the greatest that the value could be, the value included.
  var interval: ClosedRange<Double> {
    min(low, value ?? low)...max(high, value ?? high)
  }

  /// True when the coverage is too low and floors alone set the value.
  var isPartial: Bool { isInsufficient && value != nil }

  /// What the deciding floor adds to what the members give.
  var lift: Double {
    guard decidingFloor != nil, let value else { return 0 }
    return isInsufficient ? value : value - (base ?? 0)
  }

  private mutating func cover(_ members: [Member]) {
    for member in members where member.all > 0 {
      let weight = member.weight!
      // Not rounded where all is known, so that full coverage is exactly 1.
      known += member.known == member.all ? weight : weight * member.known / member.all
      all += weight
    }
  }

  /// Sets the base and the shares; gives the bounds, nil when no member takes part.
  private mutating func combine(
    _ members: [Member], _ combination: Combination
  ) -> (low: Double, high: Double)? {
    let taking = members.indices.filter { members[$0].weight! > 0 }
    let known = taking.filter { members[$0].value != nil }
    var bounds: (low: Double, high: Double)?
    switch combination {
    case .mean:
      let mean = { (places: [Int], value: (Member) -> Double) -> Double? in
        var sum = 0.0
        var total = 0.0
        for i in places {
          sum += members[i].weight! * value(members[i])
          total += members[i].weight!
        }
        let mean = sum / total
        return mean.isFinite ? mean : nil
      }
      base = mean(known) { $0.value! }
      if base != nil, !isInsufficient {
        let total = known.reduce(0) { $0 + members[$1].weight! }
        for i in known { shares[i] = members[i].weight! / total }
      }
      if let low = mean(taking, \.low), let high = mean(taking, \.high) { bounds = (low, high) }
    case .max:
      base = known.map { members[$0].value! }.max()
      if let base, !isInsufficient {
        shares[known.first { members[$0].value! == base }!] = 1
      }
      if let low = taking.map({ members[$0].low }).max(),
        let high = taking.map({ members[$0].high }).max()
      {
        bounds = (low, high)
      }
    }
    return bounds
  }
}
