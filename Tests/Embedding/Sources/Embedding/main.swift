import Belay
import BelayYAML

let policy = try CompiledPolicy(
  yaml: """
    belay: 1
    policy: visits
    inputs:
      provider_id: {type: text, role: provider}
      specialty: {type: text, role: group}
      visits_per_clinic_day: {type: number, range: [0, 60]}
    parameters:
      visit_capacity: {default: 20, by: specialty, values: {pediatrics: 26}}
    factors:
      visit_load:
        domain: workload
        from: "visits_per_clinic_day / visit_capacity"
        curve: [[0.8, 0], [1.0, 30], [1.3, 90]]
        weight: 1
    domains:
      workload: {weight: 1}
    scores:
      support_risk: {levels: {low: 0, elevated: 35, high: 55}}
    """)
let assessment = try policy.assess(["visits_per_clinic_day": 31.2, "specialty": "pediatrics"])
guard let score = assessment.score("support_risk"), let value = score.value else {
  fatalError("the score is known")
}
print(score.label, value, score.level ?? "")
for driver in score.drivers { print(driver.label, driver.contribution) }
