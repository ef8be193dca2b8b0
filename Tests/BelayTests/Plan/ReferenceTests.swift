import Belay
import CEL
import Testing

/// The engine and the reference agree on policies and records that nobody thought of.
@Suite struct ReferenceTests {
  @Test(arguments: 0..<8)
  func `the engine says what the formulas say`(_ batch: UInt64) throws {
    for seed in (batch * 50)..<(batch * 50 + 50) {
      var generator = PolicyGenerator(seed: seed)
      let model = generator.policy()
      let policy: CompiledPolicy
      do {
        policy = try CompiledPolicy(json: model.json)
      } catch {
        Issue.record("seed \(seed): \(error)\n\(model.json)")
        return
      }
      for _ in 0..<20 {
        let record = generator.record(model)
        let period = generator.period()
        let differences = differences(
          try policy.assess(Record(record, period: period)),
          ReferenceEvaluator(model, record, period))
        guard differences.isEmpty else {
          Issue.record("seed \(seed): \(differences)\n\(record)\n\(model.json)")
          return
        }
      }
    }
  }

  private func differences(
    _ assessment: Assessment, _ reference: ReferenceEvaluator
  ) -> [String] {
    var found: [String] = []
    func compare<T: Equatable>(_ what: String, _ engine: T, _ expected: T) {
      if engine != expected { found.append("\(what) is \(engine), not \(expected)") }
    }
    for (score, expected) in zip(assessment.scores, reference.scores) {
      let name = expected.name
      compare(name, score.value?.bitPattern, expected.value?.bitPattern)
      compare("level of \(name)", score.level, expected.level)
      compare("coverage of \(name)", score.coverage, expected.coverage)
      compare("interval of \(name)", score.interval, expected.interval)
      compare("\(name) partial", score.isPartial, expected.isPartial)
      compare(
        "drivers of \(name)", score.contributions.keys.sorted(), expected.drivers.keys.sorted())
      for (driver, contribution) in score.contributions {
        let difference = abs(contribution - (expected.drivers[driver] ?? .nan))
        compare("driver \(driver) of \(name) as expected", difference < 1e-9, true)
      }
      compare("drivers of \(name) add up", driversAddUp(score), true)
      if !score.isPartial, score.value == nil {
        compare("missing of \(name) is there", score.missing.causes.isEmpty, false)
      }
      for (domain, expected) in zip(score.domains, expected.domains) {
        compare(domain.id, domain.value?.bitPattern, expected.value?.bitPattern)
        for factor in domain.factors {
          let points = reference.points[factor.id]
          compare("points.\(factor.id)", factor.points?.bitPattern, points?.bitPattern)
          compare("missing of \(factor.id)", factor.missing.causes.isEmpty, points != nil)
        }
      }
    }
    compare("scores", assessment.scores.map(\.id), reference.scores.map(\.name))
    compare(
      "alerts", Dictionary(uniqueKeysWithValues: assessment.alerts.map { ($0.id, $0.severity) }),
      reference.firing)
    compare("undetermined", assessment.undetermined.map(\.id), reference.undetermined)
    compare(
      "causes of the undetermined",
      assessment.undetermined.allSatisfy { !$0.missing.causes.isEmpty },
      true)
    compare("interventions", assessment.interventions.map(\.id), reference.recommended)
    compare("faults", assessment.faults, [])
    return found
  }
}
