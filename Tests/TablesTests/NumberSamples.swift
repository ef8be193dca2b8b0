/// Numbers and texts to try reading and printing with, of the kinds that are easy to get wrong.
struct NumberSamples<Random: RandomNumberGenerator> {
  var random: Random

  private mutating func pick(_ range: ClosedRange<Int>) -> Int {
    Int.random(in: range, using: &random)
  }

  /// A finite number.
  mutating func number() -> Double {
    let magnitude: Double
    switch pick(0...9) {
    case 0, 1: magnitude = Double(bitPattern: random.next() >> 1)
    case 2: magnitude = Double(pick(0...1_000_000))
    case 3: magnitude = Double(pick(0...10_000_000)) / [10.0, 100, 1000, 1e4][pick(0...3)]
    // Exactly between two numbers of few decimals.
    case 4: magnitude = Double(pick(0...1_000_000)) / 64
    case 5: magnitude = Double(random.next() >> 11) * 0x1p-53 * 100
    case 6: magnitude = Double(random.next() >> 11) * 1e3
    // Subnormal.
    case 7: magnitude = Double(bitPattern: random.next() >> UInt64(pick(12...63)))
    case 8: magnitude = near(Double(bitPattern: UInt64(pick(0...2046)) << 52))
    default: magnitude = near(Double("1e\(pick(-324...308))")!)
    }
    guard magnitude.isFinite else { return 1 }
    return pick(0...1) == 0 ? magnitude : -magnitude
  }

  /// A text that mostly is a number.
  mutating func text() -> [UInt8] {
    var text: [UInt8] = pick(0...3) == 0 ? [UInt8(ascii: "-")] : []
    switch pick(0...15) {
    case 0...4:
      appendDigits(pick(1...4), to: &text)
      text.append(UInt8(ascii: "."))
      appendDigits(pick(1...4), to: &text)
    case 5: appendDigits(pick(1...9), to: &text)
    case 6, 7:
      // 17 to 19 digits, with a point among them or without.
      let count = pick(17...19)
      let whole = pick(1...count)
      appendDigits(whole, to: &text)
      if whole < count {
        text.append(UInt8(ascii: "."))
        appendDigits(count - whole, to: &text)
      }
      if pick(0...3) == 0 { appendExponent(320, to: &text) }
    case 8, 9:
      appendDigits(pick(1...19), to: &text)
      appendExponent(pick(0...1) == 0 ? 30 : 345, to: &text)
    case 10:
      appendDigits(pick(1...30), to: &text)
      text.append(UInt8(ascii: "."))
      appendDigits(pick(1...30), to: &text)
      if pick(0...1) == 0 { appendExponent(345, to: &text) }
    case 11, 12: text += "\(number().magnitude)".utf8
    case 13: appendNearMiddle(to: &text)
    case 14:
      text += [UInt8](repeating: UInt8(ascii: "0"), count: pick(1...30))
      if pick(0...1) == 0 { text.append(UInt8(ascii: ".")) }
      text += [UInt8](repeating: UInt8(ascii: "0"), count: pick(0...30))
      appendDigits(pick(1...20), to: &text)
    default:
      text += "\(number().magnitude)".utf8
      let places = text.indices
      let garbage = Array("-+.eE0 ,/:x\0\u{e9}".utf8)
      for _ in 0...pick(0...1) {
        let byte = garbage[pick(0...garbage.count - 1)]
        switch pick(0...2) {
        case 0: text.insert(byte, at: pick(0...text.count))
        case 1: text[pick(0...places.count - 1)] = byte
        default: text.removeSubrange(pick(0...text.count - 1)...)
        }
        if text.count < places.count { break }
      }
    }
    return text
  }

  /// Up to three numbers away.
  private mutating func near(_ number: Double) -> Double {
    var number = number
    let isUp = pick(0...1) == 0
    for _ in 0..<pick(0...3) { number = isUp ? number.nextUp : number.nextDown }
    return number.magnitude
  }

  private mutating func appendDigits(_ count: Int, to text: inout [UInt8]) {
    for _ in 0..<count { text.append(UInt8(ascii: "0") + UInt8(pick(0...9))) }
  }

  private mutating func appendExponent(_ greatest: Int, to text: inout [UInt8]) {
    text.append(pick(0...1) == 0 ? UInt8(ascii: "e") : UInt8(ascii: "E"))
    let exponent = pick(-greatest...greatest)
    if exponent >= 0, pick(0...1) == 0 { text.append(UInt8(ascii: "+")) }
    text += "\(exponent)".utf8
  }

  /// All digits of the middle between two doubles, or a little above or below it.
  private mutating func appendNearMiddle(to text: inout [UInt8]) {
    let exponent = pick(0...7) == 0 ? pick(-1075...960) : pick(-80...80)
    let significand = 1 << 53 | random.next() >> 10 | 1
    let middle = ExactDecimal(exponent == -1075 ? significand >> 30 | 1 : significand, exponent)
    text += middle.whole
    text.append(UInt8(ascii: "."))
    text += middle.fraction
    if middle.fraction.isEmpty { text.append(UInt8(ascii: "0")) }
    switch pick(0...3) {
    case 0:
      text += [UInt8](repeating: UInt8(ascii: "0"), count: pick(0...900))
      text.append(UInt8(ascii: "1"))
    case 1:
      // The last digit that counts is not 0: the middle is odd.
      var place = text.count - 1
      while text[place] < UInt8(ascii: "1") { place -= 1 }
      text[place] -= 1
      if pick(0...1) == 0 { text += "9999".utf8 }
    default: break
    }
  }
}

