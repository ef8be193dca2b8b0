import Tables

/// Reads bytes as a table and as plain records, and checks what must hold of all that can be read.
func fuzzCSV(_ bytes: [UInt8]) {
  fuzzTable(bytes, .csv)
  fuzzBlocks(bytes)
  guard let records = try? CSVRecords(bytes, name: "data.csv") else { return }
  var writer = CSVWriter()
  writer.record(records.header)
  for record in records.records { writer.record(record) }
  let again = try! CSVRecords(writer.bytes, name: "again.csv")
  precondition(again.header == records.header && again.records == records.records)
}

/// Holds the columns that are read in blocks against the records of the plain scanner.
private func fuzzBlocks(_ bytes: [UInt8]) {
  let plain = try? CSVRecords(bytes, name: "data")
  let header = plain?.header ?? ["id"]
  guard let key = header.first(where: { !$0.isEmpty }) else { return }
  let names = header.filter { !$0.isEmpty }
  let schema = TableSchema(
    key: key, columns: names.map { ColumnSchema(name: $0, type: .text(oneOf: nil)) })
  var records: [[String]] = []
  do {
    var used = 0
    let read = { (room: UnsafeMutableRawBufferPointer) -> Int in
      let count = min(room.count, bytes.count - used)
      room.copyBytes(from: bytes[used..<used + count])
      used += count
      return count
    }
    var cutter = BlockCutter(
      schema: schema, format: .csv, name: "data", size: 1 + Int(bytes.first ?? 0))
    let layout = try cutter.begin(read)
    let reader = BlockReader(layout)
    let block = Block()
    var ledger = BlockLedger(layout)
    while try cutter.next(into: block, read) {
      reader.read(block)
      let start = records.count
      records += (0..<reader.rowCount).map { _ in [] }
      for column in names.indices {
        var codes = [Int32](repeating: -1, count: reader.rowCount)
        codes.withUnsafeMutableBufferPointer {
          if let codes = $0.baseAddress { reader.texts(column, 0..<reader.rowCount, into: codes) }
        }
        for (row, code) in codes.enumerated() {
          let text = code < 0 ? "" : String(decoding: reader.text(column, Int(code)), as: UTF8.self)
          records[start + row].append(text)
        }
      }
      try ledger.add(block)
    }
  } catch {
    precondition(plain == nil)
    return
  }
  guard let plain else { return }
  func isBlank(_ text: String) -> Bool { text.utf8.allSatisfy { $0 == 0x20 || $0 == 0x09 } }
  let place = header.firstIndex(of: key)!
  let expected = plain.records.filter { !isBlank($0[place]) }.map { record in
    zip(header, record).filter { !$0.0.isEmpty }.map { isBlank($0.1) ? "" : $0.1 }
  }
  precondition(records == expected)
}
