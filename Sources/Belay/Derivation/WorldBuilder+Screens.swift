import CEL
import Tables

// The one gate, where confidential figures of groups become ones that may be used.
extension WorldBuilder {
  /// The figures of a family as they may be used, parallel to the plan's.
  func screen(_ plan: ScreenPlan) -> [DerivedColumn] {
    var round = ScreenRound(self, plan)
    return round.columns()
  }
}

/// One run of the gate over all periods of a family.
private struct ScreenRound {
  /// A figure with all that its cells say.
  private struct Figure {
    let plan: ScreenPlan.Figure
    let frame: Frame
    let gate: Gate
    var raw: [Double]
    var counts: [Int]
    /// For each row who is behind it; nil for a survey.
    var members: [[Int32]]?
    var results: [Double]
    var suppressed: BitColumn
    var carried: BitColumn
    /// What was last published, by subject.
    var last: [Int: Double] = [:]
  }

  private let builder: WorldBuilder
  private let plan: ScreenPlan
  private var figures: [Figure] = []
  /// Scopes with figures and those that contain them, from the lowest up.
  private var scopes: [Scope] = []
  /// The subjects of the scopes and the people behind figures, those of earlier runs among them.
  private var subjects = SubjectNumbers()
  private var people = SubjectNumbers()
  /// What earlier runs published.
  private let past: PolicyState.ScreenMemory

  init(_ builder: WorldBuilder, _ plan: ScreenPlan) {
    self.builder = builder
    self.plan = plan
    past = builder.keeper?.screen(plan) ?? .init()
    people.add(past.rosters.values.joined().joined())
    for figure in plan.figures {
      if case .members(let rollUp) = figure.count, let inner = builder.frames[rollUp.members] {
        people.add(inner)
      }
    }
    people.number()
    figures = plan.figures.compactMap { builder.frames[$0.scope] == nil ? nil : figure($0) }
    let lowest = figures.map(\.plan.scope).min() ?? .organization
    subjects.add(past.rosters.keys)
    for scope in Scope.allCases where scope >= lowest {
      guard let frame = builder.frames[scope] else { continue }
      scopes.append(scope)
      subjects.add(frame)
    }
    subjects.number()
  }

  private func figure(_ plan: ScreenPlan.Figure) -> Figure {
    let frame = builder.frames[plan.scope]!
    var raw = builder.numbers(plan.raw, frame)
    for row in raw.indices where !plan.range.contains(raw[row]) { raw[row] = .nan }
    var counts = [Int](repeating: 0, count: frame.rowCount)
    var members: [[Int32]]?
    switch plan.count {
    case .respondents(let operand):
      for (row, count) in builder.numbers(operand, frame).enumerated() where count > 0 {
        counts[row] = Int(min(count, 1e9))
      }
    case .members(let rollUp):
      guard let (groups, values) = builder.contributions(rollUp, frame) else { break }
      let inner = builder.frames[rollUp.members]!
      members = (0..<frame.rowCount).map { group in
        groups.rows(of: group).filter { values[Int($0)].isKnown }
          .map { people[inner, Int($0)] }.sorted()
      }
      for (row, people) in members!.enumerated() { counts[row] = people.count }
      hideFewLeftOut(rollUp, &counts) { knownMembers($0, frame) }
    case .respondentsOfMembers(let rollUp, let operand):
      counts = respondents(rollUp, operand, frame)
      hideFewLeftOut(rollUp, &counts) { respondents($0, operand, frame) }
    }
    if plan.isShare {
      // One answer is left open: 8 of 8 and 7 of 8 are shown alike.
      for row in raw.indices where raw[row].isKnown && counts[row] > 0 {
        let open = 1 / Double(counts[row])
        raw[row] = min(max(raw[row], open), max(open, 1 - open))
      }
    }
    return Figure(
      plan: plan, frame: frame,
      gate: Gate(range: plan.range, minimumGroupSize: self.plan.minimum), raw: raw,
      counts: counts, members: members,
      results: Array(repeating: .nan, count: frame.rowCount),
      suppressed: BitColumn(count: frame.rowCount), carried: BitColumn(count: frame.rowCount))
  }

  /// For each row the respondents of the members whose value counts.
  private func respondents(_ rollUp: RollUpPlan, _ operand: Operand, _ frame: Frame) -> [Int] {
    var counts = [Int](repeating: 0, count: frame.rowCount)
    guard let (groups, values) = builder.contributions(rollUp, frame) else { return counts }
    let respondents = builder.numbers(operand, builder.frames[rollUp.members]!)
    for group in 0..<frame.rowCount {
      for row in groups.rows(of: group)
      where values[Int(row)].isKnown && respondents[Int(row)] > 0 {
        counts[group] += Int(min(respondents[Int(row)], 1e9))
      }
    }
    return counts
  }

