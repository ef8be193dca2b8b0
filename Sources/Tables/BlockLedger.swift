package import Diagnostics

/// Takes down what was found in the blocks of a file, in their order.
///
/// It knows how many records and lines came before, so it can say where everything stands.
package struct BlockLedger {
  private let layout: TableLayout
  /// What was found so far, the header's first.
  package private(set) var diagnostics: DataDiagnostics
  /// How many records came so far, those that were left out counted.
  package private(set) var recordCount = 0
  /// How the keys of all rows so far follow one another.
  package private(set) var keyOrder = KeyOrder()
  private var line: Int
  private var fields: SeenFields
  private var firstRecord: Label?
  /// Where a period is first spelled short, and where as its first day.
  private var spellings: (short: (label: Label, row: Int)?, day: (label: Label, row: Int)?)

  package init(_ layout: TableLayout) {
    self.layout = layout
    diagnostics = layout.diagnostics
    line = layout.firstLine
    fields = SeenFields(layout)
  }

  /// Takes down the next block, once its columns are filled.
  ///
  /// - Parameter duplicates: the records whose key an earlier row has, upwards. What was found in
  ///   their cells does not count.
  /// - Throws: what refuses the file, if the block is broken.
  package mutating func add(
    _ block: Block, duplicates: [DuplicateRow] = []
  ) throws(TableError) {
    let findings = block.findings
    var text = BlockText(name: layout.name, block: block, firstLine: line)
    if layout.format != .csv {
      if firstRecord == nil, let start = findings.firstRecord {
        firstRecord = text.lines.label(start, start + 1, "the first record")
      }
      try fields.add(findings.fields, before: findings.brokenAt, &text)
    }
    noteSpellings(findings, &text)
    if let breakage = findings.breakage { throw refusal(breakage, block, &text) }
    if !findings.issues.isEmpty || !duplicates.isEmpty { report(findings, duplicates, &text) }
    recordCount += findings.recordCount
    line += findings.lineCount
    keyOrder.join(findings.keyOrder)
  }

  private mutating func noteSpellings(_ findings: BlockFindings, _ text: inout BlockText) {
    guard let time = layout.schema.time, time.every != .day,
      spellings.short == nil || spellings.day == nil
    else { return }
    func place(_ found: (record: Int, cell: Cell)?) -> (label: Label, row: Int)? {
      guard let found else { return nil }
      return (
        text.lines.label(found.cell.lower, found.cell.upper), recordCount + found.record + 1
      )
    }
    if spellings.short == nil { spellings.short = place(findings.firstShort) }
    if spellings.day == nil { spellings.day = place(findings.firstDay) }
  }

  private mutating func report(
    _ findings: BlockFindings, _ duplicates: [DuplicateRow], _ text: inout BlockText
  ) {
    var issues = findings.issues
    if !duplicates.isEmpty {
      let records = Set(duplicates.map(\.record))
      issues.removeAll { records.contains($0.record) }
      issues += duplicates.map {
        BlockIssue(kind: .duplicateRow(first: $0.first), record: $0.record, cell: $0.cell)
      }
    }
    issues.sort { a, b in (a.record, a.column ?? -1) < (b.record, b.column ?? -1) }
    for issue in issues {
      diagnostics.add(issue.code(in: layout.schema)) {
        issue.diagnostic(row: recordCount + issue.record + 1, layout.schema, &text.lines)
      }
    }
  }

  private func refusal(
    _ breakage: BlockBreakage, _ block: Block, _ text: inout BlockText
  ) -> TableError {
    switch breakage {
    case .encoding(let place):
      return TableError([.badEncoding(place, at: block.offset + place, &text.lines)])
    case .tooLong: return TableError([.tooLong(0, 1, &text.lines)])
    case .json(let flaw, let record):
      let row = recordCount + record + 1
      let isLines = layout.format == .ndjson
      return TableError([.jsonFlaw(flaw, row: row, isLines: isLines, &text.lines)])
    case .csv:
      do throws(TableError) {
        try CSVRecords.scan(
          &text.lines, from: 0, width: layout.width, firstRow: recordCount + 1
        ) { _ in }
      } catch {
        return error
      }
      preconditionFailure("the plain scanner sees what the index sees")
    }
  }

  /// Looks at what only the whole of the data shows: fields that no record of JSON has, or that
  /// nobody knows.
  ///
  /// - Returns: for each column of the schema whether the data have it. Data without a record
  ///   name no columns, and lack none.
  package mutating func finish() throws(TableError) -> [Bool] {
    let schema = layout.schema
    if let time = schema.time, let short = spellings.short, let day = spellings.day {
      let (first, then) = short.row < day.row ? (short, day) : (day, short)
      diagnostics.add(.mixedSpellings) {
        .mixedSpellings(time.column, first: first, then: then)
      }
    }
    guard layout.format != .csv else { return schema.columns.indices.map(layout.hasColumn) }
    if let firstRecord {
      let missing = schema.requiredHeaders.filter { !fields.contains($0) }
      if !missing.isEmpty {
        throw TableError(Diagnostic.missingFields(missing, fields, firstRecord))
      }
      let unknown = fields.names.filter { !fields.isKnown($0) }
      if let first = unknown.first, var label = fields.labels[first] {
        label.text = unknown.count == 1 ? "not read" : "the first of them"
        diagnostics.add(.unknownColumns) { .unknownColumns(unknown, label) }
      }
    }
    return schema.columns.map { $0.isRequired || fields.contains($0.name) }
  }
}

