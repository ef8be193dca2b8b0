import CEL
import Diagnostics
import Testing

struct TraceTests {
  @Test(arguments: [
    (
      "visits / capacity > 1.0 + 0.1",
      [
        "visits = 22.0", "capacity = 20.0", "visits / capacity = 1.1", "1.0 = 1.0 !", "0.1 = 0.1 !",
        "1.0 + 0.1 = 1.1 !", "visits / capacity > 1.0 + 0.1 = false",
      ]
    ),
    (
      "on_leave ? absent : 2",
      ["on_leave = false", "2 = 2.0 !", "on_leave ? absent : 2 = 2.0"]
    ),
    (
      "absent > 1 && on_leave",
      [
        "absent = ?", "1 = 1.0 !", "absent > 1 = ?", "on_leave = false",
        "absent > 1 && on_leave = false",
      ]
    ),
    (
      "sites.exists(s, s == 'south')",
      [
        "sites = [\"north\", \"south\"]", "s = \"north\"", "'south' = \"south\" !",
        "s == 'south' = false", "s = \"south\"", "'south' = \"south\" !", "s == 'south' = true",
        "sites.exists(s, s == 'south') = true",
      ]
    ),
    (
      "size(sites) > 2.5",
      [
        "sites = [\"north\", \"south\"]", "size(sites) = 2.0", "2.5 = 2.5 !",
        "size(sites) > 2.5 = false",
      ]
    ),
    ("fte.a", ["fte.a = 0.5"]),
    ("fte['b']", ["fte = {\"a\": 0.5}", "'b' = \"b\" !", "fte['b'] ! no such key: \"b\""]),
  ])
  func `a trace says what every part gave`(_ text: String, _ expected: [String]) throws {
    let environment = Sample.environment(.policy)
    let checked = try environment.compile(text)
    let record = Sample.Record(environment)
    let trace = checked.trace(record)
    let steps = trace.steps.map { step in
      let outcome =
        switch step.outcome {
        case .value(let value): "= \(value)"
        case .unknown: "= ?"
        case .fault(let fault): "! \(fault)"
        }
      #expect(step.span.text == step.text)
      return "\(step.text) \(outcome)" + (step.isConstant ? " !" : "")
    }
    #expect(steps == expected)
    #expect(trace.outcome == checked.evaluate(record))
    #expect(trace.omitted == 0)
  }

  @Test func `a trace keeps so many steps`() throws {
    let checked = try Environment().compile("[1, 2, 3].map(x, x + 1)")
    let trace = checked.trace([:], limit: 5)
    #expect(trace.steps.count == 5)
    #expect(trace.omitted == 9)
    #expect(trace.outcome.value == [2, 3, 4])
  }

  @Test func `tools walk the tree`() throws {
    var diagnostics: [Diagnostic] = []
    let parsed = try #require(
      ParsedExpression.parse("a.b + size([1, x]) > -2 || f.has(1)", diagnostics: &diagnostics))
    let tree = parsed.tree
    var calls: [String] = []
    var operators: [String] = []
    for id in tree.ids {
      switch tree.kind(id) {
      case .call(let function, _, _, _): calls.append(function + ": " + parsed.text(of: id))
      case .operation(let kind, _): operators.append(kind.spelling)
      default: break
      }
    }
    #expect(calls == ["size: size([1, x])", "has: f.has(1)"])
    #expect(operators == ["+", ">", "||"])
    #expect(
      tree.children(of: tree.root).map { parsed.span(of: $0).text } == [
        "a.b + size([1, x]) > -2", "f.has(1)",
      ])
  }
}
