/// Prints diagnostics for people: the message, the place, the source line with carets, what to do.
public struct TextRenderer: Sendable {
  private let color: Bool

  /// - Parameter color: whether to use ANSI colours; for terminals only.
  public init(color: Bool = false) {
    self.color = color
  }

  /// All diagnostics, a blank line between them, and a last line that counts them.
  public func render(_ diagnostics: [Diagnostic]) -> String {
    guard !diagnostics.isEmpty else { return "" }
    return diagnostics.map(render).joined(separator: "\n") + "\n" + summary(diagnostics) + "\n"
  }

  /// One diagnostic, with a line end.
  public func render(_ diagnostic: Diagnostic) -> String {
    let labels = [diagnostic.primary] + diagnostic.secondary
    let gutter = labels.map { String($0.span.start.line).count }.max() ?? 1
    let margin = String(repeating: " ", count: gutter)
    let tint: Style = diagnostic.severity == .error ? .red : .yellow
    var out = paint("\(diagnostic.severity.rawValue)[\(diagnostic.code)]", tint)
    out += paint(": \(diagnostic.message)", .bold) + "\n"
    for (index, label) in labels.enumerated() {
      let start = label.span.start
      let arrow = index == 0 ? "-->" : ":::"
      out +=
        "\(margin)\(paint(arrow, .blue)) \(label.span.source.name):\(start.line):\(start.column)\n"
      out += snippet(label, number: start.line, gutter: gutter, tint: index == 0 ? tint : .blue)
    }
    for note in diagnostic.notes {
      out += "\(margin) \(paint("= note:", .blue)) \(note)\n"
    }
    for fixIt in diagnostic.fixIts {
      let action = fixIt.replacement.isEmpty ? "remove it" : "write `\(fixIt.replacement)`"
      out += "\(margin) \(paint("= help:", .blue)) \(action)\n"
    }
    return out
  }

  private func snippet(_ label: Label, number: Int, gutter: Int, tint: Style) -> String {
    let span = label.span
    let line = span.source.line(at: span.lower)
    let lineEnd = line.start + UInt32(line.bytes.count)
    let lower = min(span.lower, lineEnd)
    let upper = min(max(span.upper, lower), lineEnd)
    let before = line.bytes[Int(line.start)..<Int(lower)]
    let marked = line.bytes[Int(lower)..<Int(upper)]
    let window = Window(before: before, marked: marked, after: line.bytes[Int(upper)...])
    let bar = paint("|", .blue)
    let margin = String(repeating: " ", count: gutter)
    let padded = String(repeating: " ", count: gutter - String(number).count) + String(number)
    let carets = String(repeating: "^", count: max(1, window.markedWidth))
    let words = label.text.isEmpty ? "" : " " + label.text
    let pad = String(repeating: " ", count: window.beforeWidth)
    return """
      \(paint(padded, .blue)) \(bar) \(window.text)
      \(margin) \(bar) \(pad)\(paint(carets + words, tint))

      """
  }

  private func summary(_ diagnostics: [Diagnostic]) -> String {
    func count(_ severity: Diagnostic.Severity, _ one: String) -> String? {
      let count = diagnostics.count { $0.severity == severity }
      return count == 0 ? nil : "\(count) \(one)\(count == 1 ? "" : "s")"
    }
    return [count(.error, "error"), count(.warning, "warning"), count(.note, "note")]
      .compactMap { $0 }.joined(separator: ", ")
  }

  private enum Style: String {
    case red = "1;31"
    case yellow = "1;33"
    case blue = "1;34"
    case bold = "1"
  }

  private func paint(_ text: String, _ style: Style) -> String {
    color ? "\u{1B}[\(style.rawValue)m\(text)\u{1B}[0m" : text
  }
}

/// The part of a source line that is shown: long lines are cut around the marked place,
/// and control characters cannot reach the terminal.
private struct Window {
  let text: String
  let beforeWidth: Int
  let markedWidth: Int

  private static let reach = 60

  init(before: ArraySlice<UInt8>, marked: ArraySlice<UInt8>, after: ArraySlice<UInt8>) {
    // Beyond these many bytes nothing can be shown.
    let bytes = Self.reach * 4
    var left = Self.printable(before.suffix(bytes))
    var middle = Self.printable(marked.prefix(bytes))
    var right = Self.printable(after.prefix(bytes))
    if left.count > Self.reach || before.count > bytes {
      left = ["…"] + left.suffix(Self.reach - 1)
    }
    if middle.count > Self.reach || marked.count > bytes {
      middle = middle.prefix(Self.reach - 1) + ["…"]
      right = []
    } else if right.count > Self.reach || after.count > bytes {
      right = right.prefix(Self.reach - 1) + ["…"]
    }
    text = String(String.UnicodeScalarView(left + middle + right))
    beforeWidth = left.reduce(0) { $0 + $1.displayWidth }
    markedWidth = middle.reduce(0) { $0 + $1.displayWidth }
  }

  private static func printable(_ bytes: ArraySlice<UInt8>) -> [Unicode.Scalar] {
    String(decoding: bytes, as: UTF8.self).unicodeScalars.flatMap { scalar -> [Unicode.Scalar] in
      if scalar == "\t" { return [" ", " "] }
      return [scalar.isControl ? "\u{FFFD}" : scalar]
    }
  }
}
