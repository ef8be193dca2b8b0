/// Keeps the outcomes of sub-expressions while an expression is evaluated.
final class TraceRecorder {
  /// Bounds what a comprehension over many elements leaves behind.
  private let limit: Int
  private(set) var outcomes: [(node: Program.ID, outcome: Outcome<Value>)] = []
  /// How many were left out.
  private(set) var dropped = 0

  init(limit: Int) { self.limit = limit }

  func add(_ node: Program.ID, _ outcome: Outcome<Value>, _ meter: Meter) {
    guard outcomes.count < limit else {
      dropped += 1
      return
    }
    var outcome = outcome
    if case .value(let value) = outcome {
      do throws(Fault) { try meter.admit(whole: value) } catch { outcome = .fault(error) }
    }
    outcomes.append((node, outcome))
  }
}
