import Belay
import CEL
import Testing

/// Worked examples of the formulas of scores.
@Suite struct ScoreTests {
  /// What a record is expected to give.
  struct Case: Sendable, CustomTestStringConvertible {
    var record: Record
    var value: Double?
    var level: String?
    var coverage: Double
    var interval: ClosedRange<Double>
    var drivers: [String: Double]
    var isPartial = false

    init(
      _ record: Record, _ value: Double?, _ level: String?, coverage: Double,
      _ interval: ClosedRange<Double>, _ drivers: [String: Double], isPartial: Bool = false
    ) {
      self.record = record
      self.value = value
      self.level = level
      self.coverage = coverage
      self.interval = interval
      self.drivers = drivers
      self.isPartial = isPartial
    }

    var testDescription: String { "\(record.entries)" }
  }

  private func expect(_ policy: CompiledPolicy, _ example: Case) throws {
    let score = try policy.assess(example.record).score
    #expect(score.value == example.value)
    #expect(score.level == example.level)
    #expect(score.coverage == example.coverage)
    #expect(score.interval == example.interval)
    #expect(score.isPartial == example.isPartial)
    #expect(score.contributions.keys.sorted() == example.drivers.keys.sorted())
    for (name, contribution) in score.contributions {
      #expect(abs(contribution - (example.drivers[name] ?? .nan)) < 1e-12, "\(name)")
    }
    #expect(driversAddUp(score))
  }

  // Domain x: a weighs 3, b weighs 1; domain y: c. x weighs 6, y weighs 2.
  static let nested = """
    factors:
      a: {domain: x, points: a, weight: 3}
      b: {domain: x, points: b, weight: 1}
      c: {domain: y, points: c, weight: 5}
    domains:
      x: {weight: 6}
      y: {weight: 2}
    scores:
      s: {levels: {low: 0, elevated: 35, high: 55, critical: 75}}
    """

  @Test(arguments: [
    // x = (3*40 + 1*80) / 4 = 50, y = 20; s = (6*50 + 2*20) / 8 = 42.5
    // drivers: 6/8 * 3/4 * 40 = 22.5, 6/8 * 1/4 * 80 = 15, 2/8 * 1 * 20 = 5
    Case(
      ["a": 40, "b": 80, "c": 20], 42.5, "elevated", coverage: 1, 42.5...42.5,
      ["a": 22.5, "b": 15, "c": 5]),
    // b unknown: x = 40; s = (6*40 + 2*20) / 8 = 35, exactly on a bound
    // coverage = (6*3/4 + 2) / 8 = 0.8125
    // lo: x = (3*40 + 0) / 4 = 30, s = (180 + 40) / 8 = 27.5; hi: x = (120 + 100) / 4 = 55,
    // s = (330 + 40) / 8 = 46.25
    Case(
      ["a": 40, "c": 20], 35, "elevated", coverage: 0.8125, 27.5...46.25, ["a": 30, "c": 5]),
    // y unknown: s = x = 50; coverage 6/8; lo = (300 + 0) / 8, hi = (300 + 200) / 8
    Case(
      ["a": 40, "b": 80], 50, "elevated", coverage: 0.75, 37.5...62.5, ["a": 30, "b": 20]),
    // only c: coverage = 2/8, below 0.5; lo = (0 + 2*90) / 8 = 22.5, hi = (600 + 180) / 8 = 97.5
    Case(["c": 90], nil, "insufficient_data", coverage: 0.25, 22.5...97.5, [:]),
    // only b and c: coverage = (6*1/4 + 2) / 8 = 0.4375
    // lo: x = 80/4 = 20, s = (120 + 20) / 8 = 17.5; hi: x = (300 + 80) / 4 = 95,
    // s = (570 + 20) / 8 = 73.75
    Case(["b": 80, "c": 10], nil, "insufficient_data", coverage: 0.4375, 17.5...73.75, [:]),
    Case([:], nil, "insufficient_data", coverage: 0, 0...100, [:]),
    Case(
      ["a": 75, "b": 75, "c": 75], 75, "critical", coverage: 1, 75...75,
      ["a": 42.1875, "b": 14.0625, "c": 18.75]),
    Case(
      ["a": 0, "b": 0, "c": 0], 0, "low", coverage: 1, 0...0, ["a": 0, "b": 0, "c": 0]),
  ])
  func `means of means`(_ example: Case) throws {
    try expect(try policy(Self.nested), example)
  }

