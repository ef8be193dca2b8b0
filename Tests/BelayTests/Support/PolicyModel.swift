import Belay

/// A policy as plain data: what the generator makes, the reference evaluates and the engine
/// reads as JSON.
struct PolicyModel {
  indirect enum Number {
    case literal(Double)
    /// An input, parameter, measure, or `points.x`, `domain.x`, `score.x`, `coverage.x`.
    case name(String)
    case operation(Number, Character, Number)
    case negated(Number)
    case orElse(Number, Number)
    case choice(Condition, Number, Number)
  }

  indirect enum Condition {
    /// A boolean input or `alert.x`.
    case name(String)
    case known(String)
    case equals(String, String)
    case compare(Number, String, Number)
    case not(Condition)
    case and(Condition, Condition)
    case or(Condition, Condition)
    case atLeast(Int, [Condition])
  }

  /// A number, or the parameter that gives it.
  enum Setting {
    case number(Double)
    case parameter(String)
  }

  enum CurveSetting {
    case curve([(x: Double, y: Double)])
    case parameter(String)
  }

  enum Scale {
    case curve(CurveSetting)
    case bands([(bound: Double, points: Double)])
  }

  enum Rule {
    case scaled(Number, Scale)
    case when(Condition, Setting, Setting)
    case points(Number)
    case worst([(from: Number, scale: Scale)])
  }

  /// By `group`, or by rows.
  struct Parameter<Value> {
    struct Row {
      /// Nil where any does.
      var groups: [String]?
      var units: [String]?
      var from: Date?
      var until: Date?
      var value: Value
    }

    var name: String
    var fallback: Value?
    var values: [(group: String, value: Value)]
    var rows: [Row]
  }

  /// A date or period as written, its first and its last day.
  struct Date {
    var text: String
    var first: String
    var last: String
  }

  struct Measure {
    var name: String
    var expression: Number
    var range: ClosedRange<Double>?
  }

  struct Factor {
    var name: String
    var domain: String
    var rule: Rule
    var applies: Condition?
    var weight: Setting
  }

  struct Floor {
    var condition: Condition
    var atLeast: Setting
  }

  struct Domain {
    var name: String
    var weight: Setting
    var isMax: Bool
    var minimumCoverage: Double
    var floors: [Floor]
  }

  struct Score {
    var name: String
    var domains: [String]
    var levels: [(name: String, bound: Setting)]
    var isMax: Bool
    var minimumCoverage: Double
    var floors: [Floor]
  }

  struct Alert {
    var name: String
    var condition: Condition
    /// Empty for one that is always of low severity.
    var severities: [(severity: Severity, condition: Condition)]
  }

  struct Intervention {
    var name: String
    var condition: Condition?
    var unless: Condition?
    var requires: [String]
    var priority: Double
  }

  var numbers: [String] = []
  var flags: [String] = []
  static let range = -20.0...120
  static let groups = ["red", "green", "blue", "grey"]
  static let units = ["ward", "clinic"]
  static let dates = [
    Date(text: "2025-12", first: "2025-12-01", last: "2025-12-31"),
    Date(text: "2026-01", first: "2026-01-01", last: "2026-01-31"),
    Date(text: "2026-02", first: "2026-02-01", last: "2026-02-28"),
    Date(text: "2026-02-01", first: "2026-02-01", last: "2026-02-01"),
    Date(text: "2026-02-15", first: "2026-02-15", last: "2026-02-15"),
    Date(text: "2026-Q1", first: "2026-01-01", last: "2026-03-31"),
    Date(text: "2026-W09", first: "2026-02-23", last: "2026-03-01"),
    Date(text: "2026-W10", first: "2026-03-02", last: "2026-03-08"),
  ]
  var numberParameters: [Parameter<Double>] = []
  var curveParameters: [Parameter<[(x: Double, y: Double)]>] = []
  var measures: [Measure] = []
  var factors: [Factor] = []
  var domains: [Domain] = []
  var scores: [Score] = []
  var alerts: [Alert] = []
  var interventions: [Intervention] = []
}

// MARK: As text

