/// Where each byte of a decoded text stands in the file it was decoded from.
///
/// A quoted scalar with escapes, a folded or a block scalar reads differently from what is written.
/// The map is a list of runs: within a run, decoded and written bytes go one to one.
public struct ScalarMap: Sendable {
  public let source: SourceText
  /// Where the first run stands in the file: most texts have no other.
  private var start: UInt32 = 0
  /// The runs behind the first.
  private var runs: [(decoded: UInt32, written: UInt32)] = []

  public init(_ source: SourceText) {
    self.source = source
  }

  /// A text that stands in the file as it is, from `offset` on.
  public init(_ source: SourceText, startingAt offset: UInt32) {
    self.source = source
    start = offset
  }

  /// Says that the decoded text from `decoded` on stands in the file from `written` on.
  ///
  /// Calls go in order of both offsets; one that continues the run before it adds nothing.
  public mutating func add(decoded: UInt32, written: UInt32) {
    if decoded == 0, runs.isEmpty {
      start = written
      return
    }
    let last = runs.last ?? (0, start)
    precondition(last.decoded <= decoded && last.written <= written, "runs go in order")
    if written - last.written == decoded - last.decoded { return }
    if last.decoded == decoded { runs.removeLast() }
    runs.append((decoded, written))
  }

  /// The file offset of a byte of the decoded text.
  public func written(_ decoded: UInt32) -> UInt32 {
    var low = 0
    var high = runs.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if runs[middle].decoded <= decoded { low = middle } else { high = middle }
    }
    guard low < runs.count, runs[low].decoded <= decoded else { return start + decoded }
    return runs[low].written + (decoded - runs[low].decoded)
  }

  /// The span in the file of a stretch of the decoded text.
  public func span(_ lower: UInt32, _ upper: UInt32) -> SourceSpan {
    SourceSpan(source, written(lower), written(upper))
  }
}
