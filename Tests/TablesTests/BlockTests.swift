import Diagnostics
import Tables
import TestSupport
import Testing

/// Reading in blocks says the same wherever the blocks end.
@Suite struct BlockTests {
  private static let sizes = [1, 2, 7, 63, 64, 65, 127, 1000, 1 << 20]

  private static let schema = TableSamples.schema(
    """
    key: id
    time: month every month
    wow: number 0 10
    kind: text family|a,b|"|x
    note: text optional
    on_leave: boolean optional
    seen: date optional
    id: text optional
    """)

  @Test(arguments: [TableFormat.csv, .ndjson])
  func `blocks of any size give the same table and diagnostics`(_ format: TableFormat) throws {
    var random = SeededRandom.announced()
    for round in 0..<60 {
      var sample = DataSample(random: random)
      let bytes = format == .csv ? sample.csv() : sample.ndjson()
      random = sample.random
      let whole = BlockSample.text(bytes, Self.schema, format, size: 1 << 20)
      // The stream shows what was refused as unknown, no more.
      let values = ["malformed", "outOfRange", "notListed", "absent"]
        .reduce(whole) { $0.replacing("?\($1)", with: "?empty") }
      for size in Self.sizes {
        let read = BlockSample.text(bytes, Self.schema, format, size: size)
        guard read == whole else {
          Issue.record(
            "round \(round), blocks of \(size): \(String(decoding: bytes, as: UTF8.self))")
          #expect(read == whole)
          return
        }
        let streamed = BlockSample.streamed(bytes, Self.schema, format, size: size)
        guard streamed.text == values || streamed.isRefused else {
          Issue.record(
            "round \(round), stream of \(size): \(String(decoding: bytes, as: UTF8.self))")
          #expect(streamed.text == values)
          return
        }
      }
    }
  }

  @Test(arguments: [TableFormat.csv, .ndjson])
  func `what is broken is refused with the same first error`(_ format: TableFormat) throws {
    var random = SeededRandom.announced()
    let pieces = ["\"", "\"\"", ",", "\n", "\r", "\r\n", "x", "\u{0}", "{", "}", "\\", "1", "é"]
    var refused = 0
    for round in 0..<120 {
      var sample = DataSample(random: random)
      var bytes = format == .csv ? sample.csv() : sample.ndjson()
      random = sample.random
      for _ in 0..<random.number(1...2) {
        let place = random.number(0...bytes.count)
        bytes.insert(contentsOf: Array(random.pick(pieces).utf8), at: place)
      }
      if random.once(in: 10) { bytes.insert(0xFF, at: random.number(0...bytes.count)) }
      let plain = BlockSample.firstError(bytes, Self.schema, format)
      if plain != nil { refused += 1 }
      if let plain, format == .csv, !plain.contains("missing-column") {
        let error = #expect(throws: TableError.self) { try CSVRecords(bytes, name: "data") }
        #expect(error.map { TextRenderer().render([$0.diagnostics[0]]) } == plain)
      }
      for size in Self.sizes {
        let streamed = BlockSample.streamed(bytes, Self.schema, format, size: size)
        // All of a file that is there is looked at for what is no text before anything else.
        if let plain, plain.contains("bad-encoding"), streamed.isRefused { continue }
        guard streamed.firstError == plain else {
          Issue.record(
            "round \(round), blocks of \(size): \(String(decoding: bytes, as: UTF8.self))")
          #expect(streamed.firstError == plain)
          return
        }
      }
    }
    #expect(refused > 20)
  }

  @Test func `cells are those that the plain scanner cuts`() throws {
    var random = SeededRandom.announced()
    for _ in 0..<100 {
      var sample = DataSample(random: random)
      let bytes = sample.csv()
      random = sample.random
      let records = try CSVRecords(bytes, name: "data")
      let id = try #require(records.header.firstIndex(of: "id"))
      let note = try #require(records.header.firstIndex(of: "note"))
      let schema = TableSamples.schema("key: id\nnote: text")
      var cells: [[String]] = []
      try BlockSample.read(bytes, schema, .csv, size: random.pick(Self.sizes)) { reader in
        var codes = [Int32](repeating: 0, count: reader.rowCount)
        codes.withUnsafeMutableBufferPointer {
          if let start = $0.baseAddress { reader.texts(0, 0..<reader.rowCount, into: start) }
        }
        for row in 0..<reader.rowCount {
          let text = codes[row] < 0 ? [] : Array(reader.text(0, Int(codes[row])))
          cells.append([
            String(decoding: reader.id(row), as: UTF8.self), String(decoding: text, as: UTF8.self),
          ])
        }
      }
      func isBlank(_ text: String) -> Bool { text.allSatisfy { $0 == " " || $0 == "\t" } }
      let expected = records.records.filter { !isBlank($0[id]) }
        .map { [$0[id], isBlank($0[note]) ? "" : $0[note]] }
      #expect(cells == expected)
    }
  }

