import Belay
import BelayYAML
import CEL
import Diagnostics

/// The members of a JSON object as names that expressions may read.
///
/// Numbers are doubles. In plain CEL `null` is CEL's null, an object is a map, and what mixes types
/// has elements of any type. In the language of policies `null` is an unknown, the members of an
/// object become dotted names, and the elements of a list have one type.
struct EvaluationData {
  private(set) var variables: [(name: String, type: CELType, outcome: Outcome<Value>)] = []
  private let profile: Profile

  /// - Parameter path: a file, or `-` for standard input.
  init(path: String, profile: Profile) throws {
    let bytes = path == "-" ? try System.readStandardInput() : try PolicyFiles.read(path)
    try self.init(
      SourceText(name: path == "-" ? "standard input" : path, bytes: bytes), profile: profile)
  }

  init(_ source: SourceText, profile: Profile) throws {
    self.profile = profile
    var diagnostics: [Diagnostic] = []
    let root = JSONDocument.read(source, diagnostics: &diagnostics)
    guard let root, !diagnostics.hasErrors else { throw CompilationError(diagnostics) }
    guard case .mapping(let entries) = root.content else {
      throw Failure("`\(source.name)` holds no object; write {\"name\": value}")
    }
    for entry in entries { try add(entry, prefix: "") }
  }

  /// Letters, digits and `_`, not beginning with a digit, and no word of the language.
  static func isName(_ text: String) -> Bool {
    guard let first = text.utf8.first, !(0x30...0x39).contains(first) else { return false }
    let isWord = text.utf8.allSatisfy {
      ($0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7A) || $0 == 0x5F || (0x30...0x39).contains($0)
    }
    return isWord && !["true", "false", "null", "in"].contains(text)
  }

  private mutating func add(_ entry: Node.Entry, prefix: String) throws(Failure) {
    let name = prefix + entry.key.text
    guard Self.isName(entry.key.text) else {
      throw Failure("\(place(entry.key.span)): `\(entry.key.text)` cannot be the name of a value")
    }
    if profile == .policy {
      switch entry.value.content {
      case .mapping(let entries):
        for entry in entries { try add(entry, prefix: name + ".") }
        return
      case .scalar(let scalar) where scalar.style == .literal && scalar.text == "null":
        variables.append((name, .dyn, .unknown(Unknown(name))))
        return
      default: break
      }
    }
    let (value, type) = try read(entry.value)
    variables.append((name, type, .value(value)))
  }

  private func read(_ node: Node) throws(Failure) -> (Value, CELType) {
    switch node.content {
    case .scalar(let scalar):
      guard scalar.style == .literal else { return (.string(scalar.text), .string) }
      switch scalar.text {
      case "null" where profile == .policy:
        throw Failure("\(place(node.span)): a list in a policy has no unknown elements")
      case "null": return (.null, .null)
      case "true": return (.bool(true), .bool)
      case "false": return (.bool(false), .bool)
      default:
        guard let number = Double(scalar.text), number.isFinite else {
          throw Failure("\(place(node.span)): `\(scalar.text)` is too large a number")
        }
        return (.double(number), .double)
      }
    case .sequence(let nodes):
      var values: [Value] = []
      var types: [CELType] = []
      for node in nodes {
        let (value, type) = try read(node)
        values.append(value)
        types.append(type)
        if profile == .policy, type != types[0] {
          throw Failure("\(place(node.span)): the elements of a list have one type in a policy")
        }
      }
      return (.list(values), .list(Self.common(types) ?? (profile == .policy ? .double : .dyn)))
    case .mapping where profile == .policy:
      throw Failure("\(place(node.span)): a list in a policy holds no objects")
    case .mapping(let entries):
      var map = ValueMap()
      var types: [CELType] = []
      for entry in entries {
        let (value, type) = try read(entry.value)
        map.insert(.string(entry.key.text), value)
        types.append(type)
      }
      return (.map(map), .map(.string, Self.common(types) ?? .dyn))
    }
  }

  private static func common(_ types: [CELType]) -> CELType? {
    guard let first = types.first else { return nil }
    return types.allSatisfy { $0 == first } ? first : nil
  }

  private func place(_ span: SourceSpan) -> String {
    let place = span.source.position(at: span.lower)
    return "\(span.source.name):\(place.line):\(place.column)"
  }
}
