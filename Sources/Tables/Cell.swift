/// The text of a cell as a stretch of the file, without quotes around it.
struct Cell {
  enum Form: UInt8 {
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
  var isEmpty: Bool { length == 0 }

  func text(_ bytes: Span<UInt8>) -> String {
    var decoded: [UInt8] = []
    decode(bytes) { decoded.append($0) }
    return String(decoding: decoded, as: UTF8.self)
  }

  /// Hands on the bytes of the text one by one.
  func decode(_ bytes: Span<UInt8>, _ append: (UInt8) -> Void) {
    switch form {
    case .plain:
      for index in lower..<upper { append(bytes[index]) }
    case .doubledQuotes:
      var index = lower
      while index < upper {
        append(bytes[index])
        index += bytes[index] == UInt8(ascii: "\"") ? 2 : 1
      }
    case .escaped:
      JSONScanner.decode(
        JSONScanner.Token(kind: .string, lower: lower - 1, upper: upper + 1, hasEscapes: true),
        bytes, append: append)
    }
  }
}

/// Bounds that keep a broken or hostile file from taking the machine with it.
enum TableLimits {
  /// The longest record, in bytes.
  static let recordLength = 16 << 20
  /// The longest text that is one JSON array: places in it have 32 bits.
  static let arrayLength = 2 << 30
  static let columns = 16_384
}
