import CEL
import Tables

/// Runs a plan over one row: the plain meaning of every step.
struct RowEvaluator: Sendable {
  let plan: Plan
  let slotCount: Int

  /// The state of a row whose inputs are given, before any step.
  func start(period: Outcome<Value>, input: (InputPlan) -> Outcome<Value>) -> RowState {
    var row = RowState(plan, slotCount: slotCount)
    row.slots[Slots.period] = period
    for plan in plan.inputs { row.slots[plan.slot] = input(plan) }
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
    row.slots[slot] = outcome
    if note(outcome, name, &row) { row.slots[slot] = .unknown(outcome.missing(name)) }
  }

  /// Records the fault that a quantity ran into, if it did.
  @discardableResult
  private func note(
    _ outcome: Outcome<some Sendable>, _ name: String, _ row: inout RowState
  ) -> Bool {
    guard case .fault(let fault) = outcome else { return false }
    row.faults.append(QuantityFault(quantity: name, fault: fault))
    return true
  }

  /// The truth of a condition of a quantity; nil when it is unknown or ran into a fault.
  private func holds(
    _ condition: CheckedExpression, _ name: String, _ row: inout RowState
  ) -> Bool? {
    let outcome = condition.evaluate(row)
    note(outcome, name, &row)
    return outcome.asCondition
  }

  // MARK: Parameters, measures

  private func evaluate(_ parameter: ParameterPlan, _ row: inout RowState) {
    let day: Int32? =
      if case .value(.timestamp(let time)) = row.slots[Slots.period] {
        Int32(time.seconds / 86_400)
      } else { nil }
    var choice: Int?
    var keys: [(name: String, slot: Int)] = []
    switch parameter.choice {
    // Invariant: a parameter that nothing chooses has a default.
    case .fallback: choice = parameter.fallback!
    case .listed(let key, let places):
      choice = row.text(key.slot).flatMap { places[$0] }
      keys = [key]
    case .rows(let rows):
      choice = rows.place(day: day) { row.text(rows.keys[$0].slot) }
      keys = rows.keys
      if rows.hasDates, keys.isEmpty || day == nil { keys.append(("period", Slots.period)) }
    }
    if choice == nil, let fallback = parameter.fallback {
      choice = fallback
      for key in keys {
        let text =
          key.slot == Slots.period
          ? day.map { CalendarDate(daysSince1970: $0).description } : row.text(key.slot)
        row.defaulted.append(
          DefaultedParameter(parameter: parameter.name, key: key.name, value: text))
      }
    }
    guard let choice else {
      let missing = keys.reduce(Unknown([])) { $0.union(row.slots[$1.slot].missing($1.name)) }
      row.slots[parameter.slot] = .unknown(
        missing.causes.isEmpty ? Unknown(parameter.name, .notListed) : missing)
      return
    }
    row.choices[parameter.slot] = choice
    row.slots[parameter.slot] = .value(parameter.settings[choice])
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
    note(applies, name, &row)
    state.applies = applies.asCondition
    switch state.applies {
    case false: state.points = Points(.unknown(Unknown(name, .notApplicable)))
    // Left out or counted at any height: all from 0 to 100 is possible.
    case nil: state.points = Points(.unknown(applies.missing(name)))
    default: state.points = points(of: factor, name, row)
    }
    if note(state.points.outcome, name, &row) {
      state.points.outcome = .unknown(state.points.outcome.missing(name))
    }
    row.factors[index] = state
    row.slots[factor.slot] = state.points.outcome.map { .double($0) }
  }

