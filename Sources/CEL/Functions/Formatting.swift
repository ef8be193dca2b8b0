/// Text with its clauses (`%s`, `%.2f` ...) put as the values of a list.
func formatted(
  _ text: String, _ values: [Value], _ meter: inout Meter
) throws(Fault) -> String {
  var out = ""
  var next = 0
  var scalars = text.unicodeScalars[...]
  while let scalar = scalars.popFirst() {
    try meter.admit(bytes: out.utf8.count)
    guard scalar == "%" else {
      out.unicodeScalars.append(scalar)
      continue
    }
    if scalars.first == "%" {
      scalars.removeFirst()
      out += "%"
      continue
    }
    var precision: Int?
    if scalars.first == "." {
      scalars.removeFirst()
      var digits = 0
      var hasDigits = false
      while let digit = scalars.first, ("0"..."9").contains(digit) {
        digits = min(10_000, digits * 10 + Int(digit.value - 48))
        hasDigits = true
        scalars.removeFirst()
      }
      guard hasDigits, digits <= 1000 else {
        throw Fault(.invalidArgument, "a precision is a number up to 1000")
      }
      precision = digits
    }
    guard let clause = scalars.popFirst() else {
      throw Fault(.invalidArgument, "a formatting clause ends too early")
    }
    guard "sdfebxXo".unicodeScalars.contains(clause) else {
      throw Fault(.invalidArgument, "`%\(clause)` is no formatting clause")
    }
    guard next < values.count else {
      throw Fault(.invalidArgument, "there are more formatting clauses than values")
    }
    out += try formatted(values[next], clause, precision, &meter)
    next += 1
  }
  return out
}

private func formatted(
  _ value: Value, _ clause: Unicode.Scalar, _ precision: Int?, _ meter: inout Meter
) throws(Fault) -> String {
  switch (clause, value) {
  case ("s", _): return try plain(value, &meter)
  case ("d", .int(let value)): return String(value)
  case ("d", .uint(let value)): return String(value)
  case ("d", .double(let value)) where !value.isFinite: return plainText(value)
  case ("b", .bool(let value)): return value ? "1" : "0"
  case ("b", .int(let value)): return String(value, radix: 2)
  case ("b", .uint(let value)): return String(value, radix: 2)
  case ("o", .int(let value)): return String(value, radix: 8)
  case ("o", .uint(let value)): return String(value, radix: 8)
  case ("x", .int(let value)): return String(value, radix: 16)
  case ("x", .uint(let value)): return String(value, radix: 16)
  case ("X", .int(let value)): return String(value, radix: 16, uppercase: true)
  case ("X", .uint(let value)): return String(value, radix: 16, uppercase: true)
  case ("x", .string(let value)): return hexadecimal(value.utf8, uppercase: false)
  case ("X", .string(let value)): return hexadecimal(value.utf8, uppercase: true)
  case ("x", .bytes(let value)): return hexadecimal(value, uppercase: false)
  case ("X", .bytes(let value)): return hexadecimal(value, uppercase: true)
  case ("f", _), ("e", _):
    let number: Double
    switch value {
    case .double(let value): number = value
    case .int(let value): number = Double(value)
    case .uint(let value): number = Double(value)
    default: throw unfit(value, clause)
    }
    if !number.isFinite { return plainText(number) }
    let digits = precision ?? 6
    return clause == "f"
      ? Decimal(number).fixed(digits) : Decimal(number).scientific(digits)
  default: throw unfit(value, clause)
  }
}

private func unfit(_ value: Value, _ clause: Unicode.Scalar) -> Fault {
  Fault(.invalidArgument, "`%\(clause)` does not take \(value.type)")
}

private func hexadecimal(_ bytes: some Sequence<UInt8>, uppercase: Bool) -> String {
  var out = ""
  for byte in bytes {
    if byte < 16 { out += "0" }
    out += String(byte, radix: 16, uppercase: uppercase)
  }
  return out
}

/// A value as text for people: text without quotes, maps in the order of their keys' text.
private func plain(_ value: Value, _ meter: inout Meter) throws(Fault) -> String {
  let text: String
  switch value {
  case .null: text = "null"
  case .bool(let value): text = value ? "true" : "false"
  case .int(let value): text = String(value)
  case .uint(let value): text = String(value)
  case .double(let value): text = plainText(value)
  case .string(let value): text = value
  case .bytes(let value): text = String(decoding: value, as: UTF8.self)
  case .timestamp(let value): text = value.description
  case .duration(let value): text = value.description
  case .type(let value): text = value.name
  case .ip(let value): text = value.description
  case .cidr(let value): text = value.description
  case .list(let list):
    var parts: [String] = []
    for element in list { parts.append(try plain(element, &meter)) }
    text = "[" + parts.joined(separator: ", ") + "]"
  case .map(let map):
    var parts: [(String, String)] = []
    for (key, value) in map.entries {
      parts.append((try plain(key, &meter), try plain(value, &meter)))
    }
    parts.sort { scalarsPrecede($0.0, $1.0) }
    text = "{" + parts.map { "\($0.0): \($0.1)" }.joined(separator: ", ") + "}"
  case .optional: throw Fault(.invalidArgument, "an optional value is no text")
  }
  try meter.admit(bytes: text.utf8.count)
  try meter.spend(1)
  try meter.spend(bytes: text.utf8.count)
  return text
}

