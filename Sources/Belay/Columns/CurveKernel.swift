import CEL

/// `Curve.points(at:)` over a register.
struct CurveKernel: Sendable {
  private let curve: Curve
  private let segments: [Segment]
  /// Whether every slope is a finite number, as it is but for numbers near the largest.
  private let isPlain: Bool

  private struct Segment {
    let x: Double
    let y: Double
    let slope: Double
    let end: Double
  }

  init(_ curve: Curve) {
    self.curve = curve
    segments = zip(curve.points, curve.points.dropFirst()).map { start, end in
      Segment(
        x: start.x, y: start.y, slope: (end.y - start.y) / (end.x - start.x), end: end.x)
    }
    isPlain = segments.allSatisfy { $0.slope.isFinite && ($0.end - $0.x).isFinite }
  }

  func operation(_ measure: Int, into result: Int) -> ColumnOperation {
    { [self] memory in
      let (measure, result) = (memory.numbers(measure), memory.numbers(result))
      let count = memory.count
      // A vector takes longer than a single row.
      guard isPlain, count > 1 else {
        for row in 0..<count {
          let points = curve.points(at: measure[row])
          result[row] = points.isFinite ? points : .nan
        }
        return
      }
      run(measure, into: result, count: count)
    }
  }

  private func run(
    _ measure: UnsafePointer<Double>, into result: UnsafeMutablePointer<Double>, count: Int
  ) {
    let (first, last) = (curve.points[0], curve.points[curve.points.count - 1])
    let (least, most) = (curve.least, curve.most)
    segments.withUnsafeBufferPointer { segments in
      var row = 0
      while row < count {
        // Registers are longer than the chunk, by as much as a vector may be.
        let x = UnsafeRawPointer(measure + row).loadUnaligned(as: SIMD8<Double>.self)
        var y = x.replacing(with: last.y, where: x .== x)
        var place = segments.count &- 1
        while place >= 0 {
          let segment = segments[place]
          let on = segment.y + (x - segment.x) * segment.slope
          y.replace(with: on, where: x .< segment.end)
          place &-= 1
        }
        y.replace(with: least, where: y .< least)
        y.replace(with: most, where: y .> most)
        y.replace(with: first.y, where: x .<= first.x)
        UnsafeMutableRawPointer(result + row).storeBytes(of: y, as: SIMD8<Double>.self)
        row &+= 8
      }
    }
  }
}
