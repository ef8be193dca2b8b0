import Tables
import Testing

@Suite struct CalendarTests {
  @Test func `dates are those of the proleptic Gregorian calendar`() {
    #expect(CalendarDate("1970-01-01")?.daysSince1970 == 0)
    #expect(CalendarDate("1969-12-31")?.daysSince1970 == -1)
    #expect(CalendarDate("2000-02-29")?.daysSince1970 == 11_016)
    #expect(CalendarDate("0001-01-01")?.daysSince1970 == -719_162)
    #expect(CalendarDate("9999-12-31")?.daysSince1970 == 2_932_896)
    for text in ["1900-02-29", "2026-13-01", "2026-00-01", "2026-04-31", "0000-01-01", "2026-1-01"]
    {
      #expect(CalendarDate(text) == nil, "\(text)")
    }
  }

  @Test func `every date is written as it was read`() {
    var previous: CalendarDate?
    for days in stride(from: Int32(-719_162), through: 2_932_896, by: 1009) {
      let date = CalendarDate(daysSince1970: days)
      #expect(CalendarDate(date.description) == date)
      #expect(CalendarDate(year: date.year, month: date.month, day: date.day) == date)
      if let previous { #expect(previous < date) }
      previous = date
    }
  }

  @Test(arguments: [
    ("2026-01", Granularity.month, "2026-01", "2026-01-01"),
    ("2026-01-01", .month, "2026-01", "2026-01-01"),
    ("2026-Q3", .quarter, "2026-Q3", "2026-07-01"),
    ("2026-10-01", .quarter, "2026-Q4", "2026-10-01"),
    ("2026-W05", .week, "2026-W05", "2026-01-26"),
    ("2026-01-26", .week, "2026-W05", "2026-01-26"),
    ("2020-W53", .week, "2020-W53", "2020-12-28"),
    ("2024-12-30", .week, "2025-W01", "2024-12-30"),
    ("0001-W01", .week, "0001-W01", "0001-01-01"),
    ("9999-W52", .week, "9999-W52", "9999-12-27"),
    ("1969-Q4", .quarter, "1969-Q4", "1969-10-01"),
    ("2026-01-31", .day, "2026-01-31", "2026-01-31"),
  ])
  func `a period is read in each of its spellings`(
    _ text: String, _ every: Granularity, _ canonical: String, _ firstDay: String
  ) throws {
    let period = try #require(Period(text, every: every))
    #expect(period.description == canonical)
    #expect(period.firstDay == CalendarDate(firstDay))
    #expect(Period(every, index: period.index) == period)
    #expect(Period(every, containing: period.firstDay) == period)
  }

  @Test(arguments: [
    ("2026-01-02", Granularity.month), ("2026-13", .month), ("2026-00", .month),
    ("2026-Q1", .month), ("2026-W01", .month), ("2026-1", .month), ("", .month),
    ("2026-02-01", .quarter), ("2026-Q0", .quarter), ("2026-Q5", .quarter), ("2026-q1", .quarter),
    ("2026-01-27", .week), ("2026-W00", .week), ("2025-W53", .week), ("2021-W53", .week),
    ("2026-01", .day), ("2026-02-30", .day), ("0000-01", .month), ("２０２６-01", .month),
  ])
  func `what is no period of the granularity is refused`(_ text: String, _ every: Granularity) {
    #expect(Period(text, every: every) == nil)
  }
}
