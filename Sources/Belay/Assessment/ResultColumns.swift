import CEL
import Tables

/// Scores, levels, alerts and interventions of rows, as columns.
package struct ResultColumns: Sendable {
  package private(set) var count = 0
  package private(set) var scores: [AssessedTable.Score]
  /// For each alert, in policy order, the rows in which it fires.
  package private(set) var firing: [BitColumn]
  /// For each alert the rows in which its condition is known.
  package private(set) var determined: [BitColumn]
  /// For each intervention, as ranked, the rows in which it is recommended.
  package private(set) var recommended: [BitColumn]
  /// How many quantities ran into a fault.
  private(set) var faultCount = 0

  init(_ plan: Plan) {
    scores = plan.scores.map { score in
      AssessedTable.Score(
        score: .init(id: score.name, label: score.label),
        levelNames: score.levels.map(\.name) + [ScoreResult.insufficientData],
        domains: score.domains.map {
          .init(id: plan.domains[$0].name, label: plan.domains[$0].label)
        })
    }
    firing = plan.alerts.map { _ in BitColumn() }
    determined = firing
    recommended = plan.ranking.map { _ in BitColumn() }
  }

  /// The results of some rows that a view shows.
  ///
  /// - Parameter hidden: for each score, alert and intervention seen, whether a row's is not.
  func selected(
    _ selection: Selection, rows: [Int], hidden: (_ slot: Int, _ row: Int) -> Bool, _ plan: Plan
  ) -> ResultColumns {
    var selected = self
    selected.scores = selection.scores.map { place in
      scores[place].selected(rows) { hidden(plan.scores[place].slot, $0) }
    }
    let bits = { (column: BitColumn, isHidden: (Int) -> Bool, value: Bool) -> BitColumn in
      var bits = BitColumn(count: rows.count)
      for (place, row) in rows.enumerated() {
        bits[place] = isHidden(row) ? value : column[row]
      }
      return bits
    }
    selected.firing = selection.alerts.map { place in
      bits(firing[place], { hidden(plan.alerts[place].slot, $0) }, false)
    }
    selected.determined = selection.alerts.map { place in
      bits(determined[place], { hidden(plan.alerts[place].slot, $0) }, true)
    }
    selected.recommended = selection.interventions.map { place in
      let slot = plan.interventions[plan.ranking[place]].slot
      return bits(recommended[place], { hidden(slot, $0) }, false)
    }
    selected.count = rows.count
    return selected
  }

  package mutating func removeAll() {
    count = 0
    for i in scores.indices { scores[i].removeAll() }
    for i in firing.indices {
      firing[i].removeAll()
      determined[i].removeAll()
    }
    for i in recommended.indices { recommended[i].removeAll() }
  }

  mutating func reserve(_ capacity: Int) {
    for i in scores.indices { scores[i].reserve(capacity) }
  }

  /// Appends what a plan computed for a chunk.
  mutating func append(_ memory: ColumnMemory, _ plan: ColumnPlan) {
    let rows = memory.count
    for (i, score) in plan.scores.enumerated() {
      scores[i].append(memory, score)
    }
    for (i, alert) in plan.alerts.enumerated() {
      firing[i].append(memory.plane(alert.isTrue), count: rows)
      determined[i].append(memory.plane(alert.isKnown), count: rows)
    }
    for (i, plane) in plan.interventions.enumerated() {
      recommended[i].append(memory.plane(plane), count: rows)
    }
    count += rows
  }

  /// Appends the results of others.
  mutating func append(_ other: ResultColumns) {
    for i in scores.indices { scores[i].append(other.scores[i]) }
    for i in firing.indices {
      firing[i].append(other.firing[i])
      determined[i].append(other.determined[i])
    }
    for i in recommended.indices { recommended[i].append(other.recommended[i]) }
    count += other.count
    faultCount += other.faultCount
  }

  /// Puts what the row evaluator says in the place of a row.
  mutating func replace(_ row: Int, by state: RowState, of plan: Plan) {
    for (i, score) in plan.scores.enumerated() {
      var level: Int?
      if case .value(.string(let name)) = state.slots[score.levelSlot] {
        level = scores[i].levelNames.firstIndex(of: name)
      }
      scores[i].replace(
        row, value: state.scores[i].value, coverage: state.scores[i].blend.coverage,
        level: level, domains: score.domains.map { state.domains[$0].value })
    }
    for (i, alert) in plan.alerts.enumerated() {
      let truth = state.slots[alert.slot].asCondition
      firing[i][row] = truth == true
      determined[i][row] = truth != nil
    }
    for (i, place) in plan.ranking.enumerated() {
      recommended[i][row] = state.slots[plan.interventions[place].slot].asCondition == true
    }
    faultCount += state.faults.count
  }
}