  @Test func `rows in some order are proven to be different, and no others`() {
    var random = SeededRandom.announced()
    var proofs = 0
    for _ in 0..<3000 {
      let ids = ["", "a", "b", "aa", "ab", "p1", "p10", "p2", "abcdefgh1", "abcdefgh2", "é"]
      var keys = (0..<random.number(0...6)).map { _ in
        (id: random.pick(ids), period: Int32(random.number(-2...2)))
      }
      let byLength = random.once(in: 2)
      let byPeriod = random.once(in: 2)
      if !random.once(in: 4) {
        keys.sort { a, b in
          let (x, y) = (Array(a.id.utf8), Array(b.id.utf8))
          let isLess =
            byLength && x.count != y.count ? x.count < y.count : x.lexicographicallyPrecedes(y)
          if byPeriod, a.period != b.period { return a.period < b.period }
          return x == y ? a.period < b.period : isLess
        }
        if random.once(in: 2) { keys.reverse() }
      }
      var order = KeyOrder()
      var rest = keys[...]
      while !rest.isEmpty {
        let part = Array(rest.prefix(random.number(1...3)))
        rest = rest.dropFirst(part.count)
        order.join(KeyOrder(part.map { (Array($0.id.utf8), $0.period) }))
      }
      let different = Set(keys.map { "\($0.id) \($0.period)" }).count == keys.count
      if order.isProof {
        proofs += 1
        #expect(different, "\(keys)")
      }
    }
    #expect(proofs > 1000)
  }

  @Test func `sorted rows are proven to be different across blocks`() throws {
    var text = "id,month\n"
    for month in 1...3 {
      for id in 0..<300 { text += "p\(id),2026-0\(month)\n" }
    }
    let schema = TableSamples.schema("key: id\ntime: month every month")
    for (data, isProof) in [(text, true), (text + "p5,2026-01\n", false)] {
      let bytes = Array(data.utf8)
      for size in [1, 100, 1 << 20] {
        var order = KeyOrder()
        try BlockSample.read(bytes, schema, .csv, size: size) {
          order.join($0.block.findings.keyOrder)
        }
        #expect(order.isProof == isProof)
      }
    }
  }

  @Test func `dictionaries start again after a reset`() throws {
    let schema = TableSamples.schema("key: id\nkind: text")
    var seen: [String] = []
    let bytes = Array("id,kind\na,x\nb,y\nc,x\n".utf8)
    try BlockSample.read(bytes, schema, .csv, size: 4) { reader in
      var code: Int32 = -1
      if reader.rowCount > 0 { reader.texts(0, 0..<1, into: &code) }
      if code >= 0 {
        seen.append("\(code)" + String(decoding: reader.text(0, Int(code)), as: UTF8.self))
      }
      reader.resetDictionaries()
      #expect(reader.textCount(0) == 0)
    }
    #expect(seen == ["0x", "0y", "0x"])
  }

  @Test func `a record that is too long is refused before all of it is read`() throws {
    let schema = TableSamples.schema("key: id")
    for format in [TableFormat.csv, .ndjson] {
      var handedOut = 0
      let cause = #expect(throws: TableError.self) {
        var cutter = BlockCutter(schema: schema, format: format, name: "data")
        let read = { (room: UnsafeMutableRawBufferPointer) -> Int in
          // A header, and then a line without end.
          let header = handedOut == 0 && format == .csv ? Array("id\n".utf8) : []
          for place in room.indices {
            room[place] = place < header.count ? header[place] : UInt8(ascii: "x")
          }
          handedOut += room.count
          return room.count
        }
        let layout = try cutter.begin(read)
        var ledger = BlockLedger(layout)
        let reader = BlockReader(layout)
        let block = Block()
        while try cutter.next(into: block, read) {
          reader.read(block)
          try ledger.add(block)
        }
      }
      #expect(cause?.diagnostics.map(\.code.slug) == ["record-too-long"])
      #expect(handedOut < 64 << 20)
    }
  }
}
