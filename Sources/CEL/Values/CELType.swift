/// The type of an expression, as the checker deduces it.
public indirect enum CELType: Hashable, Sendable {
  /// Any type, known only when evaluated; the plain profile's alone.
  case dyn
  case null, bool, int, uint, double, string, bytes, timestamp, duration
  case list(CELType)
  case map(CELType, CELType)
  /// The type of a type.
  case type(CELType)
  /// A primitive or null.
  case wrapper(CELType)
  /// A type parameter of an overload.
  case parameter(String)
  /// A type known by its name and parameters alone, such as `optional_type` or `net.IP`.
  case opaque(String, [CELType])

  public static func optional(_ type: CELType) -> CELType { .opaque("optional_type", [type]) }

  /// The name that CEL's `type()` gives, without parameters.
  public var name: String {
    switch self {
    case .dyn: "dyn"
    case .null: "null_type"
    case .bool: "bool"
    case .int: "int"
    case .uint: "uint"
    case .double: "double"
    case .string: "string"
    case .bytes: "bytes"
    case .timestamp: "google.protobuf.Timestamp"
    case .duration: "google.protobuf.Duration"
    case .list: "list"
    case .map: "map"
    case .type: "type"
    case .wrapper(let type): type.name
    case .parameter(let name): name
    case .opaque(let name, _): name
    }
  }

  var parts: [CELType] {
    switch self {
    case .list(let element): [element]
    case .map(let key, let value): [key, value]
    case .type(let type): [type]
    case .opaque(_, let parameters): parameters
    default: []
    }
  }

  func replacingParts(_ change: (CELType) -> CELType) -> CELType {
    switch self {
    case .list(let element): .list(change(element))
    case .map(let key, let value): .map(change(key), change(value))
    case .type(let type): .type(change(type))
    case .opaque(let name, let parameters): .opaque(name, parameters.map(change))
    default: self
    }
  }

  var optionalContent: CELType? {
    if case .opaque("optional_type", let parts) = self { parts.first } else { nil }
  }
}

extension CELType: CustomStringConvertible {
  /// As CEL writes it: `list(int)`, `map(string, dyn)`.
  public var description: String {
    switch self {
    case .timestamp: "timestamp"
    case .duration: "duration"
    case .null: "null"
    case .wrapper(let type): "wrapper(\(type))"
    case .list, .map, .type, .opaque:
      parts.isEmpty
        ? name
        : "\(name == "optional_type" ? "optional" : name)(\(parts.map(\.description).joined(separator: ", ")))"
    default: name
    }
  }

  /// In the words of a policy: number, text, true or false, date.
  package var words: String {
    switch self {
    case .dyn, .parameter: "anything"
    case .null: "nothing"
    case .bool: "true or false"
    case .int: "a whole number"
    case .uint: "an unsigned whole number"
    case .double: "a number"
    case .string: "text"
    case .bytes: "bytes"
    case .timestamp: "a date"
    case .duration: "a length of time"
    case .list(.dyn), .list(.parameter): "a list"
    case .list(let element): "a list of \(element.pluralWords)"
    case .map(.dyn, _), .map(.parameter, _): "a map"
    case .map(let key, let value): "a map from \(key.pluralWords) to \(value.pluralWords)"
    case .type: "a type"
    case .wrapper(let type): type.words
    case .opaque("optional_type", _): "an optional value"
    case .opaque("net.IP", _): "a network address"
    case .opaque("net.CIDR", _): "a network range"
    case .opaque(let name, _): name
    }
  }

  private var pluralWords: String {
    switch self {
    case .dyn, .parameter: "anything"
    case .null: "nothing"
    case .int: "whole numbers"
    case .uint: "unsigned whole numbers"
    case .double: "numbers"
    case .string: "texts"
    case .timestamp: "dates"
    case .duration: "lengths of time"
    case .list: "lists"
    case .map: "maps"
    case .type: "types"
    default: words
    }
  }
}
