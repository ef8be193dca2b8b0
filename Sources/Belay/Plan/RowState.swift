import CEL

/// What is known of one subject in one period while its plan runs, and afterwards.
struct RowState: Activation, Sendable {
  /// One outcome for each quantity; those of other scopes stay unknown.
  var slots: [Outcome<Value>]
  /// Parallel to the plan's lists.
  var factors: [FactorState]
  var domains: [BlendState]
  var scores: [BlendState]
  /// Of the alerts that fire; nil for the others.
  var severities: [Severity?]
  /// For each parameter's slot the place of its value among the parameter's settings.
  var choices: [Int]
  /// Faults that quantities ran into, in the order of the steps.
  var faults: [QuantityFault] = []
  var defaulted: [DefaultedParameter] = []

  init(_ plan: Plan, slotCount: Int) {
    slots = Array(repeating: .unknown(Unknown([])), count: slotCount)
    factors = Array(repeating: FactorState(), count: plan.factors.count)
    domains = Array(repeating: BlendState(), count: plan.domains.count)
    scores = Array(repeating: BlendState(), count: plan.scores.count)
    severities = Array(repeating: nil, count: plan.alerts.count)
    choices = Array(repeating: 0, count: slotCount)
  }

  func outcome(at slot: Int) -> Outcome<Value> { slots[slot] }

  /// The text in a slot; nil where it is unknown.
  func text(_ slot: Int) -> String? {
    if case .value(.string(let text)) = slots[slot] { text } else { nil }
  }

  func number(_ plan: NumberPlan) -> Outcome<Double> {
    switch plan {
    case .number(let value): .value(value)
    case .slot(let slot): slots[slot].asNumber
    }
  }
}

/// A factor in one row.
struct FactorState: Sendable {
  /// Nil when the condition is unknown.
  var applies: Bool? = true
  var points = Points(.unknown(Unknown([])))
  var weight: Outcome<Double> = .value(0)
}

/// Points, with the least and the greatest that they could be.
struct Points: Sendable {
  var outcome: Outcome<Double>
  var low: Double
  var high: Double

  /// The bounds are for points that are not known.
  init(
    _ outcome: Outcome<Double>, _ bounds: @autoclosure () -> (low: Double, high: Double) = (0, 100)
  ) {
    self.outcome = outcome
    if case .value(let points) = outcome {
      (low, high) = (points, points)
    } else {
      (low, high) = bounds()
    }
  }
}

/// A domain or a score in one row.
struct BlendState: Sendable {
  var weight: Outcome<Double> = .value(0)
  var blend = Blend.nothing
  /// Why parts of it, or all of it, are unknown.
  var missing = Unknown([])
  /// False when nothing in it applies to this row, and no floor speaks for it.
  var takesPart = true

  var value: Double? { blend.value }

  var outcome: Outcome<Value> { value.map { .value(.double($0)) } ?? .unknown(missing) }
}

extension Outcome where Wrapped == Value {
  /// The number in a value that is known to be one.
  var asNumber: Outcome<Double> {
    switch self {
    case .value(.double(let number)): .value(number)
    case .value(.int(let number)): .value(Double(number))
    case .value(.uint(let number)): .value(Double(number))
    case .value: .unknown(Unknown([]))
    case .unknown(let unknown): .unknown(unknown)
    case .fault(let fault): .fault(fault)
    }
  }

  /// The truth of a condition: nil when it is unknown or ran into a fault.
  var asCondition: Bool? {
    if case .value(.bool(let truth)) = self { truth } else { nil }
  }

  /// Why it is not a value; empty when it is one.
  func missing(_ name: String) -> Unknown {
    switch self {
    case .value: Unknown([])
    case .unknown(let unknown): unknown
    case .fault(let fault): Unknown(name, .fault(fault))
    }
  }
}

extension Outcome where Wrapped == Double {
  func missing(_ name: String) -> Unknown {
    map { Value.double($0) }.missing(name)
  }
}
