import Belay
import Diagnostics
import Testing

@Suite struct LayeringTests {
  private typealias Files = [(name: String, text: String)]

  private static let base = """
    belay: 1
    policy: base
    version: "1"
    title: The base
    permitted_use: [review]
    prohibited_use: [pay]
    time: {column: month, every: month}
    inputs:
      provider_id: {type: text, role: provider}
      specialty: {type: text, role: group, one_of: [pediatrics, psychiatry]}
      visits: {type: number, range: [0, 60]}
      inbox: {type: number, range: [0, 300]}
    parameters:
      visit_capacity: {default: 20, by: specialty, values: {psychiatry: 12}}
    measures:
      visit_load: "visits / visit_capacity"
      doubled: {expr: "inbox * 2", label: Doubled, show: true}
    factors:
      visits: {domain: work, from: visit_load, curve: [[0.8, 0], [1.3, 90]], weight: 60}
      inbox: {domain: work, from: inbox, curve: [[30, 10], [120, 95]], weight: 40}
    domains:
      work: {weight: 1}
    scores:
      risk: {levels: {low: 0, elevated: 35, high: 55}}

    """

  private static func files(_ overlay: String, _ others: Files = [("base.yaml", base)]) -> Files {
    [("policy.yaml", "belay: 1\npolicy: overlay\n" + overlay)] + others
  }

  private static func compile(_ files: Files) throws -> CompiledPolicy {
    try MemoryFiles(files).compile()
  }

  /// What a policy comes to, below its header.
  private static func sections(_ files: Files) throws -> [String] {
    _ = try compile(files)
    return bodies(files)
  }

  /// The same of a policy that need not compile, without sections that are empty.
  private static func bodies(_ files: Files) -> [String] {
    let header = ["belay", "policy", "version", "title"]
    return MemoryFiles(files).resolved.filter { line in
      !line.hasSuffix(" = {}") && !header.contains { line.hasPrefix("\($0) = ") }
    }
  }

  // MARK: What layers come to

  @Test func `what changes nothing leaves the policy as it is`() throws {
    let plain = try Self.sections([("base.yaml", Self.base)])
    for change in [
      "", "override: {}\nremove: []\n", "override: {parameters: {}}\n",
      "override: {parameters: {visit_capacity: {}}, time: {}, scores: {risk: {}}}\n",
      "override: {factors: {inbox: {weight: 40}}}\n",
    ] {
      let files = Self.files("extends: [base.yaml]\n" + change)
      #expect(try Self.sections(files) == plain, "\(change)")
    }
  }

  /// Random policies: an overlay without changes is the policy, one that adds and one that then
  /// removes what was added too.
  @Test(arguments: 0..<40 as Range<UInt64>)
  func `what is added and then removed leaves the policy as it was`(_ seed: UInt64) throws {
    var generator = PolicyGenerator(seed: seed)
    let text = generator.policy().json
    let plain: Files = [("base.json", text)]
    let overlay = Self.files("extends: [base.json]\noverride: {}\n", plain)
    let added = """
      belay: 1
      policy: more
      extends: [base.json]
      parameters: {added_limit: {default: 3}}
      measures: {added_measure: {expr: "added_limit * 2.0", show: true}}
      domains: {added_domain: {weight: 2}}
      factors:
        added_factor: {domain: added_domain, points: "added_measure", weight: 1}
      alerts:
        added_alert: {when: "added_measure > 1.0", severity: low, owner: x, message: A}

      """
    let removed = Self.files(
      """
      extends: [more.yaml]
      remove: [alerts.added_alert, factors.added_factor, domains.added_domain,
        measures.added_measure, parameters.added_limit]
      """, [("more.yaml", added)] + plain)
    #expect(Self.bodies(overlay) == Self.bodies(plain))
    #expect(Self.bodies(removed) == Self.bodies(plain))
    #expect(Self.bodies([("more.yaml", added)] + plain) != Self.bodies(plain))
    #expect(MemoryFiles(removed).diagnostics.filter { $0.severity == .error }.isEmpty)
  }

  @Test func `maps merge by name, and what is not named stays`() throws {
    let files = Self.files(
      """
      extends: [base.yaml]
      override:
        time: {every: week}
        parameters: {visit_capacity: {default: 18, values: {pediatrics: 26}}}
        factors: {inbox: {weight: 4, applies: "visits > 1"}}
      """)
    let sections = Set(try Self.sections(files))
    for line in [
      "time.column = month", "time.every = week", "parameters.visit_capacity.default = 18",
      "parameters.visit_capacity.by = specialty",
      "parameters.visit_capacity.values.psychiatry = 12",
      "parameters.visit_capacity.values.pediatrics = 26", "factors.inbox.weight = 4",
      "factors.inbox.applies = visits > 1", "factors.inbox.domain = work",
    ] {
      #expect(sections.contains(line), "\(line)")
    }
    let policy = try Self.compile(files)
    func load(_ specialty: String) throws -> Double? {
      let record: Record = ["visits": 18, "specialty": .text(specialty), "inbox": 30]
      return try policy.assess(record).score("risk")?.domains[0].factors
        .first { $0.id == "visits" }?.points
    }
    #expect(try load("psychiatry") == 90)
    #expect(try load("pediatrics") == 0)
  }

