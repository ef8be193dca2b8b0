import Belay
import CEL
import Tables
import Testing

@Suite struct AlertTests {
  private func message(_ template: String, _ record: Record) throws -> String? {
    try policy(
      """
      parameters:
        cap: {default: 20}
      measures:
        ratio: "a / b"
        whole: "int(a)"
        names: "[group]"
      factors:
        f: {domain: x, points: a, weight: 1}
      domains:
        x: {weight: 1}
      scores:
        s: {levels: {low: 0, high: 50}}
      alerts:
        told: {when: "true", severity: low, owner: lead, message: \(template)}
      """
    ).assess(record).alerts.first?.message
  }

  @Test(
    arguments: [
      ("plain", [:], "plain"),
      ("\"{a}\"", ["a": 3], "3"),
      ("\"{a}\"", ["a": 2.50], "2.5"),
      ("\"{a:.1f} of 7.\"", ["a": 4.25], "4.2 of 7."),
      ("\"{a:.0f}/{b:.3f}\"", ["a": 2.5, "b": -0.0001], "2/0.000"),
      ("\"{ratio:.2f}\"", ["a": 1, "b": 3], "0.33"),
      ("\"{ratio:.2f}\"", ["a": 1, "b": 0], "unknown"),
      ("\"{a} and {b:.1f}\"", [:], "unknown and unknown"),
      ("\"{whole}\"", ["a": 3.9], "3"),
      ("\"{whole:.1f}\"", ["a": 3.9], "3.0"),
      ("\"{group}, {yes}, {no}\"", ["group": "red", "yes": true, "no": false], "red, yes, no"),
      ("\"{cap}\"", [:], "20"),
      (
        "\"{points.f} {domain.x} {score.s} {level.s} {coverage.s}\"", ["a": 55.5],
        "55.5 55.5 55.5 high 1"
      ),
      ("\"{score.s} {level.s} {coverage.s}\"", [:], "unknown insufficient_data 0"),
      ("\"{alert.told}\"", [:], nil),
      ("\"{{{a}}}\"", ["a": 3], "{3}"),
    ] as [(String, Record, String?)])
  func `a message is filled in`(_ template: String, _ record: Record, _ text: String?) throws {
    guard let text else {
      // An alert cannot tell of itself.
      #expect(throws: (any Error).self) { try message(template, record) }
      return
    }
    #expect(try message(template, record) == text)
  }

  @Test(
    arguments: [
      (0, 0, .medium), (2, 0, .high), (2, 1, .critical), (0, 1, .critical),
      // What is unknown does not make it graver.
      (nil, 0, .medium), (nil, 1, .critical), (2, nil, .high), (nil, nil, .medium),
    ] as [(Double?, Double?, Severity)])
  func `the gravest severity whose condition holds counts`(
    _ penalties: Double?, _ deaths: Double?, _ severity: Severity
  ) throws {
    let policy = try policy(
      """
      alerts:
        facade:
          when: "c > 0"
          severity: {critical: "b >= 1", medium: "true", high: "a >= 2"}
          owner: lead
          message: m
      """)
    var record: Record = ["c": 1]
    if let penalties { record.entries["a"] = .number(penalties) }
    if let deaths { record.entries["b"] = .number(deaths) }
    #expect(try policy.assess(record).alerts.map(\.severity) == [severity])
  }

  @Test func `where no severity is known the mildest named stands`() throws {
    let policy = try policy(
      """
      alerts:
        facade: {when: "c > 0", severity: {critical: "b >= 1", high: "a >= 2"}, owner: lead, message: m}
      """)
    #expect(try policy.assess(["c": 1]).alerts.map(\.severity) == [.high])
    #expect(try policy.assess(["c": 1, "a": 0, "b": 0]).alerts.map(\.severity) == [.high])
  }

