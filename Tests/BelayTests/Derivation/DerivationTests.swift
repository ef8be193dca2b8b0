import Belay
import Tables
import Testing

/// What derived columns say, from text to results.
@Suite struct DerivationTests {
  struct Example: Sendable, CustomTestStringConvertible {
    let rule: String
    var inputs = ""
    let sections: String
    let tables: [Scope: String]
    var scope = Scope.provider
    let results: String

    var testDescription: String { rule }
  }

  @Test(arguments: windows + carries + lookups + rollUps + peers + populations + lives + scores)
  func `derived columns are what their rules say`(_ example: Example) throws {
    let run = try DerivationRun(
      inputs: example.inputs, example.sections, tables: example.tables)
    let expected = example.results.split(separator: "\n").map(String.init)
    for jobs in [1, 2, 7] {
      let results = try run.results(example.scope, jobs: jobs)
      #expect(results == expected, "\(jobs) jobs: \(results.joined(separator: "\n"))")
    }
  }

  // MARK: Time

  /// January is 1, March is a gap, in May nothing is known, and the rows come in no order.
  private static let history = """
    month id x yes
    2026-04 a 4 true
    2026-01 a 1 false
    2026-06 a 9 true
    2026-02 a 3 true
    2026-05 a _ _
    2026-01 b 7 true
    """

  static let windows: [Example] = [
    Example(
      rule: "windows count gaps and skip what is unknown",
      sections: """
        measures:
          mean: {of: x, over: {last: 3, minimum: 1}, take: mean, show: true}
          sum: {of: x, over: {last: 3, minimum: 2}, take: sum, show: true}
          least: {of: x, over: {last: 6, minimum: 1}, take: min, show: true}
          greatest: {of: x, over: {last: 2, minimum: 1}, take: max, show: true}
          median: {of: x, over: {last: 6, minimum: 1}, take: median, show: true}
          stddev: {of: x, over: {last: 3, minimum: 1}, take: stddev, show: true}
        """,
      tables: [.provider: history],
      results: """
        a 2026-04 3.5 7 1 4 3 0.707106781
        a 2026-01 1 - 1 1 1 -
        a 2026-06 6.5 13 1 9 3.5 3.535533906
        a 2026-02 2 4 1 3 2 1.414213562
        a 2026-05 4 - 1 4 3 -
        b 2026-01 7 - 7 7 7 -
        """),
    Example(
      rule: "windows look at conditions, ends and directions",
      sections: """
        measures:
          count: {of: "yes", over: {last: 6, minimum: 1}, take: count, show: true}
          share: {of: "yes", over: {last: 6, minimum: 1}, take: share, show: true}
          known: {of: x, over: {last: 6, minimum: 1}, take: count, show: true}
          first: {of: x, over: {last: 3, minimum: 1}, take: first, show: true}
          last: {of: x, over: {last: 3, minimum: 1}, take: last, show: true}
          change: {of: x, over: {last: 6, minimum: 2}, take: change, show: true}
          slope: {of: x, over: {last: 6, minimum: 2}, take: slope, show: true}
          quartile: {of: x, over: {last: 6, minimum: 1}, take: percentile, p: 25, show: true}
          smooth: {of: x, take: ewma, alpha: 0.5, show: true}
          streak: {of: "yes", take: streak, show: true}
        """,
      tables: [.provider: history],
      results: """
        a 2026-04 2 0.666666667 3 3 4 3 0.928571429 2 3 1
        a 2026-01 0 0 1 1 1 - - 1 1 0
        a 2026-06 3 0.75 4 4 9 8 1.474576271 2.5 6 1
        a 2026-02 1 0.5 2 1 3 2 2 1.5 2 1
        a 2026-05 2 0.666666667 3 4 4 3 0.928571429 2 3 -
        b 2026-01 1 1 1 7 7 - - 7 7 1
        """),
    Example(
      rule: "a window reads expressions of windows",
      sections: """
        measures:
          mean: {of: "x * 2", over: {last: 2, minimum: 1}, take: mean}
          of_means: {of: "mean + 1", over: {last: 2, minimum: 1}, take: sum, show: true}
        """,
      tables: [.provider: "month id x\n2026-01 a 1\n2026-02 a 3\n2026-03 a 5\n"],
      results: "a 2026-01 3\na 2026-02 8\na 2026-03 14\n"),
    Example(
      rule: "ago is the value of the period that was, and unknown where it is a gap",
      sections: """
        measures:
          number: {of: x, ago: 1, show: true}
          text: {of: note, ago: 1, show: true}
          truth: {of: "yes", ago: 1, show: true}
          difference: {expr: "x - number", show: true}
          date: {of: day, ago: 1}
          same: {expr: "date == day", show: true}
        """,
      tables: [
        .provider: """
        month id x note yes day
        2026-02 a 5 two false 2026-02-03
        2026-01 a 3 one true 2026-02-03
        2026-04 a 6 four true 2026-04-01
        2026-03 b 1 _ _ _
        """
      ],
      results: """
        a 2026-02 3 one true 2 true
        a 2026-01 - - - - -
        a 2026-04 - - - - -
        b 2026-03 - - - - -
        """),
    Example(
      rule: "a control chart tells in a word",
      sections: """
        measures:
          signal: {of: x, take: spc, baseline: {first: 4}, improvement: lower, show: true}
        alerts:
          worse: {when: "signal == 'concern'", severity: low, owner: lead, message: "{signal}"}
        """,
      tables: [
        .provider: """
        month id x
        2026-01 a 10
        2026-02 a 12
        2026-03 a 10
        2026-04 a 12
        2026-05 a 11
        2026-06 a 100
        2026-07 a 11
        2026-08 a -100
        """
      ],
      results: """
        a 2026-01 - ?worse
        a 2026-02 - ?worse
        a 2026-03 - ?worse
        a 2026-04 none
        a 2026-05 none
        a 2026-06 concern !worse
        a 2026-07 none
        a 2026-08 improvement
        """),
  ]