/// `significand * 2^exponent` with all of its digits, by arithmetic of its own.
struct ExactDecimal {
  /// The digits before the point, at least one.
  private(set) var whole: [UInt8] = []
  /// The digits after the point; may be none.
  private(set) var fraction: [UInt8] = []

  init(_ significand: UInt64, _ exponent: Int) {
    // Nine digits each, the lowest first.
    var limbs = [significand % 1_000_000_000, significand / 1_000_000_000 % 1_000_000_000]
    limbs.append(significand / 1_000_000_000_000_000_000)
    func multiply(by factor: UInt64) {
      var carry: UInt64 = 0
      for place in limbs.indices {
        let product = limbs[place] * factor + carry
        limbs[place] = product % 1_000_000_000
        carry = product / 1_000_000_000
      }
      while carry > 0 {
        limbs.append(carry % 1_000_000_000)
        carry /= 1_000_000_000
      }
    }
    // Below 0: times 5^n, and then n decimals.
    var rest = abs(exponent)
    while rest >= 13 {
      multiply(by: exponent < 0 ? 1_220_703_125 : 8192)
      rest -= 13
    }
    for _ in 0..<rest { multiply(by: exponent < 0 ? 5 : 2) }
    var digits: [UInt8] = []
    for limb in limbs.reversed() {
      var unit: UInt64 = 100_000_000
      while unit > 0 {
        digits.append(UInt8(ascii: "0") + UInt8(limb / unit % 10))
        unit /= 10
      }
    }
    let decimals = max(0, -exponent)
    if digits.count < decimals + 1 {
      digits.insert(
        contentsOf: [UInt8](repeating: UInt8(ascii: "0"), count: decimals + 1 - digits.count),
        at: 0)
    }
    fraction = Array(digits.suffix(decimals))
    let before = digits.dropLast(decimals)
    whole = Array(before.dropLast().drop { $0 == UInt8(ascii: "0") } + before.suffix(1))
  }

  /// The finite number's magnitude.
  init(_ number: Double) {
    let isNormal = number.exponentBitPattern > 0
    self.init(
      number.significandBitPattern | (isNormal ? 1 << 52 : 0),
      Int(max(1, number.exponentBitPattern)) - 1075)
  }

  /// Rounded to so many decimals, ties to even.
  func text(decimals: Int, isNegative: Bool) -> String {
    var digits = whole + fraction.prefix(decimals)
    digits += [UInt8](repeating: UInt8(ascii: "0"), count: max(0, decimals - fraction.count))
    let cut = fraction.dropFirst(decimals)
    if let first = cut.first, first >= UInt8(ascii: "5") {
      let isTie =
        first == UInt8(ascii: "5") && cut.dropFirst().allSatisfy { $0 == UInt8(ascii: "0") }
      if !isTie || digits.last! % 2 == 1 {
        digits.insert(UInt8(ascii: "0"), at: 0)
        var place = digits.count - 1
        while digits[place] == UInt8(ascii: "9") {
          digits[place] = UInt8(ascii: "0")
          place -= 1
        }
        digits[place] += 1
        if digits[0] == UInt8(ascii: "0") { digits.removeFirst() }
      }
    }
    let isZero = digits.allSatisfy { $0 == UInt8(ascii: "0") }
    if decimals > 0 { digits.insert(UInt8(ascii: "."), at: digits.count - decimals) }
    return (isNegative && !isZero ? "-" : "") + String(decoding: digits, as: UTF8.self)
  }
}

/// What a text is read as by the standard library, of the texts that this library takes.
func standardReading(_ text: [UInt8]) -> Double? {
  guard isNumber(text), let value = Double(String(decoding: text, as: UTF8.self)) else {
    return nil
  }
  return value.isFinite ? value : nil
}

/// The shortest text as the standard library writes it, without `.0`.
func standardShortest(_ number: Double) -> String {
  guard number.isFinite else { return "" }
  if number == 0 { return "0" }
  let text = number.description
  return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
}

/// `-?digits[.digits][e[+-]digits]`
private func isNumber(_ text: [UInt8]) -> Bool {
  var rest = text[...]
  func skip(_ characters: String) -> Bool {
    guard let first = rest.first, characters.utf8.contains(first) else { return false }
    rest.removeFirst()
    return true
  }
  func skipDigits() -> Bool {
    let count = rest.count
    rest = rest.drop { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
    return rest.count < count
  }
  _ = skip("-")
  guard skipDigits() else { return false }
  if skip("."), !skipDigits() { return false }
  if skip("eE") {
    _ = skip("+-")
    guard skipDigits() else { return false }
  }
  return rest.isEmpty
}
