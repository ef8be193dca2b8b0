import Tables
import TestSupport
import Testing

@Suite struct NumberTextTests {
  @Test(arguments: [
    (0.0, "0"), (-0.0, "0"), (1, "1"), (-12, "-12"), (0.1, "0.1"), (1.5, "1.5"), (1e16, "1e+16"),
    (123_456, "123456"), (.leastNonzeroMagnitude, "5e-324"), (.infinity, ""), (.nan, ""),
    (1.7976931348623157e308, "1.7976931348623157e+308"),
    (2.2250738585072014e-308, "2.2250738585072014e-308"),
    (9_007_199_254_740_992, "9007199254740992"), (9_007_199_254_740_994, "9.007199254740994e+15"),
    (0.0001, "0.0001"), (0.00001, "1e-05"), (-1e100, "-1e+100"), (1e23, "1e+23"),
    (9.5367431640625e-7, "9.5367431640625e-07"), (2e-44, "2e-44"), (.init(bitPattern: 2), "1e-323"),
    (.init(bitPattern: 10120), "5e-320"), (123_456_789_012_345.67, "123456789012345.67"),
  ])
  func `shortest text has nothing in it that could be left out`(_ number: Double, _ text: String) {
    #expect(NumberText.shortest(number) == text)
  }

  @Test(arguments: [
    (0.5, 0, "0"), (1.5, 0, "2"), (2.5, 0, "2"), (-0.5, 0, "0"), (-0.04, 1, "0.0"),
    (-0.06, 1, "-0.1"), (0.125, 2, "0.12"), (0.375, 2, "0.38"), (1.005, 2, "1.00"),
    (9.995, 2, "9.99"), (99.95, 1, "100.0"), (1e22, 1, "10000000000000000000000.0"),
    (0, 3, "0.000"), (-0.0, 0, "0"), (.infinity, 2, ""), (0.1, 25, "0.1000000000000000055511151"),
    (9.5, 0, "10"), (.leastNonzeroMagnitude, 3, "0.000"), (-.infinity, 20, ""),
    (4_503_599_627_370_495.5, 0, "4503599627370496"),
    (4_503_599_627_370_495.5, 15, "4503599627370495.500000000000000"),
    (999_999.9999999999, 10, "999999.9999999999"), (9.999999999999998, 15, "9.999999999999998"),
    (99.99999999999999, 14, "99.99999999999999"), (0.9999999999999999, 15, "1.000000000000000"),
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
    ("2.2250738585072011e-308", .leastNormalMagnitude.nextDown), ("5e-324", .leastNonzeroMagnitude),
    ("2.4703282292062327e-324", 0), ("2.4703282292062328e-324", .leastNonzeroMagnitude),
    ("-2.4703282292062327e-324", -0.0), ("9007199254740993.0", 9_007_199_254_740_992),
    ("9007199254740993.00000000000000000000001", 9_007_199_254_740_994),
    ("9007199254740995", 9_007_199_254_740_996), ("2.2250738585072012e-308", .leastNormalMagnitude),
    ("1.7976931348623157e308", .greatestFiniteMagnitude),
    ("1.7976931348623158e308", .greatestFiniteMagnitude),
    ("6.631236846766476e-316", .init(bitPattern: 134217728)), ("0.1e1", 1),
    ("179769313486231580793728971405303e276", .greatestFiniteMagnitude),
    ("-0.0", -0.0),
    ("1e-0", 1),
  ])
  func `decimal numbers are read as the nearest double`(_ text: String, _ number: Double) {
    #expect(readings(Array(text.utf8)) == [number.bitPattern])
  }

  @Test(arguments: [
    "", "-", "+1", ".5", "5.", "1.e3", "1e", "1e+", " 1", "1 ", "1,5", "0x1", "NaN", "inf", "1_0",
    "--1", "1e400", "-1e400", "１", "1.7976931348623159e308", "-.5", "-5.", ".", "-.", "1..2",
    "1.2.3", "123456789.", "-.123456789", "1234.5678.9", "12345678:", "1/", "123456789/1",
    "179769313486231580793728971405304e276",
  ])
  func `what is no decimal number is refused`(_ text: String) {
    #expect(readings(Array(text.utf8)) == [nil])
  }

  @Test func `a number of a million digits is read`() {
    let digits = String(repeating: "1", count: 1_000_000)
    #expect(NumberText.parse("0.\(digits)".utf8) == 0.1111111111111111111)
    #expect(NumberText.parse(digits.utf8) == nil)
    #expect(NumberText.parse("\(digits)e-999999".utf8) == 1.111111111111111111)
    let zeros = String(repeating: "0", count: 1_100_000)
    #expect(NumberText.parse("0.\(zeros)1e1100001".utf8) == 1)
    #expect(NumberText.parse("1\(zeros)e-1100000".utf8) == 1)
  }

  @Test func `texts are read as by the standard library`() {
    var samples = NumberSamples(random: SeededRandom.announced())
    for _ in 0..<100_000 {
      let text = samples.text()
      let expected = standardReading(text)?.bitPattern
      guard readings(text) == [expected] else {
        Issue.record("\(String(decoding: text, as: UTF8.self)) is read as \(readings(text))")
        return
      }
    }
  }

