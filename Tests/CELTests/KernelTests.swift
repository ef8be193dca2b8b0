import CEL
import Diagnostics
import TestSupport
import Testing

/// The column forms of operations agree with their record forms, whatever the operands.
@Suite struct KernelTests {
  private static let numbers: [Double?] = [
    nil, 0, -0.0, 1, -1, 2, 0.1, -2.5, .leastNonzeroMagnitude, -.leastNonzeroMagnitude,
    .leastNormalMagnitude / 2, 1e300, -1e300,
    .greatestFiniteMagnitude, -.greatestFiniteMagnitude, 9_007_199_254_740_994, 0.5, -0.5,
  ]
  private static let truths: [Bool?] = [nil, false, true]
  private static let names = ["x", "y", "z", "p", "q", "r"]

  private static let environment = {
    var environment = Environment(profile: .policy)
    for name in ["x", "y", "z"] { environment.declare(name, .double) }
    for name in ["p", "q", "r"] { environment.declare(name, .bool) }
    return environment
  }()

  /// Numbers and conditions of rows, one of each name of the environment.
  private struct Rows {
    var numbers: [[Double?]] = []
    var truths: [[Bool?]] = []

    /// All pairs of numbers and of truth values, and as many of threes as a seed gives.
    static let all = {
      var random = SeededRandom.announced("kernels")
      var rows = Rows()
      for a in KernelTests.numbers {
        for b in KernelTests.numbers {
          rows.numbers.append([a, b, random.pick(KernelTests.numbers)])
          let place = rows.truths.count
          let all = KernelTests.truths
          rows.truths.append([all[place % 3], all[place / 3 % 3], all[place / 9 % 3]])
        }
      }
      return rows
    }()

    var count: Int { numbers.count }

    func record(_ row: Int) -> Record {
      Record(
        outcomes: zip(numbers[row], KernelTests.names).map { number, name in
          number.map { .value(.double($0)) } ?? .unknown(Unknown(name))
        }
          + zip(truths[row], KernelTests.names[3...]).map { truth, name in
            truth.map { .value(.bool($0)) } ?? .unknown(Unknown(name))
          })
    }
  }

  private struct Record: Activation {
    let outcomes: [Outcome<Value>]
    func outcome(at slot: Int) -> Outcome<Value> { outcomes[slot] }
  }

  /// A builder whose slots are those of the environment.
  private struct Columns {
    var builder = ColumnBuilder(functions: .standard)
    private var values: [ColumnValue] = []

    init() {
      for place in 0..<3 {
        values.append(.number(builder.layout.number()))
        builder.slots[place] = values[place]
      }
      for place in 3..<6 {
        values.append(.truth(builder.layout.truth()))
        builder.slots[place] = values[place]
      }
    }

    /// Runs the operations over all rows, and hands out what is in registers for each.
    func run(chunk: Int, _ body: (ColumnMemory, _ first: Int) -> Void) {
      let rows = Rows.all
      let memory = ColumnMemory(builder.layout, capacity: chunk)
      for first in stride(from: 0, to: rows.count, by: chunk) {
        memory.count = min(chunk, rows.count - first)
        for (place, value) in values.enumerated() {
          switch value {
          case .number(let register):
            for row in 0..<memory.count {
              memory.numbers(register)[row] = rows.numbers[first + row][place] ?? .nan
            }
          case .truth(let register):
            memory.clear(register)
            for row in 0..<memory.count {
              memory.set(row, of: register, to: rows.truths[first + row][place - 3])
            }
          default: break
          }
        }
        builder.program.run(memory)
        body(memory, first)
      }
    }
  }

  /// What makes outcomes the same in columns, where names of what is missing are lost.
  private static func isSame(_ a: Outcome<Value>, _ b: Outcome<Value>) -> Bool {
    switch (a, b) {
    case (.value(.double(let a)), .value(.double(let b))): a.bitPattern == b.bitPattern
    case (.value(let a), .value(let b)): a == b
    case (.unknown, .unknown), (.fault, .fault), (.unknown, .fault): true
    default: false
    }
  }

