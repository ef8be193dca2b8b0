import Diagnostics
import Tables
import TestSupport

/// Data read in blocks, as text.
enum BlockSample {
  /// The table and its diagnostics, or what refuses it.
  static func text(
    _ bytes: [UInt8], _ schema: TableSchema, _ format: TableFormat, size: Int
  ) -> String {
    do {
      let (table, diagnostics) = try TableReader(schema: schema)
        .read(bytes, name: "data", format: format, blockSize: size)
      return TextRenderer().render(diagnostics.shown) + TableSamples.text(table)
    } catch {
      return TextRenderer().render(error.diagnostics)
    }
  }

  /// Reads blocks as a file is streamed, and says what stands in them.
  ///
  /// Whether a row has an earlier one's key is not looked at: such data are `isRefused`.
  static func streamed(
    _ bytes: [UInt8], _ schema: TableSchema, _ format: TableFormat, size: Int
  ) -> (text: String, isRefused: Bool, firstError: String?) {
    var lines = ""
    var keys: Set<KeyHash> = []
    var hasDuplicates = false
    do {
      let diagnostics = try read(bytes, schema, format, size: size) { reader in
        lines += rows(reader, schema)
        for row in 0..<reader.rowCount {
          if !keys.insert(reader.keyHash(row)).inserted { hasDuplicates = true }
        }
        reader.resetDictionaries()
      }
      return (TextRenderer().render(diagnostics.shown) + lines, hasDuplicates, nil)
    } catch {
      let shown = (error as? TableError)?.diagnostics ?? []
      return (
        TextRenderer().render(shown), true, shown.first.map { TextRenderer().render([$0]) }
      )
    }
  }

  /// The first error of data that are there as a whole.
  static func firstError(
    _ bytes: [UInt8], _ schema: TableSchema, _ format: TableFormat
  ) -> String? {
    do {
      _ = try TableReader(schema: schema).read(bytes, name: "data", format: format)
      return nil
    } catch {
      return TextRenderer().render([error.diagnostics[0]])
    }
  }

  @discardableResult
  static func read(
    _ bytes: [UInt8], _ schema: TableSchema, _ format: TableFormat, size: Int,
    _ body: (BlockReader) -> Void
  ) throws -> DataDiagnostics {
    var used = 0
    let next = { (room: UnsafeMutableRawBufferPointer) -> Int in
      // As a pipe may do it.
      let count = min(room.count, bytes.count - used, 1 + (used * 7) % 5000)
      room.copyBytes(from: bytes[used..<used + count])
      used += count
      return count
    }
    var cutter = BlockCutter(schema: schema, format: format, name: "data", size: size)
    let layout = try cutter.begin(next)
    let reader = BlockReader(layout)
    let block = Block()
    var ledger = BlockLedger(layout)
    while try cutter.next(into: block, next) {
      reader.read(block)
      body(reader)
      try ledger.add(block)
    }
    _ = try ledger.finish()
    return ledger.diagnostics
  }

  /// The rows of a block as `TableSamples` shows them, filled in by pieces; a refused cell is shown
  /// as what is said of it.
  private static func rows(_ reader: BlockReader, _ schema: TableSchema) -> String {
    var rows = (0..<reader.rowCount).map { row in
      var cells = [String(decoding: reader.id(row), as: UTF8.self)]
      if let period = reader.period(row) {
        cells.append("\(String(decoding: reader.periodText(row), as: UTF8.self))=\(period)")
      }
      return cells
    }
    for (column, declared) in schema.columns.enumerated() {
      var start = 0
      while start < reader.rowCount {
        let end = min(reader.rowCount, start + 3)
        let values = values(reader, column, declared.type, start..<end)
        for row in start..<end { rows[row].append(values[row - start]) }
        start = end
      }
    }
    return rows.map { $0.joined(separator: " | ") + "\n" }.joined()
  }

  private static func values(
    _ reader: BlockReader, _ column: Int, _ type: ColumnType, _ rows: Range<Int>
  ) -> [String] {
    let unknown = "?empty"
    switch type {
    case .number:
      var values = [Double](repeating: 0, count: rows.count)
      values.withUnsafeMutableBufferPointer { reader.numbers(column, rows, into: $0.baseAddress!) }
      return values.map { $0.isNaN ? unknown : NumberText.shortest($0) }
    case .text:
      var codes = [Int32](repeating: 0, count: rows.count)
      codes.withUnsafeMutableBufferPointer { reader.texts(column, rows, into: $0.baseAddress!) }
      return codes.map {
        $0 < 0 ? unknown : String(decoding: reader.text(column, Int($0)), as: UTF8.self)
      }
    case .boolean:
      var isTrue: UInt64 = .max
      var isKnown: UInt64 = .max
      reader.booleans(column, rows, isTrue: &isTrue, isKnown: &isKnown)
      return rows.indices.map { row in
        let bit = UInt64(1) << UInt64(row - rows.lowerBound)
        return isKnown & bit == 0 ? unknown : "\(isTrue & bit != 0)"
      }
    case .date:
      var days = [Int32](repeating: 0, count: rows.count)
      days.withUnsafeMutableBufferPointer { reader.dates(column, rows, into: $0.baseAddress!) }
      return days.map {
        $0 == Column.unknownDate ? unknown : CalendarDate(daysSince1970: $0).description
      }
    }
  }
}

