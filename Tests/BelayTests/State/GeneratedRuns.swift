import Belay
import BelayYAML
import Foundation
import Tables
import TestSupport

/// A generated policy that looks back in every way there is, and data for it over some months.
struct GeneratedRuns {
  let policy: CompiledPolicy
  let months: [String]
  /// The rows of each scope's table, each with its month's place.
  private var rows: [Scope: [(month: Int, cells: String)]] = [:]
  private static let headers: [Scope: String] = [
    .provider: "provider_id,month,team,specialty,a,b,target,flag,since,lonely",
    .team: "team,month,site,staff,survey,answers",
    .site: "site,month,organization,budget",
    .organization: "organization,month,goal",
  ]

  init(_ random: inout SeededRandom) throws {
    policy = try CompiledPolicy(yaml: Self.policy(&random))
    let count = random.number(2...9)
    months = (0..<count).map { "2026-0\($0 + 1)" }
    for scope in Scope.allCases { rows[scope] = [] }
    let teams = random.number(1...5)
    let people = random.number(5...60)
    let gaps = random.pick([2, 4, 20])
    // Late arrivals, so that the first row of some comes after those of their members.
    let first = (0..<(teams + people)).map { _ in random.once(in: 3) ? random.number(0...count) : 0
    }
    for month in 0..<count {
      for person in 0..<people where month >= first[teams + person] && !random.once(in: gaps) {
        let moves = random.once(in: 12) ? 1 : 0
        let team = (person + moves) % teams
        let cells = [
          "p\(Self.scrambled(person))", months[month],
          random.once(in: 15) ? "" : "t\(Self.scrambled(team))", random.pick(["x", "y", "z", ""]),
          Self.number(-30...60, &random), Self.number(0...9, &random),
          random.once(in: 3) ? Self.number(0...5, &random) : "",
          random.pick(["true", "true", "true", "false", ""]),
          random.pick(["2020-02-29", "2026-01-31", ""]), Self.number(0...10, &random),
        ]
        rows[.provider]!.append((month, cells.joined(separator: ",")))
      }
      for team in 0..<teams where month >= first[team] && !random.once(in: gaps) {
        let cells = [
          "t\(Self.scrambled(team))", months[month], "s\(team % 2)", Self.number(3...9, &random),
          random.once(in: 2) ? Self.number(1...7, &random) : "", "\(random.number(5...30))",
        ]
        rows[.team]!.append((month, cells.joined(separator: ",")))
      }
      for site in 0..<2 where !random.once(in: gaps) {
        rows[.site]!.append((month, "s\(site),\(months[month]),o,\(random.number(1...9))"))
      }
      if !random.once(in: gaps) { rows[.organization]!.append((month, "o,\(months[month]),1")) }
    }
  }

  /// Ids whose byte order is not the order in which they come.
  private static func scrambled(_ number: Int) -> Int { number * 37 % 101 }

  private static func number(_ range: ClosedRange<Int>, _ random: inout SeededRandom) -> String {
    random.once(in: 6) ? "" : "\(random.number(range)).\(random.number(0...99))"
  }

