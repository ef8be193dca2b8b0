internal import Diagnostics

/// Cuts an expression into tokens that know their place in the file.
///
/// What it can mend (`=` for `==`, `&` for `&&`) it reports and goes on with.
struct Lexer {
  private let bytes: [UInt8]
  private let map: ScalarMap
  private var position = 0
  private(set) var diagnostics: [Diagnostic] = []

  init(_ text: [UInt8], map: ScalarMap) {
    bytes = text
    self.map = map
  }

  mutating func next() -> Token {
    skipBlanks()
    let start = position
    let kind = scan()
    return Token(kind: kind, range: range(start, position))
  }

  /// A token's end in the file is behind its last byte: what follows may stand on another line.
  func range(_ lower: Int, _ upper: Int) -> TextRange {
    let fileLower = map.written(UInt32(lower))
    guard upper > lower else {
      return TextRange(
        lower: UInt32(lower), upper: UInt32(lower), fileLower: fileLower, fileUpper: fileLower)
    }
    let last = map.written(UInt32(upper - 1)) + 1
    let next = map.written(UInt32(upper))
    let file = map.source.bytes
    let isEscape =
      next > last && Int(next) <= file.count
      && !file[Int(last)..<Int(next)].contains(UInt8(ascii: "\n"))
    return TextRange(
      lower: UInt32(lower), upper: UInt32(upper), fileLower: fileLower,
      fileUpper: isEscape ? next : last)
  }

  private func span(_ lower: Int, _ upper: Int) -> SourceSpan {
    let range = range(lower, upper)
    return SourceSpan(map.source, range.fileLower, range.fileUpper)
  }

  private func byte(_ ahead: Int = 0) -> UInt8 {
    position + ahead < bytes.count ? bytes[position + ahead] : 0
  }

  private mutating func skipBlanks() {
    while position < bytes.count {
      switch bytes[position] {
      case 0x20, 0x09, 0x0A, 0x0C, 0x0D: position += 1
      case UInt8(ascii: "/") where byte(1) == UInt8(ascii: "/"):
        while position < bytes.count, bytes[position] != 0x0A { position += 1 }
      default: return
      }
    }
  }

