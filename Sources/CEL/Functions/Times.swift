/// How far the clocks of named zones are ahead of UTC.
///
/// The library itself has no time zone database, so that it depends on nothing outside it. It knows
/// `UTC` and fixed offsets such as `+05:30`, and asks an embedder's zones for all other names. The
/// answer to one question may not change: what is constant is asked when an expression is checked.
public protocol TimeZones: Sendable {
  /// How many seconds the clocks of a zone are ahead of UTC at a moment; nil for no such zone.
  ///
  /// - Parameter zone: a name as in the IANA database, such as `Europe/London`.
  func secondsAheadOfUTC(in zone: String, at moment: Timestamp) -> Int64?
}

extension FunctionTable {
  /// The parts of moments and lengths of time.
  ///
  /// - Parameter named: how far a zone that is neither UTC nor an offset is ahead of UTC, if known.
  static func times(
    named: @escaping @Sendable (String, Timestamp) -> Int64? = { _, _ in nil }
  ) -> [Overload] {
    let offset: @Sendable (String, Timestamp) throws(Fault) -> Int64 = {
      (zone, time) throws(Fault) -> Int64 in
      if let fixed = fixedOffset(zone) { return fixed }
      // A day is more than any clock has ever been away from UTC.
      if let found = named(zone, time), (-86_400...86_400).contains(found) { return found }
      throw Fault(.invalidArgument, "the time zone \(quoted(zone)) is not known")
    }
    let parts: [(String, String, @Sendable (CalendarParts) -> Int64)] = [
      ("getFullYear", "The year.", { $0.year }),
      ("getMonth", "The month, January being 0.", { $0.month - 1 }),
      ("getDate", "The day of the month, counted from 1.", { $0.day }),
      ("getDayOfMonth", "The day of the month, counted from 0.", { $0.day - 1 }),
      ("getDayOfWeek", "The day of the week, Sunday being 0.", { $0.weekday }),
      ("getDayOfYear", "The day of the year, counted from 0.", { $0.dayOfYear }),
      ("getHours", "The hour.", { $0.hour }),
      ("getMinutes", "The minute.", { $0.minute }),
      ("getSeconds", "The second.", { $0.second }),
    ]
    var rows: [Overload] = []
    for (name, doc, part) in parts {
      rows.append(
        Overload("timestamp_\(name)", name, member: true, doc: doc + " In UTC.") {
          (time: Timestamp) in part(time.calendar())
        })
      rows.append(
        Overload("timestamp_\(name)_with_tz", name, member: true, doc: doc + " In a time zone.") {
          (time: Timestamp, zone: String) throws(Fault) -> Int64 in
          part(time.calendar(offset: try offset(zone, time)))
        })
    }
    rows += [
      Overload(
        "timestamp_getMilliseconds", "getMilliseconds", member: true,
        doc: "The thousandths of the second."
      ) { (time: Timestamp) in Int64(time.nanoseconds / 1_000_000) },
      Overload(
        "timestamp_getMilliseconds_with_tz", "getMilliseconds", member: true,
        doc: "The thousandths of the second. In a time zone."
      ) { (time: Timestamp, zone: String) throws(Fault) -> Int64 in
        _ = try offset(zone, time)
        return Int64(time.nanoseconds / 1_000_000)
      },
      Overload("duration_getHours", "getHours", member: true, doc: "The whole hours.") {
        (length: Duration) in length.seconds / 3600
      },
      Overload("duration_getMinutes", "getMinutes", member: true, doc: "The whole minutes.") {
        (length: Duration) in length.seconds / 60
      },
      Overload("duration_getSeconds", "getSeconds", member: true, doc: "The whole seconds.") {
        (length: Duration) in length.seconds
      },
      Overload(
        "duration_getMilliseconds", "getMilliseconds", member: true,
        doc: "The thousandths of a second beyond the whole seconds."
      ) { (length: Duration) in Int64(length.nanoseconds / 1_000_000) },
    ]
    return rows
  }
}

/// How far a zone is ahead of UTC, in seconds, when its name says so: `UTC`, `Z`, `-02:30`.
private func fixedOffset(_ zone: String) -> Int64? {
  if zone == "UTC" || zone == "Z" || zone.isEmpty { return 0 }
  var scanner = DigitScanner(zone)
  let sign: Int64 = scanner.take("-") ? -1 : 1
  if sign == 1 { _ = scanner.take("+") }
  guard let hours = scanner.digits(2), scanner.take(":"), let minutes = scanner.digits(2),
    scanner.isAtEnd, hours < 24, minutes < 60
  else { return nil }
  return sign * (hours * 3600 + minutes * 60)
}
