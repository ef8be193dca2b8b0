extension NumberText {
  static func read(_ bytes: UnsafeBufferPointer<UInt8>) -> Double? {
    guard let start = bytes.baseAddress else { return nil }
    return general(start, start + bytes.count)
  }

  static func parse(_ bytes: Span<UInt8>, _ lower: Int, _ upper: Int) -> Double? {
    precondition(lower >= 0 && lower <= upper && upper <= bytes.count, "a range of the bytes")
    return bytes.withUnsafeBufferPointer { bytes in
      guard let start = bytes.baseAddress else { return nil }
      return lower >= 8
        ? parse(start + lower, start + upper) : general(start + lower, start + upper)
    }
  }

  /// The number that stands from `lower` to before `upper`, read as `parse` reads any text.
  ///
  /// Texts of up to 16 bytes without an exponent are read without a loop.
  ///
  /// - Precondition: `lower <= upper`, and besides the text the eight bytes before `lower` can be
  ///   read, whatever they are.
  package static func parse(
    _ lower: UnsafePointer<UInt8>, _ upper: UnsafePointer<UInt8>
  ) -> Double? {
    guard lower < upper else { return nil }
    let isNegative = lower.pointee == UInt8(ascii: "-")
    let count = upper - lower - (isNegative ? 1 : 0)
    if count &- 1 >= 0, count <= 8 {
      // The first digit in the lowest byte, and zeros below it in place of what precedes the text.
      let digits = (word(upper - 8) ^ eachByte(0x30)) & ~0 &<< UInt64(64 &- 8 &* count)
      let points = zeroBytes(digits ^ eachByte(UInt8(ascii: ".") ^ 0x30))
      let point = points.trailingZeroBitCount >> 3
      // The bytes up to the point, all of them without one: the digits move over the point.
      let head = points ^ (points &- 1)
      let moved = points == 0 ? digits : digits &<< 8
      let joined = digits & ~head | moved & head
      // Digits on both sides of a point.
      if areDigits(joined), point &+ count != 8, point != 7 {
        let value = Double(number(joined)) / divisors[point]
        return isNegative ? -value : value
      }
    } else if count > 8, count <= 16 {
      let (high, low, point) = sixteenDigits(endingAt: upper, count)
      if areDigits(high), areDigits(low), point &+ count != 16, point != 15 {
        let mantissa = number(high) &* 100_000_000 &+ number(low)
        if mantissa <= 1 << 53 {
          let value = Double(mantissa) / longDivisors[point]
          return isNegative ? -value : value
        }
        return scaled(mantissa, point == 16 ? 0 : point &- 15, isNegative: isNegative)
      }
    }
    return general(lower, upper)
  }

  /// The digits of the `count` bytes before `end` without a point, the first in the lowest byte of
  /// `high`, zeros before them, and which of sixteen bytes the point was, 16 without one.
  @inline(__always)
  private static func sixteenDigits(
    endingAt end: UnsafePointer<UInt8>, _ count: Int
  ) -> (high: UInt64, low: UInt64, point: Int) {
    let bytes = UInt128(word(end - 8)) << 64 | UInt128(word(end - 16))
    let digits =
      (bytes ^ UInt128(repeating: eachByte(0x30)))
      & ~0 &<< UInt128(truncatingIfNeeded: 128 &- 8 &* count)
    let marks = digits ^ UInt128(repeating: eachByte(UInt8(ascii: ".") ^ 0x30))
    let points = UInt128(zeroBytes(marks.high)) << 64 | UInt128(zeroBytes(marks.low))
    let head = points ^ (points &- 1)
    let moved = points == 0 ? digits : digits &<< 8
    let joined = digits & ~head | moved & head
    return (joined.low, joined.high, points.trailingZeroBitCount >> 3)
  }

  /// Reads any text. Nothing outside of it is touched.
  private static func general(
    _ lower: UnsafePointer<UInt8>, _ upper: UnsafePointer<UInt8>
  ) -> Double? {
    var at = lower
    let isNegative = at < upper && at.pointee == UInt8(ascii: "-")
    if isNegative { at += 1 }

    let digitsStart = at
    var mantissa: UInt64 = 0
    var exponent = 0
    skipDigits(&at, upper, adding: &mantissa)
    var count = at - digitsStart
    guard count > 0 else { return nil }
    if at < upper, at.pointee == UInt8(ascii: ".") {
      at += 1
      let fractionStart = at
      skipDigits(&at, upper, adding: &mantissa)
      guard at > fractionStart else { return nil }
      exponent = fractionStart - at
      count -= exponent
    }
    let digitsEnd = at
    var written = 0
    if at < upper, at.pointee | 0x20 == UInt8(ascii: "e") {
      at += 1
      let isBelow = at < upper && at.pointee == UInt8(ascii: "-")
      if isBelow || (at < upper && at.pointee == UInt8(ascii: "+")) { at += 1 }
      let writtenStart = at
      while at < upper, let digit = digit(at.pointee) {
        // More than any text has digits, so that zeros cannot make up for it.
        written = min(written &* 10 &+ Int(digit), 1 << 50)
        at += 1
      }
      guard at > writtenStart else { return nil }
      if isBelow { written = -written }
    }
    guard at == upper else { return nil }

    if count > 19 {
      // `mantissa` may have wrapped around, unless there are zeros to begin with.
      let digits = Decimal(digitsStart, digitsEnd)
      if digits.count > 19 {
        return long(digits, exponent &+ written, isNegative: isNegative)
      }
    }
    return scaled(mantissa, exponent &+ written, isNegative: isNegative)
  }

  @inline(__always)
  private static func skipDigits(
    _ at: inout UnsafePointer<UInt8>, _ upper: UnsafePointer<UInt8>, adding mantissa: inout UInt64
  ) {
    while upper - at >= 8 {
      let digits = word(at) ^ eachByte(0x30)
      guard areDigits(digits) else { break }
      mantissa = mantissa &* 100_000_000 &+ number(digits)
      at += 8
    }
    while at < upper, let digit = digit(at.pointee) {
      mantissa = mantissa &* 10 &+ digit
      at += 1
    }
  }

  /// `mantissa * 10^exponent` as the nearest double; nil when it is too large.
  private static func scaled(_ mantissa: UInt64, _ exponent: Int, isNegative: Bool) -> Double? {
    let value: Double
    if mantissa <= 1 << 53, -22...22 ~= exponent {
      // Both operands are exact, so one operation rounds once, and correctly (Clinger).
      let whole = Double(mantissa)
      value =
        exponent < 0 ? whole / exactPowers[-exponent] : whole * exactPowers[exponent]
    } else {
      value = nearest(mantissa, exponent)
      guard value.isFinite else { return nil }
    }
    return isNegative ? -value : value
  }

  /// `mantissa * 10^exponent` as the nearest double, which may be infinite.
  ///
  /// Multiplies with 128 bits of the power, which tell on which side of a tie the product is: see
  /// Lemire, *Number Parsing at a Gigabyte per Second* (2021), and Mushtak and Lemire, *Fast Number
  /// Parsing Without Fallback* (2023), for why no more bits are needed.
  private static func nearest(_ mantissa: UInt64, _ exponent: Int) -> Double {
    if mantissa == 0 || exponent < PowersOfTen.lowest { return 0 }
    if exponent > 308 { return .infinity }
    let leading = mantissa.leadingZeroBitCount
    let factor = mantissa &<< UInt64(leading)
    let power = PowersOfTen[exponent]
    var (high, low) = factor.multipliedFullWidth(by: power.high)
    // The nine bits below the 55 that count; only when all are set can the rest carry into them.
    if high & 0x1FF == 0x1FF {
      let (more, overflow) = low.addingReportingOverflow(
        factor.multipliedFullWidth(by: power.low).high)
      low = more
      if overflow { high &+= 1 }
    }
    let top = high >> 63
    // 53 bits and one more for rounding, or two when the significand is a power of two.
    var significand = high &>> (top &+ 9)
    var biased = PowersOfTen.binaryExponent(exponent) &+ Int(top) &- leading &+ 1086
    if biased <= 0 {
      // Subnormal: no tie comes out here, since 5^-exponent does not divide the mantissa.
      guard biased > -63 else { return 0 }
      significand &>>= UInt64(1 &- biased)
      significand = (significand &+ (significand & 1)) >> 1
      // Rounding up to 2^52 gives the smallest normal number by itself.
      return Double(bitPattern: significand)
    }
    if low <= 1, -4...23 ~= exponent, significand & 3 == 1,
      significand &<< (top &+ 9) == high
    {
      // Exactly between two doubles, and the lower one is even.
      significand &-= 1
    }
    significand = (significand &+ (significand & 1)) >> 1
    if significand == 1 << 53 {
      significand >>= 1
      biased &+= 1
    }
    guard biased < 0x7FF else { return .infinity }
    return Double(bitPattern: UInt64(biased) &<< 52 | significand & (1 << 52 - 1))
  }

  /// A number of more digits than a `UInt64` holds.
  private static func long(_ digits: Decimal, _ exponent: Int, isNegative: Bool) -> Double? {
    let dropped = digits.count - 19
    // The number is in this interval, whose ends are less than the distance of two doubles apart.
    let lower = nearest(digits.leading, exponent + dropped)
    let upper = nearest(digits.leading + 1, exponent + dropped)
    let value: Double
    if lower == upper {
      value = lower
    } else {
      let isOdd = lower.bitPattern & 1 == 1
      let order = digits.compared(exponent: exponent, toMiddleAbove: lower)
      value = order > 0 || (order == 0 && isOdd) ? upper : lower
    }
    guard value.isFinite else { return nil }
    return isNegative ? -value : value
  }

  @inline(__always)
  private static func digit(_ byte: UInt8) -> UInt64? {
    let value = byte &- UInt8(ascii: "0")
    return value < 10 ? UInt64(value) : nil
  }
}

