import TestSupport
import Testing

@testable import Belay

@Suite struct WindowTests {
  static let takes: [WindowFunction] = [
    .mean, .sum, .min, .max, .median, .stddev, .count, .share, .first, .last, .change, .slope,
    .percentile(0), .percentile(33.3), .percentile(100), .ewma(alpha: 0.3), .streak,
  ]

  private static let unknown = Double.nan

  /// Of periods 1, 2, (3 a gap), 4 unknown, 5: the windows hold {2}, {2, 4}, {4} and {7}.
  static let threePeriods: [(WindowFunction, [Double])] = [
    (.mean, [2, 3, 4, 7]), (.sum, [2, 6, 4, 7]), (.min, [2, 2, 4, 7]), (.max, [2, 4, 4, 7]),
    (.median, [2, 3, 4, 7]), (.percentile(25), [2, 2.5, 4, 7]),
    (.stddev, [unknown, 2.0.squareRoot(), unknown, unknown]), (.count, [1, 2, 1, 1]),
    (.share, [1, 1, 1, 1]), (.first, [2, 2, 4, 7]), (.last, [2, 4, 4, 7]),
    (.change, [0, 2, 0, 0]), (.slope, [unknown, 2, unknown, unknown]),
    (.ewma(alpha: 0.25), [2, 2.5, 4, 7]), (.streak, [1, 2, unknown, 1]),
  ]

  @Test(arguments: threePeriods)
  func `gaps take up room in a window`(_ take: WindowFunction, _ expected: [Double]) {
    let window = Window(last: 3, minimum: 1, take: take)
    #expect(window.results([2, 4, .nan, 7], in: [1, 2, 4, 5]).bits == expected.bits)
  }

  /// Of the same periods with 4 of them in a window: the last holds {4, 7}, three periods apart.
  static let fourPeriods: [(WindowFunction, Double)] = [
    (.mean, 5.5), (.sum, 11), (.median, 5.5), (.percentile(25), 4.75),
    (.stddev, 4.5.squareRoot()), (.count, 2), (.first, 4), (.change, 3), (.slope, 1),
    (.ewma(alpha: 0.25), 4.75), (.streak, 1),
  ]

  @Test(arguments: fourPeriods)
  func `gaps are distances`(_ take: WindowFunction, _ expected: Double) {
    let window = Window(last: 4, minimum: 2, take: take)
    #expect(window.results([2, 4, .nan, 7], in: [1, 2, 4, 5])[3] == expected)
  }

  @Test func `fewer known values than the minimum are unknown`() {
    for take in Self.takes {
      let results = Window(last: 3, minimum: 3, take: take).results([1, 2, 3, .nan, 5, 6])
      let known = results.map { !$0.isNaN }
      #expect(known == [false, false, true, false, false, false], "\(take)")
    }
  }

  @Test func `nothing known has a count, and nothing else`() {
    for take in Self.takes {
      let results = Window(last: 2, minimum: 0, take: take).results([.nan, .nan])
      #expect(results.bits == (take == .count ? [0, 0] : [.nan, .nan]).bits, "\(take)")
    }
  }

  @Test func `a row of periods ends at an unknown one and at a gap`() {
    let values: [Double] = [1, 1, .nan, 1, 1, 0, 1, 1, 1]
    let periods: [Int32] = [0, 1, 2, 3, 4, 5, 6, 7, 9]
    let results = Window(last: nil, minimum: 1, take: .streak).results(values, in: periods)
    #expect(results.bits == [1, 2, .nan, 1, 2, 0, 1, 2, 1].bits)
    let short = Window(last: 2, minimum: 1, take: .streak).results([1, 1, 1, 1])
    #expect(short == [1, 2, 2, 2])
  }

  @Test func `a moving average begins with a start or with the first known value`() {
    var window = Window(last: nil, minimum: 1, take: .ewma(alpha: 0.5))
    #expect(window.results([.nan, 4, 8, .nan, 0]).bits == [.nan, 4, 6, 6, 3].bits)
    window.start = 0
    #expect(window.results([.nan, 4, 8, .nan, 0]).bits == [.nan, 2, 5, 5, 2.5].bits)
  }

  @Test func `equal values neither scatter nor rise, however they are rounded`() {
    for take in [WindowFunction.stddev, .slope, .change] {
      for last in [nil, 7] {
        let results = Window(last: last, minimum: 2, take: take)
          .results(Array(repeating: 0.1, count: 30))
        #expect(results.dropFirst().allSatisfy { $0 == 0 }, "\(take)")
      }
    }
  }

  @Test func `what is not finite is unknown`() {
    let large = Double.greatestFiniteMagnitude
    for take in [WindowFunction.sum, .mean, .stddev, .slope] {
      let results = Window(last: nil, minimum: 1, take: take).results([large, large, -large])
      #expect(results[1...].contains { $0.isNaN } && !results.contains { $0.isInfinite }, "\(take)")
    }
  }

  @Test func `a window may be longer than all time`() {
    let results = Window(last: .max, minimum: 1, take: .sum)
      .results([1, 2], in: [Int32.min, Int32.max])
    #expect(results == [1, 3])
  }

