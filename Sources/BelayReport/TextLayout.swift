import Diagnostics

/// Lays out text in columns of a terminal, whatever the text holds.
enum TextLayout {
  /// The text on one line, without what could move the cursor or turn the direction of writing.
  static func printable(_ text: String) -> String {
    var scalars = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\n", "\t", "\r": scalars.append(" ")
      default: scalars.append(scalar.isControl ? "\u{FFFD}" : scalar)
      }
    }
    return String(scalars)
  }

  static func width(_ text: String) -> Int {
    text.unicodeScalars.reduce(0) { $0 + $1.displayWidth }
  }

  /// Printable text that takes at most so many columns, cut with an ellipsis.
  static func fitted(_ text: String, to columns: Int) -> String {
    let text = printable(text)
    guard width(text) > columns else { return text }
    return prefix(of: text, within: columns - 1) + "…"
  }

  static func padded(_ text: String, to columns: Int) -> String {
    text + spaces(columns - width(text))
  }

  static func spaces(_ count: Int) -> String {
    String(repeating: " ", count: max(0, count))
  }

  /// The words of a text on lines of at most so many columns.
  ///
  /// Words longer than a line are broken where the line ends. A no-break space keeps words together.
  static func wrapped(_ text: String, to columns: Int) -> [String] {
    var lines: [String] = []
    var line = ""
    var taken = 0
    for word in printable(text).split(separator: " ") {
      var word = String(word)
      if !line.isEmpty, taken + 1 + width(word) > columns {
        lines.append(line)
        (line, taken) = ("", 0)
      }
      while line.isEmpty, width(word) > columns {
        let head = prefix(of: word, within: columns)
        // A single character that is wider than the line stands alone.
        let cut = head.isEmpty ? String(word.removeFirst()) : head
        if !head.isEmpty { word.removeFirst(head.count) }
        lines.append(cut)
      }
      if !line.isEmpty {
        line += " "
        taken += 1
      }
      line += word
      taken += width(word)
    }
    if !line.isEmpty { lines.append(line) }
    return lines
  }

  private static func prefix(of text: String, within columns: Int) -> String {
    var taken = 0
    var prefix = ""
    for character in text {
      taken += width(String(character))
      guard taken <= columns else { break }
      prefix.append(character)
    }
    return prefix
  }
}
