import CEL
import Tables

// What looks along a subject's own periods.
extension WorldBuilder {
  func window(_ operand: Operand, _ window: Window, _ frame: Frame, _ derivation: Derivation)
    -> DerivedColumn
  {
    let cells = observed(operand, frame, counting: window.take == .count)
    var results = [Double](repeating: .nan, count: frame.rowCount)
    results.withUnsafeMutableBufferPointer { results in
      eachSubject(
        frame, cells, after: keeper?.observations(derivation, frame) ?? [],
        into: Pointer(results.baseAddress), unknown: .nan
      ) {
        window.run($0, into: $1)
      }
    }
    keeper?.keep(
      derivation, frame, added: observations(.number(cells), frame),
      periods: window.last.map { $0 - 1 })
    return DerivedColumn(.number(results))
  }

  func chart(_ operand: Operand, _ chart: ControlChart, _ frame: Frame, _ derivation: Derivation)
    -> DerivedColumn
  {
    let cells = observed(operand, frame)
    var signals = [Int32](repeating: -1, count: frame.rowCount)
    signals.withUnsafeMutableBufferPointer { signals in
      eachSubject(
        frame, cells, after: keeper?.observations(derivation, frame) ?? [],
        into: Pointer(signals.baseAddress), unknown: -1
      ) {
        chart.run($0, into: $1)
      }
    }
    keeper?.keep(
      derivation, frame, added: observations(.number(cells), frame), periods: nil)
    return DerivedColumn(
      .text(
        TextColumn(codes: signals, dictionary: ControlChart.Signal.allCases.map(\.text))))
  }

  /// The value that was observed so many periods before.
  func ago(
    _ operand: Operand, _ periods: Int, _ frame: Frame, _ derivation: Derivation
  ) -> DerivedColumn {
    let carried = carried(operand)
    let leftOut = leftOut(of: frame.scope)
    let past = keeper?.observations(derivation, frame) ?? []
    var earlier: [PolicyState.Cell] = []
    let sources = (0..<frame.rowCount).map { row -> Int in
      let subject = frame.subject(of: row)
      let period = frame.periods[row] &- Int32(periods)
      if !past.isEmpty, let known = past[subject].first(where: { $0.period == period }) {
        earlier.append(known.value)
        return frame.rowCount + earlier.count - 1
      }
      guard let before = frame.row(of: subject, in: period),
        carried?[before] != true, leftOut?[before] != true
      else { return -1 }
      return before
    }
    let cells = cells(operand) ?? derivation.type.unknown(frame.rowCount)
    keeper?.keep(
      derivation, frame,
      added: observations(cells, frame) { carried?[$0] != true && leftOut?[$0] != true },
      periods: periods)
    return DerivedColumn(gathered(cells.appending(earlier), sources, derivation.type))
  }

  /// An input with its earlier values in the place of missing ones.
  func carry(
    _ operand: Operand, _ periods: Int?, _ every: Granularity?, _ frame: Frame,
    _ derivation: Derivation
  ) -> DerivedColumn {
    let past = keeper?.observations(derivation, frame) ?? []
    let cells = cells(operand) ?? derivation.type.unknown(frame.rowCount)
    let step = frame.table.periods?.first?.granularity
    // The longer period that a period lies in.
    let longer = { (period: Int32) -> Int? in
      guard let every, let step else { return nil }
      return Period(every, containing: Period(step, index: Int(period)).firstDay).index
    }
    var earlier: [PolicyState.Cell] = []
    var sources = [Int](repeating: -1, count: frame.rowCount)
    var carried = BitColumn(count: frame.rowCount)
    for subject in 0..<frame.subjectCount {
      var last: (row: Int, period: Int32)?
      if !past.isEmpty, let known = past[subject].last {
        last = (frame.rowCount + earlier.count, known.period)
        earlier.append(known.value)
      }
      for place in frame.places(of: subject) {
        let row = Int(frame.order[place])
        let period = frame.periods[row]
        if cells.isKnown(at: row) {
          last = (row, period)
          sources[row] = row
          continue
        }
        guard let from = last else { continue }
        let isNear = periods.map { Int(period) - Int(from.period) <= $0 } ?? false
        let isSame = { longer(period).map { $0 == longer(from.period) } ?? false }
        guard isNear || isSame() else { continue }
        sources[row] = from.row
        carried[row] = true
      }
    }
    keeper?.keep(
      derivation, frame, added: observations(cells, frame), periods: every == nil ? periods : nil,
      isLatestEnough: true)
    var column = DerivedColumn(gathered(cells.appending(earlier), sources, derivation.type))
    column.carried = carried
    // What was withheld or suppressed in its own period stays so while nothing replaces it.
    if case .derived(let id) = operand.source, let suppressed = suppressed(id) {
      column.suppressed = suppressed
    }
    return column
  }

