import Belay
import Diagnostics
import Testing

@Suite struct PolicyReaderTests {
  private static let head = """
    belay: 1
    policy: example

    """
  private static let inputs = """
    inputs:
      provider_id: {type: text, role: provider}
      hours: {type: number}

    """

  private static func alerts(_ names: [String]) -> String {
    "alerts:\n"
      + names.map {
        "  \($0): {when: \"hours > 1\", severity: low, owner: operations, message: \($0)}\n"
      }.joined()
  }

  private static func firing(_ files: [(name: String, text: String)]) throws -> [String] {
    try MemoryFiles(files).compile().assess(["hours": 2]).alerts.map(\.id)
  }

  // MARK: Files

  @Test func `what is included comes first, in the order of the list, then the file's own`() throws
  {
    let firing = try Self.firing([
      (
        "policy.yaml",
        Self.head + "include: [b.yaml, a.yaml]\n" + Self.inputs + Self.alerts(["own"])
      ),
      ("a.yaml", "include: [c.yaml]\n" + Self.alerts(["a"])),
      ("b.yaml", Self.alerts(["b1", "b2"])),
      ("c.yaml", Self.alerts(["c"])),
    ])
    #expect(firing == ["b1", "b2", "c", "a", "own"])
  }

  @Test func `a file reached twice counts once, where it is reached first`() throws {
    let firing = try Self.firing([
      (
        "policy.yaml",
        Self.head + "include: [a.yaml, b.yaml, a.yaml]\n" + Self.inputs + Self.alerts(["own"])
      ),
      ("a.yaml", "include: [shared.yaml]\n" + Self.alerts(["a"])),
      ("b.yaml", "include: [shared.yaml]\n" + Self.alerts(["b"])),
      ("shared.yaml", Self.alerts(["shared"])),
    ])
    #expect(firing == ["shared", "a", "b", "own"])
  }

  @Test func `files may include each other, themselves and the root file`() throws {
    let firing = try Self.firing([
      ("policy.yaml", Self.head + "include: [a.yaml]\n" + Self.inputs + Self.alerts(["own"])),
      ("a.yaml", "include: [b.yaml, a.yaml]\n" + Self.alerts(["a"])),
      ("b.yaml", "include: [a.yaml, policy.yaml]\n" + Self.alerts(["b"])),
    ])
    #expect(firing == ["b", "a", "own"])
  }

  @Test func `crisis resources and facts of all files are there, in policy order`() throws {
    let policy = try MemoryFiles([
      (
        "policy.yaml",
        Self.head + "include: [a.yaml]\n" + Self.inputs + Self.alerts(["own"]) + """
          crisis_resources: [{region: DE, name: Telefonseelsorge, contact: "116 123"}]
          evidence: {F2: {claim: B, status: derived, source: S}}

          """
      ),
      (
        "a.yaml",
        """
        crisis_resources: [{region: US, name: Lifeline, contact: "988"}]
        evidence: {F1: {claim: A, figure: "1.4 h", status: derived, source: S}}
        """
      ),
    ]).compile()
    #expect(policy.crisisResources.map(\.region) == ["US", "DE"])
    #expect(policy.facts.map(\.id) == ["F1", "F2"])
    #expect(policy.facts[0].figure == "1.4 h")
  }

  @Test func `JSON text needs no loader and includes nothing`() throws {
    let policy = try CompiledPolicy(
      json: """
        {"belay": 1, "policy": "example", "inputs": {"provider_id": {"type": "text",
        "role": "provider"}}, "alerts": {"always": {"when": "true", "severity": "low",
        "owner": "x", "message": "Always"}}}
        """)
    #expect(try policy.assess([:]).alerts.map(\.message) == ["Always"])
    #expect {
      try CompiledPolicy(json: #"{"belay": 1, "policy": "a", "include": ["b.json"]}"#)
    } throws: {
      ($0 as? CompilationError)?.diagnostics.map(\.code) == [.cannotInclude]
    }
  }

  // MARK: The header