  /// Compares an expression's columns with its records; says what differs.
  private static func differences(_ text: String, chunk: Int) throws -> [String] {
    let expression = try environment.compile(text)
    var columns = Columns()
    let value = columns.builder.compile(expression)
    var found: [String] = []
    columns.run(chunk: chunk) { memory, first in
      for row in 0..<memory.count {
        let record = Rows.all.record(first + row)
        let (column, expected) = (
          memory.outcome(value, row: row), expression.evaluate(record)
        )
        // What is a fault in a row is the row evaluator's to decide.
        if memory.bit(row, of: 0) { continue }
        if case .fault = expected {
          found.append("\(text) is a fault in \(record.outcomes) and not flagged")
        } else if !isSame(column, expected) {
          found.append("\(text) is \(column), not \(expected), of \(record.outcomes)")
        }
      }
    }
    return found
  }

  /// Expressions that call an overload of numbers and conditions, on names and on constants.
  private static func calls(of overload: Overload) -> [String] {
    var operands: [[String]] = [[]]
    var (numbers, truths) = (["x", "y", "z"][...], ["p", "q", "r"][...])
    for parameter in overload.parameters {
      let choices: [String]
      switch parameter {
      // A parameter of any type is a number here, and a condition in `anyType`.
      case .double, .parameter: choices = [numbers.removeFirst(), "2.5", "-0.0", "0.0", "1e300"]
      case .bool: choices = [truths.removeFirst(), "true", "false"]
      default: return []
      }
      operands = operands.flatMap { before in choices.map { before + [$0] } }
    }
    return operands.compactMap { call(overload, $0) }
  }

  private static func call(_ overload: Overload, _ operands: [String]) -> String? {
    let name = overload.function
    switch (name, operands.count) {
    case ("_?_:_", 3): return "\(operands[0]) ? \(operands[1]) : \(operands[2])"
    case ("-_", 1), ("!_", 1): return "\(name.prefix(1))(\(operands[0]))"
    case (_, 2) where name.hasPrefix("_") && name.hasSuffix("_"):
      return "(\(operands[0])) \(name.dropFirst().dropLast()) (\(operands[1]))"
    default:
      if name.contains(where: { "@_[".contains($0) }), !["or_else", "at_least"].contains(name) {
        return nil
      }
      if overload.isMember {
        return "(\(operands[0])).\(name)(\(operands.dropFirst().joined(separator: ", ")))"
      }
      return "\(name)(\(operands.joined(separator: ", ")))"
    }
  }

  private static let overloads = FunctionTable.standard.overloads.filter { overload in
    overload.profile != .cel && !calls(of: overload).isEmpty
      && [CELType.double, .bool, .parameter("A")].contains(overload.result)
  }

  @Test func `the overloads that have a column form are among those that are tried`() {
    let tried = Set(Self.overloads.map(\.id))
    let known: Set = [
      "add_double", "subtract_double", "multiply_double", "divide_double", "negate_double",
      "less_double", "less_equals_double", "greater_double", "greater_equals_double", "equals",
      "not_equals", "logical_and", "logical_or", "logical_not", "conditional", "known", "or_else",
      "sqrt_double",
    ]
    #expect(tried.isSuperset(of: known), "\(known.subtracting(tried))")
  }

  @Test(arguments: overloads)
  func `the column form agrees with the record form`(_ overload: Overload) throws {
    for text in Self.calls(of: overload) {
      let found = try Self.differences(text, chunk: 101)
      #expect(found.prefix(3) == [])
    }
  }

  @Test(arguments: [1, 2, 7, 63, 64, 65, 400])
  func `operations on conditions agree in every size of chunks`(_ chunk: Int) throws {
    for text in [
      "p == q", "p != q", "p && q", "p || q", "!p", "p && q && r", "p || q || r", "p && !q || r",
      "known(p)", "or_else(p, q)", "or_else(p, true)", "p ? q : r", "p ? true : q", "true == p",
      "known(x) && known(y)", "x < y == p", "at_least(2, [p, q, r])", "p ? x : y", "p ? -0.0 : x",
      "or_else(x, y) / z", "(x + y) * (x + y) - z", "x == y || x != z", "or_else(x / y, z / 0.0)",
      "!(p && (q || !r)) == (x >= y)", "known(x / y)", "(p ? x : 1e300) * (q ? y : 1e300)",
      "-x + -0.0", "sqrt(x) >= sqrt(y)", "[1.0, x][int(y)] < z", "[x, y].exists(v, v > z)",
    ] {
      #expect(try Self.differences(text, chunk: chunk).prefix(3) == [])
    }
  }

