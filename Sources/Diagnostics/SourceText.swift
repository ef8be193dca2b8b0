import Synchronization

/// Text that somebody wrote, as the bytes it came in, with the name to call it by.
///
/// The bytes are meant to be UTF-8 but need not be: what reads them reports where they are not.
/// An excerpt of a long file (a line of data) is a source text of its own that knows
/// on which line it starts.
public final class SourceText: Sendable {
  /// What diagnostics call this text: a path as the user gave it, or a word such as `expression`.
  public let name: String
  public let bytes: [UInt8]
  /// The number of the first line, 1 unless this is an excerpt.
  public let firstLine: Int
  /// The column of the first byte, 1 unless this is an excerpt of a long line.
  public let firstColumn: Int
  /// Found when a place is first asked for: most texts have nothing wrong in them.
  private let knownLines = Mutex<Lines?>(nil)

  /// - Precondition: fewer than 2^32 bytes.
  public init(name: String, bytes: [UInt8], firstLine: Int = 1, firstColumn: Int = 1) {
    precondition(bytes.count < UInt32.max, "a source text is shorter than 4 GiB")
    self.name = name
    self.bytes = bytes
    self.firstLine = firstLine
    self.firstColumn = firstColumn
  }

  public convenience init(name: String, text: String) {
    self.init(name: name, bytes: Array(text.utf8))
  }

  /// The span of the whole text.
  public var span: SourceSpan { SourceSpan(self, 0, UInt32(bytes.count)) }

  /// Line and column of a byte offset. Offsets past the end count as the end.
  public func position(at offset: UInt32) -> SourcePosition {
    let offset = min(offset, UInt32(bytes.count))
    let lines = lines
    let line = lines.index(at: offset)
    return SourcePosition(
      line: line + firstLine,
      column: lines.scalars(before: Int(offset), in: bytes)
        - lines.scalars(before: Int(lines.starts[line]), in: bytes)
        + (line == 0 ? firstColumn : 1))
  }

  /// The bytes of the line that holds an offset, without its line end.
  func line(at offset: UInt32) -> (start: UInt32, bytes: ArraySlice<UInt8>) {
    let lines = lines
    let index = lines.index(at: min(offset, UInt32(bytes.count)))
    let start = Int(lines.starts[index])
    var end = index + 1 < lines.starts.count ? Int(lines.starts[index + 1]) - 1 : bytes.count
    if end > start, bytes[end - 1] == UInt8(ascii: "\r") { end -= 1 }
    return (UInt32(start), bytes[start..<end])
  }

  private var lines: Lines {
    knownLines.withLock { known in
      if let known { return known }
      let lines = Lines(of: bytes)
      known = lines
      return lines
    }
  }
}

/// Where the lines of a text begin, and how many scalars stand before a place.
private struct Lines {
  /// Offsets of the first byte of each line. Never empty.
  let starts: [UInt32]
  /// How many Unicode scalars begin before every `stride`th byte: a program may write a whole
  /// document on one line.
  private let scalarCounts: [UInt32]

  private static let stride = 1024

  init(of bytes: [UInt8]) {
    var starts: [UInt32] = [0]
    var counts: [UInt32] = []
    var count: UInt32 = 0
    for mark in 0...(bytes.count / Self.stride) {
      counts.append(count)
      for offset in (mark * Self.stride)..<min((mark + 1) * Self.stride, bytes.count) {
        if bytes[offset] == UInt8(ascii: "\n") { starts.append(UInt32(offset + 1)) }
        if beginsScalar(bytes[offset]) { count += 1 }
      }
    }
    self.starts = starts
    scalarCounts = counts
  }

  func index(at offset: UInt32) -> Int {
    var low = 0
    var high = starts.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if starts[middle] <= offset { low = middle } else { high = middle }
    }
    return low
  }

  func scalars(before offset: Int, in bytes: [UInt8]) -> Int {
    let mark = offset / Self.stride
    return Int(scalarCounts[mark])
      + bytes[(mark * Self.stride)..<offset].count(where: beginsScalar)
  }
}

private func beginsScalar(_ byte: UInt8) -> Bool { byte & 0xC0 != 0x80 }

/// A place for people: both counted from 1, the column in Unicode scalars.
public struct SourcePosition: Hashable, Sendable {
  public var line: Int
  public var column: Int

  public init(line: Int, column: Int) {
    self.line = line
    self.column = column
  }
}
