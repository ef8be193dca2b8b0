public import Foundation

/// The fenced blocks of the project's own documents, so that tests can run them.
public enum Markdown {
  /// A fenced block: the words after its opening fence, its lines, and where it stands.
  public struct Block: Sendable, CustomStringConvertible {
    public let file: String
    public let line: Int
    public let info: String
    public let text: String

    public var description: String { "\(file):\(line)" }
  }

  /// `README.md` and the documents below `Docs`.
  public static var documents: [URL] {
    let checkout = Conformance.checkout
    return [checkout.appending(path: "README.md")]
      + Golden.files(in: checkout.appending(path: "Docs"), extension: "md")
  }

  /// The blocks of all documents whose fence has these words.
  public static func blocks(_ info: String) throws -> [Block] {
    try documents.flatMap { file in
      try blocks(of: file).filter { $0.info == info }
    }
  }

  private static func blocks(of file: URL) throws -> [Block] {
    let text = String(decoding: try Data(contentsOf: file), as: UTF8.self)
    var blocks: [Block] = []
    var open: (line: Int, info: String, lines: [Substring])?
    for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
    {
      if let block = open {
        if line == "```" {
          blocks.append(
            Block(
              file: file.lastPathComponent, line: block.line, info: block.info,
              text: block.lines.map { $0 + "\n" }.joined()))
          open = nil
        } else {
          open!.lines.append(line)
        }
      } else if line.hasPrefix("```") {
        open = (number + 1, String(line.dropFirst(3)), [])
      }
    }
    return blocks
  }
}
