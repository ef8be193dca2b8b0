package import Diagnostics

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
    var text = DataText(name: name, bytes: bytes)
    try checkEncoding(&text)
    return switch format {
    case .csv: try readCSV(&text)
    case .ndjson: try readObjects(&text, isLines: true)
    case .json: try readObjects(&text, isLines: false)
    }
  }

  /// How many records are cut into cells before the cells are read.
  private static let batchSize = 4096

  private func readCSV(
    _ text: inout DataText
  ) throws(TableError) -> (table: Table, diagnostics: DataDiagnostics) {
    let bytes = text.bytes
    var scanner = CSVScanner(from: text.start)
    let header = try CSVHeader(&scanner, &text)
    let slots = TableSlots(schema)
    var diagnostics = DataDiagnostics()
    try checkHeader(header, slots, &text, &diagnostics)

    let sources = slots.headers.map { header.place(of: $0) }
    var builder = TableBuilder(schema: schema, slots: slots)
    var batch = RecordBatch(width: slots.headers.count)
    var cells: [Cell] = []
    var ragged = DataDiagnostics()
    var rows = 0
    var isDone = false
    while !isDone {
      batch.removeAll()
      let firstRow = rows + 1
      while batch.count < Self.batchSize {
        let record: (lower: Int, upper: Int, count: Int)?
        do throws(CSVScanner.Flaw) {
          record = try scanner.next(bytes.span, into: &cells, limit: header.names.count)
        } catch {
          throw TableError(ragged.shown + [.csvFlaw(error, &text)])
        }
        guard let record else {
          isDone = true
          break
        }
        rows += 1
        guard record.count == header.names.count else {
          ragged.add(.raggedRow) {
            .raggedRow(rows, record, header, &text)
          }
          continue
        }
        batch.beginRecord(at: record.lower)
        for (slot, source) in sources.enumerated() {
          if let source { batch.set(slot, cells[source]) }
        }
      }
      // What is ragged refuses the file, so its cells need not be read.
      guard ragged.isEmpty else { continue }
      report(builder.append(batch, bytes.span), from: firstRow, &text, &diagnostics)
    }
    guard ragged.isEmpty else { throw TableError(ragged.shown) }
    let table = builder.table(isPresent: schema.columns.map { header.place(of: $0.name) != nil })
    return (table, diagnostics)
  }

  private func readObjects(
    _ text: inout DataText, isLines: Bool
  ) throws(TableError) -> (table: Table, diagnostics: DataDiagnostics) {
    let bytes = text.bytes
    let slots = TableSlots(schema)
    let places = Dictionary(uniqueKeysWithValues: zip(slots.headers, 0...))
    var scanner = JSONRecordScanner(
      bytes.span, from: text.start, isLines: isLines, slots: places)
    var diagnostics = DataDiagnostics()
    var builder = TableBuilder(schema: schema, slots: slots)
    var batch = RecordBatch(width: slots.headers.count)
    var rows = 0
    var firstRecord: Int?
    var isDone = false
    while !isDone {
      batch.removeAll()
      let firstRow = rows + 1
      while batch.count < Self.batchSize {
        do throws(JSONRecordScanner.Flaw) {
          guard try scanner.next(bytes.span, into: &batch) else {
            isDone = true
            break
          }
        } catch {
          throw TableError([.jsonFlaw(error, row: rows + 1, isLines: isLines, &text)])
        }
        rows += 1
      }
      firstRecord = firstRecord ?? batch.starts.first
      report(builder.append(batch, bytes.span), from: firstRow, &text, &diagnostics)
    }

    let seen = scanner.fieldsSeen
    let names = Set(seen.map(\.name))
    if let firstRecord {
      let missing = required.filter { !names.contains($0) }
      if !missing.isEmpty {
        throw TableError(Diagnostic.missingFields(missing, seen, firstRecord, &text))
      }
      let unknown = seen.filter { places[$0.name] == nil }
      if let first = unknown.first {
        diagnostics.add(.unknownColumns) {
          .unknownColumns(unknown.map(\.name), first.lower, first.upper, &text)
        }
      }
    }
    // A list without records names no columns, and lacks none.
    let table = builder.table(
      isPresent: schema.columns.map { $0.isRequired || names.contains($0.name) })
    return (table, diagnostics)
  }

  /// The headers that a file must have.
  private var required: [String] {
    var headers = [schema.key]
    for header in (schema.time.map { [$0.column] } ?? [])
      + schema.columns.filter(\.isRequired).map(\.name)
    where !headers.contains(header) {
      headers.append(header)
    }
    return headers
  }

  private func checkHeader(
    _ header: CSVHeader, _ slots: TableSlots, _ text: inout DataText,
    _ diagnostics: inout DataDiagnostics
  ) throws(TableError) {
    let missing = required.filter { header.place(of: $0) == nil }
    if !missing.isEmpty {
      if let flaw = header.separatorFlaw(&text) { throw TableError([flaw]) }
      throw TableError(Diagnostic.missingColumns(missing, header, &text))
    }
    let known = Set(slots.headers)
    let unknown = header.names.indices.filter { !known.contains(header.names[$0]) }
    if let first = unknown.first {
      let cell = header.cells[first]
      let names = unknown.map { header.names[$0] }
      diagnostics.add(.unknownColumns) {
        .unknownColumns(names, cell.lower, cell.upper, &text)
      }
    }
  }

  private func report(
    _ issues: [TableBuilder.Issue], from firstRow: Int, _ text: inout DataText,
    _ diagnostics: inout DataDiagnostics
  ) {
    for issue in issues {
      diagnostics.add(issue.code(in: schema)) {
        issue.diagnostic(row: firstRow + issue.record, schema, &text)
      }
    }
  }
}

