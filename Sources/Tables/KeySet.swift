/// The hashes of keys that have come, in a table that is at most three quarters full.
package struct KeySet {
  /// A slot that is free holds `free`.
  private var slots: [KeyHash]
  private var count = 0

  private static let free = KeyHash(low: 0, high: 0)

  package init() {
    slots = Array(repeating: Self.free, count: 1024)
  }

  /// Adds a key; false when it is there already.
  @discardableResult
  package mutating func insert(_ key: KeyHash) -> Bool {
    if count * 4 >= slots.count * 3 { grow() }
    let key = key == Self.free ? KeyHash(low: 0, high: 1) : key
    let place = self.place(of: key)
    guard slots[place] == Self.free else { return false }
    slots[place] = key
    count += 1
    return true
  }

  /// Where a key is, or belongs.
  private func place(of key: KeyHash) -> Int {
    let mask = slots.count - 1
    var place = Int(truncatingIfNeeded: key.low) & mask
    while slots[place] != Self.free, slots[place] != key { place = (place + 1) & mask }
    return place
  }

  private mutating func grow() {
    let old = slots
    slots = Array(repeating: Self.free, count: 2 * old.count)
    for key in old where key != Self.free { slots[place(of: key)] = key }
  }
}
