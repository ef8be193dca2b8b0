import CEL
import Diagnostics
import Tables
import TestSupport
import Testing

struct ColumnTests {
  /// Cells of the names of `Sample` that columns can hold, some of them unknown.
  private struct Cells {
    let rows: Int
    var columns: [String: Column] = [:]
    /// For each row what a record would hold.
    var records: [[String: Value]]

    init(_ rows: Int, using random: inout SeededRandom) {
      self.rows = rows
      records = Array(repeating: [:], count: rows)
      for (name, type) in Sample.types {
        let cells = (0..<rows).map { _ in Self.cell(type, using: &random) }
        for row in 0..<rows { records[row][name] = cells[row] }
        switch type {
        case .double:
          columns[name] = .number(
            cells.map { if case .double(let number) = $0 { number } else { .nan } })
        case .string:
          columns[name] = .text(
            TextColumn(cells.map { if case .string(let text) = $0 { text } else { nil } }))
        case .bool:
          columns[name] = .boolean(
            BooleanColumn(cells.map { if case .bool(let flag) = $0 { flag } else { nil } }))
        case .timestamp:
          columns[name] = .date(
            cells.map {
              if case .timestamp(let moment) = $0 {
                Int32(moment.seconds / 86_400)
              } else {
                Column.unknownDate
              }
            })
        default: break
        }
      }
    }

    private static func cell(_ type: CELType, using random: inout SeededRandom) -> Value? {
      if Int.random(in: 0..<4, using: &random) == 0 { return nil }
      switch type {
      case .double:
        return .double(
          [0, -0.0, 1, -2.5, 22, 1e300, -1e-300, 7.25].randomElement(using: &random)!)
      case .string: return .string(["", "pediatrics", "é", "z"].randomElement(using: &random)!)
      case .bool: return .bool(Bool.random(using: &random))
      case .timestamp:
        return Timestamp(seconds: Int64.random(in: -30_000...30_000, using: &random) * 86_400)
          .map { .timestamp($0) }
      default: return nil
      }
    }
  }

  @Test(arguments: [Profile.policy, .cel])
  func `columns give what their records give, bit for bit`(_ profile: Profile) {
    print("seed \(PropertyTests.seed)")
    var generator = Generator(random: SeededRandom(seed: PropertyTests.seed))
    let environment = Sample.environment(profile)
    let cells = Cells(9, using: &generator.random)
    var count = 0
    for _ in 0..<2000 {
      let type = generator.pick([CELType.double, .bool, .string, .int, .list(.double), .timestamp])
      let text = generator.typed(type, Int.random(in: 0...4, using: &generator.random))
      var diagnostics: [Diagnostic] = []
      guard let parsed = ParsedExpression.parse(text, diagnostics: &diagnostics),
        let checked = environment.check(parsed, diagnostics: &diagnostics)
      else { continue }
      count += 1
      let column = checked.evaluate(cells.columns, rows: 0..<cells.rows)
      for row in 0..<cells.rows {
        let record = checked.evaluate(cells.records[row])
        #expect(
          isSame(column[row], record),
          "seed \(PropertyTests.seed), row \(row): \(text) gives \(column[row]) and \(record)")
      }
    }
    #expect(count > (profile == .policy ? 1000 : 50))
  }

  private func isSame(_ a: Outcome<Value>, _ b: Outcome<Value>) -> Bool {
    switch (a, b) {
    case (.value(.double(let a)), .value(.double(let b))): a.bitPattern == b.bitPattern
    default: a == b
    }
  }

  @Test func `cells fit the kinds that their names are declared with`() throws {
    var environment = Environment()
    environment.declare("n", .int)
    let columns: [String: Column] = ["n": .number([1, .nan, 2.5])]
    let outcomes = try environment.compile("n + 1").evaluate(columns, rows: 0..<3)
    #expect(outcomes[0] == .value(2))
    #expect(outcomes[1] == .unknown(Unknown("n")))
    guard case .fault(let fault) = outcomes[2] else {
      Issue.record("\(outcomes[2])")
      return
    }
    #expect(fault.kind == .conversion)
    #expect(try environment.compile("n + 1").evaluate([:], rows: 0..<1) == [.unknown(Unknown("n"))])
  }
}