  private func points(of factor: FactorPlan, _ name: String, _ row: RowState) -> Points {
    switch factor.rule {
    case .scaled(let part): return points(of: part, name, row)
    case .points(let expression):
      let outcome = expression.evaluate(row).asNumber
      if case .value(let points) = outcome, !(0...100).contains(points) {
        return Points(.unknown(Unknown(name, .outOfRange)))
      }
      return Points(outcome)
    case .when(let condition, let then, let otherwise):
      let (yes, no) = (row.number(then), row.number(otherwise))
      let truth = condition.evaluate(row)
      let points: Outcome<Double> =
        switch truth {
        case .value: truth.asCondition == true ? yes : no
        case .unknown(let unknown): .unknown(unknown)
        case .fault(let fault): .fault(fault)
        }
      return Points(
        points, (min(yes.value ?? 0, no.value ?? 0), max(yes.value ?? 100, no.value ?? 100)))
    case .worst(let parts):
      var worst = points(of: parts[0], name, row)
      for part in parts.dropFirst() {
        let next = points(of: part, name, row)
        let points: Outcome<Double> =
          switch (worst.outcome, next.outcome) {
          case (.value(let a), .value(let b)): .value(max(a, b))
          case (.unknown(let a), .unknown(let b)): .unknown(a.union(b))
          case (.unknown, _): worst.outcome
          case (_, .unknown): next.outcome
          case (.fault, _): worst.outcome
          case (_, .fault): next.outcome
          }
        worst = Points(points, (max(worst.low, next.low), max(worst.high, next.high)))
      }
      return worst
    }
  }

  private func points(of part: PartPlan, _ name: String, _ row: RowState) -> Points {
    let measure = part.from.evaluate(row).asNumber
    switch part.scale {
    case .curve(let curve): return points(on: curve, at: measure, name)
    case .parameter(let slot, let curves):
      guard case .unknown(let unknown) = row.slots[slot] else {
        return points(on: curves[row.choices[slot]], at: measure, name)
      }
      return Points(.unknown(unknown.union(measure.missing(name))), curves.bounds)
    case .bands(let bands):
      let points: Outcome<Double> =
        switch measure {
        case .value(let x):
          bands.last { $0.bound <= x }.map { .value($0.points) }
            ?? .unknown(Unknown(name, .outOfRange))
        case let other: other
        }
      return Points(points, (bands.map(\.points).min() ?? 0, bands.map(\.points).max() ?? 100))
    }
  }

  private func points(on curve: Curve, at measure: Outcome<Double>, _ name: String) -> Points {
    let points = measure.map(curve.points(at:))
    // A segment so wide that its slope cannot be computed.
    if case .value(let number) = points, !number.isFinite {
      return Points(.unknown(Unknown(name, .notFinite)), [curve].bounds)
    }
    return Points(points, [curve].bounds)
  }

  // MARK: Domains, scores

  private func evaluate(domain index: Int, _ row: inout RowState) {
    let domain = plan.domains[index]
    let name = "domain.\(domain.name)"
    var members: [Blend.Member] = []
    var state = BlendState()
    state.weight = row.number(domain.weight)
    for factor in domain.factors {
      let factorState = row.factors[factor]
      guard factorState.applies != false, factorState.weight.value != 0 else {
        members.append(.absent)
        continue
      }
      let factorName = plan.factors[factor].name
      let points = factorState.points
      state.missing = state.missing.union(factorState.weight.missing(factorName))
        .union(points.outcome.missing(factorName))
      members.append(
        Blend.Member(
          weight: factorState.weight.value, value: points.outcome.value, low: points.low,
          high: points.high, known: points.outcome.value == nil ? 0 : 1, all: 1))
    }
    let floors = self.floors(domain.floors, name, &state, &row)
    state.blend = Blend(
      members, domain.combination, minimumCoverage: domain.minimumCoverage, floors: floors)
    state.takesPart = members.contains { $0.weight != 0 } || state.value != nil
    settle(&state, name)
    row.domains[index] = state
    row.slots[domain.slot] = state.outcome
  }

  private func evaluate(score index: Int, _ row: inout RowState) {
    let score = plan.scores[index]
    let name = "score.\(score.name)"
    var members: [Blend.Member] = []
    var state = BlendState()
    for domain in score.domains {
      let inner = row.domains[domain]
      guard inner.takesPart, inner.weight.value != 0 else {
        members.append(.absent)
        continue
      }
      state.missing = state.missing.union(inner.weight.missing(plan.domains[domain].name))
        .union(inner.missing)
      members.append(
        Blend.Member(
          weight: inner.weight.value, value: inner.value, low: inner.blend.low,
          high: inner.blend.high, known: inner.blend.known, all: inner.blend.all))
    }
    let floors = self.floors(score.floors, name, &state, &row)
    state.blend = Blend(
      members, score.combination, minimumCoverage: score.minimumCoverage, floors: floors)
    state.takesPart = members.contains { $0.weight != 0 } || state.value != nil
    settle(&state, name)
    let level = level(of: score, &state, row)
    row.scores[index] = state
    row.slots[score.slot] = state.outcome
    row.slots[score.coverageSlot] = .value(.double(state.blend.coverage))
    row.slots[score.levelSlot] = level.map { .value(.string($0)) } ?? .unknown(state.missing)
  }

