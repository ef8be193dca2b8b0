import CEL
import Diagnostics
import Foundation
import TestSupport
import Testing

import struct CEL.Duration

/// The official tests of the Common Expression Language that need no protobuf messages.
struct ConformanceTests {
  @Test func `the official tests pass`() throws {
    var total = 0
    var passed = 0
    var report = ""
    for file in Self.files {
      guard let data = try Conformance.file("cel/\(file).json") else { return }
      let suite = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
      var failed = 0
      var count = 0
      for section in try #require(suite["sections"] as? [[String: Any]]) {
        for test in try #require(section["tests"] as? [[String: Any]]) {
          count += 1
          guard let reason = try ConformanceCase(test).failure() else { continue }
          failed += 1
          Issue.record("\(test["id"] ?? ""): \(test["expr"] ?? ""): \(reason)")
        }
      }
      total += count
      passed += count - failed
      report += "  \(file): \(count - failed)/\(count)\n"
    }
    print("CEL conformance: \(passed)/\(total)\n\(report)", terminator: "")
  }

  static let files = [
    "basic", "bindings_ext", "block_ext", "comparisons", "conversions", "dynamic", "encoders_ext",
    "fields", "fp_math", "integer_math", "lists", "logic", "macros", "macros2", "math_ext",
    "namespace", "network_ext", "optionals", "parse", "plumbing", "proto2", "string", "string_ext",
    "timestamps", "type_deduction",
  ]
}

private struct ConformanceCase {
  let test: [String: Any]

  init(_ test: [String: Any]) { self.test = test }

  /// Why the test fails, or nil.
  func failure() throws -> String? {
    let expect = try #require(test["expect"] as? [String: Any])
    var functions = FunctionTable.standard(timeZones: SystemTimeZones())
    var variables: [(String, CELType)] = []
    for declaration in test["type_env"] as? [[String: Any]] ?? [] {
      let name = declaration["name"] as! String
      if let type = declaration["type"] {
        variables.append((name, try Self.type(type)))
      }
      for overload in declaration["overloads"] as? [[String: Any]] ?? [] {
        functions.add(
          Overload(
            declaring: overload["id"] as! String, name,
            member: overload["member"] as? Bool ?? false,
            try (overload["params"] as! [Any]).map(Self.type), try Self.type(overload["result"]!)))
      }
    }
    var environment = Environment(profile: .cel, functions: functions)
    environment.container = test["container"] as? String ?? ""
    for (name, type) in variables { environment.declare(name, type) }
    let bindings = try (test["bindings"] as? [String: Any] ?? [:]).mapValues(Self.value)
    for name in bindings.keys.sorted() where environment.slot(of: name) == nil {
      environment.declare(name, .dyn)
    }

    let isUnchecked = test["disable_check"] as? Bool ?? false
    let text = test["expr"] as! String
    var diagnostics: [Diagnostic] = []
    guard let parsed = ParsedExpression.parse(text, diagnostics: &diagnostics) else {
      return expect["error"] != nil ? nil : diagnostics.map(\.message).joined(separator: "; ")
    }
    var checked: CheckedExpression?
    if isUnchecked {
      checked = environment.resolve(parsed)
    } else {
      checked = environment.check(parsed, diagnostics: &diagnostics)
    }
    guard let checked else {
      return expect["error"] != nil ? nil : diagnostics.map(\.message).joined(separator: "; ")
    }
    var wanted = expect["value"]
    if let typed = expect["typed_result"] as? [String: Any] {
      let type = try Self.type(typed["type"]!)
      if checked.type != type { return "the type is \(checked.type), not \(type)" }
      wanted = typed["value"]
    }
    if test["check_only"] as? Bool == true { return nil }
    let record = Bindings(environment: environment, values: bindings)
    switch checked.evaluate(record) {
    case .value(let value):
      guard let wanted else { return "the value is \(value), not a fault" }
      let expected = try Self.value(wanted)
      return Self.same(value, expected) ? nil : "the value is \(value), not \(expected)"
    case .fault(let fault): return expect["error"] != nil ? nil : "fault: \(fault)"
    case .unknown(let unknown): return "unknown: \(unknown.causes)"
    }
  }