  // Known at 0 in one domain and at 100 in the other, each beside an unknown from 40 to 60.
  @Test func `the interval is that of the whole score`() throws {
    // x: lo = (0 + 40) / 2 = 20, hi = (0 + 60) / 2 = 30; y: lo = (100 + 40) / 2 = 70, hi = 80
    // s = (0 + 100) / 2 = 50 from what is known; lo = (20 + 70) / 2 = 45, hi = (30 + 80) / 2 = 55
    let policy = try policy(
      """
      factors:
        a: {domain: x, points: a, weight: 1}
        b: {domain: x, from: b, curve: [[0, 40], [1, 60]], weight: 1}
        c: {domain: y, points: c, weight: 1}
        d: {domain: y, from: d, curve: [[0, 40], [1, 60]], weight: 1}
      domains:
        x: {weight: 1}
        y: {weight: 1}
      scores:
        s: {levels: {low: 0}}
      """)
    try expect(
      policy,
      Case(["a": 0, "c": 100], 50, "low", coverage: 0.5, 45...55, ["a": 0, "c": 50]))
    // Only a is known: x as before, y: lo = (0 + 40) / 2 = 20, hi = (100 + 60) / 2 = 80
    // lo = (20 + 20) / 2, hi = (30 + 80) / 2
    try expect(
      policy,
      Case(["a": 0], nil, "insufficient_data", coverage: 0.25, 20...55, [:]))
  }

  @Test func `the interval holds the score`() throws {
    // s = 0 from what is known; lo = (0 + 40) / 2 = 20, hi = (0 + 60) / 2 = 30
    try expect(
      try policy(
        """
        factors:
          a: {domain: x, points: a, weight: 1}
          b: {domain: x, from: b, curve: [[0, 40], [1, 60]], weight: 1}
        domains:
          x: {weight: 1}
        scores:
          s: {levels: {low: 0}}
        """),
      Case(["a": 0], 0, "low", coverage: 0.5, 0...30, ["a": 0]))
  }

  // MARK: Levels

  @Test(arguments: [
    (0, "low"), (34.999, "low"), (35, "elevated"), (54.999, "elevated"), (55, "high"),
    (74.999, "high"), (75, "critical"), (100, "critical"),
  ])
  func `a level starts on its bound`(_ points: Double, _ level: String) throws {
    let policy = try policy(Self.nested)
    let record: Record = ["a": .number(points), "b": .number(points), "c": .number(points)]
    #expect(try policy.assess(record).score.level == level)
  }

  static let movingLevels = """
    parameters:
      concern: {by: group, values: {red: 40, green: 60}}
    factors:
      a: {domain: x, points: a, weight: 1}
    domains:
      x: {weight: 1}
    scores:
      s: {levels: {low: 0, high: concern, critical: 80}}
    alerts:
      calm: {when: "level.s == 'low'", severity: low, owner: lead, message: calm}
    """

  @Test(arguments: [
    ("red", 39.9, "low"), ("red", 40.0, "high"), ("green", 40.0, "low"), ("green", 60.0, "high"),
    ("green", 80.0, "critical"), ("blue", 80.0, "critical"),
    // A bound that is unknown may have been reached.
    ("blue", 79.9, nil), ("blue", 0.0, nil), ("", 50.0, nil),
  ])
  func `a bound may be a parameter`(_ group: String, _ points: Double, _ level: String?) throws {
    let assessment = try policy(Self.movingLevels)
      .assess(["a": .number(points), "group": .text(group)])
    #expect(assessment.score.value == points)
    #expect(assessment.score.level == level)
    #expect(assessment.undetermined.map(\.id) == (level == nil ? ["calm"] : []))
    if level == nil {
      let cause = try #require(assessment.undetermined[0].missing.causes.first)
      #expect(["group", "concern"].contains(cause.name))
      #expect(assessment.score.missing.causes.contains(cause))
    }
  }