  /// The floors, with what is unknown of them added to the state.
  private func floors(
    _ plans: [FloorPlan], _ name: String, _ state: inout BlendState, _ row: inout RowState
  ) -> [Blend.Floor] {
    var floors: [Blend.Floor] = []
    for plan in plans {
      let condition = plan.condition.evaluate(row)
      note(condition, name, &row)
      let holds = condition.asCondition
      guard holds != false else {
        floors.append(Blend.Floor(atLeast: 0, holds: false))
        continue
      }
      let height = row.number(plan.atLeast)
      state.missing = state.missing.union(condition.missing(name)).union(height.missing(name))
      // A floor of unknown height counts as unknown at its highest.
      floors.append(
        Blend.Floor(atLeast: height.value ?? 100, holds: height.value == nil ? nil : holds))
    }
    return floors
  }

  /// Gives a reason to what is unknown though nothing is missing.
  private func settle(_ state: inout BlendState, _ name: String) {
    guard state.value == nil, state.missing.causes.isEmpty else { return }
    state.missing = Unknown(name, state.takesPart ? .notFinite : .notApplicable)
  }

  /// The name of the level that a score falls in; nil when it is unknown.
  private func level(of score: ScorePlan, _ state: inout BlendState, _ row: RowState) -> String? {
    guard let value = state.value else {
      return state.blend.isInsufficient ? ScoreResult.insufficientData : nil
    }
    for level in score.levels.reversed() {
      switch row.number(level.bound) {
      case .value(let bound):
        if bound <= value { return level.name }
      case let other:
        // It may have been reached.
        state.missing = state.missing.union(other.missing(level.name))
        return nil
      }
    }
    // Invariant: the bound of the lowest level is 0, and no score is less.
    return score.levels[0].name
  }

  // MARK: Alerts, interventions

  private func evaluate(alert index: Int, _ row: inout RowState) {
    let alert = plan.alerts[index]
    let name = "alert.\(alert.name)"
    if !alert.isDerived { fill(alert.slot, name, alert.condition.evaluate(row), &row) }
    guard row.slots[alert.slot].asCondition == true else { return }
    row.severities[index] = severity(alert.severity, name, &row)
  }

  /// The gravest whose condition holds; the mildest named where none is known to.
  private func severity(
    _ plan: AlertPlan.SeverityPlan, _ name: String, _ row: inout RowState
  ) -> Severity {
    switch plan {
    case .fixed(let severity): return severity
    case .graded(let grades):
      var gravest: Severity?
      for grade in grades where holds(grade.condition, name, &row) == true {
        gravest = max(gravest ?? grade.severity, grade.severity)
      }
      return gravest ?? grades.map(\.severity).min()!
    }
  }

  private func evaluate(intervention index: Int, _ row: inout RowState) {
    let intervention = plan.interventions[index]
    let name = "intervention.\(intervention.name)"
    // Without a condition it is never recommended; an unknown one does not recommend.
    var isRecommended = intervention.condition.map { holds($0, name, &row) == true } ?? false
    if isRecommended, let unless = intervention.unless {
      isRecommended = holds(unless, name, &row) == false
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

extension [Curve] {
  /// The least and the greatest points on them.
  fileprivate var bounds: (low: Double, high: Double) {
    let points = flatMap { $0.points.map(\.y) }
    return (points.min() ?? 0, points.max() ?? 100)
  }
}

extension Curve {
  /// The curve as expressions read it: a list of [x, points].
  var value: Value {
    .list(points.map { .list([.double($0.x), .double($0.y)]) })
  }
}