  @Test func `the shortest text is that of the standard library and reads back`() {
    var samples = NumberSamples(random: SeededRandom.announced())
    for _ in 0..<100_000 {
      let number = samples.number()
      let text = NumberText.shortest(number)
      guard text == standardShortest(number), NumberText.parse(text.utf8) == number else {
        Issue.record("\(number): \(text)")
        return
      }
    }
  }

  @Test func `fixed decimals are those of the number with all of its digits`() {
    var samples = NumberSamples(random: SeededRandom.announced())
    for turn in 0..<100_000 {
      // Without most of the numbers that have many hundreds of digits.
      var number = samples.number()
      while turn % 16 > 0, !(1e-40...1e40 ~= number.magnitude) { number = samples.number() }
      let decimals = samples.random.number(turn % 8 == 0 ? 0...26 : 0...15)
      let expected = ExactDecimal(number.magnitude)
        .text(decimals: decimals, isNegative: number < 0)
      let text = NumberText.fixed(number, decimals: decimals)
      guard text == expected else {
        Issue.record("\(number) with \(decimals): \(text), not \(expected)")
        return
      }
    }
  }

  @Test func `the table of powers of ten is what exact arithmetic gives`() {
    // The first 128 bits of 5^n, and of its inverse cut off and plus one, by bits.
    var power: [Bool] = [true]  // the lowest bit first
    for exponent in 0...PowersOfTen.highest {
      if exponent > 0 { power = timesFive(power) }
      #expect(significand(PowersOfTen[exponent]) == leading(power))
      if 1...(-PowersOfTen.lowest) ~= exponent {
        #expect(significand(PowersOfTen[-exponent]) == inverse(power) + 1)
      }
    }
    for exponent in (PowersOfTen.highest + 1)...(-PowersOfTen.lowest) {
      power = timesFive(power)
      #expect(significand(PowersOfTen[-exponent]) == inverse(power) + 1)
    }
  }

  /// What every form of the reader makes of a text, as bits: one value if they agree.
  private func readings(_ text: [UInt8]) -> Set<UInt64?> {
    var readings: Set<UInt64?> = [NumberText.parse(text)?.bitPattern]
    // Digits around it are no part of it.
    for padding in ["12345678", "-1.9e+0,", "\0\0\0\0\0\0\0\0"] {
      let padded = Array(padding.utf8) + text + Array(padding.utf8)
      padded.withUnsafeBufferPointer { bytes in
        let lower = bytes.baseAddress! + 8
        readings.insert(NumberText.parse(lower, lower + text.count)?.bitPattern)
      }
    }
    return readings
  }
}

private func significand(_ power: (high: UInt64, low: UInt64)) -> UInt128 {
  UInt128(power.high) << 64 | UInt128(power.low)
}

private func timesFive(_ bits: [Bool]) -> [Bool] {
  var product: [Bool] = []
  var carry = 0
  for place in 0..<bits.count + 3 {
    let once = place < bits.count && bits[place] ? 1 : 0
    let fourfold = place >= 2 && place - 2 < bits.count && bits[place - 2] ? 1 : 0
    let sum = once + fourfold + carry
    product.append(sum & 1 == 1)
    carry = sum >> 1
  }
  while product.last == false { product.removeLast() }
  return product
}

private func leading(_ bits: [Bool]) -> UInt128 {
  var number: UInt128 = 0
  for place in 0..<128 {
    number <<= 1
    if place < bits.count, bits[bits.count - 1 - place] { number |= 1 }
  }
  return number
}

/// The first 128 bits of the inverse of a number of more than one bit that are set, by long
/// division: each step doubles what is left and takes the number away if it can.
private func inverse(_ bits: [Bool]) -> UInt128 {
  func limbs(_ bits: [Bool]) -> [UInt64] {
    var limbs = [UInt64](repeating: 0, count: bits.count / 64 + 1)
    for (place, bit) in bits.enumerated() where bit { limbs[place / 64] |= 1 << (place % 64) }
    return limbs
  }
  let divisor = limbs(bits)
  var rest = [UInt64](repeating: 0, count: divisor.count)
  rest[(bits.count - 1) / 64] = 1 << ((bits.count - 1) % 64)
  var quotient: UInt128 = 0
  for _ in 0..<128 {
    var carry: UInt64 = 0
    for place in rest.indices {
      (rest[place], carry) = (rest[place] << 1 | carry, rest[place] >> 63)
    }
    var difference = rest
    var borrow: UInt64 = 0
    for place in rest.indices {
      let (first, under) = rest[place].subtractingReportingOverflow(divisor[place])
      let (second, underToo) = first.subtractingReportingOverflow(borrow)
      difference[place] = second
      borrow = under || underToo ? 1 : 0
    }
    quotient <<= 1
    if borrow == 0 {
      quotient |= 1
      rest = difference
    }
  }
  return quotient
}
