import CEL
import Tables

/// Gathers compiled quantities of one scope into a plan.
struct PlanBuilder {
  private let compiler: Compiler
  private let table: TablePlan
  private var derived: [InputPlan] = []
  /// By slot.
  var carriers: [Int: [Int]] = [:]
  private var steps: [Step] = []
  private var factors: [Int: FactorPlan] = [:]
  private var domains: [Int: (weight: NumberPlan, floors: [FloorPlan])] = [:]
  private var scores: [Int: (levels: [ScorePlan.Level], floors: [FloorPlan])] = [:]
  private var alerts: [Int: AlertPlan] = [:]
  private var interventions: [Int: InterventionPlan] = [:]
  private var measures: [Int: MeasurePlan] = [:]

  init(compiler: Compiler, table: TablePlan) {
    self.compiler = compiler
    self.table = table
  }

  /// Lets rows read what a derivation gives.
  mutating func add(_ derivation: Derivation, _ id: Int, named name: String) {
    derived.append(
      InputPlan(
        name: name, slot: compiler.slot(name), type: derivation.type, source: .derived(id)))
  }

  /// Steps name declarations until `finish` knows where each stands in the plan.
  mutating func add(_ compiled: Compiler.Compiled, _ index: Int) {
    switch (compiled, compiler.quantities[index].kind) {
    case (.parameter(let plan), _): steps.append(.parameter(plan))
    case (.measure(let plan), .measure(let i)):
      measures[i] = plan
      steps.append(.measure(plan))
    case (.factor(let plan), .factor(let i)):
      factors[i] = plan
      steps.append(.factor(i))
    case (.domain(let weight, let floors), .domain(let i)):
      domains[i] = (weight, floors)
      steps.append(.domain(i))
    case (.score(let levels, let floors), .score(let i)):
      scores[i] = (levels, floors)
      steps.append(.score(i))
    case (.alert(let plan), .alert(let i)):
      alerts[i] = plan
      steps.append(.alert(i))
    case (.intervention(let plan), .intervention(let i)):
      interventions[i] = plan
      steps.append(.intervention(i))
    default: break
    }
  }

  /// - Parameter reading: the inputs that come from the table.
  func finish(reading read: Set<Int>) -> Plan {
    let policy = compiler.policy
    let factorOrder = Places(factors.keys)
    let domainOrder = Places(domains.keys)
    let scoreOrder = Places(scores.keys)
    let alertOrder = Places(alerts.keys)
    let interventionOrder = Places(interventions.keys)
    let domainPlans = domainOrder.members.map { i in
      let domain = policy.domains[i]
      return DomainPlan(
        name: domain.name.text, label: domain.label,
        slot: compiler.slot("domain.\(domain.name.text)"), weight: domains[i]!.weight,
        factors: compiler.factorsOfDomain[i].compactMap { factorOrder[$0] },
        combination: domain.combination, minimumCoverage: domain.minimumCoverage,
        floors: domains[i]!.floors)
    }
    let scorePlans = scoreOrder.members.map { i in
      let score = policy.scores[i]
      let name = score.name.text
      return ScorePlan(
        name: name, label: score.label, presentation: score.presentation,
        slot: compiler.slot("score.\(name)"),
        levelSlot: compiler.slot("level.\(name)"),
        coverageSlot: compiler.slot("coverage.\(name)"),
        domains: compiler.domainsOfScore[i].compactMap { domainOrder[$0] },
        levels: scores[i]!.levels, combination: score.combination,
        minimumCoverage: score.minimumCoverage, floors: scores[i]!.floors)
    }
    let interventionPlans = interventionOrder.members.map { interventions[$0]! }
    let isDerived = Set(derived.map(\.slot))
    return Plan(
      scope: table.scope, inputs: inputPlans(read) + derived,
      tableInputs: Dictionary(
        uniqueKeysWithValues: table.columns.map { (policy.inputs[$0].name.text, $1) }),
      ignoredInputs: table.ignored,
      steps: steps.map { step in
        switch step {
        case .factor(let i): .factor(factorOrder[i]!)
        case .domain(let i): .domain(domainOrder[i]!)
        case .score(let i): .score(scoreOrder[i]!)
        case .alert(let i): .alert(alertOrder[i]!)
        case .intervention(let i): .intervention(interventionOrder[i]!)
        case .parameter, .measure: step
        }
      },
      factors: factorOrder.members.map { factors[$0]! }, domains: domainPlans,
      scores: scorePlans,
      alerts: alertOrder.members.map { i in
        var alert = alerts[i]!
        alert.isDerived = isDerived.contains(alert.slot)
        return alert
      },
      interventions: interventionPlans,
      shown: shownPlans(isDerived),
      access: access(isDerived), carriers: carriers,
      ranking: interventionPlans.indices.sorted {
        let (a, b) = (interventionPlans[$0], interventionPlans[$1])
        return (a.recommendation.priority, $0) < (b.recommendation.priority, $1)
      },
      schema: table.schema)
  }

  private func shownPlans(_ derived: Set<Int>) -> [ShownPlan] {
    compiler.policy.measures.indices.compactMap { i in
      let measure = compiler.policy.measures[i]
      let slot = compiler.slot(measure.name.text)
      // What is looked up from a container is shown there.
      guard measure.isShown, measures[i] != nil || isOwn(i) && derived.contains(slot) else {
        return nil
      }
      return ShownPlan(
        name: measure.name.text, label: measure.label, unit: measure.unit, slot: slot,
        gate: compiler.gate(of: measure.name.text))
    }
  }

  /// Whether a measure is about the plan's own scope.
  private func isOwn(_ measure: Int) -> Bool {
    let name = compiler.policy.measures[measure].name.text
    return compiler.indices[name].map { compiler.scopes[$0] } == .one(table.scope)
  }

  private func access(_ derived: Set<Int>) -> [Int: Access] {
    var access: [Int: Access] = [:]
    func add(_ name: String) {
      if let index = compiler.indices[name] {
        access[compiler.slot(name)] = compiler.access(to: index)
      }
    }
    for i in scores.keys { add("score.\(compiler.policy.scores[i].name.text)") }
    for alert in alerts.values { add("alert.\(alert.name)") }
    for intervention in interventions.values { add("intervention.\(intervention.name)") }
    for plan in shownPlans(derived) { add(plan.name) }
    return access
  }

  /// The inputs that are read from the table, in policy order.
  private func inputPlans(_ read: Set<Int>) -> [InputPlan] {
    read.sorted().map { i in
      let input = compiler.policy.inputs[i]
      let name = input.name.text
      return InputPlan(
        name: name, slot: compiler.slot(name), type: input.type, source: table.source(of: i))
    }
  }
}

/// Declarations in policy order, and where each stands among them.
private struct Places {
  let members: [Int]
  private let places: [Int: Int]

  init(_ members: some Sequence<Int>) {
    self.members = members.sorted()
    places = Dictionary(uniqueKeysWithValues: self.members.enumerated().map { ($1, $0) })
  }

  subscript(member: Int) -> Int? { places[member] }
}