/// Refuses what is not UTF-8 text.
func checkEncoding(_ text: inout DataText) throws(TableError) {
  let bytes = text.bytes
  if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
    throw TableError([.utf16(&text)])
  }
  if let flaw = UTF8Check.firstFlaw(bytes.span, from: 0, to: bytes.count) {
    throw TableError([.badEncoding(flaw, &text)])
  }
  let isBlank = bytes[text.start...].allSatisfy {
    $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r")
  }
  if isBlank { throw TableError([.emptyFile(&text)]) }
}

/// The first record of a CSV file.
struct CSVHeader {
  let names: [String]
  let cells: [Cell]
  let lower: Int
  let upper: Int
  private let places: [String: Int]

  init(_ scanner: inout CSVScanner, _ text: inout DataText) throws(TableError) {
    let bytes = text.bytes
    var cells: [Cell] = []
    let record: (lower: Int, upper: Int, count: Int)?
    do throws(CSVScanner.Flaw) {
      record = try scanner.next(bytes.span, into: &cells, limit: TableLimits.columns)
    } catch {
      throw TableError([.csvFlaw(error, &text)])
    }
    guard let record else { throw TableError([.emptyFile(&text)]) }
    guard record.count <= TableLimits.columns else {
      throw TableError([.tooManyColumns(record.lower, &text)])
    }
    lower = record.lower
    upper = record.upper
    self.cells = cells
    var names: [String] = []
    var places: [String: Int] = [:]
    var errors = DataDiagnostics()
    for (place, cell) in cells.enumerated() {
      let name = cell.text(bytes.span)
      names.append(name)
      // A column without a name is one that nobody can ask for.
      if name.isEmpty { continue }
      if let first = places[name] {
        errors.add(.duplicateColumn) { .duplicateColumn(name, cell, first: cells[first], &text) }
      } else {
        places[name] = place
      }
    }
    guard errors.isEmpty else { throw TableError(errors.shown) }
    guard !places.isEmpty else { throw TableError([.emptyHeader(record, &text)]) }
    self.names = names
    self.places = places
  }

  func place(of name: String) -> Int? { places[name] }

