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
  /// How many domains the first score has.
  private let domainCount: Int
  /// Room for what stands behind the key cells of a row.
  private let room: Int

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
    domainCount = scores.first?.domains.count ?? 0
    let numbersOfRow = scores.count * 2 + domainCount
    room =
      numbersOfRow * (NumberText.fixedRoom + 1) + scores.count * (self.levels.room + 1)
      + 2 * self.alerts.room + self.interventions.room + 8
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
      let marks = RowMarks(results, first: first)
      cells.withRows { cells in
        for row in 0..<stretch.count {
          key(first + row, &buffer)
          buffer.append(upTo: room) { write(cells, marks, row, to: $0) }
        }
      }
    }
  }

  /// Writes what stands behind the key cells, and gives the place behind it.
  private func write(
    _ cells: CellColumns.Rows, _ marks: RowMarks, _ row: Int,
    to start: UnsafeMutablePointer<UInt8>
  ) -> UnsafeMutablePointer<UInt8> {
    var end = start
    var place = row * cells.width
    for score in scores.indices {
      if score == 1 { write(marks, row, to: &end) }
      write(cells.numbers[place], to: &end)
      write(UInt8(ascii: ","), to: &end)
      let level = cells.levels[row * scores.count + score]
      if level >= 0 { levels.write(Int(level), to: &end) }
      write(cells.numbers[place + 1], to: &end)
      place += 2
      guard score == 0 else { continue }
      for _ in 0..<domainCount {
        write(cells.numbers[place], to: &end)
        place += 1
      }
    }
    if scores.count < 2 { write(marks, row, to: &end) }
    write(UInt8(ascii: "\n"), to: &end)
    return end
  }

  private func write(_ byte: UInt8, to end: inout UnsafeMutablePointer<UInt8>) {
    end.pointee = byte
    end += 1
  }

  /// A comma and a number; nothing behind the comma where it is unknown.
  private func write(_ number: Double, to end: inout UnsafeMutablePointer<UInt8>) {
    write(UInt8(ascii: ","), to: &end)
    if let decimals = numbers.decimals {
      // Scores and shares are no larger than 100.
      end += NumberText.writeFixed(number, decimals: decimals, to: end)!
    } else {
      end += NumberText.writeShortest(number, to: end)
    }
  }

  /// The three cells of ids, a comma before each.
  private func write(_ marks: RowMarks, _ row: Int, to end: inout UnsafeMutablePointer<UInt8>) {
    write(alerts, marks, row, first: 0, limit: .max, to: &end)
    write(alerts, marks, row, first: alerts.count, limit: .max, to: &end)
    write(
      interventions, marks, row, first: 2 * alerts.count, limit: Self.shownInterventions, to: &end)
  }

  /// A comma and the first names that are marked, joined by `;`.
  ///
  /// - Parameter first: the place of the first name's mark.
  @inline(__always)
  private func write(
    _ names: CSVNames, _ marks: RowMarks, _ row: Int, first: Int, limit: Int,
    to end: inout UnsafeMutablePointer<UInt8>
  ) {
    write(UInt8(ascii: ","), to: &end)
    var shown = 0
    marks.forEach(in: first..<first + names.count, of: row) { place in
      guard shown < limit else { return }
      if shown > 0 { write(UInt8(ascii: ";"), to: &end) }
      names.write(place - first, to: &end)
      shown += 1
    }
  }
}

/// Names that cells hold, one behind the other.
private struct CSVNames: Sendable {
  let count: Int
  /// With as many bytes behind the last as are copied at once.
  private let bytes: [UInt8]
  /// Where each name starts; then where the last one ends.
  private let bounds: [Int]

  /// How many bytes are copied at once.
  private static let step = 16

  init(_ names: [String]) {
    var buffer = ByteBuffer()
    var bounds = [0]
    for name in names {
      buffer.append(csvCell: name)
      bounds.append(buffer.count)
    }
    count = names.count
    self.bounds = bounds
    bytes =
      buffer.withUnsafeBytes { Array($0) } + [UInt8](repeating: 0, count: Self.step)
  }

  /// Room for all names, each with a separator, and for what is written past the last.
  var room: Int { bytes.count + count + Self.step }

  /// Writes a name, and moves on behind it.
  @inline(__always)
  func write(_ place: Int, to end: inout UnsafeMutablePointer<UInt8>) {
    let (start, next) = (bounds[place], bounds[place + 1])
    bytes.withUnsafeBytes { bytes in
      for offset in stride(from: start, to: next, by: Self.step) {
        UnsafeMutableRawPointer(end + (offset - start)).storeBytes(
          of: bytes.loadUnaligned(fromByteOffset: offset, as: SIMD16<UInt8>.self),
          as: SIMD16<UInt8>.self)
      }
    }
    end += next - start
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

/// The marks of 64 rows, turned so that bits that follow each other are one row's: alerts that fire,
/// alerts that are undetermined, interventions that are recommended.
private struct RowMarks {
  /// 64 rows of the first 64 marks, then of the next, and so on.
  private var words: [UInt64]

  /// - Parameter first: a multiple of 64.
  init(_ results: borrowing ResultColumns, first: Int) {
    let word = first / 64
    let count = 2 * results.firing.count + results.recommended.count
    words = Array(repeating: 0, count: (count + 63) / 64 * 64)
    var place = 0
    for column in results.firing {
      words[place] = column.words[word]
      place += 1
    }
    for column in results.determined {
      words[place] = ~column.words[word]
      place += 1
    }
    for column in results.recommended {
      words[place] = column.words[word]
      place += 1
    }
    for start in stride(from: 0, to: words.count, by: 64) { transpose(start) }
  }

  /// Calls a body with the places in a range that are marked in a row.
  @inline(__always)
  func forEach(in range: Range<Int>, of row: Int, _ body: (Int) -> Void) {
    var start = range.lowerBound
    while start < range.upperBound {
      let group = start & ~63
      let end = min(group + 64, range.upperBound)
      var bits = words[group + row] >> UInt64(start - group)
      if end - start < 64 { bits &= 1 << UInt64(end - start) - 1 }
      while bits != 0 {
        body(start + bits.trailingZeroBitCount)
        bits &= bits - 1
      }
      start = end
    }
  }

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
