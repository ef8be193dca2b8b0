/// A CSV file as texts, its header apart: for small files that are no tables of a policy.
public struct CSVRecords: Sendable {
  public let header: [String]
  /// Each has as many cells as the header.
  public let records: [[String]]

  /// - Parameter name: what diagnostics call the file.
  public init(_ bytes: [UInt8], name: String) throws(TableError) {
    var text = DataText(name: name, bytes: bytes)
    try checkEncoding(&text)
    var scanner = CSVScanner(from: text.start)
    let header = try CSVHeader(&scanner, &text)
    var records: [[String]] = []
    var ragged = DataDiagnostics()
    var cells: [Cell] = []
    var rows = 0
    while true {
      let record: (lower: Int, upper: Int, count: Int)?
      do throws(CSVScanner.Flaw) {
        record = try scanner.next(bytes.span, into: &cells, limit: header.names.count)
      } catch {
        throw TableError(ragged.shown + [.csvFlaw(error, &text)])
      }
      guard let record else { break }
      rows += 1
      if record.count == header.names.count {
        records.append(cells.map { $0.text(bytes.span) })
      } else {
        ragged.add(.raggedRow) { .raggedRow(rows, record, header, &text) }
      }
    }
    guard ragged.isEmpty else { throw TableError(ragged.shown) }
    self.header = header.names
    self.records = records
  }
}