/// A double's exact value in decimal digits.
///
/// Every double is a sum of powers of two, so it has a finite decimal expansion: rounding it is
/// exact, with halves to even.
struct Decimal {
  private let isNegative: Bool
  /// Most significant first, without zeros at either end unless it is the only digit.
  private let digits: [UInt8]
  /// How many of the digits stand before the point; may be negative or beyond the end.
  private let point: Int

  init(_ value: Double) {
    isNegative = value.sign == .minus
    guard value != 0 else {
      digits = [0]
      point = 1
      return
    }
    // significand * 2^exponent, with whole numbers.
    let exponent = max(Int(value.exponent), -1022) - 52
    var whole = Big(UInt64(value.magnitude.significandBits(exponent: exponent)))
    var shift = 0
    if exponent >= 0 {
      for _ in 0..<exponent { whole.multiply(by: 2) }
    } else {
      // x / 2^n is x * 5^n / 10^n.
      for _ in 0..<(-exponent) { whole.multiply(by: 5) }
      shift = -exponent
    }
    var all = whole.decimalDigits
    point = all.count - shift
    while all.count > 1, all.last == 0 { all.removeLast() }
    digits = all
  }

  /// With so many digits after the point.
  func fixed(_ places: Int) -> String {
    let (kept, before) = rounded(to: point + places)
    var text = ""
    // Digits before the point, then those after it.
    let whole = (0..<max(before, 0)).map { $0 < kept.count ? kept[$0] : 0 }
    text += whole.isEmpty ? "0" : String(decoding: whole.map { $0 + 48 }, as: UTF8.self)
    if places > 0 {
      text += "."
      for place in 0..<places {
        let index = before + place
        text += String(index >= 0 && index < kept.count ? kept[index] : 0)
      }
    }
    return (isNegative ? "-" : "") + text
  }

  /// One digit before the point and so many after it, with an exponent of two digits or more.
  func scientific(_ places: Int) -> String {
    var (kept, before) = rounded(to: places + 1)
    if kept.isEmpty { (kept, before) = ([0], 1) }
    var text = String(kept[0])
    if places > 0 {
      text += "."
      for place in 1...places { text += String(place < kept.count ? kept[place] : 0) }
    }
    let exponent = kept == [0] ? 0 : before - 1
    let magnitude = String(abs(exponent))
    return (isNegative ? "-" : "") + text + "e" + (exponent < 0 ? "-" : "+")
      + (magnitude.utf8.count < 2 ? "0" : "") + magnitude
  }

  /// The first digits, rounded, and where the point is in them.
  private func rounded(to count: Int) -> ([UInt8], Int) {
    if count >= digits.count { return (digits, point) }
    if count < 0 { return ([], point) }
    var kept = Array(digits[..<count])
    let next = digits[count]
    let isHalf = next == 5 && count + 1 == digits.count
    let isUp = isHalf ? (kept.last ?? 0) % 2 == 1 : next >= 5
    guard isUp else { return (kept, point) }
    var place = count - 1
    while place >= 0 {
      if kept[place] < 9 {
        kept[place] += 1
        return (kept, point)
      }
      kept[place] = 0
      place -= 1
    }
    return ([1] + kept, point + 1)
  }
}

extension Double {
  /// The whole number that, times two to the exponent, is the value.
  fileprivate func significandBits(exponent: Int) -> UInt64 {
    isNormal ? significandBitPattern | (1 << 52) : significandBitPattern
  }
}

/// A whole number of any size, in base 10^9, least significant first.
private struct Big {
  private var parts: [UInt32]

  init(_ value: UInt64) {
    parts = []
    var rest = value
    repeat {
      parts.append(UInt32(rest % 1_000_000_000))
      rest /= 1_000_000_000
    } while rest > 0
  }

  mutating func multiply(by factor: UInt64) {
    var carry: UInt64 = 0
    for index in parts.indices {
      let product = UInt64(parts[index]) * factor + carry
      parts[index] = UInt32(product % 1_000_000_000)
      carry = product / 1_000_000_000
    }
    if carry > 0 { parts.append(UInt32(carry)) }
  }

  var decimalDigits: [UInt8] {
    var text = String(parts.last!)
    for part in parts.dropLast().reversed() {
      let digits = String(part)
      text += String(repeating: "0", count: 9 - digits.utf8.count) + digits
    }
    return text.utf8.map { $0 - 48 }
  }
}
