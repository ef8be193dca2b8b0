/// The data of one scope: a row for each subject and period, a column for each input.
public struct Table: Sendable {
  /// What the table was read for.
  public let schema: TableSchema
  /// How many rows there are, those that were left out not counted.
  public let rowCount: Int
  /// The subjects' ids; never unknown.
  public let ids: TextColumn
  /// The periods as they are spelled in the data; nil for a table without periods.
  public let periodTexts: TextColumn?
  /// For each row its period; nil for a table without periods.
  public let periods: [Period]?
  /// In the schema's order; nil for an optional column that the data lack.
  public let columns: [Column?]
  /// For each column the cells that hold something which cannot be used.
  private let refusals: [Refusals]

  /// A table of given columns, in which each unknown cell is an empty one.
  ///
  /// - Precondition: all have the same length, there is a column or nil for each of the schema,
  ///   and periods and their texts are there exactly if the schema has a time.
  public init(
    schema: TableSchema, ids: TextColumn, periodTexts: TextColumn?, periods: [Period]?,
    columns: [Column?]
  ) {
    self.init(
      schema: schema, ids: ids, periodTexts: periodTexts, periods: periods, columns: columns,
      refusals: columns.map { _ in Refusals() })
  }

  /// A table of one row.
  ///
  /// - Parameter reasons: for each column why its cell is unknown, where it is.
  package init(
    schema: TableSchema, ids: TextColumn, periodTexts: TextColumn?, periods: [Period]?,
    columns: [Column?], reasons: [UnknownReason]
  ) {
    self.init(
      schema: schema, ids: ids, periodTexts: periodTexts, periods: periods, columns: columns,
      refusals: reasons.map { reason in
        var refusals = Refusals()
        if reason != .empty { refusals.add(row: 0, reason) }
        return refusals
      })
  }

  init(
    schema: TableSchema, ids: TextColumn, periodTexts: TextColumn?, periods: [Period]?,
    columns: [Column?], refusals: [Refusals]
  ) {
    precondition(columns.count == schema.columns.count, "one column for each of the schema")
    precondition(columns.allSatisfy { $0.map { $0.count == ids.count } ?? true })
    precondition((schema.time == nil) == (periods == nil))
    precondition((schema.time == nil) == (periodTexts == nil))
    precondition(periods.map { $0.count == ids.count } ?? true)
    self.schema = schema
    rowCount = ids.count
    self.ids = ids
    self.periodTexts = periodTexts
    self.periods = periods
    self.columns = columns
    self.refusals = refusals
  }

  /// The table with further rows behind it, in which all cells but the keys are empty.
  ///
  /// - Parameter newIDs: ids that the table does not have, whose codes follow those that it has.
  /// - Precondition: the table has periods, and codes are those of ids.
  package func appending(
    _ keys: [(code: Int32, period: Period)], newIDs: [String] = []
  ) -> Table {
    let count = keys.count
    return Table(
      schema: schema,
      ids: TextColumn(codes: ids.codes + keys.map(\.code), dictionary: ids.dictionary + newIDs),
      periodTexts: TextColumn(
        (0..<rowCount).map { periodTexts![$0] } + keys.map { Optional($0.period.description) }),
      periods: periods! + keys.map(\.period),
      columns: columns.map { column in
        switch column {
        case .number(let cells): .number(cells + Array(repeating: .nan, count: count))
        case .text(let texts):
          .text(
            TextColumn(
              codes: texts.codes + Array(repeating: -1, count: count),
              dictionary: texts.dictionary))
        case .date(let days):
          .date(days + Array(repeating: Column.unknownDate, count: count))
        case .boolean(var truths):
          { () -> Column in
            for _ in 0..<count { truths.append(nil) }
            return .boolean(truths)
          }()
        case nil: nil
        }
      }, refusals: refusals)
  }

  /// The table of some of its rows, in ascending order.
  package func keeping(_ rows: [Int]) -> Table {
    Table(
      schema: schema, ids: TextColumn(rows.map { ids[$0] }),
      periodTexts: periodTexts.map { texts in TextColumn(rows.map { texts[$0] }) },
      periods: periods.map { periods in rows.map { periods[$0] } },
      columns: columns.map { $0?.gathering(rows) },
      refusals: refusals.map { refusals in
        var kept = Refusals()
        for (place, row) in rows.enumerated() {
          if let reason = refusals.reason(at: row) { kept.add(row: place, reason) }
        }
        return kept
      })
  }

  public func id(at row: Int) -> String {
    ids[row]!
  }

  /// The period as it is spelled in the data; nil for a table without periods.
  public func periodText(at row: Int) -> String? {
    periodTexts?[row]
  }

  /// Why a cell is unknown; nil where it has a value. The column is a place in the schema's list.
  public func reason(column: Int, row: Int) -> UnknownReason? {
    guard let cells = columns[column] else { return .absent }
    return cells.isKnown(at: row) ? nil : refusals[column].reason(at: row) ?? .empty
  }
}

/// The few cells of a column that were refused, by row.
struct Refusals: Sendable {
  private var rows: [Int32] = []
  private var reasons: [UnknownReason] = []

  /// Rows go up.
  mutating func add(row: Int, _ reason: UnknownReason) {
    rows.append(Int32(row))
    reasons.append(reason)
  }

  func reason(at row: Int) -> UnknownReason? {
    var low = 0
    var high = rows.count
    while low < high {
      let middle = (low + high) / 2
      if rows[middle] < row { low = middle + 1 } else { high = middle }
    }
    return low < rows.count && rows[low] == row ? reasons[low] : nil
  }
}
