import Belay
import TestSupport
import Testing

/// Attacks on what is published of generated organizations, with nobody's value changing.
@Suite struct DisclosureAttackTests {
  private static let range = 1.0...7.0
  private static let step = 0.3
  private let gate = Gate(range: range, minimumGroupSize: 5)

  private func exact(_ sets: [Set<Int>], of organization: GeneratedOrganization) -> [Attack.Figure]
  {
    sets.map { set in
      let mean = organization.mean(of: set, in: Self.range) { $0 }
      return Attack.Figure(members: set, lower: mean, upper: mean)
    }
  }

  /// What is behind figures that went through the gate.
  private func rounded(_ sets: [Set<Int>], of organization: GeneratedOrganization)
    -> [Attack.Figure]
  {
    sets.map { set in
      let figure = gate.rounded(
        organization.mean(of: set, in: Self.range) { gate.contribution(of: $0) })
      let reading = gate.reading(of: figure)
      return Attack.Figure(
        members: set, lower: reading == .atMost ? Self.range.lowerBound : figure - Self.step / 2,
        upper: reading == .atLeast ? Self.range.upperBound : figure + Self.step / 2)
    }
  }

  /// Which groups of few people are found out to a step of the range.
  private func findings(
    _ figures: [Attack.Figure], of organization: GeneratedOrganization, below minimum: Int,
    isCoded: Bool = false, range: ClosedRange<Double> = range
  ) -> [Attack.Finding] {
    let inner = gate.contribution(of: range.lowerBound)...gate.contribution(of: range.upperBound)
    var attack = Attack(
      figures: figures, range: isCoded ? inner : range,
      coded: isCoded ? inner.lowerBound - range.lowerBound : 0, groups: organization.groups)
    let isConsistent = attack.isConsistent()
    #expect(isConsistent)
    let findings = attack.findings(below: minimum, within: Self.step)
    for finding in findings {
      let mean = organization.mean(of: finding.members, in: Self.range) {
        isCoded ? gate.contribution(of: $0) : $0
      }
      #expect(finding.lower - 1e-5 <= mean && mean <= finding.upper + 1e-5)
      #expect(finding.members.count < minimum)
    }
    return findings
  }

  /// Where the true figures all lie at the edges of their steps, rounded ones tell nearly as much as
  /// a system of exact ones in which values have ends: rare, and nobody can tell when to expect it.
  @Test func `rounded figures hardly ever tell about a few people`() {
    var random = SeededRandom.announced()
    let cases = SeededRandom.cases(1000)
    var told = 0
    for _ in 0..<cases {
      let organization = GeneratedOrganization(random: &random)
      let minimum = random.number(5...8)
      let sets = organization.published(Disclosure(minimum: minimum))
      let found = findings(
        rounded(sets, of: organization), of: organization, below: minimum, isCoded: true)
      if !found.isEmpty { told += 1 }
    }
    #expect(told * 200 <= cases)
  }

  /// A range that nobody knows leaves addition and subtraction.
  @Test func `exact figures cannot be subtracted over three periods`() {
    var random = SeededRandom.announced()
    for _ in 0..<SeededRandom.cases(300) {
      let organization = GeneratedOrganization(random: &random)
      let minimum = random.number(5...8)
      let sets = organization.published(Disclosure(minimum: minimum))
      let found = findings(
        exact(sets, of: organization), of: organization, below: minimum, range: -93...101)
      #expect(found.isEmpty)
    }
  }

  @Test func `the same attacks succeed where nothing is suppressed`() {
    var random = SeededRandom(seed: 5)
    var (roundedFound, exactFound) = (0, 0)
    for _ in 0..<40 {
      let organization = GeneratedOrganization(random: &random)
      let sets = organization.published(nil)
      let all = rounded(sets, of: organization)
      if !findings(all, of: organization, below: 5, isCoded: true).isEmpty { roundedFound += 1 }
      let raw = exact(sets, of: organization)
      if !findings(raw, of: organization, below: 5, range: -93...101).isEmpty { exactFound += 1 }
    }
    #expect(roundedFound > 0)
    #expect(exactFound > 20)
  }
}
