import Foundation
import Tables

/// Checks and times how numbers are read and written.
///
///     Numbers [COUNT [SEED]]   checks so many texts and numbers, 100,000,000 if not said
///     Numbers --speed          prints the median times of reading and writing one number
@main enum Numbers {
  static func main() {
    let arguments = CommandLine.arguments.dropFirst()
    if arguments.first == "--speed" { return Speed.run() }
    let count = arguments.first.flatMap { Int($0) } ?? 100_000_000
    let seed = arguments.dropFirst().first.flatMap { UInt64($0) } ?? UInt64.random(in: 0..<1 << 32)
    print("\(count) checks, seed \(seed)")
    let jobs = max(1, ProcessInfo.processInfo.activeProcessorCount)
    DispatchQueue.concurrentPerform(iterations: jobs) { job in
      var checks = Checks(seed: seed &+ UInt64(job) << 32)
      for turn in stride(from: job, to: count, by: jobs) {
        guard let mismatch = checks.next(turn / jobs) else { continue }
        print(mismatch)
        exit(1)
      }
    }
    print("no mismatch")
  }
}

/// Reading, the shortest form and fixed decimals in turn, each against another's work: the standard
/// library's and the C library's.
private struct Checks: ~Copyable {
  private var samples: NumberSamples<SeededRandom>
  private var buffer = ByteBuffer()
  private var room = [CChar](repeating: 0, count: 512)

  init(seed: UInt64) { samples = NumberSamples(random: SeededRandom(seed: seed)) }

  /// What does not agree, if anything.
  mutating func next(_ turn: Int) -> String? {
    switch turn % 3 {
    case 0: reading()
    case 1: shortest()
    default: fixed()
    }
  }

  private mutating func reading() -> String? {
    let text = samples.text()
    let expected = standardReading(text)?.bitPattern
    let plain = NumberText.parse(text)?.bitPattern
    buffer.removeAll()
    buffer.append("1234567," as StaticString)
    buffer.append(text)
    buffer.append("," as StaticString)
    let inPlace = buffer.withUnsafeBytes { bytes in
      let lower = bytes.baseAddress! + 8
      return NumberText.parse(lower, lower + text.count)?.bitPattern
    }
    if plain == expected, inPlace == expected { return nil }
    return "\(String(decoding: text, as: UTF8.self)) is read wrongly"
  }

  private mutating func shortest() -> String? {
    let number = samples.number()
    buffer.removeAll()
    buffer.append(shortest: number)
    let expected = standardShortest(number)
    let isSame = buffer.withUnsafeBytes { $0.elementsEqual(expected.utf8) }
    return isSame ? nil : "\(number) is written wrongly, bits \(number.bitPattern)"
  }

  private mutating func fixed() -> String? {
    let number = samples.number()
    let decimals = samples.random.number(0...15)
    buffer.removeAll()
    buffer.append(fixed: number, decimals: decimals)
    let count = withVaList([Int32(decimals), number]) { vsnprintf(&room, room.count, "%.*f", $0) }
    let isSame = room.withUnsafeBytes { expected in
      var expected = expected.prefix(Int(count))
      // The C library writes -0.
      if number.sign == .minus,
        !expected.contains(where: { UInt8(ascii: "1")...UInt8(ascii: "9") ~= $0 })
      {
        expected = expected.dropFirst()
      }
      return buffer.withUnsafeBytes { $0.elementsEqual(expected) }
    }
    return isSame
      ? nil : "\(number) is written wrongly with \(decimals) decimals, bits \(number.bitPattern)"
  }
}
