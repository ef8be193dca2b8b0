import Belay
import BelayReport
import BelayYAML
import Tables
import TestSupport

/// A policy and tables of its scopes, from the sections of a golden file.
struct ReportSample {
  let policy: CompiledPolicy
  let tables: [AssessedTable]

  init(_ sections: GoldenSections, periods: PeriodSelection = .all) throws {
    let policy = try CompiledPolicy(yaml: sections["policy"] ?? "")
    var tables: [AssessedTable] = []
    for scope in Scope.allCases {
      guard let bytes = sections.bytes(scope.rawValue),
        let schema = policy.tableSchema(for: scope)
      else { continue }
      let (table, _) = try TableReader(schema: schema)
        .read(bytes, name: "\(scope.rawValue).csv", format: .csv)
      tables.append(policy.assess(table, scope: scope, periods: periods))
    }
    self.policy = policy
    self.tables = tables
  }

  /// What the reports of the formats say.
  func text(_ format: String) -> String? {
    switch format {
    case "table": TableReport().text(tables, of: policy)
    case "colored table":
      TableReport(color: true).text(tables, of: policy)
        .split(separator: "\u{1B}", omittingEmptySubsequences: false).joined(separator: "\\x1B")
    case "csv": tables.map { CSVReport().text($0) }.joined()
    case "csv with 2 decimals": tables.map { CSVReport(decimals: 2).text($0) }.joined()
    case "json": JSONReport().text(tables, of: policy)
    case "ndjson": NDJSONReport(decimals: 3).text(tables, of: policy)
    default: nil
    }
  }

  static let formats = [
    "table", "colored table", "csv", "csv with 2 decimals", "json", "ndjson",
  ]
}
