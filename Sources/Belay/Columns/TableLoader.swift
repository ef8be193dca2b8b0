import CEL
import Tables

/// Puts the cells of a table's rows into the registers of inputs.
struct TableLoader {
  let table: Table
  let plan: Plan
  let columns: ColumnPlan
  /// The cells of the plan's inputs; nil for those that are ids, or not there.
  let cells: [Column?]
  /// The rows that are assessed; nil for all.
  let rows: [Int]?

  /// Makes the texts of columns known, once for a memory.
  func prepare(_ memory: ColumnMemory) {
    for (place, value) in columns.inputs.enumerated() {
      guard case .text(_, let pool) = value else { continue }
      if plan.inputs[place].isID {
        memory.pools[pool].replace(with: table.ids.dictionary)
      } else if case .text(let texts)? = cells[place] {
        memory.pools[pool].replace(with: texts.dictionary)
      }
    }
  }

  /// - Parameter range: places among the rows that are assessed.
  func load(_ range: Range<Int>, into memory: ColumnMemory) {
    memory.count = range.count
    loadPeriods(range, memory.codes(columns.period))
    for (place, value) in columns.inputs.enumerated() {
      if plan.inputs[place].isID {
        if case .text(let codes, _) = value { load(table.ids.codes, range, memory.codes(codes)) }
        continue
      }
      switch (cells[place], value) {
      case (.number(let cells), .number(let register)):
        load(cells, range, memory.numbers(register))
      case (.text(let cells), .text(let register, _)):
        load(cells.codes, range, memory.codes(register))
      case (.date(let cells), .date(let register)):
        load(cells, range, memory.codes(register))
      case (.boolean(let cells), .truth(let register)):
        memory.clear(register)
        for place in 0..<range.count {
          memory.set(place, of: register, to: cells[row(range.lowerBound + place)])
        }
      default: clear(value, memory)
      }
    }
  }

  private func loadPeriods(_ range: Range<Int>, _ register: UnsafeMutablePointer<Int32>) {
    guard let periods = table.periods else {
      return register.update(repeating: Column.unknownDate, count: range.count)
    }
    // The rows of a period often follow one another.
    var last: (period: Period, day: Int32)?
    periods.withUnsafeBufferPointer { periods in
      for place in 0..<range.count {
        let period = periods[row(range.lowerBound + place)]
        if last?.period != period { last = (period, period.firstDay.daysSince1970) }
        register[place] = last!.day
      }
    }
  }

  private func row(_ place: Int) -> Int { rows?[place] ?? place }

  private func load<Cell>(
    _ cells: [Cell], _ range: Range<Int>, _ register: UnsafeMutablePointer<Cell>
  ) {
    cells.withUnsafeBufferPointer { cells in
      guard let rows else {
        register.update(from: cells.baseAddress! + range.lowerBound, count: range.count)
        return
      }
      for (place, row) in rows[range].enumerated() { register[place] = cells[row] }
    }
  }

  /// Makes an input unknown that the table lacks.
  private func clear(_ value: ColumnValue, _ memory: ColumnMemory) {
    switch value {
    case .number(let register):
      memory.numbers(register).update(repeating: .nan, count: memory.count)
    case .text(let register, _): memory.codes(register).update(repeating: -1, count: memory.count)
    case .date(let register):
      memory.codes(register).update(repeating: Column.unknownDate, count: memory.count)
    case .truth(let register): memory.clear(register)
    case .constant, .choice, .boxed: break
    }
  }
}