  func life(
    _ life: AlertLife, _ condition: Operand, _ clear: Operand?, _ frame: Frame,
    _ derivation: Derivation
  ) -> DerivedColumn {
    let conditions = truths(condition)
    let clears = clear.flatMap { truths($0) }
    let carried = [condition, clear].compactMap { $0.flatMap { self.carried($0) } }
    let leftOut = leftOut(of: frame.scope)
    var isTrue = BitColumn(count: frame.rowCount)
    var isKnown = isTrue
    var states = [AlertState](repeating: .undetermined, count: frame.rowCount)
    var memories = keeper?.memories(derivation, frame) ?? []
    if memories.isEmpty {
      memories = Array(repeating: AlertLife.Memory(), count: frame.subjectCount)
    }
    for subject in 0..<frame.subjectCount {
      for place in frame.places(of: subject) {
        let row = Int(frame.order[place])
        // A row that does not count is as good as a gap.
        if leftOut?[row] == true { continue }
        let state = life.step(
          &memories[subject], period: frame.periods[row], condition: conditions?[row],
          clear: clears?[row], isObserved: !carried.contains { $0[row] })
        states[row] = state
        isTrue[row] = state == .firing || state == .clearing
        isKnown[row] = state != .undetermined
      }
    }
    keeper?.keep(derivation, frame, memories: memories)
    var column = DerivedColumn(
      .boolean(
        BooleanColumn(isTrue: isTrue.words, isKnown: isKnown.words, frame.rowCount)))
    column.states = states
    return column
  }

  // MARK: Series

  /// The known cells of each subject, for a state to keep.
  private func observations(
    _ cells: Column, _ frame: Frame, where counts: (Int) -> Bool = { _ in true }
  ) -> [[PolicyState.Observation]] {
    guard keeper != nil else { return [] }
    return (0..<frame.subjectCount).map { subject in
      frame.places(of: subject).compactMap { place in
        let row = Int(frame.order[place])
        guard counts(row), let value = cells.stateCell(at: row) else { return nil }
        return PolicyState.Observation(period: frame.periods[row], value: value)
      }
    }
  }

  /// The observed numbers of an operand: what was carried, or does not count, is unknown.
  ///
  /// - Parameter counting: whether what is known counts as 1, unless it is a condition.
  private func observed(
    _ operand: Operand, _ frame: Frame, counting: Bool = false
  ) -> [Double] {
    var numbers = numbers(operand, counting: counting, frame)
    for mask in [carried(operand), leftOut(of: frame.scope)] {
      guard let mask else { continue }
      for row in numbers.indices where mask[row] { numbers[row] = .nan }
    }
    return numbers
  }

  /// An operand as numbers, NaN where it is unknown; conditions are 1 and 0.
  func numbers(_ operand: Operand, counting: Bool = false, _ frame: Frame) -> [Double] {
    switch cells(operand) {
    case nil: Array(repeating: .nan, count: frame.rowCount)
    case .number(let numbers):
      counting ? numbers.map { $0.isNaN ? $0 : 1 } : numbers
    case .boolean(let truths):
      (0..<truths.count).map { row in truths[row].map { $0 ? 1 : 0 } ?? .nan }
    case .text(let texts): texts.codes.map { $0 < 0 ? .nan : counting ? 1 : Double($0) }
    case .date(let days):
      days.map { $0 == Column.unknownDate ? .nan : counting ? 1 : Double($0) }
    }
  }

  func truths(_ operand: Operand) -> BooleanColumn? {
    if case .boolean(let truths)? = cells(operand) { truths } else { nil }
  }

