import CEL
import Tables

/// Runs a plan over the rows of a table, chunk by chunk, on as many threads as asked for.
struct ColumnEvaluator: Sendable {
  let columns: ColumnPlan
  let evaluator: RowEvaluator
  let world: World
  let frame: Frame

  func results(_ loader: TableLoader, rows: [Int], jobs: Int, chunkRows: Int) -> ResultColumns {
    // Each thread takes one stretch of rows, a multiple of 64 so that words of bits are its own.
    let stretch = max(64, ((rows.count + jobs - 1) / max(1, jobs) + 63) / 64 * 64)
    let starts = Array(stride(from: 0, to: rows.count, by: stretch))
    let parts = Parts<ResultColumns>(count: starts.count)
    Threads.run(starts.count) { number in
      guard number < starts.count else { return }
      let start = starts[number]
      let end = min(start + stretch, rows.count)
      parts[number] = results(loader, rows, start..<end, chunkRows)
    }
    guard parts.count > 0, var all = parts[0] else { return ResultColumns(evaluator.plan) }
    for part in 1..<parts.count { all.append(parts[part]!) }
    return all
  }

  private func results(
    _ loader: TableLoader, _ rows: [Int], _ range: Range<Int>, _ chunkRows: Int
  ) -> ResultColumns {
    let memory = ColumnMemory(columns.program.layout, capacity: chunkRows)
    loader.prepare(memory)
    var results = ResultColumns(evaluator.plan)
    results.reserve(range.count)
    for start in stride(from: range.lowerBound, to: range.upperBound, by: chunkRows) {
      let chunk = start..<min(start + chunkRows, range.upperBound)
      loader.load(chunk, into: memory)
      columns.program.run(memory)
      let first = results.count
      results.append(memory, columns)
      memory.forEachFlaggedRow { row in
        let state = world.state(of: rows[chunk.lowerBound + row], in: frame, evaluator)
        results.replace(first + row, by: state, of: evaluator.plan)
      }
    }
    return results
  }
}

extension ColumnMemory {
  /// The rows that the row evaluator has to decide, in order.
  func forEachFlaggedRow(_ body: (Int) -> Void) {
    for word in 0..<wordCount {
      var bits = flags[word]
      while bits != 0 {
        let row = word * 64 + bits.trailingZeroBitCount
        if row < count { body(row) }
        bits &= bits - 1
      }
    }
  }
}
