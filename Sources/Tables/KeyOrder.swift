/// Proves of rows that no two have the same id and period, as long as they come in some order.
///
/// The orders are: by id, then by period, or by period, then by id; each of the two up or down;
/// ids compared by their bytes, or by length and then by bytes.
package struct KeyOrder: Sendable {
  /// A bit for each order that holds so far.
  private var orders: UInt16 = .max
  private var first: Key?
  private var last: Key?

  private struct Key {
    var id: [UInt8]
    var period: Int32
  }

  package init() {}

  /// The order of rows that follow one another.
  package init(_ keys: [(id: [UInt8], period: Int32)]) {
    for key in keys {
      var one = KeyOrder()
      one.first = Key(id: key.id, period: key.period)
      one.last = one.first
      join(one)
    }
  }

  /// Whether no two of the rows can have the same key.
  package var isProof: Bool { orders != 0 }

  /// Adds the rows that follow in the data.
  package mutating func join(_ next: KeyOrder) {
    guard let nextFirst = next.first else { return }
    orders &= next.orders
    if let last {
      last.id.withUnsafeBufferPointer { a in
        nextFirst.id.withUnsafeBufferPointer { b in
          orders &= Self.orders(a, last.period, b, nextFirst.period)
        }
      }
    }
    first = first ?? nextFirst
    last = next.last
  }

  /// The order of consecutive rows.
  init(count: Int, _ key: (Int) -> (id: UnsafeBufferPointer<UInt8>, period: Int32)) {
    guard count > 0 else { return }
    var before = key(0)
    first = Key(id: Array(before.id), period: before.period)
    for row in 1..<max(count, 1) {
      let here = key(row)
      orders &= Self.orders(before.id, before.period, here.id, here.period)
      if orders == 0 { break }
      before = here
    }
    let end = key(count - 1)
    last = Key(id: Array(end.id), period: end.period)
  }

  /// The orders in which one key may come before another.
  @inline(__always)
  private static func orders(
    _ a: UnsafeBufferPointer<UInt8>, _ aPeriod: Int32,
    _ b: UnsafeBufferPointer<UInt8>, _ bPeriod: Int32
  ) -> UInt16 {
    let byBytes = compare(a, b)
    let byLength = a.count == b.count ? byBytes : (a.count < b.count ? 0 : 2)
    let byPeriod = aPeriod == bPeriod ? 1 : (aPeriod < bPeriod ? 0 : 2)
    return table[(byBytes * 3 + byLength) * 3 + byPeriod]
  }

  /// 0, 1 or 2 as the first is less than, the same as or greater than the second.
  @inline(__always)
  private static func compare(
    _ a: UnsafeBufferPointer<UInt8>, _ b: UnsafeBufferPointer<UInt8>
  ) -> Int {
    let count = min(a.count, b.count)
    let (x, y) = (UnsafeRawPointer(a.baseAddress), UnsafeRawPointer(b.baseAddress))
    var at = 0
    if let x, let y {
      while at + 8 <= count {
        let left = UInt64(bigEndian: x.loadUnaligned(fromByteOffset: at, as: UInt64.self))
        let right = UInt64(bigEndian: y.loadUnaligned(fromByteOffset: at, as: UInt64.self))
        if left != right { return left < right ? 0 : 2 }
        at += 8
      }
    }
    while at < count {
      if a[at] != b[at] { return a[at] < b[at] ? 0 : 2 }
      at += 1
    }
    return a.count == b.count ? 1 : (a.count < b.count ? 0 : 2)
  }

  /// For each outcome of the three comparisons the orders that it agrees with.
  private static let table: [UInt16] = (0..<27).map { outcome in
    let (byBytes, byLength, byPeriod) = (outcome / 9, outcome / 3 % 3, outcome % 3)
    var orders: UInt16 = 0
    for order in 0..<16 {
      let byID = order & 1 == 0 ? byBytes : byLength
      let id = order & 2 == 0 ? byID : 2 - byID
      let period = order & 4 == 0 ? byPeriod : 2 - byPeriod
      let (one, other) = order & 8 == 0 ? (id, period) : (period, id)
      if one == 0 || (one == 1 && other == 0) { orders |= 1 << UInt16(order) }
    }
    return orders
  }
}

/// A row's id and period in 128 bits, mixed differently in each process: different keys have
/// different hashes for all that matters.
package struct KeyHash: Hashable, Sendable {
  package let low: UInt64
  package let high: UInt64
}

extension KeyHash {
  init(id: UnsafeBufferPointer<UInt8>, period: Int32) {
    let salt = UInt64(UInt32(bitPattern: period))
    low = Mixer.hash(id, salt)
    high = Mixer.hash(id, salt | 1 << 40)
  }
}
