import TestSupport
import Testing

@testable import Belay

@Suite struct ControlChartTests {
  /// Twelve points, the last of them above, whose mean is 10 and moving ranges are all 2. XmR has
  /// its limits at 10 ± 5.32 and its inner lines at 10 ± 3.547; the standard deviation of Western
  /// Electric is 2 / 1.128 = 1.773, so that its lines are at 10 ± 1.773, 3.546 and 5.319.
  static let baseline: [Double] = [9, 11, 9, 11, 9, 11, 9, 11, 9, 11, 9, 11]

  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    var points: [Double]
    /// With lower values an improvement: `.` none, `+` up, a concern, `-` down, an improvement.
    var signals: String

    init(_ name: String, _ points: [Double], _ signals: String) {
      self.name = name
      self.points = points
      self.signals = signals
    }

    var testDescription: String { name }
  }

  static let xmr: [Case] = [
    Case("above the limit", [15.33], "+"),
    Case("below the limit", [4.67], "-"),
    Case("within the limits", [15.31, 4.69], ".."),
    Case("rising through the mean", [8.5, 9, 9.5, 10, 10.5, 11, 11.5, 12, 12], "......++."),
    Case("falling through the mean", [11.5, 11, 10.5, 10, 9.5, 9, 8.5, 8, 8], "......--."),
    Case("equal neighbours end a trend", [8.5, 9, 9.5, 9.5, 10, 10.5, 11, 11.5], "........"),
    // With the baseline's last, seven points are above at the sixth; the next also completes a
    // trend, which goes by its direction and comes first.
    Case("falling above the mean", [13, 12.5, 12, 11.5, 11, 10.5, 10.2], ".....+-"),
    Case("rising below the mean", [9.9, 7, 7.5, 8, 8.5, 9, 9.5, 9.8], "......-+"),
    Case("two of three near the limit above", [14, 12, 14], "..+"),
    Case("two of three near the limit below", [6, 8, 6], "..-"),
    Case("two of three on both sides", [14, 9.9, 14, 6, 6], "....."),
    Case("the third of three completes it", [9, 14, 14, 11, 11], "...+."),
    Case("outside is not one of the two", [16, 14, 12], "+.."),
    Case("outside is on the side", [9, 16, 14, 14], ".+.+"),
    Case("seven above", [9.5, 10.5, 11, 10.2, 10.9, 10.4, 11, 10.6, 10.1, 9], ".......++."),
    Case("seven below", [9.5, 9, 9.8, 9.1, 9.6, 9, 9.4, 11], "......-."),
    Case(
      "on the mean ends a run", [9.5, 10.5, 11, 10.2, 10, 10.9, 10.4, 11, 10.6, 10.1, 10.3],
      "..........."),
  ]

  static let westernElectric: [Case] = [
    Case("beyond three above", [15.33], "+"),
    Case("beyond three below", [4.67], "-"),
    Case("two of three beyond two", [14, 9, 14], "..+"),
    Case("two of three beyond two below", [6, 11, 6], "..-"),
    Case("two of three count one side", [14, 6, 9, 6], "...-"),
    Case("two of three with one beyond three", [16, 14], "++"),
    Case("the point itself is beyond", [14, 14, 11], ".+."),
    Case("four of five beyond one", [12, 12, 9, 12, 12, 11], "....+."),
    Case("four of five beyond one below", [8, 8, 8, 11, 8], "....-"),
    Case("three of five beyond one", [12, 9, 12, 9, 12], "....."),
    Case("eight above", [9.5, 11, 10.5, 11, 10.5, 11, 10.5, 11, 10.5, 9], "........+."),
    Case("eight below", [9.5, 9, 9.5, 9, 9.5, 9, 9.5, 9], ".......-"),
    Case("no trends", [8.5, 9, 9.5, 10, 10.5, 11, 11.5, 11.6], "........"),
  ]

  @Test(arguments: xmr)
  func `XmR finds`(_ sample: Case) { check(sample, .xmr) }

  @Test(arguments: westernElectric)
  func `Western Electric finds`(_ sample: Case) { check(sample, .westernElectric) }

  private func check(_ sample: Case, _ rules: ControlChart.Rules) {
    let meanings: [(ControlChart.Improvement, up: ControlChart.Signal, down: ControlChart.Signal)] =
      [
        (.lower, .concern, .improvement), (.higher, .improvement, .concern),
        (.neither, .neutral, .neutral),
      ]
    for (improvement, up, down) in meanings {
      let chart = ControlChart(rules: rules, improvement: improvement, baseline: .first(12))
      let signals = chart.signals(Self.baseline + sample.points).dropFirst(12)
      let expected = sample.signals.map {
        ($0 == "+" ? up : $0 == "-" ? down : ControlChart.Signal.none).rawValue
      }
      #expect(Array(signals) == expected, "\(sample.points), improvement \(improvement)")
    }
  }

  /// NIST/SEMATECH e-Handbook of Statistical Methods, 6.3.2.2, flow rates of ten batches: mean
  /// 50.81, mean moving range 1.8778, and with 3 / 1.128 limits of 45.8159 and 55.8041. With 2.66
  /// they are 45.8151 and 55.8049.
  @Test(arguments: [
    (ControlChart.Rules.westernElectric, [55.803, 45.817], [55.8042, 45.8158]),
    (.xmr, [55.8047, 45.8152], [55.805, 45.815]),
  ])
  func `limits are those of a published example`(
    _ rules: ControlChart.Rules, _ within: [Double], _ outside: [Double]
  ) {
    let flow = [49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6, 52.4, 53.6, 52.1]
    let chart = ControlChart(rules: rules, improvement: .neither, baseline: .first(10))
    for point in within { #expect(chart.signals(flow + [point])[10] == 0, "\(point)") }
    for point in outside { #expect(chart.signals(flow + [point])[10] == 3, "\(point)") }
    #expect(chart.signals(flow) == [-1, -1, -1, -1, -1, 0, 0, 0, 0, 0])
  }

  @Test func `a baseline that never moved is left by whatever differs`() {
    let chart = ControlChart(rules: .xmr, improvement: .lower, baseline: .first(12))
    let flat = Array(repeating: 0.1, count: 30)
    #expect(chart.signals(flat).dropFirst(5).allSatisfy { $0 == 0 })
    #expect(chart.signals(flat + [0.2, 0, 0.1]).suffix(3) == [1, 2, 0])
  }

  @Test func `large moving ranges are left out where that is asked for`() {
    // The mean is 146 / 12 = 12.17. The moving ranges are nine of 1 and two of 19, on average 4.27;
    // without the two, 1: limits are at 12.17 ± 11.37, or ± 2.66.
    let jump: [Double] = [10, 11, 10, 11, 10, 11, 30, 11, 10, 11, 10, 11, 16]
    var chart = ControlChart(rules: .xmr, improvement: .lower, baseline: .first(12))
    #expect(chart.signals(jump).last == 0)
    chart.screensOutliers = true
    #expect(chart.signals(jump).last == 1)
  }

  @Test func `limits are locked when the baseline is full`() {
    let later: [Double] = [500, -500, 500, 15, 11]
    for baseline in [ControlChart.Baseline.first(12), .periods(0...11)] {
      let chart = ControlChart(rules: .xmr, improvement: .lower, baseline: baseline)
      let signals = chart.signals(Self.baseline + later)
      #expect(signals.suffix(5) == [1, 2, 1, 0, 0], "\(baseline)")
    }
    let all = ControlChart(rules: .xmr, improvement: .lower)
    #expect(all.signals(Self.baseline + later).suffix(5) != [1, 2, 1, 0, 0])
  }

  @Test func `there is no signal before there is a baseline`() {
    func unknown(_ baseline: ControlChart.Baseline) -> Int {
      ControlChart(rules: .xmr, improvement: .lower, baseline: baseline)
        .signals(Self.baseline).prefix { $0 == -1 }.count
    }
    #expect(unknown(.all) == 5)
    #expect(unknown(.first(12)) == 5)
    #expect(unknown(.first(4)) == 3)
    #expect(unknown(.first(2)) == 12)
    #expect(unknown(.periods(3...11)) == 8)
    #expect(unknown(.periods(3...6)) == 6)
    #expect(unknown(.periods(20...40)) == 12)
  }

  @Test func `lengths are parameters`() {
    let rising: [Double] = [8.5, 9, 9.5, 10, 10.5, 11, 11.5]
    let chart = ControlChart(
      rules: .xmr, improvement: .lower, baseline: .first(12), trendLength: 6)
    #expect(chart.signals(Self.baseline + rising).suffix(7) == [0, 0, 0, 0, 0, 1, 1])
    let short = ControlChart(
      rules: .westernElectric, improvement: .lower, baseline: .first(12), runLength: 5)
    let above: [Double] = [9.5, 11, 10.5, 11, 10.5, 11]
    #expect(short.signals(Self.baseline + above).suffix(6) == [0, 0, 0, 0, 0, 1])
  }

  @Test func `unknown periods and gaps are skipped, and later ones change nothing`() {
    var random = SeededRandom.announced()
    for _ in 0..<SeededRandom.cases(500) {
      let (periods, values) = random.series()
      let chart = ControlChart(
        rules: random.pick(ControlChart.Rules.allCases), improvement: .lower,
        baseline: random.pick([.all, .first(8)]), runLength: random.number(3...8),
        trendLength: random.number(3...7), screensOutliers: random.once(in: 2))
      let signals = chart.signals(values, in: periods)
      let known = values.filter { !$0.isNaN }
      let unknowns = values.indices.filter { values[$0].isNaN }
      #expect(unknowns.allSatisfy { signals[$0] == -1 })
      let kept = values.indices.filter { !values[$0].isNaN }.map { signals[$0] }
      #expect(kept == chart.signals(known), "\(chart) \(values)")
      let end = random.number(0...values.count)
      let early = chart.signals(Array(values[..<end]), in: Array(periods[..<end]))
      #expect(early == Array(signals[..<end]), "\(chart) \(values)")
    }
  }

  @Test func `signals have the words of the policy`() {
    #expect(
      ControlChart.Signal.allCases.map(\.text) == ["none", "concern", "improvement", "neutral"])
    #expect(ControlChart.Signal.allCases.map(\.rawValue) == [0, 1, 2, 3])
  }
}
