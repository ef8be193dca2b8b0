extension FunctionTable {
  static let arithmetic: [Overload] = [
    Overload("add_double", "_+_", doc: "The sum.") { (a: Double, b: Double) in a + b },
    Overload("add_int64", "_+_", doc: "The sum; a fault when it does not fit in 64 bits.") {
      (a: Int64, b: Int64) throws(Fault) -> Int64 in try fitting(a.addingReportingOverflow(b))
    },
    Overload("add_uint64", "_+_", doc: "The sum; a fault when it does not fit in 64 bits.") {
      (a: UInt64, b: UInt64) throws(Fault) -> UInt64 in try fitting(a.addingReportingOverflow(b))
    },
    Overload("add_string", "_+_", doc: "The second text after the first.") {
      (a: String, b: String) in a + b
    },
    Overload("add_bytes", "_+_", doc: "The second bytes after the first.") {
      (a: [UInt8], b: [UInt8]) in a + b
    },
    Overload(
      "add_list", "_+_", [.list(.parameter("A")), .list(.parameter("A"))], .list(.parameter("A")),
      doc: "The second list after the first.",
      body: .binary { (a: Value, b: Value, meter: inout Meter) throws(Fault) -> Value in
        guard case .list(let a) = a, case .list(let b) = b else { throw .noSuchOverload("_+_") }
        try meter.admit(elements: a.count + b.count)
        try meter.spend(a.count + b.count)
        return .list(a + b)
      }),
    Overload(
      "add_timestamp_duration", "_+_", doc: "The moment so much later.", later),
    Overload("add_duration_timestamp", "_+_", doc: "The moment so much later.") {
      (a: Duration, b: Timestamp) throws(Fault) -> Timestamp in try later(b, a)
    },
    Overload("add_duration_duration", "_+_", doc: "The sum.") {
      (a: Duration, b: Duration) throws(Fault) -> Duration in
      try fitting(
        Duration(
          adding: a.seconds + b.seconds, Int64(a.nanoseconds) + Int64(b.nanoseconds)))
    },

    Overload("subtract_double", "_-_", doc: "The difference.") { (a: Double, b: Double) in a - b },
    Overload("subtract_int64", "_-_", doc: "The difference; a fault when it does not fit.") {
      (a: Int64, b: Int64) throws(Fault) -> Int64 in
      try fitting(a.subtractingReportingOverflow(b))
    },
    Overload("subtract_uint64", "_-_", doc: "The difference; a fault when it is negative.") {
      (a: UInt64, b: UInt64) throws(Fault) -> UInt64 in
      try fitting(a.subtractingReportingOverflow(b))
    },
    Overload("subtract_timestamp_timestamp", "_-_", doc: "The time between two moments.") {
      (a: Timestamp, b: Timestamp) throws(Fault) -> Duration in try fitting(a.since(b))
    },
    Overload("subtract_timestamp_duration", "_-_", doc: "The moment so much earlier.") {
      (a: Timestamp, b: Duration) throws(Fault) -> Timestamp in
      try later(a, try fitting(Duration(seconds: -b.seconds, nanoseconds: -b.nanoseconds)))
    },
    Overload("subtract_duration_duration", "_-_", doc: "The difference.") {
      (a: Duration, b: Duration) throws(Fault) -> Duration in
      try fitting(
        Duration(
          adding: a.seconds - b.seconds, Int64(a.nanoseconds) - Int64(b.nanoseconds)))
    },

    Overload("multiply_double", "_*_", doc: "The product.") { (a: Double, b: Double) in a * b },
    Overload("multiply_int64", "_*_", doc: "The product; a fault when it does not fit.") {
      (a: Int64, b: Int64) throws(Fault) -> Int64 in
      try fitting(a.multipliedReportingOverflow(by: b))
    },
    Overload("multiply_uint64", "_*_", doc: "The product; a fault when it does not fit.") {
      (a: UInt64, b: UInt64) throws(Fault) -> UInt64 in
      try fitting(a.multipliedReportingOverflow(by: b))
    },

    Overload(
      "divide_double", "_/_", doc: "The quotient; in policies unknown when the divisor is zero."
    ) { (a: Double, b: Double) in a / b },
    Overload("divide_int64", "_/_", doc: "The quotient without its fraction.") {
      (a: Int64, b: Int64) throws(Fault) -> Int64 in
      guard b != 0 else { throw .divisionByZero }
      return try fitting(a.dividedReportingOverflow(by: b))
    },
    Overload("divide_uint64", "_/_", doc: "The quotient without its fraction.") {
      (a: UInt64, b: UInt64) throws(Fault) -> UInt64 in
      guard b != 0 else { throw .divisionByZero }
      return a / b
    },
    Overload("modulo_int64", "_%_", doc: "The remainder; it has the sign of the first number.") {
      (a: Int64, b: Int64) throws(Fault) -> Int64 in
      guard b != 0 else { throw .divisionByZero }
      return try fitting(a.remainderReportingOverflow(dividingBy: b))
    },
    Overload("modulo_uint64", "_%_", doc: "The remainder.") {
      (a: UInt64, b: UInt64) throws(Fault) -> UInt64 in
      guard b != 0 else { throw .divisionByZero }
      return a % b
    },

    Overload("negate_double", "-_", doc: "The number with the other sign.") { (a: Double) in -a },
    Overload("negate_int64", "-_", doc: "The number with the other sign; a fault for the smallest.")
    { (a: Int64) throws(Fault) -> Int64 in
      try fitting(Int64(0).subtractingReportingOverflow(a))
    },
  ]
}

func fitting<T>(_ result: (partialValue: T, overflow: Bool)) throws(Fault) -> T {
  if result.overflow { throw .overflow }
  return result.partialValue
}

func fitting(_ duration: Duration?) throws(Fault) -> Duration {
  guard let duration else { throw .overflow }
  return duration
}

@Sendable private func later(_ a: Timestamp, _ b: Duration) throws(Fault) -> Timestamp {
  guard let sum = a.adding(b) else { throw .timeRange }
  return sum
}
