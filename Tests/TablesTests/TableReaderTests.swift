import Diagnostics
import Foundation
import Tables
import TestSupport
import Testing

@Suite struct TableReaderTests {
  private static let schema = TableSamples.schema(
    """
    key: id
    time: month every month
    wow: number 0 10
    visits: number
    specialty: text family|pediatrics
    note: text optional
    on_leave: boolean optional
    seen: date optional
    """)

  private func read(
    _ text: String, _ schema: TableSchema = schema, _ format: TableFormat = .csv
  ) throws -> (table: Table, diagnostics: DataDiagnostics) {
    try TableReader(schema: schema).read(Array(text.utf8), name: "data", format: format)
  }

  @Test func `columns may come in any order and optional ones may be absent`() throws {
    let (table, diagnostics) = try read(
      "visits,seen,id,specialty,month,wow\n12,2026-01-31,a,family,2026-01-01,0.5\n")
    #expect(diagnostics.isEmpty)
    #expect(
      TableSamples.text(table)
        == "a | 2026-01-01=2026-01 | 0.5 | 12 | family | ?absent | ?absent | 2026-01-31\n")
    #expect(table.reason(column: 3, row: 0) == .absent)
    #expect(table.reason(column: 0, row: 0) == nil)
  }

  @Test func `a header without rows is a table without rows`() throws {
    let (table, diagnostics) = try read("id,month,wow,visits,specialty")
    #expect(table.rowCount == 0)
    #expect(diagnostics.isEmpty)
    let (list, _) = try read("[]", Self.schema, .json)
    #expect(list.rowCount == 0)
  }

  @Test func `the first twenty of each kind are kept, and all are counted`() throws {
    var text = "id,month,wow,visits,specialty\n"
    for row in 0..<10_000 { text += "p\(row),2026-01,\(row % 2 == 0 ? "x" : "99"),,family\n" }
    let (_, diagnostics) = try read(text)
    #expect(diagnostics.counts.map(\.code.slug) == ["bad-number", "out-of-range"])
    #expect(diagnostics.counts.map(\.count) == [5000, 5000])
    #expect(diagnostics.shown.count == 40)
    #expect(diagnostics.shown.map(\.primary.span.start.line) == Array(2...41))
    #expect(diagnostics.shown[38].notes.last == "... and 4980 more of this kind")
    #expect(diagnostics.shown[39].notes == ["... and 4980 more of this kind"])
  }

  @Test func `texts are told apart by their bytes`() throws {
    let (table, diagnostics) = try read("id\n\u{E9}\ne\u{301}\n", TableSamples.schema("key: id"))
    #expect(table.ids.dictionary.map { Array($0.utf8) } == [[0xC3, 0xA9], [0x65, 0xCC, 0x81]])
    #expect(diagnostics.isEmpty)
    #expect(TextColumn(["\u{E9}", nil, "e\u{301}", "\u{E9}"]).codes == [0, -1, 1, 0])
  }

  @Test func `a text that only left out rows have is not in a dictionary`() throws {
    let schema = TableSamples.schema("key: id\ntime: month every month\nkind: text a|b")
    let (table, _) = try read(
      "id,month,kind\na,2026-01,x\na,2026-01-01,b\nb,soon,b\n,2026-02,b\n", schema)
    #expect(table.rowCount == 1)
    #expect(table.ids.dictionary == ["a"])
    #expect(table.periodTexts?.dictionary == ["2026-01"])
    guard case .text(let kinds)? = table.columns[0] else { return }
    #expect(kinds.dictionary.isEmpty)
  }

  @Test func `API values are held to the same bounds as cells`() {
    let number = ColumnType.number(range: 0...10)
    #expect(number.refusal(of: 10) == nil)
    #expect(number.refusal(of: 10.5) == .outOfRange)
    #expect(number.refusal(of: .nan) == .malformed)
    #expect(number.refusal(of: "10") == .malformed)
    #expect(number.refusal(of: true) == .malformed)
    #expect(ColumnType.text(oneOf: ["a"]).refusal(of: "b") == .notListed)
    #expect(ColumnType.text(oneOf: nil).refusal(of: "") == .empty)
    #expect(ColumnType.boolean.refusal(of: false) == nil)
    #expect(ColumnType.date.refusal(of: CalendarDate(daysSince1970: 0)) == nil)
  }

  @Test func `batches end where they may`() throws {
    for count in [4095, 4096, 4097, 8192, 10_000] {
      var text = "id,v\n"
      for row in 0..<count { text += "p\(row),\(row)\n" }
      let (table, diagnostics) = try read(text, TableSamples.schema("key: id\nv: number"))
      #expect(table.rowCount == count)
      #expect(diagnostics.isEmpty)
      guard case .number(let numbers)? = table.columns[0] else { return }
      #expect(numbers == (0..<count).map(Double.init))
    }
  }

  @Test func `a table is the same in every format and after it was written`() throws {
    var random = SeededRandom.announced()
    let texts = ["family", "a,b", "\"", "x\ny", "é", "\u{1F600}", "\\", "\t-", "\u{7F}", "2"]
    for _ in 0..<300 {
      var csv = CSVWriter()
      csv.record(["id", "month", "wow", "visits", "specialty", "note", "on_leave", "seen"])
      // One spelling in a table: two would be warned of.
      let months = [["2026-01", "2026-02"], ["2026-01-01", "2026-02-01"]]
        .randomElement(using: &random)!
      for row in 0..<Int.random(in: 1...12, using: &random) {
        func maybe(_ text: String) -> String {
          Int.random(in: 0..<4, using: &random) == 0 ? "" : text
        }
        csv.cell("\(texts.randomElement(using: &random)!)\(row)")
        csv.cell(months.randomElement(using: &random)!)
        csv.cell(maybe(NumberText.shortest(Double.random(in: -1...11, using: &random))))
        csv.cell(maybe("\(Int.random(in: -9...9, using: &random))e\(row - 6)"))
        csv.cell(maybe(["family", "pediatrics", "surgery"].randomElement(using: &random)!))
        csv.cell(maybe(texts.randomElement(using: &random)!))
        csv.cell(maybe(["true", "no", "1", "?"].randomElement(using: &random)!))
        csv.cell(maybe(["2026-01-31", "1999-12-31", "2026-02-30"].randomElement(using: &random)!))
        csv.endRecord()
      }
      let reader = TableReader(schema: Self.schema)
      let (first, _) = try reader.read(csv.bytes, name: "data.csv", format: .csv)
      let written = TableSamples.text(first)
      let (again, none) = try reader.read(TableSamples.csv(first), name: "again", format: .csv)
      // What was refused is written as an empty cell.
      let reasons = try Regex("\\?(malformed|outOfRange|notListed)")
      #expect(TableSamples.text(again) == written.replacing(reasons, with: "?empty"))
      #expect(none.isEmpty)
      for format in [TableFormat.ndjson, .json] {
        let (same, diagnostics) = try reader.read(
          Self.json(first, format), name: "data", format: format)
        #expect(TableSamples.text(same) == TableSamples.text(again))
        #expect(diagnostics.isEmpty)
      }
    }
  }

  private static func json(_ table: Table, _ format: TableFormat) -> [UInt8] {
    var records: [[UInt8]] = []
    for row in 0..<table.rowCount {
      var json = JSONWriter()
      json.object { json in
        for (header, cell) in zip(TableSamples.headers(table), TableSamples.cells(table, row)) {
          json.key(header)
          switch cell {
          case (_, nil): json.null()
          case (true, let text?): json.literal(text)
          case (false, let text?): json.string(text)
          }
        }
      }
      records.append(json.bytes)
    }
    let line = Array("\n".utf8)
    if format == .ndjson { return Array(records.joined(separator: line)) }
    return Array("[".utf8) + records.joined(separator: Array(", ".utf8)) + Array("]".utf8)
  }

  @Test func `deep nesting in a field that nobody reads is refused without harm`() {
    let deep = String(repeating: "[", count: 100_000)
    #expect(throws: TableError.self) {
      try read("{\"id\": \"a\", \"x\": \(deep)", TableSamples.schema("key: id"), .ndjson)
    }
  }

  @Test func `the place of a cell far along a line is exact`() throws {
    let note = String(repeating: "é", count: 5000)
    let (_, diagnostics) = try read(
      "id,note,v\na,\(note),x\n", TableSamples.schema("key: id\nnote: text\nv: number"))
    let span = try #require(diagnostics.shown.first?.primary.span)
    #expect(span.start == SourcePosition(line: 2, column: 5004))
    #expect(span.source.bytes.count <= 4096)
    #expect(span.text == "x")
  }
}
