import Tables

/// How a report prints numbers that were computed.
struct NumberStyle: Sendable {
  /// The shortest text that reads back as the same number, unless a count of decimals is given.
  let decimals: Int?

  /// The number as text; empty where it is not finite.
  func text(_ number: Double) -> String {
    decimals.map { NumberText.fixed(number, decimals: $0) } ?? NumberText.shortest(number)
  }
}
