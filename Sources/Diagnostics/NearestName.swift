/// The name that a reader most likely meant, or nil when none is close.
///
/// Counts insertions, deletions, substitutions and swaps of neighbours. A third of the name may
/// differ; ties go to the name that comes first. Takes time with the bytes of all candidates.
public func nearestName(to name: String, among candidates: some Sequence<String>) -> String? {
  guard let pattern = EditPattern(name) else { return nil }
  var best: (distance: Int, name: String)?
  for candidate in Array(candidates) {
    let length = candidate.utf8.count
    let limit = max(1, max(pattern.length, length) / 3)
    guard abs(length - pattern.length) <= limit, length <= 64, candidate != name else { continue }
    let distance = pattern.distance(to: candidate)
    // Two names without a letter in common are not near, however short.
    guard distance < max(pattern.length, length) else { continue }
    if distance <= limit, distance < best?.distance ?? .max { best = (distance, candidate) }
  }
  return best?.name
}

/// A name of at most 64 bytes as bits, to find the edits between it and others.
///
/// This is Hyyrö's form of Myers' algorithm: a word holds a column of the table of distances, each
/// bit whether the distance grows or shrinks from one row to the next.
private struct EditPattern {
  let length: Int
  /// For each byte the places at which it stands.
  private var places = [UInt64](repeating: 0, count: 256)

  init?(_ name: String) {
    length = name.utf8.count
    guard length <= 64 else { return nil }
    for (place, byte) in name.utf8.enumerated() { places[Int(lowercased(byte))] |= 1 << place }
  }

  func distance(to other: String) -> Int {
    guard length > 0 else { return other.utf8.count }
    let last: UInt64 = 1 << (length - 1)
    var distance = length
    var (grows, shrinks, diagonal, before): (UInt64, UInt64, UInt64, UInt64) = (.max, 0, 0, 0)
    for byte in other.utf8 {
      let here = places[Int(lowercased(byte))]
      let swapped = ((~diagonal & here) << 1) & before
      diagonal = (((here & grows) &+ grows) ^ grows) | here | shrinks | swapped
      var right = shrinks | ~(diagonal | grows)
      var left = diagonal & grows
      if right & last != 0 { distance += 1 }
      if left & last != 0 { distance -= 1 }
      right = right << 1 | 1
      left <<= 1
      grows = left | ~(diagonal | right)
      shrinks = right & diagonal
      before = here
    }
    return distance
  }
}

private func lowercased(_ byte: UInt8) -> UInt8 {
  (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
}
