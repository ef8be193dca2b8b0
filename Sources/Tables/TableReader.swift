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
/// A broken structure refuses the file. A cell that cannot be read becomes unknown and
/// is reported, and reading goes on.
public struct TableReader: Sendable {
  private let schema: TableSchema

  public init(schema: TableSchema) {
    self.schema = schema
  }

  /// - Parameter name: what diagnostics call the file.
  public func read(
    _ bytes: [UInt8], name: String, format: TableFormat
  ) throws(TableError) -> (table: Table, diagnostics: DataDiagnostics) {
    throw TableError([])
  }
}
