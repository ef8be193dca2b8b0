package import Diagnostics

/// What is known of a data file before its records are read.
package struct TableLayout: Sendable {
  package let schema: TableSchema
  package let format: TableFormat
  let name: String
  let slots: TableSlots
  /// For each slot the place of its cell in a record of CSV; nil where the file has none.
  let sources: [Int?]
  /// How many cells a record of CSV has.
  let width: Int
  /// The line of the first record.
  let firstLine: Int
  /// What the header gives to say.
  let diagnostics: DataDiagnostics

  /// The layout of a file without a header.
  init(_ schema: TableSchema, format: TableFormat, name: String) {
    self.schema = schema
    self.format = format
    self.name = name
    slots = TableSlots(schema)
    sources = slots.headers.map { _ in nil }
    width = 0
    firstLine = 1
    diagnostics = DataDiagnostics()
  }

  /// The layout of a CSV file.
  ///
  /// - Parameters:
  ///   - header: the text up to the end of the first record.
  ///   - offset: where that text begins in the file.
  init(
    _ schema: TableSchema, header bytes: [UInt8], at offset: Int, name: String
  ) throws(TableError) {
    var text = DataText(name: name, lines: bytes, firstLine: 1)
    if let flaw = UTF8Check.firstFlaw(bytes) {
      throw TableError([.badEncoding(flaw, at: offset + flaw, &text)])
    }
    var scanner = CSVScanner(from: 0)
    let header = try CSVHeader(&scanner, &text)
    let slots = TableSlots(schema)
    let missing = schema.requiredHeaders.filter { header.place(of: $0) == nil }
    if !missing.isEmpty {
      if let flaw = header.separatorFlaw(&text) { throw TableError([flaw]) }
      throw TableError(Diagnostic.missingColumns(missing, header, &text))
    }
    var diagnostics = DataDiagnostics()
    let known = Set(slots.headers).union(schema.knownHeaders)
    let unknown = header.names.indices.filter { !known.contains(header.names[$0]) }
    if let first = unknown.first {
      let cell = header.cells[first]
      diagnostics.add(.unknownColumns) {
        .unknownColumns(
          unknown.map { header.names[$0] },
          text.label(cell.lower, cell.upper, unknown.count == 1 ? "not read" : "the first of them"))
      }
    }
    self.schema = schema
    format = .csv
    self.name = name
    self.slots = slots
    sources = slots.headers.map { header.place(of: $0) }
    width = header.names.count
    firstLine = 1 + bytes.count { $0 == UInt8(ascii: "\n") }
    self.diagnostics = diagnostics
  }

  /// Whether a column of the schema is there. Of JSON it is known only at the end.
  package func hasColumn(_ column: Int) -> Bool {
    format != .csv || sources[slots.columns[column]] != nil
  }

  /// A cell without the quotes around it.
  @inline(__always)
  func cell(_ base: UnsafePointer<UInt8>, _ lower: Int, _ upper: Int) -> Cell {
    guard lower < upper, base[lower] == UInt8(ascii: "\"") else {
      return Cell(lower: lower, upper: upper, form: .plain)
    }
    return quotedCell(base, lower, upper)
  }

  private func quotedCell(_ base: UnsafePointer<UInt8>, _ lower: Int, _ upper: Int) -> Cell {
    var form = Cell.Form.escaped
    if format == .csv {
      let inner = UnsafeBufferPointer(start: base + lower + 1, count: upper - lower - 2)
      form = inner.contains(UInt8(ascii: "\"")) ? .doubledQuotes : .plain
    }
    return Cell(lower: lower + 1, upper: upper - 1, form: form)
  }
}

/// In which slot the cells of each column stand. Columns with the same header share one.
struct TableSlots: Sendable {
  let key: Int
  let time: Int?
  let columns: [Int]
  /// The headers of the slots, each once.
  let headers: [String]

