import Belay
import CEL
import TestSupport
import Testing

@Suite struct PointsTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var rule: String
    var record: Record
    var points: Double?

    init(_ rule: String, _ record: Record, _ points: Double?) {
      self.rule = rule
      self.record = record
      self.points = points
    }

    var testDescription: String { "\(rule) \(record.entries)" }
  }

  static let rising = "from: a, curve: [[1, 10], [2, 35], [4, 60]]"
  static let falling = "from: a, curve: [[10, 90], [20, 40], [30, 0]]"
  static let bands = "from: a, bands: [[-inf, 10], [2, 35], [4, 80]]"
  static let boundedBands = "from: a, bands: [[0, 10], [2, 35], [4, 80]]"
  static let switched = "when: {if: yes, then: 60, else: 5}"
  static let plain = "points: a"
  static let worst = """
    combine: max, parts: [{from: a, curve: [[0, 0], [10, 100]]}, {from: b, bands: [[0, 20], [5, 70]]}]
    """

  static let cases: [Case] = [
    // Curves: level beyond both ends, the points themselves, straight lines between.
    Case(rising, ["a": -50], 10),
    Case(rising, ["a": 1], 10),
    Case(rising, ["a": 1.5], 22.5),  // 10 + 0.5 * ((35 - 10) / (2 - 1))
    Case(rising, ["a": 2], 35),
    Case(rising, ["a": 3], 47.5),  // 35 + 1 * ((60 - 35) / (4 - 2))
    Case(rising, ["a": 4], 60),
    Case(rising, ["a": 900], 60),
    Case(rising, [:], nil),
    Case(rising, ["a": 1001], nil),  // outside the declared range
    Case(falling, ["a": 9], 90),
    Case(falling, ["a": 10], 90),
    Case(falling, ["a": 15], 65),  // 90 + 5 * ((40 - 90) / (20 - 10))
    Case(falling, ["a": 20], 40),
    Case(falling, ["a": 25], 20),  // 40 + 5 * ((0 - 40) / (30 - 20))
    Case(falling, ["a": 30], 0),
    Case(falling, ["a": 31], 0),
    Case("from: a, curve: [[3, 44]]", ["a": 2], 44),
    Case("from: a, curve: [[3, 44]]", ["a": 3], 44),
    Case("from: a, curve: [[3, 44]]", ["a": 4], 44),
    Case("from: a / b, curve: [[0, 0], [1, 100]]", ["a": 1, "b": 4], 25),
    Case("from: a / b, curve: [[0, 0], [1, 100]]", ["a": 1, "b": 0], nil),  // zero divisor
    // (1 / 3) * ((100 - 0) / (1 - 0)), in doubles
    Case("from: a / b, curve: [[0, 0], [1, 100]]", ["a": 1, "b": 3], 1.0 / 3 * 100),

    // Bands: from a bound up, until the next.
    Case(bands, ["a": -1000], 10),
    Case(bands, ["a": 1.9999999999999998], 10),
    Case(bands, ["a": 2], 35),
    Case(bands, ["a": 3.9999999999999996], 35),
    Case(bands, ["a": 4], 80),
    Case(bands, ["a": 1000], 80),
    Case(bands, [:], nil),
    Case(boundedBands, ["a": 0], 10),
    Case(boundedBands, ["a": -0.5], nil),  // below the first bound

    Case(switched, ["yes": true], 60),
    Case(switched, ["yes": false], 5),
    Case(switched, [:], nil),
    Case("when: {if: 'yes || no', then: 60, else: 5}", ["yes": true], 60),
    Case("when: {if: 'yes && no', then: 60, else: 5}", ["yes": false], 5),
    Case("when: {if: 'yes && no', then: 60, else: 5}", ["yes": true], nil),

    Case(plain, ["a": 0], 0),
    Case(plain, ["a": 100], 100),
    Case(plain, ["a": 41.5], 41.5),
    Case(plain, ["a": -0.0001], nil),
    Case(plain, ["a": 100.0001], nil),
    Case("points: int(a)", ["a": 41.9], 41),
    Case("points: 'interpolate(a, [[0, 0], [4, 50]])'", ["a": 1], 12.5),
    Case("points: 'or_else(a, 70)'", [:], 70),

    Case(worst, ["a": 3, "b": 0], 30),
    Case(worst, ["a": 1, "b": 0], 20),
    Case(worst, ["a": 3, "b": 5], 70),
    Case(worst, ["a": 7, "b": 5], 70),
    // What is unknown could be the worst.
    Case(worst, ["a": 3], nil),
    Case(worst, ["b": 5], nil),
    Case(worst, ["a": 10], nil),
    Case(worst, ["a": 3, "b": -1], nil),
    Case(worst, [:], nil),
  ]

  @Test(arguments: cases)
  func `a rule turns a measure into points`(_ example: Case) throws {
    let policy = try policy(
      """
      factors:
        f: {domain: work, \(example.rule), weight: 1}
      domains:
        work: {weight: 1}
      scores:
        s: {levels: {low: 0}}
      """)
    let factor = try policy.assess(example.record).score.domains[0].factors[0]
    #expect(factor.points == example.points)
    #expect(factor.missing.causes.isEmpty == (example.points != nil))
  }

  @Test func `a curve never leaves the points that it goes through`() throws {
    var random = SeededRandom(seed: 0xC0FFEE)
    for _ in 0..<200 {
      let low = Double(random.number(-90...0)) / 7
      let high = low + Double(random.number(1...99))
      let policy = try policy(
        """
        factors:
          f: {domain: work, from: a, curve: [[\(low), 0], [\(high), 100]], weight: 1}
        domains:
          work: {weight: 1}
        scores:
          s: {levels: {low: 0}}
        """)
      for x in [high.nextDown, low.nextUp, (low + high) / 2] {
        let points = try policy.assess(["a": .number(x)]).score.value
        #expect((0...100).contains(try #require(points, "at \(x) of \(low) to \(high)")))
      }
    }
  }

  @Test(arguments: [
    ("red", 40.0), ("green", 20.0), ("blue", 10.0),
  ])
  func `a parameter gives the curve by its key`(_ group: String, _ points: Double) throws {
    // At 2: red goes from 0 at 0 to 100 at 5, green to 100 at 10, and blue has the default.
    let policy = try policy(
      """
      parameters:
        shape:
          default: [[0, 0], [20, 100]]
          by: group
          values: {red: [[0, 0], [5, 100]], green: [[0, 0], [10, 100]]}
      factors:
        f: {domain: work, from: a, curve: shape, weight: 1}
      domains:
        work: {weight: 1}
      scores:
        s: {levels: {low: 0}}
      """)
    let assessment = try policy.assess(["a": 2, "group": .text(group)])
    #expect(assessment.score.value == points)
    #expect(assessment.defaulted.map(\.value) == (group == "blue" ? ["blue"] : []))
  }

  @Test func `an unknown curve and an unknown measure are both named`() throws {
    let policy = try policy(
      """
      parameters:
        shape: {by: group, values: {red: [[0, 20], [5, 80]], green: [[0, 10], [10, 70]]}}
      factors:
        f: {domain: work, from: a, curve: shape, weight: 1}
      domains:
        work: {weight: 1}
      scores:
        s: {levels: {low: 0}}
      """)
    let neither = try policy.assess([:]).score
    #expect(neither.missing.causes.map(\.name) == ["a", "group"])
    // The lowest and the highest points on any of the curves.
    #expect(neither.interval == 10...80)
    #expect(try policy.assess(["a": 2]).score.missing.causes.map(\.name) == ["group"])
    let measure = try policy.assess(["group": "green"]).score
    #expect(measure.missing.causes.map(\.name) == ["a"])
    #expect(measure.interval == 10...70)
  }

  @Test func `points of a condition may be parameters`() throws {
    let policy = try policy(
      """
      parameters:
        worst: {by: group, values: {red: 90, green: 70}}
      factors:
        f: {domain: work, when: {if: yes, then: worst, else: 5}, weight: 1}
      domains:
        work: {weight: 1}
      scores:
        s: {levels: {low: 0}, minimum_coverage: 0}
      """)
    #expect(try policy.assess(["yes": true, "group": "red"]).score.value == 90)
    #expect(try policy.assess(["yes": true, "group": "green"]).score.value == 70)
    #expect(try policy.assess(["yes": true, "group": "blue"]).score.value == nil)
    #expect(try policy.assess(["yes": false, "group": "blue"]).score.value == 5)
    // Unknown, from the lowest to the highest that it could have.
    #expect(try policy.assess(["group": "red"]).score.interval == 5...90)
  }
}
