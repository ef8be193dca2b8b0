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
      let mean = organization.mean(of: finding.members, in: Self.range) { $0 }
      #expect(finding.lower - 1e-5 <= mean && mean <= finding.upper + 1e-5)
      #expect(finding.members.count < minimum)
    }
    return findings
  }

  @Test func `nothing about a few people follows from rounded figures`() {
    var random = SeededRandom.announced()
    for _ in 0..<SeededRandom.cases(1000) {
      let organization = GeneratedOrganization(random: &random)
      let minimum = random.number(5...8)
      let sets = organization.published(Disclosure(minimum: minimum))
      let found = findings(
        rounded(sets, of: organization), of: organization, below: minimum, isCoded: true)
      #expect(found.isEmpty)
    }
  }

  /// A range that nobody knows leaves addition and subtraction.
  @Test func `exact figures cannot be subtracted over three periods`() {
    var random = SeededRandom.announced()
    for _ in 0..<SeededRandom.cases(1000) {
      let organization = GeneratedOrganization(random: &random)
      let minimum = random.number(5...8)
      let sets = organization.published(Disclosure(minimum: minimum))
      let found = findings(
        exact(sets, of: organization), of: organization, below: minimum, range: -93...101)
      #expect(found.isEmpty)
    }
  }

  @Test func `the same attacks succeed where nothing is suppressed`() {
    var random = SeededRandom.announced()
    var (roundedFound, exactFound) = (0, 0)
    for _ in 0..<30 {
      let organization = GeneratedOrganization(random: &random)
      let sets = organization.published(nil)
      let all = rounded(sets, of: organization)
      if !findings(all, of: organization, below: 5, isCoded: true).isEmpty { roundedFound += 1 }
      let raw = exact(sets, of: organization)
      if !findings(raw, of: organization, below: 5, range: -93...101).isEmpty { exactFound += 1 }
    }
    #expect(roundedFound > 5)
    #expect(exactFound > 20)
  }

  @Test func `measure`() {
    var random = SeededRandom.announced()
    var (sharp, uncoded) = (0, 0)
    for _ in 0..<SeededRandom.cases(1000) {
      let organization = GeneratedOrganization(random: &random)
      let minimum = random.number(5...8)
      let sets = organization.published(Disclosure(minimum: minimum))
      if !findings(exact(sets, of: organization), of: organization, below: minimum).isEmpty {
        sharp += 1
      }
      let figures = sets.map { set in
        let figure = gate.rounded(organization.mean(of: set, in: Self.range) { $0 })
        let reading = gate.reading(of: figure)
        return Attack.Figure(
          members: set, lower: reading == .atMost ? Self.range.lowerBound : figure - Self.step / 2,
          upper: reading == .atLeast ? Self.range.upperBound : figure + Self.step / 2)
      }
      let found = findings(figures, of: organization, below: minimum)
      if !found.isEmpty {
        uncoded += 1
        print(found.map { ($0.members.count, $0.lower, $0.upper) })
      }
    }
    print("exact with unanimity", sharp, "rounded, contributions not coded", uncoded)
  }
}
