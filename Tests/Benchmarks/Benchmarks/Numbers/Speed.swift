import Foundation
import Tables

/// How long one number takes, as the median of rounds in which all subjects take their turn.
enum Speed {
  private static let rounds = 11

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

    for _ in 0..<rounds {
      for place in subjects.indices { subjects[place].time(count) }
    }
    print("| one number | median ns | range |\n| --- | --: | --: |")
    for subject in subjects { print(subject.row) }
  }

  private static func readers(_ name: String, _ numbers: [Double]) -> [Subject] {
    let texts = numbers.map { NumberText.shortest($0) }
    var bytes = [UInt8](repeating: UInt8(ascii: ","), count: 8)
    var ends: [Int] = []
    for text in texts {
      bytes += text.utf8
      ends.append(bytes.count)
      bytes.append(UInt8(ascii: ","))
    }
    func sum(_ parse: (UnsafePointer<UInt8>, UnsafePointer<UInt8>) -> Double?) -> Double {
      bytes.withUnsafeBufferPointer { bytes in
        let start = bytes.baseAddress!
        var at = 8
        var sum = 0.0
        for end in ends {
          sum += parse(start + at, start + end) ?? 0
          at = end + 1
        }
        return sum
      }
    }
    return [
      Subject(name: "read, \(name)") { sum { NumberText.parse($0, $1) } },
      Subject(name: "`strtod`, \(name)") {
        sum { lower, _ in strtod(UnsafeRawPointer(lower).assumingMemoryBound(to: CChar.self), nil) }
      },
      Subject(name: "`Double(String)`, \(name)") { texts.reduce(0) { $0 + (Double($1) ?? 0) } },
    ]
  }

  private static func writers(_ numbers: [Double]) -> [Subject] {
    func count(_ append: (inout ByteBuffer, Double) -> Void) -> Double {
      var buffer = ByteBuffer(capacity: 1 << 20)
      for number in numbers {
        append(&buffer, number)
        buffer.append(UInt8(ascii: ","))
      }
      return Double(buffer.count)
    }
    return [
      Subject(name: "shortest") { count { $0.append(shortest: $1) } },
      Subject(name: "10 decimals") { count { $0.append(fixed: $1, decimals: 10) } },
      Subject(name: "`Double.description`") {
        Double(numbers.reduce(0) { $0 + $1.description.utf8.count })
      },
    ]
  }
}

private struct Subject {
  let name: String
  /// Does the work and returns something that depends on all of it.
  let body: () -> Double
  private var times: [Double] = []
  private var sum = 0.0

  init(name: String, body: @escaping () -> Double) {
    self.name = name
    self.body = body
  }

  mutating func time(_ count: Int) {
    let start = DispatchTime.now().uptimeNanoseconds
    for _ in 0..<16 { sum += body() }
    let length = DispatchTime.now().uptimeNanoseconds - start
    times.append(Double(length) / Double(16 * count))
  }

  var row: String {
    precondition(sum.isFinite, "a sum")
    let sorted = times.sorted().map { NumberText.fixed($0, decimals: 1) }
    return "| \(name) | \(sorted[sorted.count / 2]) | \(sorted[0])-\(sorted[sorted.count - 1]) |"
  }
}
