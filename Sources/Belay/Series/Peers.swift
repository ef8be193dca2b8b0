/// What a member of a group is told of it; x are the group's n known values.
enum PeerFunction: Sendable, Hashable {
  /// 100 * (below + equal / 2) / n, the member itself among the equal
  /// (SciPy's `percentileofscore(kind='mean')`).
  case percentile
  /// The group's mean; every member has it, also one whose own value is unknown.
  case mean
  /// The group's median; every member has it, also one whose own value is unknown.
  case median
  /// (own - mean) / sd with the sample standard deviation; unknown when all values are equal
  /// (SciPy's `zscore(ddof=1)`).
  case zscore
  /// (own - median) / (1.4826 * MAD), where MAD is the median of |x - median|, and the factor
  /// makes it the standard deviation of what is normally distributed; unknown when MAD is 0
  /// (SciPy's `median_abs_deviation(scale='normal')`, whose factor has more digits).
  case robustZscore
  /// 1 for the least; equals share the least rank (SciPy's `rankdata(method='min')`).
  case rank
  /// own / median; unknown when the median is 0.
  case ratio
}

/// A value compared with the subjects of the same group.
struct Peers: Sendable, Hashable {
  var take: PeerFunction
  /// With fewer known values every result is unknown.
  var minimumN: Int

  /// One result for each member.
  ///
  /// A member whose own value is unknown has none, but for `mean` and `median`. A result that is
  /// not finite is unknown. Sums go in the order given.
  ///
  /// - Parameter values: the members in byte order of their ids, NaN where unknown.
  func run(
    _ values: UnsafeBufferPointer<Double>, into results: UnsafeMutablePointer<Double>,
    scratch: SeriesScratch
  ) {
    var known = scratch.known(of: values)
    guard known.count >= Swift.max(minimumN, 1) else {
      results.update(repeating: .nan, count: values.count)
      return
    }
    switch take {
    case .mean:
      results.update(repeating: Self.mean(known).orUnknown, count: values.count)
    case .median:
      known.sort()
      results.update(
        repeating: UnsafeBufferPointer(known).percentile(50), count: values.count)
    case .zscore:
      let mean = Self.mean(known)
      let deviation = Self.deviation(known, from: mean)
      for place in 0..<values.count {
        results[place] = ((values[place] - mean) / deviation).orUnknown
      }
    case .robustZscore:
      known.sort()
      let median = UnsafeBufferPointer(known).percentile(50)
      for place in 0..<known.count { known[place] = abs(known[place] - median) }
      known.sort()
      let deviation = 1.4826 * UnsafeBufferPointer(known).percentile(50)
      for place in 0..<values.count {
        results[place] = ((values[place] - median) / deviation).orUnknown
      }
    case .ratio:
      known.sort()
      let median = UnsafeBufferPointer(known).percentile(50)
      for place in 0..<values.count { results[place] = (values[place] / median).orUnknown }
    case .rank:
      known.sort()
      let sorted = UnsafeBufferPointer(known)
      for place in 0..<values.count {
        let value = values[place]
        results[place] =
          value.isKnown ? Double(sorted.lowerBound(of: value) + 1) : .nan
      }
    case .percentile:
      known.sort()
      let sorted = UnsafeBufferPointer(known)
      let n = Double(sorted.count)
      for place in 0..<values.count {
        let value = values[place]
        guard value.isKnown else {
          results[place] = .nan
          continue
        }
        let below = sorted.lowerBound(of: value)
        let isAlone = below + 1 == sorted.count || sorted[below + 1] != value
        let through = isAlone ? below + 1 : sorted.upperBound(of: value)
        // below + equal / 2 is (below + through) / 2
        results[place] = 100 * (Double(below + through) * 0.5) / n
      }
    }
  }

  private static func mean(_ known: UnsafeMutableBufferPointer<Double>) -> Double {
    var sum = 0.0
    for value in known { sum += value }
    return sum / Double(known.count)
  }

  /// Exactly 0 when all are equal, however their mean is rounded.
  private static func deviation(
    _ known: UnsafeMutableBufferPointer<Double>, from mean: Double
  ) -> Double {
    var squares = 0.0
    var areEqual = true
    for value in known {
      squares += (value - mean) * (value - mean)
      areEqual = areEqual && value == known[0]
    }
    return areEqual ? 0 : (squares / Double(known.count - 1)).squareRoot()
  }
}
