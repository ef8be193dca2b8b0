/// Numbers as text, the same on every platform.
public enum NumberText {
  /// The shortest text that reads back as the same number; whole numbers have no decimals.
  ///
  /// The text is a JSON number. Nothing is written for numbers that are not finite:
  /// the text is empty.
  public static func shortest(_ number: Double) -> String {
    guard number.isFinite else { return "" }
    if number == 0 { return "0" }
    let text = number.description
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }

  /// The number with a fixed count of decimals, rounded by its exact value, ties to even.
  ///
  /// Never `-0`. The text is empty for numbers that are not finite.
  ///
  /// - Precondition: no negative count of decimals.
  public static func fixed(_ number: Double, decimals: Int) -> String {
    precondition(decimals >= 0, "a count of decimals")
    guard number.isFinite else { return "" }
    let digits = scaledDigits(number.magnitude, decimals: decimals)
    var text = number < 0 && digits.contains { $0 != UInt8(ascii: "0") } ? "-" : ""
    let zeros = [UInt8](repeating: UInt8(ascii: "0"), count: max(0, decimals + 1 - digits.count))
    let all = zeros + digits
    text += String(decoding: all.dropLast(decimals), as: UTF8.self)
    if decimals > 0 { text += "." + String(decoding: all.suffix(decimals), as: UTF8.self) }
    return text
  }

  /// Reads `-?digits[.digits][e[+-]digits]`, `E` too; nil for anything else, a leading `+`,
  /// a bare point, spaces, and what is too large for a finite number.
  ///
  /// The result is the nearest double, ties to even.
  public static func parse(_ text: some Sequence<UInt8>) -> Double? {
    let bytes = Array(text)
    return parse(bytes.span, 0, bytes.count)
  }

  static func parse(_ bytes: Span<UInt8>, _ lower: Int, _ upper: Int) -> Double? {
    var at = lower
    let isNegative = at < upper && bytes[at] == UInt8(ascii: "-")
    if isNegative { at += 1 }
    // Up to 19 digits fit; with more, `isExact` ends the fast path.
    var mantissa: UInt64 = 0
    var significant = 0
    var exponent = 0

    let wholeStart = at
    while at < upper, let digit = digit(bytes[at]) {
      if significant < 19 { mantissa = mantissa &* 10 &+ digit }
      if significant > 0 || digit != 0 { significant += 1 }
      at += 1
    }
    guard at > wholeStart else { return nil }
    if at < upper, bytes[at] == UInt8(ascii: ".") {
      at += 1
      let fractionStart = at
      while at < upper, let digit = digit(bytes[at]) {
        if significant < 19 {
          mantissa = mantissa &* 10 &+ digit
          exponent -= 1
        }
        if significant > 0 || digit != 0 { significant += 1 }
        at += 1
      }
      guard at > fractionStart else { return nil }
    }
    if at < upper, bytes[at] | 0x20 == UInt8(ascii: "e") {
      at += 1
      let isBelow = at < upper && bytes[at] == UInt8(ascii: "-")
      if isBelow || (at < upper && bytes[at] == UInt8(ascii: "+")) { at += 1 }
      let digitsStart = at
      var written = 0
      while at < upper, let digit = digit(bytes[at]) {
        written = min(written * 10 + Int(digit), 1_000_000)
        at += 1
      }
      guard at > digitsStart else { return nil }
      exponent += isBelow ? -written : written
    }
    guard at == upper else { return nil }

    if significant <= 19, mantissa <= 1 << 53, -22...22 ~= exponent {
      // Both operands are exact, so one operation rounds once, and correctly.
      let whole = Double(mantissa)
      let value = exponent < 0 ? whole / powersOfTen[-exponent] : whole * powersOfTen[exponent]
      return isNegative ? -value : value
    }
    if mantissa == 0 { return isNegative ? -0.0 : 0 }
    var copy: [UInt8] = []
    copy.reserveCapacity(upper - lower)
    for index in lower..<upper { copy.append(bytes[index]) }
    guard let value = Double(String(decoding: copy, as: UTF8.self)), value.isFinite else {
      return nil
    }
    return value
  }

  private static func digit(_ byte: UInt8) -> UInt64? {
    let value = byte &- UInt8(ascii: "0")
    return value < 10 ? UInt64(value) : nil
  }

  /// The digits of `number * 10^decimals`, rounded to a whole number.
  private static func scaledDigits(_ number: Double, decimals: Int) -> [UInt8] {
    guard number > 0 else { return [UInt8(ascii: "0")] }
    // number == significand * 2^exponent, both whole.
    let bits = number.significandBitPattern
    let isNormal = number.exponentBitPattern > 0
    let significand = isNormal ? bits | 1 << 52 : bits
    let exponent = Int(isNormal ? number.exponentBitPattern : 1) - 1075
    if decimals <= 22, exponent <= 0 {
      // The product is less than 2^53 * 10^22 < 2^127.
      var product = UInt128(significand)
      for _ in 0..<decimals { product *= 10 }
      let shift = -exponent
      guard shift < 128 else { return [UInt8(ascii: "0")] }
      var whole = product >> UInt128(shift)
      let rest = product - whole << UInt128(shift)
      let half = shift == 0 ? 0 : UInt128(1) << UInt128(shift - 1)
      if shift > 0, rest > half || (rest == half && whole % 2 == 1) { whole += 1 }
      return Array(String(whole).utf8)
    }
    return exactDigits(significand, exponent: exponent, decimals: decimals)
  }

  /// The same by way of all digits of the number, which may be more than a thousand.
  private static func exactDigits(
    _ significand: UInt64, exponent: Int, decimals: Int
  ) -> [UInt8] {
    // significand / 2^k == significand * 5^k / 10^k.
    var limbs: [UInt64] = [significand]
    for _ in 0..<abs(exponent) { multiply(&limbs, by: exponent < 0 ? 5 : 2) }
    let fraction = max(0, -exponent)
    var digits = Array(String(limbs[limbs.count - 1]).utf8)
    for limb in limbs.dropLast().reversed() { digits += Array(padded(Int(limb), to: 18).utf8) }
    if decimals >= fraction {
      return digits + [UInt8](repeating: UInt8(ascii: "0"), count: decimals - fraction)
    }
    let cut = fraction - decimals
    if cut > digits.count { return [UInt8(ascii: "0")] }
    var kept = [UInt8(ascii: "0")] + digits.dropLast(cut)
    let rest = digits.suffix(cut)
    let half = UInt8(ascii: "5")
    let isTie = rest.first == half && rest.dropFirst().allSatisfy { $0 == UInt8(ascii: "0") }
    if isTie ? kept[kept.count - 1] % 2 == 1 : rest.first! >= half {
      var place = kept.count - 1
      while kept[place] == UInt8(ascii: "9") {
        kept[place] = UInt8(ascii: "0")
        place -= 1
      }
      kept[place] += 1
    }
    return Array(kept.drop { $0 == UInt8(ascii: "0") })
  }

  /// Limbs hold 18 decimal digits each, the lowest first.
  private static func multiply(_ limbs: inout [UInt64], by factor: UInt64) {
    let base: UInt64 = 1_000_000_000_000_000_000
    var carry: UInt64 = 0
    for index in limbs.indices {
      let product = limbs[index] * factor + carry
      limbs[index] = product % base
      carry = product / base
    }
    if carry > 0 { limbs.append(carry) }
  }
}

private let powersOfTen: [Double] = [
  1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
  1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
]
