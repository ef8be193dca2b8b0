import CEL
import Tables

/// Says in full what a finished row means.
struct AssessmentBuilder {
  let plan: Plan
  let row: RowState

  func assessment(subject: String, period: String?) -> Assessment {
    Assessment(
      scope: plan.scope, subject: subject, period: period,
      scores: plan.scores.indices.map(score),
      alerts: plan.alerts.indices.compactMap(firing),
      undetermined: plan.alerts.compactMap(undetermined),
      interventions: plan.ranking.map { plan.interventions[$0] }
        .filter { row.slots[$0.slot].asCondition == true }.map(\.recommendation),
      measures: plan.shown.map {
        ShownMeasure(id: $0.name, label: $0.label, unit: $0.unit, value: row.slots[$0.slot])
      },
      faults: row.faults, defaulted: row.defaulted)
  }

  // MARK: Scores

  private func score(_ index: Int) -> ScoreResult {
    let score = plan.scores[index]
    let state = row.scores[index]
    return ScoreResult(
      id: score.name, label: score.label, presentation: score.presentation, value: state.value,
      level: level(score), coverage: state.blend.coverage, interval: state.blend.interval,
      isPartial: state.blend.isPartial, drivers: drivers(of: index),
      domains: score.domains.map(domain), missing: state.missing)
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
      missing: state.points.outcome.missing(factor.name), evidence: factor.evidence)
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
      audience: alert.audience, owner: alert.owner, due: alert.due,
      message: message(alert.message), caution: alert.caution, evidence: alert.evidence)
  }

  private func undetermined(_ alert: AlertPlan) -> UndeterminedAlert? {
    guard row.slots[alert.slot].asCondition == nil else { return nil }
    return UndeterminedAlert(
      id: alert.name, label: alert.label, audience: alert.audience,
      missing: row.slots[alert.slot].missing(alert.name))
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
