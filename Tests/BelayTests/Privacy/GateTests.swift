import Belay
import BelayYAML
import CEL
import Tables
import TestSupport
import Testing

@Suite struct GateTests {
  /// A team's survey figure from 1 to 7: a step is 0.3, the end steps are 1.3 and 6.7.
  private func survey(privacy: String = "", range: String = "[1, 7]") throws -> CompiledPolicy {
    try CompiledPolicy(
      yaml: """
        belay: 1
        policy: test
        inputs:
          team: {type: text, role: team}
          safety: {scope: team, type: number, range: \(range), confidential: true, respondents: answers}
          answers: {scope: team, type: number, range: [0, 500]}
        measures:
          doubled: {expr: "safety * 2", show: true}
          shown: {expr: "safety", show: true}
        factors:
          fear: {domain: voice, from: safety, curve: [[1, 100], [7, 0]], weight: 1}
        domains:
          voice: {weight: 1, floors: [{when: "safety < 2", at_least: 90}]}
        scores:
          risk: {levels: {low: 0, high: 50}, floors: [{when: "safety < 1.5", at_least: 95}]}
        alerts:
          unsafe:
            when: "safety < 4.5"
            severity: {medium: "true", high: "safety < 3"}
            owner: lead
            message: "Safety is {safety:.1f} of 7, risk {score.risk:.1f}."
          told: {when: "true", severity: low, owner: lead, message: "{safety}"}
        interventions:
          listen: {kind: communication, title: Listen, when: "safety < 4.5"}
        crisis_resources: [{region: US, name: Lifeline, contact: "988"}]
        \(privacy)
        """)
  }

  private func safety(_ assessment: Assessment) -> Double? {
    if case .value(.double(let value)) = assessment.measures[1].value { value } else { nil }
  }

  @Test(arguments: [
    // 4.37 is 3.37 / 6 * 20 = 11.23 steps up: 11 of 0.3 above 1
    (4.37, 4.3), (4.3, 4.3), (4.44, 4.3), (4.46, 4.6), (4.0, 4.0),
    // halfway between 10 and 11 steps: away from zero
    (4.15, 4.3),
    // The end steps are coded: whoever is beyond them reads like those on them.
    (1, 1.3), (1.01, 1.3), (1.3, 1.3), (1.44, 1.3), (1.46, 1.6),
    (7, 6.7), (6.99, 6.7), (6.7, 6.7), (6.56, 6.7), (6.54, 6.4),
  ])
  func `figures are rounded to steps of 5 % of their range`(
    _ raw: Double, _ admitted: Double
  ) throws {
    let value = try safety(
      survey().assess(["safety": .number(raw), "answers": 20], scope: .team))
    #expect(value == admitted)
  }

  @Test(arguments: [
    (1, "at most 1.3"), (1.3, "at most 1.3"), (1.6, "1.6"), (4.37, "4.3"), (6.4, "6.4"),
    (6.7, "at least 6.7"), (7, "at least 6.7"),
  ])
  func `end steps are told as such`(_ raw: Double, _ text: String) throws {
    let assessment = try survey().assess(
      ["safety": .number(raw), "answers": 20], scope: .team)
    #expect(assessment.alerts.last?.message.hasPrefix(text) == true)
    if raw < 4.5 {
      let start = assessment.alerts[0].message.prefix { $0 != "," }
      #expect(start == "Safety is \(text) of 7")
    }
  }

