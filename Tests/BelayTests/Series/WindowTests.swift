import Testing

@testable import Belay

@Suite struct WindowTests {
  @Test func `a mean is of the known values in the window`() {
    let results = run(Window(last: 3, minimum: 2, take: .mean), [1, 2, 4, 5], [2, .nan, 4, 7])
    #expect(results.map { $0.isNaN ? nil : $0 } == [nil, nil, nil, 5.5])
  }

  private func run(_ window: Window, _ periods: [Int32], _ values: [Double]) -> [Double] {
    var results = [Double](repeating: 0, count: values.count)
    periods.withUnsafeBufferPointer { periods in
      values.withUnsafeBufferPointer { values in
        results.withUnsafeMutableBufferPointer {
          window.run(Series(periods: periods, values: values), into: $0.baseAddress!)
        }
      }
    }
    return results
  }
}
