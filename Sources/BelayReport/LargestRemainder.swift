import Tables

/// Rounds the parts of a sum so that what is printed still adds up to the printed sum.
///
/// Each part is rounded down, and what is then left of the rounded sum goes, a unit of the last
/// decimal each, to the parts with the largest remainders.
package struct LargestRemainder {
  /// The parts in units of the last decimal, in the order given.
  private let units: [Int]
  private let decimals: Int

  /// - Parameters:
  ///   - parts: numbers that are not negative.
  ///   - sum: what they add up to; it decides, should the parts disagree.
  ///   - decimals: 0 to 15.
  package init(_ parts: [Double], sum: Double, decimals: Int) {
    self.decimals = decimals
    var scale = 1.0
    for _ in 0..<decimals { scale *= 10 }
    let scaled = parts.map { max(0, $0) * scale }
    var units = scaled.map { Int($0.rounded(.down)) }
    let order = scaled.indices.sorted { a, b in
      let (x, y) = (scaled[a] - Double(units[a]), scaled[b] - Double(units[b]))
      return x == y ? a < b : x > y
    }
    var rest = Self.units(of: sum, decimals: decimals) - units.reduce(0, +)
    if rest > 0, !order.isEmpty {
      let each = rest / order.count
      for place in order { units[place] += each }
      for place in order.prefix(rest % order.count) { units[place] += 1 }
    }
    for place in order.reversed() where rest < 0 {
      let taken = min(units[place], -rest)
      units[place] -= taken
      rest += taken
    }
    self.units = units
  }

  /// A part as text.
  package subscript(place: Int) -> String { text(units[place]) }

  /// Whether a part is printed as 0.
  package func isZero(_ place: Int) -> Bool { units[place] == 0 }

  /// The parts at some places together, as text; nil where they are printed as 0.
  package func together(_ places: some Sequence<Int>) -> String? {
    let sum = places.reduce(0) { $0 + units[$1] }
    return sum == 0 ? nil : text(sum)
  }

  private static func units(of number: Double, decimals: Int) -> Int {
    Int(NumberText.fixed(max(0, number), decimals: decimals).filter { $0 != "." }) ?? 0
  }

  private func text(_ units: Int) -> String {
    let digits = String(units)
    guard decimals > 0 else { return digits }
    let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
    return padded.dropLast(decimals) + "." + padded.suffix(decimals)
  }
}
