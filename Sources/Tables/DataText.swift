internal import Diagnostics

/// A data file or some whole lines of it, and the excerpts that diagnostics show.
struct DataText {
  let name: String
  let bytes: [UInt8]
  /// Where the text begins: after the byte order mark, if there is one.
  let start: Int
  /// Places whose line is known. Diagnostics come in order, and so do the earlier rows that they
  /// point back to, so with one place for each the text is gone through about twice.
  private var known: (Place, Place)

  private let firstLine: Int

  private struct Place {
    var offset: Int
    var line: Int
    var column = 1
  }

  init(name: String, bytes: [UInt8]) {
    self.name = name
    self.bytes = bytes
    firstLine = 1
    start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    known = (Place(offset: start, line: firstLine), Place(offset: start, line: firstLine))
  }

  /// Some whole lines, the first of which has a number.
  init(name: String, lines: [UInt8], firstLine: Int) {
    self.name = name
    bytes = lines
    self.firstLine = firstLine
    start = 0
    known = (Place(offset: 0, line: firstLine), Place(offset: 0, line: firstLine))
  }

  mutating func label(_ lower: Int, _ upper: Int, _ text: String = "") -> Label {
    Label(span: span(lower, upper), text: text)
  }

  /// A span in an excerpt: the line that holds `lower`, cut to a few KiB around it.
  mutating func span(_ lower: Int, _ upper: Int) -> SourceSpan {
    let reach = 2048
    let lower = min(max(lower, start), bytes.count)
    let newline = UInt8(ascii: "\n")
    var from = max(start, lower - reach)
    if let lineEnd = bytes[from..<lower].lastIndex(of: newline) {
      from = lineEnd + 1
    } else {
      while from < lower, isContinuation(bytes[from]) { from += 1 }
    }
    let limit = min(bytes.count, lower + reach)
    var to = bytes[lower..<limit].firstIndex(of: newline) ?? limit
    while to > lower, to < bytes.count, isContinuation(bytes[to]) { to -= 1 }
    let place = place(at: from)
    let source = SourceText(
      name: name, bytes: Array(bytes[from..<to]), firstLine: place.line, firstColumn: place.column)
    return SourceSpan(source, UInt32(lower - from), UInt32(min(max(upper, lower), to) - from))
  }

  private mutating func place(at offset: Int) -> Place {
    // Invariant: the first of the two lies before the second.
    if offset >= known.1.offset {
      known.1 = moved(known.1, to: offset)
      return known.1
    }
    let from = offset >= known.0.offset ? known.0 : Place(offset: start, line: firstLine)
    known.0 = moved(from, to: offset)
    return known.0
  }

  private func moved(_ place: Place, to offset: Int) -> Place {
    var place = place
    for byte in bytes[place.offset..<offset] {
      if byte == UInt8(ascii: "\n") {
        place.line += 1
        place.column = 1
      } else if !isContinuation(byte) {
        place.column += 1
      }
    }
    place.offset = offset
    return place
  }

  private func isContinuation(_ byte: UInt8) -> Bool {
    byte & 0xC0 == 0x80
  }
}