  private mutating func scan() -> Token.Kind {
    guard position < bytes.count else { return .end }
    let first = byte()
    switch first {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "_"):
      if let literal = prefixedString() { return literal }
      return .name(word())
    case UInt8(ascii: "0")...UInt8(ascii: "9"): return number()
    case UInt8(ascii: ".") where isDigit(byte(1)): return number()
    case UInt8(ascii: "\""), UInt8(ascii: "'"): return string(raw: false, isBytes: false)
    case UInt8(ascii: "`"): return quotedName()
    default: return symbol()
    }
  }

  private mutating func word() -> String {
    let start = position
    while isWordByte(byte()) { position += 1 }
    return String(decoding: bytes[start..<position], as: UTF8.self)
  }

  private func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

  private func isWordByte(_ byte: UInt8) -> Bool {
    isDigit(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || byte == 0x5F
  }

  // MARK: Symbols

  private static let beginsLonger = Array("=!<>&|".utf8)

  private mutating func symbol() -> Token.Kind {
    let start = position
    func isAhead(_ text: StaticString) -> Bool {
      text.withUTF8Buffer {
        bytes.count - start >= $0.count && bytes[start..<(start + $0.count)].elementsEqual($0)
      }
    }
    // Most signs are one byte that begins nothing longer.
    if !Self.beginsLonger.contains(bytes[start]), bytes[start] < 0x80,
      let symbol = Symbol(rawValue: String(Unicode.Scalar(bytes[start])))
    {
      position += 1
      return .symbol(symbol)
    }
    let slips: [(StaticString, Symbol)] = [
      ("===", .equal), ("!==", .notEqual), ("=>", .greaterEqual), ("=<", .lessEqual),
      ("<>", .notEqual), ("≤", .lessEqual), ("≥", .greaterEqual), ("≠", .notEqual),
      ("×", .times), ("÷", .divide), ("−", .minus), ("–", .minus),
    ]
    for (spelling, meant) in slips where isAhead(spelling) {
      position += spelling.utf8CodeUnitCount
      return mend(start, meant)
    }
    let pairs: [(StaticString, Symbol)] = [
      ("&&", .and), ("||", .or), ("==", .equal), ("!=", .notEqual), ("<=", .lessEqual),
      (">=", .greaterEqual),
    ]
    for (spelling, symbol) in pairs where isAhead(spelling) {
      position += 2
      return .symbol(symbol)
    }
    position += 1
    switch bytes[start] {
    case UInt8(ascii: "="): return mend(start, .equal)
    case UInt8(ascii: "&"): return mend(start, .and)
    case UInt8(ascii: "|"): return mend(start, .or)
    case let byte:
      if byte < 0x80, let symbol = Symbol(rawValue: String(Unicode.Scalar(byte))) {
        return .symbol(symbol)
      }
    }
    for (opening, closing) in [("“", "”"), ("‘", "’"), ("„", "“"), ("”", "”")]
      as [(StaticString, String)]
    where isAhead(opening) {
      return curlyString(start, closing)
    }
    while position < bytes.count, bytes[position] & 0xC0 == 0x80 { position += 1 }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    let isLetter = text.unicodeScalars.first.map { $0.properties.isAlphabetic } ?? false
    if isLetter {
      while position < bytes.count, isWordByte(byte()) || byte() >= 0x80 { position += 1 }
    }
    report(
      .expressionSyntax, "unexpected `\(String(decoding: bytes[start..<position], as: UTF8.self))`",
      start, position,
      notes: isLetter ? ["names consist of the letters a to z, digits and `_`"] : [])
    return .invalid
  }

  private mutating func mend(_ start: Int, _ meant: Symbol) -> Token.Kind {
    let written = String(decoding: bytes[start..<position], as: UTF8.self)
    let what =
      meant == .equal && written == "="
      ? "`=` is no comparison" : "`\(written)` is no operator"
    diagnostics.append(
      Diagnostic(
        code: .expressionSyntax, message: what, primary: Label(span: span(start, position)),
        fixIts: [FixIt(replacing: span(start, position), with: meant.rawValue)]))
    return .symbol(meant)
  }

  /// Text in typographic quotes, taken for what was meant.
  private mutating func curlyString(_ start: Int, _ closing: String) -> Token.Kind {
    let close = Array(closing.utf8)
    var end = position
    while end < bytes.count, !bytes[end...].starts(with: close) { end += 1 }
    let content = String(decoding: bytes[min(start + 3, end)..<end], as: UTF8.self)
    position = min(bytes.count, end + close.count)
    diagnostics.append(
      Diagnostic(
        code: .expressionSyntax, message: "typographic quotes do not hold text",
        primary: Label(span: span(start, position)),
        fixIts: [FixIt(replacing: span(start, position), with: quoted(content))]))
    return .string(content)
  }

  private mutating func report(
    _ code: DiagnosticCode, _ message: String, _ lower: Int, _ upper: Int, label: String = "",
    notes: [String] = []
  ) {
    diagnostics.append(
      Diagnostic(
        code: code, message: message, primary: Label(span: span(lower, upper), text: label),
        notes: notes))
  }

  // MARK: Numbers

  private mutating func number() -> Token.Kind {
    let start = position
    if byte() == UInt8(ascii: "0"), byte(1) | 0x20 == UInt8(ascii: "x"), isHex(byte(2)) {
      position += 2
      while isHex(byte()) { position += 1 }
      return whole(start, digits: start + 2, radix: 16)
    }
    while isDigit(byte()) { position += 1 }
    var isWhole = true
    if byte() == UInt8(ascii: "."), isDigit(byte(1)) {
      isWhole = false
      position += 1
      while isDigit(byte()) { position += 1 }
    }
    if byte() | 0x20 == UInt8(ascii: "e") {
      let sign = byte(1) == UInt8(ascii: "+") || byte(1) == UInt8(ascii: "-") ? 1 : 0
      if isDigit(byte(1 + sign)) {
        isWhole = false
        position += 1 + sign
        while isDigit(byte()) { position += 1 }
      }
    }
    if isWhole { return whole(start, digits: start, radix: 10) }
    guard checkEnd(start) else { return .invalid }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    // `Double` reads `1e999` as infinity, as other implementations of CEL do.
    guard let value = Double(text.hasPrefix(".") ? "0" + text : text) else {
      report(.invalidLiteral, "`\(text)` is no number", start, position)
      return .invalid
    }
    guard value.isFinite else {
      report(.invalidLiteral, "the number `\(text)` is too large", start, position)
      return .invalid
    }
    return .double(value)
  }

  private func isHex(_ byte: UInt8) -> Bool {
    isDigit(byte) || (0x61...0x66).contains(byte | 0x20)
  }

  private mutating func whole(_ start: Int, digits: Int, radix: Int) -> Token.Kind {
    let end = position
    let isUnsigned = byte() | 0x20 == UInt8(ascii: "u")
    if isUnsigned { position += 1 }
    guard checkEnd(start) else { return .invalid }
    let text = String(decoding: bytes[digits..<end], as: UTF8.self)
    guard let value = UInt64(text, radix: radix) else {
      report(.invalidLiteral, "the number `\(text)` is too large", start, position)
      return .invalid
    }
    return isUnsigned ? .uint(value) : .int(value)
  }

  /// Whether a number ends where a word does: `12abc` is reported.
  private mutating func checkEnd(_ start: Int) -> Bool {
    guard isWordByte(byte()) else { return true }
    while isWordByte(byte()) { position += 1 }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    report(.expressionSyntax, "`\(text)` is neither a number nor a name", start, position)
    return false
  }

  // MARK: Text and bytes

  private mutating func quotedName() -> Token.Kind {
    let start = position
    position += 1
    while position < bytes.count, bytes[position] != UInt8(ascii: "`"), bytes[position] != 0x0A {
      position += 1
    }
    guard byte() == UInt8(ascii: "`") else {
      report(.expressionSyntax, "a backquote that is not closed", start, position)
      return .invalid
    }
    let content = bytes[(start + 1)..<position]
    position += 1
    let allowed = content.allSatisfy {
      isWordByte($0) || [0x2E, 0x2D, 0x2F, 0x20].contains($0)
    }
    guard allowed, !content.isEmpty else {
      report(
        .expressionSyntax, "a name in backquotes holds letters, digits, `_`, `.`, `-`, `/`, spaces",
        start, position)
      return .invalid
    }
    return .quotedName(String(decoding: content, as: UTF8.self))
  }

  /// `r"…"`, `b"…"`, `br"…"`, `rb"…"`, or nil when a name stands here.
  private mutating func prefixedString() -> Token.Kind? {
    var raw = false
    var isBytes = false
    var ahead = 0
    while ahead < 2 {
      switch byte(ahead) | 0x20 {
      case UInt8(ascii: "r") where !raw: raw = true
      case UInt8(ascii: "b") where !isBytes: isBytes = true
      default: return nil
      }
      ahead += 1
      let next = byte(ahead)
      if next == UInt8(ascii: "\"") || next == UInt8(ascii: "'") {
        position += ahead
        return string(raw: raw, isBytes: isBytes)
      }
    }
    return nil
  }

  private mutating func string(raw: Bool, isBytes: Bool) -> Token.Kind {
    let start = position
    let quote = byte()
    let isTriple = byte(1) == quote && byte(2) == quote
    position += isTriple ? 3 : 1
    var content: [UInt8] = []
    var isValid = true
    while true {
      guard position < bytes.count, isTriple || (byte() != 0x0A && byte() != 0x0D) else {
        report(
          .expressionSyntax, "text that is not closed", start, position,
          label:
            "starts here; close it with `\(isTriple ? String(repeating: Character(Unicode.Scalar(quote)), count: 3) : String(Character(Unicode.Scalar(quote))))`"
        )
        return .invalid
      }
      let current = byte()
      if current == quote {
        if !isTriple {
          position += 1
          break
        }
        if byte(1) == quote, byte(2) == quote {
          position += 3
          break
        }
      }
      if current == UInt8(ascii: "\\"), !raw {
        if !escape(into: &content, isBytes: isBytes) { isValid = false }
      } else if current == UInt8(ascii: "\\"), raw, position + 1 < bytes.count, !isTriple,
        byte(1) == quote
      {
        // In a raw literal a backslash does not escape the quote.
        content.append(current)
        position += 1
      } else if current == 0x0D, isTriple {
        // Line ends inside a literal are newlines, however the file spells them.
        content.append(0x0A)
        position += byte(1) == 0x0A ? 2 : 1
      } else {
        content.append(current)
        position += 1
      }
    }
    guard isValid else { return .invalid }
    if isBytes { return .bytes(content) }
    return .string(String(decoding: content, as: UTF8.self))
  }

  private mutating func escape(into content: inout [UInt8], isBytes: Bool) -> Bool {
    let start = position
    let letter = byte(1)
    position += 2
    func plain(_ value: UInt8) -> Bool {
      content.append(value)
      return true
    }
    switch letter {
    case UInt8(ascii: "a"): return plain(7)
    case UInt8(ascii: "b"): return plain(8)
    case UInt8(ascii: "f"): return plain(12)
    case UInt8(ascii: "n"): return plain(10)
    case UInt8(ascii: "r"): return plain(13)
    case UInt8(ascii: "t"): return plain(9)
    case UInt8(ascii: "v"): return plain(11)
    case UInt8(ascii: "\\"), UInt8(ascii: "?"), UInt8(ascii: "\""), UInt8(ascii: "'"),
      UInt8(ascii: "`"):
      return plain(letter)
    case UInt8(ascii: "x"), UInt8(ascii: "X"):
      return code(start, digits: 2, radix: 16, into: &content, isBytes: isBytes)
    case UInt8(ascii: "u") where !isBytes:
      return code(start, digits: 4, radix: 16, into: &content, isBytes: false)
    case UInt8(ascii: "U") where !isBytes:
      return code(start, digits: 8, radix: 16, into: &content, isBytes: false)
    case UInt8(ascii: "0")...UInt8(ascii: "3"):
      position -= 1
      return code(start, digits: 3, radix: 8, into: &content, isBytes: isBytes)
    default:
      position = min(position, bytes.count)
      while position < bytes.count, bytes[position] & 0xC0 == 0x80 { position += 1 }
      report(
        .invalidLiteral,
        "`\(String(decoding: bytes[start..<position], as: UTF8.self))` is no escape", start,
        position,
        notes: ["write `\\\\` for a backslash, or `r\"...\"` for text without escapes"])
      return false
    }
  }

  /// A byte in bytes, a code point in text.
  private mutating func code(
    _ start: Int, digits: Int, radix: Int, into content: inout [UInt8], isBytes: Bool
  ) -> Bool {
    let end = min(position + digits, bytes.count)
    let text = String(decoding: bytes[position..<end], as: UTF8.self)
    guard end - position == digits, text.utf8.allSatisfy(isHex),
      let value = UInt32(text, radix: radix), isBytes ? value < 256 : true
    else {
      report(.invalidLiteral, "an escape needs \(digits) digits", start, end)
      return false
    }
    position = end
    if isBytes {
      content.append(UInt8(value))
      return true
    }
    guard let scalar = Unicode.Scalar(value) else {
      report(.invalidLiteral, "the escape names no character", start, end)
      return false
    }
    content.append(contentsOf: String(Character(scalar)).utf8)
    return true
  }
}
