import CEL
import Tables

// What joins the rows of different subjects.
extension WorldBuilder {
  func lookup(
    _ operand: Operand, _ from: Scope, _ frame: Frame, _ type: ColumnType
  ) -> DerivedColumn {
    guard let containers = containers(from: frame.scope, to: from) else {
      return DerivedColumn(type.unknown(frame.rowCount))
    }
    let rows = containers.rows.map { Int($0) }
    var column = DerivedColumn(gathered(cells(operand), rows, type))
    column.carried = carried(operand).map { carried in
      var bits = BitColumn(count: rows.count)
      for (row, container) in rows.enumerated() where container >= 0 && carried[container] {
        bits[row] = true
      }
      return bits
    }
    return column
  }

  // MARK: Peers

  func peers(
    _ operand: Operand, _ peers: Peers, _ groups: [Derivation.Group], _ frame: Frame
  ) -> DerivedColumn {
    let values = numbers(operand, frame)
    let members = Members(frame, keys: groupKeys(groups, frame), leftOut: leftOut(of: frame.scope))
    var results = [Double](repeating: .nan, count: frame.rowCount)
    results.withUnsafeMutableBufferPointer { results in
      let results = Pointer(results.baseAddress)
      members.eachGroup(jobs: jobs, values) { _, rows, values, scratch in
        scratch.results.withUnsafeMutableBufferPointer { own in
          peers.run(values, into: own.baseAddress!, scratch: scratch.series)
          for (place, row) in rows.enumerated() { results.base![Int(row)] = own[place] }
        }
      }
    }
    var column = DerivedColumn(.number(results))
    if let carried = carried(operand) {
      // A comparison with what was carried is carried for all who are compared.
      var bits = BitColumn(count: frame.rowCount)
      for group in 0..<members.groupCount {
        let rows = members.rows(of: group)
        guard rows.contains(where: { carried[Int($0)] }) else { continue }
        for row in rows { bits[Int(row)] = true }
      }
      column.carried = bits
    }
    return column
  }

  /// For each row the number of its group in its period, or -1 where a part of it is unknown.
  private func groupKeys(_ groups: [Derivation.Group], _ frame: Frame) -> GroupKeys {
    var keys = GroupKeys(frame.periods)
    for group in groups {
      switch group {
      case .scope(let scope):
        guard let containers = containers(from: frame.scope, to: scope) else {
          keys.join(Array(repeating: -1, count: frame.rowCount))
          continue
        }
        keys.join(containers.rows)
      case .operand(let operand):
        guard case .text(let texts)? = cells(operand) else {
          keys.join(Array(repeating: -1, count: frame.rowCount))
          continue
        }
        keys.join(texts.codes)
      }
    }
    return keys
  }

  // MARK: Roll-ups

  func rollUp(_ plan: RollUpPlan, _ frame: Frame) -> DerivedColumn {
    guard let (members, values) = contributions(plan, frame) else {
      return DerivedColumn(.number(Array(repeating: .nan, count: frame.rowCount)))
    }
    let weights = plan.weight.map { numbers($0, frames[plan.members]!) }
    let rollUp = plan.rollUp
    // Of no members there may be a count.
    let none = rollUp.value(.init(start: nil, count: 0), weights: nil, scratch: SeriesScratch())
    var results = [Double](repeating: none.value, count: frame.rowCount)
    results.withUnsafeMutableBufferPointer { results in
      let results = Pointer(results.baseAddress)
      members.eachGroup(jobs: jobs, values) { group, rows, values, scratch in
        guard let weights else {
          results.base![group] =
            rollUp.value(values, weights: nil, scratch: scratch.series).value
          return
        }
        let own = rows.map { weights[Int($0)] }
        results.base![group] = own.withUnsafeBufferPointer {
          rollUp.value(values, weights: $0, scratch: scratch.series).value
        }
      }
    }
    var column = DerivedColumn(.number(results))
    let carried = plan.operands.compactMap { self.carried($0) }
    if !carried.isEmpty {
      var bits = BitColumn(count: frame.rowCount)
      for group in 0..<members.groupCount
      where members.rows(of: group).contains(where: { row in carried.contains { $0[Int(row)] } }) {
        bits[group] = true
      }
      column.carried = bits
    }
    return column
  }

  /// The members of each row, and for each member's row what it contributes: NaN for nothing.
  func contributions(
    _ plan: RollUpPlan, _ frame: Frame
  ) -> (members: Members, values: [Double])? {
    guard let inner = frames[plan.members],
      let containers = containers(from: plan.members, to: frame.scope)
    else { return nil }
    var values =
      plan.of.map { numbers($0, counting: plan.countsKnown, inner) }
      ?? Array(repeating: 1, count: inner.rowCount)
    if let condition = plan.condition {
      let truths = truths(condition)
      for row in values.indices where truths?[row] != true { values[row] = .nan }
    }
    return (
      Members(
        inner, containers: containers, groupCount: frame.rowCount,
        leftOut: leftOut(of: plan.members)),
      values
    )
  }
}