  // MARK: Floors

  static let floors = """
    factors:
      a: {domain: x, points: a, weight: 1}
      b: {domain: y, points: b, weight: 1}
    domains:
      x:
        weight: 1
        floors:
          - {when: "c >= 1", at_least: 60, label: First}
          - {when: "c >= 2", at_least: 80}
          - {when: "c >= 3", at_least: 80}
      y: {weight: 3}
    scores:
      s:
        levels: {low: 0, high: 50}
        floors: [{when: "d > 0", at_least: 70}, {when: "d > 1", at_least: 90}]
    """

  @Test(arguments: [
    // no floor: (1*20 + 3*40) / 4 = 35
    Case(
      ["a": 20, "b": 40, "c": 0, "d": 0], 35, "low", coverage: 1, 35...35, ["a": 5, "b": 30]),
    // x = max(20, 60): s = (60 + 120) / 4 = 45; driver 1/4 * (60 - 20) = 10
    Case(
      ["a": 20, "b": 40, "c": 1, "d": 0], 45, "low", coverage: 1, 45...45,
      ["a": 5, "x[0]": 10, "b": 30]),
    // the first of the highest: x = 80, s = 50; driver 1/4 * (80 - 20) = 15
    Case(
      ["a": 20, "b": 40, "c": 3, "d": 0], 50, "high", coverage: 1, 50...50,
      ["a": 5, "x[1]": 15, "b": 30]),
    // a floor at or below the mean adds nothing
    Case(
      ["a": 80, "b": 40, "c": 3, "d": 0], 50, "high", coverage: 1, 50...50, ["a": 20, "b": 30]),
    // s = max(45, 70): the score's floor adds 25
    Case(
      ["a": 20, "b": 40, "c": 1, "d": 1], 70, "high", coverage: 1, 70...70,
      ["a": 5, "x[0]": 10, "b": 30, "[0]": 25]),
    Case(
      ["a": 20, "b": 40, "c": 1, "d": 2], 90, "high", coverage: 1, 90...90,
      ["a": 5, "x[0]": 10, "b": 30, "[1]": 45]),
    // c unknown: any of x's floors may hold; hi: x = 80, s = 50
    Case(
      ["a": 20, "b": 40, "d": 0], 35, "low", coverage: 1, 35...50, ["a": 5, "b": 30]),
    // d unknown: hi = 90
    Case(
      ["a": 20, "b": 40, "c": 0], 35, "low", coverage: 1, 35...90, ["a": 5, "b": 30]),
    // x known by its floor alone: s = (1*60 + 3*40) / 4 = 45, coverage 3/4
    // lo: x = 60; hi: x = 100, s = (100 + 120) / 4 = 55
    Case(
      ["b": 40, "c": 1, "d": 0], 45, "low", coverage: 0.75, 45...55, ["x[0]": 15, "b": 30]),
    // coverage 1/4 is too little, and a floor holds: the highest of them is the score
    // lo: max((20 + 0) / 4, 70); hi: max((20 + 300) / 4, 70)
    Case(
      ["a": 20, "c": 0, "d": 1], 70, "high", coverage: 0.25, 70...80, ["[0]": 70],
      isPartial: true),
    Case(["d": 2], 90, "high", coverage: 0, 90...100, ["[1]": 90], isPartial: true),
    // too little, and no floor is known to hold; lo = 20/4, hi = max((20 + 300) / 4, 90)
    Case(["a": 20, "c": 0], nil, "insufficient_data", coverage: 0.25, 5...90, [:]),
    // a domain's floor is none of the score's: coverage stays 0
    // lo = (60 + 0) / 4 = 15; hi = (100 + 300) / 4
    Case(["c": 1, "d": 0], nil, "insufficient_data", coverage: 0, 15...100, [:]),
  ])
  func `floors lift`(_ example: Case) throws {
    try expect(try policy(Self.floors), example)
  }

