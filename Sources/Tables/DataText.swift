internal import Diagnostics

/// A data file, and the excerpts of it that diagnostics show.
struct DataText {
  let name: String
  let bytes: [UInt8]
  /// A place whose line is known, so that lines are counted once for diagnostics in order.
  private var known = (offset: 0, line: 1)

  init(name: String, bytes: [UInt8]) {
    self.name = name
    self.bytes = bytes
  }

  /// Where the text begins: after the byte order mark, if there is one.
  var start: Int { bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0 }

  mutating func label(_ lower: Int, _ upper: Int, _ text: String = "") -> Label {
    Label(span: span(lower, upper), text: text)
  }

  /// A span in an excerpt: the line that holds `lower`, cut to a few KiB around it.
  mutating func span(_ lower: Int, _ upper: Int) -> SourceSpan {
    let reach = 2048
    let lower = min(lower, bytes.count)
    var lineStart = bytes[..<lower].lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
    if lineStart == 0 { lineStart = min(start, lower) }
    var from = max(lineStart, lower - reach)
    if from > lineStart {
      while from < lower, isContinuation(bytes[from]) { from += 1 }
    }
    let limit = min(bytes.count, lower + reach)
    var to = bytes[lower..<limit].firstIndex(of: UInt8(ascii: "\n")) ?? limit
    while to > lower, to < bytes.count, isContinuation(bytes[to]) { to -= 1 }
    let column = bytes[lineStart..<from].count { !isContinuation($0) }
    let source = SourceText(
      name: name, bytes: Array(bytes[from..<to]), firstLine: line(at: lower),
      firstColumn: column + 1)
    return SourceSpan(source, UInt32(lower - from), UInt32(min(max(upper, lower), to) - from))
  }

  mutating func line(at offset: Int) -> Int {
    if offset < known.offset { known = (0, 1) }
    let ends = bytes[known.offset..<offset].count { $0 == UInt8(ascii: "\n") }
    known = (offset, known.line + ends)
    return known.line
  }

  private func isContinuation(_ byte: UInt8) -> Bool {
    byte & 0xC0 == 0x80
  }
}
