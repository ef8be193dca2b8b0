import Belay
import CEL
import Tables
import Timing

/// Expressions over the rows of one chunk, which stays in the cache.
enum Kernels {
  private static let rows = 512

  static func subjects() throws -> [Subject] {
    let operations = [
      "a + b", "a / b", "a < 5.0", "known(a)", "p && q", "p || q",
      #"t in ["north", "east"]"#, "p ? a : b",
    ]
    return try operations.map { try subject($0) }
  }

  private static func subject(_ text: String) throws -> Subject {
    var environment = Environment(profile: .policy)
    let names: [(String, CELType)] = [
      ("a", .double), ("b", .double), ("p", .bool), ("q", .bool), ("t", .string),
    ]
    for (name, type) in names { environment.declare(name, type) }
    let expression = try environment.compile(text)

    var builder = ColumnBuilder(functions: environment.functions)
    let numbers = [builder.layout.number(), builder.layout.number()]
    let truths = [builder.layout.truth(), builder.layout.truth()]
    let (codes, pool) = (builder.layout.code(), builder.layout.pool())
    let values: [ColumnValue] =
      numbers.map { .number($0) } + truths.map { .truth($0) } + [.text(codes, pool: pool)]
    for (slot, value) in values.enumerated() { builder.slots[slot] = value }
    _ = builder.compile(expression)

    // One value in twenty is unknown.
    let memory = ColumnMemory(builder.layout, capacity: rows)
    memory.count = rows
    memory.pools[pool].replace(with: ["north", "east", "south", "west"])
    for row in 0..<rows {
      let number = Double(row * 7919 % 1000) / 100
      memory.numbers(numbers[0])[row] = row % 20 == 7 ? .nan : number
      memory.numbers(numbers[1])[row] = row % 20 == 13 ? .nan : 11 - number
      memory.codes(codes)[row] = row % 20 == 3 ? -1 : Int32(row * 31 % 4)
      for (place, truth) in truths.enumerated() {
        memory.set(row, of: truth, to: row % 20 == 9 + place ? nil : row % (3 + place) == 0)
      }
    }
    let program = builder.program
    // In a Markdown table a bar ends the cell.
    let name = text.split(separator: "|", omittingEmptySubsequences: false).joined(separator: "\\|")
    return Subject("`\(name)`", things: rows) {
      program.run(memory)
      keep(memory)
    }
  }

  /// A table in memory, assessed by a policy of so many factors with curves of 5 points.
  static func factors(_ count: Int) throws -> Subject {
    let factors = (0..<count).map { place in
      let points = (0..<5).map { "[\(place + 10 * $0), \($0 * $0 * 6)]" }.joined(separator: ", ")
      return #""f\#(place)": {"domain": "d", "from": "a", "curve": [\#(points)], "weight": 1}"#
    }
    let policy = try CompiledPolicy(
      json: """
        {"belay": 1, "policy": "factors",
         "inputs": {"id": {"type": "text", "role": "provider"}, "a": {"type": "number"}},
         "factors": {\(factors.joined(separator: ", "))},
         "domains": {"d": {"weight": 1}}, "scores": {"s": {"levels": {"low": 0}}}}
        """)
    let csv = "id,a\n" + (0..<10_000).map { "p\($0),\($0 * 7919 % 100)\n" }.joined()
    let table = try TableReader(schema: policy.tableSchema(for: .provider)!)
      .read(Array(csv.utf8), name: "data", format: .csv).table
    return Subject("\(count) factors", things: table.rowCount) {
      keep(policy.assess(table, periods: .all))
    }
  }
}