/// The digits of a text without the zeros that they begin with, and without a point.
private struct Decimal {
  /// How many digits.
  let count: Int
  /// The first 19 as a number; with fewer digits, it means nothing.
  let leading: UInt64
  private let digits: [UInt8]

  /// More digits than the middle between two doubles can have (767); what follows only tells that
  /// a number is above them.
  private static let most = 800

  /// - Precondition: digits and at most one point.
  init(_ lower: UnsafePointer<UInt8>, _ upper: UnsafePointer<UInt8>) {
    var at = lower
    while at < upper, at.pointee == UInt8(ascii: "0") || at.pointee == UInt8(ascii: ".") { at += 1 }
    var count = 0
    var digits: [UInt8] = []
    var leading: UInt64 = 0
    var isAbove = false
    while at < upper {
      if at.pointee != UInt8(ascii: ".") {
        let digit = at.pointee &- UInt8(ascii: "0")
        if count < 19 { leading = leading * 10 + UInt64(digit) }
        if count < Self.most { digits.append(digit) } else if digit != 0 { isAbove = true }
        count += 1
      }
      at += 1
    }
    if isAbove { digits.append(1) }
    self.count = count
    self.leading = leading
    self.digits = digits
  }

  /// Compares the number with `digits` as its digits and `10^exponent` as the unit of its last one
  /// with the middle between a double and the next: below 0, 0, or above 0.
  func compared(exponent: Int, toMiddleAbove double: Double) -> Int {
    let unit = exponent + count - digits.count
    let isNormal = double.exponentBitPattern > 0
    let significand = double.significandBitPattern | (isNormal ? 1 << 52 : 0)
    let binary = Int(isNormal ? double.exponentBitPattern : 1) - 1076
    // digits * 5^unit * 2^unit against middle * 2^binary, in whole numbers.
    var number = Limbs(digits: digits)
    var middle = Limbs([2 * significand + 1])
    if unit >= 0 {
      number.multiply(byPowerOfFive: unit)
    } else {
      middle.multiply(byPowerOfFive: -unit)
    }
    if unit > binary { number.shift(by: unit - binary) } else { middle.shift(by: binary - unit) }
    return number.compared(to: middle)
  }
}

