/// Turns records into the columns of a table, batch by batch.
struct TableBuilder {
  /// A cell, or a whole row, that cannot be used.
  struct Issue {
    enum Kind {
      case malformed, outOfRange, notListed
      case badPeriod, emptyID, emptyPeriod
      case duplicateRow(first: Int)
    }
    var kind: Kind
    /// The place of the record in its batch.
    var record: Int
    /// The place of the column in the schema; nil for the key or the period.
    var column: Int?
    var cell: Cell
  }

  private let schema: TableSchema
  private let slots: TableSlots
  private var ids = TextInterner()
  private var idCodes: [Int32] = []
  private var periodTexts = TextInterner()
  private var periodCodes: [Int32] = []
  /// For each period text what it means, nil where it means nothing, and its place in the
  /// dictionary, -1 until a row has it.
  private var periodsRead: [(period: Period?, code: Int32)] = []
  private var periodDictionary: [String] = []
  private var periods: [Period] = []
  private var rows = PairIndex()
  /// Where each row starts in the file.
  private var starts: [Int] = []
  private var builders: [ColumnBuilder]
  private var kept: [Int] = []
  private var scratch: [UInt8] = []

  init(schema: TableSchema, slots: TableSlots) {
    self.schema = schema
    self.slots = slots
    builders = schema.columns.map { ColumnBuilder($0.type) }
  }

  /// Adds the records of a batch.
  ///
  /// - Returns: what could not be used, by record, then by column.
  mutating func append(_ batch: RecordBatch, _ bytes: Span<UInt8>) -> [Issue] {
    var issues: [Issue] = []
    keepRows(batch, bytes, &issues)
    for column in builders.indices {
      let slot = slots.columns[column]
      builders[column].append(batch, slot, kept, bytes, &scratch) { kind, record in
        issues.append(
          Issue(kind: kind, record: record, column: column, cell: batch[record, slot]))
      }
    }
    let order = issues.indices.sorted { a, b in
      (issues[a].record, a) < (issues[b].record, b)
    }
    return order.map { issues[$0] }
  }

  /// Reads keys and periods, and decides which records become rows.
  private mutating func keepRows(
    _ batch: RecordBatch, _ bytes: Span<UInt8>, _ issues: inout [Issue]
  ) {
    kept.removeAll(keepingCapacity: true)
    for record in 0..<batch.count {
      let key = batch[record, slots.key]
      let isBlank = key.withText(bytes, scratch: &scratch) { isBlankText($0, $1, $2) }
      if isBlank || key.isEmpty {
        issues.append(Issue(kind: .emptyID, record: record, cell: key))
        continue
      }
      var textCode: Int?
      var period: Period?
      if let slot = slots.time, let every = schema.time?.every {
        let cell = batch[record, slot]
        let isBlank = cell.withText(bytes, scratch: &scratch) { isBlankText($0, $1, $2) }
        guard !isBlank, !cell.isEmpty else {
          issues.append(Issue(kind: .emptyPeriod, record: record, cell: cell))
          continue
        }
        let code = cell.withText(bytes, scratch: &scratch) { periodTexts.code($0, $1, $2) }
        if code == periodsRead.count {
          periodsRead.append((Period(trimmed(periodTexts.text(code)), every: every), -1))
        }
        guard let read = periodsRead[code].period else {
          issues.append(Issue(kind: .badPeriod, record: record, cell: cell))
          continue
        }
        (textCode, period) = (code, read)
      }
      let id = key.withText(bytes, scratch: &scratch) { ids.code($0, $1, $2) }
      if let first = rows.add(Int32(id), Int32(period?.index ?? 0)) {
        issues.append(
          Issue(kind: .duplicateRow(first: starts[first]), record: record, cell: key))
        continue
      }
      starts.append(batch.starts[record])
      idCodes.append(Int32(id))
      if let textCode, let period {
        if periodsRead[textCode].code < 0 {
          periodsRead[textCode].code = Int32(periodDictionary.count)
          periodDictionary.append(periodTexts.text(textCode))
        }
        periodCodes.append(periodsRead[textCode].code)
        periods.append(period)
      }
      kept.append(record)
    }
  }

  /// The table. A column without a slot is one that the file lacks.
  ///
  /// - Parameter isPresent: for each column of the schema whether the file has it.
  consuming func table(isPresent: [Bool]) -> Table {
    Table(
      schema: schema,
      ids: TextColumn(codes: idCodes, dictionary: ids.texts),
      periodTexts: schema.time.map { _ in
        TextColumn(codes: periodCodes, dictionary: periodDictionary)
      },
      periods: schema.time.map { _ in periods },
      columns: builders.indices.map { isPresent[$0] ? builders[$0].column : nil },
      refusals: builders.map(\.refusals))
  }
}

/// In which slot of a batch the cells of each column stand.
struct TableSlots {
  let key: Int
  let time: Int?
  let columns: [Int]
  /// The headers of the slots, each once.
  let headers: [String]

  init(_ schema: TableSchema) {
    var headers: [String] = []
    func slot(_ header: String) -> Int {
      if let slot = headers.firstIndex(of: header) { return slot }
      headers.append(header)
      return headers.count - 1
    }
    key = slot(schema.key)
    time = schema.time.map { slot($0.column) }
    columns = schema.columns.map { slot($0.name) }
    self.headers = headers
  }
}

