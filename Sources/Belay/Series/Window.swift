/// What a window makes of its known values x, the earliest first; n is how many there are.
enum WindowFunction: Sendable, Hashable {
  /// sum(x) / n
  case mean
  /// x₁ + x₂ + ... from left to right.
  case sum
  case min
  case max
  /// The 50th percentile.
  case median
  /// The sample standard deviation, sqrt(sum((x - mean)²) / (n - 1)); unknown below two values,
  /// exactly 0 when all are equal (NumPy's `std(ddof=1)`).
  case stddev
  /// How many of the known values are not 0: the periods in which a condition was true. To count
  /// the periods in which a number is known, pass 1 for the number.
  case count
  /// count / n
  case share
  case first
  case last
  /// last - first
  case change
  /// The least-squares slope per period of x on the period index t, so that a gap is a distance:
  /// sum((t - mean(t)) * (x - mean(x))) / sum((t - mean(t))²). Unknown below two periods,
  /// exactly 0 when all values are equal (NumPy's `polyfit(t, x, 1)`).
  case slope
  /// The p-th percentile, p from 0 to 100: with the values sorted and h = (n - 1) * p / 100, the
  /// value at index floor(h) moved towards the next by h - floor(h) (Hyndman and Fan's type 7,
  /// NumPy's `percentile`).
  case percentile(Double)
  /// z = alpha * x + (1 - alpha) * z over the known values, where z is at first the window's
  /// `start` or else the first value (pandas' `ewm(alpha=, adjust=False, ignore_na=True)`).
  /// Gaps and unknown periods leave z as it is.
  case ewma(alpha: Double)
  /// How many periods in a row, ending with the current one, a condition was true. Unknown while
  /// the current period is; an unknown period or a gap ends the row, so that what is counted
  /// was seen. At most `last`.
  case streak
}

/// A quantity over the last periods of the same subject, the current one included.
struct Window: Sendable, Hashable {
  /// How many periods there are, gaps among them; nil for all history.
  var last: Int?
  /// With fewer known values the result is unknown. Counts as at least 1, but that the `count` of
  /// nothing known may be 0.
  var minimum: Int
  var take: WindowFunction
  /// Where `ewma` begins, such as a target; nil for the first known value.
  var start: Double? = nil

  /// One result for each entry of the series, over the periods p - last + 1 ... p.
  ///
  /// A result that is not finite is unknown. What later periods hold, what stands before the
  /// window, and where the periods begin to count make no difference to a result's bits: every
  /// window is added up from its own first value. That costs time in proportion to `last` for
  /// each entry; all history costs the same for each entry, but for percentiles.
  ///
  /// - Precondition: `last` is at least 1, percentiles are 0 to 100.
  func run(_ series: Series, into results: UnsafeMutablePointer<Double>) {
    precondition(last ?? 1 >= 1)
    switch take {
    case .mean: fold(Mean(), series, results)
    case .sum: fold(Sum(), series, results)
    case .min: fold(Least(), series, results)
    case .max: fold(Greatest(), series, results)
    case .median: order(50, series, results)
    case .stddev: fold(Deviation(), series, results)
    case .count: fold(Count(), series, results)
    case .share: fold(Share(), series, results)
    case .first: fold(First(), series, results)
    case .last: fold(Last(), series, results)
    case .change: fold(Change(), series, results)
    case .slope: fold(Slope(), series, results)
    case .percentile(let percent): order(percent, series, results)
    case .ewma(let alpha): fold(MovingAverage(alpha: alpha, z: start), series, results)
    case .streak: streak(series, results)
    }
  }

  private var needed: Int {
    Swift.max(minimum, take == .count ? 0 : 1)
  }

  /// The length of a window in periods: no series is longer than the greatest.
  private var length: Int {
    Swift.min(last ?? .max, 1 << 32)
  }

  private func fold<Fold: WindowFold>(
    _ empty: Fold, _ series: Series, _ results: UnsafeMutablePointer<Double>
  ) {
    let (periods, values, needed) = (series.periods, series.values, needed)
    if last == nil {
      var fold = empty
      var known = 0
      for row in 0..<values.count {
        let value = values[row]
        if value.isKnown {
          fold.add(value, at: periods[row])
          known &+= 1
        }
        results[row] = known >= needed ? fold.result(of: known).orUnknown : .nan
      }
      return
    }
    let length = length
    var start = 0
    for row in 0..<values.count {
      let before = Int(periods[row]) &- length
      while Int(periods[start]) <= before { start &+= 1 }
      var fold = empty
      var known = 0
      var place = start
      while place <= row {
        let value = values[place]
        if value.isKnown {
          fold.add(value, at: periods[place])
          known &+= 1
        }
        place &+= 1
      }
      results[row] = known >= needed ? fold.result(of: known).orUnknown : .nan
    }
  }

