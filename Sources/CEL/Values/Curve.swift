/// A curve through points, straight between them and level beyond the first and the last.
public struct Curve: Hashable, Sendable {
  public struct Point: Hashable, Sendable {
    public var x: Double
    public var y: Double

    public init(x: Double, y: Double) {
      self.x = x
      self.y = y
    }
  }

  /// In order of `x`, never empty.
  public let points: [Point]
  /// The lowest and the highest point.
  package let least: Double
  package let most: Double

  /// Nil unless there is a point, all are finite, and `x` strictly increases.
  public init?(_ points: [Point]) {
    guard !points.isEmpty, points.allSatisfy({ $0.x.isFinite && $0.y.isFinite }),
      zip(points, points.dropFirst()).allSatisfy({ $0.x < $1.x })
    else { return nil }
    self.points = points
    least = points.map(\.y).min()!
    most = points.map(\.y).max()!
  }

  /// The curve's height: `y0 + (x - x0) * ((y1 - y0) / (x1 - x0))` on the first segment that ends
  /// beyond `x`, kept between the lowest and the highest point. NaN gives NaN.
  public func points(at x: Double) -> Double {
    if x.isNaN { return x }
    if x <= points[0].x { return points[0].y }
    var index = 1
    while index < points.count {
      let next = points[index]
      if x < next.x {
        let last = points[index - 1]
        let y = last.y + (x - last.x) * ((next.y - last.y) / (next.x - last.x))
        // Rounding may carry it past the end of the segment.
        return y < least ? least : y > most ? most : y
      }
      index += 1
    }
    return points[points.count - 1].y
  }
}