  /// A condition leaves out nobody or enough: otherwise the few follow from what is shown without it.
  ///
  /// - Parameter count: for each row how many people a roll-up is about.
  private func hideFewLeftOut(
    _ rollUp: RollUpPlan, _ counts: inout [Int], count: (RollUpPlan) -> [Int]
  ) {
    guard rollUp.condition != nil else { return }
    for (row, all) in count(rollUp.withoutCondition).enumerated()
    where (1..<plan.minimum).contains(all - counts[row]) {
      counts[row] = 0
    }
  }

  /// For each row how many of its members' values are known.
  private func knownMembers(_ rollUp: RollUpPlan, _ frame: Frame) -> [Int] {
    guard let (groups, values) = builder.contributions(rollUp, frame) else {
      return Array(repeating: 0, count: frame.rowCount)
    }
    return (0..<frame.rowCount).map { row in
      groups.rows(of: row).count { values[Int($0)].isKnown }
    }
  }

  mutating func columns() -> [DerivedColumn] {
    let disclosure = Disclosure(minimum: plan.minimum)
    var ledger = Disclosure.Ledger()
    for (subject, rosters) in past.rosters {
      for roster in rosters {
        ledger.record(roster.map { people[$0] }.sorted(), for: Int(subjects[subject]))
      }
    }
    for i in figures.indices {
      guard let known = past.figures[figures[i].plan.key]?.last, !known.isEmpty else { continue }
      for (subject, id) in figures[i].frame.subjectIDs.enumerated() {
        figures[i].last[subject] = known[id]
      }
    }
    for rows in rowsByPeriod() {
      let (cells, places) = cells(rows)
      var decisions = disclosure.decide(cells, ledger: &ledger)
      for cell in tooTelling(cells, places, decisions) { decisions[cell] = .suppressed }
      for (cell, place) in places.enumerated() { settle(place.scope, place.row, decisions[cell]) }
    }
    builder.keeper?.keep(memory(ledger), of: plan)
    var settled = figures.makeIterator()
    return plan.figures.map { figure in
      guard builder.frames[figure.scope] != nil, let done = settled.next() else {
        return DerivedColumn(.number([]))
      }
      var column = DerivedColumn(.number(done.results))
      column.suppressed = done.suppressed
      column.carried = done.carried
      return column
    }
  }

  /// What the next run has to know.
  private func memory(_ ledger: Disclosure.Ledger) -> PolicyState.ScreenMemory {
    var memory = PolicyState.ScreenMemory()
    for (subject, rosters) in ledger.rosters {
      memory.rosters[subjects.keys[subject]] = rosters.map { roster in
        roster.map { people.keys[Int($0)] }
      }
    }
    for figure in plan.figures {
      memory.figures[figure.key] =
        past.figures[figure.key] ?? .init(definition: figure.definition)
    }
    for figure in figures {
      let ids = figure.frame.subjectIDs
      for (subject, value) in figure.last {
        memory.figures[figure.plan.key]!.last[ids[subject]] = value
      }
    }
    return memory
  }

  /// For each period in order the rows of each scope.
  private func rowsByPeriod() -> [[Scope: [Int]]] {
    var rows: [Int32: [Scope: [Int]]] = [:]
    for scope in scopes {
      for (row, period) in builder.frames[scope]!.periods.enumerated() {
        rows[period, default: [:]][scope, default: []].append(row)
      }
    }
    return rows.sorted { $0.key < $1.key }.map(\.value)
  }

  private func cells(
    _ rows: [Scope: [Int]]
  ) -> (cells: [Disclosure.Cell], places: [(scope: Scope, row: Int)]) {
    var cells: [Disclosure.Cell] = []
    var places: [(scope: Scope, row: Int)] = []
    var indices: [Scope: [Int: Int]] = [:]
    for scope in scopes {
      let frame = builder.frames[scope]!
      for row in rows[scope] ?? [] {
        let own = figures.filter { $0.plan.scope == scope && $0.raw[row].isKnown }
        let subject = Int(subjects[frame, row])
        indices[scope, default: [:]][row] = cells.count
        cells.append(
          Disclosure.Cell(
            subject: subject, parent: nil, order: subjects.order[subject],
            isFigure: !own.isEmpty, count: own.map { $0.counts[row] }.min() ?? 0,
            members: own.lazy.compactMap { $0.members?[row] }.first))
        places.append((scope, row))
      }
    }
    for (cell, place) in places.enumerated() {
      for outer in scopes where outer > place.scope {
        guard let row = builder.containers(from: place.scope, to: outer)?.rows[place.row],
          row >= 0
        else { continue }
        cells[cell].parent = indices[outer]?[Int(row)]
        break
      }
    }
    countContainers(&cells)
    return (cells, places)
  }

