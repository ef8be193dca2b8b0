extension FunctionTable {
  static let collections: [Overload] = {
    let a = CELType.parameter("A")
    let b = CELType.parameter("B")
    let listSize: Overload.Body = .unary { (value: Value, _: inout Meter) throws(Fault) -> Value in
      guard case .list(let list) = value else { throw .noSuchOverload("size") }
      return .int(Int64(list.count))
    }
    let mapSize: Overload.Body = .unary { (value: Value, _: inout Meter) throws(Fault) -> Value in
      guard case .map(let map) = value else { throw .noSuchOverload("size") }
      return .int(Int64(map.count))
    }
    return [
      Overload(
        "size_list", "size", [.list(a)], .int, doc: "The number of elements.", body: listSize),
      Overload(
        "list_size", "size", member: true, [.list(a)], .int, doc: "The number of elements.",
        body: listSize),
      Overload(
        "size_map", "size", [.map(a, b)], .int, doc: "The number of entries.", body: mapSize),
      Overload(
        "map_size", "size", member: true, [.map(a, b)], .int, doc: "The number of entries.",
        body: mapSize),
      Overload(
        "index_list", "_[_]", [.list(a), .int], a,
        doc: "The element at a place, counted from 0; a fault when there is none.",
        body: .binary(element)),
      Overload(
        "index_map", "_[_]", [.map(a, b), a], b,
        doc: "The value under a key; a fault when there is none.", body: .binary(element)),
    ]
  }()
}

/// An element of a list or a map, by its index or key.
@Sendable func element(
  _ collection: Value, _ key: Value, _ meter: inout Meter
) throws(Fault) -> Value {
  switch collection {
  case .list(let list):
    let index: Int64
    switch key {
    case .int(let value): index = value
    case .uint(let value): index = Int64(clamping: value)
    case .double(let value):
      guard let whole = Int64(exactly: value) else {
        throw Fault(.invalidArgument, "\(printed(value)) is no index")
      }
      index = whole
    default: throw .noSuchOverload("_[_]")
    }
    guard index >= 0, index < list.count else { throw .index(index) }
    return list[Int(index)]
  case .map(let map):
    try meter.spend(reading: key)
    guard let value = map[key] else { throw .noSuchKey(key) }
    return value
  case .optional(let content):
    // Of an optional the element is optional.
    guard let content else { return collection }
    do throws(Fault) {
      return .optional(try element(content, key, &meter))
    } catch {
      if error.kind == .noSuchKey || error.kind == .indexOutOfRange { return .optional(nil) }
      throw error
    }
  default: throw .noSuchOverload("_[_]")
  }
}
