import Diagnostics
import Foundation
import TestSupport
import Testing

@Suite struct RenderingTests {
  private static let unknownName = DiagnosticCode("unknown-name", "A name is not declared.")
  private static let hint = DiagnosticCode("hint", .warning, "A hint.")

  private static func span(_ text: String, in source: SourceText) -> SourceSpan {
    let whole = String(decoding: source.bytes, as: UTF8.self)
    let range = whole.range(of: text)!
    let lower = whole.utf8.distance(from: whole.startIndex, to: range.lowerBound)
    return SourceSpan(source, UInt32(lower), UInt32(lower + text.utf8.count))
  }

  /// Cases for the golden file: a name, and what is rendered.
  private static var cases: [(name: String, diagnostics: [Diagnostic])] {
    let policy = SourceText(
      name: "policy.yaml", text: "measures:\n  load: \"visitz / capacity\"\n  load: 1\n")
    let wide = SourceText(name: "wide.yaml", text: "title: 過負荷 😀 über → grenze\n")
    let long = SourceText(
      name: "long.csv",
      text: String(repeating: "1234,", count: 60) + "oops" + String(repeating: ",5678", count: 60))
    let hostile = SourceText(name: "hostile.yaml", text: "a: \u{1B}[31mred\u{202E}\tend\r\n")
    return [
      (
        "a fix-it and a second place",
        [
          Diagnostic(
            code: unknownName, message: "unknown name `visitz`",
            primary: Label(span: span("visitz", in: policy), text: "not declared"),
            secondary: [Label(span: span("load: 1", in: policy), text: "once more here")],
            notes: ["names are declared under `inputs`"],
            fixIts: [FixIt(replacing: span("visitz", in: policy), with: "visits")])
        ]
      ),
      (
        "wide characters",
        [
          Diagnostic(
            code: hint, message: "after wide characters",
            primary: Label(span: span("über", in: wide), text: "here")),
          Diagnostic(
            code: hint, message: "wide characters",
            primary: Label(span: span("過負荷", in: wide), text: "here")),
        ]
      ),
      (
        "a long line is cut around the place",
        [
          Diagnostic(
            code: unknownName, message: "bad number `oops`",
            primary: Label(span: span("oops", in: long)))
        ]
      ),
      (
        "control characters do not reach the terminal",
        [
          Diagnostic(
            code: hint, message: "odd text", primary: Label(span: span("end", in: hostile)))
        ]
      ),
      (
        "an empty span at the end of the file",
        [
          Diagnostic(
            code: hint, message: "the file ends here",
            primary: Label(span: SourceSpan(policy, 999, 999)))
        ]
      ),
    ]
  }

  @Test func `text for people looks as in the golden file`() throws {
    let text = Self.cases.map { "=== \($0.name)\n\(TextRenderer().render($0.diagnostics))" }
    try Golden.check(Golden.folder().appending(path: "text.txt"), text.joined(separator: "\n"))
  }

  @Test func `colour adds escapes and changes nothing else`() throws {
    for (_, diagnostics) in Self.cases {
      let painted = TextRenderer(color: true).render(diagnostics)
      let bare = painted.replacing(try Regex("\u{1B}\\[[0-9;]*m"), with: "")
      #expect(bare == TextRenderer().render(diagnostics))
      #expect(painted != bare)
    }
  }

  @Test func `JSON looks as in the golden file and parses`() throws {
    let json = JSONRenderer().render(Self.cases.flatMap(\.diagnostics))
    try Golden.check(Golden.folder().appending(path: "diagnostics.json"), json)
    let parsed = try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any]
    #expect(parsed?["format"] as? Int == 1)
    #expect((parsed?["diagnostics"] as? [Any])?.count == Self.cases.flatMap(\.diagnostics).count)
  }

  @Test func `diagnostics are sorted by place within a file, files as they come`() {
    let a = SourceText(name: "a", text: "one two three")
    let b = SourceText(name: "b", text: "one two three")
    let unsorted = [(b, "two"), (a, "three"), (b, "one"), (a, "one")].map { source, text in
      Diagnostic(
        code: Self.hint, message: "\(source.name) \(text)",
        primary: Label(span: Self.span(text, in: source)))
    }
    #expect(unsorted.sortedByPlace().map(\.message) == ["b one", "b two", "a one", "a three"])
  }
}