  /// Says so if something other than a comma seems to stand between the columns.
  fileprivate func separatorFlaw(_ text: inout DataText) -> Diagnostic? {
    guard names.count == 1, let separator = [";", "\t", "|"].first(where: names[0].contains) else {
      return nil
    }
    let at = text.bytes[lower...].firstIndex(of: separator.utf8.first!) ?? lower
    let shown = separator == "\t" ? "tabs" : "`\(separator)`"
    return Diagnostic(
      code: .wrongSeparator, message: "the columns seem to be separated by \(shown)",
      primary: text.label(at, at + 1, "a comma belongs here"),
      notes: ["save the file as CSV with commas between the columns"])
  }
}

extension DiagnosticCode {
  package static let badEncoding = DiagnosticCode(
    "bad-encoding", .error, "A data file is not UTF-8 text.")
  package static let emptyFile = DiagnosticCode(
    "empty-file", .error, "A data file has nothing in it.")
  package static let emptyHeader = DiagnosticCode(
    "empty-header", .error, "The header of a data file names no column.")
  package static let duplicateColumn = DiagnosticCode(
    "duplicate-column", .error, "The header of a data file has the same name twice.")
  package static let missingColumn = DiagnosticCode(
    "missing-column", .error, "A data file lacks a column that the policy needs.")
  package static let wrongSeparator = DiagnosticCode(
    "wrong-separator", .error, "The columns of a data file are not separated by commas.")
  package static let raggedRow = DiagnosticCode(
    "ragged-row", .error, "A row has more or fewer cells than the header.")
  package static let unterminatedQuote = DiagnosticCode(
    "unterminated-quote", .error, "A quote in a data file is never closed.")
  package static let strayQuote = DiagnosticCode(
    "stray-quote", .error, "A quote stands elsewhere than around a whole cell.")
  package static let loneReturn = DiagnosticCode(
    "lone-return", .error, "A carriage return stands outside quotes and ends no line.")
  package static let recordTooLong = DiagnosticCode(
    "record-too-long", .error, "A record of a data file is longer than the limit.")
  package static let tooManyColumns = DiagnosticCode(
    "too-many-columns", .error, "A data file has more columns than the limit.")
  package static let notARecord = DiagnosticCode(
    "not-a-record", .error, "A record of a data file is not a JSON object.")
  package static let nestedValue = DiagnosticCode(
    "nested-value", .error, "A field of a data file holds an object or array.")
  package static let duplicateField = DiagnosticCode(
    "duplicate-field", .error, "A record of a data file has the same field twice.")
  package static let unknownColumns = DiagnosticCode(
    "unknown-columns", .note, "A data file has columns that the policy does not know.")
}

/// The first names of columns, and how many more there are.
private func listing(_ names: [String]) -> String {
  let limit = 20
  let list = names.prefix(limit).map { $0.isEmpty ? "one without a name" : quoted($0) }
    .joined(separator: ", ")
  return names.count > limit ? list + " and \(names.count - limit) more" : list
}

/// Among how many names the one that is meant is looked for.
private let nearestLimit = 1000

extension Diagnostic {
  fileprivate static func utf16(_ text: inout DataText) -> Diagnostic {
    Diagnostic(
      code: .badEncoding, message: "the file is UTF-16 text, not UTF-8",
      primary: text.label(0, 0), notes: ["save it as UTF-8"])
  }

  fileprivate static func badEncoding(_ offset: Int, _ text: inout DataText) -> Diagnostic {
    let byte = text.bytes[offset]
    let digits = String(byte, radix: 16, uppercase: true)
    return Diagnostic(
      code: .badEncoding,
      message: byte == 0
        ? "a NUL byte, at offset \(offset)"
        : "a byte that is not UTF-8: 0x\(digits) at offset \(offset)",
      primary: text.label(offset, offset + 1),
      notes: [
        byte == 0
          ? "the file may be UTF-16, or no text at all; save it as UTF-8"
          : "the file may be in an older encoding such as Windows-1252, or no text at all; "
            + "save it as UTF-8"
      ])
  }

