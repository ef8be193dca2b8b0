import Belay
import BelayYAML
import Tables
import Testing

/// Assessing a record and assessing the same record in a table are one thing.
@Suite struct TableTests {
  /// Generated records as rows: subject, period, inputs.
  private struct Row {
    var subject: String
    var month: Int
    var entries: [String: Record.Entry]

    var period: Period { Period(.month, index: 12 * 56 + month) }
  }

  private func table(_ rows: [Row], for policy: CompiledPolicy) throws -> Table {
    let schema = try #require(policy.tableSchema(for: .provider))
    let columns = schema.columns.map(\.name)
    var text = (["id", "month"] + columns).joined(separator: ",") + "\n"
    for row in rows {
      let cells = columns.map { name in
        switch row.entries[name] {
        case .number(let number): NumberText.shortest(number)
        case .text(let text): text
        case .boolean(let truth): "\(truth)"
        case .date, nil: ""
        }
      }
      text += ([row.subject, row.period.description] + cells).joined(separator: ",") + "\n"
    }
    return try TableReader(schema: schema).read(Array(text.utf8), name: "rows.csv", format: .csv)
      .table
  }

  private func rows(_ generator: inout PolicyGenerator, _ model: PolicyModel) -> [Row] {
    (0..<12).map { i in
      Row(subject: "p\(i % 5)", month: i / 5, entries: generator.record(model))
    }
  }

