import Diagnostics

/// How far a text reaches that somebody wrote without quotes, whatever YAML makes of it.
struct UnquotedText {
  /// Behind the last byte that is not space.
  var end: Int
  /// Whether each bracket and quote in it has its partner.
  var isClosed: Bool
}

extension YAMLText {
  /// The text from `start` on, up to a comment or the end of the line.
  ///
  /// - Parameter flow: whether the text also ends at a comma or a closing bracket that its own
  ///   brackets do not enclose.
  func unquotedText(from start: Int, to limit: Int? = nil, flow: Bool) -> UnquotedText {
    let bytes = source.bytes
    let limit = min(limit ?? bytes.count, start + Self.reach, bytes.count)
    var open: [UInt8] = []
    var hasOpenQuote = false
    var end = start
    var offset = start
    scan: while offset < limit, !isBreak(at: offset) {
      let byte = bytes[offset]
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "'"):
        // An apostrophe within a word is no quote.
        guard offset == start || !isWord(at: offset - 1) && bytes[offset - 1] < 0x80 else { break }
        if let close = closingQuote(of: offset, before: limit) {
          offset = close
        } else {
          hasOpenQuote = true
        }
      case UInt8(ascii: "#"):
        if offset > start, isBlank(at: offset - 1) { break scan }
      case UInt8(ascii: "("): open.append(UInt8(ascii: ")"))
      case UInt8(ascii: "["): open.append(UInt8(ascii: "]"))
      case UInt8(ascii: "{"): open.append(UInt8(ascii: "}"))
      case UInt8(ascii: ")"), UInt8(ascii: "]"), UInt8(ascii: "}"):
        if open.last == byte {
          open.removeLast()
        } else if flow, byte != UInt8(ascii: ")"), !open.contains(byte) {
          break scan
        }
      case UInt8(ascii: ","):
        if flow, open.isEmpty { break scan }
      default: break
      }
      offset += 1
      if !isBlank(at: offset - 1) { end = offset }
    }
    return UnquotedText(end: end, isClosed: open.isEmpty && !hasOpenQuote)
  }

  /// The longest text that is looked at, so that a long line is read once and not once per value.
  static let reach = 4096

  private func closingQuote(of start: Int, before limit: Int) -> Int? {
    let bytes = source.bytes
    var offset = start + 1
    while offset < limit, !isBreak(at: offset) {
      if bytes[offset] == UInt8(ascii: "\\") {
        offset += 1
      } else if bytes[offset] == bytes[start] {
        return offset
      }
      offset += 1
    }
    return nil
  }

  func lineEnd(from start: Int) -> Int {
    var offset = start
    while offset < source.bytes.count, !isBreak(at: offset) { offset += 1 }
    return offset
  }

  func lineStart(of place: Int) -> Int {
    var offset = min(place, source.bytes.count)
    while offset > start, !isBreak(at: offset - 1) { offset -= 1 }
    return offset
  }

  /// The offset of the first byte on the line that is not space.
  func contentStart(ofLineWith place: Int) -> Int {
    skipBlanks(from: lineStart(of: place))
  }

  func skipBlanks(from start: Int) -> Int {
    var offset = start
    while offset < source.bytes.count, isBlank(at: offset) { offset += 1 }
    return offset
  }

  func isOnOneLine(_ span: SourceSpan) -> Bool {
    !source.bytes[Int(span.lower)..<Int(span.upper)].contains {
      $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r")
    }
  }

  /// The value that a place on a line belongs to, as its author sees it: what stands behind
  /// the key, in its flow collection if it is in one.
  ///
  /// - Parameter inFlow: whether the line begins within a flow collection.
  func value(around place: Int, inFlow: Bool) -> SourceSpan? {
    var offset = contentStart(ofLineWith: place)
    while byte(at: offset) == UInt8(ascii: "-"), offset + 1 < source.bytes.count,
      isBlank(at: offset + 1)
    {
      offset = skipBlanks(from: offset + 1)
    }
    var flow = inFlow
    while offset <= place {
      let text = unquotedText(from: offset, flow: flow)
      if flow, text.end <= place {
        let comma = skipBlanks(from: text.end)
        guard byte(at: comma) == UInt8(ascii: ",") else { return nil }
        offset = skipBlanks(from: comma + 1)
        continue
      }
      if let colon = keyMark(from: offset, before: place) { offset = skipBlanks(from: colon + 1) }
      let first = byte(at: offset)
      guard first == UInt8(ascii: "{") || first == UInt8(ascii: "["), offset < place else {
        return offset <= place && offset < text.end
          ? SourceSpan(source, offset, text.end) : nil
      }
      offset = skipBlanks(from: offset + 1)
      flow = true
    }
    return nil
  }

  /// The colon behind the key that starts here, if there is one before the limit.
  private func keyMark(from start: Int, before limit: Int) -> Int? {
    var offset = start
    let first = byte(at: start)
    if first == UInt8(ascii: "\"") || first == UInt8(ascii: "'") {
      guard let close = closingQuote(of: start, before: source.bytes.count) else { return nil }
      offset = close + 1
    }
    while offset < min(limit, source.bytes.count), !isBreak(at: offset) {
      switch byte(at: offset) {
      case UInt8(ascii: ":"):
        if offset + 1 == source.bytes.count || isBlankOrBreak(at: offset + 1) { return offset }
      case UInt8(ascii: ","), UInt8(ascii: "{"), UInt8(ascii: "["): return nil
      default: break
      }
      offset += 1
    }
    return nil
  }

  /// Whether the text between two offsets ends in an operator, as a cut expression does.
  func endsInOperator(_ span: SourceSpan) -> Bool {
    let bytes = source.bytes[Int(span.lower)..<Int(span.upper)]
    guard let last = bytes.last, "&|=<>+*".utf8.contains(last) else { return false }
    let start = bytes.lastIndex { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
    let word = bytes[(start.map { $0 + 1 } ?? bytes.startIndex)...]
    return Self.operators.contains { word.elementsEqual($0.utf8) }
  }

  private static let operators = ["&&", "||", "==", "!=", "<=", ">=", "<", ">", "+", "*", "="]
}

/// The text between quotes, so that YAML reads it as it is.
func quoted(_ text: String) -> String {
  if text.contains("\"") || text.contains("\\") {
    return "'"
      + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''")
      + "'"
  }
  return "\"" + text + "\""
}
