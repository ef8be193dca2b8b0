import CEL
import Diagnostics
import Testing

/// One expression with what becomes of it.
struct Case: CustomTestStringConvertible, Sendable {
  enum Expected: Sendable {
    case value(Value)
    /// The names in the unknown, in order.
    case unknown([String])
    case fault(Fault.Kind)
    /// The codes and messages of the diagnostics.
    case rejected(String, String)
  }

  var expression: String
  var expected: Expected
  var profile = Profile.policy
  var inputs: [String: Outcome<Value>] = [:]

  init(
    _ expression: String, _ expected: Expected, in profile: Profile = .policy,
    _ inputs: [String: Outcome<Value>] = [:]
  ) {
    self.expression = expression
    self.expected = expected
    self.profile = profile
    self.inputs = inputs
  }

  var testDescription: String { expression }
}

/// What the cases read, besides their own inputs.
enum Sample {
  static let types: [(String, CELType)] = [
    ("visits", .double), ("capacity", .double), ("specialty", .string), ("on_leave", .bool),
    ("absent", .double), ("absent_text", .string), ("absent_flag", .bool),
    ("points.inbox", .double), ("team.psych_safety_mean", .double), ("period", .timestamp),
    ("since", .timestamp), ("curve", .list(.list(.double))), ("scores", .list(.double)),
    ("sites", .list(.string)), ("fte", .map(.string, .double)), ("zero", .double),
    ("count", .int), ("not_a_number", .double),
  ]

  static let values: [String: Value] = [
    "visits": .double(22), "capacity": .double(20), "specialty": .string("pediatrics"),
    "on_leave": .bool(false), "points.inbox": .double(60),
    "team.psych_safety_mean": .double(4.2),
    "period": .timestamp(Timestamp(year: 2026, month: 7, day: 1)!),
    "since": .timestamp(Timestamp(year: 2026, month: 6, day: 1)!),
    "curve": .list([.list([.double(1), .double(10)]), .list([.double(4), .double(90)])]),
    "scores": .list([.double(1), .double(2), .double(3)]),
    "sites": .list([.string("north"), .string("south")]),
    "fte": {
      var map = ValueMap(); map.insert(.string("a"), .double(0.5)); return .map(map)
    }(),
    "zero": .double(0), "count": .int(3), "not_a_number": .double(.nan),
  ]

  static func environment(_ profile: Profile) -> Environment {
    var environment = Environment(profile: profile)
    for (name, type) in types { environment.declare(name, type) }
    return environment
  }

  struct Record: Activation {
    var outcomes: [Outcome<Value>]

    init(_ environment: Environment, _ inputs: [String: Outcome<Value>] = [:]) {
      outcomes = environment.names.map { name in
        inputs[name] ?? Sample.values[name].map { .value($0) } ?? .unknown(Unknown(name))
      }
    }

    func outcome(at slot: Int) -> Outcome<Value> { outcomes[slot] }
  }
}

struct ExpressionTests {
  @Test(arguments: Cases.all)
  func `an expression gives what its row says`(_ one: Case) {
    let environment = Sample.environment(one.profile)
    var diagnostics: [Diagnostic] = []
    let parsed = ParsedExpression.parse(one.expression, diagnostics: &diagnostics)
    let checked = parsed.flatMap { environment.check($0, diagnostics: &diagnostics) }
    if case .rejected(let code, let message) = one.expected {
      #expect(checked == nil)
      #expect(diagnostics.first?.code.slug == code)
      #expect(diagnostics.first?.message == message)
      return
    }
    guard let checked else {
      Issue.record("rejected: \(TextRenderer().render(diagnostics))")
      return
    }
    let outcome = checked.evaluate(Sample.Record(environment, one.inputs))
    switch (one.expected, outcome) {
    case (.value(let expected), .value(let value)): #expect(value == expected)
    case (.unknown(let names), .unknown(let unknown)):
      #expect(unknown.causes.map(\.name) == names)
    case (.fault(let kind), .fault(let fault)): #expect(fault.kind == kind)
    default: Issue.record("gives \(outcome)")
    }
  }
}

enum Cases {
  static let all = policy + rejected + plain

