extension Value: ExpressibleByBooleanLiteral {
  public init(booleanLiteral value: Bool) { self = .bool(value) }
}

extension Value: ExpressibleByIntegerLiteral {
  /// An int, as a whole number is in CEL.
  public init(integerLiteral value: Int64) { self = .int(value) }
}

extension Value: ExpressibleByFloatLiteral {
  public init(floatLiteral value: Double) { self = .double(value) }
}

extension Value: ExpressibleByStringLiteral {
  public init(stringLiteral value: String) { self = .string(value) }
}

extension Value: ExpressibleByArrayLiteral {
  public init(arrayLiteral elements: Value...) { self = .list(elements) }
}

extension Value: ExpressibleByDictionaryLiteral {
  /// A map with its entries in the order written.
  ///
  /// - Precondition: each key is a boolean, a whole number or text, and comes once.
  public init(dictionaryLiteral elements: (Value, Value)...) {
    var map = ValueMap()
    for (key, value) in elements {
      precondition(map.insert(key, value), "a key of a map comes once")
    }
    self = .map(map)
  }
}
