package import Diagnostics

/// Reads JSON text (RFC 8259, nothing more) token by token.
///
/// It holds the state alone; the bytes are passed to each step. Nesting takes a bit of memory
/// and no recursion. One byte order mark at the start of the text is skipped, if it may be there. Whether a key
/// may come twice is for the caller to say.
package struct JSONScanner: Sendable {
  package enum Kind: Sendable {
    case beginObject, endObject, beginArray, endArray
    case key, string, number, `true`, `false`, null
    /// After the one value of the text.
    case end
  }

  /// A token and where it stands; strings and keys with their quotes.
  package struct Token: Sendable {
    package var kind: Kind
    package var lower: Int
    package var upper: Int
    package var hasEscapes = false
  }

  private enum Expectation {
    case value, firstElement, firstKey, nextKey, separator, end
  }

  private var at: Int
  private var upper: Int
  private var expectation = Expectation.value
  /// For each open container whether it is an object.
  private var open: [Bool] = []
  private let depthLimit: Int
  private let allowsMark: Bool

  /// A scanner of the bytes from `lower` up to `upper`.
  ///
  /// - Parameter allowsMark: whether the bytes may begin with a byte order mark.
  package init(
    from lower: Int = 0, to upper: Int, depthLimit: Int = 512, allowsMark: Bool = true
  ) {
    at = lower
    self.upper = upper
    self.depthLimit = depthLimit
    self.allowsMark = allowsMark
  }

  /// Starts again with another stretch of text.
  package mutating func restart(from lower: Int, to upper: Int) {
    at = lower
    self.upper = upper
    expectation = .value
    open.removeAll(keepingCapacity: true)
  }

  /// How many containers are open.
  package var depth: Int { open.count }

  /// The next token. After an error the scanner is of no more use.
  package mutating func next(_ bytes: Span<UInt8>) throws(JSONSyntaxError) -> Token {
    if at == 0, allowsMark, upper >= 3, bytes[0] == 0xEF, bytes[1] == 0xBB, bytes[2] == 0xBF {
      at = 3
    }
    skipSpace(bytes)
    switch expectation {
    case .end:
      guard at == upper else { throw unexpected(bytes, "after the end of the value") }
      return Token(kind: .end, lower: at, upper: at)
    case .separator:
      return try separated(bytes)
    case .value:
      return try value(bytes)
    case .firstElement:
      if at < upper, bytes[at] == UInt8(ascii: "]") { return close(.endArray) }
      return try value(bytes)
    case .firstKey:
      if at < upper, bytes[at] == UInt8(ascii: "}") { return close(.endObject) }
      return try key(bytes)
    case .nextKey:
      return try key(bytes)
    }
  }

  private mutating func skipSpace(_ bytes: Span<UInt8>) {
    while at < upper {
      switch bytes[at] {
      case UInt8(ascii: " "), UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: "\t"): at += 1
      default: return
      }
    }
  }

  private mutating func separated(_ bytes: Span<UInt8>) throws(JSONSyntaxError) -> Token {
    let isObject = open[open.count - 1]
    let byte = at < upper ? bytes[at] : 0
    if byte == UInt8(ascii: isObject ? "}" : "]") {
      return close(isObject ? .endObject : .endArray)
    }
    guard byte == UInt8(ascii: ",") else {
      throw unexpected(bytes, "where `,` or `\(isObject ? "}" : "]")` belongs")
    }
    let comma = at
    at += 1
    skipSpace(bytes)
    if at < upper, bytes[at] == UInt8(ascii: isObject ? "}" : "]") {
      throw JSONSyntaxError("a comma after the last \(isObject ? "member" : "element")", comma)
    }
    return isObject ? try key(bytes) : try value(bytes)
  }

  private mutating func close(_ kind: Kind) -> Token {
    open.removeLast()
    at += 1
    expectation = open.isEmpty ? .end : .separator
    return Token(kind: kind, lower: at - 1, upper: at)
  }

  private mutating func key(_ bytes: Span<UInt8>) throws(JSONSyntaxError) -> Token {
    guard at < upper, bytes[at] == UInt8(ascii: "\"") else {
      throw unexpected(bytes, "where a key in double quotes belongs")
    }
    let token = try string(bytes, .key)
    skipSpace(bytes)
    guard at < upper, bytes[at] == UInt8(ascii: ":") else {
      throw unexpected(bytes, "where `:` belongs")
    }
    at += 1
    expectation = .value
    return token
  }

  private mutating func value(_ bytes: Span<UInt8>) throws(JSONSyntaxError) -> Token {
    guard at < upper else { throw unexpected(bytes, "where a value belongs") }
    let start = at
    switch bytes[at] {
    case UInt8(ascii: "{"), UInt8(ascii: "["):
      let isObject = bytes[at] == UInt8(ascii: "{")
      guard open.count < depthLimit else {
        throw JSONSyntaxError("more than \(depthLimit) levels of nesting", at, isTooDeep: true)
      }
      open.append(isObject)
      at += 1
      expectation = isObject ? .firstKey : .firstElement
      return Token(kind: isObject ? .beginObject : .beginArray, lower: start, upper: at)
    case UInt8(ascii: "\""):
      let token = try string(bytes, .string)
      expectation = open.isEmpty ? .end : .separator
      return token
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
      try number(bytes)
      expectation = open.isEmpty ? .end : .separator
      return Token(kind: .number, lower: start, upper: at)
    default:
      while at < upper, isWordByte(bytes[at]) { at += 1 }
      let kind: Kind
      switch at - start {
      case 4 where matches("true", bytes, start): kind = .true
      case 4 where matches("null", bytes, start): kind = .null
      case 5 where matches("false", bytes, start): kind = .false
      default:
        let end = at
        at = start
        throw unexpected(bytes, "where a value belongs", upTo: end)
      }
      expectation = open.isEmpty ? .end : .separator
      return Token(kind: kind, lower: start, upper: at)
    }
  }

  private func isWordByte(_ byte: UInt8) -> Bool {
    byte &- UInt8(ascii: "0") < 10 || (byte | 0x20) &- UInt8(ascii: "a") < 26
  }

  private func matches(_ word: StaticString, _ bytes: Span<UInt8>, _ start: Int) -> Bool {
    word.withUTF8Buffer { letters in
      letters.indices.allSatisfy { bytes[start + $0] == letters[$0] }
    }
  }

  private mutating func number(_ bytes: Span<UInt8>) throws(JSONSyntaxError) {
    let start = at
    if bytes[at] == UInt8(ascii: "-") { at += 1 }
    let wholeStart = at
    guard digits(bytes) > 0 else { throw JSONSyntaxError("no digit after `-`", start, at) }
    if bytes[wholeStart] == UInt8(ascii: "0"), at > wholeStart + 1 {
      throw JSONSyntaxError("a number with a zero in front", start, at)
    }
    if at < upper, bytes[at] == UInt8(ascii: ".") {
      at += 1
      guard digits(bytes) > 0 else {
        throw JSONSyntaxError("no digit after the decimal point", start, at)
      }
    }
    if at < upper, bytes[at] | 0x20 == UInt8(ascii: "e") {
      at += 1
      if at < upper, bytes[at] == UInt8(ascii: "-") || bytes[at] == UInt8(ascii: "+") { at += 1 }
      guard digits(bytes) > 0 else {
        throw JSONSyntaxError("no digit in the exponent", start, at)
      }
    }
  }

  private mutating func digits(_ bytes: Span<UInt8>) -> Int {
    let start = at
    while at < upper, bytes[at] &- UInt8(ascii: "0") < 10 { at += 1 }
    return at - start
  }

  private mutating func string(
    _ bytes: Span<UInt8>, _ kind: Kind
  ) throws(JSONSyntaxError) -> Token {
    let start = at
    var hasEscapes = false
    at += 1
    while at < upper {
      let byte = bytes[at]
      switch byte {
      case UInt8(ascii: "\""):
        at += 1
        return Token(kind: kind, lower: start, upper: at, hasEscapes: hasEscapes)
      case UInt8(ascii: "\\"):
        hasEscapes = true
        guard let (_, length) = try Self.escape(bytes, at, upper) else {
          throw JSONSyntaxError("a string without its closing quote", start, at)
        }
        at += length
      case 0..<0x20:
        let hint = byte == 0x0A || byte == 0x0D ? "a line end" : "a control character"
        throw JSONSyntaxError("\(hint) inside a string, where an escape belongs", at)
      case 0x20..<0x80:
        at += 1
      default:
        guard let length = UTF8Check.scalarLength(bytes, at: at, to: upper) else {
          throw JSONSyntaxError("a byte that is not UTF-8", at)
        }
        at += length
      }
    }
    throw JSONSyntaxError("a string without its closing quote", start, at)
  }

  /// The scalar that the escape at an offset stands for, and how long the escape is;
  /// nil where the text ends within it.
  private static func escape(
    _ bytes: Span<UInt8>, _ at: Int, _ upper: Int
  ) throws(JSONSyntaxError) -> (Unicode.Scalar, length: Int)? {
    guard at + 1 < upper else { return nil }
    let scalar: Unicode.Scalar
    switch bytes[at + 1] {
    case UInt8(ascii: "\""): scalar = "\""
    case UInt8(ascii: "\\"): scalar = "\\"
    case UInt8(ascii: "/"): scalar = "/"
    case UInt8(ascii: "b"): scalar = "\u{8}"
    case UInt8(ascii: "f"): scalar = "\u{C}"
    case UInt8(ascii: "n"): scalar = "\n"
    case UInt8(ascii: "r"): scalar = "\r"
    case UInt8(ascii: "t"): scalar = "\t"
    case UInt8(ascii: "u"):
      let unit = try codeUnit(bytes, at, upper)
      if let scalar = Unicode.Scalar(unit) { return (scalar, 6) }
      guard unit < 0xDC00, at + 7 < upper, bytes[at + 6] == UInt8(ascii: "\\"),
        bytes[at + 7] == UInt8(ascii: "u")
      else { throw JSONSyntaxError("half a surrogate pair", at, at + 6) }
      let low = try codeUnit(bytes, at + 6, upper)
      guard 0xDC00...0xDFFF ~= low else {
        throw JSONSyntaxError("half a surrogate pair", at, at + 6)
      }
      return (Unicode.Scalar(0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00))!, 12)
    default:
      throw JSONSyntaxError("an escape that JSON does not have", at, at + 2)
    }
    return (scalar, 2)
  }

  private static func codeUnit(
    _ bytes: Span<UInt8>, _ at: Int, _ upper: Int
  ) throws(JSONSyntaxError) -> UInt32 {
    var unit: UInt32 = 0
    for index in at + 2..<at + 6 {
      guard index < upper, let digit = hexDigit(bytes[index]) else {
        throw JSONSyntaxError("fewer than four hexadecimal digits after `\\u`", at, index)
      }
      unit = unit << 4 | digit
    }
    return unit
  }

  private static func hexDigit(_ byte: UInt8) -> UInt32? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte - UInt8(ascii: "0"))
    case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt32(byte - UInt8(ascii: "a") + 10)
    case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt32(byte - UInt8(ascii: "A") + 10)
    default: nil
    }
  }

  private func unexpected(
    _ bytes: Span<UInt8>, _ place: String, upTo end: Int? = nil
  ) -> JSONSyntaxError {
    guard at < upper else { return JSONSyntaxError("the text ends \(place)", at) }
    let end =
      if let end, end > at { end } else {
        UTF8Check.scalarLength(bytes, at: at, to: upper).map { at + $0 }
      }
    guard let end else { return JSONSyntaxError("a byte that is not UTF-8", at) }
    var found: [UInt8] = []
    for index in at..<end { found.append(bytes[index]) }
    return JSONSyntaxError("\(quoted(found[...])) \(place)", at, end)
  }
}

