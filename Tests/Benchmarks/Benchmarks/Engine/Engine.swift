import Belay
import Foundation
import Tables

/// What an embedder's program does, timed: a table in memory, and one decision after another.
///
///     Engine eval POLICY.json DATA.csv REPEAT JOBS
///     Engine latency POLICY.json DATA.csv CALLS prepared|dictionary
///
/// Prints one line of JSON, as the peers of the side-by-side benchmark do.
@main struct Engine {
  static func main() throws {
    let arguments = CommandLine.arguments
    guard arguments.count == 6, let count = Int(arguments[4]) else {
      print("usage: Engine eval|latency POLICY.json DATA.csv COUNT JOBS|prepared|dictionary")
      exit(64)
    }
    let policy = try CompiledPolicy(json: String(contentsOfFile: arguments[2], encoding: .utf8))
    switch arguments[1] {
    case "eval":
      try evaluate(
        table(policy, arguments[3]), policy, repeats: count, jobs: Int(arguments[5]) ?? 1)
    default:
      let table = try table(policy, arguments[3])
      try decide(table, policy, calls: count, isPrepared: arguments[5] == "prepared")
    }
  }

  static func table(_ policy: CompiledPolicy, _ path: String) throws -> Table {
    let bytes = try Array(Data(contentsOf: URL(fileURLWithPath: path)))
    return try TableReader(schema: policy.tableSchema(for: .provider)!)
      .read(bytes, name: path, format: .csv).table
  }

  static func evaluate(
    _ table: Table, _ policy: CompiledPolicy, repeats: Int, jobs: Int
  ) {
    var seconds: [Double] = []
    for run in 0...repeats {
      let start = nanoseconds()
      let result = policy.assess(table, periods: .all, jobs: jobs)
      let taken = Double(nanoseconds() - start) * 1e-9
      precondition(result.count == table.rowCount)
      if run > 0 { seconds.append(taken) }
    }
    let list = seconds.map { "\($0)" }.joined(separator: ", ")
    print(#"{"mode": "eval", "rows": \#(table.rowCount), "seconds": [\#(list)]}"#)
  }

  static func decide(
    _ table: Table, _ policy: CompiledPolicy, calls: Int, isPrepared: Bool
  ) throws {
    let records = (0..<min(1000, table.rowCount)).map { record($0, of: table) }
    let prepared = try policy.prepare()
    // Records as a program holds them: numbers and texts in the order of the inputs.
    var numberInputs: [PreparedRecord.Input] = []
    var textInputs: [PreparedRecord.Input] = []
    var numbers = [[Double]](repeating: [], count: records.count)
    var texts = [[String?]](repeating: [], count: records.count)
    for (schema, column) in zip(table.schema.columns, table.columns) {
      switch column {
      case .number(let cells)?:
        numberInputs.append(try prepared.input(schema.name))
        for row in records.indices { numbers[row].append(cells[row]) }
      case .text(let cells)?:
        textInputs.append(try prepared.input(schema.name))
        for row in records.indices { texts[row].append(cells[row]) }
      default: break
      }
    }
    var microseconds: [Double] = []
    microseconds.reserveCapacity(calls)
    var firing = 0
    for call in 0..<calls + 200 {
      let row = call % records.count
      let start = nanoseconds()
      if isPrepared {
        for (input, number) in zip(numberInputs, numbers[row]) { prepared.set(input, to: number) }
        for (input, text) in zip(textInputs, texts[row]) { prepared.set(input, to: text) }
        firing += prepared.decide().coverage("overall") == 1 ? 1 : 0
      } else {
        firing += try prepared.decide(records[row]).coverage("overall") == 1 ? 1 : 0
      }
      if call >= 200 { microseconds.append(Double(nanoseconds() - start) / 1000) }
    }
    microseconds.sort()
    let p50 = microseconds[calls / 2]
    let p99 = microseconds[calls * 99 / 100]
    print(
      #"{"mode": "latency", "p50_us": \#(p50), "p99_us": \#(p99), "complete": \#(firing)}"#)
  }

  static func record(_ row: Int, of table: Table) -> Record {
    var entries: [String: Record.Entry] = [:]
    for (schema, column) in zip(table.schema.columns, table.columns) {
      guard let column, column.isKnown(at: row) else { continue }
      switch column {
      case .number(let cells): entries[schema.name] = .number(cells[row])
      case .text(let cells): entries[schema.name] = .text(cells[row]!)
      case .boolean(let cells): entries[schema.name] = .boolean(cells[row]!)
      case .date(let cells): entries[schema.name] = .date(.init(daysSince1970: cells[row]))
      }
    }
    return Record(entries, subject: table.id(at: row))
  }
}

private func nanoseconds() -> UInt64 {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
}
