import CEL
import Diagnostics

/// The names that expressions may read, with their values, and the language that they are in.
struct EvaluationSession {
  let profile: Profile
  let zones: ZoneFiles
  private var environment: Environment
  /// By slot.
  private var outcomes: [Outcome<Value>] = []

  init(profile: Profile, zones: ZoneFiles) {
    self.profile = profile
    self.zones = zones
    environment = Environment(profile: profile, functions: .standard(timeZones: zones))
  }

  mutating func read(_ data: EvaluationData) {
    for (name, type, outcome) in data.variables { set(name, type, outcome) }
  }

  /// - Throws: all that is wrong with the text.
  func evaluate(_ text: String) throws(CompilationError) -> Outcome<Value> {
    try environment.compile(text).evaluate(Bindings(outcomes: outcomes))
  }

  /// Evaluates with every step.
  func trace(_ text: String) throws(CompilationError) -> Trace {
    try environment.compile(text).trace(Bindings(outcomes: outcomes), limit: 1000)
  }

  /// Evaluates an expression and keeps its outcome under a name.
  mutating func assign(_ name: String, _ text: String) throws(CompilationError) -> Outcome<Value> {
    let checked = try environment.compile(text)
    let outcome = checked.evaluate(Bindings(outcomes: outcomes))
    set(name, checked.type, outcome)
    return outcome
  }

  /// The names with their types and values, a line each.
  var overview: String {
    let names = environment.names
    if names.isEmpty { return "none; write NAME = EXPRESSION" }
    return names.indices.sorted { names[$0] < names[$1] }.map {
      "\(names[$0]): \(environment.types[$0]) = \(Self.text(outcomes[$0]))"
    }.joined(separator: "\n")
  }

  /// A value as CEL writes it, or why there is none.
  static func text(_ outcome: Outcome<Value>) -> String {
    switch outcome {
    case .value(let value): value.description
    case .unknown(let unknown): "unknown: \(unknown.causes.map(words).joined(separator: ", "))"
    case .fault(let fault): "fault: \(fault)"
    }
  }

  private static func words(_ cause: Unknown.Cause) -> String {
    let reason =
      switch cause.reason {
      case .absent: "absent"
      case .outOfRange: "out of range"
      case .malformed: "not readable"
      case .notListed: "not among the listed"
      case .notApplicable: "does not apply"
      case .suppressed: "suppressed"
      case .tooFew: "too few"
      case .notFinite: "no finite number"
      case .fault(let fault): fault.message
      }
    return "\(cause.name) (\(reason))"
  }

  private mutating func set(_ name: String, _ type: CELType, _ outcome: Outcome<Value>) {
    environment.declare(name, type)
    let slot = environment.slot(of: name)!
    if slot == outcomes.count { outcomes.append(outcome) } else { outcomes[slot] = outcome }
  }

  private struct Bindings: Activation {
    let outcomes: [Outcome<Value>]

    func outcome(at slot: Int) -> Outcome<Value> { outcomes[slot] }
  }
}