  @Test func `curves, levels and lists are replaced whole`() throws {
    let sections = try Self.sections(
      Self.files(
        """
        extends: [base.yaml]
        override:
          inputs: {specialty: {one_of: [psychiatry]}}
          factors: {inbox: {curve: [[0, 0]]}}
          scores: {risk: {levels: {fine: 0, bad: 50}}}
        """))
    #expect(
      sections.filter { $0.contains("one_of") } == ["inputs.specialty.one_of[0] = psychiatry"])
    #expect(
      sections.filter { $0.contains("inbox.curve") }
        == ["factors.inbox.curve[0][0] = 0", "factors.inbox.curve[0][1] = 0"])
    #expect(
      sections.filter { $0.contains("levels") }
        == ["scores.risk.levels.fine = 0", "scores.risk.levels.bad = 50"])
  }

  @Test func `the short form of a measure is its expression`() throws {
    let sections = try Self.sections(
      Self.files(
        """
        extends: [base.yaml]
        override:
          measures:
            visit_load: {label: Load, show: true}
            doubled: "inbox * 3"
        """))
    #expect(
      sections.filter { $0.hasPrefix("measures") } == [
        "measures.visit_load.expr = visits / visit_capacity", "measures.visit_load.label = Load",
        "measures.visit_load.show = true", "measures.doubled = inbox * 3",
      ])
  }

  @Test func `a key can be removed, and another one take its place`() throws {
    let sections = try Self.sections(
      Self.files(
        """
        extends: [base.yaml]
        remove: [factors.inbox.curve, measures.doubled]
        override: {factors: {inbox: {bands: [[0, 10], [60, 70]]}}}
        measures: {doubled: {expr: "inbox + inbox", show: true}}
        """))
    #expect(!sections.contains { $0.hasPrefix("factors.inbox.curve") })
    #expect(sections.contains("factors.inbox.bands[1][1] = 70"))
    #expect(sections.contains("measures.doubled.expr = inbox + inbox"))
  }

  @Test func `a fact can be removed though its name has a dot`() throws {
    let base = Self.base + "evidence: {F1.03: {claim: A, status: derived, source: S}}\n"
    let files = Self.files(
      "extends: [base.yaml]\nremove: [evidence.F1.03]\n", [("base.yaml", base)])
    #expect(try Self.compile(files).facts.isEmpty)
  }

  // MARK: Several layers

  private static func alert(_ name: String, severity: String = "low") -> String {
    "  \(name): {when: \"visits > 1\", severity: \(severity), owner: x, message: \(name)}\n"
  }

  private static func firing(_ files: Files) throws -> [String] {
    try compile(files).assess(["visits": 2]).alerts.map { "\($0.id) \($0.severity.rawValue)" }
  }

  @Test func `additions come last, and a file reached twice counts once`() throws {
    let firing = try Self.firing([
      (
        "policy.yaml",
        """
        belay: 1
        policy: overlay
        extends: [a.yaml, b.yaml]
        include: [part.yaml, own.yaml]
        override: {alerts: {a: {severity: high}}}
        alerts:

        """ + Self.alert("root")
      ),
      (
        "a.yaml",
        "policy: a\nextends: [base.yaml]\ninclude: [part.yaml]\nalerts:\n" + Self.alert("a")
      ),
      ("b.yaml", "policy: b\nextends: [base.yaml]\nalerts:\n" + Self.alert("b")),
      ("base.yaml", Self.base + "alerts:\n" + Self.alert("base")),
      ("part.yaml", "alerts:\n" + Self.alert("part")),
      ("own.yaml", "alerts:\n" + Self.alert("own")),
    ])
    #expect(firing == ["base low", "part low", "a high", "b low", "own low", "root low"])
  }

  @Test(arguments: [
    (["england.yaml", "clinic.yaml"], "medium"), (["clinic.yaml", "england.yaml"], "critical"),
  ])
  func `the later of two layers has the last word`(_ order: [String], _ expected: String) throws {
    let list = order.joined(separator: ", ")
    let firing = try Self.firing([
      ("policy.yaml", "belay: 1\npolicy: overlay\nextends: [base.yaml, \(list)]\n"),
      ("base.yaml", Self.base + "alerts:\n" + Self.alert("base")),
      // A layer changes what stands before it, whether it extends that itself or not.
      ("england.yaml", "override: {alerts: {base: {severity: critical}}}\n"),
      (
        "clinic.yaml",
        "policy: c\nextends: [base.yaml]\noverride: {alerts: {base: {severity: medium}}}\n"
      ),
    ])
    #expect(firing == ["base \(expected)"])
  }

  @Test func `what two policies declare alike counts once`() throws {
    let files = Self.files(
      "extends: [a.yaml, b.yaml]\n",
      [
        ("a.yaml", Self.base),
        ("b.yaml", Self.base + "alerts:\n" + Self.alert("b")),
      ])
    #expect(try Self.firing(files) == ["b low"])
  }

  @Test func `who extends two policies can settle what they declare differently`() throws {
    let others = [
      ("a.yaml", Self.base),
      ("b.yaml", Self.base.replacing("[0, 60]", with: "[0, 1]")),
    ]
    let files = Self.files("extends: [a.yaml, b.yaml]\n", others)
    #expect(MemoryFiles(files).diagnostics.map(\.code) == [.declaredTwice])
    let settled = Self.files(
      """
      extends: [a.yaml, b.yaml]
      remove: [inputs.visits]
      inputs: {visits: {type: number, range: [0, 9]}}
      """, others)
    #expect(try Self.sections(settled).contains("inputs.visits.range[1] = 9"))
  }

  @Test func `of two minimum group sizes the larger holds`() throws {
    for (a, b) in [(8, 10), (10, 8)] {
      let sections = try Self.sections(
        Self.files(
          "extends: [a.yaml, b.yaml]\n",
          [
            ("a.yaml", Self.base + "privacy: {minimum_group_size: \(a)}\n"),
            ("b.yaml", "privacy: {minimum_group_size: \(b)}\n"),
          ]))
      #expect(sections.contains("privacy.minimum_group_size = 10"))
    }
  }

  @Test func `a group may be made larger quietly and smaller with a warning`() throws {
    let base = [("base.yaml", Self.base + "privacy: {minimum_group_size: 8}\n")]
    func warnings(_ size: Int) throws -> [DiagnosticCode] {
      try Self.compile(
        Self.files(
          "extends: [base.yaml]\noverride: {privacy: {minimum_group_size: \(size)}}\n", base)
      ).warnings.map(\.code)
    }
    #expect(try warnings(10) == [])
    #expect(try warnings(8) == [])
    #expect(try warnings(5) == [.smallerGroups])
    #expect(throws: CompilationError.self) { try warnings(4) }
  }

  // MARK: The header, warnings

  @Test func `the header is the file's own, and uses are inherited`() throws {
    let policy = try Self.compile(
      Self.files("extends: [base.yaml]\nprohibited_use: [pay, blame]\n"))
    #expect(policy.name == "overlay")
    #expect(policy.version == nil)
    #expect(policy.title == nil)
    #expect(policy.permittedUse == ["review"])
    #expect(policy.prohibitedUse == ["pay", "blame"])
  }

  @Test func `what is inherited and unused does not warn`() throws {
    let idle = "evidence: {F1: {claim: A, status: derived, source: S}}\n"
    let base = Self.base.replacing("parameters:\n", with: "parameters:\n  idle: {default: 1}\n")
    let files = Self.files(
      """
      extends: [base.yaml]
      override: {parameters: {idle: {default: 2}}}
      parameters: {own_idle: {default: 1}}
      """, [("base.yaml", base + idle)])
    #expect(
      try Self.compile(files).warnings.map(\.message) == ["nothing uses parameter `own_idle`"])
    let alone = try Self.compile([("base.yaml", base + idle)])
    #expect(alone.warnings.count == 2)
  }

  @Test func `a place in what is inherited is one in its own file`() throws {
    let files = Self.files(
      """
      extends: [base.yaml]
      override: {factors: {visits: {from: visit_laod}}}
      """, [("base.yaml", Self.base.replacing("from: inbox", with: "from: inbxo"))])
    let places = MemoryFiles(files).diagnostics.map {
      "\($0.primary.span.source.name) \($0.primary.span.text)"
    }
    #expect(places == ["policy.yaml visit_laod", "base.yaml inbxo"])
  }

  @Test func `many names are merged`() throws {
    let parameters = (0..<4_000).map { "  p\($0): {default: 1}\n" }.joined()
    let changes = (0..<4_000).map { "    p\($0): {default: 2}\n" }.joined()
    let removed = (0..<2_000).map { "parameters.p\($0)" }.joined(separator: ", ")
    let files = Self.files(
      "extends: [a.yaml, b.yaml]\n",
      [
        ("a.yaml", Self.base.replacing("parameters:\n", with: "parameters:\n" + parameters)),
        ("b.yaml", "override:\n  parameters:\n\(changes)"),
      ])
    #expect(try Self.sections(files).contains("parameters.p3999.default = 2"))
    let fewer = Self.files("extends: [base.yaml]\nremove: [\(removed)]\n", Array(files.dropFirst()))
    _ = MemoryFiles([fewer[0], ("base.yaml", files[1].text)]).diagnostics
  }
}