  private func order(
    _ percent: Double, _ series: Series, _ results: UnsafeMutablePointer<Double>
  ) {
    precondition(percent >= 0 && percent <= 100)
    let (periods, values, needed, length) = (series.periods, series.values, needed, length)
    withUnsafeTemporaryAllocation(of: Double.self, capacity: values.count) { memory in
      var sorted = SortedValues(memory)
      var start = 0
      for row in 0..<values.count {
        let before = Int(periods[row]) &- length
        while Int(periods[start]) <= before {
          if values[start].isKnown { sorted.remove(values[start]) }
          start &+= 1
        }
        if values[row].isKnown { sorted.insert(values[row]) }
        results[row] = sorted.count >= needed ? sorted.values.percentile(percent) : .nan
      }
    }
  }

  private func streak(_ series: Series, _ results: UnsafeMutablePointer<Double>) {
    let (periods, values, needed, length) = (series.periods, series.values, needed, length)
    var (start, known, streak) = (0, 0, 0)
    for row in 0..<values.count {
      let before = Int(periods[row]) &- length
      while Int(periods[start]) <= before {
        if values[start].isKnown { known &-= 1 }
        start &+= 1
      }
      if row > 0, Int(periods[row]) != Int(periods[row - 1]) + 1 { streak = 0 }
      let value = values[row]
      if value.isKnown { known &+= 1 }
      streak = value.isKnown && value != 0 ? streak &+ 1 : 0
      let isKnown = value.isKnown && known >= needed
      results[row] = isKnown ? Double(Swift.min(streak, length)) : .nan
    }
  }
}

/// What is kept of a window while its known values are added, the earliest first.
private protocol WindowFold {
  mutating func add(_ value: Double, at period: Int32)
  /// - Parameter known: how many were added; at least 1, but for `Count`.
  func result(of known: Int) -> Double
}

private struct Sum: WindowFold {
  var sum = 0.0
  mutating func add(_ value: Double, at period: Int32) { sum += value }
  func result(of known: Int) -> Double { sum }
}

private struct Mean: WindowFold {
  var sum = 0.0
  mutating func add(_ value: Double, at period: Int32) { sum += value }
  func result(of known: Int) -> Double { sum / Double(known) }
}

private struct Least: WindowFold {
  var least = Double.infinity
  mutating func add(_ value: Double, at period: Int32) { least = value < least ? value : least }
  func result(of known: Int) -> Double { least }
}

private struct Greatest: WindowFold {
  var greatest = -Double.infinity
  mutating func add(_ value: Double, at period: Int32) {
    greatest = value > greatest ? value : greatest
  }
  func result(of known: Int) -> Double { greatest }
}

/// Deviations are taken from the first value, a member of the window, and so never much larger
/// than those from the mean: the difference of the two sums stays exact to n times a rounding.
private struct Deviation: WindowFold {
  var first = Double.nan
  var sum = 0.0
  var squares = 0.0
  mutating func add(_ value: Double, at period: Int32) {
    if !first.isKnown { first = value }
    let deviation = value - first
    sum += deviation
    squares += deviation * deviation
  }
  func result(of known: Int) -> Double {
    guard known > 1 else { return .nan }
    let variance = (squares - sum * (sum / Double(known))) / Double(known - 1)
    return variance < 0 ? 0 : variance.squareRoot()
  }
}

private struct Count: WindowFold {
  var count = 0
  mutating func add(_ value: Double, at period: Int32) { count &+= value != 0 ? 1 : 0 }
  func result(of known: Int) -> Double { Double(count) }
}

private struct Share: WindowFold {
  var count = 0
  mutating func add(_ value: Double, at period: Int32) { count &+= value != 0 ? 1 : 0 }
  func result(of known: Int) -> Double { Double(count) / Double(known) }
}

private struct First: WindowFold {
  var first = Double.nan
  mutating func add(_ value: Double, at period: Int32) { if !first.isKnown { first = value } }
  func result(of known: Int) -> Double { first }
}

private struct Last: WindowFold {
  var last = Double.nan
  mutating func add(_ value: Double, at period: Int32) { last = value }
  func result(of known: Int) -> Double { last }
}

private struct Change: WindowFold {
  var first = Double.nan
  var last = Double.nan
  mutating func add(_ value: Double, at period: Int32) {
    if !first.isKnown { first = value }
    last = value
  }
  func result(of known: Int) -> Double { last - first }
}

/// Periods and values count from the first: the sums of periods are whole numbers, so that where
/// the periods begin makes no difference, and equal values have a slope of exactly 0.
private struct Slope: WindowFold {
  var start: Int32 = 0
  var first = Double.nan
  var t = 0.0
  var tt = 0.0
  var x = 0.0
  var tx = 0.0
  mutating func add(_ value: Double, at period: Int32) {
    if !first.isKnown { (start, first) = (period, value) }
    let time = Double(Int(period) &- Int(start))
    let rise = value - first
    t += time
    tt += time * time
    x += rise
    tx += time * rise
  }
  func result(of known: Int) -> Double {
    let n = Double(known)
    // 0 / 0, and so unknown, when there is one period.
    return (n * tx - t * x) / (n * tt - t * t)
  }
}

private struct MovingAverage: WindowFold {
  let alpha: Double
  var z: Double?
  mutating func add(_ value: Double, at period: Int32) {
    z = z.map { alpha * value + (1 - alpha) * $0 } ?? value
  }
  func result(of known: Int) -> Double { z ?? .nan }
}
