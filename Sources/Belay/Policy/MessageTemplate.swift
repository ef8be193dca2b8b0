package import Diagnostics

/// A message with places for values: `{name}`, or `{name:.1f}` for so many decimals.
///
/// `{{` and `}}` stand for braces.
struct MessageTemplate: Sendable {
  enum Piece: Sendable {
    case text(String)
    case value(name: String, decimals: Int?, span: SourceSpan)
  }

  var pieces: [Piece] = []

  static let maximumDecimals = 10

  init() {}

  init(_ scalar: Scalar, diagnostics: inout [Diagnostic]) {
    let bytes = Array(scalar.text.utf8)
    var plain: [UInt8] = []
    var index = 0
    func span(_ lower: Int, _ upper: Int) -> SourceSpan {
      scalar.map.span(UInt32(lower), UInt32(upper))
    }
    while index < bytes.count {
      let byte = bytes[index]
      let isDoubled = index + 1 < bytes.count && bytes[index + 1] == byte
      switch byte {
      case UInt8(ascii: "{") where !isDoubled:
        guard let close = bytes[index...].firstIndex(of: UInt8(ascii: "}")) else {
          diagnostics.append(.unclosedPlace(span(index, bytes.count)))
          return
        }
        if !plain.isEmpty { pieces.append(.text(String(decoding: plain, as: UTF8.self))) }
        plain = []
        let inside = String(decoding: bytes[(index + 1)..<close], as: UTF8.self)
        if let (name, decimals) = Self.split(inside) {
          let nameSpan = span(index + 1, index + 1 + name.utf8.count)
          pieces.append(.value(name: name, decimals: decimals, span: nameSpan))
        } else {
          diagnostics.append(.badPlace(inside, at: span(index, close + 1)))
        }
        index = close + 1
      case UInt8(ascii: "}") where !isDoubled:
        diagnostics.append(.loneBrace(span(index, index + 1)))
        index += 1
      case UInt8(ascii: "{"), UInt8(ascii: "}"):
        plain.append(byte)
        index += 2
      default:
        plain.append(byte)
        index += 1
      }
    }
    if !plain.isEmpty { pieces.append(.text(String(decoding: plain, as: UTF8.self))) }
  }

  /// `name` or `name:.Nf`.
  private static func split(_ inside: String) -> (name: String, decimals: Int?)? {
    guard let colon = inside.firstIndex(of: ":") else {
      return isDottedName(inside) ? (inside, nil) : nil
    }
    let name = String(inside[..<colon])
    let format = inside[inside.index(after: colon)...]
    guard isDottedName(name), format.hasPrefix("."), format.hasSuffix("f"),
      let decimals = Int(format.dropFirst().dropLast()), (0...maximumDecimals).contains(decimals)
    else { return nil }
    return (name, decimals)
  }

  private static func isDottedName(_ text: String) -> Bool {
    text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { isName($0) }
  }
}

/// Whether a text is a name: `[A-Za-z_][A-Za-z0-9_]*`.
func isName(_ text: some StringProtocol) -> Bool {
  guard let first = text.utf8.first else { return false }
  let isLetter: (UInt8) -> Bool = { byte in
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) || byte == UInt8(ascii: "_")
  }
  return isLetter(first)
    && text.utf8.allSatisfy { isLetter($0) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
}

extension Diagnostic {
  fileprivate static func unclosedPlace(_ span: SourceSpan) -> Diagnostic {
    Diagnostic(
      code: .badMessage, message: "`{` has no matching `}`", primary: Label(span: span),
      notes: ["a brace that is meant as a brace is written twice: `{{`"])
  }

  fileprivate static func loneBrace(_ span: SourceSpan) -> Diagnostic {
    Diagnostic(
      code: .badMessage, message: "`}` has no matching `{`", primary: Label(span: span),
      notes: ["a brace that is meant as a brace is written twice: `}}`"])
  }

  fileprivate static func badPlace(_ inside: String, at span: SourceSpan) -> Diagnostic {
    Diagnostic(
      code: .badMessage, message: "`{\(inside)}` does not hold a name",
      primary: Label(span: span, text: "a value goes here"),
      notes: [
        "such as `{hours}`, or `{hours:.1f}` for one decimal; there can be 0 to "
          + "\(MessageTemplate.maximumDecimals)",
        "a calculation goes into a measure, whose name goes into the message",
      ])
  }
}

extension DiagnosticCode {
  package static let badMessage = DiagnosticCode(
    "bad-message", "The braces of a message do not hold a name, or a name and decimals.")
}