  @Test func `an empty series has no results`() {
    for take in Self.takes {
      #expect(Window(last: 3, minimum: 1, take: take).results([]) == [])
    }
  }

  @Test func `windows are what their definitions say`() {
    var random = SeededRandom.announced()
    for _ in 0..<SeededRandom.cases(300) {
      let (periods, values) = random.series()
      for take in Self.takes {
        let window = random.window(take)
        let results = window.results(values, in: periods)
        let expected = values.indices.map { row in
          window.definition(values, periods, at: row)
        }
        let agree = zip(results, expected).allSatisfy { result, expected in
          result.isNaN && expected.isNaN
            || abs(result - expected) <= 1e-9 * max(1, abs(expected))
        }
        #expect(agree, "\(window): \(results), not \(expected)")
      }
    }
  }

  @Test func `later periods, earlier ones and the calendar change no bit`() {
    var random = SeededRandom.announced()
    for _ in 0..<SeededRandom.cases(200) {
      let (periods, values) = random.series()
      let end = random.number(0...values.count)
      let shift = Int32(random.number(-1_000_000...1_000_000))
      for take in Self.takes {
        let window = random.window(take)
        let results = window.results(values, in: periods).bits
        let early = window.results(Array(values[..<end]), in: Array(periods[..<end])).bits
        #expect(early == Array(results[..<end]), "\(window)")
        #expect(window.results(values, in: periods.map { $0 + shift }).bits == results, "\(window)")
        guard let last = window.last, end > 0 else { continue }
        let start = periods.firstIndex { Int($0) > Int(periods[end - 1]) - last }!
        let cut = window.results(Array(values[start..<end]), in: Array(periods[start..<end])).bits
        #expect(cut.last == results[end - 1], "\(window)")
      }
    }
  }
}

extension Window {
  /// The result at a row, from the window's values and nothing kept from row to row.
  fileprivate func definition(_ values: [Double], _ periods: [Int32], at row: Int) -> Double {
    let within = values.indices.filter {
      $0 <= row && (last == nil || Int(periods[$0]) > Int(periods[row]) - last!)
    }
    let known = within.filter { !values[$0].isNaN }
    let x = known.map { values[$0] }
    let t = known.map { Double(periods[$0]) }
    guard x.count >= minimum else { return .nan }
    let n = Double(x.count)
    let mean = x.reduce(0, +) / n
    let holding = Double(x.count { $0 != 0 })
    if take == .count { return holding }
    guard !x.isEmpty else { return .nan }
    switch take {
    case .mean: return mean
    case .sum: return x.reduce(0, +)
    case .min: return x.min()!
    case .max: return x.max()!
    case .median: return percentile(50, x)
    case .percentile(let percent): return percentile(percent, x)
    case .stddev:
      let squares = x.map { ($0 - mean) * ($0 - mean) }.reduce(0, +)
      return n > 1 ? (squares / (n - 1)).squareRoot() : .nan
    case .count, .share: return holding / n
    case .first: return x[0]
    case .last: return x[x.count - 1]
    case .change: return x[x.count - 1] - x[0]
    case .slope:
      let middle = t.reduce(0, +) / n
      let rises = zip(t, x).map { ($0 - middle) * ($1 - mean) }.reduce(0, +)
      return n > 1 ? rises / t.map { ($0 - middle) * ($0 - middle) }.reduce(0, +) : .nan
    case .ewma(let alpha):
      return x.reduce(start ?? x[0]) { alpha * $1 + (1 - alpha) * $0 }
    case .streak:
      guard !values[row].isNaN else { return .nan }
      var streak = 0
      for place in within.reversed() {
        guard Int(periods[place]) == Int(periods[row]) - streak, values[place] != 0,
          !values[place].isNaN
        else { break }
        streak += 1
      }
      return Double(streak)
    }
  }

  private func percentile(_ percent: Double, _ values: [Double]) -> Double {
    let sorted = values.sorted()
    let place = Double(sorted.count - 1) * percent / 100
    let (low, high) = (sorted[Int(place)], sorted[Int(place.rounded(.up))])
    return low + (high - low) * (place - place.rounded(.down))
  }
}

extension SeededRandom {
  mutating func series() -> (periods: [Int32], values: [Double]) {
    var period = Int32(number(-1_000_000...1_000_000))
    let (gaps, unknowns, scatter) = (number(1...20), number(1...20), number(0...400))
    let periods = (0..<number(0...40)).map { _ in
      period += once(in: gaps) ? Int32(number(2...5)) : 1
      return period
    }
    let values = periods.map { _ in
      once(in: unknowns + 1) ? Double.nan : Double(number(-scatter...scatter)) / 10
    }
    return (periods, values)
  }

  fileprivate mutating func window(_ take: WindowFunction) -> Window {
    Window(
      last: pick([nil, 1, 2, 3, 6, 12]), minimum: pick([0, 1, 2, 3, 6]), take: take,
      start: pick([nil, 4]))
  }
}
