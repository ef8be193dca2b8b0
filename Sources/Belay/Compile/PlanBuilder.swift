import CEL
import Tables

/// Gathers the compiled quantities of one scope into its plan.
struct PlanBuilder {
  private let compiler: Compiler
  private let scope: Scope
  private var steps: [Step] = []
  private var factors: [Int: FactorPlan] = [:]
  private var domains: [Int: (weight: NumberPlan, floors: [FloorPlan])] = [:]
  private var scores: [Int: (levels: [ScorePlan.Level], floors: [FloorPlan])] = [:]
  private var alerts: [Int: AlertPlan] = [:]
  private var interventions: [Int: InterventionPlan] = [:]
  private var measures: [Int: MeasurePlan] = [:]

  init(compiler: Compiler, scope: Scope) {
    self.compiler = compiler
    self.scope = scope
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

  /// - Precondition: an input holds the ids of the scope's subjects.
  func finish() -> Plan {
    let policy = compiler.policy
    guard let key = policy.inputs.first(where: { $0.role == .subject(scope) }) else {
      preconditionFailure("the scope \(scope.rawValue) has ids")
    }
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
    let (inputs, ignored, schema) = inputPlans(key: key)
    return Plan(
      scope: scope, inputs: inputs, ignoredInputs: ignored,
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
      scores: scorePlans, alerts: alertOrder.members.map { alerts[$0]! },
      interventions: interventionPlans,
      shown: Places(measures.keys).members.filter { policy.measures[$0].isShown }
        .map { measures[$0]! },
      ranking: interventionPlans.indices.sorted {
        let (a, b) = (interventionPlans[$0], interventionPlans[$1])
        return (a.recommendation.priority, $0) < (b.recommendation.priority, $1)
      },
      schema: schema)
  }

  /// The inputs that this scope's quantities read, and the table that they come in.
  private func inputPlans(key: InputDeclaration) -> ([InputPlan], Set<String>, TableSchema) {
    let policy = compiler.policy
    var isRead = Array(repeating: false, count: policy.inputs.count)
    for index in compiler.order where compiler.isPart(index, of: scope) {
      if case .input = compiler.quantities[index].kind { continue }
      for read in compiler.quantities[index].reads {
        if case .input(let i) = compiler.quantities[read.index].kind { isRead[i] = true }
      }
    }
    for quantity in compiler.quantities {
      // An input reads the count of its respondents.
      guard case .input(let i) = quantity.kind, isRead[i] else { continue }
      for read in quantity.reads {
        if case .input(let i) = compiler.quantities[read.index].kind { isRead[i] = true }
      }
    }
    var inputs: [InputPlan] = []
    var columns: [ColumnSchema] = []
    var ignored: Set<String> = []
    var knownHeaders: Set<String> = []
    for (i, input) in policy.inputs.enumerated() where input.isColumn(of: scope) {
      let name = input.name.text
      guard isRead[i] else {
        // A column that nothing reads is known all the same, but its cells are not looked at.
        ignored.insert(name)
        knownHeaders.insert(input.column)
        continue
      }
      let isKey = name == key.name.text
      inputs.append(
        InputPlan(
          name: name, slot: compiler.slot(name), type: input.type,
          column: isKey ? nil : columns.count, gate: gatePlan(input)))
      if !isKey {
        columns.append(
          ColumnSchema(name: input.column, type: input.type, isRequired: !input.isOptional))
      }
    }
    let schema = TableSchema(
      key: key.column,
      time: policy.time.map { TableSchema.Time(column: $0.column, every: $0.every) },
      columns: columns, knownHeaders: knownHeaders)
    return (inputs, ignored, schema)
  }

  private func gatePlan(_ input: InputDeclaration) -> GatePlan? {
    guard input.isConfidential, let range = input.range, let respondents = input.respondents
    else { return nil }
    return GatePlan(
      gate: Gate(range: range, minimumGroupSize: compiler.policy.minimumGroupSize),
      respondents: compiler.slot(respondents.text))
  }
}

extension InputDeclaration {
  /// Whether the table of a scope may have its column: ids also stand in the tables of members.
  func isColumn(of scope: Scope) -> Bool {
    role?.scope.map { $0 >= scope } ?? (self.scope == scope)
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