  static let carries: [Example] = [
    Example(
      rule: "a value stands in for so many periods, gaps counted, and no window sees it again",
      inputs: "  kept: {type: number, carry: 2}\n",
      sections: """
        measures:
          now: {expr: "kept", show: true}
          seen: {of: kept, over: {last: 12, minimum: 1}, take: count, show: true}
          before: {of: kept, ago: 1, show: true}
        """,
      tables: [
        .provider: """
        month id kept
        2026-01 a 5
        2026-02 a _
        2026-03 a _
        2026-04 a _
        2026-06 a 7
        2026-09 a _
        2026-08 a _
        """
      ],
      results: """
        a 2026-01 5 1 -
        a 2026-02 5 1 5
        a 2026-03 5 1 -
        a 2026-04 - 1 -
        a 2026-06 7 2 -
        a 2026-09 - 2 -
        a 2026-08 7 2 -
        """),
    Example(
      rule: "a quarterly value holds for its quarter",
      inputs: "  survey: {type: number, every: quarter}\n",
      sections: "measures: {now: {expr: \"survey\", show: true}}",
      tables: [
        .provider: """
        month id survey
        2026-01 a _
        2026-02 a 5
        2026-03 a _
        2026-04 a _
        2026-05 a 6
        """
      ],
      results: "a 2026-01 -\na 2026-02 5\na 2026-03 5\na 2026-04 -\na 2026-05 6\n"),
    Example(
      rule: "texts, dates and conditions are carried too",
      inputs: """
          role_name: {type: text, carry: 1}
          since: {type: date, carry: 1}
          lead: {type: boolean, carry: 1}

        """,
      sections: """
        measures:
          a: {expr: "role_name", show: true}
          b: {expr: "since == since", show: true}
          c: {expr: "lead", show: true}
        """,
      tables: [
        .provider: """
        month id role_name since lead
        2026-01 a nurse 2025-01-01 false
        2026-02 a _ _ _
        2026-03 a _ _ _
        """
      ],
      results: "a 2026-01 nurse true false\na 2026-02 nurse true false\na 2026-03 - - -\n"),
    Example(
      rule: "an alert does not count periods in which it read what was carried",
      inputs: "  kept: {type: number, carry: 3}\n",
      sections: """
        alerts:
          high: {when: "kept > 5", for: 2, severity: low, owner: lead, message: High}
        """,
      tables: [
        .provider: """
        month id kept
        2026-01 a 6
        2026-02 a _
        2026-03 a 7
        2026-04 a _
        2026-05 a 1
        """
      ],
      results: "a 2026-01\na 2026-02\na 2026-03 !high\na 2026-04 !high\na 2026-05\n"),
  ]

  // MARK: Scopes

