import Belay
import Tables

/// Turns results into the bytes of CSV records.
struct CSVRows: Sendable {
  private let numbers: NumberStyle
  private let scores: [Score]
  private let alerts: Names
  private let interventions: Names

  /// How many interventions a row shows.
  private static let shownInterventions = 3

  private struct Score: Sendable {
    let id: String
    /// As cells.
    let levels: [[UInt8]]
    let domains: [String]
  }

  /// Ids one behind the other.
  private struct Names: Sendable {
    let ids: [String]
    let bytes: [[UInt8]]
    /// Room for all of them.
    let room: Int

    init(_ ids: [String]) {
      self.ids = ids
      bytes = ids.map { Array($0.utf8) }
      room = bytes.reduce(0) { $0 + $1.count + 1 }
    }
  }

  init(
    _ results: ResultColumns, alerts: [String], interventions: [String], numbers: NumberStyle
  ) {
    self.numbers = numbers
    self.alerts = Names(alerts)
    self.interventions = Names(interventions)
    scores = results.scores.map { score in
      Score(
        id: score.score.id,
        levels: score.levelNames.map { name in
          var cell = ByteBuffer()
          Array(name.utf8).withUnsafeBufferPointer { cell.append(csvCell: $0) }
          return cell.withUnsafeBytes { Array($0) }
        },
        domains: score.domains.map(\.id))
    }
  }

  /// The header, for key columns of these names.
  func header(key: String, period: String?) -> [UInt8] {
    var cells = [key] + (period.map { [$0] } ?? [])
    if let score = scores.first { cells += [score.id, "level", "coverage"] + score.domains }
    cells += ["alerts", "undetermined", "interventions"]
    for score in scores.dropFirst() {
      cells += [score.id, "\(score.id)_level", "\(score.id)_coverage"]
    }
    var csv = CSVWriter()
    csv.record(cells)
    return csv.bytes
  }

  /// Appends the records of some results.
  ///
  /// - Parameters:
  ///   - rows: which; they start at a multiple of 64.
  ///   - key: appends the key cells of a row.
  func append(
    _ results: borrowing ResultColumns, _ rows: Range<Int>, to buffer: inout ByteBuffer,
    key: (Int, inout ByteBuffer) -> Void
  ) {
    let comma = UInt8(ascii: ",")
    for first in stride(from: rows.lowerBound, to: rows.upperBound, by: 64) {
      let firing = RowMarks(results.firing, first: first)
      let undetermined = RowMarks(results.determined, first: first, isInverted: true)
      let recommended = RowMarks(results.recommended, first: first)
      for row in first..<min(first + 64, rows.upperBound) {
        key(row, &buffer)
        if !scores.isEmpty {
          append(0, results, row, &buffer)
          for domain in results.scores[0].domains {
            buffer.append(comma)
            append(domain.values[row], &buffer)
          }
        }
        buffer.append(comma)
        append(alerts, firing, row - first, .max, &buffer)
        buffer.append(comma)
        append(alerts, undetermined, row - first, .max, &buffer)
        buffer.append(comma)
        append(interventions, recommended, row - first, Self.shownInterventions, &buffer)
        for score in scores.indices.dropFirst() { append(score, results, row, &buffer) }
        buffer.append(UInt8(ascii: "\n"))
      }
    }
  }

  /// A score's value, level and coverage, a comma before each.
  private func append(
    _ score: Int, _ results: borrowing ResultColumns, _ row: Int, _ buffer: inout ByteBuffer
  ) {
    let comma = UInt8(ascii: ",")
    buffer.append(comma)
    append(results.scores[score].score.values[row], &buffer)
    buffer.append(comma)
    let level = results.scores[score].levels[row]
    if level >= 0 { buffer.append(scores[score].levels[Int(level)]) }
    buffer.append(comma)
    append(results.scores[score].coverage[row], &buffer)
  }

  /// A number; nothing where it is unknown.
  private func append(_ number: Double, _ buffer: inout ByteBuffer) {
    guard number.isFinite else { return }
    if let decimals = numbers.decimals {
      buffer.append(fixed: number, decimals: decimals)
    } else {
      buffer.append(shortest: number)
    }
  }

  /// The first marked ids, joined by `;`.
  private func append(
    _ names: Names, _ marks: RowMarks, _ row: Int, _ limit: Int, _ buffer: inout ByteBuffer
  ) {
    var shown = 0
    for group in 0..<marks.groups {
      var bits = marks[group, row]
      while bits != 0, shown < limit {
        if shown > 0 { buffer.append(UInt8(ascii: ";")) }
        buffer.append(names.bytes[group * 64 + bits.trailingZeroBitCount])
        bits &= bits - 1
        shown += 1
      }
    }
  }
}

/// Bits of 64 rows, turned so that a word holds 64 columns of one row.
private struct RowMarks {
  /// How many words a row has.
  let groups: Int
  private var words: [UInt64]

  /// - Parameter first: a multiple of 64.
  init(_ columns: [BitColumn], first: Int, isInverted: Bool = false) {
    groups = (columns.count + 63) / 64
    words = Array(repeating: 0, count: groups * 64)
    for (place, column) in columns.enumerated() {
      let word = column.words[first / 64]
      words[place] = isInverted ? ~word : word
    }
    for group in 0..<groups { transpose(group * 64) }
  }

  subscript(group: Int, row: Int) -> UInt64 { words[group * 64 + row] }

  /// Turns a square of 64 words about its diagonal: halves, then quarters, down to single bits.
  private mutating func transpose(_ start: Int) {
    words.withUnsafeMutableBufferPointer { words in
      var width = 32
      var mask: UInt64 = 0xFFFF_FFFF
      while width > 0 {
        var row = 0
        while row < 64 {
          let upper = words[start + row]
          let lower = words[start + row + width]
          let swapped = (upper >> UInt64(width) ^ lower) & mask
          words[start + row] = upper ^ swapped << UInt64(width)
          words[start + row + width] = lower ^ swapped
          row = (row + width + 1) & ~width
        }
        width >>= 1
        mask ^= mask << UInt64(width)
      }
    }
  }
}