  init(_ schema: TableSchema) {
    var headers: [String] = []
    var places: [String: Int] = [:]
    func slot(_ header: String) -> Int {
      if let slot = places[header] { return slot }
      places[header] = headers.count
      headers.append(header)
      return headers.count - 1
    }
    key = slot(schema.key)
    time = schema.time.map { slot($0.column) }
    columns = schema.columns.map { slot($0.name) }
    self.headers = headers
  }
}

extension TableSchema {
  /// The headers that a file must have.
  var requiredHeaders: [String] {
    var headers = [key]
    for header in (time.map { [$0.column] } ?? []) + columns.filter(\.isRequired).map(\.name)
    where !headers.contains(header) {
      headers.append(header)
    }
    return headers
  }
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
  func separatorFlaw(_ text: inout DataText) -> Diagnostic? {
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
  package static let emptyHeader = DiagnosticCode(
    "empty-header", .error, "The header of a data file names no column.")
  package static let duplicateColumn = DiagnosticCode(
    "duplicate-column", .error, "The header of a data file has the same name twice.")
  package static let missingColumn = DiagnosticCode(
    "missing-column", .error, "A data file lacks a column that the policy needs.")
  package static let wrongSeparator = DiagnosticCode(
    "wrong-separator", .error, "The columns of a data file are not separated by commas.")
  package static let tooManyColumns = DiagnosticCode(
    "too-many-columns", .error, "A data file has more columns than the limit.")
  package static let unknownColumns = DiagnosticCode(
    "unknown-columns", .note, "A data file has columns that the policy does not know.")
}

/// The first names of columns, and how many more there are.
func listing(_ names: [String]) -> String {
  let limit = 20
  let list = names.prefix(limit).map { $0.isEmpty ? "one without a name" : quoted($0) }
    .joined(separator: ", ")
  return names.count > limit ? list + " and \(names.count - limit) more" : list
}

/// Among how many names the one that is meant is looked for.
let nearestLimit = 1000

extension Diagnostic {
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
    missing(
      names, among: header.names,
      at: text.label(header.lower, header.upper, "the columns that it has"),
      one: "the file has no column", more: "the file has no columns"
    ) { nearest in
      header.place(of: nearest).map { header.cells[$0] }
        .map { text.label($0.lower, $0.upper, "perhaps this one is meant") }
    }
  }

  /// One for each name that seems to be there spelled otherwise, and one for all others.
  ///
  /// - Parameters:
  ///   - label: where the others are missing.
  ///   - place: where a name that is there stands.
  static func missing(
    _ names: [String], among present: [String], at label: Label, one: String, more: String,
    place: (String) -> Label?
  ) -> [Diagnostic] {
    var errors: [Diagnostic] = []
    var others: [String] = []
    for name in names {
      guard let nearest = nearestName(to: name, among: present.prefix(nearestLimit)),
        let label = place(nearest)
      else {
        others.append(name)
        continue
      }
      errors.append(
        Diagnostic(
          code: .missingColumn, message: "\(one) \(quoted(name))", primary: label,
          fixIts: [FixIt(replacing: label.span, with: name)]))
    }
    guard !others.isEmpty else { return errors }
    return errors + [
      Diagnostic(
        code: .missingColumn,
        message: others.count == 1
          ? "\(one) \(quoted(others[0]))" : "\(more) \(listing(others))",
        primary: label)
    ]
  }

  static func unknownColumns(_ names: [String], _ label: Label) -> Diagnostic {
    let list = listing(names)
    return Diagnostic(
      code: .unknownColumns,
      message: names.count == 1
        ? "a column that the policy does not know: \(list)"
        : "\(names.count) columns that the policy does not know: \(list)",
      primary: label)
  }

  fileprivate static func tooManyColumns(_ start: Int, _ text: inout DataText) -> Diagnostic {
    Diagnostic(
      code: .tooManyColumns,
      message: "the header has more columns than the limit of \(TableLimits.columns)",
      primary: text.label(start, start + 1))
  }
}
