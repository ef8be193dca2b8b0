/// A moment: seconds since 1970-01-01T00:00:00Z and nanoseconds, in the years 1 to 9999.
public struct Timestamp: Hashable, Comparable, Sendable {
  public let seconds: Int64
  /// 0 to 999,999,999, counted forward.
  public let nanoseconds: Int32

  static let first: Int64 = -62_135_596_800
  static let last: Int64 = 253_402_300_799

  /// Nil outside the years 1 to 9999.
  public init?(seconds: Int64, nanoseconds: Int32 = 0) {
    guard (Self.first...Self.last).contains(seconds), (0..<1_000_000_000).contains(nanoseconds)
    else { return nil }
    self.seconds = seconds
    self.nanoseconds = nanoseconds
  }

  /// Midnight UTC of a day of the Gregorian calendar; nil for a date that is not there.
  public init?(year: Int, month: Int, day: Int) {
    guard (1...9999).contains(year), (1...12).contains(month),
      day >= 1, day <= daysInMonth(year: year, month: month)
    else { return nil }
    self.init(seconds: daysSinceEpoch(year: year, month: month, day: day) * 86_400)
  }

  public static func < (a: Timestamp, b: Timestamp) -> Bool {
    (a.seconds, a.nanoseconds) < (b.seconds, b.nanoseconds)
  }

  func adding(_ duration: Duration) -> Timestamp? {
    let (seconds, nanos) = normalized(
      seconds + duration.seconds, Int64(nanoseconds) + Int64(duration.nanoseconds))
    return Timestamp(seconds: seconds, nanoseconds: nanos)
  }
}

/// A length of time: seconds and nanoseconds of the same sign.
public struct Duration: Hashable, Comparable, Sendable {
  public let seconds: Int64
  /// -999,999,999 to 999,999,999, of the same sign as the seconds.
  public let nanoseconds: Int32

  /// About 10,000 years.
  static let limit: Int64 = 315_576_000_000

  /// Nil beyond about 10,000 years, or when the signs differ.
  public init?(seconds: Int64, nanoseconds: Int32 = 0) {
    guard (-Self.limit...Self.limit).contains(seconds),
      (-999_999_999...999_999_999).contains(nanoseconds),
      seconds == 0 || nanoseconds == 0 || (seconds < 0) == (nanoseconds < 0)
    else { return nil }
    self.seconds = seconds
    self.nanoseconds = nanoseconds
  }

  /// Any number of seconds and nanoseconds, carried over.
  init?(adding seconds: Int64, _ nanoseconds: Int64) {
    var (seconds, nanos) = normalized(seconds, nanoseconds)
    if seconds < 0 && nanos > 0 {
      seconds += 1
      nanos -= 1_000_000_000
    }
    self.init(seconds: seconds, nanoseconds: nanos)
  }

  public static func < (a: Duration, b: Duration) -> Bool {
    (a.seconds, a.nanoseconds) < (b.seconds, b.nanoseconds)
  }

  /// The length in seconds, with its fraction.
  public var inSeconds: Double { Double(seconds) + Double(nanoseconds) / 1e9 }
}

/// Seconds and nanoseconds with the nanoseconds in 0..<1,000,000,000.
private func normalized(_ seconds: Int64, _ nanoseconds: Int64) -> (Int64, Int32) {
  var carry = nanoseconds / 1_000_000_000
  var rest = nanoseconds % 1_000_000_000
  if rest < 0 {
    rest += 1_000_000_000
    carry -= 1
  }
  return (seconds + carry, Int32(rest))
}

extension Timestamp {
  func since(_ other: Timestamp) -> Duration? {
    Duration(
      adding: seconds - other.seconds, Int64(nanoseconds) - Int64(other.nanoseconds))
  }

  /// The parts of the moment on a clock that is `offset` seconds ahead of UTC.
  func calendar(offset: Int64 = 0) -> CalendarParts {
    let local = seconds + offset
    let days = floorDivide(local, 86_400)
    let rest = local - days * 86_400
    let (year, month, day) = civil(days)
    return CalendarParts(
      year: year, month: month, day: day,
      hour: rest / 3600, minute: rest / 60 % 60, second: rest % 60,
      weekday: ((days + 4) % 7 + 7) % 7,
      dayOfYear: days - daysSinceEpoch(year: Int(year), month: 1, day: 1))
  }
}