  /// Equal values of equal types; maps match in any order.
  static func same(_ a: Value, _ b: Value) -> Bool {
    switch (a, b) {
    case (.double(let a), .double(let b)): a.bitPattern == b.bitPattern || a.isNaN && b.isNaN
    case (.list(let a), .list(let b)): a.count == b.count && zip(a, b).allSatisfy(same)
    case (.map(let a), .map(let b)):
      a.count == b.count
        && a.entries.allSatisfy { entry in b[entry.key].map { same(entry.value, $0) } ?? false }
    default: a == b
    }
  }

  static func value(_ json: Any) throws -> Value {
    let pair = try #require((json as? [String: Any])?.first)
    let text = pair.value as? String ?? ""
    switch pair.key {
    case "null": return .null
    case "bool": return .bool(pair.value as! Bool)
    case "int": return .int(Int64(text)!)
    case "uint": return .uint(UInt64(text)!)
    case "double": return .double(Double(text)!)
    case "string": return .string(text)
    case "bytes": return .bytes(Array(Data(base64Encoded: text)!))
    case "list": return .list(try (pair.value as! [Any]).map(value))
    case "map":
      var map = ValueMap()
      for entry in pair.value as! [[Any]] { map.insert(try value(entry[0]), try value(entry[1])) }
      return .map(map)
    case "type":
      let types: [CELType] = [
        .null, .bool, .int, .uint, .double, .string, .bytes, .timestamp, .duration, .list(.dyn),
        .map(.dyn, .dyn), .type(.dyn),
      ]
      return .type(try #require(types.first { $0.name == text }))
    case "timestamp": return .timestamp(try #require(Timestamp(text)))
    case "duration":
      guard let duration = Duration(text) else { throw Unreadable(what: text) }
      return .duration(duration)
    default: throw Unreadable(what: pair.key)
    }
  }

  static func type(_ json: Any) throws -> CELType {
    if let name = json as? String {
      switch name {
      case "dyn": return .dyn
      case "null": return .null
      case "bool": return .bool
      case "int": return .int
      case "uint": return .uint
      case "double": return .double
      case "string": return .string
      case "bytes": return .bytes
      case "timestamp": return .timestamp
      case "duration": return .duration
      default: throw Unreadable(what: name)
      }
    }
    let object = try #require(json as? [String: Any])
    if let element = object["list"] { return .list(try type(element)) }
    if let pair = object["map"] as? [Any] { return .map(try type(pair[0]), try type(pair[1])) }
    if let wrapped = object["wrapper"] { return .wrapper(try type(wrapped)) }
    if let name = object["param"] as? String { return .parameter(name) }
    if let inner = object["type"] { return .type(try type(inner)) }
    if let name = object["abstract"] as? String {
      return .opaque(name, try (object["params"] as? [Any] ?? []).map(type))
    }
    throw Unreadable(what: "\(object)")
  }

  struct Unreadable: Error {
    let what: String
  }
}

/// The zones that the test's host knows.
struct SystemTimeZones: TimeZones {
  func secondsAheadOfUTC(in zone: String, at moment: Timestamp) -> Int64? {
    TimeZone(identifier: zone).map {
      Int64($0.secondsFromGMT(for: Date(timeIntervalSince1970: TimeInterval(moment.seconds))))
    }
  }
}

struct Bindings: Activation {
  private let outcomes: [Outcome<Value>]

  init(environment: Environment, values: [String: Value]) {
    outcomes = environment.names.map { name in
      values[name].map { .value($0) } ?? .unknown(Unknown(name))
    }
  }

  func outcome(at slot: Int) -> Outcome<Value> { outcomes[slot] }
}
