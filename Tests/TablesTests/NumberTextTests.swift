import Foundation
import Tables
import TestSupport
import Testing

@Suite struct NumberTextTests {
  @Test(arguments: [
    (0.0, "0"), (-0.0, "0"), (1, "1"), (-12, "-12"), (0.1, "0.1"), (1.5, "1.5"), (1e16, "1e+16"),
    (123_456, "123456"), (.leastNonzeroMagnitude, "5e-324"), (.infinity, ""), (.nan, ""),
    (1.7976931348623157e308, "1.7976931348623157e+308"),
  ])
  func `shortest text has nothing in it that could be left out`(_ number: Double, _ text: String) {
    #expect(NumberText.shortest(number) == text)
  }

  @Test(arguments: [
    (0.5, 0, "0"), (1.5, 0, "2"), (2.5, 0, "2"), (-0.5, 0, "0"), (-0.04, 1, "0.0"),
    (-0.06, 1, "-0.1"), (0.125, 2, "0.12"), (0.375, 2, "0.38"), (1.005, 2, "1.00"),
    (9.995, 2, "9.99"), (99.95, 1, "100.0"), (1e22, 1, "10000000000000000000000.0"),
    (0, 3, "0.000"), (-0.0, 0, "0"), (.infinity, 2, ""), (0.1, 25, "0.1000000000000000055511151"),
    (9.5, 0, "10"), (.leastNonzeroMagnitude, 3, "0.000"),
  ])
  func `fixed decimals are rounded by the exact value`(
    _ number: Double, _ decimals: Int, _ text: String
  ) {
    #expect(NumberText.fixed(number, decimals: decimals) == text)
  }

  @Test(arguments: [
    ("0", 0.0), ("-0", -0.0), ("007", 7), ("1.50", 1.5), ("1e3", 1000), ("1E+3", 1000),
    ("-2.5e-1", -0.25), ("9007199254740993", 9_007_199_254_740_992), ("1e22", 1e22),
    ("1e23", 1e23), ("0.000000000000000000000000000000001", 1e-33), ("1e-400", 0),
    ("4.9406564584124654e-324", .leastNonzeroMagnitude), ("0e99999999999999999999", 0),
    ("123456789012345678901234567890", 123_456_789_012_345_677_877_719_597_056),
  ])
  func `decimal numbers are read as the nearest double`(_ text: String, _ number: Double) {
    #expect(NumberText.parse(text.utf8)?.bitPattern == number.bitPattern)
  }

  @Test(arguments: [
    "", "-", "+1", ".5", "5.", "1.e3", "1e", "1e+", " 1", "1 ", "1,5", "0x1", "NaN", "inf", "1_0",
    "--1", "1e400", "-1e400", "１",
  ])
  func `what is no decimal number is refused`(_ text: String) {
    #expect(NumberText.parse(text.utf8) == nil)
  }

  @Test func `a number of a million digits is read`() {
    let digits = String(repeating: "1", count: 1_000_000)
    #expect(NumberText.parse("0.\(digits)".utf8) == 0.1111111111111111111)
    #expect(NumberText.parse(digits.utf8) == nil)
  }

  @Test func `numbers are read and written as by the standard library`() {
    var random = SeededRandom.announced()
    var differences = 0
    for _ in 0..<150_000 {
      let number = Self.number(&random)
      let shortest = NumberText.shortest(number)
      if NumberText.parse(shortest.utf8) != number { differences += 1 }
      if shortest.utf8.count > number.description.utf8.count { differences += 1 }
      let text = Self.decimalText(&random)
      let expected = Double(text)!
      let read = NumberText.parse(text.utf8)
      if expected.isFinite ? read?.bitPattern != expected.bitPattern : read != nil {
        differences += 1
      }
    }
    #expect(differences == 0)
  }

  @Test func `fixed decimals are those of printf`() {
    var random = SeededRandom.announced()
    for _ in 0..<100_000 {
      let number = Self.number(&random)
      let decimals = Int.random(in: 0...(Bool.random(using: &random) ? 3 : 26), using: &random)
      var expected = String(format: "%.\(decimals)f", number)
      if expected.hasPrefix("-"), !expected.contains(where: { "123456789".contains($0) }) {
        expected.removeFirst()
      }
      let text = NumberText.fixed(number, decimals: decimals)
      guard text == expected else {
        Issue.record("\(number) with \(decimals): \(text), not \(expected)")
        return
      }
    }
  }

  /// Numbers of all sizes, and often ones that lie near ties.
  private static func number(_ random: inout SeededRandom) -> Double {
    switch Int.random(in: 0..<6, using: &random) {
    case 0:
      let number = Double(bitPattern: random.next())
      return number.isFinite ? number : 1
    case 1: return Double(Int.random(in: -1_000_000...1_000_000, using: &random))
    case 2: return Double(Int.random(in: -100_000...100_000, using: &random)) / 1000
    case 3: return Double(Int.random(in: -10_000...10_000, using: &random)) / 64
    case 4: return Double.random(in: -1...1, using: &random)
    default: return Double.random(in: -1e6...1e6, using: &random)
    }
  }

  private static func decimalText(_ random: inout SeededRandom) -> String {
    func digits(_ most: Int) -> String {
      let count = Int.random(in: 1...most, using: &random)
      return String((0..<count).map { _ in "0123456789".randomElement(using: &random)! })
    }
    var text = Bool.random(using: &random) ? "-" : ""
    text += digits(Bool.random(using: &random) ? 4 : 25)
    if Bool.random(using: &random) { text += "." + digits(Bool.random(using: &random) ? 3 : 30) }
    if Int.random(in: 0..<4, using: &random) == 0 {
      text += ["e", "E", "e-", "e+"].randomElement(using: &random)! + digits(3)
    }
    return text
  }
}
