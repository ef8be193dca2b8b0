import Belay
import CEL
import Tables
import TestSupport
import Testing

/// What holds of derived columns whatever the data are.
@Suite struct DerivationPropertyTests {
  private static let sections = """
    measures:
      recent: {of: x, over: {last: 3, minimum: 1}, take: mean, show: true}
      trend: {of: "recent - y", over: {last: 4, minimum: 2}, take: slope, show: true}
      smooth: {of: x, take: ewma, alpha: 0.3, show: true}
      before: {of: x, ago: 2, show: true}
      team_mean: {scope: team, of: recent, take: mean}
      team_sum: {scope: team, of: x, take: sum}
      above: {expr: "x - team.team_mean", show: true}
      team_spread: {scope: team, of: above, take: median}
      spread: {scope: provider, expr: "team.team_spread", show: true}
      crowd: {scope: provider, expr: "team.team_sum / team.beds", show: true}
      place: {of: x, within: team, take: percentile, minimum_n: 5, show: true}
      team_trend: {scope: team, of: team_sum, over: {last: 3, minimum: 2}, take: change}
      of_team: {scope: provider, expr: "team.team_trend", show: true}
    domains: {work: {weight: 1}}
    factors:
      own: {domain: work, from: recent, curve: [[0, 0], [100, 100]], weight: 2}
      shared: {domain: work, from: beds, curve: [[0, 0], [10, 100]], weight: 1}
    scores: {strain: {levels: {low: 0, high: 50}}}
    alerts:
      high:
        when: "x > 60"
        clear_when: "x < 40"
        for: 2
        keep_for: 1
        severity: low
        owner: lead
        message: "{x}"
      low: {when: "alert.high && place > 50", severity: low, owner: lead, message: Low}
    """

  private struct Row {
    var month: Int
    var id: String
    var cells: String
  }

  /// Rows with gaps and empty cells; providers change teams.
  private static func rows(_ random: inout SeededRandom, months: Range<Int>) -> [Row] {
    var rows: [Row] = []
    for provider in 0..<12 {
      for month in months where !random.once(in: 5) {
        let cells = (0..<2).map { _ in
          random.once(in: 6) ? "_" : "\(Double(random.number(0...1000)) / 10)"
        }
        let team = random.once(in: 8) ? "_" : "t\(random.once(in: 6) ? 3 : provider % 3)"
        rows.append(
          Row(month: month, id: "p\(provider)", cells: "\(team) \(cells.joined(separator: " "))"))
      }
    }
    return rows
  }

  private static func teams(_ random: inout SeededRandom, months: Range<Int>) -> [Row] {
    (0..<4).flatMap { team in
      months.filter { _ in !random.once(in: 6) }.map { month in
        Row(month: month, id: "t\(team)", cells: random.once(in: 8) ? "_" : "\(team + 2)")
      }
    }
  }

  private static func text(_ header: String, _ rows: [Row]) -> String {
    header
      + rows.map { row in
        let month = row.month < 10 ? "0\(row.month)" : "\(row.month)"
        return "2026-\(month) \(row.id) \(row.cells)\n"
      }.joined()
  }

  private static func results(
    _ providers: [Row], _ teams: [Row], jobs: Int = 1
  ) throws -> [String] {
    let run = try DerivationRun(
      sections,
      tables: [
        .provider: text("month id team x y\n", providers), .team: text("month team beds\n", teams),
      ])
    let table = try run.policy.assess(
      run.tables, scopes: [.provider], periods: .all, jobs: jobs)[0]
    for row in 0..<table.count {
      let differences = table.differences(row, table.assessment(at: row))
      #expect(differences == [], "row \(row)")
    }
    return (0..<table.count).map { DerivationRun.text(of: table.assessment(at: $0)) }
  }

