public import Belay
import Tables

/// The assessments of a scope as a table: one row for each subject and period, in the data's order.
///
/// The columns are the subject's id and the period, with the headers that they have in the data;
/// of the first score its value under its name, `level`, `coverage` and its domains; then `alerts`,
/// `undetermined` and the first three `interventions`, ids joined by `;`; then of each further
/// score its value, `NAME_level` and `NAME_coverage`. What is unknown leaves its cell empty.
public struct CSVReport: Sendable {
  private let numbers: NumberStyle

  /// - Parameter decimals: how many decimals numbers have, 0 to 15; without, the shortest text that
  ///   reads back as the same number.
  public init(decimals: Int? = nil) {
    numbers = NumberStyle(decimals: decimals)
  }

  /// Writes the report, piece by piece.
  public func write<E: Error>(
    _ table: AssessedTable, to sink: ([UInt8]) throws(E) -> Void
  ) throws(E) {
    var csv = CSVWriter()
    writeHeader(table, to: &csv)
    for row in 0..<table.count {
      write(row, of: table, to: &csv)
      if csv.bytes.count >= pieceSize {
        try sink(csv.bytes)
        csv = CSVWriter()
      }
    }
    if !csv.bytes.isEmpty { try sink(csv.bytes) }
  }

  /// The whole report.
  public func text(_ table: AssessedTable) -> String {
    var bytes: [UInt8] = []
    write(table) { bytes += $0 }
    return String(decoding: bytes, as: UTF8.self)
  }

  private func writeHeader(_ table: AssessedTable, to csv: inout CSVWriter) {
    csv.cell(table.keyColumn)
    if let period = table.periodColumn { csv.cell(period) }
    if let score = table.scores.first {
      csv.cell(score.score.id)
      csv.cell("level")
      csv.cell("coverage")
      for domain in score.domains { csv.cell(domain.id) }
    }
    csv.cell("alerts")
    csv.cell("undetermined")
    csv.cell("interventions")
    for score in table.scores.dropFirst() {
      csv.cell(score.score.id)
      csv.cell("\(score.score.id)_level")
      csv.cell("\(score.score.id)_coverage")
    }
    csv.endRecord()
  }

  private func write(_ row: Int, of table: AssessedTable, to csv: inout CSVWriter) {
    csv.cell(table.subject(at: row))
    if table.periodColumn != nil { csv.cell(table.period(at: row) ?? "") }
    if let score = table.scores.first {
      write(score, row, to: &csv)
      for domain in score.domains { csv.cell(numbers.text(domain.values[row])) }
    }
    csv.cell(joined(table.firingAlerts(at: row), of: table.alertNames))
    csv.cell(joined(table.undeterminedAlerts(at: row), of: table.alertNames))
    csv.cell(joined(table.recommendedInterventions(at: row).prefix(3), of: table.interventionNames))
    for score in table.scores.dropFirst() { write(score, row, to: &csv) }
    csv.endRecord()
  }

  private func write(_ score: AssessedTable.Score, _ row: Int, to csv: inout CSVWriter) {
    csv.cell(numbers.text(score.score.values[row]))
    csv.cell(score.level(at: row) ?? "")
    csv.cell(numbers.text(score.coverage[row]))
  }

  private func joined(_ places: some Sequence<Int>, of names: [String]) -> String {
    var text = ""
    for place in places {
      if !text.isEmpty { text += ";" }
      text += names[place]
    }
    return text
  }
}

/// How many bytes a report gathers before it hands them over.
let pieceSize = 1 << 16
