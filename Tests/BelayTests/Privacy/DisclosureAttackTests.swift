import Belay
import TestSupport
import Testing

/// Attacks on what is published of generated organizations, with nobody's value changing.
@Suite struct DisclosureAttackTests {
  private static let range = 1.0...7.0
  private static let step = 0.3

  private func exact(_ sets: [Set<Int>], of organization: GeneratedOrganization) -> [Attack.Figure]
  {
    sets.map { set in
      let mean = organization.mean(of: set, in: Self.range)
      return Attack.Figure(members: set, lower: mean, upper: mean)
    }
  }

  /// Which groups of few people are found out to a step of the range.
  private func findings(
    _ figures: [Attack.Figure], of organization: GeneratedOrganization, below minimum: Int,
    range: ClosedRange<Double> = range
  ) -> [Attack.Finding] {
    var attack = Attack(figures: figures, range: range, groups: organization.groups)
    let isConsistent = attack.isConsistent()
    #expect(isConsistent)
    let findings = attack.findings(below: minimum, within: Self.step)
    for finding in findings {
      let mean = organization.mean(of: finding.members, in: Self.range)
      #expect(finding.lower - 1e-5 <= mean && mean <= finding.upper + 1e-5)
      #expect(finding.members.count < minimum)
    }
    return findings
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

  @Test func `the same attack succeeds where nothing is suppressed`() {
    var random = SeededRandom(seed: 5)
    var told = 0
    for _ in 0..<40 {
      let organization = GeneratedOrganization(random: &random)
      let raw = exact(organization.published(nil), of: organization)
      if !findings(raw, of: organization, below: 5, range: -93...101).isEmpty { told += 1 }
    }
    #expect(told > 20)
  }
}
