import Belay
import BelayReport
import BelayYAML
import Diagnostics
import Tables
import TestSupport
import Testing

@Suite struct TableReportTests {
  /// Texts that people or programs might put into a label, an id or a message.
  private static let texts = [
    "P1", "", "a b c", "Ärztin für Innere Medizin und Kardiologie am Standort Nord, zweiter Stock",
    "患者安全と労働負荷の評価に関する指標である長い名前のラベルがここに入っているのです",
    "👩‍⚕️👩‍⚕️👩‍⚕️👩‍⚕️👩‍⚕️👩‍⚕️👩‍⚕️👩‍⚕️👩‍⚕️👩‍⚕️👩‍⚕️👩‍⚕️👩‍⚕️👩‍⚕️👩‍⚕️👩‍⚕️👩‍⚕️👩‍⚕️👩‍⚕️👩‍⚕️👩‍⚕️",
    "\u{1B}[31mred\u{1B}[0m\u{7}", "\u{202E}turned", "tab\tand\u{B}more",
    String(repeating: "x", count: 300), "e\u{301}e\u{301}", "⌛🚀🧪",
    "word " + String(repeating: "長", count: 90),
  ]

  @Test func `no line is wider than 80 columns, whatever the labels and ids`() throws {
    var random = SeededRandom.announced()
    for _ in 0..<60 {
      let text = { Self.texts.randomElement(using: &random)! }
      let policy = try CompiledPolicy(
        json: Self.policy(title: text(), label: text(), message: text(), owner: text()))
      var csv = CSVWriter()
      csv.record(["id", "month", "hours", "rest"])
      for row in 0..<8 {
        csv.record([
          text() + "\(row)", "2026-0\(Int.random(in: 1...3, using: &random))",
          row == 3 ? "" : "\(Int.random(in: 20...90, using: &random))", row == 5 ? "" : "9",
        ])
      }
      let (table, _) = try TableReader(schema: #require(policy.tableSchema(for: .provider)))
        .read(csv.bytes, name: "x.csv", format: .csv)
      let assessed = policy.assess(table, periods: .all)
      for decimals in [0, 1, 15] {
        let report = TableReport(decimals: decimals).text([assessed], of: policy)
        for line in report.split(separator: "\n") {
          let width = line.unicodeScalars.reduce(0) { $0 + $1.displayWidth }
          #expect(width <= 80, "\(line)")
          #expect(!line.unicodeScalars.contains { $0.isControl }, "\(line)")
        }
      }
    }
  }

  @Test func `an empty table is said to be empty`() throws {
    let policy = try CompiledPolicy(
      json: Self.policy(title: "T", label: "L", message: "M", owner: "o"))
    let (table, _) = try TableReader(schema: #require(policy.tableSchema(for: .provider)))
      .read(Array("id,month,hours,rest\n".utf8), name: "x.csv", format: .csv)
    let assessed = policy.assess(table)
    #expect(TableReport().text([assessed], of: policy).hasSuffix("PROVIDERS\nNo rows.\n"))
    #expect(
      CSVReport().text(assessed)
        == "id,month,risk,level,coverage,load,alerts,undetermined,interventions\n")
  }

  /// Texts are escaped by the writer of JSON.
  private static func policy(
    title: String, label: String, message: String, owner: String
  ) -> String {
    var json = JSONWriter()
    func quoted(_ text: String) -> String {
      var json = JSONWriter()
      json.string(text)
      return String(decoding: json.bytes, as: UTF8.self)
    }
    // A label must say something, and braces stand for values.
    let (label, message) = (quoted("L" + label), quoted("M" + message))
    json.literal(
      """
      {"belay": 1, "policy": "wide", "title": \(quoted("T" + title)),
       "permitted_use": [\(quoted("U" + title))], "prohibited_use": [\(quoted("N" + label))],
       "time": {"column": "month", "every": "month"},
       "inputs": {
         "id": {"type": "text", "role": "provider"},
         "hours": {"type": "number", "range": [0, 100], "label": \(label)},
         "rest": {"type": "number", "range": [0, 24]}},
       "factors": {
         "hours": {"domain": "load", "from": "hours", "label": \(label), "weight": 2,
                   "curve": [[20, 0], [90, 100]]},
         "rest": {"domain": "load", "from": "rest", "label": \(message), "weight": 1,
                  "curve": [[8, 90], [12, 0]]}},
       "domains": {"load": {"weight": 1, "label": \(label)}},
       "scores": {"risk": {"label": \(label),
         "levels": {"low": 0, "elevated": 30, "high": 50, "critical": 70}}},
       "alerts": {
         "long": {"label": \(label), "when": "hours > 40", "severity": "high",
                  "owner": \(quoted("o" + owner)), "due": "14 days", "message": \(message),
                  "caution": \(message)},
         "short": {"label": \(label), "when": "rest < 11", "severity": "medium",
                   "message": \(message)}},
       "interventions": {
         "cap": {"kind": "structural", "title": \(label), "when": "hours > 40",
                 "addresses": ["points.hours"], "effort": {"owner": \(quoted("o" + owner))}}}}
      """)
    return String(decoding: json.bytes, as: UTF8.self)
  }
}
