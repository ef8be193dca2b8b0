/// Looks at text sixteen bytes at a time.
///
/// The types are written out, and masks are used for all logic: that way the operators are those
/// that become single instructions.
enum ByteScan {
  typealias Bytes = SIMD16<UInt8>
  typealias Mask = SIMDMask<SIMD16<Int8>>

  /// Sixty-four bytes.
  struct Chunk {
    let a: Bytes
    let b: Bytes
    let c: Bytes
    let d: Bytes

    @inline(__always)
    init(_ at: UnsafePointer<UInt8>) {
      let raw = UnsafeRawPointer(at)
      a = raw.loadUnaligned(as: Bytes.self)
      b = raw.loadUnaligned(fromByteOffset: 16, as: Bytes.self)
      c = raw.loadUnaligned(fromByteOffset: 32, as: Bytes.self)
      d = raw.loadUnaligned(fromByteOffset: 48, as: Bytes.self)
    }

    /// A bit for each byte that is the one looked for, in the order of `ordered`.
    @inline(__always)
    func gathered(_ byte: UInt8) -> UInt64 {
      let sought = Bytes(repeating: byte)
      return ByteScan.gathered(a .== sought, b .== sought, c .== sought, d .== sought)
    }

    /// The same for either of two bytes.
    @inline(__always)
    func gathered(_ one: UInt8, _ other: UInt8) -> UInt64 {
      let x = Bytes(repeating: one)
      let y = Bytes(repeating: other)
      return ByteScan.gathered(
        (a .== x) .| (a .== y), (b .== x) .| (b .== y), (c .== x) .| (c .== y),
        (d .== x) .| (d .== y))
    }
  }

  /// Packs four masks into a bit for each byte: of the byte at `8 * i + j` the bit `8 * j + i`.
  @inline(__always)
  static func gathered(_ a: Mask, _ b: Mask, _ c: Mask, _ d: Mask) -> UInt64 {
    let packed =
      ((a .& bits(1, 2)) .| (b .& bits(4, 8))) .| ((c .& bits(16, 32)) .| (d .& bits(64, 128)))
    let halves = unsafeBitCast(packed, to: SIMD2<UInt64>.self)
    return halves[0] | halves[1]
  }

  @inline(__always)
  private static func bits(_ low: UInt64, _ high: UInt64) -> Mask {
    let ones: UInt64 = 0x0101_0101_0101_0101
    return unsafeBitCast(SIMD2<UInt64>(low &* ones, high &* ones), to: Mask.self)
  }

  @inline(__always)
  static func mask(_ bytes: Bytes) -> Mask { unsafeBitCast(bytes, to: Mask.self) }

  /// The sum of sixteen bytes.
  @inline(__always)
  static func sum(_ bytes: Bytes) -> Int {
    let halves = unsafeBitCast(bytes, to: SIMD2<UInt64>.self)
    let low: UInt64 = 0x00FF_00FF_00FF_00FF
    let pairs =
      (halves[0] & low) &+ (halves[0] >> 8 & low) &+ (halves[1] & low) &+ (halves[1] >> 8 & low)
    return Int((pairs &* 0x0001_0001_0001_0001) >> 48)
  }

  /// Turns gathered bits into those in the order of the bytes, the first byte lowest.
  @inline(__always)
  static func ordered(_ gathered: UInt64) -> UInt64 {
    // The transposition of a matrix of eight by eight bits.
    var bits = gathered
    var swapped = (bits ^ (bits >> 7)) & 0x00AA_00AA_00AA_00AA
    bits = bits ^ swapped ^ (swapped << 7)
    swapped = (bits ^ (bits >> 14)) & 0x0000_CCCC_0000_CCCC
    bits = bits ^ swapped ^ (swapped << 14)
    swapped = (bits ^ (bits >> 28)) & 0x0000_0000_F0F0_F0F0
    return bits ^ swapped ^ (swapped << 28)
  }

  /// The bits from each set bit up to the next but one, exclusive.
  @inline(__always)
  static func prefixXor(_ bits: UInt64) -> UInt64 {
    var bits = bits
    bits ^= bits << 1
    bits ^= bits << 2
    bits ^= bits << 4
    bits ^= bits << 8
    bits ^= bits << 16
    bits ^= bits << 32
    return bits
  }

