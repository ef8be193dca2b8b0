import CEL

/// The one place where a group's confidential figure becomes one that may be used.
///
/// Below the minimum group size the figure is suppressed; any other is rounded to 5 % of its
/// declared range, and the end steps are coded (`at least 95 %`). Everything downstream,
/// scores, thresholds and messages included, reads what the gate lets through.
package struct Gate: Sendable {
  /// The declared range of the figure.
  package let range: ClosedRange<Double>
  let minimumGroupSize: Int

  package init(range: ClosedRange<Double>, minimumGroupSize: Int) {
    self.range = range
    self.minimumGroupSize = minimumGroupSize
  }

  private static let steps = 20.0

  /// What may be used of a figure that so many people stand behind.
  ///
  /// A count that is unknown counts as too small.
  func admit(_ figure: Outcome<Value>, named name: String, respondents: Outcome<Value>)
    -> Outcome<Value>
  {
    guard case .value(.double(let raw)) = figure else { return figure }
    guard case .value(.double(let count)) = respondents, count >= Double(minimumGroupSize) else {
      return .unknown(Unknown(name, .suppressed))
    }
    return .value(.double(rounded(raw)))
  }

  /// The figure at the nearest step, the end steps drawn in by one.
  package func rounded(_ figure: Double) -> Double {
    let width = range.upperBound - range.lowerBound
    let step = ((figure - range.lowerBound) / width * Self.steps).rounded()
    let coded = min(max(step, 1), Self.steps - 1)
    // In this order the result is the number nearest to the step, the one that authors write.
    return (range.lowerBound * (Self.steps - coded) + range.upperBound * coded) / Self.steps
  }

  /// Between which shares of the range a figure lies that is shown rounded; nil for none.
  func bounds(of raw: Double) -> ClosedRange<Double>? {
    guard raw.isKnown else { return nil }
    let figure = rounded(raw)
    let share = (figure - range.lowerBound) / (range.upperBound - range.lowerBound)
    let half = 0.5 / Self.steps
    return switch reading(of: figure) {
    case .atMost: 0...share + half
    case .exactly: share - half...share + half
    case .atLeast: share - half...1
    }
  }

  /// How a figure that went through the gate is to be read.
  package func reading(of figure: Double) -> Reading {
    if figure <= rounded(range.lowerBound) { return .atMost }
    if figure >= rounded(range.upperBound) { return .atLeast }
    return .exactly
  }

  package enum Reading: String, Sendable {
    case atMost = "at most "
    case exactly = ""
    case atLeast = "at least "
  }
}
