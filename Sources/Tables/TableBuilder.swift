internal import Diagnostics

/// Gathers the rows of blocks into a table.
struct TableBuilder: ~Copyable {
  private let layout: TableLayout
  private var ids = TextInterner()
  private var idCodes: [Int32] = []
  private var periodTexts = TextInterner()
  private var periodCodes: [Int32] = []
  private var periods: [Period] = []
  private var rows = PairIndex()
  /// Where each row starts in the file.
  private var starts: [Int] = []
  private var columns: [ColumnBuilder]

  init(_ layout: TableLayout) {
    self.layout = layout
    columns = layout.schema.columns.map { ColumnBuilder($0.type) }
  }

  /// Adds the rows of a block, but not those whose key an earlier row has.
  ///
  /// - Returns: these.
  mutating func append(
    _ block: Block, _ reader: BlockReader, _ text: inout DataText
  ) -> [DuplicateRow] {
    var duplicates: [DuplicateRow] = []
    var leftOut: [Int] = []
    for row in 0..<reader.rowCount {
      let id = Int32(ids.code(reader.id(row)))
      if let first = rows.add(id, reader.periodIndex(row)) {
        let start = starts[first]
        duplicates.append(
          reader.duplicate(row, first: text.label(start, start + 1, "the row that counts")))
        leftOut.append(row)
        continue
      }
      starts.append(reader.start(row))
      idCodes.append(id)
      if let period = reader.period(row) {
        periodCodes.append(Int32(periodTexts.code(reader.periodText(row))))
        periods.append(period)
      }
    }
    reader.leaveOut(leftOut)
    let firstRow = idCodes.count - reader.rowCount
    for column in columns.indices {
      let known = block.findings.issues.count
      columns[column].append(column, reader)
      for issue in block.findings.issues[known...] {
        columns[column].refuse(row: firstRow + issue.row, issue.kind)
      }
    }
    return duplicates
  }

  /// The table.
  ///
  /// - Parameters:
  ///   - isPresent: for each column of the schema whether the file has it.
  ///   - reader: the one that read all blocks.
  consuming func table(isPresent: [Bool], _ reader: BlockReader) -> Table {
    let schema = layout.schema
    return Table(
      schema: schema,
      ids: TextColumn(codes: idCodes, dictionary: ids.texts),
      periodTexts: schema.time.map { _ in
        TextColumn(codes: periodCodes, dictionary: periodTexts.texts)
      },
      periods: schema.time.map { _ in periods },
      columns: columns.indices.map { isPresent[$0] ? columns[$0].column($0, reader) : nil },
      refusals: columns.map(\.refusals))
  }
}

/// The values of one column as they come in.
private struct ColumnBuilder {
  private let type: ColumnType
  private var numbers: [Double] = []
  /// Codes or days.
  private var integers: [Int32] = []
  private var booleans = BooleanColumn()
  private(set) var refusals = Refusals()

  init(_ type: ColumnType) {
    self.type = type
  }

  mutating func append(_ column: Int, _ reader: BlockReader) {
    let count = reader.rowCount
    guard count > 0 else { return }
    switch type {
    case .number:
      numbers.append(addingCapacity: count, unknown: .nan) {
        reader.numbers(column, 0..<count, into: $0)
      }
    case .text:
      integers.append(addingCapacity: count, unknown: -1) {
        reader.texts(column, 0..<count, into: $0)
      }
    case .date:
      integers.append(addingCapacity: count, unknown: 0) {
        reader.dates(column, 0..<count, into: $0)
      }
    case .boolean:
      let words = (count + 63) / 64
      var isTrue = [UInt64](repeating: 0, count: words)
      var isKnown = isTrue
      isTrue.withUnsafeMutableBufferPointer { isTrue in
        isKnown.withUnsafeMutableBufferPointer { isKnown in
          reader.booleans(
            column, 0..<count, isTrue: isTrue.baseAddress!, isKnown: isKnown.baseAddress!)
        }
      }
      for row in 0..<count {
        let bit = UInt64(1) << UInt64(row % 64)
        booleans.append(isKnown[row / 64] & bit == 0 ? nil : isTrue[row / 64] & bit != 0)
      }
    }
  }

  mutating func refuse(row: Int, _ kind: BlockIssue.Kind) {
    switch kind {
    case .malformed: refusals.add(row: row, .malformed)
    case .outOfRange: refusals.add(row: row, .outOfRange)
    case .notListed: refusals.add(row: row, .notListed)
    case .badPeriod, .emptyID, .emptyPeriod, .duplicateRow: break
    }
  }

  func column(_ column: Int, _ reader: BlockReader) -> Column {
    switch type {
    case .number: .number(numbers)
    case .text:
      .text(
        TextColumn(
          codes: integers,
          dictionary: (0..<reader.textCount(column)).map {
            String(decoding: reader.text(column, $0), as: UTF8.self)
          }))
    case .boolean: .boolean(booleans)
    case .date: .date(integers)
    }
  }
}

extension Array {
  /// Appends elements that are filled in at once.
  fileprivate mutating func append(
    addingCapacity count: Int, unknown: Element, _ fill: (UnsafeMutablePointer<Element>) -> Void
  ) {
    let start = self.count
    append(contentsOf: repeatElement(unknown, count: count))
    withUnsafeMutableBufferPointer { fill($0.baseAddress! + start) }
  }
}
