/// Keeps figures from telling together that nearly everybody in a group is at an end of the range.
///
/// One rounded figure leaves room: its end steps are coded. A container's figure less those inside
/// can leave less, and then a few people of the group are known better than any figure is shown.
/// Where it would, the smallest figure inside is suppressed too.
struct EndGuard {
  struct Cell {
    var parent: Int?
    /// How many people are behind it, those of the cells inside included.
    var count: Int
    /// Bounds of the sum that its figure shows, each person counting 0 to 1; nil for none.
    var shown: ClosedRange<Double>?
    /// Decides between cells of the same size.
    var order: Int
  }

  /// A step of the range, as a share of it.
  private static let step = 0.05
  let minimum: Int

  /// The cells whose figures have to go, for the rest to be safe.
  ///
  /// - Precondition: each cell comes before the one that contains it.
  func suppressed(_ cells: [Cell]) -> Set<Int> {
    var cells = cells
    var gone: Set<Int> = []
    for container in cells.indices where cells[container].shown != nil {
      while let tight = tightCell(inside: container, cells) {
        cells[tight].shown = nil
        gone.insert(tight)
      }
    }
    return gone
  }

  /// The smallest figure inside a container of which something is too well known; nil where all is
  /// well.
  private func tightCell(inside container: Int, _ cells: [Cell]) -> Int? {
    let inside = largest(inside: container, cells)
    guard !inside.isEmpty, let whole = cells[container].shown else { return nil }
    let counts = inside.map { Double(cells[$0].count) }
    let rest = max(0, Double(cells[container].count) - counts.reduce(0, +))
    var parts = inside.map { cells[$0].shown! } + [0...rest]
    // Each part is what the whole leaves beside the others.
    let (low, high) = (
      parts.reduce(0) { $0 + $1.lowerBound }, parts.reduce(0) { $0 + $1.upperBound }
    )
    for i in parts.indices {
      let least = whole.lowerBound - (high - parts[i].upperBound)
      let most = whole.upperBound - (low - parts[i].lowerBound)
      let lower = max(parts[i].lowerBound, min(least, parts[i].upperBound))
      parts[i] = lower...max(lower, min(parts[i].upperBound, most))
    }
    let room = Self.step * Double(minimum - 1) * 1.01
    let isTight = zip(parts, counts + [rest]).contains { part, count in
      count > 0 && (count - part.lowerBound <= room || part.upperBound <= room)
    }
    guard isTight else { return nil }
    return inside.min {
      (cells[$0].count, cells[$0].order) < (cells[$1].count, cells[$1].order)
    }
  }

  /// The cells inside a container that show figures and are inside no other that does.
  private func largest(inside container: Int, _ cells: [Cell]) -> [Int] {
    cells.indices.filter { cell in
      guard cells[cell].shown != nil else { return false }
      var place = cells[cell].parent
      while let outer = place {
        if outer == container { return true }
        if cells[outer].shown != nil { return false }
        place = cells[outer].parent
      }
      return false
    }
  }
}