  @Test func `a floor bears its label`() throws {
    let drivers = try policy(Self.floors).assess(["a": 20, "b": 40, "c": 1, "d": 1]).score.drivers
    #expect(drivers.map(\.label) == ["A", "First", "B", "Floor of S"])
    #expect(drivers.map(\.points) == [20, 60, 40, 70])
  }

  // The height of a floor is unknown for blue.
  static let movingFloor = """
    parameters:
      height: {by: group, values: {red: 60, green: 90}}
    factors:
      a: {domain: x, points: a, weight: 1}
    domains:
      x: {weight: 1}
    scores:
      s:
        levels: {low: 0}
        floors: [{when: "b > 0", at_least: height}]
    """

  @Test(arguments: [
    Case(
      ["a": 50, "b": 1, "group": "red"], 60, "low", coverage: 1, 60...60, ["a": 50, "[0]": 10]),
    Case(
      ["a": 50, "b": 1, "group": "green"], 90, "low", coverage: 1, 90...90, ["a": 50, "[0]": 40]),
    // A floor of unknown height may be the highest.
    Case(["a": 50, "b": 1, "group": "blue"], 50, "low", coverage: 1, 50...100, ["a": 50]),
    Case(["a": 50, "group": "red"], 50, "low", coverage: 1, 50...60, ["a": 50]),
    // A floor that does not hold says nothing, however high it is.
    Case(["a": 50, "b": 0, "group": "blue"], 50, "low", coverage: 1, 50...50, ["a": 50]),
  ])
  func `the height of a floor may be a parameter`(_ example: Case) throws {
    try expect(try policy(Self.movingFloor), example)
  }

  @Test func `a floor that does not hold names nothing as missing`() throws {
    let score = try policy(Self.movingFloor).assess(["a": 50, "b": 0, "group": "blue"]).score
    #expect(score.missing.causes.isEmpty)
  }

  // MARK: Weights

  @Test(arguments: [
    // b is computed and left out: s = 40
    Case(["a": 40, "b": 90], 40, "low", coverage: 1, 40...40, ["a": 40]),
    // and whether it is known matters to nothing
    Case(["a": 40], 40, "low", coverage: 1, 40...40, ["a": 40]),
  ])
  func `a weight of 0 leaves a factor out`(_ example: Case) throws {
    let policy = try policy(
      """
      factors:
        a: {domain: x, points: a, weight: 2}
        b: {domain: x, points: b, weight: 0}
      domains:
        x: {weight: 1}
      scores:
        s: {levels: {low: 0}}
      """)
    try expect(policy, example)
    let score = try policy.assess(example.record).score
    #expect(score.domains[0].factors[1].points == (example.record.entries["b"] == nil ? nil : 90))
    #expect(score.missing.causes.isEmpty)
  }

  @Test(arguments: ["", "red", "blue"])
  func `a weight of 0 leaves a domain out, whatever is unknown in it`(_ group: String) throws {
    let policy = try policy(
      """
      parameters:
        stress: {by: group, values: {red: 2}}
      factors:
        a: {domain: x, points: a, weight: 2}
        b: {domain: y, points: b, weight: stress}
      domains:
        x: {weight: 1}
        y: {weight: 0}
      scores:
        s: {levels: {low: 0}}
      """)
    try expect(
      policy,
      Case(
        ["a": 40, "group": .text(group)], 40, "low", coverage: 1, 40...40, ["a": 40]))
    #expect(try policy.assess(["a": 40, "group": .text(group)]).score.missing.causes.isEmpty)
  }

  static let byGroup = """
    parameters:
      stress: {default: 1, by: group, values: {red: 3, green: 0}}
    factors:
      a: {domain: x, points: a, weight: stress}
      b: {domain: x, points: b, weight: 1}
    domains:
      x: {weight: 1}
    scores:
      s: {levels: {low: 0}}
    """