/// Months and days count from 1, weekdays from Sunday as 0, days of the year from 0.
struct CalendarParts {
  var year, month, day, hour, minute, second, weekday, dayOfYear: Int64
}

func floorDivide(_ a: Int64, _ b: Int64) -> Int64 {
  a >= 0 ? a / b : -((-a + b - 1) / b)
}

/// Days from 1970-01-01, in the Gregorian calendar without end.
func daysSinceEpoch(year: Int, month: Int, day: Int) -> Int64 {
  let y = Int64(month <= 2 ? year - 1 : year)
  let era = floorDivide(y, 400)
  let yearOfEra = y - era * 400
  let shifted = Int64(month > 2 ? month - 3 : month + 9)
  let dayOfYear = (153 * shifted + 2) / 5 + Int64(day) - 1
  let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
  return era * 146_097 + dayOfEra - 719_468
}

private func civil(_ days: Int64) -> (year: Int64, month: Int64, day: Int64) {
  let z = days + 719_468
  let era = floorDivide(z, 146_097)
  let dayOfEra = z - era * 146_097
  let yearOfEra =
    (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
  let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
  let shifted = (5 * dayOfYear + 2) / 153
  let day = dayOfYear - (153 * shifted + 2) / 5 + 1
  let month = shifted < 10 ? shifted + 3 : shifted - 9
  return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
}

func daysInMonth(year: Int, month: Int) -> Int {
  switch month {
  case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
  case 4, 6, 9, 11: 30
  default: 31
  }
}

// MARK: Text

extension Timestamp: CustomStringConvertible {
  /// RFC 3339 in UTC, with as much of a fraction as there is.
  public var description: String {
    let parts = calendar()
    return padded(parts.year, 4) + "-" + padded(parts.month, 2) + "-" + padded(parts.day, 2)
      + "T" + padded(parts.hour, 2) + ":" + padded(parts.minute, 2) + ":"
      + padded(parts.second, 2) + fraction(nanoseconds) + "Z"
  }

  /// Reads RFC 3339: `2009-02-13T23:31:30.5+01:00`.
  public init?(_ text: String) {
    var scanner = DigitScanner(text)
    guard let year = scanner.digits(4), scanner.take("-"), let month = scanner.digits(2),
      scanner.take("-"), let day = scanner.digits(2), scanner.take("T") || scanner.take("t"),
      let hour = scanner.digits(2), scanner.take(":"), let minute = scanner.digits(2),
      scanner.take(":"), let second = scanner.digits(2),
      hour < 24, minute < 60, second < 60,
      let midnight = Timestamp(year: Int(year), month: Int(month), day: Int(day))
    else { return nil }
    var nanos: Int64 = 0
    if scanner.take(".") {
      guard let fraction = scanner.fraction() else { return nil }
      nanos = fraction
    }
    var offset: Int64 = 0
    if !(scanner.take("Z") || scanner.take("z")) {
      let sign: Int64
      if scanner.take("+") { sign = 1 } else if scanner.take("-") { sign = -1 } else { return nil }
      guard let hours = scanner.digits(2), scanner.take(":"), let minutes = scanner.digits(2),
        hours < 24, minutes < 60
      else { return nil }
      offset = sign * (hours * 3600 + minutes * 60)
    }
    guard scanner.isAtEnd else { return nil }
    let seconds = midnight.seconds + hour * 3600 + minute * 60 + second - offset
    self.init(seconds: seconds, nanoseconds: Int32(nanos))
  }
}

extension Duration: CustomStringConvertible {
  /// Seconds with as much of a fraction as there is: `90.5s`.
  public var description: String {
    let sign = seconds < 0 || nanoseconds < 0 ? "-" : ""
    return sign + String(seconds.magnitude) + fraction(Int32(nanoseconds.magnitude)) + "s"
  }

  /// Reads `1h30m`, `-1.5h`, `250ms`: numbers with the units h, m, s, ms, us, ns.
  public init?(_ text: String) {
    var scanner = DigitScanner(text)
    let negative = scanner.take("-")
    if !negative { _ = scanner.take("+") }
    if scanner.rest == "0" {
      self.init(seconds: 0)
      return
    }
    var seconds: Int64 = 0
    var nanos: Int64 = 0
    var isEmpty = true
    while !scanner.isAtEnd {
      let whole = scanner.number()
      var billionths: Int64?
      if scanner.take(".") {
        billionths = scanner.fraction(cutting: true) ?? (whole == nil ? nil : 0)
      }
      guard whole != nil || billionths != nil else { return nil }
      let unit: Int64
      if scanner.take("ns") {
        unit = 1
      } else if scanner.take("us") || scanner.take("µs") || scanner.take("μs") {
        unit = 1000
      } else if scanner.take("ms") {
        unit = 1_000_000
      } else if scanner.take("s") {
        unit = 1_000_000_000
      } else if scanner.take("m") {
        unit = 60_000_000_000
      } else if scanner.take("h") {
        unit = 3_600_000_000_000
      } else {
        return nil
      }
      let (high, low) = (whole ?? 0).multipliedFullWidth(by: unit)
      let (quotient, remainder) =
        high >= 1_000_000_000 ? (Int64.max, 0) : Int64(1_000_000_000).dividingFullWidth((high, low))
      guard quotient <= Self.limit else { return nil }
      seconds += quotient
      // The unit in seconds is at most 3600, so the product fits.
      nanos += remainder
      if let billionths {
        let (high, low) = billionths.multipliedFullWidth(by: unit)
        let (part, _) = Int64(1_000_000_000).dividingFullWidth((high, low))
        nanos += part
      }
      seconds += nanos / 1_000_000_000
      nanos %= 1_000_000_000
      guard seconds <= Self.limit else { return nil }
      isEmpty = false
    }
    guard !isEmpty else { return nil }
    self.init(seconds: negative ? -seconds : seconds, nanoseconds: Int32(negative ? -nanos : nanos))
  }
}

private func padded(_ value: Int64, _ width: Int) -> String {
  let digits = String(value)
  return String(repeating: "0", count: max(0, width - digits.count)) + digits
}

/// `.5`, or nothing: without zeros at the end.
private func fraction(_ nanoseconds: Int32) -> String {
  guard nanoseconds != 0 else { return "" }
  var digits = padded(Int64(nanoseconds), 9)
  while digits.hasSuffix("0") { digits.removeLast() }
  return "." + digits
}

struct DigitScanner {
  private(set) var rest: Substring.UTF8View.SubSequence

  init(_ text: String) { rest = Substring(text).utf8 }

  var isAtEnd: Bool { rest.isEmpty }

  mutating func take(_ text: StaticString) -> Bool {
    text.withUTF8Buffer { expected in
      guard rest.count >= expected.count, rest.prefix(expected.count).elementsEqual(expected)
      else { return false }
      rest = rest.dropFirst(expected.count)
      return true
    }
  }

  /// Exactly so many digits.
  mutating func digits(_ count: Int) -> Int64? {
    guard rest.count >= count else { return nil }
    var value: Int64 = 0
    for byte in rest.prefix(count) {
      guard (0x30...0x39).contains(byte) else { return nil }
      value = value * 10 + Int64(byte - 0x30)
    }
    rest = rest.dropFirst(count)
    return value
  }

  /// One digit or more, up to the largest number.
  mutating func number() -> Int64? {
    var value: Int64 = 0
    var isEmpty = true
    while let byte = rest.first, (0x30...0x39).contains(byte) {
      let (product, over) = value.multipliedReportingOverflow(by: 10)
      let (sum, over2) = product.addingReportingOverflow(Int64(byte - 0x30))
      value = over || over2 ? .max : sum
      if over || over2 {
        while let byte = rest.first, (0x30...0x39).contains(byte) { rest = rest.dropFirst() }
        return value
      }
      isEmpty = false
      rest = rest.dropFirst()
    }
    return isEmpty ? nil : value
  }

  /// Digits after a point, in billionths; more than nine are refused, or cut.
  mutating func fraction(cutting: Bool = false) -> Int64? {
    var value: Int64 = 0
    var count = 0
    while let byte = rest.first, (0x30...0x39).contains(byte) {
      if count < 9 {
        value = value * 10 + Int64(byte - 0x30)
      } else if !cutting {
        return nil
      }
      count += 1
      rest = rest.dropFirst()
    }
    guard count > 0 else { return nil }
    while count < 9 {
      value *= 10
      count += 1
    }
    return value
  }
}

extension Substring.UTF8View {
  static func == (a: Substring.UTF8View, b: StaticString) -> Bool {
    b.withUTF8Buffer { a.elementsEqual($0) }
  }
}
