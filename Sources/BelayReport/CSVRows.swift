import Belay
import Tables

/// Turns results into the bytes of CSV records.
struct CSVRows: Sendable {
  private let numbers: NumberStyle
  private let scores: [Score]
  private let alerts: CSVNames
  private let interventions: CSVNames
  /// The names of all scores' levels, as cells.
  private let levels: CSVNames

  /// How many interventions a row shows.
  private static let shownInterventions = 3

  private struct Score: Sendable {
    let id: String
    let domains: [String]
    /// The place of its lowest level among those of all scores.
    let firstLevel: Int
  }

  init(
    _ results: ResultColumns, alerts: [String], interventions: [String], numbers: NumberStyle
  ) {
    self.numbers = numbers
    self.alerts = CSVNames(alerts)
    self.interventions = CSVNames(interventions)
    var levels: [String] = []
    var scores: [Score] = []
    for score in results.scores {
      scores.append(
        Score(id: score.score.id, domains: score.domains.map(\.id), firstLevel: levels.count))
      levels += score.levelNames
    }
    self.scores = scores
    self.levels = CSVNames(levels)
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
    for first in stride(from: rows.lowerBound, to: rows.upperBound, by: 64) {
      let stretch = first..<min(first + 64, rows.upperBound)
      let cells = CellColumns(results, stretch, firstLevels: scores.map(\.firstLevel))
      let firing = RowMarks(results.firing, first: first)
      let undetermined = RowMarks(results.determined, first: first, isInverted: true)
      let recommended = RowMarks(results.recommended, first: first)
      cells.withRows { cells in
        for row in 0..<stretch.count {
          key(first + row, &buffer)
          var place = row * cells.width
          for score in scores.indices {
            if score == 1 {
              append(firing, undetermined, recommended, row, &buffer)
            }
            append(cells.numbers[place], &buffer)
            levels.append(cells.levels[row * scores.count + score], to: &buffer)
            append(cells.numbers[place + 1], &buffer)
            place += 2
            guard score == 0 else { continue }
            for _ in scores[0].domains.indices {
              append(cells.numbers[place], &buffer)
              place += 1
            }
          }
          if scores.count < 2 { append(firing, undetermined, recommended, row, &buffer) }
          buffer.append(UInt8(ascii: "\n"))
        }
      }
    }
  }

  /// A comma and a number; nothing behind the comma where it is unknown.
  private func append(_ number: Double, _ buffer: inout ByteBuffer) {
    buffer.append(UInt8(ascii: ","))
    guard number.isFinite else { return }
    if let decimals = numbers.decimals {
      buffer.append(fixed: number, decimals: decimals)
    } else {
      buffer.append(shortest: number)
    }
  }

  /// The three cells of ids, a comma before each.
  private func append(
    _ firing: RowMarks, _ undetermined: RowMarks, _ recommended: RowMarks, _ row: Int,
    _ buffer: inout ByteBuffer
  ) {
    alerts.append(firing, row, limit: .max, to: &buffer)
    alerts.append(undetermined, row, limit: .max, to: &buffer)
    interventions.append(recommended, row, limit: Self.shownInterventions, to: &buffer)
  }
}

/// Names that cells hold, one behind the other.
private struct CSVNames: Sendable {
  private let bytes: [UInt8]
  /// Where each name starts; then where the last one ends.
  private let bounds: [Int]

  init(_ names: [String]) {
    var buffer = ByteBuffer()
    var bounds = [0]
    for name in names {
      buffer.append(csvCell: name)
      bounds.append(buffer.count)
    }
    self.bounds = bounds
    bytes = buffer.withUnsafeBytes { Array($0) }
  }

  /// Appends a comma and the name at a place; none for a place below 0.
  func append(_ place: Int32, to buffer: inout ByteBuffer) {
    buffer.append(UInt8(ascii: ","))
    if place >= 0 { append(Int(place), &buffer) }
  }

  /// Appends a comma and the first names that are marked, joined by `;`.
  func append(_ marks: RowMarks, _ row: Int, limit: Int, to buffer: inout ByteBuffer) {
    buffer.append(UInt8(ascii: ","))
    var shown = 0
    for group in 0..<marks.groups {
      var bits = marks[group, row]
      while bits != 0, shown < limit {
        if shown > 0 { buffer.append(UInt8(ascii: ";")) }
        append(group * 64 + bits.trailingZeroBitCount, &buffer)
        bits &= bits - 1
        shown += 1
      }
    }
  }

  private func append(_ place: Int, _ buffer: inout ByteBuffer) {
    let start = bounds[place]
    let count = bounds[place + 1] - start
    bytes.withUnsafeBufferPointer { bytes in
      buffer.append(bytes.baseAddress! + start, count: count)
    }
  }
}

/// The numbers and levels of up to 64 rows, row by row, as they are written.
private struct CellColumns {
  /// How many numbers a row has.
  let width: Int
  private var numbers: [Double]
  private var levels: [Int32]

  init(_ results: borrowing ResultColumns, _ rows: Range<Int>, firstLevels: [Int]) {
    let scores = results.scores
    width = scores.count * 2 + (scores.first?.domains.count ?? 0)
    numbers = Array(repeating: .nan, count: rows.count * width)
    levels = Array(repeating: -1, count: rows.count * scores.count)
    var place = 0
    for (index, score) in scores.enumerated() {
      add(score.score.values, rows, at: place)
      add(score.coverage, rows, at: place + 1)
      place += 2
      if index == 0 {
        for domain in score.domains {
          add(domain.values, rows, at: place)
          place += 1
        }
      }
      for (row, level) in score.levels[rows].enumerated() where level >= 0 {
        levels[row * scores.count + index] = Int32(firstLevels[index]) + level
      }
    }
  }

  private mutating func add(_ column: [Double], _ rows: Range<Int>, at place: Int) {
    column.withUnsafeBufferPointer { column in
      var target = place
      for row in rows {
        numbers[target] = column[row]
        target += width
      }
    }
  }

  struct Rows {
    let width: Int
    let numbers: UnsafeBufferPointer<Double>
    let levels: UnsafeBufferPointer<Int32>
  }

  func withRows(_ body: (Rows) -> Void) {
    numbers.withUnsafeBufferPointer { numbers in
      levels.withUnsafeBufferPointer { levels in
        body(Rows(width: width, numbers: numbers, levels: levels))
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
