public import Foundation

/// Golden files: what goes in and what comes out, in one text file that people read.
///
/// `BELAY_UPDATE=1 swift test` rewrites them, and the tests still fail.
public enum Golden {
  /// The golden files of a folder and the folders inside it, by name.
  public static func files(in folder: URL, extension wanted: String = "txt") -> [URL] {
    let found = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
    return (found?.allObjects as? [URL] ?? [])
      .filter { $0.pathExtension == wanted }
      .sorted { $0.path < $1.path }
  }

  /// The folder `Golden` beside a test's own file.
  public static func folder(beside file: String = #filePath) -> URL {
    URL(filePath: file).deletingLastPathComponent().appending(path: "Golden")
  }

  /// Throws what differs when a file does not hold the given text, which
  /// `BELAY_UPDATE=1` then puts into it.
  public static func check(_ file: URL, _ actual: String) throws {
    let expected = (try? Data(contentsOf: file)).map { String(decoding: $0, as: UTF8.self) }
    if expected == actual { return }
    let isUpdating = ProcessInfo.processInfo.environment["BELAY_UPDATE"] == "1"
    if isUpdating {
      try FileManager.default.createDirectory(
        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(actual.utf8).write(to: file)
    }
    throw Mismatch(
      file: file.lastPathComponent, expected: expected ?? "", actual: actual,
      isUpdated: isUpdating)
  }

  /// The lines in which a golden file and the actual text differ.
  public struct Mismatch: Error, CustomStringConvertible {
    public let description: String

    init(file: String, expected: String, actual: String, isUpdated: Bool) {
      var old = expected.split(separator: "\n", omittingEmptySubsequences: false)[...]
      var new = actual.split(separator: "\n", omittingEmptySubsequences: false)[...]
      while let a = old.first, let b = new.first, a == b {
        old.removeFirst()
        new.removeFirst()
      }
      while let a = old.last, let b = new.last, a == b {
        old.removeLast()
        new.removeLast()
      }
      let lines =
        ["\(file), line \(old.startIndex + 1)\(isUpdated ? ", rewritten" : ""):"]
        + old.map { "- \($0)" } + new.map { "+ \($0)" }
      description = lines.joined(separator: "\n")
    }
  }
}

/// A golden file in sections: a line `--- NAME` and the lines that follow it.
///
/// In a section whose name ends in ` (escaped)`, `\r`, `\t`, `\xHH` and `\\` stand for bytes, and
/// a backslash at the end of a line for no line end.
public struct GoldenSections: CustomStringConvertible {
  public private(set) var sections: [(name: String, text: String)] = []

  public init(contentsOf file: URL) throws {
    self.init(parsing: String(decoding: try Data(contentsOf: file), as: UTF8.self))
  }

  /// What stands before the first section is dropped.
  public init(parsing text: String) {
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    if lines.last == "" { lines.removeLast() }
    for line in lines {
      if line.hasPrefix("--- ") {
        sections.append((String(line.dropFirst(4)), ""))
      } else if !sections.isEmpty {
        sections[sections.count - 1].text += line + "\n"
      }
    }
  }

  /// The text of a section as it stands; nil takes it out.
  public subscript(name: String) -> String? {
    get { sections.first { $0.name == name }?.text }
    set {
      guard let newValue else {
        sections.removeAll { $0.name == name }
        return
      }
      let text = newValue.isEmpty || newValue.hasSuffix("\n") ? newValue : newValue + "\n"
      if let place = sections.firstIndex(where: { $0.name == name }) {
        sections[place].text = text
      } else {
        sections.append((name, text))
      }
    }
  }

  /// The bytes of the section of that name, or of its escaped form with the escapes resolved.
  public func bytes(_ name: String) -> [UInt8]? {
    if let text = self[name] { return Array(text.utf8) }
    return self[name + " (escaped)"].map { Self.resolved(Array($0.utf8)) }
  }

  public var description: String {
    sections.map { "--- \($0.name)\n\($0.text)" }.joined()
  }

  private static func resolved(_ text: [UInt8]) -> [UInt8] {
    var bytes: [UInt8] = []
    var rest = text[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "\\"), let letter = rest.popFirst() else {
        bytes.append(byte)
        continue
      }
      switch letter {
      case UInt8(ascii: "r"): bytes.append(0x0D)
      case UInt8(ascii: "t"): bytes.append(0x09)
      case UInt8(ascii: "\n"): break
      case UInt8(ascii: "x"):
        bytes.append(UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) ?? 0)
        rest = rest.dropFirst(2)
      default: bytes.append(letter)
      }
    }
    return bytes
  }
}
