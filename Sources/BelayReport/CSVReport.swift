public import Belay
import Tables

/// The assessments of a scope as a table: one row for each subject and period, in the data's order.
///
/// The columns are the subject's id and the period, with the headers that they have in the data;
/// of the first score its value under its name, `level`, `coverage` and its domains; then `alerts`,
/// `undetermined` and the first three `interventions`, ids joined by `;`; then of each further
/// score its value, `NAME_level` and `NAME_coverage`. What is unknown leaves its cell empty.
public struct CSVReport: Sendable {
  let numbers: NumberStyle

  /// - Parameter decimals: how many decimals numbers have, 0 to 15; without, the shortest text that
  ///   reads back as the same number.
  public init(decimals: Int? = nil) {
    numbers = NumberStyle(decimals: decimals)
  }

  /// Writes the report, piece by piece.
  public func write<E: Error>(
    _ table: AssessedTable, to sink: ([UInt8]) throws(E) -> Void
  ) throws(E) {
    let rows = CSVRows(
      table.results, alerts: table.alertNames, interventions: table.interventionNames,
      numbers: numbers)
    try sink(rows.header(key: table.keyColumn, period: table.periodColumn))
    var buffer = ByteBuffer()
    for first in stride(from: 0, to: table.count, by: Self.rowsOfPiece) {
      let piece = first..<min(first + Self.rowsOfPiece, table.count)
      rows.append(table.results, piece, to: &buffer) { row, buffer in
        buffer.append(csvCell: table.subject(at: row))
        guard table.periodColumn != nil else { return }
        buffer.append(UInt8(ascii: ","))
        buffer.append(csvCell: table.period(at: row) ?? "")
      }
      try sink(buffer.withUnsafeBytes { Array($0) })
      buffer.removeAll()
    }
  }

  /// A multiple of 64.
  private static let rowsOfPiece = 1024

  /// The whole report.
  public func text(_ table: AssessedTable) -> String {
    var bytes: [UInt8] = []
    write(table) { bytes += $0 }
    return String(decoding: bytes, as: UTF8.self)
  }
}

/// How many bytes a report gathers before it hands them over.
let pieceSize = 1 << 16
