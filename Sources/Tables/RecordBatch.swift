/// Some records of a file, cut into cells: what the scanners hand to the columns.
///
/// Only the columns that somebody reads are kept, each in a slot of its own.
struct RecordBatch {
  /// How many slots a record has.
  let width: Int
  /// The cells of all records, one after the other.
  private(set) var cells: [Cell] = []
  /// Where each record starts in the file.
  private(set) var starts: [Int] = []

  init(width: Int) {
    self.width = width
  }

  var count: Int { starts.count }

  subscript(record: Int, slot: Int) -> Cell {
    cells[record * width + slot]
  }

  mutating func removeAll() {
    cells.removeAll(keepingCapacity: true)
    starts.removeAll(keepingCapacity: true)
  }

  /// Starts a record in which every cell is absent.
  mutating func beginRecord(at start: Int) {
    for _ in 0..<width { cells.append(Cell(lower: start, upper: start, form: .absent)) }
    starts.append(start)
  }

  /// Sets a cell of the last record.
  mutating func set(_ slot: Int, _ cell: Cell) {
    cells[cells.count - width + slot] = cell
  }
}

/// The text of a cell as a stretch of the file, without quotes around it.
struct Cell {
  enum Form: UInt8 {
    /// Nothing is there: a field that the record lacks, or JSON's null.
    case absent
    /// The text stands in the file as it is.
    case plain
    /// Each quote in the text is written twice.
    case doubledQuotes
    /// A JSON string with escapes.
    case escaped
  }

  let lower: Int
  private let length: UInt32
  let form: Form

  /// - Precondition: shorter than 4 GiB. Scanners refuse records far below that.
  init(lower: Int, upper: Int, form: Form) {
    self.lower = lower
    length = UInt32(upper - lower)
    self.form = form
  }

  var upper: Int { lower + Int(length) }
  var isEmpty: Bool { length == 0 || form == .absent }

  /// Hands on the bytes that hold the text, and from where to where.
  func withText<Result>(
    _ bytes: Span<UInt8>, scratch: inout [UInt8],
    _ body: (Span<UInt8>, Int, Int) -> Result
  ) -> Result {
    if form == .plain || form == .absent { return body(bytes, lower, upper) }
    scratch.removeAll(keepingCapacity: true)
    decode(bytes, into: &scratch)
    return body(scratch.span, 0, scratch.count)
  }

  func text(_ bytes: Span<UInt8>) -> String {
    var decoded: [UInt8] = []
    decode(bytes, into: &decoded)
    return String(decoding: decoded, as: UTF8.self)
  }

  private func decode(_ bytes: Span<UInt8>, into decoded: inout [UInt8]) {
    switch form {
    case .absent: return
    case .plain:
      decoded.reserveCapacity(upper - lower)
      for index in lower..<upper { decoded.append(bytes[index]) }
    case .doubledQuotes:
      var index = lower
      while index < upper {
        decoded.append(bytes[index])
        index += bytes[index] == UInt8(ascii: "\"") ? 2 : 1
      }
    case .escaped:
      JSONScanner.decode(
        JSONScanner.Token(kind: .string, lower: lower - 1, upper: upper + 1, hasEscapes: true),
        bytes, into: &decoded)
    }
  }
}

/// Bounds that keep a broken or hostile file from taking the machine with it.
enum TableLimits {
  /// The longest record, in bytes.
  static let recordLength = 16 << 20
  static let columns = 16_384
}
