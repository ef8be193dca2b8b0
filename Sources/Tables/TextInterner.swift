/// Numbers different texts in the order in which they first come.
///
/// Texts are told apart by their bytes.
struct TextInterner {
  private var arena: [UInt8] = []
  /// Where each text starts in the arena, and where the last one ends.
  private var bounds: [Int] = [0]
  private var hashes: [UInt32] = []
  /// A table with open addressing: the number of a text, or -1.
  private var slots = [Int32](repeating: -1, count: 16)
  private var last: Int32 = -1

  var count: Int { hashes.count }

  var texts: [String] {
    (0..<count).map { text($0) }
  }

  func text(_ code: Int) -> String {
    String(decoding: arena[bounds[code]..<bounds[code + 1]], as: UTF8.self)
  }

  /// The number of a text, a new one if it has not come before.
  mutating func code(_ bytes: Span<UInt8>, _ lower: Int, _ upper: Int) -> Int {
    // The rows of a subject often follow one another.
    if last >= 0, holds(last, bytes, lower, upper) { return Int(last) }
    let hash = Mixer.hash(bytes, lower, upper)
    let mask = slots.count - 1
    var slot = Int(hash) & mask
    while slots[slot] >= 0 {
      let code = slots[slot]
      if hashes[Int(code)] == hash, holds(code, bytes, lower, upper) {
        last = code
        return Int(code)
      }
      slot = (slot + 1) & mask
    }
    last = Int32(count)
    slots[slot] = last
    hashes.append(hash)
    for index in lower..<upper { arena.append(bytes[index]) }
    bounds.append(arena.count)
    if count * 2 > slots.count { grow() }
    return Int(last)
  }

  private func holds(_ code: Int32, _ bytes: Span<UInt8>, _ lower: Int, _ upper: Int) -> Bool {
    let start = bounds[Int(code)]
    guard bounds[Int(code) + 1] - start == upper - lower else { return false }
    for offset in 0..<upper - lower where arena[start + offset] != bytes[lower + offset] {
      return false
    }
    return true
  }

  private mutating func grow() {
    slots = [Int32](repeating: -1, count: slots.count * 2)
    let mask = slots.count - 1
    for (code, hash) in hashes.enumerated() {
      var slot = Int(hash) & mask
      while slots[slot] >= 0 { slot = (slot + 1) & mask }
      slots[slot] = Int32(code)
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
    var slot = Int(Mixer.mix(pair)) & mask
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
      var slot = Int(Mixer.mix(pair)) & mask
      while slots[slot] >= 0 { slot = (slot + 1) & mask }
      slots[slot] = Int32(number)
    }
  }
}

/// Spreads bytes over 32 bits, differently in each process, so that no file can be made to collide.
private enum Mixer {
  private static let seed = UInt64(bitPattern: Int64(Hasher().finalize()))

  static func mix(_ word: UInt64) -> UInt32 {
    let product = (word ^ seed).multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
    let folded = product.high ^ product.low
    return UInt32(truncatingIfNeeded: folded ^ folded >> 32)
  }

  static func hash(_ bytes: Span<UInt8>, _ lower: Int, _ upper: Int) -> UInt32 {
    var state = seed ^ UInt64(upper - lower)
    var at = lower
    while at < upper {
      var word: UInt64 = 0
      for index in at..<min(at + 8, upper) { word = word << 8 | UInt64(bytes[index]) }
      let product = (state ^ word).multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
      state = product.high ^ product.low ^ seed
      at += 8
    }
    return UInt32(truncatingIfNeeded: state ^ state >> 32)
  }
}
