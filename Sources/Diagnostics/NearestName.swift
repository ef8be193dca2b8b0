/// The name that a reader most likely meant, or nil when none is close.
///
/// Counts insertions, deletions, substitutions and swaps of neighbours. A third of the name may
/// differ; ties go to the name that comes first.
public func nearestName(to name: String, among candidates: some Sequence<String>) -> String? {
  let target = Array(name.lowercased().utf8)
  guard target.count <= 64 else { return nil }
  var best: (distance: Int, name: String)?
  for candidate in candidates where candidate != name {
    let bytes = Array(candidate.lowercased().utf8)
    let limit = max(1, max(target.count, bytes.count) / 3)
    guard abs(bytes.count - target.count) <= limit, bytes.count <= 64 else { continue }
    let distance = editDistance(target, bytes)
    // Two names without a letter in common are not near, however short.
    guard distance < max(target.count, bytes.count) else { continue }
    if distance <= limit, distance < best?.distance ?? .max { best = (distance, candidate) }
  }
  return best?.name
}

private func editDistance(_ a: [UInt8], _ b: [UInt8]) -> Int {
  var beforeLast: [Int] = []
  var last = Array(0...b.count)
  for i in a.indices {
    var row = [i + 1]
    for j in b.indices {
      var cost = min(row[j] + 1, last[j + 1] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
      if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
        cost = min(cost, beforeLast[j - 1] + 1)
      }
      row.append(cost)
    }
    (beforeLast, last) = (last, row)
  }
  return last[b.count]
}
