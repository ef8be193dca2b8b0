import Belay
import BelayYAML
import Tables

extension AssessedTable {
  /// Where the columns say something else of a row than its full assessment, bit for bit.
  func differences(_ row: Int, _ expected: Assessment) -> [String] {
    var found: [String] = []
    func compare(_ what: String, _ column: Double, _ number: Double?) {
      if column.isNaN ? number != nil : column.bitPattern != number?.bitPattern {
        found.append("\(what) is \(column), not \(number.map { "\($0)" } ?? "unknown")")
      }
    }
    func compare<T: Equatable>(_ what: String, _ column: T, _ expected: T) {
      if column != expected { found.append("\(what) is \(column), not \(expected)") }
    }
    for (score, expected) in zip(scores, expected.scores) {
      compare(expected.id, score.score.values[row], expected.value)
      compare("coverage of \(expected.id)", score.coverage[row], expected.coverage)
      compare("level of \(expected.id)", score.level(at: row), expected.level)
      for (domain, expected) in zip(score.domains, expected.domains) {
        compare(expected.id, domain.values[row], expected.value)
      }
    }
    compare("alerts", firingAlerts(at: row).map { alertNames[$0] }, expected.alerts.map(\.id))
    compare(
      "undetermined", undeterminedAlerts(at: row).map { alertNames[$0] },
      expected.undetermined.map(\.id))
    compare(
      "interventions", recommendedInterventions(at: row).map { interventionNames[$0] },
      expected.interventions.map(\.id))
    return found
  }

  /// All that columns hold, row by row, with one bit pattern for what is unknown.
  var cells: [String] { results.cells }
}

extension ResultColumns {
  /// All that columns hold, row by row, with one bit pattern for what is unknown.
  var cells: [String] {
    (0..<count).map { row in
      var cells: [String] = []
      for score in scores {
        cells += ([score.score] + score.domains).map { number in
          let value = number.values[row]
          return value.isNaN ? "" : "\(value.bitPattern)"
        }
        cells += ["\(score.coverage[row].bitPattern)", "\(score.levels[row])"]
      }
      cells += [firing, determined, recommended].map { marks in
        marks.map { $0[row] ? "1" : "0" }.joined()
      }
      return cells.joined(separator: " ")
    }
  }
}

extension CompiledPolicy {
  /// A table of a scope, from CSV.
  func table(_ csv: String, _ scope: Scope = .provider) throws -> Table {
    try TableReader(schema: tableSchema(for: scope)!)
      .read(Array(csv.utf8), name: "data", format: .csv).table
  }

  /// Assesses the same rows as a stream does: block by block, with dictionaries that are emptied
  /// every so many blocks.
  func streamed(
    _ csv: String, _ scope: Scope = .provider, blockSize: Int, chunkRows: Int, resetEvery: Int
  ) throws -> [String] {
    let bytes = Array(csv.utf8)
    var used = 0
    let read = { (room: UnsafeMutableRawBufferPointer) -> Int in
      let count = min(room.count, bytes.count - used)
      room.copyBytes(from: bytes[used..<used + count])
      used += count
      return count
    }
    var cutter = BlockCutter(
      schema: tableSchema(for: scope)!, format: .csv, name: "data", size: blockSize)
    let reader = BlockReader(try cutter.begin(read))
    let evaluator = blockEvaluators(scope, chunkRows: chunkRows)()
    let block = Block()
    var cells: [String] = []
    while try cutter.next(into: block, read) {
      if block.index % resetEvery == 0 { reader.resetDictionaries() }
      reader.read(block)
      evaluator.assess(reader) { _, results in cells += results.cells }
    }
    return cells
  }
}