  @Test func `nested expressions agree`() throws {
    var random = SeededRandom.announced()
    for _ in 0..<SeededRandom.cases(150) {
      let text = Self.condition(4, &random)
      #expect(try Self.differences(text, chunk: 64).prefix(3) == [], "\(text)")
    }
  }

  private static func number(_ depth: Int, _ random: inout SeededRandom) -> String {
    if depth == 0 { return random.pick(["x", "y", "z", "x", "0.5", "-0.0", "1e300"]) }
    let (a, b) = (number(depth - 1, &random), number(random.number(0...depth - 1), &random))
    return switch random.number(0...5) {
    case 0: "or_else(\(a), \(b))"
    case 1: "(\(condition(depth - 1, &random)) ? \(a) : \(b))"
    case 2: "-(\(a))"
    default: "(\(a) \(random.pick(["+", "-", "*", "/"])) \(b))"
    }
  }

  private static func condition(_ depth: Int, _ random: inout SeededRandom) -> String {
    if depth == 0 { return random.pick(["p", "q", "r", "true", "false"]) }
    let (a, b) = (condition(depth - 1, &random), condition(random.number(0...depth - 1), &random))
    return switch random.number(0...6) {
    case 0: "!(\(a))"
    case 1: "(\(a) && \(b))"
    case 2: "(\(a) || \(b))"
    case 3: "known(\(number(depth - 1, &random)))"
    case 4: "(\(a) == \(b))"
    default:
      "(\(number(depth - 1, &random)) \(random.pick(["<", "<=", ">", ">=", "==", "!="])) "
        + "\(number(0, &random)))"
    }
  }

  // MARK: Sharing

  private func operationCount(_ texts: String...) throws -> Int {
    var columns = Columns()
    for text in texts { _ = columns.builder.compile(try Self.environment.compile(text)) }
    return columns.builder.program.count
  }

  @Test func `what is the same is computed once, whatever expression it stands in`() throws {
    #expect(try operationCount("x + y") == 1)
    #expect(try operationCount("x + y", "x + y") == 1)
    #expect(try operationCount("(x + y) * (x + y)") == 2)
    #expect(try operationCount("x + y", "(x + y) * z", "(x + y) * z - 1.0") == 3)
    #expect(try operationCount("x + y", "y + x") == 2)
    #expect(try operationCount("x + 1.0", "x + 2.0") == 2)
    let one = try operationCount("x / y > z && p")
    #expect(try operationCount("x / y > z && p", "x / y > z && p") == one)
    #expect(try operationCount("known(x)", "known(x)", "known(x)") == operationCount("known(x)"))
    // What reads nothing but constants is folded before.
    #expect(try operationCount("1.0 + 2.0") == 0)
  }

  @Test func `constants that are equal and not the same are not shared`() throws {
    #expect(try operationCount("x * 0.0", "x * -0.0") == 2)
    #expect(try operationCount("or_else(x, 0.0)", "or_else(x, -0.0)") == 2)
    #expect(try operationCount("x * -0.0", "x * -0.0") == 1)
    var columns = Columns()
    let values = try ["or_else(x, 0.0)", "or_else(x, -0.0)"].map {
      columns.builder.compile(try Self.environment.compile($0))
    }
    columns.run(chunk: 64) { memory, first in
      guard first == 0 else { return }
      // In the first row `x` is unknown.
      let outcomes = values.map { memory.outcome($0, row: 0) }
      #expect(Self.isSame(outcomes[0], .value(.double(0))))
      #expect(Self.isSame(outcomes[1], .value(.double(-0.0))))
    }
  }
}