  @Test(
    arguments: [
      // (3*40 + 80) / 4; b alone; (40 + 80) / 2 by the default, listed or not
      (["a": 40, "b": 80, "group": "red"], 50, []),
      (["a": 40, "b": 80, "group": "green"], 80, []),
      (["a": 40, "b": 80, "group": "blue"], 60, ["blue"]),
      (["a": 40, "b": 80], 60, [nil]),
      (["a": 40, "b": 80, "group": "violet"], 60, [nil]),
    ] as [(Record, Double, [String?])])
  func `a weight may be a parameter`(
    _ record: Record, _ value: Double, _ defaulted: [String?]
  ) throws {
    let assessment = try policy(Self.byGroup).assess(record)
    #expect(assessment.score.value == value)
    #expect(assessment.defaulted.map(\.value) == defaulted)
    #expect(assessment.defaulted.allSatisfy { $0.parameter == "stress" && $0.key == "group" })
  }

  // A weight without a default: what it weighs is unknown for blue.
  static let unknownWeight = """
    parameters:
      stress: {by: group, values: {red: 3}}
    factors:
      a: {domain: x, points: a, weight: stress}
      b: {domain: y, points: b, weight: 1}
    domains:
      x: {weight: 1, floors: [{when: "d > 0", at_least: 30}]}
      y: {weight: 3}
    scores:
      s: {levels: {low: 0}, floors: [{when: "c > 0", at_least: 80}]}
    """

  @Test(arguments: [
    // (40 + 3*80) / 4
    Case(
      ["a": 40, "b": 80, "c": 0, "d": 0, "group": "red"], 70, "low", coverage: 1, 70...70,
      ["a": 10, "b": 60]),
    // x is unknown, as if its factors were: coverage 3/4, lo = 3*80 / 4, hi = (100 + 240) / 4
    Case(
      ["a": 40, "b": 80, "c": 0, "d": 0, "group": "blue"], 80, "low", coverage: 0.75, 60...85,
      ["b": 80]),
    Case(
      ["a": 40, "b": 80, "c": 0, "d": 0], 80, "low", coverage: 0.75, 60...85, ["b": 80]),
    // its floor holds all the same: (30 + 240) / 4 = 67.5
    Case(
      ["a": 40, "b": 80, "c": 0, "d": 1], 67.5, "low", coverage: 0.75, 67.5...85,
      ["x[0]": 7.5, "b": 60]),
  ])
  func `an unknown weight of a factor makes its domain unknown`(_ example: Case) throws {
    let policy = try policy(Self.unknownWeight)
    try expect(policy, example)
    let assessment = try policy.assess(example.record)
    #expect(assessment.score.missing.causes.isEmpty == (example.coverage == 1))
  }

  @Test(arguments: [
    Case(
      ["a": 40, "c": 0, "group": "red"], 40, "low", coverage: 1, 40...40, ["a": 40]),
    Case(["a": 40, "c": 0], nil, "insufficient_data", coverage: 0, 0...100, [:]),
    // Who is known to be in danger is not hidden by an unknown weight.
    Case(["a": 40, "c": 1], 80, "low", coverage: 0, 80...100, ["[0]": 80], isPartial: true),
  ])
  func `an unknown weight of a domain makes the score unknown`(_ example: Case) throws {
    let policy = try policy(
      """
      parameters:
        stress: {by: group, values: {red: 3}}
      factors:
        a: {domain: x, points: a, weight: 1}
      domains:
        x: {weight: stress}
      scores:
        s: {levels: {low: 0}, floors: [{when: "c > 0", at_least: 80}]}
      """)
    try expect(policy, example)
  }

  @Test func `weights of any size do no harm`() throws {
    let policy = try policy(
      """
      factors:
        a: {domain: x, points: a, weight: 1e308}
        b: {domain: x, points: b, weight: 1e308}
      domains:
        x: {weight: 1e308}
      scores:
        s: {levels: {low: 0}, minimum_coverage: 0}
      """)
    let score = try policy.assess(["a": 40, "b": 80]).score
    #expect(score.value == nil)
    #expect(score.interval == 0...100)
    #expect(!score.missing.causes.isEmpty)
  }

  // MARK: Applies

  static let applying = """
    factors:
      a: {domain: x, points: a, weight: 3, applies: "yes"}
      b: {domain: x, from: b, curve: [[0, 0], [100, 100]], weight: 1}
      c: {domain: y, points: c, weight: 1, applies: "no"}
    domains:
      x: {weight: 1}
      y: {weight: 1}
    scores:
      s: {levels: {low: 0}}
    """

