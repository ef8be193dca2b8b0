extension FunctionTable {
  static let comparison: [Overload] =
    [
      Overload(
        "equals", "_==_", [.parameter("A"), .parameter("A")], .bool,
        doc:
          "Whether both are equal; numbers of different kinds are when they are the same number.",
        body: .binary { (a: Value, b: Value, meter: inout Meter) throws(Fault) -> Value in
          .bool(try areEqual(a, b, &meter))
        }, kernel: .equality(isNegated: false)),
      Overload(
        "not_equals", "_!=_", [.parameter("A"), .parameter("A")], .bool,
        doc: "Whether both differ.",
        body: .binary { (a: Value, b: Value, meter: inout Meter) throws(Fault) -> Value in
          .bool(!(try areEqual(a, b, &meter)))
        }, kernel: .equality(isNegated: true)),
      Overload(
        "in_list", "@in", [.parameter("A"), .list(.parameter("A"))], .bool,
        doc: "Whether the list holds the value.",
        body: .binary(isIn, prepared: membership)),
      Overload(
        "in_map", "@in", [.parameter("A"), .map(.parameter("A"), .parameter("B"))], .bool,
        doc: "Whether the map has the key.",
        body: .binary { (a: Value, b: Value, meter: inout Meter) throws(Fault) -> Value in
          guard case .map(let map) = b else { throw .noSuchOverload("in") }
          try meter.spend(reading: a)
          return .bool(map[a] != nil)
        }),
    ] + ordering

  /// Of doubles: each with its own function, from which its kernel is made.
  private static let numberOrdering: [Overload] = [
    Overload("less_double", "_<_", doc: "Whether the first is before the second.") {
      (a: Double, b: Double) in a < b
    },
    Overload(
      "less_equals_double", "_<=_", doc: "Whether the first is before or equal to the second."
    ) { (a: Double, b: Double) in a <= b },
    Overload("greater_double", "_>_", doc: "Whether the first is after the second.") {
      (a: Double, b: Double) in a > b
    },
    Overload(
      "greater_equals_double", "_>=_", doc: "Whether the first is after or equal to the second."
    ) { (a: Double, b: Double) in a >= b },
  ]

  private static let ordering: [Overload] = {
    var rows: [Overload] = []
    let kinds: [(String, String, String, @Sendable (Order) -> Bool)] = [
      ("less", "_<_", "before", { $0 == .less }),
      ("less_equals", "_<=_", "before or equal to", { $0 == .less || $0 == .equal }),
      ("greater", "_>_", "after", { $0 == .greater }),
      ("greater_equals", "_>=_", "after or equal to", { $0 == .greater || $0 == .equal }),
    ]
    let types: [(String, CELType)] = [
      ("bool", .bool), ("int64", .int), ("uint64", .uint), ("double", .double),
      ("string", .string), ("bytes", .bytes), ("timestamp", .timestamp), ("duration", .duration),
    ]
    let mixed: [(String, CELType, CELType)] = [
      ("int64_uint64", .int, .uint), ("int64_double", .int, .double),
      ("uint64_int64", .uint, .int), ("uint64_double", .uint, .double),
      ("double_int64", .double, .int), ("double_uint64", .double, .uint),
    ]
    for (name, function, words, holds) in kinds {
      let body: Overload.Body = .binary {
        (a: Value, b: Value, meter: inout Meter) throws(Fault) -> Value in
        try meter.spend(reading: a)
        return .bool(holds(try order(a, b)))
      }
      let doc = "Whether the first is \(words) the second."
      for (type, cel) in types {
        if cel == .double {
          rows += numberOrdering.filter { $0.function == function }
          continue
        }
        rows.append(
          Overload("\(name)_\(type)", function, [cel, cel], .bool, doc: doc, body: body))
      }
      for (type, first, second) in mixed {
        // Whole numbers and doubles mix when evaluated, as elements of mixed lists do.
        rows.append(
          Overload(
            "\(name)_\(type)", function, [first, second], .bool, profile: .cel, doc: doc,
            body: body))
      }
    }
    return rows
  }()
}

/// Whether a list holds a value.
@Sendable private func isIn(
  _ value: Value, _ list: Value, _ meter: inout Meter
) throws(Fault) -> Value {
  guard case .list(let list) = list else { throw .noSuchOverload("in") }
  for element in list {
    try meter.spend(1)
    if try areEqual(value, element, &meter) { return .bool(true) }
  }
  return .bool(false)
}