  @Test func `the header says what the policy is and may be used for`() throws {
    let policy = try MemoryFiles(
      """
      belay: 1
      policy: ambulatory
      version: 2026.10
      title: yes
      permitted_use: [review of work, no]
      prohibited_use: [pay]

      """ + Self.inputs + Self.alerts(["a"])
    ).compile()
    #expect(policy.name == "ambulatory")
    #expect(policy.version == "2026.10")
    #expect(policy.title == "yes")
    #expect(policy.permittedUse == ["review of work", "no"])
    #expect(policy.prohibitedUse == ["pay"])
  }

  // MARK: Values

  @Test func `what is left out has its default`() throws {
    let policy = try MemoryFiles(
      Self.head + """
        inputs:
          provider_id: {type: text, role: provider}
          inbox_minutes: {type: number}
          notes: {type: number}
        measures:
          inbox_load: {expr: "inbox_minutes / 10", show: true}
        domains: {work: {weight: 1}}
        factors:
          inbox: {domain: work, points: "inbox_minutes", weight: 1}
          notes_late: {domain: work, points: "notes", weight: 1}
          more: {domain: work, points: "notes", weight: 1}
        scores:
          support_risk: {levels: {low: 0, high: 50}}
        alerts:
          inbox_high: {when: "inbox_minutes > 5", severity: low, owner: x, message: A}
        interventions:
          b: {kind: structural, title: B, when: "true"}
          first: {kind: structural, title: F, when: "true", priority: 99}
          never: {kind: perk, title: N}
        """
    ).compile()
    let result = try policy.assess(["inbox_minutes": 60])
    let score = try #require(result.score("support_risk"))
    #expect(score.label == "Support risk")
    #expect(score.level == ScoreResult.insufficientData)
    #expect(score.domains[0].label == "Work")
    #expect(score.domains[0].value == 60)
    #expect(score.domains[0].factors.map(\.label) == ["Inbox", "Notes late", "More"])
    #expect(result.measures.map(\.label) == ["Inbox load"])
    #expect(result.alerts.map(\.audience) == [["self", "operations"]])
    #expect(result.interventions.map(\.id) == ["first", "b"])
  }

  @Test func `above a provider an alert is for all audiences but researchers`() throws {
    let policy = try MemoryFiles(
      Self.head + """
        inputs:
          team: {type: text, role: team}
          vacancies: {scope: team, type: number}
        alerts:
          a: {when: "vacancies > 1", severity: low, owner: x, message: A}
        """
    ).compile()
    #expect(
      try policy.assess(["vacancies": 2], scope: .team).alerts.map(\.audience)
        == [["self", "peer_support", "team_lead", "operations", "executive"]])
  }

  @Test func `a number without quotes is a number in a parameter, and in quotes a text`() throws {
    let policy = try MemoryFiles(
      Self.head + Self.inputs + """
        parameters:
          number: {default: 1e1}
          text: {default: "10"}
        alerts:
          a: {when: "hours < number && text == '10'", severity: low, owner: x, message: "{text}"}
        """
    ).compile()
    #expect(try policy.assess(["hours": 9]).alerts.map(\.message) == ["10"])
  }

  @Test func `braces written twice are braces, and values have their decimals`() throws {
    let policy = try MemoryFiles(
      Self.head + Self.inputs + """
        alerts:
          a: {when: "hours > 0", severity: low, owner: x, message: "{{{hours:.2f}}} of {hours} {{h}}"}
        """
    ).compile()
    #expect(try policy.assess(["hours": 2.127]).alerts.map(\.message) == ["{2.13} of 2.127 {h}"])
  }

  @Test func `a column that holds ids may bear the name of its scope`() throws {
    let policy = try MemoryFiles(
      Self.head + """
        inputs:
          provider: {type: text, role: provider}
          team: {type: text, role: team}
          site: {type: text, role: site}
        alerts:
          a: {when: "team == 'A' && site == 'N'", severity: low, owner: x, message: "{team}"}
        """
    ).compile()
    #expect(try policy.assess(["team": "A", "site": "N"]).alerts.map(\.message) == ["A"])
  }
}
