extension NumberText {
  /// Room for what ``writeFixed(_:decimals:to:)`` writes, also past the end in passing.
  package static let fixedRoom = 72

  /// Writes what ``fixed(_:decimals:)`` gives, and returns how many bytes that is; nil for numbers
  /// from 2^52 and for more than 15 decimals, which ``longFixed(_:decimals:)`` is for.
  ///
  /// - Precondition: there is room for `fixedRoom` bytes, and no negative count of decimals.
  package static func writeFixed(
    _ number: Double, decimals: Int, to start: UnsafeMutablePointer<UInt8>
  ) -> Int? {
    guard UInt(bitPattern: decimals) <= 15 else { return number.isFinite ? nil : 0 }
    // The number is significand / 2^shift; wanted is it times 10^decimals as a whole number.
    let bits = number.bitPattern
    let biased = Int(bits >> 52 & 0x7FF)
    // Subnormal numbers have no leading bit, but are much too small for that to matter.
    let significand = bits & (1 << 52 - 1) | 1 << 52
    let shift = 1075 &- biased
    let (high, low) = significand.multipliedFullWidth(by: wholePowersOfTen[decimals])
    // Less than 2^52, so the shift is not 0, and surely no more than sixteen digits.
    guard number.magnitude * exactPowers[decimals] < 4e15 else {
      guard biased < 1075 else { return number.isFinite ? nil : 0 }
      let whole = rounded(UInt128(high) << 64 | UInt128(low), shift)
      start.pointee = UInt8(ascii: "-")
      let sign = Int(bits >> 63)
      return sign + writeWide(whole, decimals, to: start + sign)
    }
    var whole: UInt64 = 0
    if shift < 64 {
      whole = high &<< UInt64(truncatingIfNeeded: 64 &- shift)
      whole |= low &>> UInt64(truncatingIfNeeded: shift)
      // What is cut off, in units of 2^-63: one more if it is above a half, or a half and odd.
      let rest = (low &<< UInt64(truncatingIfNeeded: 64 &- shift)) >> 1
      whole &+= (1 << 62 &- rest &- (whole & 1)) >> 63
    } else if shift < 128 {
      whole = UInt64(truncatingIfNeeded: rounded(UInt128(high) << 64 | UInt128(low), shift))
    }
    // With 128 and more it is less than a half: the product has 103 bits at most.
    start.pointee = UInt8(ascii: "-")
    let place = start + (whole == 0 ? 0 : Int(bits >> 63))
    // With zeros in front where decimals have no digits; those behind the point once more, one on.
    let count = max(digitCount(whole), decimals &+ 1)
    let text = characters(sixteenDigits(whole))
    store(dropping(16 &- count, text), at: place)
    guard decimals > 0 else { return (place - start) &+ count }
    let point = place + (count &- decimals)
    point.pointee = UInt8(ascii: ".")
    store(dropping(16 &- decimals, text), at: point + 1)
    return (place - start) &+ count &+ 1
  }

  /// `number / 2^shift` as the nearest whole number, ties to even.
  ///
  /// - Precondition: 0 < shift < 128.
  @inline(__always)
  private static func rounded(_ number: UInt128, _ shift: Int) -> UInt128 {
    let odd = number &>> UInt128(truncatingIfNeeded: shift) & 1
    let half = (1 as UInt128) &<< UInt128(truncatingIfNeeded: shift &- 1)
    return (number &+ (half &- 1) &+ odd) &>> UInt128(truncatingIfNeeded: shift)
  }

  /// Writes 16 to 32 digits with a point in them.
  private static func writeWide(
    _ whole: UInt128, _ decimals: Int, to place: UnsafeMutablePointer<UInt8>
  ) -> Int {
    let (top, rest) = whole.quotientAndRemainder(dividingBy: 10_000_000_000_000_000)
    let leading = UInt64(truncatingIfNeeded: top)
    let count = leading == 0 ? 0 : digitCount(leading)
    store(dropping(16 - count, characters(sixteenDigits(leading))), at: place)
    let text = characters(sixteenDigits(UInt64(truncatingIfNeeded: rest)))
    store(text, at: place + count)
    guard decimals > 0 else { return count + 16 }
    // At most 15 digits go behind the point.
    place[count + 16 - decimals] = UInt8(ascii: ".")
    store(dropping(16 - decimals, text), at: place + count + 17 - decimals)
    return count + 17
  }

  /// What ``fixed(_:decimals:)`` gives, by way of all digits of the number, which may be more than
  /// a thousand.
  package static func longFixed(_ number: Double, decimals: Int) -> [UInt8] {
    guard number.isFinite else { return [] }
    let digits = scaledDigits(number.magnitude, decimals: decimals)
    let isZero = digits.allSatisfy { $0 == UInt8(ascii: "0") }
    var text = number < 0 && !isZero ? [UInt8(ascii: "-")] : []
    let zeros = [UInt8](repeating: UInt8(ascii: "0"), count: max(0, decimals + 1 - digits.count))
    let all = zeros + digits
    text += all.dropLast(decimals)
    if decimals > 0 {
      text.append(UInt8(ascii: "."))
      text += all.suffix(decimals)
    }
    return text
  }

  /// The digits of `number * 10^decimals`, rounded to a whole number.
  private static func scaledDigits(_ number: Double, decimals: Int) -> [UInt8] {
    let zero = [UInt8(ascii: "0")]
    guard number > 0 else { return zero }
    // number == significand * 2^exponent, and for whole limbs significand / 2^k is
    // significand * 5^k / 10^k.
    let isNormal = number.exponentBitPattern > 0
    let exponent = Int(isNormal ? number.exponentBitPattern : 1) - 1075
    var limbs: [UInt64] = [number.significandBitPattern | (isNormal ? 1 << 52 : 0)]
    for _ in 0..<abs(exponent) { multiply(&limbs, by: exponent < 0 ? 5 : 2) }
    var digits: [UInt8] = []
    for limb in limbs.reversed() {
      let text = Array(String(limb).utf8)
      let missing = digits.isEmpty ? 0 : 18 - text.count
      digits += [UInt8](repeating: UInt8(ascii: "0"), count: missing) + text
    }
    let fraction = max(0, -exponent)
    if decimals >= fraction {
      return digits + [UInt8](repeating: UInt8(ascii: "0"), count: decimals - fraction)
    }
    let cut = fraction - decimals
    if cut > digits.count { return zero }
    var kept = zero + digits.dropLast(cut)
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
