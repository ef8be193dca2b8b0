import Diagnostics
import Tables

/// Reads bytes as a table, with every type of column, and renders what there is to say.
func fuzzTable(_ bytes: [UInt8], _ format: TableFormat) {
  let schema = TableSchema(
    key: "id", time: TableSchema.Time(column: "t", every: .month),
    columns: [
      ColumnSchema(name: "n", type: .number(range: 0...10), isRequired: false),
      ColumnSchema(name: "s", type: .text(oneOf: ["a", "b"]), isRequired: false),
      ColumnSchema(name: "b", type: .boolean, isRequired: false),
      ColumnSchema(name: "d", type: .date, isRequired: false),
      ColumnSchema(name: "id", type: .text(oneOf: nil)),
    ])
  let whole = outcome(bytes, schema, format, blockSize: 1 << 20)
  for size in [1, 7, 64] {
    precondition(outcome(bytes, schema, format, blockSize: size) == whole)
  }
  do {
    let (table, diagnostics) = try TableReader(schema: schema)
      .read(bytes, name: "data", format: format)
    _ = TextRenderer().render(diagnostics.shown)
    for row in 0..<table.rowCount {
      precondition(!table.id(at: row).isEmpty)
      precondition(Period(table.periods![row].description, every: .month) == table.periods![row])
      for (place, column) in table.columns.enumerated() {
        precondition(
          (column?.isKnown(at: row) ?? false) == (table.reason(column: place, row: row) == nil))
      }
    }
  } catch {
    precondition(!error.diagnostics.isEmpty)
    _ = TextRenderer().render(error.diagnostics)
  }
}

/// All that reading in blocks of some size gives.
private func outcome(
  _ bytes: [UInt8], _ schema: TableSchema, _ format: TableFormat, blockSize: Int
) -> String {
  do {
    let (table, diagnostics) = try TableReader(schema: schema)
      .read(bytes, name: "data", format: format, blockSize: blockSize)
    return "\(table.ids) \(table.periods!) \(table.periodTexts!) \(table.columns) "
      + TextRenderer().render(diagnostics.shown)
  } catch {
    return TextRenderer().render(error.diagnostics)
  }
}