extension AssessedTable.Score {
  fileprivate func selected(_ rows: [Int], _ isHidden: (Int) -> Bool) -> Self {
    var selected = self
    selected.score.values = rows.map { isHidden($0) ? .nan : score.values[$0] }
    selected.levels = rows.map { isHidden($0) ? -1 : levels[$0] }
    selected.coverage = rows.map { isHidden($0) ? .nan : coverage[$0] }
    for i in domains.indices {
      selected.domains[i].values = rows.map { isHidden($0) ? .nan : domains[i].values[$0] }
    }
    return selected
  }

  fileprivate mutating func removeAll() {
    score.values.removeAll(keepingCapacity: true)
    coverage.removeAll(keepingCapacity: true)
    levels.removeAll(keepingCapacity: true)
    for i in domains.indices { domains[i].values.removeAll(keepingCapacity: true) }
  }

  fileprivate mutating func reserve(_ capacity: Int) {
    score.values.reserveCapacity(capacity)
    coverage.reserveCapacity(capacity)
    levels.reserveCapacity(capacity)
    for i in domains.indices { domains[i].values.reserveCapacity(capacity) }
  }

  fileprivate mutating func append(_ memory: ColumnMemory, _ plan: ColumnPlan.Score) {
    score.values.append(contentsOf: memory.numberCells(plan.value))
    coverage.append(contentsOf: memory.numberCells(plan.coverage))
    levels.append(
      contentsOf: UnsafeBufferPointer(start: memory.codes(plan.levels), count: memory.count))
    for (i, register) in plan.domains.enumerated() {
      domains[i].values.append(contentsOf: memory.numberCells(register))
    }
  }

  fileprivate mutating func append(_ other: AssessedTable.Score) {
    score.values += other.score.values
    coverage += other.coverage
    levels += other.levels
    for i in domains.indices { domains[i].values += other.domains[i].values }
  }

  fileprivate mutating func replace(
    _ row: Int, value: Double?, coverage share: Double, level: Int?, domains: [Double?]
  ) {
    score.values[row] = value ?? .nan
    coverage[row] = share
    levels[row] = level.map { Int32($0) } ?? -1
    for (i, value) in domains.enumerated() { self.domains[i].values[row] = value ?? .nan }
  }
}

extension ColumnMemory {
  fileprivate func numberCells(_ register: Int) -> UnsafeBufferPointer<Double> {
    UnsafeBufferPointer(start: numbers(register), count: count)
  }
}

/// A bit for each row, row 0 in the lowest bit of the first word.
package struct BitColumn: Sendable {
  /// Bits behind the last row are 0.
  package private(set) var words: [UInt64] = []
  private(set) var count = 0

  init() {}

  /// - Precondition: bits behind the last are 0.
  init(words: [UInt64], count: Int) {
    self.words = words
    self.count = count
  }

  mutating func removeAll() {
    words.removeAll(keepingCapacity: true)
    count = 0
  }

  mutating func append(_ words: UnsafePointer<UInt64>, count more: Int) {
    let shift = UInt64(count % 64)
    for (place, first) in stride(from: 0, to: more, by: 64).enumerated() {
      let rest = more - first
      let word = rest >= 64 ? words[place] : words[place] & ((1 << UInt64(rest)) - 1)
      if shift == 0 {
        self.words.append(word)
      } else {
        self.words[self.words.count - 1] |= word << shift
        if Int(shift) + min(rest, 64) > 64 { self.words.append(word >> (64 - shift)) }
      }
    }
    count += more
  }

  mutating func append(_ other: BitColumn) {
    other.words.withUnsafeBufferPointer { words in
      if let start = words.baseAddress { append(start, count: other.count) }
    }
  }

  package subscript(row: Int) -> Bool {
    get { words[row / 64] >> UInt64(row % 64) & 1 == 1 }
    set {
      let bit = UInt64(1) << UInt64(row % 64)
      if newValue { words[row / 64] |= bit } else { words[row / 64] &= ~bit }
    }
  }
}