  private static let members = """
    month id team x y specialty
    2026-01 a red 10 1 er
    2026-01 b red 20 3 er
    2026-01 c blue 30 _ er
    2026-01 d _ 40 1 er
    2026-01 e grey 50 1 er
    2026-02 a blue 60 1 er
    2026-02 b red _ 1 er
    """

  private static let teams = """
    month team beds
    2026-01 red 5
    2026-01 blue 7
    2026-02 red 6
    2026-01 green 9
    """

  static let lookups: [Example] = [
    Example(
      rule: "a provider reads its own team of the same period",
      sections: """
        measures:
          beds_of_team: {scope: provider, expr: "team.beds", show: true}
          each: {scope: provider, expr: "x / team.beds", show: true}
          team_name: {scope: provider, expr: "team", show: true}
        """,
      tables: [.provider: members, .team: teams],
      results: """
        a 2026-01 5 2 red
        b 2026-01 5 4 red
        c 2026-01 7 4.285714286 blue
        d 2026-01 - - -
        e 2026-01 - - grey
        a 2026-02 - - blue
        b 2026-02 6 - red
        """),
    Example(
      rule: "texts, conditions and dates of a team are read too",
      inputs: """
          kind: {scope: team, type: text}
          open: {scope: team, type: boolean}
          founded: {scope: team, type: date}

        """,
      sections: """
        measures:
          a: {scope: provider, expr: "team.kind", show: true}
          b: {scope: provider, expr: "team.open", show: true}
          c: {scope: provider, expr: "team.founded < period", show: true}
        """,
      tables: [
        .provider: "month id team\n2026-01 a red\n2026-01 b blue\n2026-01 c none\n",
        .team: """
        month team kind open founded
        2026-01 red ward true 2020-01-01
        2026-01 blue _ false 2027-01-01
        """,
      ],
      results: "a 2026-01 ward true true\nb 2026-01 - false false\nc 2026-01 - - -\n"),
    Example(
      rule: "a provider is in the site of its team",
      inputs: "  site: {type: text, role: site}\n  staff: {scope: site, type: number}\n",
      sections: "measures: {staff_of_site: {scope: provider, expr: \"site.staff\", show: true}}",
      tables: [
        .provider: "month id team\n2026-01 a red\n2026-01 b blue\n2026-01 c green\n",
        .team: "month team site\n2026-01 red north\n2026-01 blue south\n2026-01 green _\n",
        .site: "month site staff\n2026-01 north 100\n2026-01 south 200\n",
      ],
      results: "a 2026-01 100\nb 2026-01 200\nc 2026-01 -\n"),
    Example(
      rule: "a level and a coverage of a team are read by its members",
      sections: """
        domains: {room: {weight: 1}}
        factors: {full: {domain: room, from: beds, curve: [[0, 0], [10, 100]], weight: 1}}
        scores: {room: {levels: {low: 0, high: 60}}}
        measures:
          level_of_team: {scope: provider, expr: "team.level.room", show: true}
          covered: {scope: provider, expr: "team.coverage.room", show: true}
          full_of_team: {scope: provider, expr: "team.points.full + team.score.room", show: true}
        """,
      tables: [.provider: members, .team: teams],
      results: """
        a 2026-01 low 1 100
        b 2026-01 low 1 100
        c 2026-01 high 1 140
        d 2026-01 - - -
        e 2026-01 - - -
        a 2026-02 insufficient_data 0 -
        b 2026-02 high 1 120
        """),
  ]