  fileprivate static func emptyFile(_ text: inout DataText) -> Diagnostic {
    Diagnostic(
      code: .emptyFile, message: "the file has nothing in it",
      primary: text.label(text.start, text.start),
      notes: ["a table without rows still names its columns"])
  }

  fileprivate static func emptyHeader(
    _ record: (lower: Int, upper: Int, count: Int), _ text: inout DataText
  ) -> Diagnostic {
    Diagnostic(
      code: .emptyHeader, message: "the header names no column",
      primary: text.label(record.lower, record.upper, "the first line is the header"))
  }

  fileprivate static func duplicateColumn(
    _ name: String, _ cell: Cell, first: Cell, _ text: inout DataText
  ) -> Diagnostic {
    Diagnostic(
      code: .duplicateColumn, message: "two columns are named \(quoted(name))",
      primary: text.label(cell.lower, cell.upper, "again here"),
      secondary: [text.label(first.lower, first.upper, "first here")])
  }

  /// One for each column that seems to be there under another name, and one for all others.
  fileprivate static func missingColumns(
    _ names: [String], _ header: CSVHeader, _ text: inout DataText
  ) -> [Diagnostic] {
    var errors: [Diagnostic] = []
    var others: [String] = []
    for name in names {
      guard let nearest = nearestName(to: name, among: header.names.prefix(nearestLimit)),
        let cell = header.place(of: nearest).map({ header.cells[$0] })
      else {
        others.append(name)
        continue
      }
      let label = text.label(cell.lower, cell.upper, "perhaps this one is meant")
      errors.append(
        Diagnostic(
          code: .missingColumn, message: "the file has no column \(quoted(name))", primary: label,
          fixIts: [FixIt(replacing: label.span, with: name)]))
    }
    guard !others.isEmpty else { return errors }
    return errors + [
      Diagnostic(
        code: .missingColumn,
        message: others.count == 1
          ? "the file has no column \(quoted(others[0]))"
          : "the file has no columns \(listing(others))",
        primary: text.label(header.lower, header.upper, "the columns that it has"))
    ]
  }

  /// The same for the fields of records.
  fileprivate static func missingFields(
    _ names: [String], _ seen: [JSONRecordScanner.FieldSeen], _ firstRecord: Int,
    _ text: inout DataText
  ) -> [Diagnostic] {
    var errors: [Diagnostic] = []
    var others: [String] = []
    for name in names {
      guard let nearest = nearestName(to: name, among: seen.prefix(nearestLimit).map(\.name)),
        let field = seen.first(where: { $0.name == nearest })
      else {
        others.append(name)
        continue
      }
      let label = text.label(field.lower + 1, field.upper - 1, "perhaps this one is meant")
      errors.append(
        Diagnostic(
          code: .missingColumn, message: "no record has a field \(quoted(name))", primary: label,
          fixIts: [FixIt(replacing: label.span, with: name)]))
    }
    guard !others.isEmpty else { return errors }
    return errors + [
      Diagnostic(
        code: .missingColumn,
        message: others.count == 1
          ? "no record has a field \(quoted(others[0]))"
          : "no record has any of the fields \(listing(others))",
        primary: text.label(firstRecord, firstRecord + 1, "the first record"))
    ]
  }

  fileprivate static func unknownColumns(
    _ names: [String], _ lower: Int, _ upper: Int, _ text: inout DataText
  ) -> Diagnostic {
    let list = listing(names)
    return Diagnostic(
      code: .unknownColumns,
      message: names.count == 1
        ? "a column that the policy does not know: \(list)"
        : "\(names.count) columns that the policy does not know: \(list)",
      primary: text.label(lower, upper, names.count == 1 ? "not read" : "the first of them"))
  }

  static func raggedRow(
    _ row: Int, _ record: (lower: Int, upper: Int, count: Int), _ header: CSVHeader,
    _ text: inout DataText
  ) -> Diagnostic {
    let cells = "\(record.count) cell\(record.count == 1 ? "" : "s")"
    let isShort = record.count < header.names.count
    return Diagnostic(
      code: .raggedRow,
      message: "row \(row) has \(cells), the header \(header.names.count)",
      primary: text.label(
        record.lower, record.upper, isShort ? "cells are missing" : "cells too many"),
      notes: isShort ? [] : ["a cell with a comma in it stands in double quotes"])
  }

