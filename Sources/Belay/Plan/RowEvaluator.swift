import CEL

/// Runs a plan over one row: the plain meaning of every step.
struct RowEvaluator: Sendable {
  let plan: Plan
  let slotCount: Int

  /// The state of a row whose inputs are given, before any step.
  ///
  /// Confidential figures pass their gate here and nowhere else.
  func start(period: Outcome<Value>, input: (InputPlan) -> Outcome<Value>) -> RowState {
    var row = RowState(plan, slotCount: slotCount)
    row.slots[Slots.period] = period
    for plan in plan.inputs { row.slots[plan.slot] = input(plan) }
    for plan in plan.inputs {
      guard let gate = plan.gate else { continue }
      row.slots[plan.slot] = gate.gate.admit(
        row.slots[plan.slot], named: plan.name, respondents: row.slots[gate.respondents])
    }
    return row
  }

  func run(_ row: inout RowState) {
    for step in plan.steps {
      switch step {
      case .parameter(let parameter): evaluate(parameter, &row)
      case .measure(let measure): evaluate(measure, &row)
      case .factor(let index): evaluate(factor: index, &row)
      case .domain(let index): evaluate(domain: index, &row)
      case .score(let index): evaluate(score: index, &row)
      case .alert(let index): evaluate(alert: index, &row)
      case .intervention(let index): evaluate(intervention: index, &row)
      }
    }
  }

  /// Fills a slot. At the border of a quantity a fault becomes an unknown that says so.
  private func fill(
    _ slot: Int, _ name: String, _ outcome: Outcome<Value>, _ row: inout RowState
  ) {
    if case .fault(let fault) = outcome {
      row.faults.append(QuantityFault(quantity: name, fault: fault))
      row.slots[slot] = .unknown(Unknown(name, .fault(fault)))
    } else {
      row.slots[slot] = outcome
    }
  }

  // MARK: Parameters, measures

  private func evaluate(_ parameter: ParameterPlan, _ row: inout RowState) {
    var chosen: Value?
    if let key = parameter.key {
      let text: String? =
        if case .value(.string(let text)) = row.slots[key.slot] { text } else { nil }
      chosen = text.flatMap { parameter.values[$0] }
      if chosen == nil, parameter.fallback != nil {
        row.defaulted.append(
          DefaultedParameter(parameter: parameter.name, key: key.name, value: text))
      }
      if chosen == nil, parameter.fallback == nil {
        let missing = row.slots[key.slot].missing(key.name)
        row.slots[parameter.slot] = .unknown(
          missing.causes.isEmpty ? Unknown(parameter.name, .notListed) : missing)
        return
      }
    }
    row.slots[parameter.slot] = .value(chosen ?? parameter.fallback!)
  }

  private func evaluate(_ measure: MeasurePlan, _ row: inout RowState) {
    var outcome = measure.expression.evaluate(row)
    switch outcome {
    case .value(.int), .value(.uint): outcome = outcome.asNumber.map { .double($0) }
    default: break
    }
    if let range = measure.range, case .value(.double(let number)) = outcome,
      !range.contains(number)
    {
      outcome = .unknown(Unknown(measure.name, .outOfRange))
    }
    fill(measure.slot, measure.name, outcome, &row)
  }

  // MARK: Factors

  private func evaluate(factor index: Int, _ row: inout RowState) {
    let factor = plan.factors[index]
    let name = "points.\(factor.name)"
    var state = FactorState()
    state.weight = row.number(factor.weight)
    let applies = factor.applies?.evaluate(row) ?? .value(.bool(true))
    state.applies = applies.asCondition
    if case .fault(let fault) = applies {
      row.faults.append(QuantityFault(quantity: name, fault: fault))
    }
    switch state.applies {
    case false: state.points = .unknown(Unknown(name, .notApplicable))
    case nil: state.points = .unknown(applies.missing(name))
    default:
      (state.points, state.low, state.high) = points(of: factor, row)
      if case .value(let points) = state.points, !(0...100).contains(points) {
        state.points = .unknown(Unknown(name, .outOfRange))
      }
    }
    if case .fault(let fault) = state.points {
      row.faults.append(QuantityFault(quantity: name, fault: fault))
      state.points = .unknown(Unknown(name, .fault(fault)))
    }
    if case .value(let points) = state.points { (state.low, state.high) = (points, points) }
    row.factors[index] = state
    row.slots[factor.slot] = state.points.map { .double($0) }
  }

