extension FunctionTable {
  static let policyFunctions: [Overload] = {
    let a = CELType.parameter("A")
    return [
      Overload(
        lenient: "known", "known", [a], .bool, profile: .policy, kernel: .known,
        doc: "Whether the value is there; never unknown itself."
      ) { outcomes in
        switch outcomes[0] {
        case .value: .value(.bool(true))
        case .unknown: .value(.bool(false))
        case .fault(let fault): .fault(fault)
        }
      },
      Overload(
        lenient: "or_else", "or_else", [a, a], a, profile: .policy, kernel: .orElse,
        doc: "The first, or the second when the first is unknown."
      ) { outcomes in
        if case .unknown = outcomes[0] { outcomes[1] } else { outcomes[0] }
      },
      Overload(
        "interpolate", "interpolate", [.double, .list(.list(.double))], .double, profile: .policy,
        doc: """
          The height at `x` of a curve through the points `[x, y]`: straight between them, level \
          before the first and after the last.
          """,
        body: .prepared { (points: Value, meter: inout Meter) throws(Fault) -> Overload.Unary in
          if case .list(let list) = points { try meter.spend(list.count) }
          let curve = try curve(points)
          return { (x: Value, _: inout Meter) throws(Fault) -> Value in
            guard case .double(let x) = x else { throw .noSuchOverload("interpolate") }
            return .double(curve.points(at: x))
          }
        }),
      Overload("sqrt_double", "sqrt", profile: .policy, doc: "The square root; unknown below 0.") {
        (x: Double) in x.squareRoot()
      },
      Overload(
        "days", "days", profile: .policy,
        doc: "A length of time in days of 24 hours, with its fraction."
      ) { (length: Duration) in length.inSeconds / 86_400 },
      Overload(
        lenient: "at_least", "at_least", [.int, .list(.bool)], .bool, profile: .policy,
        doc: """
          Whether at least so many of the conditions are true; unknown only while the unknown ones \
          could decide it.
          """,
        atLeast),
    ]
  }()
}

/// A count, and then the conditions one by one or as one list.
@Sendable private func atLeast(_ outcomes: [Outcome<Value>]) -> Outcome<Value> {
  let needed: Int64
  switch outcomes[0] {
  case .value(.int(let value)): needed = value
  case .value: return .fault(.noSuchOverload("at_least"))
  case let other: return other
  }
  var conditions = outcomes.dropFirst()
  if conditions.count == 1, case .value(.list(let list)) = conditions[1] {
    conditions = ArraySlice(list.map { .value($0) })
  }
  var certain: Int64 = 0
  var missing: Unknown?
  var undecided: Int64 = 0
  var fault: Fault?
  for condition in conditions {
    switch condition {
    case .value(.bool(let value)): certain += value ? 1 : 0
    case .value: return .fault(.noSuchOverload("at_least"))
    case .unknown(let unknown):
      undecided += 1
      missing = missing?.union(unknown) ?? unknown
    case .fault(let one):
      undecided += 1
      fault = fault ?? one
    }
  }
  if certain >= needed { return .value(.bool(true)) }
  if certain + undecided < needed { return .value(.bool(false)) }
  if let missing { return .unknown(missing) }
  return fault.map { .fault($0) } ?? .value(.bool(false))
}

/// The curve that a list of points `[x, y]` describes.
func curve(_ points: Value) throws(Fault) -> Curve {
  guard case .list(let list) = points else { throw .noSuchOverload("interpolate") }
  var result: [Curve.Point] = []
  for point in list {
    guard case .list(let pair) = point, pair.count == 2, case .double(let x) = pair[0],
      case .double(let y) = pair[1]
    else { throw Fault(.invalidArgument, "a point of a curve is a list of two numbers") }
    result.append(.init(x: x, y: y))
  }
  guard let curve = Curve(result) else {
    throw Fault(.invalidArgument, "the points of a curve are not in strictly increasing order of x")
  }
  return curve
}
