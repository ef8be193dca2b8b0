import CEL
import Tables

/// Says in full what a finished row means.
struct AssessmentBuilder {
  let plan: Plan
  let row: RowState
  /// What is seen of it; nil for everything.
  var selection: Selection?
  /// Whether what a slot holds is not to be seen in this row.
  var isHidden: (Int) -> Bool = { _ in false }
  /// Whether what a slot holds was made of values kept from earlier periods.
  var isCarried: (Int) -> Bool = { _ in false }
  /// Where an alert stands whose state earlier periods decide.
  var alertState: (Int) -> AlertState? = { _ in nil }

  /// What quantities ran into, and which keys were not listed, may tell values.
  private var seesFaults: Bool {
    guard let selection else { return true }
    return selection.consents.isEmpty && selection.seesAll
  }

  init(plan: Plan, row: RowState) {
    self.plan = plan
    self.row = row
  }

  func assessment(subject: String, period: String?) -> Assessment {
    let alerts = seen(selection?.alerts, of: plan.alerts, slot: \.slot)
    return Assessment(
      scope: plan.scope, subject: subject, period: period,
      scores: (selection?.scores ?? Array(plan.scores.indices)).map(score),
      alerts: alerts.compactMap(firing),
      pending: alerts.map { plan.alerts[$0] }.filter { alertState($0.slot) == .pending }
        .map { PendingAlert(id: $0.name, label: $0.label, audience: audience($0)) },
      undetermined: alerts.map { plan.alerts[$0] }.compactMap(undetermined),
      interventions: (selection?.interventions ?? Array(plan.ranking.indices))
        .map { plan.interventions[plan.ranking[$0]] }
        .filter { row.slots[$0.slot].asCondition == true && !isHidden($0.slot) }
        .map(\.recommendation),
      measures: seen(selection?.shown, of: plan.shown, slot: \.slot).map { plan.shown[$0] }.map(
        shown),
      faults: seesFaults ? row.faults : [], defaulted: seesFaults ? row.defaulted : [])
  }

  private func seen<Element>(
    _ selected: [Int]?, of all: [Element], slot: (Element) -> Int
  ) -> [Int] {
    (selected ?? Array(all.indices)).filter { !isHidden(slot(all[$0])) }
  }

  private func shown(_ measure: ShownPlan) -> ShownMeasure {
    let value = row.slots[measure.slot]
    var bound = ShownMeasure.Bound.exact
    if let gate = measure.gate, case .value(.double(let number)) = value {
      switch gate.reading(of: number) {
      case .atMost: bound = .atMost
      case .atLeast: bound = .atLeast
      case .exactly: break
      }
    }
    return ShownMeasure(
      id: measure.name, label: measure.label, unit: measure.unit, value: value, bound: bound,
      isCarried: isCarried(measure.slot))
  }

  // MARK: Scores

  private func score(_ index: Int) -> ScoreResult {
    let score = plan.scores[index]
    guard !isHidden(score.slot) else { return hidden(score) }
    let state = row.scores[index]
    return ScoreResult(
      id: score.name, label: score.label, presentation: score.presentation, value: state.value,
      level: level(score), coverage: state.blend.coverage, interval: state.blend.interval,
      isPartial: state.blend.isPartial, drivers: drivers(of: index),
      domains: score.domains.map(domain), missing: state.missing)
  }

  /// A score that is there and may not be seen in this row.
  private func hidden(_ score: ScorePlan) -> ScoreResult {
    ScoreResult(
      id: score.name, label: score.label, presentation: score.presentation, value: nil, level: nil,
      coverage: 0, interval: nil, isPartial: false, drivers: [], domains: [],
      missing: Unknown(score.name, .suppressed))
  }

  private func level(_ score: ScorePlan) -> String? {
    if case .value(.string(let level)) = row.slots[score.levelSlot] { level } else { nil }
  }

  private func domain(_ index: Int) -> DomainResult {
    let domain = plan.domains[index]
    let state = row.domains[index]
    return DomainResult(
      id: domain.name, label: domain.label, value: state.value, weight: state.weight.value,
      coverage: state.blend.coverage, factors: domain.factors.map(factor))
  }

