import Belay
import BelayReport
import BelayYAML
import Tables
import TestSupport
import Testing

@Suite struct CSVReportTests {
  /// The report, put together cell by cell from what the table says of each row.
  private func expected(_ table: AssessedTable) -> [String] {
    func number(_ value: Double) -> String { value.isNaN ? "" : NumberText.shortest(value) }
    return (0..<table.count).map { row in
      var cells = [table.subject(at: row)]
      for (place, score) in table.scores.enumerated() where place == 0 {
        cells += [number(score.score.values[row]), score.level(at: row) ?? ""]
        cells += [number(score.coverage[row])] + score.domains.map { number($0.values[row]) }
      }
      cells.append(
        table.firingAlerts(at: row).map { table.alertNames[$0] }.joined(separator: ";"))
      cells.append(
        table.undeterminedAlerts(at: row).map { table.alertNames[$0] }.joined(separator: ";"))
      cells.append(
        table.recommendedInterventions(at: row).prefix(3)
          .map { table.interventionNames[$0] }.joined(separator: ";"))
      for score in table.scores.dropFirst() {
        cells += [number(score.score.values[row]), score.level(at: row) ?? ""]
        cells.append(number(score.coverage[row]))
      }
      return cells.joined(separator: ",")
    }
  }

  @Test(arguments: [(1, 0), (63, 4), (64, 64), (65, 65), (70, 130), (129, 3), (0, 0)])
  func `any number of alerts and interventions stands in its cell`(
    _ alerts: Int, _ interventions: Int
  ) throws {
    var random = SeededRandom.announced()
    var yaml = """
      belay: 1
      policy: many
      inputs:
        id: {type: text, role: provider}
        a: {type: number}
        b: {type: number}
      factors:
        f: {domain: x, points: a, weight: 2}
        g: {domain: y, points: "b / 3", weight: 1}
      domains: {x: {weight: 3}, y: {weight: 1}}
      scores:
        one: {domains: [x, y], levels: {low: 0, high: 50}}
        two: {domains: [y], levels: {low: 0, high: 20}, minimum_coverage: 0.5}

      """
    if alerts > 0 { yaml += "alerts:\n" }
    for place in 0..<alerts {
      yaml += "  a\(place): {when: \"\(random.pick(["a", "b"])) > \(random.number(0...90)).5\", "
      yaml += "severity: low, owner: lead, message: m}\n"
    }
    if interventions > 0 { yaml += "interventions:\n" }
    for place in 0..<interventions {
      let name = "i\(place)" + String(repeating: "_long", count: place % 7)
      yaml += "  \(name): {kind: structural, title: T, priority: \(random.number(1...9)), "
      yaml += "when: \"\(random.pick(["a", "b"])) > \(random.number(0...99)).5\"}\n"
    }
    let policy = try CompiledPolicy(yaml: yaml)
    let numbers = ["", "0", "-0", "1", "33.25", "99.999999999999", "100", "5e-324", "101", "7"]
    // More rows than the report takes at a time.
    let rows = (0..<1100).map { "p\($0),\(random.pick(numbers)),\(random.pick(numbers))\n" }
    let (table, _) = try TableReader(schema: policy.tableSchema(for: .provider)!)
      .read(Array(("id,a,b\n" + rows.joined()).utf8), name: "data", format: .csv)
    let assessed = policy.assess(table, jobs: 2)
    let lines = CSVReport().text(assessed).split(separator: "\n").map(String.init)
    let expected = expected(assessed)
    #expect(lines.count == expected.count + 1)
    for (line, expected) in zip(lines.dropFirst(), expected) where line != expected {
      Issue.record("`\(line)` instead of `\(expected)`")
      break
    }
  }
}
