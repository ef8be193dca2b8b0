/// A stretch of an expression: offsets into its decoded text and into the file.
struct TextRange: Hashable, Sendable {
  var lower: UInt32
  var upper: UInt32
  var fileLower: UInt32
  var fileUpper: UInt32

  func union(_ other: TextRange) -> TextRange {
    TextRange(
      lower: min(lower, other.lower), upper: max(upper, other.upper),
      fileLower: min(fileLower, other.fileLower), fileUpper: max(fileUpper, other.fileUpper))
  }
}

struct Token {
  enum Kind: Equatable {
    case name(String)
    /// A field name in backquotes.
    case quotedName(String)
    /// A whole number without its sign.
    case int(UInt64)
    case uint(UInt64)
    case double(Double)
    case string(String)
    case bytes([UInt8])
    /// An operator or bracket, spelled as in CEL.
    case symbol(Symbol)
    /// Text that is no token; it was reported.
    case invalid
    case end
  }

  var kind: Kind
  var range: TextRange
}

enum Symbol: String {
  case plus = "+"
  case minus = "-"
  case times = "*"
  case divide = "/"
  case modulo = "%"
  case not = "!"
  case and = "&&"
  case or = "||"
  case equal = "=="
  case notEqual = "!="
  case less = "<"
  case lessEqual = "<="
  case greater = ">"
  case greaterEqual = ">="
  case question = "?"
  case colon = ":"
  case comma = ","
  case dot = "."
  case openParen = "("
  case closeParen = ")"
  case openBracket = "["
  case closeBracket = "]"
  case openBrace = "{"
  case closeBrace = "}"

  var closing: Symbol? {
    switch self {
    case .openParen: .closeParen
    case .openBracket: .closeBracket
    case .openBrace: .closeBrace
    default: nil
    }
  }
}
