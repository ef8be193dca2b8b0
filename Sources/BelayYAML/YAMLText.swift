package import Diagnostics

/// A text that libyaml can take: UTF-8, no control characters, no byte order mark in its way.
///
/// libyaml counts Unicode scalars from behind the mark; this counts them back into bytes.
package struct YAMLText: Sendable {
  package let source: SourceText
  /// Where the text begins: 3 behind a byte order mark, else 0.
  package let start: Int
  /// The offset of every 64th scalar; empty where each scalar of the text is one byte.
  private let marks: [UInt32]

  private static let stride = 64

  /// - Throws: what is wrong with the first bytes that YAML does not take.
  package init(_ source: SourceText) throws(Diagnostic) {
    let bytes = source.bytes
    if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
      throw .utf16(SourceSpan(source, 0, 2))
    }
    self.source = source
    let start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    self.start = start
    if bytes.withUnsafeBufferPointer({ isPlain(UnsafeBufferPointer(rebasing: $0[start...])) }) {
      marks = []
      return
    }
    var marks: [UInt32] = []
    var count = 0
    var offset = start
    while offset < bytes.count {
      if count % Self.stride == 0 { marks.append(UInt32(offset)) }
      count += 1
      let byte = bytes[offset]
      if byte < 0x80 {
        guard byte >= 0x20 && byte != 0x7F || byte == 0x09 || byte == 0x0A || byte == 0x0D else {
          throw .controlCharacter(UInt32(byte), at: SourceSpan(source, offset, offset + 1))
        }
        offset += 1
        continue
      }
      guard let (scalar, width) = decodeUTF8(bytes, at: offset) else {
        throw .invalidUTF8(at: SourceSpan(source, offset, offset + 1))
      }
      switch scalar {
      case 0x80...0x84, 0x86...0x9F, 0xFFFE, 0xFFFF:
        throw .controlCharacter(scalar, at: SourceSpan(source, offset, offset + width))
      default: break
      }
      offset += width
    }
    self.marks = marks
  }

  /// The byte offset of the scalar with this number, counted from the start of the text.
  func offset(ofScalar index: Int) -> UInt32 {
    let bytes = source.bytes
    guard !marks.isEmpty else { return UInt32(min(start + index, bytes.count)) }
    guard index / Self.stride < marks.count else { return UInt32(bytes.count) }
    let mark = index / Self.stride
    var offset = Int(marks[mark])
    // Where as many bytes as scalars stand between two marks, each scalar is one byte.
    if mark + 1 < marks.count, Int(marks[mark + 1]) - offset == Self.stride {
      return UInt32(offset + index % Self.stride)
    }
    for _ in 0..<(index % Self.stride) where offset < bytes.count {
      offset += 1
      while offset < bytes.count, bytes[offset] & 0xC0 == 0x80 { offset += 1 }
    }
    return UInt32(offset)
  }

  /// The offset behind so many anchors and tags, and the space and comments around them.
  func skipProperties(_ count: Int, from lower: UInt32) -> UInt32 {
    let bytes = source.bytes
    var offset = Int(lower)
    for _ in 0..<count {
      switch byte(at: offset) {
      case UInt8(ascii: "&"):
        // libyaml's anchors are of letters, digits and these two.
        repeat { offset += 1 } while isWord(at: offset) || byte(at: offset) == UInt8(ascii: "-")
      case UInt8(ascii: "!"):
        while offset < bytes.count, !isBlank(at: offset), breakWidth(at: offset) == 0 {
          offset += 1
        }
      default: return UInt32(offset)
      }
      offset = skipSpaceAndComments(from: offset)
    }
    return UInt32(offset)
  }

  /// The offset of the next byte that is neither space, line end nor comment.
  func skipSpaceAndComments(from lower: Int) -> Int {
    let bytes = source.bytes
    var offset = lower
    while offset < bytes.count {
      if isBlank(at: offset) {
        offset += 1
      } else if breakWidth(at: offset) > 0 {
        offset += breakWidth(at: offset)
      } else if bytes[offset] == UInt8(ascii: "#"),
        offset == start || offset > lower || isBlankOrBreak(at: offset - 1)
      {
        while offset < bytes.count, breakWidth(at: offset) == 0 { offset += 1 }
      } else {
        break
      }
    }
    return offset
  }

  /// The offset of the next line end of any kind, or `limit` if none comes before.
  func nextBreak(from lower: Int, to limit: Int) -> Int {
    let bytes = source.bytes
    var offset = lower
    while offset < limit {
      switch bytes[offset] {
      case UInt8(ascii: "\n"), UInt8(ascii: "\r"): return offset
      case 0xC2, 0xE2:
        if breakWidth(at: offset) > 0 { return offset }
      default: break
      }
      offset += 1
    }
    return limit
  }

  /// The byte here, or 0 at the end of the text.
  func byte(at offset: Int) -> UInt8 {
    offset < source.bytes.count ? source.bytes[offset] : 0
  }

  /// Whether a letter, a digit or `_` of ASCII is here.
  func isWord(at offset: Int) -> Bool {
    switch byte(at: offset) {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
      true
    default: false
    }
  }

  func isBlank(at offset: Int) -> Bool {
    let byte = source.bytes[offset]
    return byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")
  }

  /// A line end, as people know it: YAML's rarer ones are for `breakWidth` to see.
  func isBreak(at offset: Int) -> Bool {
    let byte = source.bytes[offset]
    return byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r")
  }

  func isBlankOrBreak(at offset: Int) -> Bool { isBlank(at: offset) || isBreak(at: offset) }

  /// How many bytes the line end here takes, 0 if there is none.
  ///
  /// libyaml also ends lines at U+0085, U+2028 and U+2029, as YAML 1.1 had it.
  func breakWidth(at offset: Int) -> Int {
    let bytes = source.bytes
    func byte(_ index: Int) -> UInt8 { offset + index < bytes.count ? bytes[offset + index] : 0 }
    switch byte(0) {
    case UInt8(ascii: "\r"): return byte(1) == UInt8(ascii: "\n") ? 2 : 1
    case UInt8(ascii: "\n"): return 1
    case 0xC2: return byte(1) == 0x85 ? 2 : 0
    case 0xE2: return byte(1) == 0x80 && (byte(2) == 0xA8 || byte(2) == 0xA9) ? 3 : 0
    default: return 0
    }
  }
}

