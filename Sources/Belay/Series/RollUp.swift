/// What a containing scope has from its members; x are the n known values.
enum RollUpFunction: Sendable, Hashable {
  /// sum(x) / n; with weights sum(w * x) / sum(w).
  case mean
  case sum
  /// How many of the known values are not 0: the members of which a condition is true. To count
  /// the members whose number is known, pass 1 for the number.
  case count
  /// count / n; with weights the weight of those that are not 0, of all weight.
  case share
  case min
  case max
  /// The 50th percentile.
  case median
  /// As `WindowFunction.percentile`.
  case percentile(Double)
  /// How many different values there are.
  case distinct

  /// Whether weights make a difference to it.
  var isWeighted: Bool { self == .mean || self == .share }
}

/// A containing scope's value from its members.
struct RollUp: Sendable, Hashable {
  var take: RollUpFunction
  /// With fewer known values the result is unknown. Counts as at least 1, but that the `count`
  /// and the `distinct` of nothing known may be 0.
  var minimumN: Int

  /// The value of a group, unknown when it is not finite, and how many members it is made of.
  ///
  /// A member takes part when its value is known and, where there are weights, its weight is known
  /// and above 0: what nobody vouches for is not counted as evidence. Sums go in the order given.
  ///
  /// - Parameters:
  ///   - values: the members in byte order of their ids, NaN where unknown.
  ///   - weights: nil for none.
  /// - Precondition: only functions that are weighted have weights; percentiles are 0 to 100.
  func value(
    _ values: UnsafeBufferPointer<Double>, weights: UnsafeBufferPointer<Double>?,
    scratch: SeriesScratch
  ) -> (value: Double, n: Int) {
    if let weights { return weighted(values, weights) }
    let (value, n) = plain(values, scratch)
    let least = take == .count || take == .distinct ? 0 : 1
    return (n >= Swift.max(minimumN, least) ? value.orUnknown : .nan, n)
  }

  private func plain(
    _ values: UnsafeBufferPointer<Double>, _ scratch: SeriesScratch
  ) -> (value: Double, n: Int) {
    var n = 0
    switch take {
    case .mean, .sum:
      var sum = 0.0
      for value in values where value.isKnown {
        sum += value
        n &+= 1
      }
      return (take == .sum ? sum : sum / Double(n), n)
    case .count, .share:
      var count = 0
      for value in values where value.isKnown {
        count &+= value != 0 ? 1 : 0
        n &+= 1
      }
      return (take == .count ? Double(count) : Double(count) / Double(n), n)
    case .min:
      var least = Double.infinity
      for value in values where value.isKnown {
        least = value < least ? value : least
        n &+= 1
      }
      return (least, n)
    case .max:
      var greatest = -Double.infinity
      for value in values where value.isKnown {
        greatest = value > greatest ? value : greatest
        n &+= 1
      }
      return (greatest, n)
    case .median:
      return percentile(50, values, scratch)
    case .percentile(let percent):
      precondition(percent >= 0 && percent <= 100)
      return percentile(percent, values, scratch)
    case .distinct:
      var known = scratch.known(of: values)
      known.sort()
      var different = 0
      for place in 0..<known.count where place == 0 || known[place] != known[place &- 1] {
        different &+= 1
      }
      return (Double(different), known.count)
    }
  }

  private func percentile(
    _ percent: Double, _ values: UnsafeBufferPointer<Double>, _ scratch: SeriesScratch
  ) -> (value: Double, n: Int) {
    var known = scratch.known(of: values)
    known.sort()
    return (UnsafeBufferPointer(known).percentile(percent), known.count)
  }

  private func weighted(
    _ values: UnsafeBufferPointer<Double>, _ weights: UnsafeBufferPointer<Double>
  ) -> (value: Double, n: Int) {
    precondition(take.isWeighted && weights.count == values.count)
    var (sum, weight, n) = (0.0, 0.0, 0)
    for place in 0..<values.count where values[place].isKnown && weights[place] > 0 {
      let value = take == .share ? (values[place] != 0 ? 1 : 0) : values[place]
      sum += weights[place] * value
      weight += weights[place]
      n &+= 1
    }
    return (n >= Swift.max(minimumN, 1) ? (sum / weight).orUnknown : .nan, n)
  }
}
