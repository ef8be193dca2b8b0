package import Diagnostics

/// Refuses what is not UTF-8 text.
func checkEncoding(_ text: inout DataText) throws(TableError) {
  let bytes = text.bytes
  if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
    throw TableError([.utf16(&text)])
  }
  if let flaw = UTF8Check.firstFlaw(bytes) {
    throw TableError([.badEncoding(flaw, at: flaw, &text)])
  }
  let isBlank = bytes[text.start...].allSatisfy {
    $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r")
  }
  if isBlank { throw TableError([.emptyFile(&text)]) }
}

extension TableError {
  static func emptyFile(_ name: String) -> TableError {
    var text = DataText(name: name, lines: [], firstLine: 1)
    return TableError([.emptyFile(&text)])
  }
}

extension UTF8Check {
  static func firstFlaw(_ bytes: [UInt8]) -> Int? {
    bytes.withUnsafeBufferPointer { firstFlaw($0) }
  }
}

extension DiagnosticCode {
  package static let badEncoding = DiagnosticCode(
    "bad-encoding", .error, "A data file is not UTF-8 text.")
  package static let emptyFile = DiagnosticCode(
    "empty-file", .error, "A data file has nothing in it.")
}

extension Diagnostic {
  static func utf16(_ text: inout DataText) -> Diagnostic {
    Diagnostic(
      code: .badEncoding, message: "the file is UTF-16 text, not UTF-8",
      primary: text.label(0, 0), notes: ["save it as UTF-8"])
  }

  static func badEncoding(_ place: Int, at offset: Int, _ text: inout DataText) -> Diagnostic {
    let byte = text.bytes[place]
    let digits = String(byte, radix: 16, uppercase: true)
    return Diagnostic(
      code: .badEncoding,
      message: byte == 0
        ? "a NUL byte, at offset \(offset)"
        : "a byte that is not UTF-8: 0x\(digits) at offset \(offset)",
      primary: text.label(place, place + 1),
      notes: [
        byte == 0
          ? "the file may be UTF-16, or no text at all; save it as UTF-8"
          : "the file may be in an older encoding such as Windows-1252, or no text at all; "
            + "save it as UTF-8"
      ])
  }

  static func emptyFile(_ text: inout DataText) -> Diagnostic {
    Diagnostic(
      code: .emptyFile, message: "the file has nothing in it",
      primary: text.label(text.start, text.start),
      notes: ["a table without rows still names its columns"])
  }
}
