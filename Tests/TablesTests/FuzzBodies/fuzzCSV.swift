import Tables

/// Reads bytes as a table and as plain records, and checks what must hold of all that can be read.
func fuzzCSV(_ bytes: [UInt8]) {
  fuzzTable(bytes, .csv)
  guard let records = try? CSVRecords(bytes, name: "data.csv") else { return }
  var writer = CSVWriter()
  writer.record(records.header)
  for record in records.records { writer.record(record) }
  let again = try! CSVRecords(writer.bytes, name: "again.csv")
  precondition(again.header == records.header && again.records == records.records)
}
