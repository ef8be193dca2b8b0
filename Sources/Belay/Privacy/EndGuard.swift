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
    while let container = tightContainer(Containers(cells)),
      let smallest = Self.largest(inside: container, cells).min(by: {
        (cells[$0].count, cells[$0].order) < (cells[$1].count, cells[$1].order)
      })
    {
      cells[smallest].shown = nil
      gone.insert(smallest)
    }
    return gone
  }

  /// What figures say of one another: a container's is the sum of those inside and of the rest.
  private struct Containers {
    /// By container, the cells inside that show figures and are inside no other that does.
    var inside: [(container: Int, parts: [Int])] = []
    /// Bounds of the sums of cells, and of what the parts of a container leave of it.
    var bounds: [ClosedRange<Double>]
    var rests: [ClosedRange<Double>] = []
    var counts: [Double]

    init(_ cells: [Cell]) {
      counts = cells.map { Double($0.count) }
      bounds = cells.map { $0.shown ?? 0...Double($0.count) }
      for container in cells.indices where cells[container].shown != nil {
        let parts = EndGuard.largest(inside: container, cells)
        guard !parts.isEmpty else { continue }
        let rest = counts[container] - parts.reduce(0) { $0 + counts[$1] }
        inside.append((container, parts))
        rests.append(0...max(0, rest))
      }
      // On a tree there and back again is enough.
      for place in inside.indices { gather(place) }
      for place in inside.indices.reversed() { spread(place) }
    }

    /// Narrows a container's bounds to the sum of its parts'.
    private mutating func gather(_ place: Int) {
      let (container, parts) = inside[place]
      let low = parts.reduce(rests[place].lowerBound) { $0 + bounds[$1].lowerBound }
      let high = parts.reduce(rests[place].upperBound) { $0 + bounds[$1].upperBound }
      bounds[container] = bounds[container].narrowed(low, high)
    }

    /// Narrows the bounds of parts to what the container leaves beside the others.
    private mutating func spread(_ place: Int) {
      let (container, parts) = inside[place]
      let whole = bounds[container]
      let low = parts.reduce(rests[place].lowerBound) { $0 + bounds[$1].lowerBound }
      let high = parts.reduce(rests[place].upperBound) { $0 + bounds[$1].upperBound }
      func narrowed(_ part: ClosedRange<Double>) -> ClosedRange<Double> {
        part.narrowed(
          whole.lowerBound - (high - part.upperBound), whole.upperBound - (low - part.lowerBound))
      }
      for part in parts { bounds[part] = narrowed(bounds[part]) }
      rests[place] = narrowed(rests[place])
    }
  }

  /// A container of which a part is too well known; nil where all is well.
  private func tightContainer(_ containers: Containers) -> Int? {
    let room = Self.step * Double(minimum - 1) * 1.01
    for (place, (container, parts)) in containers.inside.enumerated() {
      let rest = containers.counts[container] - parts.reduce(0) { $0 + containers.counts[$1] }
      let all =
        parts.map { (containers.bounds[$0], containers.counts[$0]) }
        + [(containers.rests[place], rest)]
      let isTight = all.contains { bounds, count in
        count > 0 && (count - bounds.lowerBound <= room || bounds.upperBound <= room)
      }
      if isTight { return container }
    }
    return nil
  }

  /// The cells inside a container that show figures and are inside no other that does.
  private static func largest(inside container: Int, _ cells: [Cell]) -> [Int] {
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

extension ClosedRange<Double> {
  /// The part of it between two bounds, which rounding may have set a little apart.
  fileprivate func narrowed(_ low: Double, _ high: Double) -> ClosedRange<Double> {
    let lower = Swift.min(Swift.max(lowerBound, low), upperBound)
    return lower...Swift.max(lower, Swift.min(upperBound, high))
  }
}
