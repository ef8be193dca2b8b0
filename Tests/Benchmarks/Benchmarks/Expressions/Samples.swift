import CEL
import Diagnostics

/// An expression with the names that it reads, and a record to read them from.
struct Sample: Sendable {
  let name: String
  let text: String
  var profile = Profile.cel
  let variables: [(name: String, type: CELType, value: Value)]

  static let all: [Sample] = [
    Sample(
      name: "arithmetic", text: "(a + b) * 2.0 - a / b",
      variables: [("a", .double, .double(3.5)), ("b", .double, .double(1.25))]),
    Sample(
      name: "select chain", text: "r.a.b.c.d.e.f.g.h.i",
      variables: [
        ("r", .map(.string, .dyn), nested(["a", "b", "c", "d", "e", "f", "g", "h", "i"]))
      ]),
    Sample(
      name: "30-term or",
      text: (0..<30).map { "x == \($0)" }.joined(separator: " || "),
      variables: [("x", .int, .int(29))]),
    Sample(
      name: "policy condition",
      text: "visits / capacity > 1.1 && specialty in [\"pediatrics\", \"psychiatry\"]",
      profile: .policy,
      variables: [
        ("visits", .double, .double(28)), ("capacity", .double, .double(20)),
        ("specialty", .string, .string("psychiatry")),
      ]),
    Sample(
      name: "map and filter of 1,000", text: "l.filter(x, x % 2 == 0).map(x, x * 3).size()",
      variables: [("l", .list(.int), .list((0..<1000).map { .int($0) }))]),
  ]

  private static func nested(_ keys: [String]) -> Value {
    keys.reversed().reduce(Value.int(1)) { inner, key in
      var map = ValueMap()
      _ = map.insert(.string(key), inner)
      return .map(map)
    }
  }

  var environment: Environment {
    var environment = Environment(profile: profile)
    for variable in variables { environment.declare(variable.name, variable.type) }
    return environment
  }

  func parse() -> ParsedExpression {
    var diagnostics: [Diagnostic] = []
    let source = SourceText(name: name, text: text)
    let map = ScalarMap(source, startingAt: 0)
    guard let parsed = ParsedExpression.parse(text, map: map, diagnostics: &diagnostics) else {
      fatalError(TextRenderer().render(diagnostics))
    }
    return parsed
  }

  func check(_ parsed: ParsedExpression, in environment: Environment) -> CheckedExpression {
    var diagnostics: [Diagnostic] = []
    guard let checked = environment.check(parsed, diagnostics: &diagnostics) else {
      fatalError(TextRenderer().render(diagnostics))
    }
    return checked
  }
}

/// The values of a sample's names, by slot.
struct SampleRecord: Activation {
  let values: [Value]

  func outcome(at slot: Int) -> Outcome<Value> { .value(values[slot]) }
}
