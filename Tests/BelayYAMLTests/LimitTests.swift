import Belay
import BelayYAML
import Diagnostics
import Testing

@Suite struct LimitTests {
  private func codes(_ text: String, _ limits: DocumentLimits = .init()) -> [String] {
    var diagnostics: [Diagnostic] = []
    _ = YAMLDocument.read(
      SourceText(name: "policy.yaml", text: text), limits: limits, diagnostics: &diagnostics)
    return diagnostics.map(\.code.slug)
  }

  @Test(arguments: ["[", "{a: ", "- ", "? ", "[\n", "{a:\n", "[a, "])
  func `deep nesting stops at the limit`(_ piece: String) {
    #expect(codes(String(repeating: piece, count: 100_000)) == ["too-deep"])
  }

  @Test func `64 levels are read and 65 are not`() {
    let limit = String(repeating: "[", count: 64) + String(repeating: "]", count: 64)
    #expect(codes(limit) == [])
    #expect(codes("[" + limit + "]") == ["too-deep"])
    #expect(codes("a: " + limit) == ["too-deep"])
  }

  @Test func `aliases add their depth`() {
    let half = String(repeating: "[", count: 40) + String(repeating: "]", count: 40)
    let deeper = String(repeating: "[", count: 30) + "*a" + String(repeating: "]", count: 30)
    #expect(codes("a: &a \(half)\nb: *a") == [])
    #expect(codes("a: &a \(half)\nb: \(deeper)") == ["too-deep"])
  }

  @Test func `an alias bomb stops at the limit of values`() {
    var text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    for level in 1...30 {
      let names = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
      text += "a\(level): &a\(level) [\(names)]\n"
    }
    #expect(codes(text) == ["too-many-nodes"])
  }

  @Test func `a bomb of merge keys stops at the limit of values`() {
    var text = "a0: &a0 {k0: x}\n"
    for level in 1...40 {
      text +=
        "a\(level): &a\(level)\n  l: *a\(level - 1)\n  r: *a\(level - 1)\n  <<: *a\(level - 1)\n"
    }
    #expect(codes(text) == ["too-many-nodes"])
  }

  @Test func `values are counted, keys are not`() {
    let text = "a: [1, 2]\nb: {c: 3}\n"
    #expect(codes(text, DocumentLimits(nodes: 6)) == [])
    #expect(codes(text, DocumentLimits(nodes: 5)) == ["too-many-nodes"])
  }

  @Test func `a large text is not read`() {
    #expect(codes("a: 1\n", DocumentLimits(bytes: 5)) == [])
    #expect(codes("a: 1\n", DocumentLimits(bytes: 4)) == ["too-large"])
  }

  @Test func `many mistakes do not become many diagnostics`() {
    let text = String(repeating: "a: 1\n", count: 100_000)
    #expect(codes(text).count == 100)
  }

  @Test func `many directives and documents are no work`() {
    let tags = (0..<100_000).map { "%TAG !a\($0)! b\n" }.joined()
    #expect(codes(tags + "---\na: 1") == ["yaml-tag"])
    #expect(codes("a: 1\n...\n" + tags + "---\na: 1") == ["multiple-documents"])
    #expect(codes("a: 1\n" + String(repeating: "---\n", count: 100_000)) == ["multiple-documents"])
  }
}
