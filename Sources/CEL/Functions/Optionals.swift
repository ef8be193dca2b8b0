extension FunctionTable {
  static let optionals: [Overload] = {
    let a = CELType.parameter("A")
    let b = CELType.parameter("B")
    let index: Overload.Body = .binary(element)
    return [
      Overload(
        "optional_of", "optional.of", [a], .optional(a), doc: "An optional that holds the value."
      ) { (values: [Value]) throws(Fault) -> Value in .optional(values[0]) },
      Overload(
        "optional_none", "optional.none", [], .optional(a), doc: "An optional that holds nothing."
      ) { (_: [Value]) throws(Fault) -> Value in .optional(nil) },
      Overload(
        "optional_of_non_zero", "optional.ofNonZeroValue", [a], .optional(a),
        doc: "An optional that holds the value, or nothing when it is zero, false or empty."
      ) { (values: [Value]) throws(Fault) -> Value in
        .optional(isZero(values[0]) ? nil : values[0])
      },
      Overload(
        "optional_has_value", "hasValue", member: true, [.optional(a)], .bool,
        doc: "Whether the optional holds a value."
      ) { (values: [Value]) throws(Fault) -> Value in .bool(try content(values[0]) != nil) },
      Overload(
        "optional_value", "value", member: true, [.optional(a)], a,
        doc: "The value that the optional holds; a fault when it holds none."
      ) { (values: [Value]) throws(Fault) -> Value in
        guard let value = try content(values[0]) else {
          throw Fault(.invalidArgument, "the optional holds nothing")
        }
        return value
      },
      Overload(
        "optional_or", "or", member: true, [.optional(a), .optional(a)], .optional(a),
        doc: "The first when it holds a value, otherwise the second.",
        body: .lenient { outcomes in
          switch outcomes[0] {
          case .value(.optional(nil)): outcomes[1]
          default: outcomes[0]
          }
        }),
      Overload(
        "optional_or_value", "orValue", member: true, [.optional(a), a], a,
        doc: "The value that the optional holds, otherwise the other.",
        body: .lenient { outcomes in
          switch outcomes[0] {
          case .value(.optional(nil)): outcomes[1]
          case .value(.optional(let value?)): .value(value)
          case .value: .fault(.noSuchOverload("orValue"))
          case .unknown, .fault: outcomes[0]
          }
        }),
      Overload(
        "optional_unwrap", "optional.unwrap", [.list(.optional(a))], .list(a),
        doc: "The values that the optionals in a list hold.",
        metered: unwrapped),
      Overload(
        "optional_unwrapOpt", "unwrapOpt", member: true, [.list(.optional(a))], .list(a),
        doc: "The values that the optionals in a list hold.",
        metered: unwrapped),
      Overload(
        "list_first", "first", member: true, [.list(a)], .optional(a),
        doc: "The first element, if there is one."
      ) { (values: [Value]) throws(Fault) -> Value in
        guard case .list(let list) = values[0] else { throw .noSuchOverload("first") }
        return .optional(list.first)
      },
      Overload(
        "list_last", "last", member: true, [.list(a)], .optional(a),
        doc: "The last element, if there is one."
      ) { (values: [Value]) throws(Fault) -> Value in
        guard case .list(let list) = values[0] else { throw .noSuchOverload("last") }
        return .optional(list.last)
      },
      Overload(
        "optional_list_index_int", "_[_]", [.optional(.list(a)), .int], .optional(a),
        doc: "The element of the list that the optional holds, if there is one.", body: index),
      Overload(
        "optional_map_index_value", "_[_]", [.optional(.map(a, b)), a], .optional(b),
        doc: "The value in the map that the optional holds, if there is one.", body: index),
    ]
  }()
}

/// What an optional holds.
func content(_ value: Value) throws(Fault) -> Value? {
  guard case .optional(let content) = value else { throw .noSuchOverload("an optional value") }
  return content
}

@Sendable private func unwrapped(
  _ values: [Value], _ meter: inout Meter
) throws(Fault) -> Value {
  guard case .list(let list) = values[0] else { throw .noSuchOverload("unwrap") }
  try meter.spend(list.count)
  var result: [Value] = []
  for element in list {
    if let value = try content(element) { result.append(value) }
  }
  return .list(result)
}

private func isZero(_ value: Value) -> Bool {
  switch value {
  case .null: true
  case .bool(let value): !value
  case .int(let value): value == 0
  case .uint(let value): value == 0
  case .double(let value): value == 0
  case .string(let value): value.isEmpty
  case .bytes(let value): value.isEmpty
  case .list(let value): value.isEmpty
  case .map(let value): value.count == 0
  case .timestamp(let value): value.seconds == 0 && value.nanoseconds == 0
  case .duration(let value): value.seconds == 0 && value.nanoseconds == 0
  case .optional(let value): value == nil
  case .type, .ip, .cidr: false
  }
}