extension PolicyModel.Number: CustomStringConvertible {
  var description: String {
    switch self {
    case .literal(let value): value < 0 ? "(\(value))" : "\(value)"
    case .name(let name): name
    case .operation(let a, let sign, let b): "(\(a) \(sign) \(b))"
    case .negated(let a): "(-\(a))"
    case .orElse(let a, let b): "or_else(\(a), \(b))"
    case .choice(let condition, let a, let b): "(\(condition) ? \(a) : \(b))"
    }
  }
}

extension PolicyModel.Condition: CustomStringConvertible {
  var description: String {
    switch self {
    case .name(let name): name
    case .known(let name): "known(\(name))"
    case .equals(let name, let text): "\(name) == '\(text)'"
    case .compare(let a, let sign, let b): "\(a) \(sign) \(b)"
    case .not(let a): "!(\(a))"
    case .and(let a, let b): "(\(a)) && (\(b))"
    case .or(let a, let b): "(\(a)) || (\(b))"
    case .atLeast(let count, let all):
      "at_least(\(count), [\(all.map(\.description).joined(separator: ", "))])"
    }
  }
}

/// A JSON document to be written.
private enum JSON: CustomStringConvertible {
  case text(String)
  case number(Double)
  case truth(Bool)
  case list([JSON])
  case object([(String, JSON)])

  var description: String {
    switch self {
    case .text(let text): "\"\(text)\""
    case .number(let number): "\(number)"
    case .truth(let truth): "\(truth)"
    case .list(let items): "[\(items.map(\.description).joined(separator: ", "))]"
    case .object(let entries):
      "{\(entries.map { "\"\($0.0)\": \($0.1)" }.joined(separator: ", "))}"
    }
  }
}

extension PolicyModel {
  /// The policy as its author would write it in JSON.
  var json: String {
    var inputs: [(String, JSON)] = [
      ("id", .object([("type", .text("text")), ("role", .text("provider"))]))
    ]
    for name in numbers {
      let range = [Self.range.lowerBound, Self.range.upperBound].map(JSON.number)
      inputs.append((name, .object([("type", .text("number")), ("range", .list(range))])))
    }
    for name in flags { inputs.append((name, .object([("type", .text("boolean"))]))) }
    inputs.append(
      (
        "group",
        .object([
          ("type", .text("text")), ("role", .text("group")),
          ("one_of", .list(Self.groups.map(JSON.text))),
        ])
      ))
    inputs.append(
      (
        "unit",
        .object([("type", .text("text")), ("one_of", .list(Self.units.map(JSON.text)))])
      ))
    return JSON.object([
      ("belay", .number(1)), ("policy", .text("generated")),
      ("time", .object([("column", .text("month")), ("every", .text("month"))])),
      ("inputs", .object(inputs)),
      (
        "parameters",
        .object(
          numberParameters.map { ($0.name, written($0, JSON.number)) }
            + curveParameters.map { ($0.name, written($0, pairs)) })
      ),
      (
        "measures",
        .object(
          measures.map { measure in
            let range = measure.range.map { [$0.lowerBound, $0.upperBound].map(JSON.number) }
            return (
              measure.name,
              .object(
                [("expr", .text("\(measure.expression)")), ("show", .truth(true))]
                  + (range.map { [("range", .list($0))] } ?? []))
            )
          })
      ),
      ("factors", .object(factors.map { ($0.name, written($0)) })),
      (
        "domains",
        .object(
          domains.map { domain in
            (
              domain.name,
              .object([
                ("weight", written(domain.weight)),
                ("combine", .text(domain.isMax ? "max" : "mean")),
                ("minimum_coverage", .number(domain.minimumCoverage)),
                ("floors", .list(domain.floors.map(written))),
              ])
            )
          })
      ),
      (
        "scores",
        .object(
          scores.map { score in
            (
              score.name,
              .object([
                ("domains", .list(score.domains.map(JSON.text))),
                ("levels", .object(score.levels.map { ($0.name, written($0.bound)) })),
                ("combine", .text(score.isMax ? "max" : "mean")),
                ("minimum_coverage", .number(score.minimumCoverage)),
                ("floors", .list(score.floors.map(written))),
              ])
            )
          })
      ),
      ("alerts", .object(alerts.map { ($0.name, written($0)) })),
      ("interventions", .object(interventions.map { ($0.name, written($0)) })),
    ]).description
  }

