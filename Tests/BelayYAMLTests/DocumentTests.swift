import Belay
import BelayYAML
import Diagnostics
import Testing

@Suite struct DocumentTests {
  private func read(_ text: String) -> Node? {
    var diagnostics: [Diagnostic] = []
    let node = YAMLDocument.read(
      SourceText(name: "policy.yaml", text: text), diagnostics: &diagnostics)
    #expect(diagnostics.isEmpty)
    return node
  }

  private func value(_ key: String, in node: Node?) -> Node? {
    guard case .mapping(let entries) = node?.content else { return nil }
    return entries.first { $0.key.text == key }?.value
  }

  /// Where a word stands in a scalar and in the file; the document holds it once.
  @Test(arguments: [
    "a: x && wörd > 1",
    "a: größer &&\n  wörd > 1",
    "a: größer\n\n\n  und   wörd > 1\nb: 1",
    "a: 'it''s größer && wörd'",
    "a: 'it''s\n\n  größer && \n  wörd'",
    "a: \"\\u00e4\\n\\x41 \\U0001F989 \\\" && wörd\"",
    "a: \"one \\\n   two\\\n\n   wörd\"",
    "a: \"one \\L\\P\\_\\N\\e\\0 \twörd\"",
    "a: |\n  größer\n   und\n\n  wörd\n",
    "a: >\n  größer\n   und\n\n  so\n  wörd\n\n",
    "a: >2-  # comment\n    größer\n  wörd\n",
    "a: |+1\n  größer\n wörd\n\n\nb: 1",
    "a: &x wörd\nb: *x\n",
    "a: &x # comment\n   wörd",
    "{a: wörd, b: 1}",
    "# ü 🦉\na:\n- wörd\n",
    "\"a\": \"wörd\"",
  ])
  func `a word in a scalar has its place in the file`(_ document: String) throws {
    let crlf = document.split(separator: "\n", omittingEmptySubsequences: false)
      .joined(separator: "\r\n")
    for text in [document, crlf, "\u{FEFF}" + document, "# 🦉\r\n" + crlf] {
      var node = try #require(value("a", in: read(text)))
      if case .sequence(let items) = node.content { node = items[0] }
      guard case .scalar(let scalar) = node.content else { throw NoScalar() }
      let word = Array("wörd".utf8)
      let lower = try #require(Array(scalar.text.utf8).firstRange(of: word)).lowerBound
      let span = scalar.map.span(UInt32(lower), UInt32(lower + word.count))
      #expect(span.text == "wörd")
      #expect(node.span.lower <= span.lower && span.upper <= node.span.upper)
    }
  }

  private struct NoScalar: Error {}

  @Test func `spans cover nodes without their anchors`() throws {
    let text = """
      größe: &a [1, 2]  # comment
      b: &b
        # comment
        c: 'x'
        d: {e: f, g: "h"}

      last: |
        text

      """
    let root = try #require(read(text))
    #expect(root.span.text == text)
    #expect(value("größe", in: root)?.span.text == "[1, 2]")
    let b = value("b", in: root)
    #expect(b?.span.text == "c: 'x'\n  d: {e: f, g: \"h\"}")
    #expect(value("d", in: b)?.span.text == "{e: f, g: \"h\"}")
    #expect(value("c", in: b)?.span.text == "'x'")
    guard case .mapping(let entries) = root.content else { throw NoScalar() }
    #expect(entries.map(\.key.span.text) == ["größe", "b", "last"])
  }

  @Test func `an empty value is an empty plain scalar behind its colon`() throws {
    let text = "a:\nb: # comment\nc: {d: , e}\nf: ''\n"
    let root = read(text)
    for (key, offset) in [("a", 2), ("b", 5)] {
      let node = try #require(value(key, in: root))
      guard case .scalar(let scalar) = node.content else { throw NoScalar() }
      #expect(scalar.text.isEmpty && scalar.style == .plain)
      #expect(node.span.lower == UInt32(offset) && node.span.upper == UInt32(offset))
    }
    guard case .scalar(let quoted) = value("f", in: root)?.content else { throw NoScalar() }
    #expect(quoted.text.isEmpty && quoted.style == .quoted)
  }

  @Test func `merged entries keep the place where they are written`() throws {
    let root = read("base: &b {x: 1, y: 2}\nuse:\n  <<: *b\n  y: 3\n")
    let use = try #require(value("use", in: root))
    guard case .mapping(let entries) = use.content else { throw NoScalar() }
    #expect(entries.map(\.key.text) == ["x", "y"])
    #expect(entries.map(\.key.span.start.line) == [1, 4])
    #expect(entries.map(\.value.span.text) == ["1", "3"])
    #expect(use.span.text == "<<: *b\n  y: 3")
  }

  @Test(arguments: [
    [0xFF, 0xFE, 0x61, 0x00], [0xFE, 0xFF, 0x00, 0x61], [0x61, 0xC3], [0x61, 0xC0, 0x80],
    [0x61, 0xED, 0xA0, 0x80], [0x61, 0xF4, 0x90, 0x80, 0x80], [0x61, 0x80], [0x61, 0xE4, 0x3A],
  ])
  func `bytes that are not UTF-8 are refused where they stand`(_ bytes: [UInt8]) {
    var diagnostics: [Diagnostic] = []
    let source = SourceText(name: "policy.yaml", bytes: bytes)
    let node = YAMLDocument.read(source, diagnostics: &diagnostics)
    #expect(node == nil)
    #expect(diagnostics.map(\.code) == [.invalidEncoding])
    #expect(diagnostics.first?.primary.span.lower == (bytes[0] == 0x61 ? 1 : 0))
  }

  /// Applying all fix-its of a document gives one without errors.
  @Test(arguments: [
    "when: !known(x)\nb: 1\n", "when: !known(x) && y > 'a'\nb: 1\n", "unit: %\n",
    "a: {u: %, v: 1}\n",
    "a: {when: f(a, b) > 1, w: g(\"x\", it's)}\n", "when: a ? b : c\n", "- a ? b : c\n",
    "when: \"a\" + 'b'\n", "when: * 3\n", "a: @x\nb: 1\n", "a: !!str 5\n", "a: \"\\d\"\n",
    "a:\n\tb: 1\n", "m: {load: a > 1 ? b : c, d: xs[0] + 1}\n",
  ])
  func `fix-its mend what they are about`(_ text: String) throws {
    var text = text
    for _ in 0..<4 {
      var diagnostics: [Diagnostic] = []
      _ = YAMLDocument.read(
        SourceText(name: "policy.yaml", text: text), diagnostics: &diagnostics)
      guard !diagnostics.isEmpty else { return }
      let fixes = diagnostics.flatMap(\.fixIts).sorted { $0.span.lower > $1.span.lower }
      try #require(!fixes.isEmpty, "\(diagnostics)")
      var bytes = Array(text.utf8)
      for fix in fixes {
        bytes.replaceSubrange(
          Int(fix.span.lower)..<Int(fix.span.upper), with: Array(fix.replacement.utf8))
      }
      text = String(decoding: bytes, as: UTF8.self)
    }
    Issue.record("still wrong: \(text)")
  }

  @Test func `codes have slugs of their own`() {
    let slugs = DiagnosticCode.yamlCodes.map(\.slug)
    #expect(Set(slugs).count == slugs.count)
    #expect(slugs.allSatisfy { $0.wholeMatch(of: /[a-z]+(-[a-z]+)*/) != nil })
  }
}
