import Tables
import TestSupport
import Testing

@Suite struct ByteBufferTests {
  @Test func `a buffer holds what was appended, however it grew`() {
    var samples = NumberSamples(random: SeededRandom.announced())
    var buffer = ByteBuffer(capacity: 0)
    for _ in 0..<20 {
      var expected: [UInt8] = []
      for _ in 0..<500 {
        let number = samples.number()
        switch samples.random.number(0...7) {
        case 0:
          buffer.append(UInt8(ascii: ","))
          expected.append(UInt8(ascii: ","))
        case 1:
          let bytes = samples.text()
          buffer.append(bytes)
          expected += bytes
        case 2:
          buffer.append("a \u{20AC}" as StaticString)
          expected += "a \u{20AC}".utf8
        case 3:
          buffer.append("\(number)")
          expected += "\(number)".utf8
        case 4:
          let integer =
            Int(truncatingIfNeeded: samples.random.next()) >> samples.random.number(0...63)
          buffer.append(integer: integer)
          expected += "\(integer)".utf8
        case 5:
          buffer.append(fixed: number, decimals: samples.random.number(0...0))
          expected += NumberText.fixed(number, decimals: 0).utf8
        default:
          buffer.append(shortest: number)
          expected += NumberText.shortest(number).utf8
        }
      }
      let (count, written) = (buffer.count, bytes(buffer))
      #expect(count == expected.count)
      #expect(written == expected)
      buffer.removeAll()
      let isEmpty = buffer.isEmpty
      #expect(isEmpty)
    }
  }

  @Test(arguments: [0, 9, 10, -1, .max, .min, 9_999_999_999_999_999, 10_000_000_000_000_000])
  func `a whole number is written with all of its digits`(_ number: Int) {
    var buffer = ByteBuffer()
    buffer.append(integer: number)
    let written = bytes(buffer)
    #expect(written == Array("\(number)".utf8))
  }

  @Test func `a cell given as bytes is written as the writer of CSV writes it`() {
    var random = SeededRandom.announced()
    let pieces = ["a", "bc", "\"", ",", "\n", "\r", "\u{FEFF}", "\u{1F600}", "0.5", "!", "\u{20}"]
    for _ in 0..<20_000 {
      let cells = (0..<2).map { _ in
        (0..<random.number(0...12)).map { _ in
          random.pick(random.once(in: 3) ? pieces : ["a", "bc", "0.5"])
        }.joined()
      }
      var writer = CSVWriter()
      var buffer = ByteBuffer()
      for (place, cell) in cells.enumerated() {
        writer.cell(cell)
        if place > 0 { buffer.append(UInt8(ascii: ",")) }
        Array(cell.utf8).withUnsafeBufferPointer { buffer.append(csvCell: $0, isFirst: place == 0) }
        let needsQuotes = cell.utf8.contains { ",\"\n\r".utf8.contains($0) }
        #expect(Array(cell.utf8).withUnsafeBufferPointer(CSVCell.needsQuotes) == needsQuotes)
      }
      let written = bytes(buffer)
      #expect(written == writer.bytes)
    }
  }
}

private func bytes(_ buffer: borrowing ByteBuffer) -> [UInt8] {
  buffer.withUnsafeBytes { Array($0) }
}
