/// Bytes that grow at the end and are given up all at once.
struct ByteArena: ~Copyable {
  private(set) var start = UnsafeMutablePointer<UInt8>.allocate(capacity: 64)
  private var capacity = 64
  private(set) var count = 0

  deinit { start.deallocate() }

  mutating func removeAll() { count = 0 }

  mutating func append(_ byte: UInt8) {
    reserve(1)
    start[count] = byte
    count += 1
  }

  mutating func append(_ bytes: UnsafeBufferPointer<UInt8>) {
    guard let first = bytes.baseAddress else { return }
    reserve(bytes.count)
    (start + count).update(from: first, count: bytes.count)
    count += bytes.count
  }

  private mutating func reserve(_ more: Int) {
    guard count + more > capacity else { return }
    capacity = max(capacity * 2, count + more)
    let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity)
    larger.update(from: start, count: count)
    start.deallocate()
    start = larger
  }
}

/// The ids and periods of a block's rows.
struct RowKeys: ~Copyable {
  /// A text starts at an offset in the block, or, as `-1 - offset`, among the decoded texts.
  struct Row {
    var idStart = 0
    var idCount: UInt32 = 0
    var record: UInt32
    var periodStart = 0
    var periodCount: UInt32 = 0
    var period: Int32 = 0

    init(record: Int) {
      self.record = UInt32(truncatingIfNeeded: record)
    }
  }

  private(set) var start = UnsafeMutablePointer<Row>.allocate(capacity: 1)
  private var capacity = 1
  private(set) var count = 0
  private var decoded = ByteArena()

  deinit { start.deallocate() }

  var last: Row? { count > 0 ? start[count - 1] : nil }

  subscript(row: Int) -> Row {
    precondition(row < count && row >= 0, "a row of the block")
    return start[row]
  }

  mutating func removeAll() {
    count = 0
    decoded.removeAll()
  }

  mutating func reserve(_ needed: Int) {
    guard needed > capacity else { return }
    start.deallocate()
    start = .allocate(capacity: needed)
    capacity = needed
    count = 0
  }

  /// - Precondition: as many were reserved.
  @inline(__always)
  mutating func append(_ row: Row) {
    start[count] = row
    count += 1
  }

  mutating func remove(_ rows: [Int]) {
    guard var kept = rows.first else { return }
    var next = 0
    for row in kept..<count {
      if next < rows.count, rows[next] == row {
        next += 1
        continue
      }
      start[kept] = start[row]
      kept += 1
    }
    count = kept
  }

  /// A cell's text, kept if it does not stand in the block as it is; nil if it is blank.
  mutating func stretch(
    _ cell: Cell, _ text: UnsafeBufferPointer<UInt8>
  ) -> (start: Int, count: Int)? {
    var start = cell.lower
    var count = cell.upper - cell.lower
    if cell.form != .plain {
      let offset = decoded.count
      cell.decode(text.span) { decoded.append($0) }
      start = -1 - offset
      count = decoded.count - offset
    }
    return isBlankText(bytes(start, count, text)) ? nil : (start, count)
  }

  @inline(__always)
  func bytes(
    _ start: Int, _ count: Int, _ text: UnsafeBufferPointer<UInt8>
  ) -> UnsafeBufferPointer<UInt8> {
    let base =
      start >= 0 ? text.baseAddress.map { $0 + start } : UnsafePointer(decoded.start - 1 - start)
    return UnsafeBufferPointer(start: base, count: count)
  }

  func id(_ row: Int, _ text: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8> {
    bytes(self[row].idStart, Int(self[row].idCount), text)
  }

  func periodText(
    _ row: Int, _ text: UnsafeBufferPointer<UInt8>
  ) -> UnsafeBufferPointer<UInt8> {
    bytes(self[row].periodStart, Int(self[row].periodCount), text)
  }
}

/// The key cells of a block's rows, as they are written. They stand until the next block is read.
package struct KeyCells {
  fileprivate let rows: UnsafePointer<RowKeys.Row>
  fileprivate let text: UnsafePointer<UInt8>
  fileprivate let decoded: UnsafePointer<UInt8>
  fileprivate let hasPeriods: Bool
  /// Whether what stands in the block without quotes needs none.
  fileprivate let isCSV: Bool

  /// Appends the id of a row as a cell of CSV, then a comma and the period where there are periods.
  package func append(_ row: Int, to buffer: inout ByteBuffer) {
    let key = rows[row]
    let isPlain = isCSV && isBare(key.idStart)
    if isPlain, hasPeriods, key.periodStart == key.idStart + Int(key.idCount) + 1 {
      // They stand side by side, with the comma between them.
      if isBare(key.periodStart) {
        return buffer.append(
          text + key.idStart, count: Int(key.idCount) + 1 + Int(key.periodCount))
      }
    }
    append(key.idStart, Int(key.idCount), isPlain, &buffer)
    guard hasPeriods else { return }
    buffer.append(UInt8(ascii: ","))
    append(key.periodStart, Int(key.periodCount), isCSV && isBare(key.periodStart), &buffer)
  }

  /// Whether a text stands in the block, and not between quotes.
  private func isBare(_ start: Int) -> Bool {
    start >= 0 && text[start - 1] != UInt8(ascii: "\"")
  }

  private func append(_ start: Int, _ count: Int, _ isPlain: Bool, _ buffer: inout ByteBuffer) {
    let first = start >= 0 ? text + start : decoded - 1 - start
    if isPlain {
      buffer.append(first, count: count)
    } else {
      buffer.append(csvCell: UnsafeBufferPointer(start: first, count: count))
    }
  }
}

extension RowKeys {
  func cells(
    _ text: UnsafePointer<UInt8>, hasPeriods: Bool, isCSV: Bool
  ) -> KeyCells {
    KeyCells(
      rows: UnsafePointer(start), text: text, decoded: UnsafePointer(decoded.start),
      hasPeriods: hasPeriods, isCSV: isCSV)
  }
}
