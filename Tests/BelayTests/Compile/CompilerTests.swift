import Belay
import CEL
import Diagnostics
import Tables
import Testing

@Suite struct CompilerTests {
  private static let head = """
    belay: 1
    policy: example

    """

  private static func compile(_ text: String) throws -> CompiledPolicy {
    try MemoryFiles(head + text).compile()
  }

  private static func codes(_ text: String) -> [DiagnosticCode] {
    MemoryFiles(head + text).diagnostics.map(\.code)
  }

  // MARK: Names

  @Test func `of a dotted name the longest that is declared is meant`() throws {
    let policy = try Self.compile(
      """
      inputs:
        provider_id: {type: text, role: provider}
        inbox: {type: number}
      domains: {work: {weight: 1}}
      factors:
        inbox: {domain: work, points: "inbox * 10", weight: 1}
      scores:
        inbox: {levels: {low: 0, high: 50}}
      alerts:
        inbox:
          when: "inbox == 6.0 && points.inbox == 60.0 && score.inbox == 60.0"
          severity: {low: "true", high: "level.inbox == 'high' && coverage.inbox == 1.0"}
          owner: x
          message: "{inbox:.0f} {points.inbox:.0f} {domain.work:.0f} {level.inbox}"
        echo: {when: "alert.inbox", severity: low, owner: x, message: A}
      """)
    let result = try policy.assess(["inbox": 6])
    #expect(result.alerts.map(\.id) == ["inbox", "echo"])
    #expect(result.alerts[0].severity == .high)
    #expect(result.alerts[0].message == "6 60 60 high")
  }

  @Test func `variables of macros are no quantities`() throws {
    let policy = try Self.compile(
      """
      inputs:
        provider_id: {type: text, role: provider}
        hours: {type: number}
      alerts:
        a: {when: "[1, 2].all(x, x < hours)", severity: low, owner: x, message: A}
      """)
    #expect(policy.warnings.isEmpty)
    #expect(try policy.assess(["hours": 3]).alerts.map(\.id) == ["a"])
  }

  @Test func `quantities may be declared after what reads them`() throws {
    let policy = try Self.compile(
      """
      alerts:
        a: {when: "third > 0", severity: low, owner: x, message: "{third:.0f}"}
      measures:
        third: "second + 1"
        second: "first + 1"
        first: "hours + 1"
      inputs:
        hours: {type: number}
        provider_id: {type: text, role: provider}
      """)
    #expect(try policy.assess(["hours": 1]).alerts.map(\.message) == ["4"])
  }

  // MARK: Parameters

  private static let capacities = """
    inputs:
      provider_id: {type: text, role: provider}
      visits: {type: number}
      specialty: {type: text, role: group}
    parameters:
      capacity: {default: 20, by: specialty, values: {pediatrics: 26, psychiatry: 12}}
      strict: {by: specialty, values: {pediatrics: 26}}
    measures:
      load: {expr: "visits / capacity", show: true}
      strict_load: {expr: "visits / strict", show: true}
    """

  private static func shown(_ result: Assessment) -> [Double?] {
    result.measures.map { measure in
      switch measure.value {
      case .value(.double(let number)): number
      default: nil
      }
    }
  }

  @Test func `a parameter takes the value of its key, or its default, or is unknown`() throws {
    let policy = try Self.compile(Self.capacities)
    let pediatrics = try policy.assess(["visits": 13, "specialty": "pediatrics"])
    #expect(Self.shown(pediatrics) == [0.5, 0.5])
    #expect(pediatrics.defaulted.isEmpty)
    let psychiatry = try policy.assess(["visits": 6, "specialty": "psychiatry"])
    #expect(Self.shown(psychiatry) == [0.5, nil])
    let unlisted = try policy.assess(["visits": 10, "specialty": "surgery"])
    #expect(Self.shown(unlisted) == [0.5, nil])
    #expect(unlisted.defaulted.map(\.parameter) == ["capacity"])
    #expect(unlisted.defaulted.map(\.value) == ["surgery"])
    let absent = try policy.assess(["visits": 10])
    #expect(Self.shown(absent) == [0.5, nil])
    #expect(absent.defaulted.map(\.value) == [nil])
  }