  @Test(
    arguments: [
      ("", 7, false), ("", 8, true), ("", nil, false), ("", 600, false), ("", 0, false),
      ("privacy: {minimum_group_size: 12}", 11, false),
      ("privacy: {minimum_group_size: 12}", 12, true),
      ("privacy: {minimum_group_size: 5}", 4, false),
      ("privacy: {minimum_group_size: 5}", 5, true),
    ] as [(String, Double?, Bool)])
  func `a figure of too few people is suppressed`(
    _ privacy: String, _ answers: Double?, _ isAdmitted: Bool
  ) throws {
    var record: Record = ["safety": 2.5]
    if let answers { record.entries["answers"] = .number(answers) }
    let assessment = try survey(privacy: privacy).assess(record, scope: .team)
    #expect((safety(assessment) != nil) == isAdmitted)
    guard !isAdmitted else { return }
    let suppressed = Unknown("safety", .suppressed)
    #expect(assessment.measures.map(\.value) == [.unknown(suppressed), .unknown(suppressed)])
    #expect(assessment.score.value == nil)
    #expect(assessment.score.missing == suppressed)
    #expect(assessment.undetermined.map(\.id) == ["unsafe"])
    #expect(assessment.undetermined[0].missing == suppressed)
    #expect(assessment.alerts.map(\.message) == ["unknown"])
    #expect(assessment.interventions.isEmpty)
  }

  @Test func `the minimum group size has a hard floor`() throws {
    #expect(throws: (any Error).self) { try survey(privacy: "privacy: {minimum_group_size: 4}") }
  }

  @Test func `a figure that is not there stays what it is`() throws {
    let assessment = try survey().assess(["answers": 20], scope: .team)
    #expect(assessment.score.missing == Unknown("safety", .absent))
    let outside = try survey().assess(["safety": 9, "answers": 20], scope: .team)
    #expect(outside.score.missing == Unknown("safety", .outOfRange))
  }

  /// Raw figures that the gate makes one, with different counts behind them.
  @Test(arguments: [
    (2.43, 2.57), (4.36, 4.44), (1, 1.44), (6.56, 7), (2.9, 2.901),
  ])
  func `everything reads what the gate lets through`(_ a: Double, _ b: Double) throws {
    let policy = try survey()
    let texts = try [(a, 8.0), (b, 437.0)].map { figure, answers in
      fullText(
        try policy.assess(
          ["team": "ward", "safety": .number(figure), "answers": .number(answers)], scope: .team))
    }
    #expect(texts[0] == texts[1])
  }

  @Test func `neither the raw figure nor the count is in a result`() throws {
    let policy = try survey()
    let raws = ["3.1234567", "6.9876543"]
    let rows = "team,safety,answers\nward,\(raws[0]),437\nlab,\(raws[1]),438\nbay,\(raws[0]),6\n"
    let table = try TableReader(schema: policy.tableSchema(for: .team)!)
      .read(Array(rows.utf8), name: "teams.csv", format: .csv).table
    let result = policy.assess(table, scope: .team)
    for i in 0..<3 {
      let text = fullText(result.assessment(at: i))
      for secret in raws + ["437", "438", "answers"] {
        #expect(!text.contains(secret), "\(secret)")
      }
    }
    #expect(result.scores[0].score.values[2].isNaN)
  }

  @Test(arguments: [(-5, 5), (0, 1), (0, 10), (1, 7), (0, 40), (1, 5), (-3.5, 17)])
  func `a step is the number that an author would write`(_ low: Double, _ high: Double) throws {
    for step in 1...19 {
      // In twentieths, exact where the step has a short decimal form.
      let expected = (low * 40 + (high - low) * 2 * Double(step)) / 40
      let value = try safety(
        survey(range: "[\(low), \(high)]")
          .assess(["safety": .number(expected), "answers": 9], scope: .team))
      #expect(value == expected)
    }
  }

  @Test func `rounding twice is rounding once`() throws {
    var random = SeededRandom(seed: 7)
    for _ in 0..<50 {
      let low = Double(random.number(-1000...1000)) / 10
      let high = low + Double(random.number(1...2000)) / 10
      let policy = try survey(range: "[\(low), \(high)]")
      for _ in 0..<20 {
        let raw = Double.random(in: low...high, using: &random)
        let once = try safety(policy.assess(["safety": .number(raw), "answers": 9], scope: .team))!
        let twice = try safety(
          policy.assess(["safety": .number(once), "answers": 9], scope: .team))!
        #expect(once == twice, "\(raw) of \(low) to \(high)")
        let step = (high - low) / 20
        #expect(once >= low + step * 0.999 && once <= high - step * 0.999)
      }
    }
  }
}
