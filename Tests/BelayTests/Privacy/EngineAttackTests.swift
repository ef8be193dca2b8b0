import Belay
import BelayYAML
import CEL
import Diagnostics
import Tables
import TestSupport
import Testing

/// Attacks on what an audience is shown of generated organizations: all scopes, three periods,
/// people who join, leave and move.
@Suite struct EngineAttackTests {
  private static let range = 0.0...10.0
  private static let step = 0.5

  private static func policy(isConfidential: Bool) throws -> CompiledPolicy {
    let (confidential, range) =
      isConfidential ? (", confidential: true", ", range: [0, 10]") : ("", "")
    return try CompiledPolicy(
      yaml:
        """
        belay: 1
        policy: attacked
        time: {column: month, every: month}
        privacy: {minimum_group_size: 5}
        inputs:
          provider_id: {type: text, role: provider}
          team: {type: text, role: team}
          site: {scope: team, type: text, role: site}
          organization: {scope: site, type: text, role: organization}
          distress: {type: number, range: [0, 10]\(confidential)}
        measures:
          team_mean: {scope: team, of: distress, take: mean\(range), show: true}
          site_mean: {scope: site, of: distress, take: mean\(range), show: true}
          organization_mean: {scope: organization, of: distress, take: mean\(range), show: true}
        crisis_resources: [{region: US, name: Lifeline, contact: "988"}]
        """)
  }

  private let screened: CompiledPolicy
  private let open: CompiledPolicy

  init() throws {
    screened = try Self.policy(isConfidential: true)
    open = try Self.policy(isConfidential: false)
  }

  /// What an audience is shown, with who is behind it.
  private func figures(
    _ organization: GeneratedOrganization, by policy: CompiledPolicy,
    person: (Int, Int) -> Int, value: (Int, Int) -> Double
  ) throws -> [Attack.Figure] {
    var rows: [Scope: String] = [
      .provider: "provider_id,month,team,distress\n", .team: "team,month,site\n",
      .site: "site,month,organization\n", .organization: "organization,month\n",
    ]
    var members: [String: Set<Int>] = [:]
    for (period, places) in organization.periods.enumerated() {
      let month = "2026-0\(period + 1)"
      for place in places {
        members["\(place.subject) \(month)"] = Set(place.members.map { person($0, period) })
        switch place.subject {
        case 0: rows[.organization]! += "0,\(month)\n"
        case 1..<10: rows[.site]! += "\(place.subject),\(month),0\n"
        default:
          rows[.team]! += "\(place.subject),\(month),\(places[place.parent!].subject)\n"
          for member in place.members.sorted() {
            rows[.provider]! +=
              "p\(member),\(month),\(place.subject),\(value(member, period))\n"
          }
        }
      }
    }
    var tables: [Scope: Table] = [:]
    for (scope, text) in rows {
      tables[scope] = try TableReader(schema: try #require(policy.tableSchema(for: scope)))
        .read(Array(text.utf8), name: scope.rawValue, format: .csv).table
    }
    let gate = Gate(range: Self.range, minimumGroupSize: 5)
    var figures: [Attack.Figure] = []
    for table in try policy.assess(
      tables, scopes: [.team, .site, .organization], periods: .all)
    {
      let seen = table.seen(by: View(audience: "executive"))
      for row in 0..<seen.count {
        let assessment = seen.assessment(at: row)
        guard let measure = assessment.measures.first, !measure.isCarried,
          case .double(let shown)? = measure.value.value
        else { continue }
        let value = gate.rounded(shown)
        let key = "\(assessment.subject) \(assessment.period ?? "")"
        // People in no team are in no figure.
        let inTeams = Set(
          organization.periods.enumerated().flatMap { period, places in
            places.filter { $0.subject >= 10 }
              .flatMap { $0.members.map { person($0, period) } }
          })
        let people = try #require(members[key]).intersection(inTeams)
        let reading = gate.reading(of: value)
        figures.append(
          Attack.Figure(
            members: people,
            lower: reading == .atMost ? Self.range.lowerBound : value - Self.step / 2,
            upper: reading == .atLeast ? Self.range.upperBound : value + Self.step / 2))
      }
    }
    return figures
  }

  private func isTold(_ figures: [Attack.Figure], within width: Double) -> Bool {
    var attack = Attack(figures: figures, range: Self.range)
    let isConsistent = attack.isConsistent()
    #expect(isConsistent)
    let findings = attack.findings(below: 5, within: width)
    return !findings.isEmpty
  }

  /// Each period is asked anew, so people's values change.
  private func anew(
    _ organization: GeneratedOrganization, by policy: CompiledPolicy
  ) throws -> [Attack.Figure] {
    try figures(organization, by: policy, person: { $0 * 8 + $1 }) { person, period in
      let count = organization.values.count
      return 10 * organization.values[(person * 7 + period * 3) % count]
    }
  }

  @Test func `nothing about a few people follows from what is shown`() throws {
    var random = SeededRandom.announced()
    for _ in 0..<SeededRandom.cases(1000) {
      let organization = GeneratedOrganization(random: &random)
      let isTold = isTold(try anew(organization, by: screened), within: Self.step * 1.001)
      #expect(!isTold)
    }
  }

  @Test func `the same attack succeeds where nothing is suppressed`() throws {
    var random = SeededRandom.announced()
    var told = 0
    let cases = 50
    for _ in 0..<cases {
      let organization = GeneratedOrganization(random: &random)
      if isTold(try anew(organization, by: open), within: Self.step * 1.001) { told += 1 }
    }
    #expect(told > cases / 4)
  }

  /// Whoever assumes that nobody's value changed has three times as many figures about it. What the
  /// ends of the range and the rounding then tell by chance is rare.
  @Test func `even where values stay the same hardly anything follows`() throws {
    var random = SeededRandom.announced()
    var told = 0
    let cases = SeededRandom.cases(200)
    for _ in 0..<cases {
      let organization = GeneratedOrganization(random: &random)
      let figures = try figures(organization, by: screened, person: { person, _ in person }) {
        person, _ in 10 * organization.values[person]
      }
      if isTold(figures, within: Self.step) { told += 1 }
    }
    #expect(told * 50 <= cases)
  }
}
