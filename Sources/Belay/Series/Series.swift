/// A subject's values in period order, NaN where unknown.
///
/// Periods are indices, strictly increasing; an index that is left out is a gap.
/// A condition's values are 1 (true), 0 (false) and NaN (unknown).
struct Series {
  let periods: UnsafeBufferPointer<Int32>
  let values: UnsafeBufferPointer<Double>

  /// - Precondition: there are as many periods as values.
  init(periods: UnsafeBufferPointer<Int32>, values: UnsafeBufferPointer<Double>) {
    precondition(periods.count == values.count)
    self.periods = periods
    self.values = values
  }
}

extension Double {
  /// NaN is the only number that differs from itself.
  var isKnown: Bool { self == self }

  /// The number itself; unknown when it is not finite.
  var orUnknown: Double { isFinite ? self : .nan }
}
