@testable import Belay

extension Window {
  /// The results over values in periods, or in the periods from 0 on.
  func results(_ values: [Double], in periods: [Int32]? = nil) -> [Double] {
    var results = [Double](repeating: -999, count: values.count)
    withSeries(values, periods) { series in
      results.withUnsafeMutableBufferPointer { run(series, into: $0.baseAddress!) }
    }
    return results
  }
}

extension ControlChart {
  func signals(_ values: [Double], in periods: [Int32]? = nil) -> [Int32] {
    var signals = [Int32](repeating: -999, count: values.count)
    withSeries(values, periods) { series in
      signals.withUnsafeMutableBufferPointer { run(series, into: $0.baseAddress!) }
    }
    return signals
  }
}

extension Peers {
  func results(_ values: [Double], scratch: SeriesScratch = SeriesScratch()) -> [Double] {
    var results = [Double](repeating: -999, count: values.count)
    values.withUnsafeBufferPointer { values in
      results.withUnsafeMutableBufferPointer {
        run(values, into: $0.baseAddress!, scratch: scratch)
      }
    }
    return results
  }
}

extension RollUp {
  func value(
    _ values: [Double], weights: [Double]? = nil, scratch: SeriesScratch = SeriesScratch()
  ) -> (value: Double, n: Int) {
    values.withUnsafeBufferPointer { values in
      guard let weights else { return value(values, weights: nil, scratch: scratch) }
      return weights.withUnsafeBufferPointer {
        value(values, weights: $0, scratch: scratch)
      }
    }
  }
}

private func withSeries(_ values: [Double], _ periods: [Int32]?, _ body: (Series) -> Void) {
  let periods = periods ?? (0..<Int32(values.count)).map { $0 }
  periods.withUnsafeBufferPointer { periods in
    values.withUnsafeBufferPointer { body(Series(periods: periods, values: $0)) }
  }
}

extension [Double] {
  /// The numbers as bits, all unknowns alike: arrays of NaN are never equal.
  var bits: [UInt64?] { map { $0.isNaN ? nil : $0.bitPattern } }
}
