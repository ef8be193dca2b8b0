import Diagnostics
import Foundation
import Tables
import TestSupport
import Testing

@Suite struct CSVTests {
  @Test func `csv-spectrum is read as it says`() throws {
    guard let file = try Conformance.file("csv/csv-spectrum.json") else { return }
    struct Suite: Decodable {
      struct Test: Decodable {
        var id, csv: String
        var records: [[String: String]]
      }
      var tests: [Test]
    }
    let suite = try JSONDecoder().decode(Suite.self, from: file)
    #expect(suite.tests.count >= 8)
    for test in suite.tests {
      let csv = try CSVRecords(Array(test.csv.utf8), name: test.id)
      let records = csv.records.map { Dictionary(uniqueKeysWithValues: zip(csv.header, $0)) }
      #expect(records == test.records, "\(test.id)")
    }
  }

  @Test(arguments: [
    ("a,b\n1,2\n", [["1", "2"]]),
    ("a,b\r\n1,2\r\n", [["1", "2"]]),
    ("a,b\n1,2\r\n3,4", [["1", "2"], ["3", "4"]]),
    ("\n\na,b\n\n1,2\n\r\n\n3,4\n\n", [["1", "2"], ["3", "4"]]),
    ("\u{FEFF}a,b\n1,2", [["1", "2"]]),
    ("\"a\",\"b\"\n\"1\"\"\",\"\"\n", [["1\"", ""]]),
    ("a,b\n,\n", [["", ""]]),
    ("a,b\n\"x,\r\ny\",\" \"\n", [["x,\r\ny", " "]]),
    ("a,b", []),
    ("a,b\n", []),
    ("a\n\"\"\n\nx\n", [[""], ["x"]]),
    ("a,b\n\"\"\"\"\"\",\"\"\"\"", [["\"\"", "\""]]),
    ("a,b\n 1 , 2\t\n", [[" 1 ", " 2\t"]]),
  ])
  func `line ends, blank lines and quotes are read as RFC 4180 and the documentation say`(
    _ text: String, _ records: [[String]]
  ) throws {
    #expect(try CSVRecords(Array(text.utf8), name: "data.csv").records == records)
  }

  @Test func `what is written is read back`() throws {
    var random = SeededRandom.announced()
    let pieces = [
      "", "a", "\"", ",", "\n", "\r\n", "\r", " ", "é", "\u{1F600}", "\u{FEFF}", "0.5", "e\u{301}",
    ]
    for _ in 0..<2000 {
      let width = Int.random(in: 1...4, using: &random)
      func text() -> String {
        (0..<Int.random(in: 0...3, using: &random)).map { _ in
          pieces.randomElement(using: &random)!
        }.joined()
      }
      let header = (0..<width).map { "\(text())\($0)" }
      let records = (0..<Int.random(in: 0...4, using: &random)).map { _ in
        (0..<width).map { _ in text() }
      }
      var writer = CSVWriter()
      writer.record(header)
      for record in records { writer.record(record) }
      let read = try CSVRecords(writer.bytes, name: "data.csv")
      #expect(read.header == header)
      #expect(read.records == records)
    }
  }

  @Test func `a file is read exactly if it is UTF-8 without NUL`() {
    var random = SeededRandom.announced()
    let bytes: [UInt8] =
      [0x00, 0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC1, 0xC2, 0xDF]
      + [0xE0, 0xE1, 0xED, 0xEF, 0xF0, 0xF1, 0xF4, 0xF5, 0xFF]
    for _ in 0..<20_000 {
      let filler = [UInt8](
        repeating: UInt8(ascii: "x"), count: Int.random(in: 0...130, using: &random))
      let middle = (0..<Int.random(in: 1...4, using: &random)).map { _ in
        bytes.randomElement(using: &random)!
      }
      let file = Array("a\n".utf8) + filler + middle + filler
      let isText = String(validating: file, as: UTF8.self) != nil && !file.contains(0)
      let isRead = (try? CSVRecords(file, name: "data.csv")) != nil
      guard isText == isRead else {
        Issue.record("\(middle) after \(filler.count)")
        return
      }
    }
  }

  @Test func `cells are quoted only where they need it`() {
    var writer = CSVWriter()
    writer.record(["a b", "c,d", "e\"f", "", "g\nh"])
    writer.cell(0.5)
    writer.cell(.nan)
    writer.endRecord()
    writer.record([""])
    #expect(
      String(decoding: writer.bytes, as: UTF8.self)
        == "a b,\"c,d\",\"e\"\"f\",,\"g\nh\"\n0.5,\n\"\"\n"
    )
  }

  @Test func `a header of too many columns and a record that is too long are refused`() {
    let columns = [UInt8](repeating: UInt8(ascii: ","), count: 20_000)
    #expect(throws: TableError.self) { try CSVRecords(columns, name: "data.csv") }
    for quote in ["", "\""] {
      let long = Array("a\n\(quote)".utf8) + [UInt8](repeating: UInt8(ascii: "x"), count: 17 << 20)
      let error = #expect(throws: TableError.self) {
        try CSVRecords(long + Array("\(quote)\n".utf8), name: "data.csv")
      }
      #expect(error?.diagnostics.map(\.code.slug) == ["record-too-long"])
    }
  }
}