  /// The cells whose figures tell too much together with those of their containers.
  private func tooTelling(
    _ cells: [Disclosure.Cell], _ places: [(scope: Scope, row: Int)],
    _ decisions: [Disclosure.Decision]
  ) -> Set<Int> {
    let endGuard = EndGuard(minimum: plan.minimum)
    // Figures of a scope are compared with those of others in the order of the policy.
    let most = scopes.map { scope in figures.count { $0.plan.scope == scope } }.max() ?? 0
    var tooTelling: Set<Int> = []
    for place in 0..<most {
      tooTelling.formUnion(
        endGuard.suppressed(
          cells.indices.map { cell in
            let (scope, row) = places[cell]
            let own = figures.filter { $0.plan.scope == scope }
            var shown: ClosedRange<Double>?
            if decisions[cell] == .published, let figure = own.dropFirst(place).first ?? own.first {
              shown = figure.gate.bounds(of: figure.raw[row]).map { bounds in
                // The answer that is left open.
                let open = figure.plan.isShare ? 1 / Double(max(1, cells[cell].count)) : 0
                return
                  (bounds.lowerBound <= open ? 0 : bounds.lowerBound)...(bounds.upperBound
                  >= 1 - open ? 1 : bounds.upperBound)
              }
              .map {
                $0.lowerBound * Double(cells[cell].count)...$0.upperBound
                  * Double(cells[cell].count)
              }
            }
            return EndGuard.Cell(
              parent: cells[cell].parent, count: cells[cell].count, shown: shown,
              order: cells[cell].order)
          }))
    }
    return tooTelling
  }

  /// A container without a figure of its own has the people of those inside.
  private func countContainers(_ cells: inout [Disclosure.Cell]) {
    var cellsInside = [[Int]](repeating: [], count: cells.count)
    for (cell, outer) in cells.map(\.parent).enumerated() {
      if let outer { cellsInside[outer].append(cell) }
    }
    // Invariant: those inside come first.
    for (cell, inside) in cellsInside.enumerated()
    where !cells[cell].isFigure && !inside.isEmpty {
      cells[cell].count = inside.reduce(0) { $0 + cells[$1].count }
      let members = inside.compactMap { cells[$0].members }
      if members.count == inside.count {
        cells[cell].members = Array(Set(members.joined())).sorted()
      }
    }
  }

  private mutating func settle(_ scope: Scope, _ row: Int, _ decision: Disclosure.Decision) {
    for i in figures.indices where figures[i].plan.scope == scope {
      let frame = figures[i].frame
      let subject = frame.subject(of: row)
      let raw = figures[i].raw[row]
      guard raw.isKnown else { continue }
      switch decision {
      case .published:
        figures[i].results[row] = figures[i].gate.rounded(raw)
        figures[i].last[subject] = figures[i].results[row]
      case .withheld where figures[i].last[subject] != nil:
        figures[i].results[row] = figures[i].last[subject]!
        figures[i].carried[row] = true
      case .withheld, .suppressed: figures[i].suppressed[row] = true
      }
    }
  }
}

/// Numbers of subjects, by scope and then in byte order of their ids.
///
/// Which of two has the smaller one depends on the two alone, so that results do not depend on
/// what later periods hold.
private struct SubjectNumbers {
  /// In the order of their numbers.
  private(set) var keys: [PolicyState.SubjectKey] = []
  /// For each number its subject's place in byte order over all scopes.
  private(set) var order: [Int] = []
  private var numbers: [PolicyState.SubjectKey: Int32] = [:]
  private var frames: [Scope: Frame] = [:]
  /// For each scope with a frame the numbers of its subjects.
  private var ofFrame: [Scope: [Int32]] = [:]

  mutating func add(_ keys: some Sequence<PolicyState.SubjectKey>) {
    for key in keys { numbers[key] = 0 }
  }

  mutating func add(_ frame: Frame) {
    guard frames.updateValue(frame, forKey: frame.scope) == nil else { return }
    add(frame.subjectIDs.lazy.map { PolicyState.SubjectKey(scope: frame.scope, id: $0) })
  }

  mutating func number() {
    keys = numbers.keys.sorted()
    for (number, key) in keys.enumerated() { numbers[key] = Int32(number) }
    for frame in frames.values {
      ofFrame[frame.scope] = frame.subjectIDs.map {
        numbers[PolicyState.SubjectKey(scope: frame.scope, id: $0)]!
      }
    }
    order = Array(repeating: 0, count: keys.count)
    let places = keys.indices.sorted {
      keys[$0].id != keys[$1].id ? keys[$0].id < keys[$1].id : $0 < $1
    }
    for (place, number) in places.enumerated() { order[number] = place }
  }

  subscript(key: PolicyState.SubjectKey) -> Int32 { numbers[key]! }

  /// The number of a row's subject.
  subscript(frame: Frame, row: Int) -> Int32 {
    ofFrame[frame.scope]![frame.subject(of: row)]
  }
}