  static let rollUps: [Example] = [
    Example(
      rule: "roll-ups sum up the members of each period",
      sections: """
        measures:
          mean: {scope: team, of: x, take: mean, show: true}
          sum: {scope: team, of: x, take: sum, show: true}
          members: {scope: team, take: count, show: true}
          known: {scope: team, of: x, take: count, show: true}
          busy: {scope: team, of: "x > 15", take: count, show: true}
          busy_share: {scope: team, of: "x > 15", take: share, show: true}
          least: {scope: team, of: x, take: min, show: true}
          greatest: {scope: team, of: x, take: max, show: true}
          median: {scope: team, of: x, take: median, show: true}
          ninetieth: {scope: team, of: x, take: percentile, p: 90, show: true}
          kinds: {scope: team, of: specialty, take: distinct, show: true}
        """,
      tables: [.provider: members, .team: teams], scope: .team,
      results: """
        red 2026-01 15 30 2 2 1 0.5 10 20 15 19 1
        blue 2026-01 30 30 1 1 1 1 30 30 30 30 1
        red 2026-02 - - 1 0 0 - - - - - 1
        green 2026-01 - - 0 0 0 - - - - - 0
        """),
    Example(
      rule: "weights, conditions and a least number",
      sections: """
        measures:
          weighted: {scope: team, of: x, take: mean, weight: y, show: true}
          some: {scope: team, of: x, take: mean, where: "x > 15", show: true}
          enough: {scope: team, of: x, take: mean, minimum_n: 2, show: true}
        """,
      tables: [.provider: members, .team: teams], scope: .team,
      results: """
        red 2026-01 17.5 20 15
        blue 2026-01 - 30 -
        red 2026-02 - - -
        green 2026-01 - - -
        """),
    Example(
      rule: "without a table a team is what its members name",
      sections: "measures: {mean: {scope: team, of: x, take: mean, show: true}}",
      tables: [.provider: members], scope: .team,
      results: """
        red 2026-01 15
        blue 2026-01 30
        grey 2026-01 50
        blue 2026-02 60
        red 2026-02 -
        """),
    Example(
      rule: "members, teams, sites and the organization",
      inputs: """
          site: {type: text, role: site}
          firm: {type: text, role: organization}

        """,
      sections: """
        measures:
          of_team: {scope: team, of: x, take: mean}
          of_site: {scope: site, of: of_team, take: max}
          of_firm: {scope: organization, of: of_site, take: sum, show: true}
          directly: {scope: organization, of: x, take: sum, show: true}
        """,
      tables: [
        .provider: members,
        .team: "month team site\n2026-01 red north\n2026-01 blue north\n2026-01 grey south\n",
        .site: "month site firm\n2026-01 north one\n2026-01 south one\n",
      ],
      scope: .organization,
      results: "one 2026-01 80 110"),
    Example(
      rule: "members read what was summed up of them, and are summed up again",
      sections: """
        measures:
          mean: {scope: team, of: x, take: mean}
          above: {expr: "x - team.mean", show: true}
          spread: {scope: team, of: "above * above", take: mean}
          relative: {expr: "above / sqrt(team.spread)", show: true}
        """,
      tables: [.provider: members, .team: teams],
      results: """
        a 2026-01 -5 -1
        b 2026-01 5 1
        c 2026-01 0 -
        d 2026-01 - -
        e 2026-01 - -
        a 2026-02 0 -
        b 2026-02 - -
        """),
    Example(
      rule: "a team that has members and no row of its own is looked back on all the same",
      sections: """
        measures:
          mean: {scope: team, of: x, take: mean}
          seen: {scope: team, of: mean, over: {last: 3, minimum: 1}, take: count, show: true}
        """,
      tables: [
        .provider: "month id team x\n2026-01 a red 1\n2026-02 a red 2\n2026-03 a red 3\n",
        .team: "month team beds\n2026-01 red 5\n2026-03 red 5\n",
      ],
      scope: .team, results: "red 2026-01 1\nred 2026-03 3\n"),
  ]

  static let peers: [Example] = [
    Example(
      rule: "peers are those of one group in one period",
      sections: """
        measures:
          rank: {of: x, within: specialty, take: rank, minimum_n: 5, show: true}
          mean: {of: x, within: specialty, take: mean, minimum_n: 5, show: true}
          place: {of: x, within: specialty, take: percentile, minimum_n: 5, show: true}
        """,
      tables: [
        .provider: """
        month id specialty x
        2026-01 a er 1
        2026-01 b er 2
        2026-01 c er 3
        2026-01 d er 4
        2026-01 e er 5
        2026-01 f gp 5
        2026-01 g _ 5
        2026-02 a er 1
        """
      ],
      results: """
        a 2026-01 1 3 10
        b 2026-01 2 3 30
        c 2026-01 3 3 50
        d 2026-01 4 3 70
        e 2026-01 5 3 90
        f 2026-01 - - -
        g 2026-01 - - -
        a 2026-02 - - -
        """),
    Example(
      rule: "groups may be several, and a scope is one",
      sections: """
        measures:
          both: {of: x, within: [specialty, team], take: mean, minimum_n: 5, show: true}
          in_team: {of: x, within: team, take: median, minimum_n: 5, show: true}
        """,
      tables: [
        .provider: """
        month id team specialty x
        2026-01 a red er 1
        2026-01 b red er 2
        2026-01 c red er 3
        2026-01 d red er 4
        2026-01 e red er 5
        2026-01 f red gp 6
        2026-01 g blue er 7
        """
      ],
      results: """
        a 2026-01 3 3.5
        b 2026-01 3 3.5
        c 2026-01 3 3.5
        d 2026-01 3 3.5
        e 2026-01 3 3.5
        f 2026-01 - 3.5
        g 2026-01 - -
        """),
  ]

