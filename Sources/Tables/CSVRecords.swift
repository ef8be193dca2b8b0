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
    try Self.scan(&text, from: scanner.at, width: header.names.count, firstRow: 1) { cells in
      records.append(cells.map { $0.text(bytes.span) })
    }
    self.header = header.names
    self.records = records
  }

  /// Cuts records of a given width, one after the other.
  static func scan(
    _ text: inout DataText, from start: Int, width: Int, firstRow: Int, _ body: ([Cell]) -> Void
  ) throws(TableError) {
    let bytes = text.bytes
    var scanner = CSVScanner(from: start)
    var ragged = DataDiagnostics()
    var cells: [Cell] = []
    var row = firstRow
    while true {
      let record: (lower: Int, upper: Int, count: Int)?
      do throws(CSVScanner.Flaw) {
        record = try scanner.next(bytes.span, into: &cells, limit: width)
      } catch {
        throw TableError(ragged.shown + [.csvFlaw(error, &text)])
      }
      guard let record else { break }
      if record.count == width {
        body(cells)
      } else {
        ragged.add(.raggedRow) { .raggedRow(row, record, width, &text) }
      }
      row += 1
    }
    guard ragged.isEmpty else { throw TableError(ragged.shown) }
  }
}