  @Test(arguments: 1000..<1060 as Range<UInt64>)
  func `a record and a row of a table give the same bits`(_ seed: UInt64) throws {
    var generator = PolicyGenerator(seed: seed)
    let model = generator.policy()
    let policy = try CompiledPolicy(json: model.json)
    let rows = rows(&generator, model)
    let result = policy.assess(try table(rows, for: policy), periods: .all)
    #expect(result.count == rows.count)
    var faults = 0
    for (i, row) in rows.enumerated() {
      let one = try policy.assess(
        Record(row.entries, subject: row.subject, period: row.period))
      faults += one.faults.count
      #expect(fullText(result.assessment(at: i)) == fullText(one), "seed \(seed), row \(i)")
      for (score, expected) in zip(result.scores, one.scores) {
        #expect(known(score.score.values[i])?.bitPattern == expected.value?.bitPattern)
        #expect(score.level(at: i) == expected.level)
        #expect(score.coverage[i].bitPattern == expected.coverage.bitPattern)
        for (domain, expected) in zip(score.domains, expected.domains) {
          #expect(domain.id == expected.id)
          #expect(known(domain.values[i])?.bitPattern == expected.value?.bitPattern)
        }
      }
      #expect(result.firingAlerts(at: i).map { result.alertNames[$0] } == one.alerts.map(\.id))
      #expect(
        result.undeterminedAlerts(at: i).map { result.alertNames[$0] }
          == one.undetermined.map(\.id))
      #expect(
        result.recommendedInterventions(at: i).map { result.interventionNames[$0] }
          == one.interventions.map(\.id))
    }
    #expect(result.faultCount == faults)
  }

  /// Nil for a number that is unknown.
  private func known(_ number: Double) -> Double? { number.isNaN ? nil : number }

  @Test(arguments: 2000..<2040 as Range<UInt64>)
  func `the order of rows changes nothing in a row`(_ seed: UInt64) throws {
    var generator = PolicyGenerator(seed: seed)
    let model = generator.policy()
    let policy = try CompiledPolicy(json: model.json)
    let rows = rows(&generator, model)
    let shuffled = rows.shuffled(using: &generator.random)
    for periods in [PeriodSelection.all, .latest, .asOf(rows[5].period)] {
      let texts = try [rows, shuffled].map { rows in
        let result = policy.assess(try table(rows, for: policy), periods: periods)
        return (0..<result.count).map { fullText(result.assessment(at: $0)) }.sorted()
      }
      #expect(texts[0] == texts[1], "seed \(seed)")
    }
  }

  @Test func `generated cases meet every kind of result`() throws {
    var counts: [String: Int] = [:]
    for seed in 1000..<1060 as Range<UInt64> {
      var generator = PolicyGenerator(seed: seed)
      let model = generator.policy()
      let policy = try CompiledPolicy(json: model.json)
      for _ in 0..<10 {
        let one = try policy.assess(Record(generator.record(model)))
        for score in one.scores {
          counts["known", default: 0] += score.value == nil ? 0 : 1
          counts["insufficient", default: 0] += score.level == "insufficient_data" ? 1 : 0
          counts["unknown level", default: 0] += score.level == nil ? 1 : 0
          counts["partial", default: 0] += score.isPartial ? 1 : 0
          let isOpen = score.interval.map { $0.lowerBound < $0.upperBound } ?? false
          counts["open", default: 0] += isOpen && score.value != nil ? 1 : 0
          for driver in score.drivers {
            switch driver.source {
            case .factor: counts["factor", default: 0] += 1
            case .domainFloor: counts["domain floor", default: 0] += 1
            case .scoreFloor: counts["score floor", default: 0] += 1
            }
          }
        }
        counts["firing", default: 0] += one.alerts.count
        counts["undetermined", default: 0] += one.undetermined.count
        counts["recommended", default: 0] += one.interventions.count
        counts["defaulted", default: 0] += one.defaulted.count
      }
    }
    for (kind, count) in counts { #expect(count >= 20, "\(kind)") }
  }

  // MARK: Periods

  private static let periodPolicy = """
    belay: 1
    policy: test
    time: {column: month, every: month}
    inputs:
      id: {type: text, role: provider}
      a: {type: number}
    factors:
      a: {domain: x, points: a, weight: 1}
    domains:
      x: {weight: 1}
    scores:
      s: {levels: {low: 0}}
    alerts:
      winter: {when: "period < timestamp('2026-03-01T00:00:00Z')", severity: low, owner: lead, message: "In {period}"}
    """

  private static let periodRows = """
    id,month,a
    ann,2026-02,12
    bob,2026-03,23
    ann,2026-03,13
    bob,2025-12,20
    cat,2026-04,34
    ann,2026-01-01,11
    bob,2026-02,22

    """

  @Test(
    arguments: [
      (nil, [1, 2, 4]),
      ("2026-03", [1, 2]), ("2026-02", [0, 6]), ("2026-01", [3, 5]), ("2025-12", [3]),
      ("2025-11", []), ("2030-01", [1, 2, 4]),
    ] as [(String?, [Int])])
  func `the latest period of each subject counts, in the order of the data`(
    _ limit: String?, _ rows: [Int]
  ) throws {
    let policy = try CompiledPolicy(yaml: Self.periodPolicy)
    let table = try TableReader(schema: policy.tableSchema(for: .provider)!)
      .read(Array(Self.periodRows.utf8), name: "rows.csv", format: .csv).table
    let limit = limit.map { Period($0, every: .month)! }
    let result = policy.assess(table, periods: limit.map { .asOf($0) } ?? .latest)
    #expect(result.rows == rows)
  }

  @Test func `all periods come in the order of the data, spelled as there`() throws {
    let policy = try CompiledPolicy(yaml: Self.periodPolicy)
    let table = try TableReader(schema: policy.tableSchema(for: .provider)!)
      .read(Array(Self.periodRows.utf8), name: "rows.csv", format: .csv).table
    let result = policy.assess(table, periods: .all)
    #expect(result.rows == Array(0..<7))
    #expect(result.scores[0].score.values == [12, 23, 13, 20, 34, 11, 22])
    #expect(result.period(at: 5) == "2026-01-01")
    #expect(result.assessment(at: 5).period == "2026-01-01")
    #expect(result.assessment(at: 5).subject == "ann")
    #expect((0..<7).filter { !result.firingAlerts(at: $0).isEmpty } == [0, 3, 5, 6])
    #expect(result.assessment(at: 5).alerts[0].message == "In 2026-01-01")
  }

  @Test func `of rows of one subject and period the first counts`() throws {
    let policy = try CompiledPolicy(yaml: Self.periodPolicy)
    let schema = policy.tableSchema(for: .provider)!
    let month = Period("2026-03", every: .month)!
    let table = Table(
      schema: schema, ids: TextColumn(["ann", "bob", "ann", "bob"]),
      periodTexts: TextColumn(["2026-03", "2026-03", "2026-03-01", "2026-03"]),
      periods: [month, month, month, month], columns: [.number([1, 2, 3, 4])])
    #expect(policy.assess(table).rows == [0, 1])
  }

  @Test func `without a time every row counts`() throws {
    let policy = try policy(
      """
      factors:
        a: {domain: x, points: a, weight: 1}
      domains:
        x: {weight: 1}
      scores:
        s: {levels: {low: 0}}
      """)
    let schema = policy.tableSchema(for: .provider)!
    let rows = "id,a,b,c,d,group,yes,no\nann,1,,,,,,\nbob,2,,,,,,\n"
    let table = try TableReader(schema: schema)
      .read(Array(rows.utf8), name: "rows.csv", format: .csv).table
    for periods in [PeriodSelection.latest, .all, .asOf(Period(.month, index: 0))] {
      let result = policy.assess(table, periods: periods)
      #expect(result.rows == [0, 1])
      #expect(result.period(at: 0) == nil)
    }
  }

  // MARK: Many results

  @Test func `a score may have many levels`() throws {
    let levels = (0..<200).map { "l\($0): \(Double($0) / 2)" }
    let policy = try policy(
      """
      factors:
        a: {domain: x, points: a, weight: 1}
      domains:
        x: {weight: 1}
      scores:
        s: {levels: {\(levels.joined(separator: ", "))}}
      """)
    let schema = policy.tableSchema(for: .provider)!
    let rows = "id,a,b,c,d,group,yes,no\nann,98.2,,,,,,\nbob,,,,,,,\n"
    let table = try TableReader(schema: schema)
      .read(Array(rows.utf8), name: "rows.csv", format: .csv).table
    let result = policy.assess(table)
    #expect(result.scores[0].level(at: 0) == "l196")
    #expect(result.scores[0].level(at: 1) == "insufficient_data")
  }

  @Test func `marks of more than 64 alerts stay apart`() throws {
    let alerts = (0..<130).map {
      "  a\($0): {when: \"a == \($0).0\", severity: low, owner: lead, message: m}"
    }
    let policy = try policy("alerts:\n" + alerts.joined(separator: "\n"))
    let schema = policy.tableSchema(for: .provider)!
    for i in [0, 63, 64, 65, 127, 128, 129] {
      let rows = "id,a,b,c,d,group,yes,no\nann,\(i),,,,,,\nbob,,,,,,,\n"
      let table = try TableReader(schema: schema)
        .read(Array(rows.utf8), name: "rows.csv", format: .csv).table
      let result = policy.assess(table)
      #expect(result.firingAlerts(at: 0) == [i])
      #expect(result.undeterminedAlerts(at: 0) == [])
      #expect(result.firingAlerts(at: 1) == [])
      #expect(result.undeterminedAlerts(at: 1) == Array(0..<130))
    }
  }
}
