import Foundation
import Tables
import Timing

/// How long one number takes.
enum Speed {
  static func run() {
    var random = SeededRandom(seed: 1)
    let count = 1 << 15
    let short = (0..<count).map { _ in
      Double(random.number(0...99_999)) / random.pick([1, 10, 100, 1000])
    }
    let long = (0..<count).map { _ in Double.random(in: 0..<100, using: &random) }
    var subjects: [Subject] = []
    for (name, numbers) in [("up to 8 bytes", short), ("17 digits", long)] {
      subjects += readers(name, numbers)
    }
    subjects += writers(long)

    print("| one number | median ns | range |\n| --- | --: | --: |")
    for times in measure(subjects, sample: 1e7) {
      let cells = [times.median, times.range.lowerBound, times.range.upperBound]
        .map { NumberText.fixed($0, decimals: 1) }
      print("| \(times.name) | \(cells[0]) | \(cells[1])-\(cells[2]) |")
    }
  }

  private static func readers(_ name: String, _ numbers: [Double]) -> [Subject] {
    let count = numbers.count
    let texts = numbers.map { NumberText.shortest($0) }
    var bytes = [UInt8](repeating: UInt8(ascii: ","), count: 8)
    var ends: [Int] = []
    for text in texts {
      bytes += text.utf8
      ends.append(bytes.count)
      bytes.append(UInt8(ascii: ","))
    }
    func sum(_ parse: (UnsafePointer<UInt8>, UnsafePointer<UInt8>) -> Double?) {
      keep(
        bytes.withUnsafeBufferPointer { bytes in
          let start = bytes.baseAddress!
          var at = 8
          var sum = 0.0
          for end in ends {
            sum += parse(start + at, start + end) ?? 0
            at = end + 1
          }
          return sum
        })
    }
    return [
      Subject("read, \(name)", things: count) { sum { NumberText.parse($0, $1) } },
      Subject("`strtod`, \(name)", things: count) {
        sum { lower, _ in strtod(UnsafeRawPointer(lower).assumingMemoryBound(to: CChar.self), nil) }
      },
      Subject("`Double(String)`, \(name)", things: count) {
        keep(texts.reduce(0) { $0 + (Double($1) ?? 0) })
      },
    ]
  }

  private static func writers(_ numbers: [Double]) -> [Subject] {
    func write(_ append: (inout ByteBuffer, Double) -> Void) {
      var buffer = ByteBuffer(capacity: 1 << 20)
      for number in numbers {
        append(&buffer, number)
        buffer.append(UInt8(ascii: ","))
      }
      keep(buffer.count)
    }
    return [
      Subject("shortest", things: numbers.count) { write { $0.append(shortest: $1) } },
      Subject("10 decimals", things: numbers.count) {
        write { $0.append(fixed: $1, decimals: 10) }
      },
      Subject("`Double.description`", things: numbers.count) {
        keep(numbers.reduce(0) { $0 + $1.description.utf8.count })
      },
    ]
  }
}
