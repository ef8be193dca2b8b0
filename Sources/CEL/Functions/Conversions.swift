extension FunctionTable {
  static let conversions: [Overload] = [
    Overload("int64_to_int64", "int", doc: "The number itself.") { (a: Int64) in a },
    Overload("uint64_to_int64", "int", doc: "The same number; a fault when it does not fit.") {
      (a: UInt64) throws(Fault) -> Int64 in
      guard let value = Int64(exactly: a) else { throw .overflow }
      return value
    },
    Overload("double_to_int64", "int", doc: "The number without its fraction.") {
      (a: Double) throws(Fault) -> Int64 in
      // The ends are not distinguishable from their neighbours as doubles.
      guard a > -0x1p63, a < 0x1p63 else { throw .overflow }
      return Int64(a)
    },
    Overload("string_to_int64", "int", doc: "The number that the text spells.") {
      (a: String) throws(Fault) -> Int64 in
      guard let value = Int64(a), !a.hasPrefix("+") else { throw .conversion(quoted(a), to: "int") }
      return value
    },
    Overload("timestamp_to_int64", "int", doc: "Seconds since 1970-01-01T00:00:00Z.") {
      (a: Timestamp) in a.seconds
    },
    Overload("duration_to_int64", "int", doc: "The whole seconds.") { (a: Duration) in a.seconds },

    Overload("uint64_to_uint64", "uint", doc: "The number itself.") { (a: UInt64) in a },
    Overload("int64_to_uint64", "uint", doc: "The same number; a fault when it is negative.") {
      (a: Int64) throws(Fault) -> UInt64 in
      guard let value = UInt64(exactly: a) else { throw .overflow }
      return value
    },
    Overload("double_to_uint64", "uint", doc: "The number without its fraction.") {
      (a: Double) throws(Fault) -> UInt64 in
      guard a > -1, a < 0x1p64 else { throw .overflow }
      return UInt64(a)
    },
    Overload("string_to_uint64", "uint", doc: "The number that the text spells.") {
      (a: String) throws(Fault) -> UInt64 in
      guard let value = UInt64(a), !a.hasPrefix("+") else {
        throw .conversion(quoted(a), to: "uint")
      }
      return value
    },

    Overload("double_to_double", "double", doc: "The number itself.") { (a: Double) in a },
    Overload("int64_to_double", "double", doc: "The nearest double.") { (a: Int64) in Double(a) },
    Overload("uint64_to_double", "double", doc: "The nearest double.") { (a: UInt64) in Double(a) },
    Overload("string_to_double", "double", doc: "The number that the text spells.") {
      (a: String) throws(Fault) -> Double in
      guard let value = double(a) else { throw .conversion(quoted(a), to: "double") }
      return value
    },

    Overload("string_to_string", "string", doc: "The text itself.") { (a: String) in a },
    Overload("bool_to_string", "string", doc: "`true` or `false`.") { (a: Bool) in
      a ? "true" : "false"
    },
    Overload("int64_to_string", "string", doc: "The number in decimal.") { (a: Int64) in String(a)
    },
    Overload("uint64_to_string", "string", doc: "The number in decimal.") { (a: UInt64) in
      String(a)
    },
    Overload("double_to_string", "string", doc: "The shortest text that reads back the same.") {
      (a: Double) in plainText(a)
    },
    Overload("bytes_to_string", "string", doc: "The bytes as UTF-8; a fault when they are not.") {
      (a: [UInt8]) throws(Fault) -> String in
      guard let text = String(validating: a, as: UTF8.self) else {
        throw Fault(.conversion, "the bytes are not UTF-8")
      }
      return text
    },
    Overload("timestamp_to_string", "string", doc: "RFC 3339 in UTC.") { (a: Timestamp) in
      a.description
    },
    Overload("duration_to_string", "string", doc: "The seconds with an `s`.") { (a: Duration) in
      a.description
    },

    Overload("bytes_to_bytes", "bytes", doc: "The bytes themselves.") { (a: [UInt8]) in a },
    Overload("string_to_bytes", "bytes", doc: "The text as UTF-8.") { (a: String) in Array(a.utf8)
    },

    Overload("bool_to_bool", "bool", doc: "The value itself.") { (a: Bool) in a },
    Overload("string_to_bool", "bool", doc: "`true`, `t`, `1`, or `false`, `f`, `0`.") {
      (a: String) throws(Fault) -> Bool in
      switch a {
      case "1", "t", "T", "true", "TRUE", "True": return true
      case "0", "f", "F", "false", "FALSE", "False": return false
      default: throw .conversion(quoted(a), to: "bool")
      }
    },

    Overload("timestamp_to_timestamp", "timestamp", doc: "The moment itself.") {
      (a: Timestamp) in a
    },
    Overload("string_to_timestamp", "timestamp", doc: "Reads RFC 3339: `2026-07-01T00:00:00Z`.") {
      (a: String) throws(Fault) -> Timestamp in
      guard let value = Timestamp(a) else { throw .conversion(quoted(a), to: "timestamp") }
      return value
    },
    Overload("int64_to_timestamp", "timestamp", doc: "So many seconds since 1970.") {
      (a: Int64) throws(Fault) -> Timestamp in
      guard let value = Timestamp(seconds: a) else { throw .timeRange }
      return value
    },
    Overload("duration_to_duration", "duration", doc: "The length of time itself.") {
      (a: Duration) in a
    },
    Overload("string_to_duration", "duration", doc: "Reads `1h30m`, `90s`, `250ms`.") {
      (a: String) throws(Fault) -> Duration in
      guard let value = Duration(a) else { throw .conversion(quoted(a), to: "duration") }
      return value
    },
    Overload("int64_to_duration", "duration", doc: "So many seconds.") {
      (a: Int64) throws(Fault) -> Duration in try fitting(Duration(seconds: a))
    },

    Overload(
      "type", "type", [.parameter("A")], .type(.parameter("A")), doc: "The type of a value.",
      body: .unary { (a: Value, _: inout Meter) throws(Fault) -> Value in .type(a.type) }),
    Overload(
      "to_dyn", "dyn", [.parameter("A")], .dyn, profile: .cel,
      doc: "The value, its type left open until it is evaluated.",
      body: .unary { (a: Value, _: inout Meter) throws(Fault) -> Value in a }),
  ]
}

/// A number in CEL's text: decimal or scientific, `NaN`, `Infinity`.
private func double(_ text: String) -> Double? {
  switch text {
  case "NaN": return .nan
  case "Infinity", "+Infinity", "Inf", "+Inf": return .infinity
  case "-Infinity", "-Inf": return -.infinity
  default: break
  }
  let allowed = text.utf8.allSatisfy {
    (0x30...0x39).contains($0) || $0 == 0x2E || $0 == 0x2B || $0 == 0x2D || $0 | 0x20 == 0x65
  }
  return allowed ? Double(text) : nil
}

/// A double as text for people: whole numbers without a point.
func plainText(_ value: Double) -> String {
  if value.isNaN { return "NaN" }
  if value.isInfinite { return value < 0 ? "-Infinity" : "Infinity" }
  let text = value.description
  return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
}
