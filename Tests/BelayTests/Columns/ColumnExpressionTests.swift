import Belay
import BelayYAML
import Diagnostics
import Tables
import TestSupport
import Testing

/// Columns and the row evaluator agree on what kernels alone do not compute.
@Suite struct ColumnExpressionTests {
  private static let chunkSizes = [1, 2, 7, 63, 64, 65, 101]

  @Test func `texts, dates, lists and faults give in columns what they give in records`() throws {
    var random = SeededRandom.announced()
    var faults = 0
    for _ in 0..<SeededRandom.cases(2000) / 40 {
      let seed = random.next()
      var generator = ExpressionPolicy(seed: seed)
      let yaml = generator.yaml()
      let policy = try compile(yaml, seed)
      let table = try policy.table(
        generator.csv(rows: 40, freshTexts: random.once(in: 2)))
      let result = policy.assess(
        table, scope: .provider, periods: .all, jobs: random.number(1...4),
        chunkRows: random.pick(Self.chunkSizes))
      var found = 0
      for row in 0..<result.count {
        let one = result.assessment(at: row)
        found += one.faults.count
        let differences = result.differences(row, one)
        guard differences.isEmpty else {
          Issue.record("seed \(seed), row \(row): \(differences)\n\(yaml)")
          return
        }
      }
      #expect(result.faultCount == found, "seed \(seed)")
      faults += found
    }
    // Data and expressions are such that many rows are the row evaluator's to decide.
    #expect(faults > 0)
  }

  @Test func `chunks, threads, blocks and emptied dictionaries change nothing`() throws {
    var random = SeededRandom.announced()
    for _ in 0..<3 {
      let seed = random.next()
      var generator = ExpressionPolicy(seed: seed)
      let policy = try compile(generator.yaml(), seed)
      let csv = generator.csv(rows: 130, freshTexts: true)
      let table = try policy.table(csv)
      let expected = policy.assess(table, periods: .all).cells
      for size in Self.chunkSizes {
        for jobs in 1...4 {
          let result = policy.assess(
            table, scope: .provider, periods: .all, jobs: jobs, chunkRows: size)
          #expect(result.cells == expected, "seed \(seed), chunks of \(size), \(jobs) jobs")
        }
        for blockSize in [1, 300, 5000] {
          let streamed = try policy.streamed(
            csv, blockSize: blockSize, chunkRows: size, resetEvery: random.number(1...4))
          #expect(streamed == expected, "seed \(seed), chunks of \(size), blocks of \(blockSize)")
        }
      }
    }
  }

  private func compile(_ yaml: String, _ seed: UInt64) throws -> CompiledPolicy {
    do {
      return try CompiledPolicy(yaml: yaml)
    } catch {
      print("seed \(seed)\n\(yaml)")
      throw error
    }
  }

  // MARK: Policies of other shapes

  /// Compares columns with records in every size of chunks and number of threads.
  private func check(_ policy: CompiledPolicy, _ csv: String, _ scope: Scope = .provider) throws {
    let table = try policy.table(csv, scope)
    let all = policy.assess(table, scope: scope, periods: .all)
    for row in 0..<all.count {
      #expect(all.differences(row, all.assessment(at: row)) == [], "row \(row)")
    }
    for size in Self.chunkSizes {
      for jobs in 1...4 {
        let result = policy.assess(
          table, scope: scope, periods: .all, jobs: jobs, chunkRows: size)
        #expect(result.cells == all.cells, "chunks of \(size), \(jobs) jobs")
      }
      guard policy.isRowByRow(scope) else { continue }
      let streamed = try policy.streamed(
        csv, scope, blockSize: 100, chunkRows: size, resetEvery: 2)
      #expect(streamed == all.cells, "chunks of \(size), streamed")
    }
  }

  private let header = "id,a,b,c,d,group,yes,no\n"

  private func rows(_ count: Int, _ random: inout SeededRandom) -> String {
    let numbers = ["", "0", "-0", "5e-324", "1", "-1", "50", "100", "999", "-1000", "33.3"]
    return header
      + (0..<count).map { row in
        let cells = (0..<4).map { _ in random.pick(numbers) }
        let group = random.pick(["red", "green", "blue", "", "violet"])
        let flags = (0..<2).map { _ in random.pick(["true", "false", ""]) }
        return (["p\(row)"] + cells + [group] + flags).joined(separator: ",") + "\n"
      }.joined()
  }

  @Test func `more alerts and interventions than a word has bits`() throws {
    var random = SeededRandom.announced()
    let names = ["a", "b", "c", "d"]
    var sections = "alerts:\n"
    for place in 0..<70 {
      sections += "  a\(place): {when: \"\(random.pick(names)) > \(place * 3).0\", "
      sections += "severity: low, owner: lead, message: m}\n"
    }
    sections += "interventions:\n"
    for place in 0..<130 {
      sections += "  i\(place): {kind: structural, title: T, priority: \(random.number(1...9)), "
      sections += "when: \"alert.a\(random.number(0...69)) || \(random.pick(names)) < 5.0\"}\n"
    }
    try check(policy(sections), rows(150, &random))
  }

