package import Diagnostics

/// The list of everything that can be reported, printed from the codes themselves.
package enum DiagnosticCatalogue {
  /// What one phase can report.
  package struct Chapter: Sendable {
    package let title: String
    package let codes: [DiagnosticCode]

    package init(title: String, codes: [DiagnosticCode]) {
      self.title = title
      self.codes = codes
    }
  }

  /// Markdown: a section for each chapter, a row for each code, by name.
  package static func markdown(_ chapters: [Chapter]) -> String {
    chapters.map { chapter in
      var text = "## \(chapter.title)\n\n| code | severity | meaning |\n| --- | --- | --- |\n"
      for code in chapter.codes.sorted(by: { $0.slug < $1.slug }) {
        text += "| `\(code.slug)` | \(code.severity.rawValue) | \(code.summary) |\n"
      }
      return text
    }.joined(separator: "\n")
  }
}
