import Tables

/// The rows of a scope: those of its table, and behind them periods in which a subject of the
/// table has members and no row of its own.
final class Frame: Sendable {
  let scope: Scope
  let table: Table
  /// How many rows the data have; those behind are gaps, of which nothing is shown.
  let shownRows: Int
  /// For each row its period's number; all 0 without periods.
  let periods: [Int32]
  /// Rows by byte order of the subjects' ids, then by period.
  let order: [Int32]
  /// For each subject, in byte order, where its rows begin in `order`; then the count of rows.
  let starts: [Int32]
  /// For each code of an id the subject's place in byte order.
  let ranks: [Int32]
  /// Whether rows stand in that order already.
  let isInOrder: Bool

  var rowCount: Int { table.rowCount }
  var subjectCount: Int { starts.count - 1 }

  /// - Parameter inOrder: whether subjects and periods are put in order, which takes its time with
  ///   many subjects. Without, nothing but the table is to be asked for.
  init(_ scope: Scope, _ table: Table, shownRows: Int? = nil, inOrder: Bool = true) {
    self.scope = scope
    self.table = table
    self.shownRows = shownRows ?? table.rowCount
    guard inOrder else {
      (periods, order, starts, ranks, isInOrder) = ([], [], [0], [], false)
      return
    }
    let count = table.rowCount
    periods =
      table.periods.map { $0.map { Int32(truncatingIfNeeded: $0.index) } }
      ?? Array(repeating: 0, count: count)
    let ranks = Self.ranks(of: table.ids.dictionary)
    var starts = [Int32](repeating: 0, count: ranks.count + 1)
    let codes = table.ids.codes
    for code in codes { starts[Int(ranks[Int(code)]) + 1] += 1 }
    for place in 0..<ranks.count { starts[place + 1] += starts[place] }
    var next = starts
    var order = [Int32](repeating: 0, count: count)
    for row in 0..<count {
      let rank = Int(ranks[Int(codes[row])])
      order[Int(next[rank])] = Int32(row)
      next[rank] += 1
    }
    for subject in 0..<ranks.count {
      Self.sort(&order, Int(starts[subject])..<Int(starts[subject + 1]), by: periods)
    }
    var isInOrder = true
    for place in 0..<count where order[place] != place { isInOrder = false }
    self.ranks = ranks
    self.starts = starts
    self.order = order
    self.isInOrder = isInOrder
  }

  /// A scope without rows.
  static func empty(_ plan: Plan) -> Frame {
    Frame(
      plan.scope,
      Table(
        schema: plan.schema, ids: TextColumn([String?]()),
        periodTexts: plan.schema.time == nil ? nil : TextColumn([String?]()),
        periods: plan.schema.time == nil ? nil : [], columns: plan.schema.columns.map { _ in nil }))
  }

  /// Data mostly come in order, so looking comes before sorting.
  private static func sort(
    _ order: inout [Int32], _ range: Range<Int>, by periods: [Int32]
  ) {
    for place in range.dropFirst()
    where periods[Int(order[place])] < periods[Int(order[place - 1])] {
      order[range].sort { periods[Int($0)] < periods[Int($1)] }
      return
    }
  }

  /// For each text its place in byte order.
  private static func ranks(of texts: [String]) -> [Int32] {
    // The first eight bytes decide nearly always.
    var keys = texts.enumerated().map { place, text in
      var key: UInt64 = 0
      var bytes = text.utf8.makeIterator()
      for _ in 0..<8 { key = key << 8 | UInt64(bytes.next() ?? 0) }
      return (key: key, place: Int32(place))
    }
    keys.sort { a, b in
      if a.key != b.key { return a.key < b.key }
      return texts[Int(a.place)].utf8.lexicographicallyPrecedes(texts[Int(b.place)].utf8)
    }
    var ranks = [Int32](repeating: 0, count: texts.count)
    for (rank, key) in keys.enumerated() { ranks[Int(key.place)] = Int32(rank) }
    return ranks
  }

  /// The place in byte order of a row's subject.
  func subject(of row: Int) -> Int { Int(ranks[Int(table.ids.codes[row])]) }

  /// The rows of a subject, by its place in byte order.
  func places(of subject: Int) -> Range<Int> {
    Int(starts[subject])..<Int(starts[subject + 1])
  }

  /// The row of a subject in a period; nil where it has none.
  func row(of subject: Int, in period: Int32) -> Int? {
    var (low, high) = (Int(starts[subject]), Int(starts[subject + 1]))
    let end = high
    while low < high {
      let middle = (low + high) / 2
      if periods[Int(order[middle])] < period { low = middle + 1 } else { high = middle }
    }
    guard low < end, periods[Int(order[low])] == period else { return nil }
    return Int(order[low])
  }
}

/// For each row of a scope the row of its container, or -1.
struct ContainerRows: Sendable {
  let rows: [Int32]

  /// Finds containers by the ids in a column.
  init(of frame: Frame, column: Int, in container: Frame) {
    var rows = [Int32](repeating: -1, count: frame.rowCount)
    guard case .text(let ids)? = frame.table.columns[column] else {
      self.rows = rows
      return
    }
    let places = Dictionary(
      uniqueKeysWithValues: container.table.ids.dictionary.enumerated().map {
        (ContainerID($1), Int(container.ranks[$0]))
      })
    let subjects = ids.dictionary.map { places[ContainerID($0)] ?? -1 }
    Self.fill(
      &rows, frame, subjects: { ids.codes[$0] < 0 ? -1 : subjects[Int(ids.codes[$0])] }, container)
    self.rows = rows
  }

  /// Finds the only container for all.
  init(ofAll frame: Frame, in container: Frame) {
    var rows = [Int32](repeating: -1, count: frame.rowCount)
    Self.fill(&rows, frame, subjects: { _ in 0 }, container)
    self.rows = rows
  }

  /// Goes through the container's own container.
  init(_ inner: ContainerRows, _ outer: ContainerRows) {
    rows = inner.rows.map { $0 < 0 ? -1 : outer.rows[Int($0)] }
  }

  private static func fill(
    _ rows: inout [Int32], _ frame: Frame, subjects: (Int) -> Int, _ container: Frame
  ) {
    // The members of a container in a period often follow one another.
    var last = (subject: -1, period: Int32.min, row: Int32(-1))
    for row in 0..<frame.rowCount {
      let subject = subjects(row)
      guard subject >= 0 else { continue }
      let period = frame.periods[row]
      if subject != last.subject || period != last.period {
        last = (
          subject, period, container.row(of: subject, in: period).map { Int32($0) } ?? -1
        )
      }
      rows[row] = last.row
    }
  }
}

/// An id told apart by its bytes, where texts would compare by what they look like.
struct ContainerID: Hashable {
  let bytes: [UInt8]

  init(_ text: String) { bytes = Array(text.utf8) }
}