  /// Whether an odd number of quotes stands in a stretch.
  static func hasOddQuotes(_ base: UnsafePointer<UInt8>, from lower: Int, to upper: Int) -> Bool {
    let quote = Bytes(repeating: UInt8(ascii: "\""))
    var odd = Mask(repeating: false)
    var at = lower
    while at + 64 <= upper {
      let chunk = Chunk(base + at)
      odd =
        odd
        .^ (((chunk.a .== quote) .^ (chunk.b .== quote))
          .^ ((chunk.c .== quote)
            .^ (chunk.d .== quote)))
      at += 64
    }
    let halves = unsafeBitCast(odd, to: SIMD2<UInt64>.self)
    // Every byte is 0 or 255.
    var isOdd = (halves[0] ^ halves[1]).nonzeroBitCount % 16 != 0
    while at < upper {
      if base[at] == UInt8(ascii: "\"") { isOdd.toggle() }
      at += 1
    }
    return isOdd
  }

  /// Behind the last newline outside quotes, if there is one in the stretch.
  ///
  /// - Parameter isQuoted: whether the stretch ends inside quotes.
  static func lastRecordEnd(
    _ base: UnsafePointer<UInt8>, from lower: Int, to upper: Int, isQuoted: Bool
  ) -> Int? {
    var isQuoted = isQuoted
    var at = upper
    while at > lower {
      at -= 1
      if base[at] == UInt8(ascii: "\"") { isQuoted.toggle() }
      if base[at] == UInt8(ascii: "\n"), !isQuoted { return at + 1 }
    }
    return nil
  }

  static func lastNewline(_ base: UnsafePointer<UInt8>, from lower: Int, to upper: Int) -> Int? {
    var at = upper
    while at > lower {
      at -= 1
      if base[at] == UInt8(ascii: "\n") { return at + 1 }
    }
    return nil
  }

  @inline(__always)
  static func isSame(_ a: UnsafePointer<UInt8>, _ b: UnsafePointer<UInt8>, _ count: Int) -> Bool {
    let (x, y) = (UnsafeRawPointer(a), UnsafeRawPointer(b))
    var at = 0
    while at + 8 <= count {
      let left = x.loadUnaligned(fromByteOffset: at, as: UInt64.self)
      if left != y.loadUnaligned(fromByteOffset: at, as: UInt64.self) { return false }
      at += 8
    }
    while at < count {
      if a[at] != b[at] { return false }
      at += 1
    }
    return true
  }

  /// How many newlines stand in a text.
  static func newlines(_ text: UnsafeBufferPointer<UInt8>) -> Int {
    var count = 0
    for byte in text { count &+= byte == UInt8(ascii: "\n") ? 1 : 0 }
    return count
  }

  /// Four bytes as a number.
  @inline(__always)
  static func word(_ at: UnsafePointer<UInt8>) -> UInt32 {
    UnsafeRawPointer(at).loadUnaligned(as: UInt32.self)
  }

  @inline(__always)
  static func word(_ text: StaticString) -> UInt32 {
    UnsafeRawPointer(text.utf8Start).loadUnaligned(as: UInt32.self)
  }

  /// Where the closing quote of a JSON string stands, if no escape and no control character comes
  /// before it.
  @inline(__always)
  static func plainStringEnd(
    _ base: UnsafePointer<UInt8>, from start: Int, to count: Int
  ) -> Int? {
    let ones: UInt64 = 0x0101_0101_0101_0101
    let high: UInt64 = 0x8080_8080_8080_8080
    let raw = UnsafeRawPointer(base)
    var at = start
    while at < count {
      let word = UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: at, as: UInt64.self))
      let quotes = word ^ (ones &* 0x22)
      let escapes = word ^ (ones &* 0x5C)
      // The lowest bit set is right; those above it may come from a borrow.
      let found =
        ((quotes &- ones) & ~quotes) | ((escapes &- ones) & ~escapes)
        | ((word &- ones &* 0x20) & ~word)
      if found & high != 0 {
        let end = at + (found & high).trailingZeroBitCount / 8
        return end < count && base[end] == UInt8(ascii: "\"") ? end : nil
      }
      at += 8
    }
    return nil
  }
}
