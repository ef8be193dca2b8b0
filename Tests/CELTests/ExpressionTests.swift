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
    ("count", .int), ("not_a_number", .double), ("gaps", .list(.double)),
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
  /// For each code an expression that raises it, and the text that it points at.
  static let mistakes: [(String, String, Profile, String)] = [
    ("1 +", "expression-syntax", .cel, ""),
    ("99999999999999999999", "invalid-literal", .cel, "99999999999999999999"),
    (String(repeating: "(", count: 300), "expression-limit", .cel, "("),
    ("vists > 1.0", "unknown-name", .cel, "vists"),
    ("sise(sites)", "no-such-function", .cel, "sise"),
    ("size(1)", "wrong-arguments", .cel, "size"), ("visits * 2", "type-mismatch", .cel, "*"),
    ("sites.a", "no-such-field", .cel, "sites.a"),
    ("sites.all(1, true)", "invalid-macro", .cel, "sites.all(1, true)"),
    ("sites.all(visits, true)", "shadowed-name", .policy, "visits"),
    ("a.B{}", "not-supported", .cel, "a.B"),
    ("interpolate(visits, [[2, 1], [1, 2]])", "invalid-curve", .policy, "1"),
    ("specialty.matches('(')", "invalid-pattern", .cel, "'('"),
  ]

  @Test func `every code is raised somewhere, at a place`() {
    #expect(Set(Self.mistakes.map(\.1)) == Set(DiagnosticCode.expressionCodes.map(\.slug)))
    for (text, code, profile, place) in Self.mistakes {
      do throws(CompilationError) {
        _ = try Sample.environment(profile).compile(text)
        Issue.record("\(text) is accepted")
      } catch {
        #expect(error.diagnostics[0].code.slug == code, "\(text)")
        #expect(error.diagnostics[0].primary.span.text == place, "\(text)")
      }
    }
  }

  @Test(arguments: [
    ("visits * 2", "int and double do not mix: write `2.0`", "2.0"),
    ("2 * visits", "int and double do not mix: write `2.0`", "2.0"),
    ("1u + 2", "int and uint do not mix: write `2u`", "2u"),
  ])
  func `numbers of different kinds do not mix in plain CEL`(
    _ text: String, _ note: String, _ proposal: String
  ) {
    do throws(CompilationError) {
      _ = try Sample.environment(.cel).compile(text)
      Issue.record("accepted")
    } catch {
      #expect(error.diagnostics.map(\.notes) == [[note]])
      #expect(error.diagnostics.first?.fixIts.map(\.replacement) == [proposal])
    }
  }

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

  /// A list in which a number is missing.
  static let gaps: [String: Outcome<Value>] = [
    "gaps": .value(.list([.double(1), .double(.nan), .double(3)]))
  ]

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
    Case("size(scores) * 1.5", .value(.double(4.5))),
    Case("size(scores) > 2.5", .value(.bool(true))),
    Case("2.5 < size(scores)", .value(.bool(true))),
    Case("visits / size(scores) > 7", .value(.bool(true))),
    Case("size(scores) == visits", .value(.bool(false))),
    Case("(on_leave ? visits : size(scores)) == 3", .value(.bool(true))),
    Case("count + size(scores) * 0.5", .value(.double(4.5))),
    Case("sqrt(count + 1)", .value(.double(2))),
    Case("gaps.exists(g, g > 5)", .unknown(["gaps"]), in: .policy, gaps),
    Case("gaps.exists(g, g > 2)", .value(.bool(true)), in: .policy, gaps),
    Case("gaps.map(g, g + 1)", .unknown(["gaps"]), in: .policy, gaps),
    Case("gaps.filter(g, known(g)).size()", .value(.double(2)), in: .policy, gaps),
    Case("gaps.map(g, or_else(g, 0))[1]", .value(.double(0)), in: .policy, gaps),
    Case("cel.bind(g, gaps[1], g > 1)", .unknown(["gaps[1]"]), in: .policy, gaps),
    Case("scores[7] > 1 || true", .value(.bool(true))),
    Case("absent > 1 && scores[7] > 1", .unknown(["absent"])),
    Case("scores[7] > 1 && absent > 1", .unknown(["absent"])),
    Case("fte.b", .fault(.noSuchKey)),
    Case("has(fte.b) ? fte.b : 0", .value(.double(0))),
    Case("int('x') > 1", .fault(.conversion)),
    Case("9223372036854775807 + count > 0", .fault(.overflow)),
  ]

  static let rejected: [Case] = [
    Case("vists > 1", .rejected("unknown-name", "unknown name `vists`")),
    Case("visits = 1", .rejected("expression-syntax", "`=` is no comparison")),
    Case("visits > 1 and on_leave", .rejected("expression-syntax", "`and` is no operator")),
    Case("on_leave OR on_leave", .rejected("expression-syntax", "`OR` is no operator")),
    Case("not on_leave", .rejected("expression-syntax", "`not` is no operator")),
    Case("on_leave & on_leave", .rejected("expression-syntax", "`&` is no operator")),
    Case("on_leave | on_leave", .rejected("expression-syntax", "`|` is no operator")),
    Case("visits <> 1", .rejected("expression-syntax", "`<>` is no operator")),
    Case("visits ≥ 1", .rejected("expression-syntax", "`≥` is no operator")),
    Case("visits is 1", .rejected("expression-syntax", "`is` is no operator")),
    Case("visits > 1,5", .rejected("expression-syntax", "a comma inside a number")),
    Case("visits, 2", .rejected("expression-syntax", "`,` outside a list or call")),
    Case("visits 2", .rejected("expression-syntax", "an operator is missing")),
    Case("(visits > 2", .rejected("expression-syntax", "`(` is not closed")),
    Case("visits > 2)", .rejected("expression-syntax", "`)` closes nothing")),
    Case("specialty == 'pediatrics", .rejected("expression-syntax", "text that is not closed")),
    Case(
      "specialty == “pediatrics”",
      .rejected("expression-syntax", "typographic quotes do not hold text")),
    Case("visits >", .rejected("expression-syntax", "the expression ends too early")),
    Case("> 2", .rejected("expression-syntax", "`>` where an operand is expected")),
    Case("", .rejected("expression-syntax", "an expression is missing")),
    Case("visits > 1 ? 2", .rejected("expression-syntax", "`?` without its `:`")),
    Case("if > 2", .rejected("expression-syntax", "`if` is a reserved word")),
    Case("2abc > 1", .rejected("expression-syntax", "`2abc` is neither a number nor a name")),
    Case("visits > 50%", .rejected("expression-syntax", "the expression ends too early")),
    Case("1e999 > visits", .rejected("invalid-literal", "the number `1e999` is too large")),
    Case("'\\q' == specialty", .rejected("invalid-literal", "`\\q` is no escape")),
    Case("besuche_je_tag_ü > 1", .rejected("expression-syntax", "unexpected `ü`")),
    Case("visits > 'a'", .rejected("type-mismatch", "`>` does not take a number and text")),
    Case(
      "on_leave + 1", .rejected("type-mismatch", "`+` does not take true or false and a number")),
    Case(
      "visits && on_leave",
      .rejected("type-mismatch", "`&&` needs a condition, and this is a number")),
    Case("!visits", .rejected("type-mismatch", "`!` needs a condition, and this is a number")),
    Case(
      "visits ? 1 : 2", .rejected("type-mismatch", "`?` needs a condition, and this is a number")),
    Case(
      "on_leave ? 1 : 'a'",
      .rejected("type-mismatch", "the two sides of `? :` have different types")),
    Case("-specialty", .rejected("type-mismatch", "`-` does not take text")),
    Case(
      "[1, 'a']", .rejected("type-mismatch", "all elements have one type, and this is a number")),
    Case(
      "visits in ['a']",
      .rejected("type-mismatch", "`in` does not take a number and a list of texts")),
    Case("specialty[0]", .rejected("type-mismatch", "text has no element for a number")),
    Case("specialty[?0]", .rejected("type-mismatch", "text has no elements")),
    Case("{1.5: 2}", .rejected("type-mismatch", "a number cannot be a key")),
    Case(
      "scores.all(s, s)",
      .rejected("type-mismatch", "`all` needs a condition, and this is a number")),
    Case(
      "visits.all(s, true)",
      .rejected("type-mismatch", "`all` goes through a list or a map, and this is a number")),
    Case("sise(scores) > 1", .rejected("no-such-function", "there is no function `sise`")),
    Case(
      "startsWith(specialty, 'p')",
      .rejected("no-such-function", "`startsWith` is called on a value")),
    Case("visits.sqrt()", .rejected("no-such-function", "`sqrt` is called on its own")),
    Case("dyn(1) == 1", .rejected("not-supported", "`dyn` is not available in policies")),
    Case("sqrt(specialty)", .rejected("wrong-arguments", "`sqrt` does not take text")),
    Case(
      "specialty.startsWith(1)",
      .rejected("wrong-arguments", "`startsWith` on text does not take a number")),
    Case("visits == null", .rejected("not-supported", "policies have no `null`")),
    Case(
      "pkg.Message{a: 1}",
      .rejected("not-supported", "messages such as `pkg.Message{...}` are not available")),
    Case("specialty.name", .rejected("no-such-field", "text has no field `name`")),
    Case(
      "scores.all(visits, visits > 1)", .rejected("shadowed-name", "`visits` is declared already")),
    Case(
      "scores.all(points, points > 1)", .rejected("shadowed-name", "`points` is declared already")),
    Case("scores.all(1, true)", .rejected("invalid-macro", "`all` takes a plain name first")),
    Case("has(visits)", .rejected("invalid-macro", "`has` takes a field: `has(record.field)`")),
    Case(
      "interpolate(visits, [[1, 10], [1, 20]])",
      .rejected("invalid-curve", "x must increase from point to point, and `1` does not")),
    Case(
      "interpolate(visits, [[1, 10], [2]])",
      .rejected("invalid-curve", "a point of a curve is `[x, points]`")),
    Case("interpolate(visits, [])", .rejected("invalid-curve", "a curve needs a point")),
    Case("specialty.matches('(a')", .rejected("invalid-pattern", "this is no regular expression")),
    Case("size", .rejected("unknown-name", "unknown name `size`")),
    Case("points.inbix > 1", .rejected("unknown-name", "unknown name `points.inbix`")),
  ]

  static let plain: [Case] = [
    Case("1 / 2", .value(.int(0)), in: .cel),
    Case("1 / 2.0", .rejected("type-mismatch", "`/` does not take int and double"), in: .cel),
    Case("1 / 0", .fault(.divisionByZero), in: .cel),
    Case("1.0 / 0.0", .value(.double(.infinity)), in: .cel),
    Case("dyn(1) == 1.0", .value(.bool(true)), in: .cel),
    Case("9223372036854775807 + 1", .fault(.overflow), in: .cel),
    Case("[1, 'a', 2.0].size()", .value(.int(3)), in: .cel),
    Case("known(visits)", .rejected("no-such-function", "there is no function `known`"), in: .cel),
    Case("absent > 1.0 || scores[9] > 1.0", .unknown(["absent"]), in: .cel),
    Case("'aaaaaaaaaaaaaaaaaaaaaaaaaaaaac'.matches('^(a+)+b')", .value(.bool(false)), in: .cel),
    Case("'Überlastung'.matches('(?i)^über\\\\pL+$')", .value(.bool(true)), in: .cel),
    Case("'a\\nb'.matches('(?m)^b$') && !'a\\nb'.matches('^b$')", .value(.bool(true)), in: .cel),
    Case("'x12'.matches(r'^\\w[0-9]{2,3}$')", .value(.bool(true)), in: .cel),
    Case("'abc'.matches('[^a-c]')", .value(.bool(false)), in: .cel),
    Case("specialty.matches(specialty + '$')", .value(.bool(true)), in: .cel),
  ]
}
