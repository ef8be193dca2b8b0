import CEL
import Diagnostics
import Foundation
import TestSupport
import Testing

struct DocumentationTests {
  @Test func `the page of functions is fresh`() throws {
    let file = Conformance.checkout.appending(path: "Docs/Functions.md")
    let fresh = FunctionTable.standard.documentation()
    let written = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
    guard written != fresh else { return }
    if ProcessInfo.processInfo.environment["BELAY_UPDATE"] == "1" {
      try fresh.write(to: file, atomically: true, encoding: .utf8)
    }
    Issue.record("Docs/Functions.md is stale; run the tests with BELAY_UPDATE=1")
  }

  @Test func `every function is documented and every overload has its own id`() {
    let rows = FunctionTable.standard.overloads
    #expect(rows.allSatisfy { $0.doc.hasSuffix(".") })
    #expect(Set(rows.map(\.id)).count == rows.count)
  }

  @Test func `the codes of expressions are slugs with a sentence each`() {
    let codes = DiagnosticCode.expressionCodes
    #expect(Set(codes).count == codes.count)
    #expect(codes.allSatisfy { $0.summary.hasSuffix(".") })
    #expect(codes.allSatisfy { $0.slug.allSatisfy { $0.isLowercase || $0 == "-" } })
  }

  @Test func `the examples of the guide give what it says`() throws {
    let file = Conformance.checkout.appending(path: "Docs/Expressions.md")
    let examples = try String(contentsOf: file, encoding: .utf8)
      .components(separatedBy: "```cel\n").dropFirst()
      .flatMap { $0.components(separatedBy: "```")[0].split(separator: "\n") }
    #expect(examples.count > 40)
    let inputs: [(String, CELType, Value?)] = [
      ("visits_per_day", .double, .double(22)), ("visit_capacity", .double, .double(20)),
      ("inbox_minutes", .double, .double(95)), ("psych_safety_mean", .double, .double(4.2)),
      ("specialty", .string, .string("pediatrics")), ("on_leave", .bool, .bool(false)),
      (
        "weekly_scores", .list(.double),
        .list([.double(1), .double(2), .double(3)])
      ),
      ("period", .timestamp, .timestamp(Timestamp(year: 2026, month: 7, day: 1)!)),
      ("note_minutes", .double, nil),
    ]
    var environment = Environment(profile: .policy)
    for (name, type, _) in inputs { environment.declare(name, type) }
    let record = Bindings(
      environment: environment,
      values: Dictionary(
        uniqueKeysWithValues: inputs.compactMap { one in one.2.map { (one.0, $0) } }))
    for example in examples {
      let parts = example.components(separatedBy: " // ")
      let expected = parts.count > 1 ? parts[1].trimmingCharacters(in: .whitespaces) : "true"
      var diagnostics: [Diagnostic] = []
      let checked = ParsedExpression.parse(parts[0], diagnostics: &diagnostics).flatMap {
        environment.check($0, diagnostics: &diagnostics)
      }
      let given: String
      switch checked?.evaluate(record) {
      case .value(let value): given = value.description
      case .unknown(let unknown):
        given = "unknown: " + unknown.causes.map(\.name).joined(separator: ", ")
      case .fault(let fault): given = "fault: \(fault)"
      case nil: given = "rejected: " + (diagnostics.first?.message ?? "")
      }
      #expect(given == expected, "\(parts[0])")
    }
  }
}
