/// Finds what is not UTF-8 text.
enum UTF8Check {
  /// The first byte that is NUL or begins no UTF-8 scalar; nil when all is well.
  static func firstFlaw(_ bytes: UnsafeBufferPointer<UInt8>) -> Int? {
    typealias Mask = ByteScan.Mask
    let one = ByteScan.Bytes(repeating: 1)
    guard let base = bytes.baseAddress else { return nil }
    let upper = bytes.count
    var at = 0
    while at < upper {
      if upper - at >= 64 {
        let chunk = ByteScan.Chunk(base + at)
        // The high bit comes from a byte outside ASCII, or from the borrow of a NUL.
        let other =
          ((ByteScan.mask(chunk.a) .| ByteScan.mask(chunk.a &- one))
            .| (ByteScan.mask(chunk.b) .| ByteScan.mask(chunk.b &- one)))
          .| ((ByteScan.mask(chunk.c) .| ByteScan.mask(chunk.c &- one))
            .| (ByteScan.mask(chunk.d) .| ByteScan.mask(chunk.d &- one)))
        let halves = unsafeBitCast(other, to: SIMD2<UInt64>.self)
        if (halves[0] | halves[1]) & 0x8080_8080_8080_8080 == 0 {
          at += 64
          continue
        }
      }
      let end = min(at + 64, upper)
      while at < end {
        if bytes[at] == 0 { return at }
        guard let length = scalarLength(bytes.span, at: at, to: upper) else { return at }
        at += length
      }
    }
    return nil
  }

  /// How many bytes the scalar at an offset has; nil where there is none.
  static func scalarLength(_ bytes: Span<UInt8>, at: Int, to upper: Int) -> Int? {
    let first = bytes[at]
    if first < 0x80 { return 1 }
    func continues(_ offset: Int, _ range: ClosedRange<UInt8> = 0x80...0xBF) -> Bool {
      at + offset < upper && range.contains(bytes[at + offset])
    }
    switch first {
    case 0xC2...0xDF: return continues(1) ? 2 : nil
    case 0xE0: return continues(1, 0xA0...0xBF) && continues(2) ? 3 : nil
    case 0xED: return continues(1, 0x80...0x9F) && continues(2) ? 3 : nil
    case 0xE1...0xEF: return continues(1) && continues(2) ? 3 : nil
    case 0xF0: return continues(1, 0x90...0xBF) && continues(2) && continues(3) ? 4 : nil
    case 0xF1...0xF3: return continues(1) && continues(2) && continues(3) ? 4 : nil
    case 0xF4: return continues(1, 0x80...0x8F) && continues(2) && continues(3) ? 4 : nil
    default: return nil
    }
  }
}