  @Test func `a parameter takes the first of its rows that hits`() throws {
    let policy = try Self.compile(
      """
      time: {column: month, every: month}
      inputs:
        provider_id: {type: text, role: provider}
        unit_type: {type: text}
        shift: {type: text}
      parameters:
        ratio:
          default: 5
          rows:
            - {when: {unit_type: icu, shift: [night, late]}, value: 1}
            - {when: {unit_type: icu}, value: 2}
            - {when: {unit_type: medsurg}, from: 2026-07, until: 2026-08-31, value: 4}
            - {when: {unit_type: medsurg}, from: 2026-Q4, until: 2026-W53, value: 3}
        free: {rows: [{when: {shift: night}, value: 1}]}
        dated: {default: 1, rows: [{from: 2026-07-02, value: 2}]}
      measures:
        shown: {expr: "ratio", show: true}
        other: {expr: "free", show: true}
        third: {expr: "dated", show: true}
      """)
    func ratio(_ record: Record, _ period: String?) throws -> [Double?] {
      var record = record
      record.period = period.map { Period($0, every: .month)! }
      return Self.shown(try policy.assess(record))
    }
    #expect(try ratio(["unit_type": "icu", "shift": "night"], nil) == [1, 1, 1])
    #expect(try ratio(["unit_type": "icu", "shift": "late"], "2026-07") == [1, nil, 1])
    #expect(try ratio(["unit_type": "icu", "shift": "day"], "2026-08") == [2, nil, 2])
    #expect(try ratio(["unit_type": "icu"], nil) == [2, nil, 1])
    for (period, expected) in [
      ("2026-06", 5.0), ("2026-07", 4), ("2026-08", 4), ("2026-09", 5), ("2026-10", 3),
      ("2026-12", 3), ("2027-01", 3), ("2027-02", 5),
    ] {
      #expect(try ratio(["unit_type": "medsurg"], period)[0] == expected, "\(period)")
    }
    let unknown = try policy.assess(["unit_type": "medsurg"])
    #expect(
      unknown.defaulted.map { "\($0.parameter) \($0.key) \($0.value ?? "-")" } == [
        "ratio unit_type medsurg", "ratio shift -", "ratio period -", "dated period -",
      ])
    #expect(
      unknown.measures[1].value == .unknown(Unknown("shift", .absent)))
    var may = Record(["unit_type": "ward", "shift": "day"])
    may.period = Period("2026-05", every: .month)
    let known = try policy.assess(may)
    #expect(
      known.defaulted.map { "\($0.key) \($0.value ?? "-")" } == [
        "unit_type ward", "shift day", "period 2026-05-01",
      ])
  }

  @Test func `curves, weights, bounds and floors may be given by parameters`() throws {
    let policy = try Self.compile(
      """
      inputs:
        provider_id: {type: text, role: provider}
        hours: {type: number}
        specialty: {type: text, role: group}
      parameters:
        shape: {default: [[0, 0], [10, 100]], by: specialty, values: {surgery: [[0, 0], [20, 100]]}}
        importance: {default: 1, by: specialty, values: {surgery: 3}}
        bound: {default: 50, by: specialty, values: {surgery: 70}}
        height: {default: 80}
      domains: {time: {weight: importance}}
      factors:
        long: {domain: time, from: hours, curve: shape, weight: importance}
        flat: {domain: time, points: "0", weight: 1}
      scores:
        strain: {levels: {low: 0, high: bound}, floors: [{when: "hours > 15", at_least: height}]}
      """)
    let surgery = try policy.assess(["hours": 10, "specialty": "surgery"])
    #expect(surgery.score("strain")?.value == 37.5)
    #expect(surgery.score("strain")?.level == "low")
    let other = try policy.assess(["hours": 10, "specialty": "oncology"])
    #expect(other.score("strain")?.value == 50)
    #expect(other.score("strain")?.level == "high")
    let long = try policy.assess(["hours": 16, "specialty": "surgery"])
    #expect(long.score("strain")?.value == 80)
  }

  // MARK: Scopes

  private static let teams = """
    inputs:
      provider_id: {type: text, role: provider}
      team: {type: text, role: team}
      hours: {type: number}
      vacancies: {scope: team, type: number}

    """

  @Test func `the scope of a quantity is that of what it reads`() throws {
    let policy = try Self.compile(
      Self.teams + """
        measures:
          doubled: "vacancies * 2"
        alerts:
          team_alert: {when: "doubled > 2", severity: low, owner: x, message: A}
          own: {when: "hours > 2", severity: low, owner: x, message: B}
        """)
    #expect(policy.scopes == [.provider, .team])
    #expect(
      try policy.assess(["vacancies": 2], scope: .team).alerts.map(\.id) == ["team_alert"])
    #expect(try policy.assess(["hours": 3]).alerts.map(\.id) == ["own"])
  }

  @Test func `the id of a team is readable for its members too, a member's not for the team`()
    throws
  {
    let policy = try Self.compile(
      Self.teams + """
        measures:
          is_north: "team == 'north'"
        alerts:
          of_member: {when: "is_north && hours > 2", severity: low, owner: x, message: A}
          of_team: {when: "is_north && vacancies > 2", severity: low, owner: x, message: "{team}"}
        """)
    #expect(
      try policy.assess(["team": "north", "hours": 3]).alerts.map(\.id) == ["of_member"])
    #expect(
      try policy.assess(["team": "north", "vacancies": 3], scope: .team).alerts.map(\.message)
        == ["north"])
    #expect(
      Self.codes(
        Self.teams + """
          measures:
            me: "provider_id == 'a'"
          alerts:
            a: {when: "me && vacancies > 2", severity: low, owner: x, message: A}
            b: {when: "hours > 2", severity: low, owner: x, message: A}
          """) == [.mixedScopes])
  }

  @Test(arguments: Scope.allCases)
  func `each scope has a table of its own and is assessed by itself`(_ scope: Scope) throws {
    let policy = try Self.compile(
      """
      inputs:
        subject_id: {type: text, role: \(scope.rawValue)}
        turnover: {scope: \(scope.rawValue), type: number}
      alerts:
        leaving:
          {when: "turnover > 0.2", severity: high, owner: x, message: "{turnover} of {subject_id}"}
      """)
    #expect(policy.scopes == [scope])
    #expect(policy.tableSchema(for: scope)?.key == "subject_id")
    let record = Record(["turnover": 0.25], subject: "A")
    let result = try policy.assess(record, scope: scope)
    #expect(result.alerts.map(\.message) == ["0.25 of A"])
    #expect(result.scope == scope)
  }

  @Test func `constants can be read in every scope`() throws {
    let policy = try Self.compile(
      Self.teams + """
        parameters:
          limit: {default: 2}
        measures:
          twice: "limit * 2"
        alerts:
          of_member: {when: "hours > twice", severity: low, owner: x, message: A}
          of_team: {when: "vacancies > twice", severity: low, owner: x, message: "{limit:.0f}"}
        """)
    #expect(try policy.assess(["hours": 5]).alerts.map(\.id) == ["of_member"])
    #expect(
      try policy.assess(["vacancies": 5], scope: .team).alerts.map(\.message) == ["2"])
  }

  @Test func `what reads no scope is about a provider unless it says otherwise`() throws {
    let policy = try Self.compile(
      Self.teams + """
        alerts:
          always: {when: "true", severity: low, owner: x, message: A}
          always_team: {when: "true", scope: team, severity: low, owner: x, message: A}
        measures:
          all: {expr: "hours + 1", show: true}
          all_team: {expr: "vacancies + 1", show: true}
        """)
    #expect(try policy.assess([:]).alerts.map(\.id) == ["always"])
    #expect(try policy.assess([:], scope: .team).alerts.map(\.id) == ["always_team"])
  }

  // MARK: Scores

  private static let twoScopes =
    teams + """
      factors:
        long: {domain: time, points: "hours", weight: 1}
        empty: {domain: staffing, points: "vacancies", weight: 1}
        late: {domain: rest, points: "hours / 2", weight: 1}
      domains: {rest: {weight: 1}, staffing: {weight: 1}, time: {weight: 1}}

      """

  @Test func `a score without a list takes all domains of its scope, in policy order`() throws {
    let policy = try Self.compile(
      Self.twoScopes + """
        scores:
          strain: {scope: provider, levels: {low: 0, high: 50}}
          shortage: {scope: team, levels: {low: 0, high: 50}}
        """)
    let own = try policy.assess(["hours": 60])
    #expect(own.scores.map(\.id) == ["strain"])
    #expect(own.scores[0].domains.map(\.id) == ["rest", "time"])
    #expect(own.scores[0].value == 45)
    let team = try policy.assess(["vacancies": 60], scope: .team)
    #expect(team.scores.map(\.id) == ["shortage"])
    #expect(team.scores[0].domains.map(\.id) == ["staffing"])
  }

  @Test func `a scope may have two scores that list their domains, in the order of the list`()
    throws
  {
    let policy = try Self.compile(
      Self.twoScopes + """
        scores:
          strain: {domains: [time, rest], levels: {low: 0, high: 50}}
          rest: {domains: [rest], levels: {low: 0, high: 50}}
          shortage: {domains: [staffing], levels: {low: 0, high: 50}}
        """)
    let result = try policy.assess(["hours": 60])
    #expect(result.scores.map(\.value) == [45, 30])
    #expect(result.scores[0].domains.map(\.id) == ["time", "rest"])
    #expect(result.scores[0].drivers.map(\.contribution) == [30, 15])
  }

  // MARK: Formats

  @Test func `JSON and YAML of the same shape assess alike`() throws {
    let yaml = try Self.compile(
      """
      inputs:
        provider_id: {type: text, role: provider}
        hours: {type: number, range: [0, 100], optional: true}
        specialty: {type: text, role: group, one_of: [pediatrics, psychiatry]}
      parameters:
        limit: {default: 60, by: specialty, values: {psychiatry: 40}}
      factors:
        long: {domain: time, from: hours / limit, bands: [[-inf, 10], [1, 80]], weight: 2}
        steep: {domain: time, from: hours, curve: [[40, 0], [80, 100]], weight: 1}
      domains: {time: {weight: 1, floors: [{when: hours > 90, at_least: 95}]}}
      scores: {strain: {levels: {low: 0, high: 50}}}
      alerts:
        over: {when: hours > limit, severity: {low: "true", high: hours > 80}, owner: x, message: "{hours:.1f}"}
      """)
    let json = try MemoryFiles([
      (
        "policy.json",
        """
        {"belay": 1, "policy": "example",
         "inputs": {
          "provider_id": {"type": "text", "role": "provider"},
          "hours": {"type": "number", "range": [0, 100], "optional": true},
          "specialty": {"type": "text", "role": "group", "one_of": ["pediatrics", "psychiatry"]}},
         "parameters": {
          "limit": {"default": 60, "by": "specialty", "values": {"psychiatry": 40}}},
         "factors": {
          "long": {
            "domain": "time", "from": "hours / limit", "bands": [["-inf", 10], [1, 80]],
            "weight": 2},
          "steep": {
            "domain": "time", "from": "hours", "curve": [[40, 0], [80, 100]], "weight": 1}},
         "domains": {
          "time": {"weight": 1, "floors": [{"when": "hours > 90", "at_least": 95}]}},
         "scores": {"strain": {"levels": {"low": 0, "high": 50}}},
         "alerts": {
          "over": {
            "when": "hours > limit", "severity": {"low": "true", "high": "hours > 80"},
            "owner": "x", "message": "{hours:.1f}"}}}
        """
      )
    ]).compile()
    #expect(yaml.tableSchema(for: .provider) == json.tableSchema(for: .provider))
    for hours in stride(from: 0.0, through: 110, by: 5) {
      for specialty in ["pediatrics", "psychiatry", "unlisted"] {
        let record: Record = ["hours": .number(hours), "specialty": .text(specialty)]
        #expect(
          String(describing: try yaml.assess(record))
            == String(describing: try json.assess(record)))
      }
    }
  }

  // MARK: Size

  @Test func `a chain of twenty thousand measures needs no stack`() throws {
    let count = 20_000
    let links = (1...count).map { "  m\($0): \"m\($0 - 1) + 1\"\n" }.reversed().joined()
    let policy = try Self.compile(
      """
      inputs:
        provider_id: {type: text, role: provider}
        m0: {type: number}
      alerts:
        end: {when: "m\(count) > 0", severity: low, owner: x, message: "{m\(count):.0f}"}
      measures:

      """ + links)
    #expect(try policy.assess(["m0": 1]).alerts.map(\.message) == ["20001"])
  }

  @Test func `a circle of twenty thousand measures is one diagnostic`() throws {
    let count = 20_000
    let links = (0..<count).map { "  m\($0): \"m\(($0 + 1) % count) + 1\"\n" }.joined()
    let codes = Self.codes(
      """
      inputs:
        provider_id: {type: text, role: provider}
      alerts:
        a: {when: "m0 > 0", severity: low, owner: x, message: A}
      measures:

      """ + links)
    #expect(codes == [.cycle])
  }

  @Test func `of very many mistakes the first are shown, and that there are more`() {
    let measures = (0..<1000).map { "  m\($0): \"unheard_\($0) + 1\"\n" }.joined()
    let diagnostics = MemoryFiles(
      Self.head + "inputs: {provider_id: {type: text, role: provider}}\nmeasures:\n" + measures
    ).diagnostics
    #expect(diagnostics.count == 200)
    #expect(diagnostics.flatMap(\.notes) == ["more is wrong than is shown"])
  }

  @Test(arguments: [".yaml", ".json"])
  func `two thousand rules, each before what it reads, make one plan`(
    _ format: String
  ) throws {
    let count = 500
    func section(_ name: String, _ item: (Int) -> String) -> String {
      "\"\(name)\": {"
        + (0..<count).map { "\"\(name)_\($0)\": \(item($0))" }.joined(separator: ", ") + "}"
    }
    // What is on one line in braces is YAML and JSON.
    let sections = [
      "\"belay\": 1, \"policy\": \"many\"",
      section("interventions") {
        """
        {"kind": "structural", "title": "T", "when": "alert.alerts_\($0)", "priority": \(count - $0)}
        """
      },
      section("alerts") {
        """
        {"when": "points.factors_\($0) >= 50", "severity": "low", "owner": "x", "message": "M"}
        """
      },
      section("factors") {
        """
        {"domain": "d\($0 % 50)", "points": "measures_\($0) > \($0) ? 100 : 0", "weight": 1}
        """
      },
      "\"domains\": {"
        + (0..<50).map { "\"d\($0)\": {\"weight\": 1}" }.joined(separator: ", ") + "}",
      section("measures") { $0 + 1 < count ? "\"measures_\($0 + 1) + 0\"" : "\"hours\"" },
      "\"scores\": {\"s\": {\"levels\": {\"low\": 0}}}",
      """
      "inputs": {"provider_id": {"type": "text", "role": "provider"}, "hours": {"type": "number"}}
      """,
    ]
    let policy = try MemoryFiles([("policy\(format)", "{\(sections.joined(separator: ", "))}")])
      .compile()
    #expect(policy.warnings.isEmpty)
    // The first hundred factors, two of each domain, are above their bounds.
    let result = try policy.assess(["hours": 100])
    #expect(result.scores[0].value == 20)
    #expect(result.alerts.map(\.id) == (0..<100).map { "alerts_\($0)" })
    #expect(
      result.interventions.map(\.id) == (0..<100).reversed().map { "interventions_\($0)" })
  }

  @Test func `of very many circles the first are shown`() {
    let count = 2000
    let links =
      (1..<count).map { "  m\($0 - 1): \"m\($0) + m0\"\n" }.joined()
      + "  m\(count - 1): m0\n"
    let diagnostics = MemoryFiles(
      Self.head + "inputs: {provider_id: {type: text, role: provider}}\nmeasures:\n" + links
    ).diagnostics
    #expect(diagnostics.count == 200)
    #expect(diagnostics.allSatisfy { $0.code == .cycle })
    #expect(diagnostics.flatMap(\.notes).contains("more is wrong than is shown"))
  }
}
