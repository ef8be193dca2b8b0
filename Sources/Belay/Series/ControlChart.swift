/// A chart of individual values that tells special causes from common ones.
///
/// The centre m is the mean of the baseline's points, and AMR the mean of its moving ranges
/// |xᵢ - xᵢ₋₁|. Points are the known values: what is unknown is skipped, so that a moving range, a
/// trend or a run goes on over it, and over gaps. The signal at a period comes from that period and
/// earlier ones alone: limits are those of the baseline so far (trial limits) and are locked when
/// the baseline is full; a run is told at the point that completes it, and at those that go on with
/// it, not at those that began it. So no later period ever changes a signal. A baseline that never
/// moved has limits of no width, and whatever differs from it is outside them.
struct ControlChart: Sendable, Hashable {
  /// The first rule that a point meets gives its signal, so that there is one for each point.
  enum Rules: String, Sendable, CaseIterable {
    /// The rules of the NHS programme Making Data Count (its R package NHSRplotthedots from 0.2.2
    /// on), with limits m ± 2.66 * AMR and inner lines at two thirds of that:
    ///
    /// 1. a point outside the limits, by its side of the mean;
    /// 2. 7 points that all rise or all fall, by the direction; equal neighbours end a trend;
    /// 3. two of the last three points between inner line and limit, all three on one side of the
    ///    mean, by the side; a point outside the limits is not one of the two;
    /// 4. 7 points on one side of the mean, by the side; a point on the mean ends a run.
    ///
    /// The package goes back and marks all points of a pattern; in the third rule it marks just
    /// the two, here it is whichever point completes the three.
    case xmr
    /// The rules of the Western Electric handbook (1956), by the side of the mean, with
    /// σ = AMR / 1.128, as is usual for individual values (NIST/SEMATECH handbook, 6.3.2.2): a
    /// standard deviation over the whole baseline would grow with the very shifts to be found.
    ///
    /// 1. a point beyond 3σ;
    /// 2. this and one or more of the two before beyond 2σ on the same side;
    /// 3. this and three or more of the four before beyond 1σ on the same side;
    /// 4. 8 points on one side of the mean.
    case westernElectric = "western-electric"
  }

  /// The direction in which a change is good news.
  enum Improvement: String, Sendable, CaseIterable {
    case lower, higher, neither
  }

  /// The points that limits are made of.
  enum Baseline: Sendable, Hashable {
    /// All so far: limits are never locked.
    case all
    /// The first so many points.
    case first(Int)
    /// The points in these periods.
    case periods(ClosedRange<Int32>)
  }

  enum Signal: Int32, Sendable, CaseIterable {
    case none, concern, improvement, neutral

    var text: String {
      switch self {
      case .none: "none"
      case .concern: "concern"
      case .improvement: "improvement"
      case .neutral: "neutral"
      }
    }
  }

  /// What is written where there is no signal to be had.
  static let unknown: Int32 = -1

  /// The fewest points that limits are made of. Wheeler (Understanding Variation) calls limits
  /// useful from five or six values on; below five, none of them could be outside.
  static let fewestPoints = 6

  var rules: Rules
  var improvement: Improvement
  var baseline: Baseline
  /// How many points on one side of the mean make a run.
  var runLength: Int
  /// How many points that rise, or fall, make a trend: one more than there are changes.
  var trendLength: Int
  /// Whether moving ranges of 3.267 * AMR or more are left out of a second, final AMR.
  var screensOutliers: Bool

  /// - Parameter runLength: nil for that of the rules, 7 (XmR) or 8 (Western Electric).
  init(
    rules: Rules, improvement: Improvement, baseline: Baseline = .all, runLength: Int? = nil,
    trendLength: Int = 7, screensOutliers: Bool = false
  ) {
    self.rules = rules
    self.improvement = improvement
    self.baseline = baseline
    self.runLength = runLength ?? (rules == .xmr ? 7 : 8)
    self.trendLength = trendLength
    self.screensOutliers = screensOutliers
  }

  /// One signal, or -1, for each entry of the series.
  ///
  /// -1 stands where the period's own value is unknown, and while the baseline has fewer points
  /// than `fewestPoints`, or than it can ever have if that is less (but never below three, which is
  /// two moving ranges). Time grows with the entries times the lengths of runs and trends; screening
  /// looks at the whole baseline again for each of its points.
  ///
  /// - Precondition: runs are of at least 1 point, trends of at least 2.
  func run(_ series: Series, into signals: UnsafeMutablePointer<Int32>) {
    precondition(runLength >= 1 && trendLength >= 2)
    let count = series.values.count
    withUnsafeTemporaryAllocation(of: Double.self, capacity: count) { points in
      var known = 0
      var basis = Basis()
      var limits = Limits.none
      for row in 0..<count {
        let value = series.values[row]
        guard value.isKnown else {
          signals[row] = Self.unknown
          continue
        }
        points[known] = value
        known += 1
        let points = UnsafeBufferPointer(rebasing: points[..<known])
        if belongs(series.periods[row], basis.count) {
          basis.add(known - 1, points)
          if basis.count >= needed { limits = basis.limits(points, screens: screensOutliers) }
        }
        signals[row] = basis.count >= needed ? signal(points, limits).rawValue : Self.unknown
      }
    }
  }

