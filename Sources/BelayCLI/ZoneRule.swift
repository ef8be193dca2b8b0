import CEL

/// A rule that gives a zone's offset for all time, as POSIX writes it in `TZ` and RFC 9636 extends
/// it: `CET-1CEST,M3.5.0,M10.5.0/3`.
struct ZoneRule: Sendable {
  private let standard: Int64
  private let summer: Summer?

  /// The other time of the year, with its beginning and end in local time.
  private struct Summer {
    let offset: Int64
    let start, end: Change
  }

  /// A day of any year and a time of it, in seconds from its midnight; it may lie days away.
  fileprivate struct Change {
    let day: Day
    let time: Int64
  }

  fileprivate enum Day {
    /// 1 to 365; the 29th of February is never counted.
    case withoutLeapDay(Int64)
    /// 0 to 365.
    case withLeapDay(Int64)
    /// The weekday (0 is Sunday) of a week (5 is the last) of a month.
    case weekday(Int64, week: Int64, month: Int)
  }

  /// Nil for what is no such rule.
  init?(_ text: [UInt8]) {
    var reader = Reader(rest: text[...])
    guard reader.name(), let behind = reader.time(upTo: 24) else { return nil }
    standard = -behind
    guard !reader.rest.isEmpty else {
      summer = nil
      return
    }
    guard reader.name() else { return nil }
    var offset = standard + 3600
    if reader.rest.first != UInt8(ascii: ",") {
      guard let behind = reader.time(upTo: 24) else { return nil }
      offset = -behind
    }
    guard reader.take(","), let start = reader.change(), reader.take(","),
      let end = reader.change(), reader.rest.isEmpty
    else { return nil }
    summer = Summer(offset: offset, start: start, end: end)
  }

  /// How many seconds clocks are ahead of UTC.
  func secondsAheadOfUTC(at moment: Timestamp) -> Int64 {
    guard let summer else { return standard }
    let year = Self.year(of: moment.seconds)
    // The change that came last decides. A change may lie a week outside of its year. When one
    // year's summer ends as the next one's begins, the beginning counts.
    var last: (moment: Int64, isStart: Bool)?
    for year in (year - 1)...(year + 1) {
      let changes = [
        (summer.end.seconds(of: year) - summer.offset, false),
        (summer.start.seconds(of: year) - standard, true),
      ]
      for (begins, isStart) in changes where begins <= moment.seconds {
        if let last, last.moment > begins || last.moment == begins && last.isStart { continue }
        last = (begins, isStart)
      }
    }
    return last?.isStart == true ? summer.offset : standard
  }

  private struct Reader {
    var rest: ArraySlice<UInt8>

    mutating func take(_ character: Unicode.Scalar) -> Bool {
      guard rest.first == UInt8(ascii: character) else { return false }
      rest = rest.dropFirst()
      return true
    }

    /// `CET` or `<+03>`.
    mutating func name() -> Bool {
      let isQuoted = take("<")
      let name = rest.prefix { byte in
        (0x61...0x7A).contains(byte | 0x20)
          || isQuoted
            && ((0x30...0x39).contains(byte) || byte == UInt8(ascii: "+")
              || byte == UInt8(ascii: "-"))
      }
      guard name.count >= 3 else { return false }
      rest = rest.dropFirst(name.count)
      return !isQuoted || take(">")
    }

    /// At most three digits.
    mutating func number(_ range: ClosedRange<Int64>) -> Int64? {
      let digits = rest.prefix(4).prefix { (0x30...0x39).contains($0) }
      guard (1...3).contains(digits.count) else { return nil }
      rest = rest.dropFirst(digits.count)
      let value = digits.reduce(Int64(0)) { $0 * 10 + Int64($1 - 0x30) }
      return range.contains(value) ? value : nil
    }

    /// `2`, `-3:30`, `+24:59:59`, in seconds.
    mutating func time(upTo hours: Int64) -> Int64? {
      let sign: Int64 = take("-") ? -1 : 1
      if sign == 1 { _ = take("+") }
      guard let hour = number(0...hours) else { return nil }
      var seconds = hour * 3600
      if take(":") {
        guard let minute = number(0...59) else { return nil }
        seconds += minute * 60
        if take(":") {
          guard let second = number(0...59) else { return nil }
          seconds += second
        }
      }
      return sign * seconds
    }

    /// `M3.5.0`, `J60/2`, `59/-1:30`.
    mutating func change() -> Change? {
      let day: Day
      if take("M") {
        guard let month = number(1...12), take("."), let week = number(1...5), take("."),
          let weekday = number(0...6)
        else { return nil }
        day = .weekday(weekday, week: week, month: Int(month))
      } else if take("J") {
        guard let number = number(1...365) else { return nil }
        day = .withoutLeapDay(number)
      } else {
        guard let number = number(0...365) else { return nil }
        day = .withLeapDay(number)
      }
      guard take("/") else { return Change(day: day, time: 7200) }
      return time(upTo: 167).map { Change(day: day, time: $0) }
    }
  }
}

extension ZoneRule.Change {
  /// The local time of the change, counted as if it were UTC.
  fileprivate func seconds(of year: Int64) -> Int64 {
    let newYear = ZoneRule.daysBefore(year: year)
    let isLeap = ZoneRule.daysBefore(year: year + 1) - newYear == 366
    let day: Int64
    switch self.day {
    case .withLeapDay(let number): day = newYear + number
    case .withoutLeapDay(let number): day = newYear + number - (isLeap && number >= 60 ? 0 : 1)
    case .weekday(let weekday, let week, let month):
      let lengths: [Int64] = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
      let first = newYear + lengths[..<(month - 1)].reduce(0, +)
      // 1970-01-01 was a Thursday.
      let firstWeekday = ((first + 4) % 7 + 7) % 7
      let offset = (weekday - firstWeekday + 7) % 7 + (week - 1) * 7
      day = first + (offset < lengths[month - 1] ? offset : offset - 7)
    }
    return day * 86_400 + time
  }
}

extension ZoneRule {
  /// From 1970-01-01 to the first day of a year, in the Gregorian calendar; for years after -400.
  fileprivate static func daysBefore(year: Int64) -> Int64 {
    let past = year - 1 + 400
    return 365 * past + past / 4 - past / 100 + past / 400 - 719_162 - 146_097
  }

  private static func year(of seconds: Int64) -> Int64 {
    let days = (seconds - (seconds < 0 ? 86_399 : 0)) / 86_400
    var year = 1970 + days * 400 / 146_097
    while daysBefore(year: year) > days { year -= 1 }
    while daysBefore(year: year + 1) <= days { year += 1 }
    return year
  }
}
