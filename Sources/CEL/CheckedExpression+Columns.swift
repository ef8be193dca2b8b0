public import Tables

extension CheckedExpression {
  /// The outcome for every row of a table's columns.
  ///
  /// An unknown cell is unknown, as absent. Numbers are doubles and dates are their midnight in
  /// UTC; a cell counts as the kind that its name is declared with, as for named values.
  ///
  /// - Parameters:
  ///   - columns: by name; a name without a column is unknown in all rows.
  ///   - rows: which rows; those of the columns, which have at least as many.
  public func evaluate(_ columns: [String: Column], rows: Range<Int>) -> [Outcome<Value>] {
    let record = ColumnRecord(self, columns)
    var outcomes: [Outcome<Value>] = []
    outcomes.reserveCapacity(rows.count)
    for row in rows {
      record.row = row
      outcomes.append(evaluate(record))
    }
    return outcomes
  }
}

/// One row of some columns.
private final class ColumnRecord: Activation {
  var row = 0
  /// By slot; nil for slots that the expression does not read.
  private let cells: [Cells?]

  /// A column, if there is one, with what it takes to read it.
  private struct Cells {
    let name: String
    let type: CELType
    let column: Column?
  }

  init(_ expression: CheckedExpression, _ columns: [String: Column]) {
    var cells = [Cells?](repeating: nil, count: (expression.slots.last ?? -1) + 1)
    for (place, slot) in expression.slots.enumerated() {
      let name = expression.references[place]
      cells[slot] = Cells(
        name: name, type: expression.referenceTypes[place], column: columns[name])
    }
    self.cells = cells
  }

  func outcome(at slot: Int) -> Outcome<Value> {
    guard let cells = cells[slot] else { return .unknown(Unknown("")) }
    guard let value = cells.column?.value(at: row) else { return .unknown(Unknown(cells.name)) }
    guard let fitting = value.converted(to: cells.type) else {
      return .fault(.unfit(cells.name, value, for: cells.type))
    }
    return .value(fitting)
  }
}

extension Column {
  /// The value of a cell; nil where it is unknown.
  fileprivate func value(at row: Int) -> Value? {
    guard isKnown(at: row) else { return nil }
    switch self {
    case .number(let numbers): return .double(numbers[row])
    case .text(let texts): return texts[row].map { .string($0) }
    case .boolean(let booleans): return booleans[row].map { .bool($0) }
    case .date(let days):
      return Timestamp(seconds: Int64(days[row]) * 86_400).map { .timestamp($0) }
    }
  }
}
