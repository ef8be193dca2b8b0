/// How long a period of the data is.
public enum Granularity: String, CaseIterable, Sendable {
  case day, week, month, quarter
}

/// One day, ISO week, month or quarter.
public struct Period: Hashable, Sendable {
  public let granularity: Granularity
  private let number: Int32

  /// Periods since the one that holds 1970-01-01; weeks start on Monday.
  public var index: Int { Int(number) }

  /// - Precondition: the index fits in 32 bits; for days and weeks their first day lies in the
  ///   years 1 to 9999 once it is asked for.
  public init(_ granularity: Granularity, index: Int) {
    self.granularity = granularity
    number = Int32(index)
  }

  /// The period that holds a day.
  public init(_ granularity: Granularity, containing date: CalendarDate) {
    let days = Int(date.daysSince1970)
    let months = { (date.year - 1970) * 12 + date.month - 1 }
    let index =
      switch granularity {
      case .day: days
      case .week: floorDivide(days + 3, by: 7)
      case .month: months()
      case .quarter: floorDivide(months(), by: 3)
      }
    self.init(granularity, index: index)
  }

  /// Reads a period as it is spelled in data: `2026-01-31` for a day, `2026-W05` for a week,
  /// `2026-01` for a month, `2026-Q1` for a quarter, and the first day of each.
  public init?(_ text: some StringProtocol, every granularity: Granularity) {
    let bytes = Array(text.utf8)
    guard let period = bytes.withUnsafeBufferPointer({ Period(bytes: $0, every: granularity) })
    else { return nil }
    self = period
  }

  init?(bytes: UnsafeBufferPointer<UInt8>, every granularity: Granularity) {
    if let date = CalendarDate(bytes: bytes) {
      self.init(granularity, containing: date)
      guard firstDay == date else { return nil }
      return
    }
    guard bytes.count >= 7, bytes[4] == UInt8(ascii: "-"), let year = decimal(bytes[..<4]),
      1...9999 ~= year
    else { return nil }
    let rest = bytes[5...]
    switch granularity {
    case .day: return nil
    case .week:
      guard rest.count == 3, rest.first == UInt8(ascii: "W"), let week = decimal(rest.dropFirst()),
        week >= 1, let fourth = CalendarDate(year: year, month: 1, day: 4)
      else { return nil }
      // The fourth of January is always in the first week of its year.
      self.init(.week, index: Period(.week, containing: fourth).index + week - 1)
      guard isoYearAndWeek.year == year else { return nil }
    case .month:
      guard rest.count == 2, let month = decimal(rest), 1...12 ~= month else { return nil }
      self.init(.month, index: (year - 1970) * 12 + month - 1)
    case .quarter:
      guard rest.count == 2, rest.first == UInt8(ascii: "Q"),
        let quarter = decimal(rest.dropFirst()), 1...4 ~= quarter
      else { return nil }
      self.init(.quarter, index: (year - 1970) * 4 + quarter - 1)
    }
  }

  public var firstDay: CalendarDate {
    switch granularity {
    case .day: return CalendarDate(daysSince1970: number)
    case .week: return CalendarDate(daysSince1970: number * 7 - 3)
    case .month, .quarter:
      let months = granularity == .month ? index : index * 3
      let year = 1970 + floorDivide(months, by: 12)
      let month = months - floorDivide(months, by: 12) * 12 + 1
      // Outside the years 1 to 9999 there is no date; the nearest one stands in.
      return CalendarDate(year: min(max(year, 1), 9999), month: month, day: 1)!
    }
  }

  /// The ISO year is that of the week's Thursday.
  private var isoYearAndWeek: (year: Int, week: Int) {
    let thursday = CalendarDate(daysSince1970: number * 7)
    let newYear = CalendarDate(year: min(max(thursday.year, 1), 9999), month: 1, day: 1)!
    return (thursday.year, Int(thursday.daysSince1970 - newYear.daysSince1970) / 7 + 1)
  }
}

extension Period: Comparable {
  /// By first day; of periods that start together the shorter comes first.
  public static func < (a: Period, b: Period) -> Bool {
    if a.granularity == b.granularity { return a.number < b.number }
    let (x, y) = (a.firstDay, b.firstDay)
    if x != y { return x < y }
    let order = Granularity.allCases
    return order.firstIndex(of: a.granularity)! < order.firstIndex(of: b.granularity)!
  }
}

extension Period: CustomStringConvertible {
  public var description: String {
    switch granularity {
    case .day: return firstDay.description
    case .week:
      let (year, week) = isoYearAndWeek
      return "\(padded(year, to: 4))-W\(padded(week, to: 2))"
    case .month:
      let date = firstDay
      return "\(padded(date.year, to: 4))-\(padded(date.month, to: 2))"
    case .quarter:
      let date = firstDay
      return "\(padded(date.year, to: 4))-Q\((date.month - 1) / 3 + 1)"
    }
  }
}

private func floorDivide(_ a: Int, by b: Int) -> Int {
  a >= 0 ? a / b : -((b - 1 - a) / b)
}
