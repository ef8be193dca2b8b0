import Belay
import BelayReport
import BelayYAML
import Foundation
import Tables
import TestSupport
import Testing

@Suite struct JSONReportTests {
  private static func schema() throws -> JSONSchema {
    try JSONSchema(
      contentsOf: Conformance.checkout.appending(path: "Docs/Schemas/assessment.schema.json"))
  }

  private static let samples = Golden.files(in: Golden.folder())

  @Test(arguments: samples)
  func `JSON is as its schema says`(_ file: URL) throws {
    let sample = try ReportSample(GoldenSections(contentsOf: file))
    let schema = try Self.schema()
    let text = try #require(sample.text("json"))
    let value = try JSONSerialization.jsonObject(with: Data(text.utf8))
    #expect(try schema.violations(value) == [])
  }

  @Test(arguments: samples)
  func `lines of NDJSON are as the schema says`(_ file: URL) throws {
    let sample = try ReportSample(GoldenSections(contentsOf: file))
    let schema = try Self.schema()
    let lines = try #require(sample.text("ndjson")).split(separator: "\n")
    let values = try lines.map { try JSONSerialization.jsonObject(with: Data($0.utf8)) }
    #expect(try schema.violations(values[0]) == [])
    for value in values.dropFirst() {
      #expect(try schema.violations(value, of: "assessment") == [])
    }
    #expect(values.count == 1 + sample.tables.reduce(0) { $0 + $1.count })
  }

  @Test func `the shipped rules and the example give what the schema says`() throws {
    let policy = try CompiledPolicy.shipped()
    let schema = try Self.schema()
    for (scope, name) in [(Scope.provider, "providers.csv"), (.team, "teams.csv")] {
      let file = Conformance.checkout.appending(path: "Docs/Example/\(name)")
      let (table, _) = try TableReader(schema: #require(policy.tableSchema(for: scope)))
        .read(Array(Data(contentsOf: file)), name: name, format: .csv)
      let text = JSONReport().text([policy.assess(table, scope: scope)], of: policy)
      let value = try JSONSerialization.jsonObject(with: Data(text.utf8))
      #expect(try schema.violations(value) == [])
    }
  }

  @Test(arguments: [0, 1, 2])
  func `with decimals the drivers add up to the score as it is printed`(_ decimals: Int) throws {
    let policy = try CompiledPolicy.shipped()
    let file = Conformance.checkout.appending(path: "Docs/Example/providers.csv")
    let (table, _) = try TableReader(schema: #require(policy.tableSchema(for: .provider)))
      .read(Array(Data(contentsOf: file)), name: "providers.csv", format: .csv)
    let text = NDJSONReport(decimals: decimals).text([policy.assess(table)], of: policy)
    let scale = (0..<decimals).reduce(1.0) { scale, _ in scale * 10 }
    for line in text.split(separator: "\n").dropFirst() {
      let assessment = try #require(
        JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
      for score in assessment["scores"] as? [[String: Any]] ?? [] {
        guard let value = score["value"] as? Double else { continue }
        let drivers = score["drivers"] as? [[String: Any]] ?? []
        let units = drivers.map { (($0["contribution"] as? Double ?? -1) * scale).rounded() }
        #expect(units.reduce(0, +) == (value * scale).rounded())
      }
    }
  }

  @Test(arguments: [nil, 0, 1, 2, 15])
  func `a score and what stands for it are 100 together as they are printed`(
    _ decimals: Int?
  ) throws {
    let policy = try CompiledPolicy(
      yaml: """
        belay: 1
        policy: presented
        inputs: {id: {type: text, role: provider}, a: {type: number}}
        domains: {d: {weight: 1}}
        factors: {f: {domain: d, points: a, weight: 1}}
        scores: {s: {levels: {low: 0}, present_as: {label: Balance, invert: true}}}
        """)
    let numbers = [0.0, 0.5, 0.25, 62.35, 50.5, 12.125, 99.995, 100]
    let csv = "id,a\n" + numbers.map { "p\($0),\($0)\n" }.joined()
    let (table, _) = try TableReader(schema: #require(policy.tableSchema(for: .provider)))
      .read(Array(csv.utf8), name: "x.csv", format: .csv)
    let text = NDJSONReport(decimals: decimals).text([policy.assess(table)], of: policy)
    var count = 0
    for line in text.split(separator: "\n").dropFirst() {
      let assessment = try #require(
        JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
      for score in assessment["scores"] as? [[String: Any]] ?? [] {
        let value = try #require(score["value"] as? Double)
        let presented = try #require(score["presented_as"] as? [String: Any])
        #expect(presented["label"] as? String == "Balance")
        #expect(abs(try #require(presented["value"] as? Double) + value - 100) < 1e-12)
        count += 1
      }
    }
    #expect(count == numbers.count)
  }

  @Test func `the check against the schema finds what is wrong`() throws {
    let schema = try Self.schema()
    let wrong: [String: Any] = [
      "name": 1, "reason": "because", "extra": true,
    ]
    #expect(try schema.violations([wrong], of: "missing").count == 3)
    #expect(try schema.violations([["name": "x"]], of: "missing").count == 1)
    #expect(try schema.violations(true, of: "share").count == 1)
    #expect(try schema.violations(1.5, of: "share").count == 1)
  }
}
