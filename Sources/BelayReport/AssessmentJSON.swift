import Belay
import CEL
import Diagnostics
import Tables

/// Writes one assessment as a JSON object.
struct AssessmentJSON {
  let numbers: NumberStyle

  func write(_ assessment: Assessment, to json: inout JSONWriter) {
    json.object { json in
      json.member("scope", assessment.scope.rawValue)
      json.member("subject", assessment.subject)
      json.member("period", assessment.period)
      json.list("scores", assessment.scores, write)
      json.list("alerts", assessment.alerts, write)
      json.list("pending", assessment.pending, write)
      json.list("undetermined", assessment.undetermined, write)
      json.list("interventions", assessment.interventions, write)
      json.list("measures", assessment.measures, write)
      json.list("faults", assessment.faults, write)
      json.list("defaulted_parameters", assessment.defaulted, write)
    }
  }

  // MARK: Scores

  private func write(_ score: ScoreResult, to json: inout JSONWriter) {
    json.member("id", score.id)
    json.member("label", score.label)
    number("value", score.value, to: &json)
    if let presentation = score.presentation {
      json.key("presented_as")
      json.object { json in
        json.member("label", presentation.label)
        json.key("value")
        if let value = score.value {
          json.literal(numbers.text(presentation, of: value))
        } else {
          json.null()
        }
      }
    }
    json.member("level", score.level)
    number("coverage", score.coverage, to: &json)
    json.key("interval")
    if let interval = score.interval {
      json.object { json in
        number("low", interval.lowerBound, to: &json)
        number("high", interval.upperBound, to: &json)
      }
    } else {
      json.null()
    }
    json.key("partial")
    json.boolean(score.isPartial)
    writeDrivers(of: score, to: &json)
    json.list("domains", score.domains, write)
    write(score.missing, to: &json)
  }

  /// Contributions that have decimals are rounded so that they add up to the score as it is printed.
  private func writeDrivers(of score: ScoreResult, to json: inout JSONWriter) {
    let rounded = numbers.decimals.flatMap { decimals in
      score.value.map {
        LargestRemainder(score.drivers.map(\.contribution), sum: $0, decimals: decimals)
      }
    }
    json.list("drivers", Array(score.drivers.enumerated())) { driver, json in
      let (place, driver) = driver
      write(driver, rounded?[place] ?? numbers.text(driver.contribution), to: &json)
    }
  }

  private func write(_ driver: Driver, _ contribution: String, to json: inout JSONWriter) {
    switch driver.source {
    case .factor(let id):
      json.member("kind", "factor")
      json.member("id", id)
    case .domainFloor(let domain, let index):
      json.member("kind", "domain_floor")
      json.member("domain", domain)
      json.key("index")
      json.integer(index)
    case .scoreFloor(let index):
      json.member("kind", "score_floor")
      json.key("index")
      json.integer(index)
    }
    json.member("label", driver.label)
    json.key("contribution")
    json.literal(contribution)
    number("points", driver.points, to: &json)
    json.member("evidence", driver.evidence)
  }

  private func write(_ domain: DomainResult, to json: inout JSONWriter) {
    json.member("id", domain.id)
    json.member("label", domain.label)
    number("value", domain.value, to: &json)
    number("weight", domain.weight, to: &json)
    number("coverage", domain.coverage, to: &json)
    json.list("factors", domain.factors, write)
  }

  private func write(_ factor: FactorResult, to json: inout JSONWriter) {
    json.member("id", factor.id)
    json.member("label", factor.label)
    number("points", factor.points, to: &json)
    number("weight", factor.weight, to: &json)
    json.key("applies")
    if let applies = factor.applies { json.boolean(applies) } else { json.null() }
    write(factor.missing, to: &json)
    json.member("evidence", factor.evidence)
  }

  // MARK: Alerts and interventions

  private func write(_ alert: AlertResult, to json: inout JSONWriter) {
    json.member("id", alert.id)
    json.member("label", alert.label)
    json.member("severity", alert.severity.rawValue)
    json.member("state", alert.state.rawValue)
    json.member("audience", alert.audience)
    json.member("owner", alert.owner)
    json.member("due", alert.due)
    json.member("message", alert.message)
    json.member("caution", alert.caution)
    json.member("evidence", alert.evidence)
  }

