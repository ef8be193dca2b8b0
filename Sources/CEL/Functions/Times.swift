extension FunctionTable {
  static let times: [Overload] = {
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
          part(time.calendar(offset: try zoneOffset(zone, at: time)))
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
        _ = try zoneOffset(zone, at: time)
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
  }()
}

/// How far a zone is ahead of UTC, in seconds. Knows `UTC` and offsets such as `-02:30`.
func zoneOffset(_ zone: String, at time: Timestamp) throws(Fault) -> Int64 {
  if zone == "UTC" || zone == "Z" || zone.isEmpty { return 0 }
  var scanner = DigitScanner(zone)
  let sign: Int64 = scanner.take("-") ? -1 : 1
  if sign == 1 { _ = scanner.take("+") }
  if let hours = scanner.digits(2), scanner.take(":"), let minutes = scanner.digits(2),
    scanner.isAtEnd, hours < 24, minutes < 60
  {
    return sign * (hours * 3600 + minutes * 60)
  }
  throw Fault(.invalidArgument, "the time zone \(quoted(zone)) is not known")
}