  @Test func `columns agree with rows, and neither jobs nor the order of rows change anything`()
    throws
  {
    var random = SeededRandom.announced()
    for _ in 0..<8 {
      let providers = Self.rows(&random, months: 1..<9)
      let teams = Self.teams(&random, months: 1..<9)
      let expected = try Self.results(providers, teams)
      for jobs in [2, 7] {
        #expect(try Self.results(providers, teams, jobs: jobs) == expected)
      }
      let shuffled = try Self.results(
        providers.shuffled(using: &random), teams.shuffled(using: &random))
      #expect(shuffled.sorted() == expected.sorted())
    }
  }

  @Test func `a later period changes nothing in earlier ones`() throws {
    var random = SeededRandom.announced()
    for _ in 0..<8 {
      let providers = Self.rows(&random, months: 1..<9)
      let teams = Self.teams(&random, months: 1..<9)
      let expected = try Self.results(providers, teams)
      let later = try Self.results(
        providers + Self.rows(&random, months: 9..<11), teams + Self.teams(&random, months: 9..<11)
      )
      #expect(Array(later.prefix(expected.count)) == expected)
    }
  }

  @Test func `a row of empty cells for a gap changes no other row`() throws {
    var random = SeededRandom.announced()
    for _ in 0..<8 {
      let providers = Self.rows(&random, months: 1..<9)
      let teams = Self.teams(&random, months: 1..<9)
      let expected = try Self.results(providers, teams)
      let known = Set(providers.map { "\($0.id) \($0.month)" })
      var gaps: [Row] = []
      for provider in 0..<12 {
        for month in 1..<9 where !known.contains("p\(provider) \(month)") {
          gaps.append(Row(month: month, id: "p\(provider)", cells: "_ _ _"))
        }
      }
      let filled = try Self.results(providers + gaps, teams)
      #expect(Array(filled.prefix(expected.count)) == expected)
    }
  }

  /// Windows, ago and roll-ups, written down once more as directly as can be.
  @Test func `what is derived is what its definition says`() throws {
    var random = SeededRandom.announced()
    for _ in 0..<8 {
      let providers = Self.rows(&random, months: 1..<9)
      let run = try DerivationRun(
        """
        measures:
          recent: {of: x, over: {last: 3, minimum: 2}, take: sum, show: true}
          before: {of: recent, ago: 2, show: true}
          total: {scope: team, of: recent, take: sum}
          part: {expr: "recent / team.total", show: true}
        """,
        tables: [.provider: Self.text("month id team x y\n", providers.shuffled(using: &random))])
      var numbers: [String: Double] = [:]
      var teams: [String: String] = [:]
      for row in providers {
        let cells = row.cells.split(separator: " ").map(String.init)
        let key = "\(row.id) \(row.month)"
        if cells[0] != "_" { teams[key] = cells[0] }
        if let x = Double(cells[1]) { numbers[key] = x }
      }
      func recent(_ id: String, _ month: Int) -> Double? {
        guard providers.contains(where: { $0.id == id && $0.month == month }) else { return nil }
        let known = (month - 2...month).compactMap { numbers["\(id) \($0)"] }
        return known.count < 2 ? nil : known.reduce(0, +)
      }
      let table = try run.policy.assess(run.tables, scopes: [.provider], periods: .all)[0]
      #expect(table.count == providers.count)
      for index in 0..<table.count {
        let one = table.assessment(at: index)
        let month = Int(one.period!.suffix(2))!
        let own = recent(one.subject, month)
        let members = (0..<12).map { "p\($0)" }.sorted().filter { id in
          let team = teams["\(one.subject) \(month)"]
          return team != nil && teams["\(id) \(month)"] == team
        }
        let sums = members.compactMap { recent($0, month) }
        let total = sums.isEmpty ? nil : sums.reduce(0, +)
        var part: Double?
        if let own, let total, total != 0 { part = own / total }
        for (measure, expected) in zip(
          one.measures, [own, recent(one.subject, month - 2), part])
        {
          var found: Double?
          if case .value(.double(let value)) = measure.value { found = value }
          #expect(found == expected, "\(measure.id) of \(one.subject) in \(month)")
        }
      }
    }
  }
}
