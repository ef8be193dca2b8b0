import CEL

/// The one place where a group's confidential figure becomes one that may be used.
///
/// Below the minimum group size the figure is suppressed; any other is rounded to 5 % of its
/// declared range, and the end steps are coded (`at least 95 %`). Everything downstream,
/// scores, thresholds and messages included, reads what the gate lets through.
struct Gate: Sendable {
  /// The declared range of the figure.
  let range: ClosedRange<Double>
  let minimumGroupSize: Int

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
  func rounded(_ figure: Double) -> Double {
    let width = range.upperBound - range.lowerBound
    let step = ((figure - range.lowerBound) / width * Self.steps).rounded()
    let coded = min(max(step, 1), Self.steps - 1)
    return range.lowerBound + coded * (width / Self.steps)
  }

  /// How a figure that went through the gate is to be read.
  func reading(of figure: Double) -> Reading {
    if figure <= rounded(range.lowerBound) { return .atMost }
    if figure >= rounded(range.upperBound) { return .atLeast }
    return .exactly
  }

  enum Reading: String {
    case atMost = "at most "
    case exactly = ""
    case atLeast = "at least "
  }
}
