/// Numbers different texts in the order in which they first come.
///
/// Texts are told apart by their bytes.
struct TextInterner: ~Copyable {
  private var arena = ByteArena()
  /// Where each text starts in the arena, and where the last one ends.
  private var bounds: [Int] = [0]
  /// A table with open addressing: 0, or a text's hash and, in the lower half, its number and 1.
  private var slots = [UInt64](repeating: 0, count: 16)
  private var last = -1

  var count: Int { bounds.count - 1 }

  /// About how many bytes all of it takes.
  var byteCount: Int { arena.count + 32 * count }

  var texts: [String] {
    (0..<count).map { String(decoding: bytes($0), as: UTF8.self) }
  }

  /// A text, until the next one is added.
  func bytes(_ code: Int) -> UnsafeBufferPointer<UInt8> {
    UnsafeBufferPointer(start: arena.start + bounds[code], count: bounds[code + 1] - bounds[code])
  }

  /// The number of a text, a new one if it has not come before.
  mutating func code(_ bytes: UnsafeBufferPointer<UInt8>) -> Int {
    // The rows of a subject often follow one another.
    if last >= 0, holds(last, bytes) { return last }
    let hash = Mixer.hash(bytes, 0) >> 32
    let mask = slots.count - 1
    var slot = Int(truncatingIfNeeded: hash) & mask
    while slots[slot] != 0 {
      let code = Int(slots[slot] & 0xFFFF_FFFF) - 1
      if slots[slot] >> 32 == hash, holds(code, bytes) {
        last = code
        return code
      }
      slot = (slot + 1) & mask
    }
    last = count
    slots[slot] = hash << 32 | UInt64(last + 1)
    arena.append(bytes)
    bounds.append(arena.count)
    if count * 2 > slots.count { grow() }
    return last
  }

  @inline(__always)
  private func holds(_ code: Int, _ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    let start = bounds[code]
    guard bounds[code + 1] - start == bytes.count else { return false }
    guard let base = bytes.baseAddress else { return true }
    return ByteScan.isSame(arena.start + start, base, bytes.count)
  }

  private mutating func grow() {
    let before = slots
    slots = [UInt64](repeating: 0, count: before.count * 2)
    let mask = slots.count - 1
    for entry in before where entry != 0 {
      var slot = Int(truncatingIfNeeded: entry >> 32) & mask
      while slots[slot] != 0 { slot = (slot + 1) & mask }
      slots[slot] = entry
    }
  }
}

/// Numbers different pairs of numbers in the order in which they first come.
struct PairIndex {
  private var pairs: [UInt64] = []
  private var slots = [Int32](repeating: -1, count: 16)

  /// Adds a pair with the next number, or gives the number that it has already.
  mutating func add(_ first: Int32, _ second: Int32) -> Int? {
    let pair = UInt64(UInt32(bitPattern: first)) << 32 | UInt64(UInt32(bitPattern: second))
    let mask = slots.count - 1
    var slot = Int(UInt32(truncatingIfNeeded: Mixer.mix(pair))) & mask
    while slots[slot] >= 0 {
      if pairs[Int(slots[slot])] == pair { return Int(slots[slot]) }
      slot = (slot + 1) & mask
    }
    slots[slot] = Int32(pairs.count)
    pairs.append(pair)
    if pairs.count * 2 > slots.count { grow() }
    return nil
  }

  private mutating func grow() {
    slots = [Int32](repeating: -1, count: slots.count * 2)
    let mask = slots.count - 1
    for (number, pair) in pairs.enumerated() {
      var slot = Int(UInt32(truncatingIfNeeded: Mixer.mix(pair))) & mask
      while slots[slot] >= 0 { slot = (slot + 1) & mask }
      slots[slot] = Int32(number)
    }
  }
}

/// Spreads bytes over 64 bits, differently in each process, so that no file can be made to collide.
enum Mixer {
  private static let seeds = (
    UInt64(bitPattern: Int64(Hasher().finalize())) | 1,
    { () -> UInt64 in
      var hasher = Hasher()
      hasher.combine(1)
      return UInt64(bitPattern: Int64(hasher.finalize())) | 1
    }()
  )

  @inline(__always)
  private static func fold(_ a: UInt64, _ b: UInt64) -> UInt64 {
    let product = a.multipliedFullWidth(by: b)
    return product.high ^ product.low
  }

  static func mix(_ word: UInt64) -> UInt64 {
    let folded = fold(word ^ seeds.0, 0x9E37_79B9_7F4A_7C15)
    return folded ^ folded >> 32
  }

  /// - Parameter salt: another one gives another hash.
  static func hash(_ bytes: UnsafeBufferPointer<UInt8>, _ salt: UInt64) -> UInt64 {
    let (one, other) = seeds
    var state = one ^ fold(UInt64(bytes.count) ^ other, salt ^ 0x9E37_79B9_7F4A_7C15)
    guard let start = bytes.baseAddress else { return state }
    let raw = UnsafeRawPointer(start)
    var at = 0
    while at + 8 <= bytes.count {
      let word = raw.loadUnaligned(fromByteOffset: at, as: UInt64.self)
      state = fold(state ^ word, 0x9E37_79B9_7F4A_7C15 ^ other) ^ one
      at += 8
    }
    var word: UInt64 = 0
    while at < bytes.count {
      word = word << 8 | UInt64(bytes[at])
      at += 1
    }
    state = fold(state ^ word, 0xD6E8_FEB8_6659_FD93 ^ other)
    return state ^ state >> 32
  }
}