  private func belongs(_ period: Int32, _ before: Int) -> Bool {
    switch baseline {
    case .all: true
    case .first(let count): before < count
    case .periods(let periods): periods.contains(period)
    }
  }

  private var needed: Int {
    let most =
      switch baseline {
      case .all: Int.max
      case .first(let count): count
      case .periods(let periods): periods.count
      }
    return max(3, min(Self.fewestPoints, most))
  }

  private func signal(_ points: UnsafeBufferPointer<Double>, _ limits: Limits) -> Signal {
    let direction =
      switch rules {
      case .xmr: xmr(points, limits)
      case .westernElectric: westernElectric(points, limits)
      }
    return switch (direction, improvement) {
    case (0, _): .none
    case (_, .neither): .neutral
    case (1, .higher), (-1, .lower): .improvement
    default: .concern
    }
  }

  /// 1 where a special cause is upwards, -1 downwards, 0 where there is none.
  private func xmr(_ points: UnsafeBufferPointer<Double>, _ limits: Limits) -> Int {
    let last = points.count - 1
    let limit = 2.66 * limits.range
    let outside = limits.side(points[last], beyond: limit)
    if outside != 0 { return outside }
    let trend = trend(points)
    if trend != 0 { return trend }
    let side = limits.side(points[last])
    if side != 0, last >= 2, limits.side(points[last - 1]) == side,
      limits.side(points[last - 2]) == side
    {
      let inner = 2.0 / 3 * limit
      var near = 0
      for point in points[(last - 2)...]
      where limits.side(point, beyond: inner) != 0 && limits.side(point, beyond: limit) == 0 {
        near += 1
      }
      if near >= 2 { return side }
    }
    return run(points, limits)
  }

  private func westernElectric(_ points: UnsafeBufferPointer<Double>, _ limits: Limits) -> Int {
    let sigma = limits.range / 1.128
    let last = points.count - 1
    func side(_ some: Int, of all: Int, beyond distance: Double) -> Int {
      let side = limits.side(points[last], beyond: distance)
      var found = 0
      for point in points[max(0, last - all + 1)...]
      where limits.side(point, beyond: distance) == side {
        found += 1
      }
      return found >= some ? side : 0
    }
    var found = side(1, of: 1, beyond: 3 * sigma)
    if found == 0 { found = side(2, of: 3, beyond: 2 * sigma) }
    if found == 0 { found = side(4, of: 5, beyond: sigma) }
    return found != 0 ? found : run(points, limits)
  }

  private func trend(_ points: UnsafeBufferPointer<Double>) -> Int {
    guard points.count >= trendLength else { return 0 }
    var (rises, falls) = (true, true)
    for place in (points.count - trendLength + 1)..<points.count where rises || falls {
      rises = rises && points[place] > points[place - 1]
      falls = falls && points[place] < points[place - 1]
    }
    return rises ? 1 : falls ? -1 : 0
  }

  private func run(_ points: UnsafeBufferPointer<Double>, _ limits: Limits) -> Int {
    guard points.count >= runLength else { return 0 }
    let side = limits.side(points[points.count - 1])
    for point in points[(points.count - runLength)...] where limits.side(point) != side {
      return 0
    }
    return side
  }
}

/// A mean and the mean moving range around it.
private struct Limits {
  var mean: Double
  var range: Double

  static let none = Limits(mean: .nan, range: .nan)

  /// 1 above the mean by more than the distance, -1 below it by more, otherwise 0.
  func side(_ point: Double, beyond distance: Double = 0) -> Int {
    point > mean + distance ? 1 : point < mean - distance ? -1 : 0
  }
}

/// The points of a baseline so far: neighbours among all points.
private struct Basis {
  private var start = 0
  private(set) var count = 0
  private var sum = 0.0
  private var ranges = 0.0

  mutating func add(_ place: Int, _ points: UnsafeBufferPointer<Double>) {
    if count == 0 { start = place } else { ranges += abs(points[place] - points[place - 1]) }
    sum += points[place]
    count += 1
  }

  func limits(_ points: UnsafeBufferPointer<Double>, screens: Bool) -> Limits {
    // The mean of equal numbers may be rounded away from them.
    guard ranges > 0 else { return Limits(mean: points[start], range: 0) }
    let mean = sum / Double(count)
    let range = ranges / Double(count - 1)
    guard screens else { return Limits(mean: mean, range: range) }
    var (kept, keptRanges) = (0, 0.0)
    for place in (start + 1)..<(start + count) {
      let moving = abs(points[place] - points[place - 1])
      guard moving < 3.267 * range else { continue }
      kept += 1
      keptRanges += moving
    }
    return Limits(mean: mean, range: keptRanges / Double(kept))
  }
}
