import Foundation
import TestSupport
import Testing

@Suite struct PublicAPITests {
  /// What embedders can see of each library, so that no addition goes unnoticed.
  @Test(arguments: ["Diagnostics", "Tables", "CEL", "Belay", "BelayReport", "BelayYAML"])
  func `public declarations are those of the golden file`(_ module: String) throws {
    let folder = Conformance.checkout.appending(path: "Sources/\(module)")
    var declarations: [String] = []
    for file in Golden.files(in: folder, extension: "swift") {
      let found = Self.publicDeclarations(in: try String(contentsOf: file, encoding: .utf8))
      if !found.isEmpty {
        declarations.append("// \(file.lastPathComponent)")
        declarations += found
      }
    }
    try Golden.check(
      Golden.folder().appending(path: "PublicAPI/\(module).txt"),
      declarations.joined(separator: "\n") + "\n")
  }

  /// Public declarations, each on one line and without its body.
  private static func publicDeclarations(in text: String) -> [String] {
    var found: [String] = []
    var open: String?
    for line in text.split(separator: "\n") {
      let trimmed = line.trimmingCharacters(in: .whitespaces)
      if trimmed.hasPrefix("public import") { continue }
      guard open != nil || trimmed.hasPrefix("public ") else { continue }
      let joined = (open.map { $0 + " " } ?? "") + trimmed
      let opened = joined.count { $0 == "(" || $0 == "<" }
      let closed = joined.count { $0 == ")" } + joined.replacing("->", with: "").count { $0 == ">" }
      if opened > closed {
        open = joined
      } else {
        open = nil
        found.append(joined.prefix { $0 != "{" }.trimmingCharacters(in: .whitespaces))
      }
    }
    return found
  }
}