/// Whether a list of texts that never changes holds a value: few are compared, many are looked up.
@Sendable private func membership(
  _ list: Value, _: inout Meter
) throws(Fault) -> Overload.Unary {
  guard case .list(let values) = list else { throw .noSuchOverload("in") }
  var texts: [String] = []
  for case .string(let text) in values { texts.append(text) }
  guard texts.count == values.count else {
    return { (value: Value, meter: inout Meter) throws(Fault) -> Value in
      try isIn(value, list, &meter)
    }
  }
  if texts.count <= 8 {
    return { [texts] (value: Value, meter: inout Meter) throws(Fault) -> Value in
      guard case .string(let text) = value else { return .bool(false) }
      for one in texts where sameScalars(one, text) { return .bool(true) }
      return .bool(false)
    }
  }
  // The keys of a map tell texts apart by their code points.
  var map = ValueMap()
  for value in values { map.insert(value, .null) }
  return { [map] (value: Value, meter: inout Meter) throws(Fault) -> Value in
    guard case .string = value else { return .bool(false) }
    try meter.spend(reading: value)
    return .bool(map[value] != nil)
  }
}

enum Order { case less, equal, greater, unordered }

/// How two values of comparable types stand to each other.
func order(_ a: Value, _ b: Value) throws(Fault) -> Order {
  switch (a, b) {
  case (.double(let a), .double(let b)): return order(a, b)
  case (.int(let a), .int(let b)): return ordered(a, b)
  case (.uint(let a), .uint(let b)): return ordered(a, b)
  case (.int(let a), .uint(let b)): return a < 0 ? .less : ordered(UInt64(a), b)
  case (.uint(let a), .int(let b)): return b < 0 ? .greater : ordered(a, UInt64(b))
  case (.int(let a), .double(let b)): return ordered(a, b)
  case (.uint(let a), .double(let b)): return ordered(a, b)
  case (.double(let a), .int(let b)): return reversed(ordered(b, a))
  case (.double(let a), .uint(let b)): return reversed(ordered(b, a))
  case (.bool(let a), .bool(let b)): return a == b ? .equal : b ? .less : .greater
  case (.string(let a), .string(let b)):
    return sameScalars(a, b) ? .equal : scalarsPrecede(a, b) ? .less : .greater
  case (.bytes(let a), .bytes(let b)):
    return a == b ? .equal : a.lexicographicallyPrecedes(b) ? .less : .greater
  case (.timestamp(let a), .timestamp(let b)): return ordered(a, b)
  case (.duration(let a), .duration(let b)): return ordered(a, b)
  default: throw .noSuchOverload("comparison")
  }
}

private func order(_ a: Double, _ b: Double) -> Order {
  a < b ? .less : a > b ? .greater : a == b ? .equal : .unordered
}

private func ordered<T: Comparable>(_ a: T, _ b: T) -> Order {
  a < b ? .less : a == b ? .equal : .greater
}

/// As the specification's tests have it, the whole number is compared as the nearest double.
private func ordered<T: FixedWidthInteger>(_ a: T, _ b: Double) -> Order {
  order(Double(a), b)
}

private func reversed(_ order: Order) -> Order {
  switch order {
  case .less: .greater
  case .greater: .less
  case .equal, .unordered: order
  }
}

/// CEL's equality: across number kinds by value, NaN equal to nothing, else by kind and content.
func areEqual(_ a: Value, _ b: Value, _ meter: inout Meter) throws(Fault) -> Bool {
  switch (a, b) {
  case (.int(let a), .int(let b)): return a == b
  case (.double(let a), .double(let b)): return a == b
  case (.string(let a), .string(let b)):
    try meter.spend(bytes: min(a.utf8.count, b.utf8.count))
    return sameScalars(a, b)
  case (.bytes(let a), .bytes(let b)):
    try meter.spend(bytes: min(a.count, b.count))
    return a == b
  case (.int, .uint), (.int, .double), (.uint, .int), (.uint, .double), (.double, .int),
    (.double, .uint):
    return try order(a, b) == .equal
  case (.list(let a), .list(let b)):
    guard a.count == b.count else { return false }
    for (x, y) in zip(a, b) {
      try meter.spend(1)
      if !(try areEqual(x, y, &meter)) { return false }
    }
    return true
  case (.map(let a), .map(let b)):
    guard a.count == b.count else { return false }
    for (key, value) in a.entries {
      try meter.spend(1)
      try meter.spend(reading: key)
      guard let other = b[key], try areEqual(value, other, &meter) else { return false }
    }
    return true
  case (.optional(let a?), .optional(let b?)): return try areEqual(a, b, &meter)
  default: return a == b
  }
}
