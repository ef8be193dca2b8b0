import Belay
import BelayYAML
import Diagnostics
import Foundation
import TestSupport
import Testing

@Suite struct GoldenTests {
  static let files: [String] = {
    let folder = Conformance.checkout.appending(path: "Tests/BelayYAMLTests/Golden")
    let names = try! FileManager.default.contentsOfDirectory(atPath: folder.path)
    return names.filter { $0.hasSuffix(".txt") }.sorted()
  }()

  /// Each file holds a broken document, a line `=== diagnostics`, and how they show.
  @Test(arguments: files)
  func `a broken document shows its diagnostics`(_ name: String) throws {
    let file = Conformance.checkout.appending(path: "Tests/BelayYAMLTests/Golden/\(name)")
    let mark = "=== diagnostics\n"
    let text = String(decoding: try Data(contentsOf: file), as: UTF8.self)
    let parts = text.split(separator: mark, maxSplits: 1, omittingEmptySubsequences: false)
    let source = String(parts[0])
    let expected = parts.count == 2 ? String(parts[1]) : ""

    var diagnostics: [Diagnostic] = []
    let node = YAMLDocument.read(
      SourceText(name: "policy.yaml", text: source), diagnostics: &diagnostics)
    var shown = TextRenderer().render(diagnostics.sortedByPlace())
    if let node { shown += "\n" + outline(node, "") }

    if ProcessInfo.processInfo.environment["BELAY_UPDATE"] != nil, shown != expected {
      try Data((source + mark + shown).utf8).write(to: file)
    }
    #expect(shown == expected)
  }

  /// The tree that goes on to the policy's reader, with what is mended in it.
  private func outline(_ node: Node, _ indent: String) -> String {
    switch node.content {
    case .scalar(let scalar): " \(scalar.text.debugDescription)\n"
    case .sequence(let items):
      "\n" + items.map { "\(indent)-\(outline($0, indent + "  "))" }.joined()
    case .mapping(let entries):
      "\n"
        + entries.map { "\(indent)\($0.key.text):\(outline($0.value, indent + "  "))" }.joined()
    }
  }
}