/// A whole number of any size, in units of 2^64, the lowest first.
private struct Limbs {
  private var limbs: [UInt64]

  init(_ limbs: [UInt64]) { self.limbs = limbs }

  init(digits: [UInt8]) {
    limbs = []
    for digit in digits { multiply(by: 10, adding: UInt64(digit)) }
  }

  mutating func multiply(byPowerOfFive exponent: Int) {
    for _ in 0..<exponent / 27 { multiply(by: 7_450_580_596_923_828_125) }
    for _ in 0..<exponent % 27 { multiply(by: 5) }
  }

  mutating func shift(by bits: Int) {
    multiply(by: 1 << UInt64(bits % 64))
    limbs.insert(contentsOf: repeatElement(0, count: bits / 64), at: 0)
  }

  /// Below 0, 0 or above 0.
  ///
  /// Invariant: the highest limb is not 0.
  func compared(to other: Limbs) -> Int {
    guard limbs.count == other.limbs.count else { return limbs.count < other.limbs.count ? -1 : 1 }
    for index in limbs.indices.reversed() where limbs[index] != other.limbs[index] {
      return limbs[index] < other.limbs[index] ? -1 : 1
    }
    return 0
  }

  private mutating func multiply(by factor: UInt64, adding carried: UInt64 = 0) {
    var carry = carried
    for index in limbs.indices {
      let (high, low) = limbs[index].multipliedFullWidth(by: factor)
      let (sum, overflow) = low.addingReportingOverflow(carry)
      limbs[index] = sum
      carry = high + (overflow ? 1 : 0)
    }
    if carry > 0 { limbs.append(carry) }
  }
}

