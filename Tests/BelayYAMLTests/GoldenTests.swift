import Belay
import BelayYAML
import Diagnostics
import Foundation
import TestSupport
import Testing

@Suite struct GoldenTests {
  /// Each file holds a document, how its diagnostics show, and the tree that goes on to the
  /// policy's reader, with what is mended in it.
  @Test(arguments: Golden.files(in: Golden.folder()))
  func `a broken document shows its diagnostics`(_ file: URL) throws {
    var golden = try GoldenSections(contentsOf: file)
    let bytes = try #require(golden.bytes("policy.yaml"))
    var diagnostics: [Diagnostic] = []
    let node = YAMLDocument.read(
      SourceText(name: "policy.yaml", bytes: bytes), diagnostics: &diagnostics)
    golden["diagnostics"] = TextRenderer().render(diagnostics.sortedByPlace())
    golden["tree"] = node.map { outline($0, "") }
    try Golden.check(file, golden.description)
  }

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
