import CEL
import Diagnostics
import TestSupport
import Testing

struct LimitTests {
  static let ten = "[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]"

  /// `[..].map(a, [..].map(b, ...))`
  static func tower(_ height: Int, macro: String = "map") -> String {
    (0..<height).reversed().reduce(macro == "map" ? "1" : macro == "all" ? "true" : "false") {
      inner, level in
      "\(ten).\(macro)(v\(level), \(inner))" + (macro == "filter" ? " == []" : "")
    }
  }

  /// `cel.bind(x1, x0 + x0, cel.bind(x2, x1 + x1, ...))`
  static func doublings(_ start: String, _ count: Int, _ step: String, _ end: String) -> String {
    let opening = (1...count).map { level in
      "cel.bind(x\(level), " + step.replacing("@", with: "x\(level - 1)") + ", "
    }
    return "cel.bind(x0, \(start), " + opening.joined() + end.replacing("@", with: "x\(count)")
      + String(repeating: ")", count: count + 1)
  }

  @Test(arguments: [
    tower(12), tower(12, macro: "exists"), tower(12, macro: "filter"), tower(12, macro: "all"),
    tower(12) + " == [] || true", tower(7, macro: "exists_one"),
    doublings("'ab'", 60, "@ + @", "@.size()"), doublings("b'ab'", 60, "@ + @", "@.size()"),
    doublings("[1]", 60, "@ + @", "@.size()"), doublings("[1]", 60, "[@, @]", "@"),
    doublings("[1]", 60, "[@, @]", "@ == @"), doublings("[1]", 60, "[@, @]", "@ in [@]"),
    doublings("[1]", 60, "{'a': @, 'b': @}", "@"), doublings("1", 60, "optional.of([@, @])", "@"),
    doublings("'ab'", 40, "@.replace('', @)", "@.size()"),
    doublings("'ab'", 60, "[@, @].join(@)", "@.size()"),
    doublings("'ab'", 60, "'%s%s'.format([@, @])", "@.size()"),
    doublings("[1]", 60, "[@, @]", "'%s'.format([@])"),
    doublings("'ab'", 60, "strings.quote(@ + @)", "@.size()"),
    doublings("b'ab'", 60, "bytes(base64.encode(@))", "@.size()"),
    doublings(
      "'aaaaaaaaaaaaaaaa'", 16, "@ + @", "\(ten).map(a, \(ten).map(b, @.matches('(a*)*b')))"),
    doublings(
      "'aaaaaaaaaaaaaaaa'", 19, "@ + @",
      "\(ten).map(a, \(ten).map(b, \(ten).map(c, @.contains('b'))))"),
    "cel.block([\(ten), cel.index(0) + cel.index(0)"
      + (1..<60).map { ", cel.index(\($0)) + cel.index(\($0))" }.joined()
      + "], size(cel.index(60)))",
    "\(ten).map(a, \(ten).map(b, \(ten).map(c, 'x'.matches('(((a{10}){10}){10}){' + string(c + 1) + '}'))))",
  ])
  func `what grows without end is stopped`(_ text: String) throws {
    var limits = Limits()
    #if DEBUG
      // Tests run without optimization, several at a time.
      limits.steps = 200_000
      limits.textLength = 1_000_000
    #endif
    let environment = Environment(limits: limits)
    var outcome: Outcome<Value>?
    let time = try ContinuousClock().measure {
      outcome = try environment.compile(text).evaluate([:])
    }
    guard case .fault(let fault) = outcome else {
      Issue.record("\(String(describing: outcome).prefix(200))")
      return
    }
    #expect(fault.kind == .limit)
    #expect(time < .seconds(10))
  }

  @Test func `each limit is the environment's`() throws {
    let cases: [(String, WritableKeyPath<Limits, Int>, Int, Bool)] = [
      ("1 + a", \.steps, 3, true), ("1 + a", \.steps, 2, false),
      ("[a, a].all(x, x == 1)", \.iterations, 2, true),
      ("[a, a].all(x, x == 1)", \.iterations, 1, false),
      ("['ab', 'c'].map(x, x + x).size() == 2", \.textLength, 4, true),
      ("['ab', 'c'].map(x, x + x).size() == 2", \.textLength, 3, false),
      ("[[a], [a]].map(x, x + x).size() == 2", \.listLength, 2, true),
      ("[[a], [a]].map(x, x + x).size() == 2", \.listLength, 1, false),
      ("[[a, a], [a, a]]", \.listLength, 6, true), ("[[a, a], [a, a]]", \.listLength, 5, false),
    ]
    for (text, limit, value, works) in cases {
      var limits = Limits()
      limits[keyPath: limit] = value
      var environment = Environment(limits: limits)
      environment.declare("a", .int)
      let outcome = try environment.compile(text).evaluate(["a": 1])
      switch outcome {
      case .value: #expect(works, "\(text) \(value)")
      case .fault(let fault): #expect(!works && fault.kind == .limit, "\(text) \(value): \(fault)")
      case .unknown: Issue.record("\(text) is unknown")
      }
    }
    var limits = Limits()
    limits.patternStates = 10
    let environment = Environment(limits: limits)
    #expect(try environment.compile("'a'.matches('a{3}')").evaluate([:]) == .value(.bool(false)))
    #expect(throws: CompilationError.self) { try environment.compile("'a'.matches('a{30}')") }
  }

