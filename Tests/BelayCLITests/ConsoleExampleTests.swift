import Foundation
import TestSupport
import Testing

@Suite struct ConsoleExampleTests {
  /// In a block marked `console`, each line that starts with `$ ` is a command; what follows is what it prints.
  @Test(arguments: Markdown.documents)
  func `commands in the documents print what stands below them`(_ document: URL) throws {
    let text = String(decoding: try Data(contentsOf: document), as: UTF8.self)
    var lines: [String] = []
    var isInside = false
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if !isInside {
        lines.append(String(line))
        isInside = line == "```console"
      } else if line.hasPrefix("$ ") {
        lines.append(String(line))
        let result = try Command.shell(String(line.dropFirst(2)) + " 2>&1")
        lines += result.output.split(separator: "\n", omittingEmptySubsequences: false)
          .dropLast(result.output.hasSuffix("\n") ? 1 : 0).map(String.init)
      } else if line == "```" {
        lines.append(String(line))
        isInside = false
      }
    }
    try Golden.check(document, lines.joined(separator: "\n"))
  }
}