  @Test(arguments: [
    // all apply: x = (3*40 + 80) / 4 = 50; s = (50 + 10) / 2 = 30
    Case(
      ["a": 40, "b": 80, "c": 10, "yes": true, "no": true], 30, "low", coverage: 1, 30...30,
      ["a": 15, "b": 10, "c": 5]),
    // a does not: x = 80; s = (80 + 10) / 2
    Case(
      ["a": 40, "b": 80, "c": 10, "yes": false, "no": true], 45, "low", coverage: 1, 45...45,
      ["b": 40, "c": 5]),
    // nor whether a is known
    Case(
      ["b": 80, "c": 10, "yes": false, "no": true], 45, "low", coverage: 1, 45...45,
      ["b": 40, "c": 5]),
    // nothing in y applies: y is out of weights and coverage
    Case(
      ["a": 40, "b": 80, "c": 10, "yes": true, "no": false], 50, "low", coverage: 1, 50...50,
      ["a": 30, "b": 20]),
    // unknown whether a applies: its points are unknown; coverage = (1/4 + 1) / 2 = 0.625
    // s = (80 + 10) / 2; lo: x = 80/4, s = (20 + 10) / 2; hi: x = (300 + 80) / 4, s = (95 + 10) / 2
    Case(
      ["a": 40, "b": 80, "c": 10, "no": true], 45, "low", coverage: 0.625, 15...52.5,
      ["b": 40, "c": 5]),
    // nothing known of y: coverage 1/2; lo = 50/2, hi = 150/2
    Case(
      ["a": 40, "b": 80, "c": 10, "yes": true], 50, "low", coverage: 0.5, 25...75,
      ["a": 30, "b": 20]),
  ])
  func `a factor that does not apply is out`(_ example: Case) throws {
    try expect(try policy(Self.applying), example)
  }

  @Test func `where nothing applies nothing is said`() throws {
    let policy = try policy(
      """
      factors:
        a: {domain: x, points: a, weight: 3, applies: "yes"}
      domains:
        x: {weight: 1}
      scores:
        s: {levels: {low: 0}}
      alerts:
        grave: {when: "score.s > 50", severity: high, owner: lead, message: grave}
        deep: {when: "domain.x > 50", severity: high, owner: lead, message: deep}
        far: {when: "points.a > 50", severity: high, owner: lead, message: far}
      """)
    let assessment = try policy.assess(["a": 90, "yes": false])
    #expect(assessment.score.value == nil)
    #expect(assessment.score.level == "insufficient_data")
    #expect(assessment.undetermined.map(\.id) == ["grave", "deep", "far"])
    for (alert, name) in zip(assessment.undetermined, ["score.s", "domain.x", "points.a"]) {
      #expect(alert.missing == Unknown(name, .notApplicable))
    }
  }

  @Test func `a floor speaks for a domain in which nothing applies`() throws {
    // x = 60 by its floor, with nothing to know: s = (60 + 20) / 2, coverage that of y
    let policy = try policy(
      """
      factors:
        a: {domain: x, points: a, weight: 3, applies: "yes"}
        b: {domain: y, points: b, weight: 1}
      domains:
        x: {weight: 1, floors: [{when: "c > 0", at_least: 60}]}
        y: {weight: 1}
      scores:
        s: {levels: {low: 0}}
      """)
    try expect(
      policy,
      Case(
        ["a": 90, "b": 20, "c": 1, "yes": false], 40, "low", coverage: 1, 40...40,
        ["x[0]": 30, "b": 10]))
    try expect(
      policy,
      Case(
        ["a": 90, "b": 20, "c": 0, "yes": false], 20, "low", coverage: 1, 20...20, ["b": 20]))
  }

  // MARK: Coverage

