extension NumberText {
  /// Calls `body` with the bytes of ``shortest(_:)``, which are valid during the call.
  package static func withShortest<Result>(
    _ number: Double, _ body: (UnsafeBufferPointer<UInt8>) -> Result
  ) -> Result {
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: shortestRoom) { room in
      let start = room.baseAddress!
      let count = writeShortest(number, to: start)
      return body(UnsafeBufferPointer(start: start, count: count))
    }
  }

  /// Room for any number in its shortest form, and for what is written past its end in passing.
  package static let shortestRoom = 40

  /// Writes what ``shortest(_:)`` gives, and returns how many bytes that is, 24 at most.
  ///
  /// - Precondition: there is room for `shortestRoom` bytes.
  package static func writeShortest(_ number: Double, to start: UnsafeMutablePointer<UInt8>) -> Int
  {
    let bits = number.bitPattern
    let exponent = Int(bits >> 52 & 0x7FF)
    let fraction = bits & (1 << 52 - 1)
    if bits << 1 == 0 {
      start.pointee = UInt8(ascii: "0")
      return 1
    }
    guard exponent != 0x7FF else { return 0 }
    start.pointee = UInt8(ascii: "-")
    let place = start + Int(bits >> 63)

    let (digits, scientific) = shortestDigits(fraction, exponent)
    let high = digits / 100_000_000
    let low = digits &- high &* 100_000_000
    let first = high / 100_000_000
    let middle = high &- first &* 100_000_000
    let others = UInt128(eightDigits(low)) << 64 | UInt128(eightDigits(middle))
    let count = 17 &- others.leadingZeroBitCount >> 3
    let text = characters(others)

    // Plain up to 2^53, as far as whole numbers have neighbours, and down to 0.0001.
    let isPlain =
      scientific >= -4 && (exponent < 1076 || (exponent == 1076 && fraction == 0))
    return (place - start)
      &+ write(first, text, count, scientific, isPlain: isPlain, to: place)
  }

  /// Writes `first.text * 10^exponent`, without the zeros after `count` digits.
  @inline(__always)
  private static func write(
    _ first: UInt64, _ text: UInt128, _ count: Int, _ exponent: Int, isPlain: Bool,
    to place: UnsafeMutablePointer<UInt8>
  ) -> Int {
    let initial = UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: first)
    if isPlain, exponent >= 0 {
      // All sixteen, then those behind the point once more, one place on.
      place.pointee = initial
      store(text, at: place + 1)
      place[1 &+ exponent] = UInt8(ascii: ".")
      store(dropping(exponent, text), at: place + (2 &+ exponent))
      return count > exponent &+ 1 ? count &+ 1 : exponent &+ 1
    }
    if isPlain {
      store(0x3030_3030_3030_2E30 as UInt64, at: place)  // 0.000000
      place[1 &- exponent] = initial
      store(text, at: place + (2 &- exponent))
      return 1 &- exponent &+ count
    }
    place.pointee = initial
    place[1] = UInt8(ascii: ".")
    store(text, at: place + 2)
    var end = place + (count > 1 ? count &+ 1 : 1)
    end.pointee = UInt8(ascii: "e")
    end[1] = exponent < 0 ? UInt8(ascii: "-") : UInt8(ascii: "+")
    end += 2
    var rest = abs(exponent)
    if rest >= 100 {
      end.pointee = UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: rest / 100)
      end += 1
      rest %= 100
    }
    end.pointee = UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: rest / 10)
    end[1] = UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: rest % 10)
    return end + 2 - place
  }

  /// The decimal number of the fewest digits among those that are read as the double, and of these
  /// the nearest to it: its digits with zeros up to seventeen, and the exponent of the first one.
  ///
  /// Giulietti's Schubfach (*The Schubfach way to render doubles*, 2020): in a unit `10^k` such that
  /// the numbers that round to the double span one unit to ten, at most one multiple of ten units
  /// lies among them; without one, a neighbour of the double among the multiples of one unit does.
  ///
  /// - Parameters:
  ///   - fraction: the bits of the significand, without the leading one.
  ///   - biased: the bits of the exponent.
  /// - Precondition: the number is finite and not 0.
  @inline(__always)
  private static func shortestDigits(
    _ fraction: UInt64, _ biased: Int
  ) -> (digits: UInt64, exponent: Int) {
    let isNormal = biased != 0
    let significand = isNormal ? fraction | 1 << 52 : fraction
    let exponent = isNormal ? biased &- 1075 : -1074
    if -52...0 ~= exponent, significand.trailingZeroBitCount >= -exponent {
      return padded(significand &>> UInt64(-exponent), 0)
    }
    let isUneven = fraction == 0 && biased > 1
    // floor(log10(2^exponent)), or of three quarters of it.
    let unit = (exponent &* 1_262_611 &- (isUneven ? 524_031 : 0)) >> 22
    let shift = UInt64(
      truncatingIfNeeded: exponent &+ PowersOfTen.binaryExponent(-unit) &+ 1)
    var power = PowersOfTen[-unit]
    // Here the significand is wanted rounded up; the table cuts it off above 5^55.
    if unit < -55 {
      power.low &+= 1
      if power.low == 0 { power.high &+= 1 }
    }
    // The double and the ends of its interval in quarters of a unit, rounded to odd.
    let middle = 4 &* significand
    let below = middle &- (isUneven ? 1 : 2)
    let value = product(power, middle &<< shift)
    // The ends belong to an even double.
    let odd = significand & 1
    let lower = product(power, below &<< shift) &+ odd
    let upper = product(power, (middle &+ 2) &<< shift) &- odd

    let digits = value >> 2
    let tens = digits / 10 &* 10
    // Which of these holds is a coin toss, so signs of differences take the place of branches:
    // 1 for what lies outside, and for the neighbour above if it is the nearer one.
    let isTenBelowOut = (4 &* tens &- lower) >> 63
    let isTenAboveOut = (upper &- 4 &* tens &- 40) >> 63
    let isBelowOut = (4 &* digits &- lower) >> 63
    let isAboveOut = (upper &- 4 &* digits &- 4) >> 63
    let isNearerAbove = (4 &* digits &+ 2 &- value &- (digits & 1)) >> 63
    let isOnlyOne = isBelowOut ^ isAboveOut
    let one = digits &+ (isOnlyOne & (isAboveOut ^ 1) | (isOnlyOne ^ 1) & isNearerAbove)
    let ten = tens &+ (10 &- 10 &* isTenAboveOut)
    let nearest = one ^ ((one ^ ten) & (0 &- (isTenBelowOut ^ isTenAboveOut)))
    guard isNormal else { return padded(nearest, unit) }
    // A significand of 2^52 to 2^53 times one to ten: 16 or 17 digits.
    let isShort = nearest < 10_000_000_000_000_000
    return (isShort ? nearest &* 10 : nearest, unit &+ (isShort ? 15 : 16))
  }

  private static func padded(_ digits: UInt64, _ unit: Int) -> (digits: UInt64, exponent: Int) {
    let count = digitCount(digits)
    return (digits &* wholePowersOfTen[17 &- count], unit &+ count &- 1)
  }

  /// The product in units of 2^128, cut off, with its last bit set when something was cut off.
  @inline(__always)
  private static func product(_ power: (high: UInt64, low: UInt64), _ factor: UInt64) -> UInt64 {
    let carried = power.low.multipliedFullWidth(by: factor).high
    let main = power.high.multipliedFullWidth(by: factor)
    let (low, overflow) = main.low.addingReportingOverflow(carried)
    return main.high &+ (overflow ? 1 : 0) | (low > 1 ? 1 : 0)
  }
}
