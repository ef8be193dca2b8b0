/// How far a long run has come, on standard error when that is a terminal.
final class ProgressLine {
  private let total: Int?
  private let start = ContinuousClock.now
  private var shown: ContinuousClock.Instant?
  private let isOn = System.isTerminal(2)

  /// - Parameter total: how many bytes there are to read, if that is known.
  init(total: Int?) {
    self.total = total
  }

  /// - Parameter bytes: how many are done.
  func show(_ bytes: Int) {
    guard isOn else { return }
    let now = ContinuousClock.now
    guard now - start > .seconds(1), shown.map({ now - $0 > .milliseconds(200) }) ?? true else {
      return
    }
    shown = now
    let done = "\(bytes >> 20) MiB"
    let share = total.map { " of \($0 >> 20) MiB, \(bytes * 100 / max(1, $0)) %" } ?? ""
    say("\r\(done)\(share)\u{1B}[K")
  }

  /// Takes the line away.
  func clear() {
    guard shown != nil else { return }
    shown = nil
    say("\r\u{1B}[K")
  }

  private func say(_ text: String) {
    try? System.write(Array(text.utf8), to: 2, name: "standard error")
  }
}