// Eight characters in a word, the first in its lowest byte.

@inline(__always)
func eachByte(_ byte: UInt8) -> UInt64 { UInt64(byte) &* 0x0101_0101_0101_0101 }

@inline(__always)
func word(_ start: UnsafePointer<UInt8>) -> UInt64 {
  UInt64(littleEndian: UnsafeRawPointer(start).loadUnaligned(as: UInt64.self))
}

/// Sets the high bit of bytes that are 0. Above the lowest of them it may be set in others too.
@inline(__always)
func zeroBytes(_ word: UInt64) -> UInt64 { (word &- eachByte(1)) & ~word & eachByte(0x80) }

/// True if every byte is 0 to 9.
@inline(__always)
private func areDigits(_ word: UInt64) -> Bool {
  (word &+ eachByte(0x76) | word) & eachByte(0x80) == 0
}

/// The number of eight digits.
@inline(__always)
private func number(_ digits: UInt64) -> UInt64 {
  let pairs = digits &* 10 &+ digits &>> 8
  let mask: UInt64 = 0x0000_00FF_0000_00FF
  let (first, second): (UInt64, UInt64) = (100 + 1_000_000 << 32, 1 + 10_000 << 32)
  return ((pairs & mask) &* first &+ (pairs &>> 16 & mask) &* second) &>> 32
}

extension UInt128 {
  @inline(__always)
  fileprivate init(repeating word: UInt64) { self = UInt128(word) << 64 | UInt128(word) }
  @inline(__always)
  fileprivate var high: UInt64 { UInt64(truncatingIfNeeded: self >> 64) }
  @inline(__always)
  fileprivate var low: UInt64 { UInt64(truncatingIfNeeded: self) }
}

/// The powers of ten that are exact.
let exactPowers: [Double] = [
  1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
  1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
]

/// By the place of the point in eight bytes, the last for no point.
private let divisors: [Double] = [1e7, 1e6, 1e5, 1e4, 1e3, 1e2, 1e1, 1e0, 1e0]

/// By the place of the point in sixteen bytes, the last for no point.
private let longDivisors: [Double] = [
  1e15, 1e14, 1e13, 1e12, 1e11, 1e10, 1e9, 1e8, 1e7, 1e6, 1e5, 1e4, 1e3, 1e2, 1e1, 1e0, 1e0,
]
