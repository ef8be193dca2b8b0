import CEL
package import Tables

/// Assesses the rows of blocks, chunk by chunk. Each thread has one of its own.
package final class BlockEvaluator {
  private let columns: ColumnPlan
  private let evaluator: RowEvaluator
  private let memory: ColumnMemory
  private var results: ResultColumns
  /// The columns of numbers that are read, and where they go.
  private let numbers: [(column: Int, values: UnsafeMutablePointer<Double>)]
  /// The reader's dictionaries as they were when texts were last taken over from them.
  private var generation = -1

  /// - Parameter chunkRows: how many rows are computed at once; nil for what suits the cache.
  init(_ evaluator: RowEvaluator, _ columns: ColumnPlan, chunkRows: Int?) {
    self.evaluator = evaluator
    self.columns = columns
    let memory = ColumnMemory(columns.layout, capacity: chunkRows ?? columns.chunkRows)
    self.memory = memory
    numbers = zip(evaluator.plan.inputs, columns.inputs).compactMap { input, value in
      guard case .number(let register) = value, let column = input.column else { return nil }
      return (column, memory.numbers(register))
    }
    results = ResultColumns(evaluator.plan)
  }

  /// Assesses the rows of the block that a reader has read.
  ///
  /// - Parameter body: gets each chunk's first row and its results.
  package func assess(_ reader: BlockReader, _ body: (Int, borrowing ResultColumns) -> Void) {
    for start in stride(from: 0, to: reader.rowCount, by: memory.capacity) {
      let rows = start..<min(start + memory.capacity, reader.rowCount)
      load(rows, from: reader)
      columns.run(memory)
      results.removeAll()
      results.append(memory, columns)
      memory.forEachFlaggedRow { row in
        results.replace(row, by: state(of: row), of: evaluator.plan)
      }
      body(start, results)
    }
  }

  private func load(_ rows: Range<Int>, from reader: BlockReader) {
    memory.count = rows.count
    loadPeriods(rows, from: reader)
    reader.numbers(numbers, rows)
    for (input, value) in zip(evaluator.plan.inputs, columns.inputs) {
      switch (value, input.column) {
      case (.text(let register, let pool), let column?):
        reader.texts(column, rows, into: memory.codes(register))
        takeTexts(of: column, into: pool, from: reader)
      case (.truth(let register), let column?):
        reader.booleans(
          column, rows, isTrue: memory.plane(register.isTrue),
          isKnown: memory.plane(register.isKnown))
      case (.date(let register), let column?):
        reader.dates(column, rows, into: memory.codes(register))
      case (.text(let register, let pool), nil):
        // The subjects' own ids: seldom the same in two rows.
        memory.pools[pool].replace(
          with: rows.map { String(decoding: reader.id($0), as: UTF8.self) })
        for row in 0..<rows.count { memory.codes(register)[row] = Int32(row) }
      default: break
      }
    }
    generation = reader.generation
  }

  private func takeTexts(of column: Int, into pool: Int, from reader: BlockReader) {
    if generation != reader.generation { memory.pools[pool].replace(with: []) }
    for code in memory.pools[pool].texts.count..<reader.textCount(column) {
      memory.pools[pool].append(String(decoding: reader.text(column, code), as: UTF8.self))
    }
  }

  private func loadPeriods(_ rows: Range<Int>, from reader: BlockReader) {
    let register = memory.codes(columns.period)
    var last: (index: Int32, day: Int32)?
    for row in rows {
      let index = reader.periodIndex(row)
      if last?.index != index {
        last = (index, reader.period(row)?.firstDay.daysSince1970 ?? Column.unknownDate)
      }
      register[row - rows.lowerBound] = last!.day
    }
  }

  /// A row with all that the row evaluator says of it, but for the names of inputs that are missing.
  private func state(of row: Int) -> RowState {
    var outcomes: [Int: Outcome<Value>] = [:]
    for (input, value) in zip(evaluator.plan.inputs, columns.inputs) {
      outcomes[input.slot] = memory.outcome(value, row: row)
    }
    var state = evaluator.start(period: memory.outcome(.date(columns.period), row: row)) {
      outcomes[$0.slot]!
    }
    evaluator.run(&state)
    return state
  }
}