  static let costs: [(String, Int, Int)] = [
    ("1 + 2", 1, 1), ("a + 1", 3, 3), ("a > 1 && a < 3", 4, 7), ("a > 1 ? a : a + 1", 4, 7),
    ("[a, a]", 3, 3), ("l.map(x, x + 1)", 2, 2 + 3 * 1000),
    ("few.map(x, x + 1)", 2, 2 + 3 * 5), ("l.exists(x, x > 1)", 2, 2 + 3 * 1000),
    ("[a, a].map(x, x + 1)", 4, 4 + 2 * 3),
    ("[a, a].all(x, x > 1)", 4, 4 + 2 * 3),
    ("t == 'abc'", 3, 3 + 1000 / 16 + 2), ("a in l", 3, 3 + 1000),
    ("l.map(x, l.map(y, x + y))", 2, 2 + 1000 * (2 + 3 * 1000)),
    ("cel.bind(x, few, x.map(y, y))", 4, 4 + 5),
  ]

  @Test(arguments: costs)
  func `the cost is known beforehand`(_ text: String, _ minimum: Int, _ maximum: Int) throws {
    var environment = Environment()
    environment.declare("a", .int)
    environment.declare("l", .list(.int))
    environment.declare("few", .list(.int), size: 5)
    environment.declare("t", .string)
    #expect(
      try environment.compile(text).cost == CostEstimate(minimum: minimum, maximum: maximum))
  }

  @Test func `the cost of a tower is beyond all numbers`() throws {
    var environment = Environment()
    environment.declare("l", .list(.int))
    let text = (0..<30).reversed().reduce("1") { "l.map(v\($1), \($0))" }
    #expect(try environment.compile(text).cost.maximum == .max)
    #expect(try environment.compile(text).cost.minimum == 2)
  }

  @Test(arguments: [
    "", " ", String(repeating: " ", count: 1_000_000), String(repeating: " ", count: 1_000_001),
    "'" + String(repeating: "a", count: 999_998) + "'", String(repeating: "a", count: 1_000_000),
    String(repeating: "1+", count: 99_999) + "1", String(repeating: "1,", count: 300_000),
    "[" + String(repeating: "1,", count: 99_990) + "1]", String(repeating: "(", count: 200_001),
    String(repeating: "!", count: 500_000), String(repeating: "a.", count: 99_999) + "a",
    String(repeating: "true||", count: 99_999) + "true",
    "{" + String(repeating: "1:", count: 9_999),
    String(repeating: "'", count: 1_000_000), String(repeating: "9", count: 1_000_000),
    "r'" + String(repeating: "\\", count: 999_990) + "'", String(repeating: "\u{0}", count: 1000),
  ])
  func `texts of any length are read or refused`(_ text: String) throws {
    do throws(CompilationError) {
      _ = try Environment().compile(text).evaluate([:])
    } catch {
      #expect(!error.diagnostics.isEmpty)
      #expect(error.diagnostics.count < 100)
    }
  }

  @Test func `an evaluation costs what the estimate says`() throws {
    print("seed \(PropertyTests.seed)")
    var generator = Generator(random: SeededRandom(seed: PropertyTests.seed))
    var environment = Sample.environment(.policy)
    environment.assumedSize = 64
    let record = Sample.Record(environment)
    for _ in 0..<2000 {
      let type = generator.pick([CELType.double, .bool, .string, .int, .list(.double)])
      let text = generator.typed(type, Int.random(in: 0...4, using: &generator.random))
      var diagnostics: [Diagnostic] = []
      guard let parsed = ParsedExpression.parse(text, diagnostics: &diagnostics),
        let checked = environment.check(parsed, expecting: type, diagnostics: &diagnostics)
      else { continue }
      let steps = checked.steps(record)
      #expect(steps <= checked.cost.maximum, "seed \(PropertyTests.seed): \(text)")
      #expect(steps >= checked.cost.minimum, "seed \(PropertyTests.seed): \(text)")
    }
  }
}
