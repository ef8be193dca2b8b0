/// A value of the Common Expression Language.
public enum Value: Sendable {
  case null
  case bool(Bool)
  case int(Int64)
  case uint(UInt64)
  case double(Double)
  case string(String)
  case bytes([UInt8])
  case timestamp(Timestamp)
  case duration(Duration)
  case list([Value])
  case map(ValueMap)
  case type(CELType)
  indirect case optional(Value?)
  indirect case ip(NetworkAddress)
  indirect case cidr(NetworkRange)

  /// The type of the value, without the types inside lists and maps.
  public var type: CELType {
    switch self {
    case .null: .null
    case .bool: .bool
    case .int: .int
    case .uint: .uint
    case .double: .double
    case .string: .string
    case .bytes: .bytes
    case .timestamp: .timestamp
    case .duration: .duration
    case .list: .list(.dyn)
    case .map: .map(.dyn, .dyn)
    case .type: .type(.dyn)
    case .optional: .optional(.dyn)
    case .ip: .opaque("net.IP", [])
    case .cidr: .opaque("net.CIDR", [])
    }
  }
}

/// Same kind and same content: `1` is not `1.0`, NaN is NaN, text is compared by code points.
///
/// CEL's own `==`, which compares numbers of different kinds by value, is the function
/// `_==_` of the function table.
extension Value: Hashable {
  public static func == (a: Value, b: Value) -> Bool {
    switch (a, b) {
    case (.null, .null): true
    case (.bool(let a), .bool(let b)): a == b
    case (.int(let a), .int(let b)): a == b
    case (.uint(let a), .uint(let b)): a == b
    case (.double(let a), .double(let b)): a == b || (a.isNaN && b.isNaN)
    case (.string(let a), .string(let b)): sameScalars(a, b)
    case (.bytes(let a), .bytes(let b)): a == b
    case (.timestamp(let a), .timestamp(let b)): a == b
    case (.duration(let a), .duration(let b)): a == b
    case (.list(let a), .list(let b)): a == b
    case (.map(let a), .map(let b)): a == b
    case (.type(let a), .type(let b)): a.name == b.name
    case (.optional(let a), .optional(let b)): a == b
    case (.ip(let a), .ip(let b)): a == b
    case (.cidr(let a), .cidr(let b)): a == b
    default: false
    }
  }

  public func hash(into hasher: inout Hasher) {
    switch self {
    case .null: hasher.combine(0)
    case .bool(let value): hasher.combine(value)
    case .int(let value): hasher.combine(value)
    case .uint(let value): hasher.combine(value)
    case .double(let value): hasher.combine(value.isNaN ? .nan : value == 0 ? 0 : value)
    case .string(let value): hasher.combine(value)
    case .bytes(let value): hasher.combine(value)
    case .timestamp(let value): hasher.combine(value)
    case .duration(let value): hasher.combine(value)
    case .list(let value): hasher.combine(value)
    case .map(let value): hasher.combine(value.count)
    case .type(let value): hasher.combine(value.name)
    case .optional(let value): hasher.combine(value)
    case .ip(let value): hasher.combine(value)
    case .cidr(let value): hasher.combine(value)
    }
  }
}

extension Value: CustomStringConvertible {
  /// The value as CEL would write it.
  public var description: String {
    switch self {
    case .null: "null"
    case .bool(let value): value ? "true" : "false"
    case .int(let value): String(value)
    case .uint(let value): "\(value)u"
    case .double(let value): printed(value)
    case .string(let value): quoted(value)
    case .bytes(let value): quoted(bytes: value)
    case .timestamp(let value): "timestamp(\"\(value)\")"
    case .duration(let value): "duration(\"\(value)\")"
    case .list(let value): "[\(value.map(\.description).joined(separator: ", "))]"
    case .map(let value):
      "{\(value.entries.map { "\($0.key): \($0.value)" }.joined(separator: ", "))}"
    case .type(let value): value.name
    case .optional(let value): value.map { "optional.of(\($0))" } ?? "optional.none()"
    case .ip(let value): "ip(\"\(value)\")"
    case .cidr(let value): "cidr(\"\(value)\")"
    }
  }
}

/// A map from booleans, whole numbers or text to values, in the order of insertion.
///
/// Keys of different number kinds are one key when they are the same number.
public struct ValueMap: Sendable {
  public private(set) var entries: [(key: Value, value: Value)] = []
  private var places: [Key: Int] = [:]

  public init() {}

  public var count: Int { entries.count }

  /// The value under a key, or nil; a key that no map can have is not there.
  public subscript(key: Value) -> Value? {
    guard let key = Key(key), let place = places[key] else { return nil }
    return entries[place].value
  }

  /// Adds an entry. Gives false when the key is taken already or of a type that keys may not have.
  @discardableResult
  public mutating func insert(_ key: Value, _ value: Value) -> Bool {
    switch key {
    case .bool, .int, .uint, .string: break
    default: return false
    }
    guard let normal = Key(key), places[normal] == nil else { return false }
    places[normal] = entries.count
    entries.append((key, value))
    return true
  }

  private enum Key: Hashable {
    case bool(Bool)
    case int(Int64)
    /// Beyond the largest int.
    case large(UInt64)
    case text(String)

    init?(_ value: Value) {
      switch value {
      case .bool(let value): self = .bool(value)
      case .int(let value): self = .int(value)
      case .uint(let value): self = Int64(exactly: value).map(Key.int) ?? .large(value)
      case .double(let value):
        if let whole = Int64(exactly: value) {
          self = .int(whole)
        } else if let whole = UInt64(exactly: value) {
          self = .large(whole)
        } else {
          return nil
        }
      case .string(let value): self = .text(value)
      default: return nil
      }
    }

    static func == (a: Key, b: Key) -> Bool {
      switch (a, b) {
      case (.bool(let a), .bool(let b)): a == b
      case (.int(let a), .int(let b)): a == b
      case (.large(let a), .large(let b)): a == b
      case (.text(let a), .text(let b)): sameScalars(a, b)
      default: false
      }
    }

    func hash(into hasher: inout Hasher) {
      switch self {
      case .bool(let value): hasher.combine(value)
      case .int(let value): hasher.combine(value)
      case .large(let value): hasher.combine(value)
      case .text(let value): hasher.combine(value)
      }
    }
  }
}

extension ValueMap: Equatable {
  public static func == (a: ValueMap, b: ValueMap) -> Bool {
    a.count == b.count
      && a.entries.allSatisfy { entry in
        guard let key = Key(entry.key), let place = b.places[key] else { return false }
        return b.entries[place].key == entry.key && b.entries[place].value == entry.value
      }
  }
}