/// Data with all that may stand in them.
struct DataSample {
  var random: SeededRandom

  private mutating func text() -> String {
    let pieces = [
      "", "a", "family", "x", "\"", "\"\"", ",", "\n", "\r\n", "\r", " ", "é", "\u{1F600}", "0.5",
      "{", "\\", "a,b", "\t", "日本語", "-",
    ]
    if random.once(in: 40) { return String(repeating: random.pick(["w", "ü", ", "]), count: 300) }
    return (0..<random.number(0...3)).map { _ in random.pick(pieces) }.joined()
  }

  private mutating func records() -> [[String]] {
    (0..<random.number(0...14)).map { _ in
      [
        random.once(in: 12) ? random.pick(["", " ", "\t"]) : "p\(random.number(0...400))" + text(),
        random.once(in: 12)
          ? random.pick(["", "soon", "2026-13", " 2026-01 "])
          : random.pick(["2026-01", "2026-02", "2026-03-01", "2026-01"]),
        random.pick(["", "0", "1.5", "10", "11", "-0", "x", "1e1", " 2 ", "0.000000001", "9.99"]),
        random.pick(["family", "a,b", "\"", "x", "", "surgery"]),
        text(),
        random.pick(["true", "NO", "1", "", "maybe", " yes"]),
        random.pick(["2026-01-31", "", "2026-02-30", "soon", " 1999-12-31 "]),
      ]
    }
  }

  private static let headers = ["id", "month", "wow", "kind", "note", "on_leave", "seen"]

  /// Well-formed CSV.
  mutating func csv() -> [UInt8] {
    let records = records()
    let places = Array(Self.headers.indices).shuffled(using: &random)
    let end = random.pick(["\n", "\r\n"])
    let quotesAll = random.once(in: 4)
    var text = random.once(in: 5) ? "\u{FEFF}" : ""
    func cell(_ text: String) -> String {
      let needsQuotes = text.utf8.contains { "\",\r\n".utf8.contains($0) }
      guard needsQuotes || quotesAll else { return text }
      return "\"" + text.replacing("\"", with: "\"\"") + "\""
    }
    if random.once(in: 5) { text += end + end }
    text += places.map { Self.headers[$0] }.joined(separator: ",") + end
    for record in records {
      if random.once(in: 6) { text += random.pick(["\n", "\r\n", "\n\n"]) }
      text += places.map { cell(record[$0]) }.joined(separator: ",")
      text += random.once(in: 8) ? random.pick(["\n", "\r\n"]) : end
    }
    if random.once(in: 3), text.hasSuffix(end), !records.isEmpty {
      text.unicodeScalars.removeLast(end.unicodeScalars.count)
    }
    return Array(text.utf8)
  }

  /// Well-formed NDJSON.
  mutating func ndjson() -> [UInt8] {
    var bytes: [UInt8] = []
    var places = Array(Self.headers.indices)
    for record in records() {
      if random.once(in: 6) { bytes += Array(random.pick(["\n", " \r\n", "\n\n"]).utf8) }
      if random.once(in: 5) { places.shuffle(using: &random) }
      var members: [String] = []
      for place in places where place == 0 || !random.once(in: 20) {
        var json = JSONWriter()
        json.string(record[place])
        var value = String(decoding: json.bytes, as: UTF8.self)
        if record[place].isEmpty, random.once(in: 2) { value = "null" }
        if ["0", "1.5", "10", "11", "1e1", "1", "true"].contains(record[place]), random.once(in: 2)
        {
          value = record[place]
        }
        let colon = random.once(in: 9) ? " : " : ":"
        members.append("\"\(Self.headers[place])\"\(colon)\(value)")
      }
      if random.once(in: 9) { members.append("\"other\": [1, {\"a\": \"}\"}]") }
      bytes += Array("{\(members.joined(separator: random.once(in: 2) ? ", " : ","))}".utf8)
      bytes += Array(random.pick(["\n", "\n", "\n", "\r\n", " \n"]).utf8)
    }
    if bytes.isEmpty { bytes = Array("{\"id\":\"a\"}".utf8) }
    return bytes
  }
}
