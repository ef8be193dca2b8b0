import Belay
import Diagnostics
import Testing

@Suite struct JSONDocumentTests {
  private func read(
    _ text: String, _ limits: DocumentLimits = DocumentLimits()
  ) -> (Node?, [String]) {
    var diagnostics: [Diagnostic] = []
    let node = JSONDocument.read(
      SourceText(name: "p.json", text: text), limits: limits, diagnostics: &diagnostics)
    return (node, diagnostics.map(\.code.slug))
  }

  private func outline(_ node: Node) -> String {
    switch node.content {
    case .scalar(let scalar): "\(scalar.style) \(scalar.text)"
    case .sequence(let nodes): "[" + nodes.map(outline).joined(separator: ", ") + "]"
    case .mapping(let entries):
      "{" + entries.map { "\($0.key.text): \(outline($0.value))" }.joined(separator: ", ") + "}"
    }
  }

  @Test func `scalars keep how they were written`() throws {
    let (node, diagnostics) = read(#"{"a": ["x\ty", 1.50, true, null, {}], "b": []}"#)
    #expect(diagnostics.isEmpty)
    #expect(
      outline(try #require(node))
        == "{a: [quoted x\ty, literal 1.50, literal true, literal null, {}], b: []}")
  }

  @Test func `spans and maps lead back to the text`() throws {
    let text = #"{"when": "a\u0020> 100"}"#
    let node = try #require(read(text).0)
    guard case .mapping(let entries) = node.content,
      case .scalar(let scalar) = entries[0].value.content
    else { return }
    #expect(node.span.text == text)
    #expect(entries[0].key.span.text == "\"when\"")
    #expect(entries[0].value.span.text == #""a\u0020> 100""#)
    #expect(scalar.map.span(4, 7).text == "100")
  }

  @Test func `a key that comes twice is reported and its first value kept`() throws {
    let (node, diagnostics) = read(#"{"a": 1, "\u0061": 2, "a": 3, "b": 4}"#)
    #expect(diagnostics == ["duplicate-key", "duplicate-key"])
    #expect(outline(try #require(node)) == "{a: literal 1, b: literal 4}")
  }

  @Test(arguments: [
    (#"{"a" 1}"#, DocumentLimits(), "json-syntax"),
    ("", DocumentLimits(), "json-syntax"),
    ("[1, 2, 3]", DocumentLimits(bytes: 8), "too-large"),
    ("[[[1]]]", DocumentLimits(depth: 2), "too-deep"),
    ("[1, 2, 3]", DocumentLimits(nodes: 3), "too-many-nodes"),
    (String(repeating: "[", count: 100_000), DocumentLimits(), "too-deep"),
    (String(repeating: #"{"a":"#, count: 100_000), DocumentLimits(), "too-deep"),
  ])
  func `what is no document, or too much of one, is named`(
    _ text: String, _ limits: DocumentLimits, _ code: String
  ) {
    let (node, diagnostics) = read(text, limits)
    #expect(node == nil)
    #expect(diagnostics == [code])
  }

  @Test func `limits count what they say`() {
    #expect(read("[[1]]", DocumentLimits(bytes: 5, depth: 2, nodes: 3)).1.isEmpty)
  }
}
