import CEL
import Diagnostics
import Testing

/// What an embedder of the language alone does with it.
struct EmbeddingTests {
  static let environment: Environment = {
    var environment = Environment()
    environment.declare("visits", .int)
    environment.declare("load", .double)
    environment.declare("site.name", .string)
    environment.declare("tags", .list(.int))
    environment.declare("since", .timestamp)
    environment.declare("any", .dyn)
    return environment
  }()

  @Test(
    arguments: [
      ("visits > 20", ["visits": 24], .value(true)),
      ("visits > 20", ["visits": 24.0], .value(true)),
      ("visits > 20", ["visits": 24.5], .fault(.conversion)),
      ("visits > 20", ["visits": "24"], .fault(.conversion)),
      ("visits > 20", [:], .unknown(["visits"])),
      ("visits > 20 && load > 1.0", ["visits": 3], .value(false)),
      ("load * 2.0", ["load": 3], .value(6.0)),
      ("site.name + '!'", ["site.name": "north", "other": 1], .value("north!")),
      ("tags[0] + tags[1]", ["tags": [1.0, 2]], .value(3)),
      ("tags[0]", ["tags": [1.5]], .fault(.conversion)),
      ("since.getFullYear()", ["since": "2026-07-01T00:00:00Z"], .value(2026)),
      ("since.getFullYear()", ["since": "July"], .fault(.conversion)),
      ("any.a[1]", ["any": ["a": [true, .null]]], .value(.null)),
    ] as [(String, [String: Value], Case.Expected)])
  func `named values are found, fitted to their types or missed`(
    _ text: String, _ values: [String: Value], _ expected: Case.Expected
  ) throws {
    let outcome = try Self.environment.compile(text).evaluate(values)
    #expect(expected.describes(outcome), "\(outcome)")
  }

  @Test func `what is wrong is thrown all at once`() {
    #expect {
      try Self.environment.compile("visit > 1 || load > 1 && laod > 2.0", name: "rule")
    } throws: { error in
      guard let error = error as? CompilationError else { return false }
      return error.diagnostics.map(\.message) == ["unknown name `visit`", "unknown name `laod`"]
        && error.diagnostics[0].primary.span.source.name == "rule"
    }
  }

  @Test(arguments: [
    (
      "{\"a\": [1, 2.5, -3e2], \"b\": {\"c\": null, \"d\": true}}",
      #"{"a": [1.0, 2.5, -300.0], "b": {"c": null, "d": true}}"#
    ),
    ("\"\\u00e9\\n\"", #""é\n""#), (" 9007199254740993 ", "9007199254740992.0"),
    ("[]", "[]"), ("{}", "{}"), ("false", "false"),
  ])
  func `JSON becomes a value`(_ json: String, _ printed: String) throws {
    #expect(try Value(json: json).description == printed)
  }

  @Test(arguments: [
    ("[1,]", "a comma after the last element", ","),
    ("{\"a\":1,\"a\":2}", "the key `a` is there twice", "\"a\""),
    ("1e999", "the number is too large", "1e999"), ("", "the text ends where a value belongs", ""),
    ("{'a': 1}", "`'` where a key in double quotes belongs", "'"),
  ])
  func `what is no JSON is shown where it is`(_ json: String, _ message: String, _ text: String) {
    #expect {
      try Value(json: json)
    } throws: { error in
      guard let one = (error as? CompilationError)?.diagnostics.first else { return false }
      return one.message == message && one.primary.span.text == text
    }
  }

  @Test func `deeply nested JSON is refused, not crashed on`() {
    #expect(throws: CompilationError.self) {
      try Value(json: String(repeating: "[", count: 100_000))
    }
  }
}

extension Case.Expected {
  /// Whether an outcome is the expected one.
  func describes(_ outcome: Outcome<Value>) -> Bool {
    switch (self, outcome) {
    case (.value(let expected), .value(let value)): expected == value
    case (.unknown(let names), .unknown(let unknown)): unknown.causes.map(\.name) == names
    case (.fault(let kind), .fault(let fault)): fault.kind == kind
    default: false
    }
  }
}