/// A record whose key an earlier row has.
package struct DuplicateRow {
  let record: Int
  let cell: Cell
  let first: Label?
}

/// The lines of a block, copied once something is to be shown of them.
private struct BlockText {
  private let block: Block
  private let name: String
  private let firstLine: Int
  private var copy: DataText?

  init(name: String, block: Block, firstLine: Int) {
    self.block = block
    self.name = name
    self.firstLine = firstLine
  }

  var lines: DataText {
    mutating get {
      if let copy { return copy }
      let lines = DataText(name: name, lines: Array(block.text), firstLine: firstLine)
      copy = lines
      return lines
    }
    set { copy = newValue }
  }
}

/// The fields that came in some record of JSON, with the key where each first came.
struct SeenFields {
  private let known: Set<String>
  private let slots: [String]
  private(set) var labels: [String: Label] = [:]
  private var seen: Set<String> = []
  private var others: [String] = []

  fileprivate init(_ layout: TableLayout) {
    known = Set(layout.slots.headers).union(layout.schema.knownHeaders)
    slots = layout.slots.headers
  }

  func contains(_ name: String) -> Bool { seen.contains(name) }

  func isKnown(_ name: String) -> Bool { known.contains(name) }

  /// Those that are read in the schema's order, then the others in that of the data.
  var names: [String] { slots.filter(seen.contains) + others }

  fileprivate mutating func add(
    _ fields: [JSONRecordScanner.FieldSeen], before end: Int?, _ text: inout BlockText
  ) throws(TableError) {
    for field in fields where !seen.contains(field.name) {
      if let end, field.lower >= end { continue }
      let isRead = slots.contains(field.name)
      if !isRead, slots.count + others.count >= TableLimits.columns {
        let flaw = JSONRecordScanner.Flaw(
          kind: .tooManyFields, lower: field.lower, upper: field.upper)
        throw TableError([.jsonFlaw(flaw, row: 0, isLines: true, &text.lines)])
      }
      seen.insert(field.name)
      if !isRead { others.append(field.name) }
      // More are never shown.
      if isRead || others.count <= nearestLimit {
        labels[field.name] = text.lines.label(field.lower, field.upper)
      }
    }
  }
}

extension DiagnosticCode {
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
  package static let notARecord = DiagnosticCode(
    "not-a-record", .error, "A record of a data file is not a JSON object.")
  package static let nestedValue = DiagnosticCode(
    "nested-value", .error, "A field of a data file holds an object or array.")
  package static let duplicateField = DiagnosticCode(
    "duplicate-field", .error, "A record of a data file has the same field twice.")
}

extension Diagnostic {
  /// The same for the fields of records.
  fileprivate static func missingFields(
    _ names: [String], _ seen: SeenFields, _ firstRecord: Label
  ) -> [Diagnostic] {
    missing(
      names, among: seen.names, at: firstRecord, one: "no record has a field",
      more: "no record has any of the fields"
    ) { nearest in
      seen.labels[nearest].map { label in
        // Without the quotes.
        let key = label.span
        return Label(
          span: SourceSpan(key.source, key.lower + 1, max(key.upper - 1, key.lower + 1)),
          text: "perhaps this one is meant")
      }
    }
  }

  static func raggedRow(
    _ row: Int, _ record: (lower: Int, upper: Int, count: Int), _ width: Int,
    _ text: inout DataText
  ) -> Diagnostic {
    let cells = "\(record.count) cell\(record.count == 1 ? "" : "s")"
    let isShort = record.count < width
    return Diagnostic(
      code: .raggedRow,
      message: "row \(row) has \(cells), the header \(width)",
      primary: text.label(
        record.lower, record.upper, isShort ? "cells are missing" : "cells too many"),
      notes: isShort ? [] : ["a cell with a comma in it stands in double quotes"])
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