  private func points(
    of factor: FactorPlan, _ row: RowState
  ) -> (points: Outcome<Double>, low: Double, high: Double) {
    switch factor.rule {
    case .scaled(let part): return points(of: part, row)
    case .points(let expression): return (expression.evaluate(row).asNumber, 0, 100)
    case .when(let condition, let then, let otherwise):
      let (yes, no) = (row.number(then), row.number(otherwise))
      let low = min(yes.value ?? 0, no.value ?? 0)
      let high = max(yes.value ?? 100, no.value ?? 100)
      let truth = condition.evaluate(row)
      guard let holds = truth.asCondition else {
        let points: Outcome<Double> =
          if case .fault(let fault) = truth { .fault(fault) } else { .unknown(truth.missing("")) }
        return (points, low, high)
      }
      return (holds ? yes : no, low, high)
    case .worst(let parts):
      var worst = points(of: parts[0], row)
      for part in parts.dropFirst() {
        let next = points(of: part, row)
        let points: Outcome<Double> =
          switch (worst.points, next.points) {
          case (.value(let a), .value(let b)): .value(max(a, b))
          case (.unknown(let a), .unknown(let b)): .unknown(a.union(b))
          case (.unknown, _): worst.points
          case (_, .unknown): next.points
          case (.fault, _): worst.points
          case (_, .fault): next.points
          }
        worst = (points, max(worst.low, next.low), max(worst.high, next.high))
      }
      return worst
    }
  }

  private func points(
    of part: PartPlan, _ row: RowState
  ) -> (points: Outcome<Double>, low: Double, high: Double) {
    let measure = part.from.evaluate(row).asNumber
    var points: Outcome<Double>
    var (low, high) = part.scale.bounds
    switch part.scale {
    case .curve(let curve): points = measure.map(curve.points(at:))
    case .parameter(let slot, let curves):
      switch row.slots[slot] {
      case .value(let value):
        // Invariant: the value of a curve parameter is one of its declared curves.
        let curve = curves.first { $0.value == value }!
        points = measure.map(curve.points(at:))
        low = curve.points.lazy.map(\.y).min()!
        high = curve.points.lazy.map(\.y).max()!
      case let missing: points = .unknown(missing.missing(""))
      }
    case .bands(let bands):
      points = measure.map { x in bands.last { $0.bound <= x }?.points ?? .nan }
      if case .value(let number) = points, number.isNaN {
        points = .unknown(Unknown(part.from.references.first ?? "", .outOfRange))
      }
    }
    if case .value(let number) = points { (low, high) = (number, number) }
    return (points, low, high)
  }

  // MARK: Domains, scores

  private func evaluate(domain index: Int, _ row: inout RowState) {
    let domain = plan.domains[index]
    var members: [Blend.Member] = []
    var weights = Unknown([])
    var state = BlendState()
    state.weight = row.number(domain.weight)
    for factor in domain.factors {
      let factorState = row.factors[factor]
      guard factorState.applies != false else {
        members.append(Blend.Member(weight: 0, value: nil, low: 0, high: 0, coverage: nil))
        continue
      }
      let points = factorState.points
      weights = weights.union(factorState.weight.missing(plan.factors[factor].name))
      let weight = factorState.weight.value ?? 0
      if weight > 0 {
        state.missing = state.missing.union(points.missing(plan.factors[factor].name))
      }
      members.append(
        Blend.Member(
          weight: weight, value: points.value, low: factorState.low, high: factorState.high,
          coverage: points.value == nil ? 0 : 1))
    }
    state.takesPart = members.contains { $0.weight > 0 }
    finish(
      &state, members, weights, domain.combination, domain.minimumCoverage, domain.floors,
      "domain.\(domain.name)", &row)
    if !state.takesPart, state.value != nil { state.takesPart = true }
    row.domains[index] = state
    row.slots[domain.slot] =
      state.value.map { .value(.double($0)) }
      ?? .unknown(
        state.takesPart ? state.missing : Unknown("domain.\(domain.name)", .notApplicable))
  }

