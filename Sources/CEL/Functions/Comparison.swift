extension FunctionTable {
  static let comparison: [Overload] =
    [
      Overload(
        "equals", "_==_", [.parameter("A"), .parameter("A")], .bool,
        doc:
          "Whether both are equal; numbers of different kinds are when they are the same number.",
        body: .binary { (a: Value, b: Value) throws(Fault) -> Value in .bool(try areEqual(a, b)) }),
      Overload(
        "not_equals", "_!=_", [.parameter("A"), .parameter("A")], .bool,
        doc: "Whether both differ.",
        body: .binary { (a: Value, b: Value) throws(Fault) -> Value in .bool(!(try areEqual(a, b)))
        }),
      Overload(
        "in_list", "@in", [.parameter("A"), .list(.parameter("A"))], .bool,
        doc: "Whether the list holds the value.",
        body: .binary { (a: Value, b: Value) throws(Fault) -> Value in
          guard case .list(let list) = b else { throw .noSuchOverload("in") }
          for element in list where try areEqual(a, element) { return .bool(true) }
          return .bool(false)
        }),
      Overload(
        "in_map", "@in", [.parameter("A"), .map(.parameter("A"), .parameter("B"))], .bool,
        doc: "Whether the map has the key.",
        body: .binary { (a: Value, b: Value) throws(Fault) -> Value in
          guard case .map(let map) = b else { throw .noSuchOverload("in") }
          return .bool(map[a] != nil)
        }),
    ] + ordering

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
      let body: Overload.Body = .binary { (a: Value, b: Value) throws(Fault) -> Value in
        .bool(holds(try order(a, b)))
      }
      let doc = "Whether the first is \(words) the second."
      for (type, cel) in types {
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

enum Order { case less, equal, greater, unordered }

/// How two values of comparable types stand to each other.
func order(_ a: Value, _ b: Value) throws(Fault) -> Order {
  switch (a, b) {
  case (.double(let a), .double(let b)):
    return a < b ? .less : a > b ? .greater : a == b ? .equal : .unordered
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

private func ordered<T: Comparable>(_ a: T, _ b: T) -> Order {
  a < b ? .less : a == b ? .equal : .greater
}

/// As the specification's tests have it, the whole number is compared as the nearest double.
private func ordered<T: FixedWidthInteger>(_ a: T, _ b: Double) -> Order {
  let a = Double(a)
  return a < b ? .less : a > b ? .greater : a == b ? .equal : .unordered
}

private func reversed(_ order: Order) -> Order {
  switch order {
  case .less: .greater
  case .greater: .less
  case .equal, .unordered: order
  }
}

/// CEL's equality: across number kinds by value, NaN equal to nothing, else by kind and content.
func areEqual(_ a: Value, _ b: Value) throws(Fault) -> Bool {
  var budget = Limits.producedSize
  return try areEqual(a, b, &budget)
}

private func areEqual(_ a: Value, _ b: Value, _ budget: inout Int) throws(Fault) -> Bool {
  budget -= 1
  if budget < 0 { throw .tooLarge }
  switch (a, b) {
  case (.double(let a), .double(let b)): return a == b
  case (.string(let a), .string(let b)): return sameScalars(a, b)
  case (.int, .uint), (.int, .double), (.uint, .int), (.uint, .double), (.double, .int),
    (.double, .uint):
    return try order(a, b) == .equal
  case (.list(let a), .list(let b)):
    guard a.count == b.count else { return false }
    for (x, y) in zip(a, b) where !(try areEqual(x, y, &budget)) { return false }
    return true
  case (.map(let a), .map(let b)):
    guard a.count == b.count else { return false }
    for (key, value) in a.entries {
      guard let other = b[key], try areEqual(value, other, &budget) else { return false }
    }
    return true
  case (.optional(let a?), .optional(let b?)): return try areEqual(a, b, &budget)
  default: return a == b
  }
}
