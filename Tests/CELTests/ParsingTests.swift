import CEL
import Diagnostics
import Testing

struct ParsingTests {
  private func parse(_ text: String) throws -> ParsedExpression {
    var diagnostics: [Diagnostic] = []
    return try #require(ParsedExpression.parse(text, diagnostics: &diagnostics))
  }

  @Test(arguments: [
    ("points.inbox >= 50 && wow > 2", ["points.inbox", "wow"]),
    ("team.psych_safety_mean < 4.5", ["team.psych_safety_mean"]),
    ("scores.exists(s, s > wow)", ["scores", "wow"]),
    ("scores.map(wow, wow + 1)", ["scores"]),
    ("fte.a + fte['wow']", ["fte", "fte"]),
    ("has(fte.a)", ["fte"]),
    ("math.greatest(wow, 1)", ["wow"]),
    ("wow.in_hours()", ["wow"]),
    ("nothing.like.this > wow", ["?nothing", "wow"]),
    ("cel.bind(x, wow, x * y)", ["wow", "?y"]),
    ("type(wow) == double", ["wow"]),
    ("known(points.inbix)", ["?points"]),
    ("optional.of(wow).orValue(z)", ["wow", "?z"]),
  ])
  func `references are the longest declared names`(_ text: String, _ expected: [String]) throws {
    let declared: Set<String> = ["points.inbox", "team.psych_safety_mean", "wow", "scores", "fte"]
    let found = try parse(text).references(among: declared.contains)
    #expect(found.map { ($0.isDeclared ? "" : "?") + $0.name } == expected)
    for one in found where one.isDeclared { #expect(one.span.text.hasPrefix(one.name)) }
  }

  @Test func `places are those of the file that holds the expression`() {
    // The file spells `a > "b"` with escapes, in a line of its own.
    let source = SourceText(name: "policy.yaml", text: "when: \"a > \\\"b\\\" &\"\n")
    var map = ScalarMap(source)
    map.add(decoded: 0, written: 7)
    map.add(decoded: 4, written: 11)
    map.add(decoded: 5, written: 13)
    map.add(decoded: 6, written: 14)
    map.add(decoded: 7, written: 16)
    var diagnostics: [Diagnostic] = []
    _ = ParsedExpression.parse("a > \"b\" & c", map: map, diagnostics: &diagnostics)
    #expect(diagnostics.first?.primary.span.text == "&")
    diagnostics = []
    let parsed = ParsedExpression.parse("a > \"b\"", map: map, diagnostics: &diagnostics)
    #expect(parsed?.span.text == "a > \\\"b\\\"")
  }

  @Test(arguments: [
    ("( a+b )*c", "(a + b) * c"), ("a-(b-c)", "a - (b - c)"), ("(a && b) && c", "(a && b) && c"),
    ("a||b&&c||d", "a || b && c || d"), ("-(5)", "-(5)"), ("- -5", "--5"),
    ("(a?b:c)?d:e", "(a ? b : c) ? d : e"), ("a?b:(c?d:e)", "a ? b : c ? d : e"),
    ("(a.b).c", "a.b.c"), ("(a+b).c", "(a + b).c"), ("a . `b-c`", "a.`b-c`"), ("!(!a)", "!!a"),
    ("[1,?a,]", "[1, ?a]"), ("a in(b)", "a in b"), ("a==(b==c)", "a == (b == c)"),
    ("'it\\'s'", "\"it's\""), ("b'\\377'", "b\"\\xff\""), (".a.?b[?0]", ".a.?b[?0]"),
  ])
  func `an expression is printed with the brackets it needs`(_ text: String, _ printed: String)
    throws
  {
    #expect(try parse(text).description == printed)
  }

  @Test func `a diagnostic proposes what to write`() {
    var environment = Environment(profile: .policy)
    environment.declare("visits_per_day", .double)
    environment.declare("sites", .list(.string))
    let cases = [
      ("visits_per_dya > 1", "visits_per_day"), ("visits_per_day = 1", "=="),
      ("visits_per_day > 1 and true", "&&"), ("not true", "!"), ("visits_per_day > 1,5", "1.5"),
      ("sze(sites) > 1", "size"),
      ("true | false", "||"), ("“a” in sites", "\"a\""),
    ]
    for (text, proposal) in cases {
      var diagnostics: [Diagnostic] = []
      if let parsed = ParsedExpression.parse(text, diagnostics: &diagnostics) {
        _ = environment.check(parsed, diagnostics: &diagnostics)
      }
      #expect(diagnostics.first?.fixIts.first?.replacement == proposal, "\(text)")
    }
  }

  @Test func `an expression of another type than its place needs is refused`() throws {
    var environment = Environment(profile: .policy)
    environment.declare("visits", .double)
    for (text, expected, message) in [
      ("visits", CELType.bool, "a condition is true or false, and this is a number"),
      ("visits > 1", .double, "this is true or false, where a number is needed"),
    ] {
      var diagnostics: [Diagnostic] = []
      let checked = environment.check(
        try parse(text), expecting: expected, diagnostics: &diagnostics)
      #expect(checked == nil)
      #expect(diagnostics.map(\.message) == [message])
    }
  }

  @Test func `curves are level outside and straight inside`() throws {
    let curve = try #require(Curve([.init(x: 1, y: 10), .init(x: 2, y: 35), .init(x: 4, y: 5)]))
    #expect(curve.points(at: 0) == 10)
    #expect(curve.points(at: 1) == 10)
    #expect(curve.points(at: 1.5) == 22.5)
    #expect(curve.points(at: 2) == 35)
    #expect(curve.points(at: 3) == 20)
    #expect(curve.points(at: 9) == 5)
    #expect(curve.points(at: .nan).isNaN)
    #expect(Curve([.init(x: 1, y: 1), .init(x: 1, y: 2)]) == nil)
    #expect(Curve([]) == nil)
  }
}