  private func evaluate(score index: Int, _ row: inout RowState) {
    let score = plan.scores[index]
    var members: [Blend.Member] = []
    var weights = Unknown([])
    var state = BlendState()
    for domain in score.domains {
      let domainState = row.domains[domain]
      guard domainState.takesPart else {
        members.append(Blend.Member(weight: 0, value: nil, low: 0, high: 0, coverage: nil))
        continue
      }
      weights = weights.union(domainState.weight.missing(plan.domains[domain].name))
      state.missing = state.missing.union(domainState.missing)
      let blend = domainState.blend
      if blend == nil { weights = weights.union(domainState.missing) }
      members.append(
        Blend.Member(
          weight: domainState.weight.value ?? 0, value: domainState.value, low: blend?.low ?? 0,
          high: blend?.high ?? 100, coverage: blend?.coverage))
    }
    finish(
      &state, members, weights, score.combination, score.minimumCoverage, score.floors,
      "score.\(score.name)", &row)
    row.scores[index] = state
    row.slots[score.slot] =
      state.value.map { .value(.double($0)) } ?? .unknown(state.missing)
    row.slots[score.coverageSlot] = .value(.double(state.blend?.coverage ?? 0))
    row.slots[score.levelSlot] =
      level(of: score, state, row).map { .value(.string($0)) } ?? .unknown(state.missing)
  }

  /// Blends members under floors, unless a weight is unknown: then the whole is.
  private func finish(
    _ state: inout BlendState, _ members: [Blend.Member], _ weights: Unknown,
    _ combination: Combination, _ minimumCoverage: Double, _ floorPlans: [FloorPlan],
    _ name: String, _ row: inout RowState
  ) {
    guard weights.causes.isEmpty else {
      state.missing = state.missing.union(weights)
      return
    }
    var floors: [Blend.Floor] = []
    for plan in floorPlans {
      let condition = plan.condition.evaluate(row)
      if case .fault(let fault) = condition {
        row.faults.append(QuantityFault(quantity: name, fault: fault))
      }
      let height = row.number(plan.atLeast)
      state.missing = state.missing.union(condition.missing(name)).union(height.missing(name))
      // A floor of unknown height counts as unknown at its highest.
      floors.append(
        Blend.Floor(
          atLeast: height.value ?? 100, holds: height.value == nil ? nil : condition.asCondition))
    }
    state.blend = Blend(
      members, combination, minimumCoverage: minimumCoverage, floors: floors)
  }

  /// The name of the level that a score falls in.
  func level(of score: ScorePlan, _ state: BlendState, _ row: RowState) -> String? {
    guard let value = state.value else {
      let isKnownToBeTooLittle = state.blend?.isInsufficient ?? true
      return isKnownToBeTooLittle ? ScoreResult.insufficientData : nil
    }
    return score.levels.last { level in
      row.number(level.bound).value.map { $0 <= value } ?? false
    }?.name
  }

  // MARK: Alerts, interventions

  private func evaluate(alert index: Int, _ row: inout RowState) {
    let alert = plan.alerts[index]
    fill(alert.slot, "alert.\(alert.name)", alert.condition.evaluate(row), &row)
  }

  private func evaluate(intervention index: Int, _ row: inout RowState) {
    let intervention = plan.interventions[index]
    let name = "intervention.\(intervention.name)"
    func truth(_ outcome: Outcome<Value>) -> Bool {
      if case .fault(let fault) = outcome {
        row.faults.append(QuantityFault(quantity: name, fault: fault))
      }
      return outcome.asCondition == true
    }
    // Without a condition it is never recommended; an unknown one does not recommend.
    var isRecommended = intervention.condition.map { truth($0.evaluate(row)) } ?? false
    if isRecommended, let unless = intervention.unless {
      isRecommended = unless.evaluate(row).asCondition == false
    }
    for slot in intervention.requires where row.slots[slot].asCondition != true {
      isRecommended = false
    }
    row.slots[intervention.slot] = .value(.bool(isRecommended))
  }
}

/// Slots that every policy has.
enum Slots {
  /// The first day of the period, a timestamp at midnight UTC.
  static let period = 0
}

extension ScalePlan {
  /// The least and the greatest points that it can give.
  var bounds: (low: Double, high: Double) {
    let points: [Double] =
      switch self {
      case .curve(let curve): curve.points.map(\.y)
      case .parameter(_, let curves): curves.flatMap { $0.points.map(\.y) }
      case .bands(let bands): bands.map(\.points)
      }
    return (points.min() ?? 0, points.max() ?? 100)
  }
}

extension Curve {
  /// The curve as expressions read it: a list of [x, points].
  var value: Value {
    .list(points.map { .list([.double($0.x), .double($0.y)]) })
  }
}
