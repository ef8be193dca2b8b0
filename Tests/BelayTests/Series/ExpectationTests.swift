import Foundation
import Testing

@testable import Belay

/// Figures that NumPy, pandas, SciPy and statsmodels found, and for charts exact fractions: see
/// `expectations.py`, which writes them.
@Suite struct ExpectationTests {
  @Test func `windows are what NumPy, pandas and SciPy say`() throws {
    for (number, expected) in try Expectations.read().windows.enumerated() {
      let take = try #require(expected.function)
      let window = Window(
        last: expected.last, minimum: expected.minimum, take: take, start: expected.start)
      let results = window.results(expected.values.orUnknown, in: expected.periods)
      compare(results, expected.results, "window \(number): \(window)")
    }
  }

  @Test func `signals are those of the rules in exact fractions`() throws {
    for (number, expected) in try Expectations.read().charts.enumerated() {
      let chart = try #require(expected.chart)
      let signals = chart.signals(expected.values.orUnknown, in: expected.periods)
      let text = signals.map { $0 == -1 ? "-" : "\($0)" }.joined()
      #expect(text == expected.signals, "chart \(number): \(chart) \(expected.values)")
    }
  }

  @Test func `peers are what SciPy says`() throws {
    let scratch = SeriesScratch()
    for (number, expected) in try Expectations.read().peers.enumerated() {
      let take = try #require(expected.function)
      let peers = Peers(take: take, minimumN: expected.minimum)
      let results = peers.results(expected.values.orUnknown, scratch: scratch)
      compare(results, expected.results, "peers \(number): \(peers)")
    }
  }

  @Test func `roll-ups are what pandas and statsmodels say`() throws {
    let scratch = SeriesScratch()
    for (number, expected) in try Expectations.read().rollUps.enumerated() {
      let take = try #require(expected.function)
      let rollUp = RollUp(take: take, minimumN: expected.minimum)
      let (value, n) = rollUp.value(
        expected.values.orUnknown, weights: expected.weights?.orUnknown, scratch: scratch)
      compare([value], [expected.value], "roll-up \(number): \(rollUp) \(expected)")
      #expect(n == expected.n, "roll-up \(number)")
    }
  }

  private func compare(_ results: [Double], _ expected: [Double?], _ what: String) {
    let agree = zip(results, expected).allSatisfy { result, expected in
      guard let expected else { return result.isNaN }
      return abs(result - expected) <= 1e-9 * max(1, abs(expected))
    }
    #expect(agree && results.count == expected.count, "\(what): \(results), not \(expected)")
  }
}

private struct Expectations: Decodable {
  struct WindowCase: Decodable {
    var take: String
    var given: Double?
    var last: Int?
    var minimum: Int
    var start: Double?
    var periods: [Int32]
    var values: [Double?]
    var results: [Double?]

    var function: WindowFunction? {
      switch (take, given) {
      case ("mean", nil): .mean
      case ("sum", nil): .sum
      case ("min", nil): .min
      case ("max", nil): .max
      case ("median", nil): .median
      case ("stddev", nil): .stddev
      case ("count", nil): .count
      case ("share", nil): .share
      case ("first", nil): .first
      case ("last", nil): .last
      case ("change", nil): .change
      case ("slope", nil): .slope
      case ("percentile", let percent?): .percentile(percent)
      case ("ewma", let alpha?): .ewma(alpha: alpha)
      case ("streak", nil): .streak
      default: nil
      }
    }
  }

  struct ChartCase: Decodable {
    var rules: String
    var improvement: String
    var first: Int?
    var within: [Int32]?
    var run: Int
    var trend: Int
    var screens: Bool
    var periods: [Int32]
    var values: [Double?]
    var signals: String

    var chart: ControlChart? {
      guard let rules = ControlChart.Rules(rawValue: rules),
        let improvement = ControlChart.Improvement(rawValue: improvement)
      else { return nil }
      let baseline: ControlChart.Baseline =
        if let first { .first(first) } else if let within { .periods(within[0]...within[1]) } else {
          .all
        }
      return ControlChart(
        rules: rules, improvement: improvement, baseline: baseline, runLength: run,
        trendLength: trend, screensOutliers: screens)
    }
  }

  struct PeerCase: Decodable {
    var take: String
    var minimum: Int
    var values: [Double?]
    var results: [Double?]

    var function: PeerFunction? {
      switch take {
      case "percentile": .percentile
      case "mean": .mean
      case "median": .median
      case "zscore": .zscore
      case "robustZscore": .robustZscore
      case "rank": .rank
      case "ratio": .ratio
      default: nil
      }
    }
  }

  struct RollUpCase: Decodable {
    var take: String
    var given: Double?
    var minimum: Int
    var values: [Double?]
    var weights: [Double?]?
    var value: Double?
    var n: Int

    var function: RollUpFunction? {
      switch (take, given) {
      case ("mean", nil): .mean
      case ("sum", nil): .sum
      case ("count", nil): .count
      case ("share", nil): .share
      case ("min", nil): .min
      case ("max", nil): .max
      case ("median", nil): .median
      case ("percentile", let percent?): .percentile(percent)
      case ("distinct", nil): .distinct
      default: nil
      }
    }
  }

  var windows: [WindowCase]
  var charts: [ChartCase]
  var peers: [PeerCase]
  var rollUps: [RollUpCase]

  static func read(beside file: String = #filePath) throws -> Expectations {
    let url = URL(filePath: file).deletingLastPathComponent().appending(path: "expectations.json")
    return try JSONDecoder().decode(Expectations.self, from: Data(contentsOf: url))
  }
}

extension [Double?] {
  fileprivate var orUnknown: [Double] { map { $0 ?? .nan } }
}