  @Test(
    arguments: [
      ("a > 1 && b > 1", ["a": 2, "b": 2], true, []),
      ("a > 1 && b > 1", ["a": 0], false, []),
      ("a > 1 && b > 1", ["a": 2], nil, ["b"]),
      ("a > 1 || b > 1", ["a": 2], true, []),
      ("a > 1 || b > 1", ["b": 0], nil, ["a"]),
      ("!(a > 1)", [:], nil, ["a"]),
      ("a / b > 1", ["a": 2, "b": 0], nil, ["a / b"]),
      ("a + b > c", ["c": 1], nil, ["a", "b"]),
      ("known(a)", [:], false, []),
      ("or_else(a, 5) > 1", [:], true, []),
      ("at_least(2, [a > 1, b > 1, c > 1])", ["a": 2, "b": 2], true, []),
      ("at_least(2, [a > 1, b > 1, c > 1])", ["a": 0, "b": 0], false, []),
      ("at_least(2, [a > 1, b > 1, c > 1])", ["a": 0, "b": 2], nil, ["c"]),
      ("a > 1", ["a": 1001], nil, ["a"]),
    ] as [(String, Record, Bool?, [String])])
  func `an alert fires, does not, or is undetermined`(
    _ condition: String, _ record: Record, _ fires: Bool?, _ missing: [String]
  ) throws {
    let assessment = try policy(
      """
      alerts:
        told: {when: "\(condition)", severity: low, owner: lead, message: m}
        second: {when: "alert.told", severity: low, owner: lead, message: m}
      interventions:
        help: {kind: structural, title: Help, when: "alert.told"}
      """
    ).assess(record)
    #expect(assessment.alerts.map(\.id) == (fires == true ? ["told", "second"] : []))
    #expect(assessment.undetermined.map(\.id) == (fires == nil ? ["told", "second"] : []))
    for alert in assessment.undetermined {
      #expect(alert.missing.causes.map(\.name) == missing)
    }
    #expect(assessment.interventions.map(\.id) == (fires == true ? ["help"] : []))
  }

  // MARK: Interventions

  static let interventions = """
    interventions:
      late: {kind: peer, title: Late, when: "a > 0", priority: 20}
      first: {kind: structural, title: First, when: "a > 0", priority: 5}
      never: {kind: perk, title: Never, priority: 1}
      plain: {kind: structural, title: Plain, when: "a > 0"}
      guarded: {kind: structural, title: Guarded, when: "a > 0", unless: "b > 0", priority: 7}
      second: {kind: structural, title: Second, when: "a > 0", priority: 5}
      needy: {kind: individual, title: Needy, when: "a > 0", requires: [guarded, first], priority: 2}
      needier: {kind: individual, title: Needier, when: "a > 0", requires: [needy], priority: 3}
      forlorn: {kind: individual, title: Forlorn, when: "a > 0", requires: [never], priority: 4}
      odd: {kind: individual, title: Odd, when: "a > 0", priority: -1.5}
    """

  @Test(
    arguments: [
      (
        ["a": 1, "b": 0],
        ["odd", "needy", "needier", "first", "second", "guarded", "late", "plain"]
      ),
      (["a": 1, "b": 1], ["odd", "first", "second", "late", "plain"]),
      // Whether it should not be is unknown: it is not.
      (["a": 1], ["odd", "first", "second", "late", "plain"]),
      (["a": 0, "b": 0], []),
      (["b": 0], []),
    ] as [(Record, [String])])
  func `interventions are recommended by priority, then in policy order`(
    _ record: Record, _ names: [String]
  ) throws {
    let policy = try policy(Self.interventions)
    #expect(try policy.assess(record).interventions.map(\.id) == names)
  }

  // MARK: Faults