  fileprivate static func tooManyColumns(_ start: Int, _ text: inout DataText) -> Diagnostic {
    Diagnostic(
      code: .tooManyColumns,
      message: "the header has more columns than the limit of \(TableLimits.columns)",
      primary: text.label(start, start + 1))
  }

  fileprivate static func tooLong(_ lower: Int, _ upper: Int, _ text: inout DataText) -> Diagnostic
  {
    Diagnostic(
      code: .recordTooLong,
      message: "a record longer than the limit of \(TableLimits.recordLength >> 20) MiB",
      primary: text.label(lower, upper, "it starts here"),
      notes: ["perhaps a quote is never closed, or a line end is missing"])
  }

  static func csvFlaw(
    _ flaw: CSVScanner.Flaw, _ text: inout DataText
  ) -> Diagnostic {
    switch flaw.kind {
    case .unterminatedQuote:
      Diagnostic(
        code: .unterminatedQuote, message: "a quote that is never closed",
        primary: text.label(flaw.lower, flaw.upper, "the cell starts here"))
    case .textAfterQuote:
      Diagnostic(
        code: .strayQuote, message: "text after the closing quote of a cell",
        primary: text.label(flaw.lower, flaw.upper, "a comma or the end of the line belongs here"),
        notes: ["a quote inside a quoted cell is written twice"])
    case .strayQuote:
      Diagnostic(
        code: .strayQuote, message: "a quote inside a cell that does not begin with one",
        primary: text.label(flaw.lower, flaw.upper),
        notes: [
          text.bytes[..<flaw.lower].last == UInt8(ascii: " ")
            ? "a quote around a cell follows the comma at once, without a space"
            : "put the whole cell between quotes, and write each quote inside it twice"
        ])
    case .loneReturn:
      Diagnostic(
        code: .loneReturn, message: "a carriage return that ends no line",
        primary: text.label(flaw.lower, flaw.upper, "no line feed follows"),
        notes: ["lines end in LF or in CR LF"])
    case .tooLong: tooLong(flaw.lower, flaw.upper, &text)
    }
  }

  fileprivate static func jsonFlaw(
    _ flaw: JSONRecordScanner.Flaw, row: Int, isLines: Bool, _ text: inout DataText
  ) -> Diagnostic {
    let label = text.label(flaw.lower, flaw.upper)
    switch flaw.kind {
    case .syntax(let message):
      return Diagnostic(code: .jsonSyntax, message: "record \(row): \(message)", primary: label)
    case .notARecord:
      let isList = isLines && row == 1 && text.bytes[flaw.lower] == UInt8(ascii: "[")
      return Diagnostic(
        code: .notARecord, message: "record \(row) is not a JSON object", primary: label,
        notes: isList
          ? ["NDJSON has an object on each line; a file that is one array is JSON"] : []
      )
    case .notAnArray:
      let isObject = text.bytes[flaw.lower] == UInt8(ascii: "{")
      return Diagnostic(
        code: .notARecord, message: "the file is not a JSON array of objects", primary: label,
        notes: isObject ? ["a file with an object on each line is NDJSON"] : [])
    case .nestedValue(let field):
      return Diagnostic(
        code: .nestedValue,
        message: "record \(row), field \(quoted(field)) holds an object or array",
        primary: label, notes: ["a cell is a text, a number, true, false or null"])
    case .duplicateField(let field, let first):
      return Diagnostic(
        code: .duplicateField, message: "record \(row) has the field \(quoted(field)) twice",
        primary: label, secondary: [text.label(first, first + 1, "first here")])
    case .tooLong:
      return tooLong(flaw.lower, flaw.upper, &text)
    case .tooManyFields:
      return Diagnostic(
        code: .tooManyColumns,
        message: "the records have more different fields than the limit of \(TableLimits.columns)",
        primary: label)
    }
  }
}