  private func pairs(_ points: [(x: Double, y: Double)]) -> JSON {
    .list(points.map { .list([.number($0.x), .number($0.y)]) })
  }

  private func written<Value>(_ parameter: Parameter<Value>, _ value: (Value) -> JSON) -> JSON {
    var entries: [(String, JSON)] = []
    if let fallback = parameter.fallback { entries.append(("default", value(fallback))) }
    if !parameter.values.isEmpty {
      entries.append(("by", .text("group")))
      entries.append(("values", .object(parameter.values.map { ($0.group, value($0.value)) })))
    }
    if !parameter.rows.isEmpty {
      entries.append(
        (
          "rows",
          .list(
            parameter.rows.map { row in
              var entries = [("value", value(row.value))]
              if let from = row.from { entries.append(("from", .text(from.text))) }
              if let until = row.until { entries.append(("until", .text(until.text))) }
              var when: [(String, JSON)] = []
              if let groups = row.groups { when.append(("group", .list(groups.map(JSON.text)))) }
              if let units = row.units { when.append(("unit", .text(units[0]))) }
              if !when.isEmpty { entries.append(("when", .object(when))) }
              return .object(entries)
            })
        ))
    }
    return .object(entries)
  }

  private func written(_ setting: Setting) -> JSON {
    switch setting {
    case .number(let value): .number(value)
    case .parameter(let name): .text(name)
    }
  }

  private func written(_ scale: Scale) -> (String, JSON) {
    switch scale {
    case .curve(.curve(let points)): ("curve", pairs(points))
    case .curve(.parameter(let name)): ("curve", .text(name))
    case .bands(let bands):
      (
        "bands",
        .list(
          bands.map {
            .list([$0.bound.isFinite ? .number($0.bound) : .text("-inf"), .number($0.points)])
          }
        )
      )
    }
  }

  private func written(_ factor: Factor) -> JSON {
    var entries: [(String, JSON)] = [("domain", .text(factor.domain))]
    switch factor.rule {
    case .scaled(let from, let scale): entries += [("from", .text("\(from)")), written(scale)]
    case .points(let number): entries.append(("points", .text("\(number)")))
    case .when(let condition, let then, let otherwise):
      entries.append(
        (
          "when",
          .object([
            ("if", .text("\(condition)")), ("then", written(then)), ("else", written(otherwise)),
          ])
        ))
    case .worst(let parts):
      entries += [
        ("combine", .text("max")),
        (
          "parts", .list(parts.map { .object([("from", .text("\($0.from)")), written($0.scale)]) })
        ),
      ]
    }
    if let applies = factor.applies { entries.append(("applies", .text("\(applies)"))) }
    return .object(entries + [("weight", written(factor.weight))])
  }

  private func written(_ floor: Floor) -> JSON {
    .object([("when", .text("\(floor.condition)")), ("at_least", written(floor.atLeast))])
  }

  private func written(_ alert: Alert) -> JSON {
    let severity: JSON =
      alert.severities.isEmpty
      ? .text("low")
      : .object(alert.severities.map { ($0.severity.rawValue, .text("\($0.condition)")) })
    return .object([
      ("when", .text("\(alert.condition)")), ("severity", severity), ("owner", .text("lead")),
      ("message", .text(scores.map { "\($0.name) is {score.\($0.name):.1f}" }.joined())),
    ])
  }

  private func written(_ intervention: Intervention) -> JSON {
    var entries: [(String, JSON)] = [
      ("kind", .text("structural")), ("title", .text(intervention.name)),
      ("priority", .number(intervention.priority)),
      ("requires", .list(intervention.requires.map(JSON.text))),
    ]
    if let condition = intervention.condition { entries.append(("when", .text("\(condition)"))) }
    if let unless = intervention.unless { entries.append(("unless", .text("\(unless)"))) }
    return .object(entries)
  }
}
