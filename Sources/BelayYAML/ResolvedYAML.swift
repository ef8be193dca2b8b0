import Belay
import Diagnostics

/// A document as YAML in which a comment behind each value says where it comes from.
///
/// It reads back as the same document: each text is quoted unless it reads the same without.
enum ResolvedYAML {
  static func text(_ document: Node) -> String {
    var lines: [String] = []
    append(document, indent: 0, to: &lines)
    return lines.map { $0 + "\n" }.joined()
  }

  /// The column in which comments begin, where the value leaves room.
  private static let commentColumn = 60

  private static func append(_ node: Node, indent: Int, to lines: inout [String]) {
    let margin = String(repeating: " ", count: indent)
    switch node.content {
    case .mapping(let entries):
      for entry in entries {
        let key = margin + written(entry.key.text, isPlain: true) + ":"
        if let flow = fitting(entry.value, behind: key) {
          lines.append(commented("\(key) \(flow)", entry.value.span))
        } else {
          lines.append(key)
          append(entry.value, indent: indent + 2, to: &lines)
        }
      }
    case .sequence(let items):
      for item in items {
        if let flow = fitting(item, behind: margin) {
          lines.append(commented("\(margin)- \(flow)", item.span))
        } else {
          let first = lines.count
          append(item, indent: indent + 2, to: &lines)
          // The marker takes the place of the first line's space.
          lines[first] = margin + "- " + lines[first].dropFirst(indent + 2)
        }
      }
    case .scalar:
      lines.append(commented(margin + (flow(node) ?? ""), node.span))
    }
  }

  private static func commented(_ line: String, _ span: SourceSpan) -> String {
    let space = String(repeating: " ", count: max(2, commentColumn - line.count))
    return "\(line)\(space)# \(span.source.name.printable):\(span.start.line)"
  }

  /// A value on one line, unless it is a list that is too long for it.
  private static func fitting(_ node: Node, behind start: String) -> String? {
    guard let flow = flow(node) else { return nil }
    if case .sequence(let items) = node.content, items.count > 1,
      start.count + flow.count > widestList
    {
      return nil
    }
    return flow
  }

  private static let widestList = 90

  /// A value on one line: a scalar, a list of such, or a map without keys. Nil for anything else.
  private static func flow(_ node: Node) -> String? {
    switch node.content {
    case .scalar(let scalar):
      return written(scalar.text, isPlain: scalar.style == .plain || scalar.style == .literal)
    case .mapping(let entries): return entries.isEmpty ? "{}" : nil
    case .sequence(let items):
      let parts = items.compactMap(flow)
      return parts.count == items.count ? "[\(parts.joined(separator: ", "))]" : nil
    }
  }

  private static func written(_ text: String, isPlain: Bool) -> String {
    isPlain && readsAsItself(text) ? text : doubleQuoted(text)
  }

  /// Whether a text without quotes is the same text wherever in YAML it stands.
  private static func readsAsItself(_ text: String) -> Bool {
    guard let last = text.utf8.last, last != UInt8(ascii: " ") else { return false }
    let start = text.utf8.drop { "+-.".utf8.contains($0) }.first
    let isStart = start.map { text.utf8.first == $0 ? isWord($0) : isDigit($0) } ?? false
    return isStart && text.utf8.allSatisfy { isWord($0) || " ./+-".utf8.contains($0) }
      || text == "-inf" || text == "-.inf"
  }

  private static func isWord(_ byte: UInt8) -> Bool {
    isDigit(byte) || byte == UInt8(ascii: "_")
      || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }

  private static func doubleQuoted(_ text: String) -> String {
    var out = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": out += "\\\""
      case "\\": out += "\\\\"
      case "\n": out += "\\n"
      case "\t": out += "\\t"
      default:
        if isPrintable(scalar) {
          out.unicodeScalars.append(scalar)
        } else {
          let digits = String(scalar.value, radix: 16, uppercase: true)
          let width = scalar.value > 0xFFFF ? 8 : 4
          out += scalar.value > 0xFFFF ? "\\U" : "\\u"
          out += String(repeating: "0", count: width - digits.count) + digits
        }
      }
    }
    return out + "\""
  }

  /// Whether YAML takes a scalar as it is, and people can see it.
  fileprivate static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse,
      .unassigned:
      false
    default: true
    }
  }
}

extension String {
  /// Without what would end a comment.
  fileprivate var printable: String {
    String(
      String.UnicodeScalarView(
        unicodeScalars.map { ResolvedYAML.isPrintable($0) ? $0 : "\u{FFFD}" }))
  }
}
