extension FunctionTable {
  static let mathExtension: [Overload] =
    extremes + [
      Overload("math_ceil_double", "math.ceil", doc: "The next whole number up.") { (a: Double) in
        a.rounded(.up)
      },
      Overload("math_floor_double", "math.floor", doc: "The next whole number down.") {
        (a: Double) in a.rounded(.down)
      },
      Overload(
        "math_round_double", "math.round",
        doc: "The nearest whole number; halves go away from zero."
      ) { (a: Double) in a.rounded(.toNearestOrAwayFromZero) },
      Overload("math_trunc_double", "math.trunc", doc: "The number without its fraction.") {
        (a: Double) in a.rounded(.towardZero)
      },
      Overload("math_abs_double", "math.abs", doc: "The number without its sign.") { (a: Double) in
        a.magnitude
      },
      Overload("math_abs_int", "math.abs", doc: "The number without its sign.") {
        (a: Int64) throws(Fault) -> Int64 in
        a < 0 ? try fitting(Int64(0).subtractingReportingOverflow(a)) : a
      },
      Overload("math_abs_uint", "math.abs", doc: "The number itself.") { (a: UInt64) in a },
      Overload("math_sign_double", "math.sign", doc: "-1, 0 or 1.") { (a: Double) in
        a > 0 ? 1.0 : a < 0 ? -1.0 : a
      },
      Overload("math_sign_int", "math.sign", doc: "-1, 0 or 1.") { (a: Int64) in a.signum() },
      Overload("math_sign_uint", "math.sign", doc: "0 or 1.") { (a: UInt64) in a.signum() },
      Overload("math_sqrt_double", "math.sqrt", doc: "The square root.") { (a: Double) in
        a.squareRoot()
      },
      Overload("math_sqrt_int", "math.sqrt", doc: "The square root.") { (a: Int64) in
        Double(a).squareRoot()
      },
      Overload("math_sqrt_uint", "math.sqrt", doc: "The square root.") { (a: UInt64) in
        Double(a).squareRoot()
      },
      Overload("math_isNaN_double", "math.isNaN", doc: "Whether it is no number.") { (a: Double) in
        a.isNaN
      },
      Overload("math_isInf_double", "math.isInf", doc: "Whether it is infinite.") { (a: Double) in
        a.isInfinite
      },
      Overload("math_isFinite_double", "math.isFinite", doc: "Whether it is a finite number.") {
        (a: Double) in a.isFinite
      },
      Overload("math_bitAnd_int", "math.bitAnd", doc: "The bits that both have.") {
        (a: Int64, b: Int64) in a & b
      },
      Overload("math_bitAnd_uint", "math.bitAnd", doc: "The bits that both have.") {
        (a: UInt64, b: UInt64) in a & b
      },
      Overload("math_bitOr_int", "math.bitOr", doc: "The bits that either has.") {
        (a: Int64, b: Int64) in a | b
      },
      Overload("math_bitOr_uint", "math.bitOr", doc: "The bits that either has.") {
        (a: UInt64, b: UInt64) in a | b
      },
      Overload("math_bitXor_int", "math.bitXor", doc: "The bits that one alone has.") {
        (a: Int64, b: Int64) in a ^ b
      },
      Overload("math_bitXor_uint", "math.bitXor", doc: "The bits that one alone has.") {
        (a: UInt64, b: UInt64) in a ^ b
      },
      Overload("math_bitNot_int", "math.bitNot", doc: "The bits turned round.") { (a: Int64) in ~a
      },
      Overload("math_bitNot_uint", "math.bitNot", doc: "The bits turned round.") { (a: UInt64) in ~a
      },
      Overload("math_bitShiftLeft_int", "math.bitShiftLeft", doc: "The bits moved up.") {
        (a: Int64, count: Int64) throws(Fault) -> Int64 in
        Int64(truncatingIfNeeded: UInt64(bitPattern: a) << (try shift(count)))
      },
      Overload("math_bitShiftLeft_uint", "math.bitShiftLeft", doc: "The bits moved up.") {
        (a: UInt64, count: Int64) throws(Fault) -> UInt64 in a << (try shift(count))
      },
      Overload(
        "math_bitShiftRight_int", "math.bitShiftRight",
        doc: "The bits moved down; zeros come in from above."
      ) { (a: Int64, count: Int64) throws(Fault) -> Int64 in
        Int64(bitPattern: UInt64(bitPattern: a) >> (try shift(count)))
      },
      Overload("math_bitShiftRight_uint", "math.bitShiftRight", doc: "The bits moved down.") {
        (a: UInt64, count: Int64) throws(Fault) -> UInt64 in a >> (try shift(count))
      },
    ]

  private static let extremes: [Overload] = {
    var rows: [Overload] = []
    let kinds: [(String, String, Order)] = [
      ("greatest", "The largest number.", .greater), ("least", "The smallest number.", .less),
    ]
    for (name, doc, wins) in kinds {
      for (type, cel) in [("double", CELType.double), ("int", .int), ("uint", .uint)] {
        rows.append(
          Overload("math_\(name)_\(type)", "math.\(name)", [cel], cel, doc: "The number itself.") {
            (values: [Value]) throws(Fault) -> Value in try extreme(values, wins, "math.\(name)")
          })
      }
      for (type, cel) in [("double", CELType.double), ("int", .int), ("uint", .uint)] {
        rows.append(
          Overload(
            "math_\(name)_list_\(type)", "math.\(name)", [.list(cel)], cel, isVariadic: true,
            doc: doc,
            metered: { (values: [Value], meter: inout Meter) throws(Fault) -> Value in
              guard case .list(let list) = values[0] else { throw .noSuchOverload("math.\(name)") }
              try meter.spend(list.count)
              return try extreme(list, wins, "math.\(name)")
            }))
      }
    }
    return rows
  }()
}

private func shift(_ count: Int64) throws(Fault) -> Int64 {
  guard count >= 0 else { throw Fault(.invalidArgument, "a shift of \(count) bits") }
  return min(count, 64)
}

private func extreme(
  _ values: [Value], _ wins: Order, _ function: String
) throws(Fault) -> Value {
  guard var best = values.first else {
    throw Fault(.invalidArgument, "`\(function)` of an empty list")
  }
  for value in values {
    switch value {
    case .int, .uint, .double: break
    default: throw .noSuchOverload(function)
    }
    if try order(value, best) == wins { best = value }
  }
  return best
}
