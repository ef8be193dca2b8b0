import BelayReport
import Tables
import TestSupport
import Testing

@Suite struct LargestRemainderTests {
  @Test(
    arguments: [
      ([33.35, 33.35, 33.3], 100.0, 1, ["33.4", "33.3", "33.3"]),
      ([1.0 / 3, 1.0 / 3, 1.0 / 3], 1.0, 2, ["0.34", "0.33", "0.33"]),
      ([0.4, 0.4, 0.4], 1.2, 0, ["1", "0", "0"]),
      ([0.6, 0.6, 0.6], 1.8, 0, ["1", "1", "0"]),
      ([12.25], 12.25, 1, ["12.2"]),
      ([0, 80], 80, 1, ["0.0", "80.0"]),
      ([], 0, 1, []),
    ] as [([Double], Double, Int, [String])])
  func `the largest remainders get what rounding down left`(
    _ parts: [Double], _ sum: Double, _ decimals: Int, _ expected: [String]
  ) {
    let rounded = LargestRemainder(parts, sum: sum, decimals: decimals)
    #expect(parts.indices.map { rounded[$0] } == expected)
  }

  @Test func `printed parts add up to the printed sum`() {
    var random = SeededRandom.announced()
    for _ in 0..<2000 {
      let parts = (0..<Int.random(in: 1...20, using: &random)).map { _ in
        Bool.random(using: &random) ? Double.random(in: 0...20, using: &random) : 0
      }
      let decimals = Int.random(in: 0...15, using: &random)
      let sum = parts.reduce(0, +)
      let rounded = LargestRemainder(parts, sum: sum, decimals: decimals)
      let printed = NumberText.fixed(sum, decimals: decimals)
      #expect(parts.indices.reduce(0) { $0 + units(rounded[$1]) } == units(printed))
      #expect(rounded.together(parts.indices).map(units) ?? 0 == units(printed))
      for (place, part) in parts.enumerated() where decimals < 10 {
        #expect(abs(NumberText.parse(rounded[place].utf8)! - part) * pow10(decimals) <= 1.001)
      }
    }
  }

  private func units(_ text: String) -> Int { Int(text.filter { $0 != "." })! }

  private func pow10(_ exponent: Int) -> Double {
    (0..<exponent).reduce(1) { power, _ in power * 10 }
  }
}