  @Test func `alerts without any score, and scores without any alert`() throws {
    var random = SeededRandom.announced()
    let data = rows(130, &random)
    try check(
      policy(
        """
        alerts:
          high: {when: "a > 40.0 && yes", severity: {low: "true", high: "[1.0][int(b)] > 0.0"}, \
        owner: lead, message: "{a}"}
          steep: {when: "group == 'red' || c / d > 0.5", severity: low, owner: lead, message: m}
        """), data)
    try check(
      policy(
        """
        factors:
          f: {domain: x, from: a, curve: [[0, 0], [100, 100]], weight: 1}
          g: {domain: x, points: "b", weight: 2, applies: "!no"}
        domains: {x: {weight: 1}}
        scores: {risk: {levels: {low: 0}}}
        """), data)
  }

  @Test func `signs of zero are kept apart`() throws {
    let policy = try policy(
      """
      factors:
        plus: {domain: x, points: "or_else(a, 0.0)", weight: 1}
        minus: {domain: y, points: "or_else(a, -0.0)", weight: 1}
      domains: {x: {weight: 1, combine: max}, y: {weight: 1, combine: max}}
      scores: {risk: {levels: {low: 0}}}
      """)
    let data = header + "p,,,,,,,\nq,-0,,,,,,\nr,0,,,,,,\n"
    try check(policy, data)
    let result = policy.assess(try policy.table(data), periods: .all)
    let signs = result.scores[0].domains.map { $0.values.map(\.sign) }
    #expect(signs == [[.plus, .minus, .plus], [.minus, .minus, .plus]])
  }

  @Test func `a parameter of a group that is not listed is unknown without a default`() throws {
    var random = SeededRandom.announced()
    try check(
      policy(
        """
        parameters:
          bound: {by: group, values: {red: 20, green: 60}}
          share: {by: group, values: {red: 1, blue: 0}}
          height: {default: 40, by: group, values: {green: 90}}
          shape: {by: group, values: {red: [[0, 0], [50, 100]], blue: [[0, 100], [50, 0]]}}
        factors:
          f: {domain: x, from: a, curve: shape, weight: share}
          g: {domain: x, from: b, curve: [[0, 0], [100, 100]], weight: height}
          h: {domain: y, points: "c", weight: share}
        domains:
          x: {weight: share, floors: [{when: "yes", at_least: bound}]}
          y: {weight: 3, minimum_coverage: 0.5}
        scores:
          risk: {levels: {low: 0, high: bound}, floors: [{when: "no", at_least: height}]}
        alerts:
          lost: {when: "level.risk == 'high' || bound > a", severity: low, owner: l, message: m}
        """), rows(150, &random))
  }

  @Test func `confidential figures of teams pass the gate in columns as in records`() throws {
    var random = SeededRandom.announced()
    let policy = try CompiledPolicy(
      yaml: """
        belay: 1
        policy: scopes
        time: {column: month, every: month}
        inputs:
          id: {type: text, role: provider}
          hours: {type: number, range: [0, 100]}
          team: {type: text, role: team}
          safety: {scope: team, type: number, range: [1, 7], confidential: true, respondents: answers}
          answers: {scope: team, type: number, range: [0, 500]}
        factors:
          fear: {domain: voice, from: safety, curve: [[1, 100], [7, 0]], weight: 1}
          load: {domain: work, from: hours, curve: [[40, 0], [80, 100]], weight: 1}
        domains: {voice: {weight: 1, floors: [{when: "safety < 2", at_least: 90}]}, work: {weight: 1}}
        scores:
          climate: {domains: [voice], levels: {low: 0, high: 50}}
          load: {domains: [work], levels: {low: 0, high: 50}}
        alerts:
          unsafe: {when: "safety < 4.5", severity: high, owner: lead, message: "{safety:.1f}"}
          tired: {when: "hours > 60", severity: high, owner: lead, message: "{hours}"}
          own: {when: "team.startsWith('t1')", severity: low, owner: lead, message: "{team}"}
        crisis_resources: [{region: US, name: Lifeline, contact: "988"}]
        """)
    var teams = "month,team,safety,answers\n"
    var providers = "month,id,hours,team\n"
    for row in 0..<150 {
      let safety = random.pick(["", "1", "1.3", "4.37", "4.15", "7", "6.99", "4.45", "9"])
      let answers = random.pick(["", "0", "4", "7", "8", "9", "500", "501"])
      teams += "2026-01,t\(row),\(safety),\(answers)\n"
      providers += "2026-01,p\(row),\(random.pick(["", "39", "61", "80.5"])),t\(row % 7)\n"
    }
    try check(policy, teams, .team)
    try check(policy, providers, .provider)
    let result = policy.assess(
      try policy.table(teams, .team), scope: .team, periods: .all)
    #expect(result.scores[0].score.values.contains { $0.isNaN })
    #expect(result.scores[0].score.values.contains { !$0.isNaN })
  }
}
