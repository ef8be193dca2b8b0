package import Diagnostics

/// Reads blocks: which records are rows, their keys, and the values of the columns asked for.
///
/// Each thread has a reader of its own. It reads one block after the other, in any order, and
/// takes no memory for each row once it has seen a block of the usual size.
package final class BlockReader {
  package let layout: TableLayout
  /// The block that was read last.
  package private(set) var block = Block()
  private var csv = CSVIndex()
  private var json: JSONCells
  private var rows = RowKeys()
  /// One for each column of the schema.
  private let columns: UnsafeMutablePointer<ColumnReader>
  /// What period texts mean.
  private var periodTexts = TextInterner()
  private var periodsRead: [Int32?] = []
  private var periodsAreDays: [Bool] = []
  /// The cell that does not stand in the block as it is.
  private var scratch = ByteArena()
  /// How often the dictionaries have been emptied.
  package private(set) var generation = 0

  package init(_ layout: TableLayout) {
    self.layout = layout
    json = JSONCells(width: layout.slots.headers.count)
    let types = layout.schema.columns.map(\.type)
    columns = .allocate(capacity: types.count)
    for (column, type) in types.enumerated() {
      (columns + column).initialize(to: ColumnReader(type))
    }
  }

  deinit {
    columns.deinitialize(count: layout.schema.columns.count)
    columns.deallocate()
  }

  // MARK: Records and rows

  /// Reads a block's structure and keys. What is said below is about the block read last, and
  /// stands until the next one is read.
  package func read(_ block: Block) {
    self.block = block
    block.findings = BlockFindings()
    rows.removeAll()
    if let breakage = index(block) {
      block.findings.breakage = breakage
      return
    }
    readKeys()
    block.findings.keyOrder = KeyOrder(count: rows.count) { row in
      (self.id(row), self.rows[row].period)
    }
  }

  /// Finds the records; says what is broken, if anything.
  private func index(_ block: Block) -> BlockBreakage? {
    let base = block.base
    if layout.format == .csv, !block.isTooLong {
      let isWellFormed = csv.build(base, count: block.count, width: layout.width)
      block.findings.lineCount = csv.lineCount
      if !csv.isPlain, let flaw = UTF8Check.firstFlaw(block.text) { return .encoding(flaw) }
      guard isWellFormed else { return .csv }
      block.findings.recordCount = csv.recordCount
      return nil
    }
    if let flaw = UTF8Check.firstFlaw(block.text) { return .encoding(flaw) }
    if block.isTooLong { return .tooLong }
    return indexJSON(block)
  }

  private func indexJSON(_ block: Block) -> BlockBreakage? {
    json.removeAll()
    var scanner = JSONRecordScanner(
      block.text.span, from: 0, isLines: layout.format == .ndjson, slots: layout.slots.headers)
    defer {
      block.findings.recordCount = json.count
      block.findings.lineCount = ByteScan.newlines(block.text)
      block.findings.fields = scanner.fieldsSeen
    }
    do throws(JSONRecordScanner.Flaw) {
      while try scanner.next(block.text, into: &json) {}
    } catch {
      return .json(error, record: scanner.recordCount)
    }
    return nil
  }

  /// How many rows there are: the records that are not left out.
  package var rowCount: Int { rows.count }

  /// The subject's id.
  package func id(_ row: Int) -> UnsafeBufferPointer<UInt8> {
    rows.id(row, block.text)
  }

  /// The period as it is spelled; empty for a table without periods.
  package func periodText(_ row: Int) -> UnsafeBufferPointer<UInt8> {
    rows.periodText(row, block.text)
  }

  /// The period's index; 0 for a table without periods.
  package func periodIndex(_ row: Int) -> Int32 { rows[row].period }

  /// The ids and periods of all rows.
  package var keyCells: KeyCells {
    rows.cells(
      block.base, hasPeriods: layout.schema.time != nil, isCSV: layout.format == .csv)
  }

  package func period(_ row: Int) -> Period? {
    layout.schema.time.map { Period($0.every, index: Int(rows[row].period)) }
  }

  /// The place of a row's record in the block, those that are left out counted.
  package func record(_ row: Int) -> Int { Int(rows[row].record) }

  package func keyHash(_ row: Int) -> KeyHash {
    KeyHash(id: id(row), period: rows[row].period)
  }

  /// Where a row's record starts in the file.
  func start(_ row: Int) -> Int {
    block.offset + Int(recordStarts[record(row)])
  }

  /// Makes records no rows. To be called before any column is filled.
  ///
  /// - Parameter leftOut: places of rows, upwards.
  package func leaveOut(_ leftOut: [Int]) {
    rows.remove(leftOut)
  }

  /// A row as one whose key an earlier row has. To be called before rows are left out.
  ///
  /// - Parameter first: where that row stands.
  package func duplicate(_ row: Int, first: Label?) -> DuplicateRow {
    let (lower, upper) = places(layout.slots.key)?[record(row)] ?? (0, 0)
    return DuplicateRow(record: record(row), cell: cell(lower, upper), first: first)
  }

  private var recordStarts: UnsafeMutablePointer<UInt32> {
    layout.format == .csv ? csv.starts : json.starts
  }

  /// Where the cells of a slot stand; nil if the file lacks the column.
  private func places(_ slot: Int) -> CellPlaces? {
    switch layout.format {
    case .csv:
      guard let source = layout.sources[slot] else { return nil }
      let ends = csv.ends + source
      return source == 0
        ? CellPlaces(
          starts: csv.starts, startStride: 1, bias: 0, ends: ends, endStride: layout.width)
        : CellPlaces(
          starts: ends - 1, startStride: layout.width, bias: 1, ends: ends,
          endStride: layout.width)
    case .ndjson, .json:
      let starts = json.cells + 2 * slot
      let stride = 2 * layout.slots.headers.count
      return CellPlaces(
        starts: starts, startStride: stride, bias: 0, ends: starts + 1, endStride: stride)
    }
  }

  /// A cell as a stretch of the block, without the quotes around it.
  private func cell(_ lower: Int, _ upper: Int) -> Cell {
    layout.cell(block.base, lower, upper)
  }

  /// Reads ids and periods, and decides which records become rows.
  private func readKeys() {
    let base = UnsafePointer(block.base)
    let recordCount = block.findings.recordCount
    block.findings.firstRecord = recordCount > 0 ? Int(recordStarts[0]) : nil
    guard recordCount > 0, let ids = places(layout.slots.key) else { return }
    rows.reserve(recordCount)
    if periodTexts.count > 1 << 16 {
      periodTexts = TextInterner()
      periodsRead.removeAll()
      periodsAreDays.removeAll()
    }
    let periods = layout.slots.time.flatMap { places($0) }
    for record in 0..<recordCount {
      var (lower, upper) = ids[record]
      var key = RowKeys.Row(record: record)
      // A letter or a digit: neither a quote nor a space.
      if lower < upper, base[lower] > 0x2F {
        key.idStart = lower
        key.idCount = UInt32(truncatingIfNeeded: upper - lower)
      } else {
        let cell = cell(lower, upper)
        guard !cell.isEmpty, let stretch = rows.stretch(cell, block.text) else {
          note(.emptyID, record, cell)
          continue
        }
        key.idStart = stretch.start
        key.idCount = UInt32(stretch.count)
      }
      if let periods {
        (lower, upper) = periods[record]
        // As in the row before: most tables are like that.
        if let last = rows.last, last.periodStart >= 0, upper - lower == Int(last.periodCount),
          ByteScan.isSame(base + lower, base + last.periodStart, upper - lower)
        {
          (key.periodStart, key.periodCount, key.period) = (lower, last.periodCount, last.period)
        } else {
          guard readPeriod(&key, cell(lower, upper)) else { continue }
        }
      }
      rows.append(key)
    }
  }

  /// Reads the period of a row; notes it and says false if there is none.
  private func readPeriod(_ key: inout RowKeys.Row, _ cell: Cell) -> Bool {
    guard !cell.isEmpty, let stretch = rows.stretch(cell, block.text) else {
      note(.emptyPeriod, Int(key.record), cell)
      return false
    }
    key.periodStart = stretch.start
    key.periodCount = UInt32(stretch.count)
    let text = rows.bytes(stretch.start, stretch.count, block.text)
    let code = periodTexts.code(text)
    if code == periodsRead.count {
      let every = layout.schema.time?.every ?? .day
      let period = Period(bytes: trimmed(text), every: every)
      periodsRead.append(period.map { Int32($0.index) })
      periodsAreDays.append(trimmed(text).count == 10)
    }
    guard let index = periodsRead[code] else {
      note(.badPeriod, Int(key.record), cell)
      return false
    }
    key.period = index
    // A short spelling, such as `2026-01`, or the first day.
    let isDay = periodsAreDays[code]
    if isDay, block.findings.firstDay == nil {
      block.findings.firstDay = (Int(key.record), cell)
    } else if !isDay, block.findings.firstShort == nil {
      block.findings.firstShort = (Int(key.record), cell)
    }
    return true
  }

  private func note(_ kind: BlockIssue.Kind, _ record: Int, _ cell: Cell) {
    block.findings.issues.append(BlockIssue(kind: kind, record: record, cell: cell))
  }

  // MARK: Columns

  /// Fills in the numbers of some rows, the first of them at `values`; unknown ones are NaN.
  package func numbers(
    _ column: Int, _ rows: Range<Int>, into values: UnsafeMutablePointer<Double>
  ) {
    numbers([(column, values)], rows)
  }

  /// Fills in several columns of numbers at once, row by row, in the order of the text.
  ///
  /// - Parameter targets: columns, and where the values of the first row go.
  package func numbers(
    _ targets: [(column: Int, values: UnsafeMutablePointer<Double>)], _ rows: Range<Int>
  ) {
    // So few rows that their text stays in the nearest cache while one column after the other is
    // read.
    for start in stride(from: rows.lowerBound, to: rows.upperBound, by: 64) {
      let stretch = start..<min(start + 64, rows.upperBound)
      for (column, values) in targets {
        readNumbers(column, stretch, into: values + (start - rows.lowerBound))
      }
    }
  }

  private func readNumbers(
    _ column: Int, _ rows: Range<Int>, into values: UnsafeMutablePointer<Double>
  ) {
    guard let places = places(layout.slots.columns[column]),
      case .number(let range) = layout.schema.columns[column].type
    else { return values.initialize(repeating: .nan, count: rows.count) }
    let base = UnsafePointer(block.base)
    let keys = self.rows.start + rows.lowerBound
    let first = Int(keys[0].record)
    // Where no record was left out, those of the rows follow one another.
    let isDense = Int(keys[rows.count - 1].record) - first == rows.count - 1
    var form = columns[column].form
    NumberForm.masks.withUnsafeBufferPointer { masks in
      let masks = masks.baseAddress!
      for place in 0..<rows.count {
        let (lower, upper) = places[isDense ? first &+ place : Int(keys[place].record)]
        var value = Double.nan
        if let number = form.parse(base, lower, upper, masks) {
          value = number
        } else if lower != upper {
          value = number(column, rows.lowerBound + place, lower, upper, &form)
        }
        if let range, value < range.lowerBound || value > range.upperBound {
          note(.outOfRange, rows.lowerBound + place, column, cell(lower, upper))
          value = .nan
        }
        values[place] = value
      }
    }
    columns[column].form = form
  }

  /// A number that is not written as those before, after which others may be.
  @inline(never)
  private func number(
    _ column: Int, _ row: Int, _ lower: Int, _ upper: Int, _ form: inout NumberForm
  ) -> Double {
    let value = ShortNumber.parse(UnsafePointer(block.base), lower, upper)
    if value.isNaN { return slowNumber(column, row, lower, upper) }
    if value > 0 { form = NumberForm(UnsafePointer(block.base), lower, upper) ?? form }
    return value
  }

  @inline(never)
  private func slowNumber(_ column: Int, _ row: Int, _ lower: Int, _ upper: Int) -> Double {
    let cell = cell(lower, upper)
    guard !cell.isEmpty else { return .nan }
    let bytes = trimmed(text(cell))
    guard !bytes.isEmpty else { return .nan }
    guard let number = NumberText.parse(bytes) else {
      note(.malformed, row, column, cell)
      return .nan
    }
    return number
  }

  /// Fills in the codes of some rows' texts; unknown ones are -1.
  package func texts(
    _ column: Int, _ rows: Range<Int>, into codes: UnsafeMutablePointer<Int32>
  ) {
    guard let places = places(layout.slots.columns[column]) else {
      codes.initialize(repeating: -1, count: rows.count)
      return
    }
    let keys = self.rows.start
    for row in rows {
      let (lower, upper) = places[Int(keys[row].record)]
      let cell = cell(lower, upper)
      var code: Int32 = -1
      if !cell.isEmpty {
        switch columns[column].code(text(cell)) {
        case .code(let known): code = known
        case .empty: break
        case .notListed: note(.notListed, row, column, cell)
        }
      }
      codes[row - rows.lowerBound] = code
    }
  }

  /// Fills in two planes of bits for some rows' booleans, the first row in the lowest bit.
  ///
  /// Whole words are written; what lies beyond the rows is not set.
  package func booleans(
    _ column: Int, _ rows: Range<Int>, isTrue: UnsafeMutablePointer<UInt64>,
    isKnown: UnsafeMutablePointer<UInt64>
  ) {
    let words = (rows.count + 63) / 64
    isTrue.initialize(repeating: 0, count: words)
    isKnown.initialize(repeating: 0, count: words)
    guard let places = places(layout.slots.columns[column]) else { return }
    let keys = self.rows.start
    for row in rows {
      let (lower, upper) = places[Int(keys[row].record)]
      if lower == upper { continue }
      let cell = cell(lower, upper)
      let bytes = trimmed(text(cell))
      if bytes.isEmpty { continue }
      guard let value = readBoolean(bytes) else {
        note(.malformed, row, column, cell)
        continue
      }
      let place = row - rows.lowerBound
      isKnown[place / 64] |= 1 << UInt64(place % 64)
      if value { isTrue[place / 64] |= 1 << UInt64(place % 64) }
    }
  }

  /// Fills in the days of some rows' dates; unknown ones are `Column.unknownDate`.
  package func dates(
    _ column: Int, _ rows: Range<Int>, into days: UnsafeMutablePointer<Int32>
  ) {
    days.initialize(repeating: Column.unknownDate, count: rows.count)
    guard let places = places(layout.slots.columns[column]) else { return }
    let keys = self.rows.start
    for row in rows {
      let (lower, upper) = places[Int(keys[row].record)]
      if lower == upper { continue }
      let cell = cell(lower, upper)
      let bytes = trimmed(text(cell))
      if bytes.isEmpty { continue }
      guard let date = CalendarDate(bytes: bytes) else {
        note(.malformed, row, column, cell)
        continue
      }
      days[row - rows.lowerBound] = date.daysSince1970
    }
  }

  private func note(_ kind: BlockIssue.Kind, _ row: Int, _ column: Int, _ cell: Cell) {
    block.findings.issues.append(
      BlockIssue(kind: kind, record: record(row), row: row, column: column, cell: cell))
  }

  /// The text of a cell, until the next one is asked for.
  private func text(_ cell: Cell) -> UnsafeBufferPointer<UInt8> {
    if cell.form == .plain {
      return UnsafeBufferPointer(start: block.base + cell.lower, count: cell.upper - cell.lower)
    }
    scratch.removeAll()
    cell.decode(block.text.span) { scratch.append($0) }
    return UnsafeBufferPointer(start: scratch.start, count: scratch.count)
  }

  // MARK: Dictionaries

  /// How many texts a column's dictionary holds. It grows from block to block.
  package func textCount(_ column: Int) -> Int { columns[column].count }

  /// A text of a column's dictionary. It stands until the column is filled again.
  package func text(_ column: Int, _ code: Int) -> UnsafeBufferPointer<UInt8> {
    columns[column].text(code)
  }

  /// About how many bytes all dictionaries take.
  package var dictionaryBytes: Int {
    layout.schema.columns.indices.reduce(0) { $0 + columns[$1].byteCount }
  }

  /// Empties all dictionaries, so that codes start at 0 again.
  package func resetDictionaries() {
    generation += 1
    for column in layout.schema.columns.indices { columns[column].reset() }
  }
}

/// Where the cells of one column stand, by record.
private struct CellPlaces {
  let starts: UnsafeMutablePointer<UInt32>
  let startStride: Int
  let bias: Int
  let ends: UnsafeMutablePointer<UInt32>
  let endStride: Int

  subscript(record: Int) -> (lower: Int, upper: Int) {
    @inline(__always) get {
      (
        Int(starts[record &* startStride]) &+ bias,
        Int(ends[record &* endStride])
      )
    }
  }
}
