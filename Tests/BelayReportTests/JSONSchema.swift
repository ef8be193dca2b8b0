import Foundation

/// Checks JSON against a schema, for the keywords that the project's schemas use.
struct JSONSchema {
  private let root: [String: Any]

  init(contentsOf file: URL) throws {
    let parsed = try JSONSerialization.jsonObject(with: Data(contentsOf: file))
    guard let root = parsed as? [String: Any] else { throw Unsupported(keyword: "no object") }
    self.root = root
  }

  struct Unsupported: Error {
    let keyword: String
  }

  /// Where a value is not as the schema says, each with the reason.
  ///
  /// - Parameter definition: a name in `$defs`; without, the whole schema.
  func violations(_ value: Any, of definition: String? = nil) throws -> [String] {
    let schema = definition.map { ["$ref": "#/$defs/\($0)"] } ?? root
    return try violations(value, schema, at: "$")
  }

  private func violations(
    _ value: Any, _ schema: [String: Any], at path: String
  ) throws -> [String] {
    var found: [String] = []
    for (keyword, rule) in schema {
      switch keyword {
      case "$schema", "$defs", "title", "description", "items", "properties": continue
      case "$ref":
        let name = (rule as! String).replacing("#/$defs/", with: "")
        let definitions = root["$defs"] as! [String: [String: Any]]
        guard let target = definitions[name] else { throw Unsupported(keyword: "$ref \(name)") }
        found += try violations(value, target, at: path)
      case "type":
        let names = rule as? [String] ?? [rule as! String]
        if !names.contains(where: { isOf($0, value) }) { found.append("\(path): no \(names)") }
      case "const", "enum":
        let allowed = keyword == "enum" ? rule as! [Any] : [rule]
        let same = allowed.contains { ($0 as! NSObject).isEqual(value as! NSObject) }
        if !same { found.append("\(path): not among \(allowed)") }
      case "minimum", "maximum":
        guard let number = value as? NSNumber, !isOf("boolean", value) else { continue }
        let bound = (rule as! NSNumber).doubleValue
        let fits = keyword == "minimum" ? number.doubleValue >= bound : number.doubleValue <= bound
        if !fits { found.append("\(path): \(number) is beyond \(bound)") }
      case "required":
        guard let object = value as? [String: Any] else { continue }
        for name in rule as! [String] where object[name] == nil {
          found.append("\(path): no member \(name)")
        }
      case "additionalProperties":
        guard let object = value as? [String: Any] else { continue }
        let known = schema["properties"] as? [String: Any] ?? [:]
        for name in object.keys where known[name] == nil {
          found.append("\(path): a member \(name)")
        }
      default: throw Unsupported(keyword: keyword)
      }
    }
    if let object = value as? [String: Any],
      let properties = schema["properties"] as? [String: [String: Any]]
    {
      for (name, member) in object {
        guard let rule = properties[name] else { continue }
        found += try violations(member, rule, at: "\(path).\(name)")
      }
    }
    if let list = value as? [Any], let rule = schema["items"] as? [String: Any] {
      for (index, element) in list.enumerated() {
        found += try violations(element, rule, at: "\(path)[\(index)]")
      }
    }
    return found
  }

  private func isOf(_ type: String, _ value: Any) -> Bool {
    // A JSON boolean is a number to Foundation as well.
    let number = value as? NSNumber
    let boolean = String(cString: NSNumber(value: true).objCType)
    let isBoolean = number.map { String(cString: $0.objCType) == boolean } ?? false
    switch type {
    case "null": return value is NSNull
    case "string": return value is String
    case "array": return value is [Any]
    case "object": return value is [String: Any]
    case "boolean": return isBoolean
    case "number": return number != nil && !isBoolean
    case "integer":
      return number.map { !isBoolean && $0.doubleValue == $0.doubleValue.rounded() } ?? false
    default: return false
    }
  }
}
