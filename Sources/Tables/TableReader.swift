/// How the records of a file are written.
public enum TableFormat: String, CaseIterable, Sendable {
  /// RFC 4180, with a header.
  case csv
  /// A JSON object on each line.
  case ndjson
  /// A JSON array of objects.
  case json
}

/// Reads a file into a table.
///
/// A broken structure refuses the file. A cell that cannot be read becomes unknown and is
/// reported, and reading goes on; so does a row without a subject or period, or with those of
/// an earlier row, which is left out.
///
/// - Numbers are written like `-12.5` or `1e6`; booleans are `true`, `false`, `yes`, `no`,
///   `1` or `0`, in small or capital letters; dates are written like `2026-01-31`. Spaces around
///   them do not count, while those of a text do. A cell with nothing but spaces is empty.
/// - A cell of NDJSON or JSON is read by its text, as if it stood in CSV: `"3.1"` is a number,
///   and `17` may be an id. `null` is an empty cell.
/// - Blank lines are skipped, and so is a byte order mark.
/// - A record has at most 16 MiB, a file at most 16,384 columns.
public struct TableReader: Sendable {
  private let schema: TableSchema

  public init(schema: TableSchema) {
    self.schema = schema
  }

  /// - Parameter name: what diagnostics call the file.
  public func read(
    _ bytes: [UInt8], name: String, format: TableFormat
  ) throws(TableError) -> (table: Table, diagnostics: DataDiagnostics) {
    try read(bytes, name: name, format: format, blockSize: BlockCutter.standardSize)
  }

  /// - Parameter blockSize: about how many bytes are read at a time, which makes no difference.
  package func read(
    _ bytes: [UInt8], name: String, format: TableFormat, blockSize: Int
  ) throws(TableError) -> (table: Table, diagnostics: DataDiagnostics) {
    var text = DataText(name: name, bytes: bytes)
    try checkEncoding(&text)
    do {
      return try read(&text, format, blockSize)
    } catch let error as TableError {
      throw error
    } catch {
      preconditionFailure("bytes that are there can be read")
    }
  }

  private func read(
    _ text: inout DataText, _ format: TableFormat, _ blockSize: Int
  ) throws -> (table: Table, diagnostics: DataDiagnostics) {
    let bytes = text.bytes
    var used = 0
    func next(_ room: UnsafeMutableRawBufferPointer) -> Int {
      let count = min(room.count, bytes.count - used)
      bytes.withUnsafeBytes {
        room.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[used..<used + count]))
      }
      used += count
      return count
    }
    var cutter = BlockCutter(schema: schema, format: format, name: text.name, size: blockSize)
    let layout = try cutter.begin(next)
    let reader = BlockReader(layout)
    let block = Block()
    var builder = TableBuilder(layout)
    var ledger = BlockLedger(layout)
    while try cutter.next(into: block, next) {
      reader.read(block)
      if block.findings.isBroken, format == .csv {
        // The whole file is gone through, since it is there: all ragged rows are counted.
        throw plainRefusal(&text, layout)
      }
      let duplicates = builder.append(block, reader, &text)
      try ledger.add(block, duplicates: duplicates)
    }
    let isPresent = try ledger.finish()
    return (builder.table(isPresent: isPresent, reader), ledger.diagnostics)
  }

  private func plainRefusal(_ text: inout DataText, _ layout: TableLayout) -> TableError {
    var scanner = CSVScanner(from: text.start)
    do throws(TableError) {
      _ = try CSVHeader(&scanner, &text)
      try CSVRecords.scan(&text, from: scanner.at, width: layout.width, firstRow: 1) { _ in }
    } catch {
      return error
    }
    preconditionFailure("the plain scanner sees what the index sees")
  }
}