  @Test func `a domain may ask for coverage of its own`() throws {
    let policy = try policy(
      """
      factors:
        a: {domain: x, points: a, weight: 2}
        b: {domain: x, points: b, weight: 2}
        c: {domain: y, points: c, weight: 1}
      domains:
        x: {weight: 1, minimum_coverage: 0.6, floors: [{when: "d > 0", at_least: 30}]}
        y: {weight: 1}
      scores:
        s: {levels: {low: 0}}
      """)
    // x has 2/4 and is unknown: s = c; coverage = (1/2 + 1) / 2
    // lo: x = (2*90 + 0) / 4, s = (45 + 10) / 2; hi: x = (180 + 200) / 4, s = (95 + 10) / 2
    // and the interval holds the score
    try expect(
      policy,
      Case(["a": 90, "c": 10, "d": 0], 10, "low", coverage: 0.75, 10...52.5, ["c": 10]))
    // its floor is all that it says: s = (30 + 10) / 2
    try expect(
      policy,
      Case(
        ["a": 90, "c": 10, "d": 1], 20, "low", coverage: 0.75, 20...52.5,
        ["x[0]": 15, "c": 5]))
    let domain = try policy.assess(["a": 90, "c": 10, "d": 0]).score.domains[0]
    #expect(domain.value == nil)
    #expect(domain.coverage == 0.5)
  }

  @Test(
    arguments: [
      (["a": 40], 40, "low"), ([:], nil, nil),
    ] as [(Record, Double?, String?)])
  func `a minimum of 0 takes what there is`(
    _ record: Record, _ value: Double?, _ level: String?
  ) throws {
    let score = try policy(
      """
      factors:
        a: {domain: x, points: a, weight: 1}
        b: {domain: x, points: b, weight: 9}
      domains:
        x: {weight: 1}
      scores:
        s: {levels: {low: 0}, minimum_coverage: 0}
      """
    ).assess(record).score
    #expect(score.value == value)
    #expect(score.level == level)
    #expect(score.isPartial == false)
  }

  @Test(arguments: [49.0, 7, 3, 0.1])
  func `coverage on the minimum is enough`(_ weight: Double) throws {
    // 49 * 1 / 49 is 1, while 49 * (1 / 49) is less.
    let policy = try policy(
      """
      factors:
        a: {domain: x, points: a, weight: 1}
        b: {domain: x, points: b, weight: 48}
        c: {domain: y, points: c, weight: 0.3}
        d: {domain: y, points: d, weight: 0.7}
      domains:
        x: {weight: 49}
        y: {weight: \(weight)}
      scores:
        s: {levels: {low: 0}, minimum_coverage: 1}
      """)
    #expect(try policy.assess(["a": 1, "b": 1, "c": 1, "d": 1]).score.coverage == 1)
    let half = try policy.assess(["a": 1, "c": 1, "d": 1]).score.coverage
    #expect(half == (1 + weight) / (49 + weight))
  }

  // MARK: The worst alone

  static let worst = """
    factors:
      a: {domain: x, points: a, weight: 1}
      b: {domain: x, points: b, weight: 9}
      c: {domain: y, points: c, weight: 1}
      d: {domain: y, points: d, weight: 0}
    domains:
      x: {weight: 1, combine: max}
      y: {weight: 3, combine: max}
    scores:
      s: {levels: {low: 0}, combine: max}
    """

  @Test(arguments: [
    // the largest is the whole driver
    Case(["a": 70, "b": 20, "c": 60, "d": 99], 70, "low", coverage: 1, 70...70, ["a": 70]),
    // the first of equals
    Case(["a": 60, "b": 60, "c": 60, "d": 99], 60, "low", coverage: 1, 60...60, ["a": 60]),
    Case(["a": 10, "b": 20, "c": 60, "d": 99], 60, "low", coverage: 1, 60...60, ["c": 60]),
    // b unknown: coverage (1/10 + 3) / 4; hi = 100
    Case(["a": 10, "c": 60, "d": 99], 60, "low", coverage: 0.775, 60...100, ["c": 60]),
    Case(["a": 0, "b": 0, "c": 0], 0, "low", coverage: 1, 0...0, ["a": 0]),
    Case(["a": 10, "b": 20], nil, "insufficient_data", coverage: 0.25, 20...100, [:]),
  ])
  func `the worst counts alone`(_ example: Case) throws {
    try expect(try policy(Self.worst), example)
  }
}