  private func write(_ alert: PendingAlert, to json: inout JSONWriter) {
    json.member("id", alert.id)
    json.member("label", alert.label)
    json.member("audience", alert.audience)
  }

  private func write(_ alert: UndeterminedAlert, to json: inout JSONWriter) {
    json.member("id", alert.id)
    json.member("label", alert.label)
    json.member("audience", alert.audience)
    write(alert.missing, to: &json)
  }

  private func write(_ intervention: Recommendation, to json: inout JSONWriter) {
    json.member("id", intervention.id)
    json.member("kind", intervention.kind.rawValue)
    json.member("title", intervention.title)
    json.constant("priority", intervention.priority)
    json.member("addresses", intervention.addresses)
    json.list("effects", intervention.effects) { effect, json in
      json.member("quantity", effect.quantity)
      json.member("change", effect.change.rawValue)
      json.constant("low", effect.low)
      json.constant("likely", effect.likely)
      json.constant("high", effect.high)
    }
    json.key("effort")
    if let effort = intervention.effort {
      json.object { json in
        json.constant("hours_per_week", effort.hoursPerWeek)
        json.member("owner", effort.owner)
      }
    } else {
      json.null()
    }
    json.member("due", intervention.due)
    json.member("success", intervention.success)
    json.member("facade", intervention.facade)
    json.member("evidence", intervention.evidence)
  }

  // MARK: The rest

  private func write(_ measure: ShownMeasure, to json: inout JSONWriter) {
    json.member("id", measure.id)
    json.member("label", measure.label)
    json.member("unit", measure.unit)
    json.key("value")
    switch measure.value {
    case .value(.double(let number)): literal(number, to: &json)
    case .value(.int(let number)): json.literal(String(number))
    case .value(.uint(let number)): json.literal(String(number))
    case .value(.bool(let truth)): json.boolean(truth)
    case .value(let value): json.string(Wording.text(value, numbers))
    case .unknown, .fault: json.null()
    }
    if measure.bound != .exact { json.member("bound", measure.bound.rawValue) }
    json.key("carried")
    json.boolean(measure.isCarried)
    write(missing(measure), to: &json)
  }

  private func missing(_ measure: ShownMeasure) -> Unknown {
    switch measure.value {
    case .value: Unknown([])
    case .unknown(let unknown): unknown
    case .fault(let fault): Unknown(measure.id, .fault(fault))
    }
  }

  private func write(_ fault: QuantityFault, to json: inout JSONWriter) {
    json.member("quantity", fault.quantity)
    json.member("kind", fault.fault.kind.rawValue)
    json.member("message", fault.fault.message)
  }

  private func write(_ parameter: DefaultedParameter, to json: inout JSONWriter) {
    json.member("parameter", parameter.parameter)
    json.member("key", parameter.key)
    json.member("value", parameter.value)
  }

  private func write(_ missing: Unknown, to json: inout JSONWriter) {
    json.list("missing", missing.causes) { cause, json in
      json.member("name", cause.name)
      json.member("reason", Wording.slug(cause.reason))
      if case .fault(let fault) = cause.reason { json.member("message", fault.message) }
    }
  }

  /// A number that was computed.
  private func number(_ name: String, _ value: Double?, to json: inout JSONWriter) {
    json.key(name)
    literal(value, to: &json)
  }

  private func literal(_ value: Double?, to json: inout JSONWriter) {
    if let value, value.isFinite { json.literal(numbers.text(value)) } else { json.null() }
  }
}

extension JSONWriter {
  mutating func member(_ name: String, _ text: String?) {
    key(name)
    if let text { string(text) } else { null() }
  }

  mutating func member(_ name: String, _ texts: [String]) {
    key(name)
    array { json in
      for text in texts { json.string(text) }
    }
  }

  /// A number as the policy says it.
  mutating func constant(_ name: String, _ number: Double?) {
    key(name)
    if let number, number.isFinite {
      NumberText.withShortest(number) { literal($0) }
    } else {
      null()
    }
  }

  /// A list of objects.
  mutating func list<Element>(
    _ name: String, _ elements: [Element], _ write: (Element, inout JSONWriter) -> Void
  ) {
    key(name)
    array { json in
      for element in elements { json.object { write(element, &$0) } }
    }
  }
}
