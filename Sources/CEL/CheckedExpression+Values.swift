extension CheckedExpression {
  /// The value over named values, or why there is none.
  ///
  /// A name that is not given is unknown, and one that the expression does not read is ignored. A
  /// number of another kind counts as the declared kind where it is the same number, and text
  /// as the moment or length of time that it spells, so that values read from JSON fit; any other
  /// value of another type is a fault when it is read.
  public func evaluate(_ values: [String: Value]) -> Outcome<Value> {
    evaluate(NamedValues(self, values))
  }
}

/// Named values in the slots that an expression reads.
final class NamedValues: Activation {
  private let outcomes: [Outcome<Value>]

  init(_ expression: CheckedExpression, _ values: [String: Value]) {
    var outcomes = Array(
      repeating: Outcome<Value>.unknown(Unknown("")), count: (expression.slots.last ?? -1) + 1)
    for (place, slot) in expression.slots.enumerated() {
      let name = expression.references[place]
      let type = expression.referenceTypes[place]
      if let value = values[name] {
        outcomes[slot] =
          value.converted(to: type).map { .value($0) }
          ?? .fault(
            Fault(.conversion, "`\(name)` is declared as \(type), and its value is \(value.type)"))
      } else {
        outcomes[slot] = .unknown(Unknown(name))
      }
    }
    self.outcomes = outcomes
  }

  func outcome(at slot: Int) -> Outcome<Value> { outcomes[slot] }
}

extension Value {
  /// The value as one of a type, when it is one or says the same; else nil.
  func converted(to type: CELType) -> Value? {
    switch (type, self) {
    case (.dyn, _), (.parameter, _), (.wrapper, .null): return self
    case (.wrapper(let inner), _): return converted(to: inner)
    case (.double, .int(let number)): return Double(exactly: number).map { .double($0) }
    case (.double, .uint(let number)): return Double(exactly: number).map { .double($0) }
    case (.int, .double(let number)): return Int64(exactly: number).map { .int($0) }
    case (.int, .uint(let number)): return Int64(exactly: number).map { .int($0) }
    case (.uint, .double(let number)): return UInt64(exactly: number).map { .uint($0) }
    case (.uint, .int(let number)): return UInt64(exactly: number).map { .uint($0) }
    case (.timestamp, .string(let text)): return Timestamp(text).map { .timestamp($0) }
    case (.duration, .string(let text)): return Duration(text).map { .duration($0) }
    case (.list(let element), .list(let list)):
      var result: [Value] = []
      result.reserveCapacity(list.count)
      for one in list {
        guard let one = one.converted(to: element) else { return nil }
        result.append(one)
      }
      return .list(result)
    case (.map(let keyType, let valueType), .map(let map)):
      var result = ValueMap()
      for (key, value) in map.entries {
        guard let key = key.converted(to: keyType), let value = value.converted(to: valueType),
          result.insert(key, value)
        else { return nil }
      }
      return .map(result)
    default: return type.takes(self) ? self : nil
    }
  }
}