  private static func policy(_ random: inout SeededRandom) -> String {
    let functions = [
      "mean", "sum", "min", "max", "median", "stddev", "count", "share", "first", "last", "change",
      "slope", "percentile", "streak",
    ]
    var measures = ""
    for (place, function) in functions.enumerated() {
      let last = random.number(1...5)
      let condition = ["share", "streak"].contains(function)
      let of = condition ? "\"a > 10\"" : random.pick(["a", "target", "\"a / b\"", "b"])
      let p = function == "percentile" ? ", p: \(random.number(0...100))" : ""
      let over =
        function == "streak" && random.once(in: 2)
        ? "" : ", over: {last: \(last), minimum: \(random.number(1...last))}"
      measures += "  w\(place): {of: \(of), take: \(function)\(over)\(p), show: true}\n"
    }
    let text = """
      belay: 1
      policy: runs
      crisis_resources: [{region: US, name: Lifeline, contact: "988"}]
      time: {column: month, every: month}
      privacy: {minimum_group_size: 5}
      inputs:
        provider_id: {type: text, role: provider}
        team: {type: text, role: team}
        specialty: {type: text, role: group, carry: 1}
        a: {type: number}
        b: {type: number, carry: \(random.number(1...3)), every: quarter}
        target: {type: number, every: quarter}
        flag: {type: boolean}
        since: {type: date}
        lonely: {type: number, range: [0, 10], confidential: true}
        site: {type: text, role: site, scope: team}
        staff: {type: number, scope: team, carry: 2}
        survey:
          type: number
          scope: team
          range: [1, 7]
          confidential: true
          respondents: answers
          carry: \(random.number(1...3))
        answers: {type: number, scope: team}
        organization: {type: text, role: organization, scope: site}
        budget: {type: number, scope: site}
        goal: {type: number, scope: organization}
      population: {provider: "or_else(flag, true)"}
      measures:
      \(measures)  smooth: {of: a, take: ewma, alpha: 0.3, show: true}
        signal: {of: a, take: spc, rules: \(random.pick(["xmr", "western-electric"])), \
      baseline: {first: 3}, improvement: lower, show: true}
        ago_number: {of: a, ago: \(random.number(1...3)), show: true}
        ago_text: {of: specialty, ago: 1, show: true}
        ago_truth: {of: flag, ago: 2, show: true}
        ago_date: {of: since, ago: 1, show: true}
        ago_carried: {of: target, ago: 1, show: true}
        rank: {of: w0, within: specialty, take: percentile, minimum_n: 5, show: true}
        nested: {of: "w3 - smooth", over: {last: 3, minimum: 1}, take: mean, show: true}
        load: {scope: team, of: a, take: mean, show: true}
        load_change: {of: load, over: {last: 3, minimum: 2}, take: change, show: true}
        staff_trend: {of: staff, over: {last: 4, minimum: 1}, take: sum, show: true}
        from_team: {expr: "team.load_change + a", show: true}
        lonely_share: {scope: team, of: "lonely > 6", take: share, minimum_n: 5, show: true}
        lonely_mean: {scope: site, of: lonely, take: mean, range: [0, 10], minimum_n: 5, show: true}
        lonely_window: {of: lonely_share, over: {last: 3, minimum: 1}, take: mean, show: true}
        lonely_before: {of: lonely_share, ago: 1, show: true}
        survey_window: {of: survey, over: {last: 4, minimum: 1}, take: mean, show: true}
        survey_site: {scope: site, of: survey, take: mean, range: [1, 7], minimum_n: 5, show: true}
        site_load: {scope: site, of: load, take: mean, show: true}
        site_streak: {of: "site_load > 10", take: streak, show: true}
        whole: {scope: organization, of: site_load, take: mean, show: true}
        whole_before: {of: whole, ago: 1, show: true}
      alerts:
        heavy:
          when: "a > 20"
          for: \(random.number(1...3))
          clear_when: "a < 5"
          keep_for: \(random.number(0...2))
          cooldown: \(random.number(0...2))
          stale_after: \(random.number(1...3))
          severity: high
          owner: operations
          message: "Heavy: {a}"
        carried: {when: "target > 2", for: 2, severity: low, owner: operations, message: m}
        lonely_team: {when: "lonely_share > 0.3", for: 2, severity: low, owner: operations, message: m}
        site_heavy: {when: "site_load > 12", for: 2, severity: low, owner: operations, message: m}
        whole_heavy: {when: "whole > 12", for: 2, severity: low, owner: operations, message: m}
      """
    return shown(text)
  }

  /// The policy with an expression for each shown measure, since it is expressions that are shown.
  private static func shown(_ policy: String) -> String {
    var lines: [String] = []
    for line in policy.split(separator: "\n", omittingEmptySubsequences: false) {
      lines.append(line.replacingOccurrences(of: ", show: true}", with: "}"))
      guard line.hasSuffix(", show: true}"), let name = line.split(separator: ":").first else {
        continue
      }
      let plain = name.trimmingCharacters(in: .whitespaces)
      lines.append("  shown_\(plain): {expr: \(plain), show: true}")
    }
    return lines.joined(separator: "\n")
  }

  /// The tables of some months.
  func tables(
    _ months: Range<Int>, shuffledBy random: inout SeededRandom
  ) throws -> [Scope: Table] {
    var tables: [Scope: Table] = [:]
    for scope in Scope.allCases {
      let own = rows[scope]!.filter { months.contains($0.month) }.map(\.cells)
        .shuffled(using: &random)
      let text = ([Self.headers[scope]!] + own).joined(separator: "\n") + "\n"
      tables[scope] = try TableReader(schema: policy.tableSchema(for: scope)!)
        .read(Array(text.utf8), name: "\(scope).csv", format: .csv).table
    }
    return tables
  }

  /// All that is said, by scope, subject and period.
  func texts(_ assessed: [AssessedTable]) -> [String: String] {
    var texts: [String: String] = [:]
    for table in assessed {
      for row in 0..<table.count {
        texts["\(table.scope) \(table.subject(at: row)) \(table.period(at: row)!)"] =
          fullText(table.assessment(at: row))
      }
    }
    return texts
  }
}
