public import Belay
import Diagnostics

/// Everything that a policy says about its subjects, as one JSON object.
///
/// `Docs/Schemas/assessment.schema.json` describes it. What is unknown is `null`; why it is stands
/// beside it in a list `missing`.
public struct JSONReport: Sendable {
  private let numbers: NumberStyle

  /// - Parameter decimals: how many decimals computed numbers have, 0 to 15; without, the shortest
  ///   text that reads back as the same number.
  public init(decimals: Int? = nil) {
    numbers = NumberStyle(decimals: decimals)
  }

  /// Writes the report, piece by piece.
  public func write<E: Error>(
    _ tables: [AssessedTable], of policy: CompiledPolicy, to sink: ([UInt8]) throws(E) -> Void
  ) throws(E) {
    var json = JSONWriter(pretty: true)
    try json.object { (json) throws(E) in
      writeHeader(policy, tables, to: &json)
      json.key("scopes")
      try json.array { (json) throws(E) in
        for table in tables {
          try json.object { (json) throws(E) in
            json.key("scope")
            json.string(table.scope.rawValue)
            json.key("assessments")
            try json.array { (json) throws(E) in
              for row in 0..<table.count {
                AssessmentJSON(numbers: numbers).write(table.assessment(at: row), to: &json)
                if json.bytes.count >= pieceSize { try sink(json.takeBytes()) }
              }
            }
          }
        }
      }
    }
    try sink(json.takeBytes() + [UInt8(ascii: "\n")])
  }

  /// The whole report.
  public func text(_ tables: [AssessedTable], of policy: CompiledPolicy) -> String {
    var bytes: [UInt8] = []
    write(tables, of: policy) { bytes += $0 }
    return String(decoding: bytes, as: UTF8.self)
  }
}

/// The same as lines of JSON: first a header with the policy, then a line for each assessment.
public struct NDJSONReport: Sendable {
  private let numbers: NumberStyle

  /// - Parameter decimals: how many decimals computed numbers have, 0 to 15; without, the shortest
  ///   text that reads back as the same number.
  public init(decimals: Int? = nil) {
    numbers = NumberStyle(decimals: decimals)
  }

  /// Writes the report, piece by piece.
  public func write<E: Error>(
    _ tables: [AssessedTable], of policy: CompiledPolicy, to sink: ([UInt8]) throws(E) -> Void
  ) throws(E) {
    var header = JSONWriter()
    header.object { writeHeader(policy, tables, to: &$0) }
    var piece = header.bytes + [UInt8(ascii: "\n")]
    for table in tables {
      for row in 0..<table.count {
        var line = JSONWriter()
        AssessmentJSON(numbers: numbers).write(table.assessment(at: row), to: &line)
        piece += line.bytes
        piece.append(UInt8(ascii: "\n"))
        guard piece.count >= pieceSize else { continue }
        try sink(piece)
        piece.removeAll()
      }
    }
    if !piece.isEmpty { try sink(piece) }
  }

  /// The whole report.
  public func text(_ tables: [AssessedTable], of policy: CompiledPolicy) -> String {
    var bytes: [UInt8] = []
    write(tables, of: policy) { bytes += $0 }
    return String(decoding: bytes, as: UTF8.self)
  }
}

/// What stands above all assessments: where to find help, then the policy and its bounds.
private func writeHeader(
  _ policy: CompiledPolicy, _ tables: [AssessedTable], to json: inout JSONWriter
) {
  json.key("format")
  json.integer(1)
  if policy.hasWellbeingContent {
    json.key("crisis_resources")
    json.array { json in
      for resource in policy.crisisResources {
        json.object { json in
          json.member("region", resource.region)
          json.member("name", resource.name)
          json.member("contact", resource.contact)
        }
      }
    }
  }
  json.key("policy")
  json.object { json in
    json.member("name", policy.name)
    json.member("version", policy.version)
    json.member("title", policy.title)
  }
  json.member("permitted_use", policy.permittedUse)
  json.member("prohibited_use", policy.prohibitedUse)
  json.member("notice", Wording.notice)
  json.member("audience", (tables.first?.view ?? .steward).name)
}