/// The values of one column as they come in.
private struct ColumnBuilder {
  private let type: ColumnType
  private var numbers: [Double] = []
  private var codes: [Int32] = []
  private var texts = TextInterner()
  /// For each different text its place in the dictionary, or why it has none.
  private var verdicts: [Result<Int32, Refused>] = []
  private var dictionary: [String] = []
  private var booleans = BooleanColumn()
  private var days: [Int32] = []
  private(set) var refusals = Refusals()
  private var row = 0

  private struct Refused: Error {
    let reason: UnknownReason
  }

  init(_ type: ColumnType) {
    self.type = type
  }

  var column: Column {
    switch type {
    case .number: .number(numbers)
    case .text: .text(TextColumn(codes: codes, dictionary: dictionary))
    case .boolean: .boolean(booleans)
    case .date: .date(days)
    }
  }

  mutating func append(
    _ batch: RecordBatch, _ slot: Int, _ records: [Int], _ bytes: Span<UInt8>,
    _ scratch: inout [UInt8], _ report: (TableBuilder.Issue.Kind, Int) -> Void
  ) {
    for record in records {
      let cell = batch[record, slot]
      let reason =
        if cell.isEmpty {
          UnknownReason?.some(.empty)
        } else {
          cell.withText(bytes, scratch: &scratch) { appendValue($0, $1, $2) }
        }
      if let reason {
        appendUnknown()
        switch reason {
        case .absent, .empty: break
        case .malformed: report(.malformed, record)
        case .outOfRange: report(.outOfRange, record)
        case .notListed: report(.notListed, record)
        }
        if reason != .empty { refusals.add(row: row, reason) }
      }
      row += 1
    }
  }

  private mutating func appendUnknown() {
    switch type {
    case .number: numbers.append(.nan)
    case .text: codes.append(-1)
    case .boolean: booleans.append(nil)
    case .date: days.append(Column.unknownDate)
    }
  }

  /// Appends the value of a cell, unless there is a reason not to.
  private mutating func appendValue(
    _ bytes: Span<UInt8>, _ lower: Int, _ upper: Int
  ) -> UnknownReason? {
    if case .text = type { return appendText(bytes, lower, upper) }
    if case .number = type, let number = NumberText.parse(bytes, lower, upper) {
      if let reason = type.refusal(of: number) { return reason }
      numbers.append(number)
      return nil
    }
    let (lower, upper) = trimmed(bytes, lower, upper)
    if lower == upper { return .empty }
    switch type {
    case .text: return nil
    case .number:
      guard let number = NumberText.parse(bytes, lower, upper) else { return .malformed }
      if let reason = type.refusal(of: number) { return reason }
      numbers.append(number)
    case .boolean:
      guard let boolean = readBoolean(bytes, lower, upper) else { return .malformed }
      booleans.append(boolean)
    case .date:
      guard upper - lower == 10 else { return .malformed }
      let text = (lower..<upper).map { bytes[$0] }
      guard let date = CalendarDate(bytes: text[...]) else { return .malformed }
      days.append(date.daysSince1970)
    }
    return nil
  }

  private mutating func appendText(
    _ bytes: Span<UInt8>, _ lower: Int, _ upper: Int
  ) -> UnknownReason? {
    let code = texts.code(bytes, lower, upper)
    if code == verdicts.count {
      let text = texts.text(code)
      let isBlank = isBlankText(bytes, lower, upper)
      if let reason = isBlank ? .empty : type.refusal(of: text) {
        verdicts.append(.failure(Refused(reason: reason)))
      } else {
        verdicts.append(.success(Int32(dictionary.count)))
        dictionary.append(text)
      }
    }
    switch verdicts[code] {
    case .success(let place):
      codes.append(place)
      return nil
    case .failure(let refused): return refused.reason
    }
  }
}

/// `true`, `yes` and `1`, `false`, `no` and `0`, in small or capital letters.
private func readBoolean(_ bytes: Span<UInt8>, _ lower: Int, _ upper: Int) -> Bool? {
  func says(_ word: StaticString) -> Bool {
    guard upper - lower == word.utf8CodeUnitCount else { return false }
    return word.withUTF8Buffer { letters in
      letters.indices.allSatisfy { index in
        let byte = bytes[lower + index]
        let isCapital = byte &- UInt8(ascii: "A") < 26
        return (isCapital ? byte | 0x20 : byte) == letters[index]
      }
    }
  }
  if says("true") || says("yes") || says("1") { return true }
  if says("false") || says("no") || says("0") { return false }
  return nil
}

private func isSpace(_ byte: UInt8) -> Bool {
  byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")
}

private func isBlankText(_ bytes: Span<UInt8>, _ lower: Int, _ upper: Int) -> Bool {
  for index in lower..<upper where !isSpace(bytes[index]) { return false }
  return true
}

/// Without the spaces and tabs on both sides.
private func trimmed(_ bytes: Span<UInt8>, _ lower: Int, _ upper: Int) -> (Int, Int) {
  var (lower, upper) = (lower, upper)
  while lower < upper, isSpace(bytes[lower]) { lower += 1 }
  while lower < upper, isSpace(bytes[upper - 1]) { upper -= 1 }
  return (lower, upper)
}

func trimmed(_ text: String) -> Substring {
  let isBlank = { (character: Character) in character == " " || character == "\t" }
  var rest = text[...]
  while let first = rest.first, isBlank(first) { rest.removeFirst() }
  while let last = rest.last, isBlank(last) { rest.removeLast() }
  return rest
}