extension JSONScanner {
  /// Appends the text of a string or key, escapes resolved.
  package static func decode(
    _ token: Token, _ bytes: Span<UInt8>, into decoded: inout [UInt8]
  ) {
    decode(token, bytes, append: { decoded.append($0) }, run: { _, _ in })
  }

  /// Hands on the bytes of the text of a string or key, escapes resolved.
  static func decode(_ token: Token, _ bytes: Span<UInt8>, append: (UInt8) -> Void) {
    decode(token, bytes, append: append, run: { _, _ in })
  }

  /// The text of a string or key, and where each byte of it stands in the source.
  package static func decode(
    _ token: Token, in source: SourceText
  ) -> (text: String, map: ScalarMap) {
    var decoded: [UInt8] = []
    var map = ScalarMap(source)
    let bytes = source.bytes
    decode(token, bytes.span) {
      decoded.append($0)
    } run: { decoded, written in
      map.add(decoded: UInt32(decoded), written: UInt32(written))
    }
    return (String(decoding: decoded, as: UTF8.self), map)
  }

  private static func decode(
    _ token: Token, _ bytes: Span<UInt8>, append: (UInt8) -> Void, run: (Int, Int) -> Void
  ) {
    var count = 0
    let upper = token.upper - 1
    var at = token.lower + 1
    run(0, at)
    while at < upper {
      // The scanner has been through this text, so every escape is whole.
      guard bytes[at] == UInt8(ascii: "\\"),
        case (let scalar, let length)?? = try? escape(bytes, at, upper)
      else {
        append(bytes[at])
        count += 1
        at += 1
        continue
      }
      if at > token.lower + 1 { run(count, at) }
      for byte in UTF8.encode(scalar)! {
        append(byte)
        count += 1
      }
      at += length
      run(count, at)
    }
  }
}

/// What is wrong with a JSON text, and where.
package struct JSONSyntaxError: Error {
  package var message: String
  package var lower: Int
  package var upper: Int
  /// Whether the text may well be JSON and only nests beyond the limit.
  package var isTooDeep: Bool

  package init(_ message: String, _ lower: Int, _ upper: Int? = nil, isTooDeep: Bool = false) {
    self.message = message
    self.lower = lower
    self.upper = max(upper ?? lower + 1, lower)
    self.isTooDeep = isTooDeep
  }
}

extension DiagnosticCode {
  package static let jsonSyntax = DiagnosticCode(
    "json-syntax", .error, "The text is not JSON.")
}