  static let populations: [Example] = [
    Example(
      rule: "who is left out is neither assessed nor counted, in no window and in no group",
      inputs: "  on_leave: {type: boolean}\n",
      sections: """
        population: {provider: "!on_leave"}
        measures:
          seen: {of: x, over: {last: 3, minimum: 1}, take: sum, show: true}
          before: {of: x, ago: 1, show: true}
          mean: {scope: team, of: x, take: mean}
          of_team: {scope: provider, expr: "team.mean", show: true}
          peers: {of: x, within: team, take: mean, minimum_n: 5, show: true}
        """,
      tables: [
        .provider: """
        month id team x on_leave
        2026-01 a red 1 false
        2026-02 a red 100 true
        2026-03 a red 3 false
        2026-03 b red 5 false
        2026-03 c red 7 _
        2026-03 d red 9 false
        2026-03 e red 11 false
        2026-03 f red 1000 true
        """
      ],
      results: """
        a 2026-01 1 - 1 -
        a 2026-03 4 - 7 7
        b 2026-03 5 - 7 7
        c 2026-03 7 - 7 7
        d 2026-03 9 - 7 7
        e 2026-03 11 - 7 7
        """)
  ]

  // MARK: Alerts, scores

  static let lives: [Example] = [
    Example(
      rule: "an alert waits, fires, stays and clears",
      sections: """
        alerts:
          high:
            when: "x > 5"
            clear_when: "x < 3"
            for: 2
            keep_for: 1
            severity: low
            owner: lead
            message: "{x}"
          told: {when: "alert.high", severity: low, owner: lead, message: Told}
        """,
      tables: [
        .provider: """
        month id x
        2026-03 a 4
        2026-01 a 6
        2026-02 a 7
        2026-04 a _
        2026-05 a 2
        2026-06 a 2
        2026-07 a 6
        """
      ],
      results: """
        a 2026-03 !high !told
        a 2026-01
        a 2026-02 !high !told
        a 2026-04 ?high ?told
        a 2026-05 !high !told
        a 2026-06
        a 2026-07
        """)
  ]

  static let scores: [Example] = [
    Example(
      rule: "a factor of a team counts for each of its members",
      sections: """
        domains: {work: {weight: 1}}
        factors:
          own: {domain: work, from: x, curve: [[0, 0], [100, 100]], weight: 1}
          shared: {domain: work, from: beds, curve: [[0, 0], [10, 100]], weight: 1}
        scores: {strain: {levels: {low: 0, high: 50}}}
        measures: {again: {scope: provider, expr: "team.points.shared + x", show: true}}
        """,
      tables: [.provider: members, .team: teams],
      results: """
        a 2026-01 60 30/low/1
        b 2026-01 70 35/low/1
        c 2026-01 100 50/high/1
        d 2026-01 - 40/low/0.5
        e 2026-01 - 50/high/0.5
        a 2026-02 - 60/high/0.5
        b 2026-02 - 60/high/0.5
        """)
  ]

  @Test func `a table that is read and not given is named`() throws {
    let run = try DerivationRun(
      "measures: {beds_of_team: {scope: provider, expr: \"team.beds\", show: true}}",
      tables: [.provider: Self.members])
    let error = #expect(throws: MissingTable.self) { try run.results() }
    #expect(error?.scope == .team && error?.reader == .provider)
    #expect(error?.columns == ["beds"])
  }

  @Test func `an organization of one needs no column in its members' table`() throws {
    let run = try DerivationRun(
      inputs: """
          firm: {type: text, role: organization, optional: true}
          staff: {scope: organization, type: number}

        """,
      """
      measures:
        share: {expr: "x / organization.staff", show: true}
        total: {scope: organization, of: x, take: sum}
        rest: {expr: "organization.total - x", show: true}
      """,
      tables: [
        .provider: "month id team x\n2026-01 a _ 10\n2026-01 b _ 30\n",
        .organization: "month firm staff\n2026-01 all 40\n",
      ])
    #expect(try run.results() == ["a 2026-01 0.25 30", "b 2026-01 0.75 10"])
  }
}
