/// What a table is to hold: the columns that a policy reads, by the headers they have in files.
public struct TableSchema: Hashable, Sendable {
  /// The period column, and how long its periods are.
  public struct Time: Hashable, Sendable {
    public var column: String
    public var every: Granularity

    public init(column: String, every: Granularity) {
      self.column = column
      self.every = every
    }
  }

  /// The header of the column with the subject's id.
  public var key: String
  /// Nil for a table of one row per subject.
  public var time: Time?
  /// Any of them may read the key or the period column once more, as text or a date.
  public var columns: [ColumnSchema]

  /// Headers that a file may have as well, and whose cells nobody reads.
  public var knownHeaders: Set<String>

  public init(
    key: String, time: Time? = nil, columns: [ColumnSchema], knownHeaders: Set<String> = []
  ) {
    self.key = key
    self.time = time
    self.columns = columns
    self.knownHeaders = knownHeaders
  }
}

/// One column that a policy reads.
public struct ColumnSchema: Hashable, Sendable {
  /// The header, as it stands in the file.
  public var name: String
  public var type: ColumnType
  /// Whether a file without the column is refused.
  public var isRequired: Bool

  public init(name: String, type: ColumnType, isRequired: Bool = true) {
    self.name = name
    self.type = type
    self.isRequired = isRequired
  }
}

/// What the cells of a column are, and which values they may have.
public enum ColumnType: Hashable, Sendable {
  /// Finite numbers, both bounds included.
  case number(range: ClosedRange<Double>?)
  case text(oneOf: [String]?)
  case boolean
  case date

  /// Why a number cannot stand in such a column, or nil when it can.
  public func refusal(of number: Double) -> UnknownReason? {
    guard case .number(let range) = self, number.isFinite else { return .malformed }
    return range.map { $0.contains(number) } ?? true ? nil : .outOfRange
  }

  /// Why a text cannot stand in such a column, or nil when it can. An empty text is no value.
  public func refusal(of text: String) -> UnknownReason? {
    guard case .text(let list) = self else { return .malformed }
    if text.isEmpty { return .empty }
    return list.map { $0.contains(text) } ?? true ? nil : .notListed
  }

  /// Why a boolean cannot stand in such a column, or nil when it can.
  public func refusal(of boolean: Bool) -> UnknownReason? {
    self == .boolean ? nil : .malformed
  }

  /// Why a date cannot stand in such a column, or nil when it can.
  public func refusal(of date: CalendarDate) -> UnknownReason? {
    self == .date ? nil : .malformed
  }
}

/// Why a cell has no value that can be used.
public enum UnknownReason: UInt8, Sendable {
  /// The table lacks the whole column.
  case absent
  /// The cell is empty, or the record lacks the field.
  case empty
  /// The cell holds something, but nothing of the column's type.
  case malformed
  /// A number outside the declared range.
  case outOfRange
  /// A text that is not among those listed.
  case notListed
}