  static let policy: [Case] = [
    // Whole numbers are doubles where they can be.
    Case("1 / 2", .value(.double(0.5))),
    Case("visits / capacity > 1.05", .value(.bool(true))),
    Case("visits in [20, 22]", .value(.bool(true))),
    Case("visits + 1", .value(.double(23))),
    Case("-5", .value(.double(-5))),
    Case("- 5 + visits", .value(.double(17))),
    Case("size(scores) > 2", .value(.bool(true))),
    Case("2 < size(scores)", .value(.bool(true))),
    Case("size(scores) == 1 + 2", .value(.bool(true))),
    Case("size(scores) in [1, 2, 3]", .value(.bool(true))),
    Case("scores[0] + 1", .value(.double(2))),
    Case("scores[1 + 1]", .value(.double(3))),
    Case("specialty.size() == 10", .value(.bool(true))),
    Case("size(scores)", .value(.double(3))),
    Case("double(size(scores)) / 2", .value(.double(1.5))),
    Case("size(scores) / 2", .value(.double(1))),
    Case("true ? 1 : size(scores)", .value(.double(1))),
    Case("[1, size(scores)] == [1, 3]", .value(.bool(true))),
    Case("{1: 'a'}[1] == 'a'", .value(.bool(true))),
    Case("fte.a * 2", .value(.double(1))),
    Case("scores.map(s, s * 2)", .value(.list([.double(2), .double(4), .double(6)]))),
    Case("scores.exists(s, s > 2)", .value(.bool(true))),
    Case("scores.all(s, s >= 1) && !on_leave", .value(.bool(true))),
    Case("scores.exists_one(s, s == 2)", .value(.bool(true))),
    Case("scores.filter(s, s != 2).size() == 2", .value(.bool(true))),
    Case("specialty in ['pediatrics', 'psychiatry']", .value(.bool(true))),
    Case("specialty.startsWith('ped')", .value(.bool(true))),
    Case("points.inbox >= 50", .value(.bool(true))),
    Case("team.psych_safety_mean < 4.5", .value(.bool(true))),
    Case("period - since > duration('48h')", .value(.bool(true))),
    Case("days(period - since)", .value(.double(30))),
    Case("days(duration('36h'))", .value(.double(1.5))),
    Case("period.getMonth() == 6", .value(.bool(true))),
    Case("period > timestamp('2026-06-30T00:00:00Z')", .value(.bool(true))),
    Case("sqrt(16)", .value(.double(4))),
    Case("interpolate(2.5, [[1, 10], [4, 90]])", .value(.double(50))),
    Case("interpolate(visits, curve)", .value(.double(90))),
    Case("interpolate(0, curve)", .value(.double(10))),

    // What is unknown.
    Case("absent > 1", .unknown(["absent"])),
    Case("absent > 1 && visits < 0", .value(.bool(false))),
    Case("visits > 0 || absent > 1", .value(.bool(true))),
    Case("visits < 0 || absent > 1", .unknown(["absent"])),
    Case("absent + 1 > 0 && absent_flag", .unknown(["absent", "absent_flag"])),
    Case("known(absent)", .value(.bool(false))),
    Case("known(visits)", .value(.bool(true))),
    Case("known(visits / zero)", .value(.bool(false))),
    Case("or_else(absent, 3)", .value(.double(3))),
    Case("or_else(visits, absent)", .value(.double(22))),
    Case("or_else(absent, absent_flag ? 1 : 2)", .unknown(["absent_flag"])),
    Case("!or_else(absent_flag, false)", .value(.bool(true))),
    Case("visits / zero", .unknown(["visits / zero"])),
    Case("1 + visits  /  zero", .unknown(["visits  /  zero"])),
    Case("zero / zero > 1", .unknown(["zero / zero"])),
    Case("sqrt(-1)", .unknown(["sqrt(-1)"])),
    Case("1e300 * 1e300", .unknown(["1e300 * 1e300"])),
    Case("size(scores) / size([])", .unknown(["size(scores) / size([])"])),
    Case("not_a_number > 1", .unknown(["not_a_number"])),
    Case("absent > 1 ? 1 : 2", .unknown(["absent"])),
    Case("visits > 1 ? 1 : absent", .value(.double(1))),
    Case("[1, absent].exists(x, x > 0)", .unknown(["absent"])),
    Case("scores.map(s, s / zero)", .unknown(["s / zero"])),
    Case("scores.exists(s, s / zero > 1 || s > 2)", .value(.bool(true))),
    Case("at_least(2, [visits > 1, absent > 1, true])", .value(.bool(true))),
    Case("at_least(3, [visits > 1, absent > 1, true])", .unknown(["absent"])),
    Case("at_least(3, [visits < 1, absent > 1, true])", .value(.bool(false))),
    Case("at_least(2, scores.map(s, s > 1))", .value(.bool(true))),
    Case("interpolate(absent, curve)", .unknown(["absent"])),

    // What faults, and what absorbs a fault.
    Case("scores[7]", .fault(.indexOutOfRange)),
    Case("scores[7] > 1 || true", .value(.bool(true))),
    Case("absent > 1 && scores[7] > 1", .unknown(["absent"])),
    Case("scores[7] > 1 && absent > 1", .unknown(["absent"])),
    Case("fte.b", .fault(.noSuchKey)),
    Case("has(fte.b) ? fte.b : 0", .value(.double(0))),
    Case("int('x') > 1", .fault(.conversion)),
    Case("9223372036854775807 + count > 0", .fault(.overflow)),
  ]

  static let rejected: [Case] = []
  static let plain: [Case] = []
}
