import Tables
import TestSupport
import Testing

/// A column of numbers holds what each of its cells spells, whatever stands in the cells before.
@Suite struct NumberColumnTests {
  @Test func `cells are read as texts are`() throws {
    var random = SeededRandom.announced()
    let rows = SeededRandom.cases(100_000)
    let texts = (0..<rows).map { _ in Self.text(&random) }
    let schema = TableSchema(
      key: "id", columns: [ColumnSchema(name: "x", type: .number(range: nil))])
    var csv = "id,x\n"
    for (row, text) in texts.enumerated() { csv += "p\(row),\(text)\n" }
    let table = try TableReader(schema: schema)
      .read(Array(csv.utf8), name: "numbers.csv", format: .csv).table
    guard case .number(let values)? = table.columns[0] else {
      Issue.record("a column of numbers")
      return
    }
    for (row, text) in texts.enumerated() {
      let expected = NumberText.parse(text.utf8)
      let isSame =
        expected.map { $0.bitPattern == values[row].bitPattern } ?? values[row].isNaN
      guard isSame else {
        Issue.record("`\(text)` is \(values[row]), not \(expected.map { "\($0)" } ?? "unknown")")
        return
      }
    }
  }

  /// Mostly what data hold, and what comes close to it.
  private static func text(_ random: inout SeededRandom) -> String {
    func digits(_ count: ClosedRange<Int>) -> String {
      (0..<random.number(count)).map { _ in "\(random.number(0...9))" }.joined()
    }
    let sign = random.once(in: 6) ? "-" : ""
    switch random.number(0...11) {
    case 0: return ""
    case 1...3: return sign + digits(1...8)
    case 4...7: return sign + digits(1...4) + "." + digits(1...6)
    case 8: return sign + digits(0...3) + "." + digits(0...3)
    case 9: return sign + digits(5...19) + (random.once(in: 2) ? "." + digits(1...19) : "")
    case 10:
      return digits(1...2) + random.pick(["e", "E", "-", "+", "x", "..", "/", ":"]) + digits(0...3)
    default: return random.pick(["-", ".", "-.", "0", "-0", "0.0", "-0.000", "00001", "1.", "1e5"])
    }
  }
}
