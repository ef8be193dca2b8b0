/// Work whose time is measured.
public struct Subject {
  fileprivate let name: String
  fileprivate let things: Int
  fileprivate let body: () -> Void

  /// - Parameters:
  ///   - things: how many things are done each time: rows, numbers, decisions.
  ///   - body: does them. What it computes is to be handed to `keep`.
  public init(_ name: String, things: Int = 1, _ body: @escaping () -> Void) {
    self.name = name
    self.things = things
    self.body = body
  }
}

/// How long one thing took, in nanoseconds.
public struct Times {
  public let name: String
  public let median: Double
  public let range: ClosedRange<Double>
}

/// Measures subjects in rounds in which all take their turn, so that a slow spell of the machine
/// falls on all of them.
///
/// - Parameters:
///   - rounds: how many; a subject that has taken 4 seconds leaves out those that follow.
///   - sample: how long a subject's turn is at least, in nanoseconds.
public func measure(_ subjects: [Subject], rounds: Int = 11, sample: Double = 2e6) -> [Times] {
  let turns = subjects.map { subject in
    var turns = 1
    while time(subject, turns) < sample { turns *= 2 }
    return turns
  }
  var samples = subjects.map { _ in [Double]() }
  for _ in 0..<rounds {
    for (place, subject) in subjects.enumerated() {
      let each = Double(turns[place] * subject.things)
      guard samples[place].reduce(0, +) * each < 4e9 else { continue }
      samples[place].append(time(subject, turns[place]) / each)
    }
  }
  return zip(subjects, samples).map { subject, samples in
    let sorted = samples.sorted()
    return Times(
      name: subject.name, median: sorted[sorted.count / 2],
      range: sorted[0]...sorted[sorted.count - 1])
  }
}

private func time(_ subject: Subject, _ turns: Int) -> Double {
  let length = ContinuousClock().measure { for _ in 0..<turns { subject.body() } }
  return length / .nanoseconds(1)
}

/// Keeps what is measured from being left out.
@inline(never) public func keep<Result>(_ result: Result) { withExtendedLifetime(result) {} }

/// A time with three digits and its unit.
public func text(nanoseconds: Double) -> String {
  if nanoseconds < 1e3 { return "\(rounded(nanoseconds)) ns" }
  if nanoseconds < 1e6 { return "\(rounded(nanoseconds / 1e3)) µs" }
  if nanoseconds < 1e9 { return "\(rounded(nanoseconds / 1e6)) ms" }
  return "\(rounded(nanoseconds / 1e9)) s"
}

/// Three digits.
public func rounded(_ value: Double) -> String {
  if value >= 100 { return String(Int(value.rounded())) }
  let steps = value >= 10 ? 10.0 : 100
  return String((value * steps).rounded() / steps)
}