/// Numbers of groups, made of several keys.
struct GroupKeys {
  private(set) var keys: [Int32]
  private(set) var count: Int

  init(_ periods: [Int32]) {
    keys = periods
    count = 0
    renumber(periods)
  }

  private struct Pair: Hashable {
    let a: Int32
    let b: Int32
  }

  /// Splits groups by a further key, -1 where it is unknown.
  mutating func join(_ codes: [Int32]) {
    var most: Int32 = -1
    for code in codes { most = max(most, code) }
    let width = Int(most) + 1
    // Mostly there are few combinations, and each has a place of its own.
    if width > 0, count * width <= 4 * keys.count + 1024 {
      for row in keys.indices {
        keys[row] =
          keys[row] < 0 || codes[row] < 0 ? -1 : Int32(Int(keys[row]) * width + Int(codes[row]))
      }
      count *= width
      return
    }
    var numbers: [Pair: Int32] = [:]
    for row in keys.indices {
      guard keys[row] >= 0, codes[row] >= 0 else {
        keys[row] = -1
        continue
      }
      let pair = Pair(a: keys[row], b: codes[row])
      let number = numbers[pair] ?? Int32(numbers.count)
      numbers[pair] = number
      keys[row] = number
    }
    count = numbers.count
  }

  private mutating func renumber(_ periods: [Int32]) {
    var least = Int32.max
    var most = Int32.min
    for period in periods {
      least = min(least, period)
      most = max(most, period)
    }
    guard !periods.isEmpty else { return }
    let span = Int(most) - Int(least) + 1
    if span <= 4 * periods.count + 1024 {
      for row in keys.indices { keys[row] = periods[row] - least }
      count = span
      return
    }
    var numbers: [Int32: Int32] = [:]
    for row in keys.indices {
      let number = numbers[periods[row]] ?? Int32(numbers.count)
      numbers[periods[row]] = number
      keys[row] = number
    }
    count = numbers.count
  }
}

/// The rows of each group, in byte order of their subjects.
struct Members: Sendable {
  let groupCount: Int
  private let starts: [Int32]
  private let rows: [Int32]

  init(_ frame: Frame, keys: GroupKeys, leftOut: BitColumn?) {
    self.init(frame, keys.keys, groupCount: keys.count, leftOut)
  }

  init(_ frame: Frame, containers: ContainerRows, groupCount: Int, leftOut: BitColumn?) {
    self.init(frame, containers.rows, groupCount: groupCount, leftOut)
  }

  private init(_ frame: Frame, _ keys: [Int32], groupCount: Int, _ leftOut: BitColumn?) {
    self.groupCount = groupCount
    var starts = [Int32](repeating: 0, count: groupCount + 1)
    // Gaps have no own cells, so they belong to no group.
    let isIn = { (row: Int) in
      row < frame.shownRows && keys[row] >= 0 && leftOut?[row] != true
    }
    for row in 0..<frame.rowCount where isIn(row) { starts[Int(keys[row]) + 1] += 1 }
    for group in 0..<groupCount { starts[group + 1] += starts[group] }
    var next = starts
    var rows = [Int32](repeating: 0, count: Int(starts[groupCount]))
    for place in 0..<frame.rowCount {
      let row = Int(frame.order[place])
      guard isIn(row) else { continue }
      rows[Int(next[Int(keys[row])])] = Int32(row)
      next[Int(keys[row])] += 1
    }
    self.starts = starts
    self.rows = rows
  }

  func rows(of group: Int) -> ArraySlice<Int32> {
    rows[Int(starts[group])..<Int(starts[group + 1])]
  }

  /// What a thread needs while it goes through groups.
  final class Scratch {
    let series = SeriesScratch()
    var values: [Double] = []
    var results: [Double] = []
  }

  /// Hands the values of each group that has members to a body, on as many threads as asked for.
  func eachGroup(
    jobs: Int, _ values: [Double],
    _ body:
      @escaping @Sendable (
        Int, ArraySlice<Int32>, UnsafeBufferPointer<Double>, Scratch
      ) -> Void
  ) {
    // Threads take about as many rows each.
    let bounds = (0...jobs).map { job -> Int in
      let place = Int32(rows.count * job / jobs)
      var (low, high) = (0, groupCount)
      while low < high {
        let middle = (low + high) / 2
        if starts[middle] < place { low = middle + 1 } else { high = middle }
      }
      return job == jobs ? groupCount : low
    }
    Threads.run(jobs) { job in
      let scratch = Scratch()
      for group in bounds[job]..<bounds[job + 1] {
        let rows = rows(of: group)
        if rows.isEmpty { continue }
        scratch.values.removeAll(keepingCapacity: true)
        for row in rows { scratch.values.append(values[Int(row)]) }
        if scratch.results.count < rows.count {
          scratch.results = Array(repeating: .nan, count: 2 * rows.count)
        }
        scratch.values.withUnsafeBufferPointer { body(group, rows, $0, scratch) }
      }
    }
  }
}
