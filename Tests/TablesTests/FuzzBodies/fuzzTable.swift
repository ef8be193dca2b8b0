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