  @Test(arguments: [
    ("int(a * 1e300)", Fault.Kind.overflow),
    ("int(group)", Fault.Kind.conversion),
    ("[1.0, 2.0][int(a)]", Fault.Kind.indexOutOfRange),
    ("9223372036854775807 + int(a)", Fault.Kind.overflow),
  ])
  func `a fault becomes unknown at its quantity, counted and shown`(
    _ expression: String, _ kind: Fault.Kind
  ) throws {
    let policy = try policy(
      """
      measures:
        broken: {expr: "\(expression)", show: true}
        built: {expr: "broken + 1", show: true}
      factors:
        f: {domain: x, from: broken, curve: [[0, 0], [1, 100]], weight: 1}
        g: {domain: x, points: b, weight: 1}
      domains:
        x: {weight: 1}
      scores:
        s: {levels: {low: 0}}
      alerts:
        told: {when: "broken > 0", severity: low, owner: lead, message: m}
      """)
    let record: Record = ["a": 900, "b": 30, "group": "red"]
    let assessment = try policy.assess(record)
    #expect(assessment.faults.map(\.quantity) == ["broken"])
    #expect(assessment.faults.map(\.fault.kind) == [kind])
    let cause = Unknown("broken", .fault(assessment.faults[0].fault))
    #expect(assessment.measures.map(\.value) == [.unknown(cause), .unknown(cause)])
    #expect(assessment.score.domains[0].factors[0].missing == cause)
    #expect(assessment.undetermined.map(\.missing) == [cause])
    #expect(assessment.score.missing == cause)
    #expect(assessment.score.value == 30)
    #expect(assessment.score.coverage == 0.5)

    let rows = "id,a,b,c,d,group,yes,no\nann,900,30,,,red,,\nbob,900,30,,,red,,\n"
    let table = try TableReader(schema: policy.tableSchema(for: .provider)!)
      .read(Array(rows.utf8), name: "rows.csv", format: .csv).table
    #expect(policy.assess(table).faultCount == 2)
  }

  @Test(arguments: [
    ("factors: {f: {domain: x, points: \"int(group)\", weight: 1}}", "points.f"),
    ("factors: {f: {domain: x, points: a, applies: \"int(group) > 0\", weight: 1}}", "points.f"),
    (
      "factors: {f: {domain: x, when: {if: \"int(group) > 0\", then: 1, else: 2}, weight: 1}}",
      "points.f"
    ),
    ("factors: {f: {domain: x, from: \"int(group)\", bands: [[0, 5]], weight: 1}}", "points.f"),
    ("alerts: {t: {when: \"int(group) > 0\", severity: low, owner: l, message: m}}", "alert.t"),
    (
      "alerts: {t: {when: \"a > 0\", severity: {high: \"int(group) > 0\"}, owner: l, message: m}}",
      "alert.t"
    ),
    ("interventions: {h: {kind: peer, title: H, when: \"int(group) > 0\"}}", "intervention.h"),
    (
      "interventions: {h: {kind: peer, title: H, when: \"a > 0\", unless: \"int(group) > 0\"}}",
      "intervention.h"
    ),
  ])
  func `every quantity shows the fault that it met`(_ section: String, _ quantity: String) throws {
    let scoring =
      section.hasPrefix("factors")
      ? "\ndomains: {x: {weight: 1}}\nscores: {s: {levels: {low: 0}}}" : ""
    let assessment = try policy(section + scoring).assess(["a": 1, "group": "red"])
    #expect(assessment.faults.map(\.quantity) == [quantity])
    #expect(assessment.faults.map(\.fault.kind) == [.conversion])
  }

  @Test func `floors show the fault that they met`() throws {
    let assessment = try policy(
      """
      factors:
        f: {domain: x, points: a, weight: 1}
      domains:
        x: {weight: 1, floors: [{when: "int(group) > 0", at_least: 50}]}
      scores:
        s: {levels: {low: 0}, floors: [{when: "int(group) > 1", at_least: 80}]}
      """
    ).assess(["a": 10, "group": "red"])
    #expect(assessment.faults.map(\.quantity) == ["domain.x", "score.s"])
    #expect(assessment.score.value == 10)
    #expect(assessment.score.interval == 10...80)
  }
}
