import Belay
import Tables

/// How a report prints numbers that were computed.
struct NumberStyle: Sendable {
  /// The shortest text that reads back as the same number, unless a count of decimals is given.
  let decimals: Int?

  /// - Precondition: 0 to 15 decimals. With more, a score in units of the last is too large.
  init(decimals: Int?) {
    precondition(decimals.map { 0...15 ~= $0 } ?? true, "0 to 15 decimals")
    self.decimals = decimals
  }

  /// The number that is shown for a score: what is printed of the two adds up.
  func text(_ presentation: Presentation, of score: Double) -> String {
    text(presentation.value(of: NumberText.parse(Array(text(score).utf8)) ?? score))
  }

  /// The number as text; empty where it is not finite.
  func text(_ number: Double) -> String {
    decimals.map { NumberText.fixed(number, decimals: $0) } ?? NumberText.shortest(number)
  }
}