extension SourceSpan {
  init(_ source: SourceText, _ lower: Int, _ upper: Int) {
    self.init(source, UInt32(lower), UInt32(upper))
  }
}

/// Whether all are printable ASCII, tabs or line ends.
///
/// Looks at all bytes: a loop without a way out takes many at once, and most texts are plain.
private func isPlain(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
  var others: UInt8 = 0
  for byte in bytes {
    let isPrintable: UInt8 = byte &- 0x20 < 0x5F ? 1 : 0
    let isTab: UInt8 = byte == 0x09 ? 1 : 0
    let isNewline: UInt8 = byte == 0x0A ? 1 : 0
    let isReturn: UInt8 = byte == 0x0D ? 1 : 0
    others |= 1 ^ (isPrintable | isTab | isNewline | isReturn)
  }
  return others == 0
}

/// The scalar that starts here and how many bytes it takes; nil where the bytes are not UTF-8.
private func decodeUTF8(_ bytes: [UInt8], at offset: Int) -> (scalar: UInt32, width: Int)? {
  let first = bytes[offset]
  let width: Int
  var scalar: UInt32
  switch first {
  case 0xC2...0xDF: (width, scalar) = (2, UInt32(first & 0x1F))
  case 0xE0...0xEF: (width, scalar) = (3, UInt32(first & 0x0F))
  case 0xF0...0xF4: (width, scalar) = (4, UInt32(first & 0x07))
  default: return nil
  }
  guard offset + width <= bytes.count else { return nil }
  for index in 1..<width {
    let byte = bytes[offset + index]
    guard byte & 0xC0 == 0x80 else { return nil }
    scalar = scalar << 6 | UInt32(byte & 0x3F)
  }
  let smallest: UInt32 = width == 2 ? 0x80 : width == 3 ? 0x800 : 0x10000
  guard scalar >= smallest, Unicode.Scalar(scalar) != nil else { return nil }
  return (scalar, width)
}