  /// Runs something over the series of each subject, on as many threads as there are jobs.
  ///
  /// - Parameter past: for each subject what precedes its rows; empty for nothing.
  private func eachSubject<Result: Sendable>(
    _ frame: Frame, _ values: [Double], after past: [[PolicyState.Observation]],
    into results: Pointer<Result>, unknown: Result,
    _ run: @escaping @Sendable (Series, UnsafeMutablePointer<Result>) -> Void
  ) {
    values.withUnsafeBufferPointer { values in
      frame.periods.withUnsafeBufferPointer { periods in
        let values = Pointer(UnsafeMutablePointer(mutating: values.baseAddress))
        let periods = Pointer(UnsafeMutablePointer(mutating: periods.baseAddress))
        let jobs = self.jobs
        Threads.run(jobs) { number in
          let share = (frame.subjectCount + jobs - 1) / jobs
          let subjects =
            min(number * share, frame.subjectCount)..<min((number + 1) * share, frame.subjectCount)
          var scratch = SeriesBuffers<Result>(unknown)
          for subject in subjects {
            let places = frame.places(of: subject)
            guard !places.isEmpty else { continue }
            let before = past.isEmpty ? [] : past[subject]
            if frame.isInOrder, before.isEmpty {
              run(
                Series(
                  periods: UnsafeBufferPointer(
                    start: periods.base! + places.lowerBound, count: places.count),
                  values: UnsafeBufferPointer(
                    start: values.base! + places.lowerBound, count: places.count)),
                results.base! + places.lowerBound)
            } else {
              scratch.run(
                before, frame.order[places], values.base!, periods.base!, results.base!, run)
            }
          }
        }
      }
    }
  }

  // MARK: Cells

  /// The cells of given rows, unknown for row -1.
  func gathered(_ cells: Column?, _ rows: [Int], _ type: ColumnType) -> Column {
    switch cells {
    case nil: type.unknown(rows.count)
    case .number(let numbers): .number(rows.map { $0 < 0 ? .nan : numbers[$0] })
    case .text(let texts):
      .text(
        TextColumn(
          codes: rows.map { $0 < 0 ? -1 : texts.codes[$0] }, dictionary: texts.dictionary))
    case .date(let days): .date(rows.map { $0 < 0 ? Column.unknownDate : days[$0] })
    case .boolean(let truths): .boolean(BooleanColumn(rows.map { $0 < 0 ? nil : truths[$0] }))
    }
  }
}

/// Memory that threads share, each writing its own part.
struct Pointer<Pointee>: @unchecked Sendable {
  let base: UnsafeMutablePointer<Pointee>?

  init(_ base: UnsafeMutablePointer<Pointee>?) {
    self.base = base
  }
}

/// The rows of a subject one after the other, where the table has them apart, behind what a state
/// has of earlier ones.
private struct SeriesBuffers<Result> {
  private var values: [Double] = []
  private var periods: [Int32] = []
  private var results: [Result] = []
  private let unknown: Result

  init(_ unknown: Result) {
    self.unknown = unknown
  }

  mutating func run(
    _ past: [PolicyState.Observation], _ rows: ArraySlice<Int32>,
    _ allValues: UnsafePointer<Double>,
    _ allPeriods: UnsafePointer<Int32>, _ allResults: UnsafeMutablePointer<Result>,
    _ run: (Series, UnsafeMutablePointer<Result>) -> Void
  ) {
    values.removeAll(keepingCapacity: true)
    periods.removeAll(keepingCapacity: true)
    for observation in past {
      values.append(observation.number)
      periods.append(observation.period)
    }
    for row in rows {
      values.append(allValues[Int(row)])
      periods.append(allPeriods[Int(row)])
    }
    let count = values.count
    if results.count < count { results = Array(repeating: unknown, count: 2 * count) }
    periods.withUnsafeBufferPointer { periods in
      values.withUnsafeBufferPointer { values in
        results.withUnsafeMutableBufferPointer { results in
          run(Series(periods: periods, values: values), results.baseAddress!)
        }
      }
    }
    for (place, row) in rows.enumerated() { allResults[Int(row)] = results[past.count + place] }
  }
}

extension ColumnType {
  /// A column of such cells, all unknown.
  func unknown(_ count: Int) -> Column {
    switch self {
    case .number: .number(Array(repeating: .nan, count: count))
    case .text: .text(TextColumn(codes: Array(repeating: -1, count: count), dictionary: []))
    case .boolean: .boolean(BooleanColumn(repeatElement(nil, count: count)))
    case .date: .date(Array(repeating: Column.unknownDate, count: count))
    }
  }
}
