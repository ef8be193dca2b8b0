import Tables

/// Reads bytes as a number and their first eight as a double, and checks that reading agrees with
/// the standard library and that what is printed reads back.
func fuzzNumber(_ bytes: [UInt8]) {
  let read = NumberText.parse(bytes)
  precondition(read?.bitPattern == standardReading(bytes)?.bitPattern)
  let padded = [UInt8](repeating: UInt8(ascii: "1"), count: 8) + bytes
  padded.withUnsafeBufferPointer { padded in
    let lower = padded.baseAddress! + 8
    precondition(NumberText.parse(lower, lower + bytes.count)?.bitPattern == read?.bitPattern)
  }
  let bits = bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
  for number in [read ?? 0, Double(bitPattern: bits)] where number.isFinite {
    let shortest = NumberText.shortest(number)
    precondition(NumberText.parse(shortest.utf8) == number)
    precondition(shortest == standardShortest(number))
    let decimals = Int(bytes.last ?? 0) % 16
    let exact = ExactDecimal(number.magnitude).text(decimals: decimals, isNegative: number < 0)
    precondition(NumberText.fixed(number, decimals: decimals) == exact)
  }
}