  private func factor(_ index: Int) -> FactorResult {
    let factor = plan.factors[index]
    let state = row.factors[index]
    return FactorResult(
      id: factor.name, label: factor.label, points: state.points.outcome.value,
      weight: state.weight.value, applies: state.applies,
      missing: state.points.outcome.missing(factor.name), isCarried: isCarried(factor.slot),
      evidence: factor.evidence)
  }

  /// Contributions add up to the score: shares of shares of points, and what floors lift.
  private func drivers(of index: Int) -> [Driver] {
    let score = plan.scores[index]
    let blend = row.scores[index].blend
    var drivers: [Driver] = []
    for (place, domainIndex) in score.domains.enumerated() {
      let share = blend.shares[place]
      guard share > 0 else { continue }
      let inner = row.domains[domainIndex].blend
      let domain = plan.domains[domainIndex]
      for (place, factorIndex) in domain.factors.enumerated() where inner.shares[place] > 0 {
        guard case .value(let points) = row.factors[factorIndex].points.outcome else { continue }
        let factor = plan.factors[factorIndex]
        drivers.append(
          Driver(
            source: .factor(factor.name), label: factor.label,
            contribution: share * inner.shares[place] * points, points: points,
            evidence: factor.evidence))
      }
      if let floor = inner.decidingFloor {
        drivers.append(
          driver(
            .domainFloor(domain: domain.name, index: floor), domain.floors[floor],
            share * inner.lift, inner))
      }
    }
    if let floor = blend.decidingFloor {
      drivers.append(
        driver(.scoreFloor(index: floor), score.floors[floor], blend.lift, blend))
    }
    return drivers
  }

  private func driver(
    _ source: Driver.Source, _ floor: FloorPlan, _ contribution: Double, _ blend: Blend
  ) -> Driver {
    Driver(
      source: source, label: floor.label, contribution: contribution, points: blend.value ?? 0,
      evidence: floor.evidence)
  }

  // MARK: Alerts

  private func firing(_ index: Int) -> AlertResult? {
    guard let severity = row.severities[index] else { return nil }
    let alert = plan.alerts[index]
    return AlertResult(
      id: alert.name, label: alert.label, severity: severity,
      state: alertState(alert.slot) ?? .firing, audience: audience(alert), owner: alert.owner,
      due: alert.due,
      message: message(alert.message), caution: alert.caution, evidence: alert.evidence)
  }

  private func audience(_ alert: AlertPlan) -> [String] {
    plan.access[alert.slot]?.audiences ?? alert.audience
  }

  private func undetermined(_ alert: AlertPlan) -> UndeterminedAlert? {
    guard row.slots[alert.slot].asCondition == nil else { return nil }
    return UndeterminedAlert(
      id: alert.name, label: alert.label, audience: audience(alert),
      missing: missing(alert))
  }

  /// What the condition lacks; an alert that lives on may be unknown for what its clearing lacks.
  private func missing(_ alert: AlertPlan) -> Unknown {
    guard alert.isDerived else { return row.slots[alert.slot].missing(alert.name) }
    let condition = alert.condition.evaluate(row).missing(alert.name)
    return condition.union(alert.clearWhen?.evaluate(row).missing(alert.name) ?? Unknown([]))
  }

  private func message(_ plan: MessagePlan) -> String {
    plan.pieces.map { piece in
      switch piece {
      case .text(let text): text
      case .value(let slot, let decimals, let gate): text(row.slots[slot], decimals, gate)
      }
    }.joined()
  }

  private func text(_ outcome: Outcome<Value>, _ decimals: Int?, _ gate: Gate?) -> String {
    guard case .value(let value) = outcome else { return "unknown" }
    switch value {
    case .double(let number):
      let reading = gate?.reading(of: number).rawValue ?? ""
      return reading
        + (decimals.map { NumberText.fixed(number, decimals: $0) }
          ?? NumberText.shortest(number))
    case .string(let text): return text
    case .bool(let truth): return truth ? "yes" : "no"
    case .timestamp(let moment): return String(moment.description.prefix(10))
    default: return value.description
    }
  }
}
