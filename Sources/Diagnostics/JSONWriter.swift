/// Writes JSON text, value by value, into a byte buffer.
///
/// The caller opens and closes objects and arrays in order; commas and, if asked for,
/// line breaks and indentation come by themselves.
package struct JSONWriter {
  package private(set) var bytes: [UInt8] = []
  private let pretty: Bool
  /// For each open object or array, whether it has a member already.
  private var hasMember: [Bool] = []
  private var afterKey = false

  package init(pretty: Bool = false) {
    self.pretty = pretty
  }

  package mutating func object<E>(_ members: (inout JSONWriter) throws(E) -> Void) throws(E) {
    try container(UInt8(ascii: "{"), UInt8(ascii: "}"), members)
  }

  package mutating func array<E>(_ elements: (inout JSONWriter) throws(E) -> Void) throws(E) {
    try container(UInt8(ascii: "["), UInt8(ascii: "]"), elements)
  }

  /// Hands over what is written so far, so that long texts need not be held in memory.
  package mutating func takeBytes() -> [UInt8] {
    defer { bytes.removeAll(keepingCapacity: true) }
    return bytes
  }

  package mutating func key(_ name: String) {
    separate()
    quoted(name)
    bytes.append(UInt8(ascii: ":"))
    if pretty { bytes.append(UInt8(ascii: " ")) }
    afterKey = true
  }

  package mutating func string(_ value: String) {
    separate()
    quoted(value)
  }

  package mutating func integer(_ value: Int) {
    literal(String(value))
  }

  package mutating func boolean(_ value: Bool) {
    literal(value ? "true" : "false")
  }

  package mutating func null() {
    literal("null")
  }

  /// Text that is JSON already, such as a number.
  package mutating func literal(_ text: String) {
    separate()
    bytes.append(contentsOf: text.utf8)
  }

  package mutating func literal(_ text: UnsafeBufferPointer<UInt8>) {
    separate()
    bytes.append(contentsOf: text)
  }

  private mutating func container<E>(
    _ open: UInt8, _ close: UInt8, _ content: (inout JSONWriter) throws(E) -> Void
  ) throws(E) {
    separate()
    bytes.append(open)
    hasMember.append(false)
    try content(&self)
    let wasFilled = hasMember.removeLast()
    if wasFilled { breakLine() }
    bytes.append(close)
  }

  private mutating func separate() {
    if afterKey {
      afterKey = false
      return
    }
    guard let last = hasMember.indices.last else { return }
    if hasMember[last] { bytes.append(UInt8(ascii: ",")) }
    hasMember[last] = true
    breakLine()
  }

  private mutating func breakLine() {
    guard pretty else { return }
    bytes.append(UInt8(ascii: "\n"))
    for _ in hasMember { bytes.append(contentsOf: "  ".utf8) }
  }

  private mutating func quoted(_ value: String) {
    bytes.append(UInt8(ascii: "\""))
    for byte in value.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"):
        bytes.append(UInt8(ascii: "\\"))
        bytes.append(byte)
      case UInt8(ascii: "\n"): bytes.append(contentsOf: "\\n".utf8)
      case UInt8(ascii: "\t"): bytes.append(contentsOf: "\\t".utf8)
      case UInt8(ascii: "\r"): bytes.append(contentsOf: "\\r".utf8)
      case 0..<0x20:
        bytes.append(contentsOf: "\\u00".utf8)
        bytes.append(contentsOf: (byte < 16 ? "0" : "").utf8)
        bytes.append(contentsOf: String(byte, radix: 16).utf8)
      default: bytes.append(byte)
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }
}
