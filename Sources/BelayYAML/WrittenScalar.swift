package import Diagnostics

/// The text of a scalar decoded once more from what is written, so that each byte has its place.
///
/// libyaml hands over the decoded text alone. This follows libyaml's rules between the marks
/// that libyaml gave, and whoever uses it compares the two texts.
package struct WrittenScalar {
  package private(set) var bytes: [UInt8] = []
  package private(set) var map: ScalarMap
  private let text: YAMLText
  private let end: Int
  private var offset: Int

  private init(_ text: YAMLText, _ span: SourceSpan) {
    self.text = text
    map = ScalarMap(text.source)
    offset = Int(span.lower)
    end = Int(span.upper)
  }

  /// Where each byte of a decoded text stands in its written form, or nil where the two disagree.
  package static func map(
    _ decoded: String, _ style: YAMLEvent.ScalarStyle, in text: YAMLText, at span: SourceSpan
  ) -> ScalarMap? {
    var decoded = decoded
    return decoded.withUTF8 { decoded in
      if style == .plain, span.upper - span.lower == decoded.count,
        text.isWritten(decoded, at: span.lower)
      {
        return ScalarMap(text.source, startingAt: span.lower)
      }
      let inside = span.lower + 1
      if style == .singleQuoted || style == .doubleQuoted,
        Int(span.upper) - Int(span.lower) == decoded.count + 2,
        text.isWritten(decoded, at: inside)
      {
        return ScalarMap(text.source, startingAt: inside)
      }
      if style == .literal || style == .folded {
        for indent in explicitIndents(decoded, text, span) {
          var scalar = WrittenScalar(text, span)
          scalar.readBlock(folded: style == .folded, indent: indent)
          if scalar.bytes.isSame(as: decoded) { return scalar.map }
        }
        return nil
      }
      var scalar = WrittenScalar(text, span)
      scalar.readFlow(style)
      return scalar.bytes.isSame(as: decoded) ? scalar.map : nil
    }
  }

  /// Every byte at the scalar's start: for a text whose written form is not understood.
  package static func coarseMap(_ decoded: String, at span: SourceSpan) -> ScalarMap {
    var map = ScalarMap(span.source)
    for index in 0..<UInt32(decoded.utf8.count) { map.add(decoded: index, written: span.lower) }
    map.add(decoded: UInt32(decoded.utf8.count), written: span.upper)
    return map
  }

  // MARK: What is read

  private func byte(_ ahead: Int = 0) -> UInt8 {
    offset + ahead < end ? text.source.bytes[offset + ahead] : 0
  }

  private var isBlank: Bool { offset < end && text.isBlank(at: offset) }
  private var breakWidth: Int { offset < end ? min(text.breakWidth(at: offset), end - offset) : 0 }

  private mutating func add(_ more: some Collection<UInt8>, writtenAt place: Int) {
    map.add(decoded: UInt32(bytes.count), written: UInt32(place))
    bytes += more
  }

  /// Adds bytes that an escape stands for; each has the escape's place.
  private mutating func add(escaped more: some Collection<UInt8>, at place: Int) {
    for byte in more { add([byte], writtenAt: place) }
  }

  private mutating func copy(_ range: Range<Int>) {
    guard !range.isEmpty else { return }
    add(text.source.bytes[range], writtenAt: range.lowerBound)
  }

  /// What a line end means in the text: U+2028 and U+2029 stay, the others are `\n`.
  private func lineEnd(at place: Int) -> ArraySlice<UInt8> {
    text.breakWidth(at: place) == 3 ? text.source.bytes[place..<(place + 3)] : [UInt8(ascii: "\n")]
  }

  private mutating func addLineEnds(_ places: [Int]) {
    for place in places { add(lineEnd(at: place), writtenAt: place) }
  }

  /// The end of the decoded text stands where the written one ends.
  private mutating func finish(at place: Int) {
    map.add(decoded: UInt32(bytes.count), written: UInt32(place))
  }

  // MARK: Plain and quoted

  private mutating func readFlow(_ style: YAMLEvent.ScalarStyle) {
    let quote: UInt8? =
      switch style {
      case .singleQuoted: UInt8(ascii: "'")
      case .doubleQuoted: UInt8(ascii: "\"")
      default: nil
      }
    if quote != nil { offset += 1 }
    while offset < end, quote == nil || byte() != quote || isDoubledQuote(style) {
      if isBlank || breakWidth > 0 {
        readSpace(escapedBreak: false)
      } else if style == .singleQuoted, isDoubledQuote(style) {
        add([UInt8(ascii: "'")], writtenAt: offset)
        offset += 2
      } else if style == .doubleQuoted, byte() == UInt8(ascii: "\\") {
        readEscape()
      } else {
        let start = offset
        repeat { offset += 1 } while offset < end && text.source.bytes[offset] & 0xC0 == 0x80
        copy(start..<offset)
      }
    }
    finish(at: offset)
  }

  private func isDoubledQuote(_ style: YAMLEvent.ScalarStyle) -> Bool {
    style == .singleQuoted && byte() == UInt8(ascii: "'") && byte(1) == UInt8(ascii: "'")
  }

  /// Space within a line stays; a line end folds into a space, further ones are kept.
  private mutating func readSpace(escapedBreak: Bool) {
    let start = offset
    var spaceEnd = offset
    var breaks: [Int] = []
    while offset < end {
      if isBlank {
        offset += 1
        if breaks.isEmpty { spaceEnd = offset }
      } else if breakWidth > 0 {
        breaks.append(offset)
        offset += breakWidth
      } else {
        break
      }
    }
    if escapedBreak {
      addLineEnds(breaks)
    } else if let first = breaks.first {
      if text.breakWidth(at: first) == 3 {
        addLineEnds(breaks)
      } else if breaks.count == 1 {
        add([UInt8(ascii: " ")], writtenAt: start)
      } else {
        addLineEnds(Array(breaks.dropFirst()))
      }
    } else {
      copy(start..<spaceEnd)
    }
  }

  private mutating func readEscape() {
    let start = offset
    offset += 1
    if breakWidth > 0 {
      offset += breakWidth
      readSpace(escapedBreak: true)
      return
    }
    let letter = byte()
    offset += 1
    let digits: Int
    switch letter {
    case UInt8(ascii: "x"): digits = 2
    case UInt8(ascii: "u"): digits = 4
    case UInt8(ascii: "U"): digits = 8
    default:
      add(escaped: Self.escapes[letter] ?? [letter], at: start)
      return
    }
    var scalar: UInt32 = 0
    for _ in 0..<digits {
      scalar = scalar << 4 | UInt32(Character(Unicode.Scalar(byte())).hexDigitValue ?? 0)
      offset += 1
    }
    if let scalar = Unicode.Scalar(scalar) { add(escaped: UTF8.encode(scalar)!, at: start) }
  }

  private static let escapes: [UInt8: [UInt8]] = [
    UInt8(ascii: "0"): [0x00], UInt8(ascii: "a"): [0x07], UInt8(ascii: "b"): [0x08],
    UInt8(ascii: "t"): [0x09], UInt8(ascii: "n"): [0x0A], UInt8(ascii: "v"): [0x0B],
    UInt8(ascii: "f"): [0x0C], UInt8(ascii: "r"): [0x0D], UInt8(ascii: "e"): [0x1B],
    UInt8(ascii: "N"): [0xC2, 0x85], UInt8(ascii: "_"): [0xC2, 0xA0],
    UInt8(ascii: "L"): [0xE2, 0x80, 0xA8], UInt8(ascii: "P"): [0xE2, 0x80, 0xA9],
  ]

  // MARK: Block scalars

  /// The indentations to try: one that is found in the text (0), unless the header gives one.
  ///
  /// The header counts from the parent's indentation, which the marks do not tell; the first line
  /// with something on it does, by how much of its space libyaml kept.
  private static func explicitIndents(
    _ decoded: UnsafeBufferPointer<UInt8>, _ text: YAMLText, _ span: SourceSpan
  ) -> [Int] {
    let bytes = text.source.bytes
    let header = bytes[Int(span.lower)..<Int(span.upper)].prefix(3).dropFirst()
    guard
      header.prefix(while: {
        isIndicator($0) || $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "-")
      }).contains(where: isIndicator)
    else { return [0] }
    let space = UInt8(ascii: " ")
    func isSpace(_ byte: UInt8) -> Bool {
      byte == space || byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r")
    }
    // A folded or literal text keeps the order of its characters: the first of them is on
    // the first line that has one.
    var offset = Int(span.lower)
    while offset < Int(span.upper), !text.isBreak(at: offset) { offset += 1 }
    guard let kept = decoded.firstIndex(where: { !isSpace($0) }),
      let first = bytes[offset..<Int(span.upper)].firstIndex(where: { !isSpace($0) })
    else { return Array(1...64) }
    func column(_ place: Int, _ byteAt: (Int) -> UInt8) -> Int {
      var start = place
      while start > 0, byteAt(start - 1) == space { start -= 1 }
      return place - start
    }
    return [column(first) { bytes[$0] } - column(kept) { decoded[$0] }]
  }

  /// Whether a byte in a header gives the indentation.
  private static func isIndicator(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "1")...UInt8(ascii: "9")).contains(byte)
  }

  /// - Parameter indent: the content's indentation, or 0 to find it as YAML does.
  private mutating func readBlock(folded: Bool, indent: Int) {
    var indent = indent
    var chomping: UInt8 = 0
    // Two indicators at most stand behind the first: the rest of the line is space and a comment.
    for _ in 0..<2 {
      offset += 1
      if byte() == UInt8(ascii: "+") || byte() == UInt8(ascii: "-") {
        chomping = byte()
      } else if !Self.isIndicator(byte()) {
        break
      }
    }
    while offset < end, breakWidth == 0 { offset += 1 }
    offset += breakWidth
    var leading: [Int] = []
    var leadingBlank = false
    var trailing: [Int] = []
    var contentEnd = offset
    var column = readBreaks(&indent, &trailing)
    while column == indent, offset < end {
      let startsBlank = isBlank
      if folded, let first = leading.first, text.breakWidth(at: first) != 3, !leadingBlank,
        !startsBlank
      {
        if trailing.isEmpty { add([UInt8(ascii: " ")], writtenAt: first) }
      } else {
        addLineEnds(leading)
      }
      addLineEnds(trailing)
      trailing = []
      leadingBlank = startsBlank
      let start = offset
      offset = text.nextBreak(from: offset, to: end)
      copy(start..<offset)
      contentEnd = offset
      leading = []
      if breakWidth > 0 {
        leading = [offset]
        offset += breakWidth
      }
      column = readBreaks(&indent, &trailing)
    }
    if chomping != UInt8(ascii: "-"), let last = leading.first {
      addLineEnds(leading)
      contentEnd = last + text.breakWidth(at: last)
    }
    if chomping == UInt8(ascii: "+"), let last = trailing.last {
      addLineEnds(trailing)
      contentEnd = last + text.breakWidth(at: last)
    }
    finish(at: contentEnd)
  }

  /// Reads empty lines and the indentation of the next one; the column that it comes to.
  private mutating func readBreaks(_ indent: inout Int, _ breaks: inout [Int]) -> Int {
    var widest = 0
    var column = 0
    while true {
      column = 0
      while offset < end, byte() == UInt8(ascii: " "), indent == 0 || column < indent {
        offset += 1
        column += 1
      }
      widest = max(widest, column)
      guard breakWidth > 0 else { break }
      breaks.append(offset)
      offset += breakWidth
    }
    if indent == 0 { indent = max(widest, 1) }
    return column
  }
}

extension [UInt8] {
  fileprivate func isSame(as other: UnsafeBufferPointer<UInt8>) -> Bool {
    withUnsafeBufferPointer { BelayYAML.isSame($0, other) }
  }
}

extension YAMLText {
  /// Whether these bytes stand here.
  fileprivate func isWritten(_ decoded: UnsafeBufferPointer<UInt8>, at lower: UInt32) -> Bool {
    source.bytes.withUnsafeBufferPointer {
      isSame(UnsafeBufferPointer(rebasing: $0[Int(lower)..<(Int(lower) + decoded.count)]), decoded)
    }
  }
}

/// Looks at all bytes: a loop without a way out takes many at once, and most texts are the same.
private func isSame(_ a: UnsafeBufferPointer<UInt8>, _ b: UnsafeBufferPointer<UInt8>) -> Bool {
  guard a.count == b.count else { return false }
  var difference: UInt8 = 0
  for index in a.indices { difference |= a[index] ^ b[index] }
  return difference == 0
}
