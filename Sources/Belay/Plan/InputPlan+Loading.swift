import CEL
import Tables

extension InputPlan {
  /// The outcome of a cell of a table.
  func load(from table: Table, row: Int) -> Outcome<Value> {
    guard let column else { return .value(.string(table.id(at: row))) }
    return table.columns[column]?.value(at: row).map { .value($0) }
      ?? .unknown(Unknown(name, Self.reason(table.reason(column: column, row: row) ?? .empty)))
  }

  /// The outcome of an entry of a record; the same as if it stood in a table.
  func load(_ entry: Record.Entry?) throws(RecordError) -> Outcome<Value> {
    guard let entry else { return .unknown(Unknown(name, .absent)) }
    let value: Value
    switch (entry, type) {
    case (.number(let number), .number): value = .double(number)
    case (.text(let text), .text): value = .string(text)
    case (.boolean(let truth), .boolean): value = .bool(truth)
    case (.date(let date), .date): value = date.value
    default: throw .wrongType(name, expected: type.word)
    }
    return entry.refusal(by: type).map { .unknown(Unknown(name, Self.reason($0))) }
      ?? .value(value)
  }

  static func reason(_ reason: UnknownReason) -> Unknown.Reason {
    switch reason {
    case .absent, .empty: .absent
    case .malformed: .malformed
    case .outOfRange: .outOfRange
    case .notListed: .notListed
    }
  }
}

extension Record.Entry {
  /// Why the entry cannot stand in a column of its type; nil when it can.
  func refusal(by type: ColumnType) -> UnknownReason? {
    switch self {
    // A computed entry that is no number is a value that is not there.
    case .number(let number): number.isNaN ? .empty : type.refusal(of: number)
    case .text(let text): type.refusal(of: text)
    case .boolean(let truth): type.refusal(of: truth)
    case .date(let date): type.refusal(of: date)
    }
  }
}

extension Column {
  /// A column of one entry of a record; nil where it is of another type.
  init?(_ entry: Record.Entry, of type: ColumnType) {
    switch (entry, type) {
    case (.number(let number), .number): self = .number([number])
    case (.text(let text), .text): self = .text(TextColumn([text]))
    case (.boolean(let truth), .boolean): self = .boolean(BooleanColumn([truth]))
    case (.date(let date), .date): self = .date([date.daysSince1970])
    default: return nil
    }
  }

  /// The value of a cell; nil where it is unknown.
  func value(at row: Int) -> Value? {
    guard isKnown(at: row) else { return nil }
    return switch self {
    case .number(let values): .double(values[row])
    case .text(let values): .string(values[row]!)
    case .boolean(let values): .bool(values[row]!)
    case .date(let values): CalendarDate(daysSince1970: values[row]).value
    }
  }
}

extension ColumnType {
  /// The type as policies call it.
  var word: String {
    switch self {
    case .number: "a number"
    case .text: "text"
    case .boolean: "true or false"
    case .date: "a date"
    }
  }
}

extension CalendarDate {
  /// The date as expressions see it: midnight UTC.
  var value: Value {
    // Invariant: a calendar date lies in the years 1 to 9999, as a timestamp does.
    .timestamp(Timestamp(seconds: Int64(daysSince1970) * 86_400)!)
  }
}
