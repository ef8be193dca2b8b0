/// Writes CSV: cells in quotes only where they need them, lines that end in LF.
public struct CSVWriter: Sendable {
  public private(set) var bytes: [UInt8] = []
  private var cellsInRecord = 0
  private var recordStart = 0

  public init() {}

  public mutating func cell(_ text: String) {
    separate()
    var text = text
    text.withUTF8 { cell in
      // A byte order mark at the very start would be taken for one.
      if CSVCell.needsQuotes(cell) || (bytes.isEmpty && CSVCell.startsWithByteOrderMark(cell)) {
        quoted(cell)
      } else {
        bytes.append(contentsOf: cell)
      }
    }
  }

  /// A number in its shortest form; one that is not finite leaves the cell empty.
  public mutating func cell(_ number: Double) {
    separate()
    NumberText.withShortest(number) { bytes.append(contentsOf: $0) }
  }

  public mutating func endRecord() {
    // A lone empty cell would be a blank line, which readers skip.
    if cellsInRecord == 1, bytes.count == recordStart { bytes.append(contentsOf: "\"\"".utf8) }
    bytes.append(UInt8(ascii: "\n"))
    cellsInRecord = 0
    recordStart = bytes.count
  }

  public mutating func record(_ cells: some Sequence<String>) {
    for text in cells { cell(text) }
    endRecord()
  }

  private mutating func separate() {
    if cellsInRecord > 0 { bytes.append(UInt8(ascii: ",")) }
    cellsInRecord += 1
  }

  private mutating func quoted(_ cell: UnsafeBufferPointer<UInt8>) {
    bytes.append(UInt8(ascii: "\""))
    for byte in cell {
      if byte == UInt8(ascii: "\"") { bytes.append(byte) }
      bytes.append(byte)
    }
    bytes.append(UInt8(ascii: "\""))
  }
}

/// Which cells of CSV stand in quotes.
package enum CSVCell {
  /// True if a comma, a quote or the end of a line is among the bytes.
  package static func needsQuotes(_ cell: UnsafeBufferPointer<UInt8>) -> Bool {
    guard let start = cell.baseAddress, cell.count > 0 else { return false }
    let count = cell.count
    if count >= 8 {
      // The last eight bytes may overlap those before them.
      var place = 0
      while place < count - 8 {
        if hasSpecialByte(word(start + place)) { return true }
        place += 8
      }
      return hasSpecialByte(word(start + (count - 8)))
    }
    var bytes: UInt64 = 0
    for place in 0..<count { bytes = bytes << 8 | UInt64(start[place]) }
    return hasSpecialByte(bytes)
  }

  /// True if the cell cannot stand without quotes at the very start of a file, where these bytes
  /// are not text but a mark.
  package static func startsWithByteOrderMark(_ cell: UnsafeBufferPointer<UInt8>) -> Bool {
    cell.count >= 3 && cell[0] == 0xEF && cell[1] == 0xBB && cell[2] == 0xBF
  }

  @inline(__always)
  private static func hasSpecialByte(_ word: UInt64) -> Bool {
    zeroBytes(word ^ eachByte(UInt8(ascii: ","))) | zeroBytes(word ^ eachByte(UInt8(ascii: "\"")))
      | zeroBytes(word ^ eachByte(UInt8(ascii: "\n")))
      | zeroBytes(word ^ eachByte(UInt8(ascii: "\r"))) != 0
  }
}

extension ByteBuffer {
  package mutating func append(csvCell cell: String) {
    var cell = cell
    cell.withUTF8 { append(csvCell: $0) }
  }

  /// Appends a cell of CSV: its bytes as they are, or in quotes where they need them.
  ///
  /// A lone empty cell of a record is the caller's to write as `""`.
  ///
  /// - Parameter isFirst: whether the cell is the very first of the file.
  /// - Precondition: the bytes are not this buffer's.
  package mutating func append(csvCell cell: UnsafeBufferPointer<UInt8>, isFirst: Bool = false) {
    guard
      CSVCell.needsQuotes(cell) || (isFirst && CSVCell.startsWithByteOrderMark(cell))
    else { return append(cell) }
    reserve(2 * cell.count + 2)
    append(UInt8(ascii: "\""))
    for byte in cell {
      if byte == UInt8(ascii: "\"") { append(byte) }
      append(byte)
    }
    append(UInt8(ascii: "\""))
  }
}
