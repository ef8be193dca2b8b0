import BelayYAML
import Foundation
import TestSupport
import Testing

/// A case of the YAML Test Suite.
struct SuiteCase: Sendable, Decodable, CustomTestStringConvertible {
  var id: String
  var name: String
  var yaml: String
  var fail: Bool
  var events: [String]
  var json: [JSONValue]?

  var testDescription: String { "\(id): \(name)" }

  static let all: [SuiteCase] = {
    guard let data = try! Conformance.file("yaml/yaml-test-suite.json") else { return [] }
    return try! JSONDecoder().decode(Suite.self, from: data).tests
  }()

  private struct Suite: Decodable {
    var tests: [SuiteCase]
  }
}

enum JSONValue: Hashable, Sendable, Decodable {
  case null
  case boolean(Bool)
  case number(Double)
  case text(String)
  case list([JSONValue])
  case map([String: JSONValue])

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let value = try? container.decode(Bool.self) {
      self = .boolean(value)
    } else if let value = try? container.decode(Double.self) {
      self = .number(value)
    } else if let value = try? container.decode(String.self) {
      self = .text(value)
    } else if let value = try? container.decode([JSONValue].self) {
      self = .list(value)
    } else {
      self = .map(try container.decode([String: JSONValue].self))
    }
  }
}
