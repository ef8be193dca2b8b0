/// Writes CSV: cells in quotes only where they need them, lines that end in LF.
public struct CSVWriter: Sendable {
  public private(set) var bytes: [UInt8] = []
  private var cellsInRecord = 0
  private var recordStart = 0

  public init() {}

  public mutating func cell(_ text: String) {
    if cellsInRecord > 0 { bytes.append(UInt8(ascii: ",")) }
    cellsInRecord += 1
    // A byte order mark at the very start would be taken for one.
    let startsWithMark = bytes.isEmpty && text.unicodeScalars.first == "\u{FEFF}"
    let needsQuotes =
      startsWithMark
      || text.utf8.contains {
        $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\n")
          || $0 == UInt8(ascii: "\r")
      }
    guard needsQuotes else {
      bytes.append(contentsOf: text.utf8)
      return
    }
    bytes.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      if byte == UInt8(ascii: "\"") { bytes.append(byte) }
      bytes.append(byte)
    }
    bytes.append(UInt8(ascii: "\""))
  }

  /// A number in its shortest form; one that is not finite leaves the cell empty.
  public mutating func cell(_ number: Double) {
    cell(NumberText.shortest(number))
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
}
