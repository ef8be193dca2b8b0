/// Somebody who knows every published figure, who is behind it, and nothing else, and who assumes
/// that nobody's value changed between two figures.
///
/// People who are in the same figures cannot be told apart: they make a piece, and what there is to
/// know about them is the sum of the piece. Each figure bounds a sum of pieces. A linear programme
/// says what follows about any group, which covers small cells, differences, complements and
/// unanimity alike.
struct Attack {
  /// A published mean: who is behind it, and between which bounds it lies.
  struct Figure {
    var members: Set<Int>
    var lower: Double
    var upper: Double
  }

  /// What follows about the mean of a few people.
  struct Finding {
    var members: Set<Int>
    var lower: Double
    var upper: Double
  }

  private var pieces: [Set<Int>] = []
  private var programme: LinearProgramme
  private let range: ClosedRange<Double>
  /// Sums of pieces that fit all the figures, as shares of the range.
  private var solutions: [[Double]] = []
  private let groups: [Set<Int>]

  /// - Parameters:
  ///   - range: where everybody's value lies.
  ///   - groups: groups of people that the attacker is interested in.
  init(
    figures: [Figure], range: ClosedRange<Double>, groups: [Set<Int>] = []
  ) {
    self.range = range
    let width = range.upperBound - range.lowerBound
    var bounds: [Set<Int>: (lower: Double, upper: Double)] = [:]
    var order: [Set<Int>] = []
    for figure in figures {
      let lower = (figure.lower - range.lowerBound) / width
      let upper = (figure.upper - range.lowerBound) / width
      if let known = bounds[figure.members] {
        bounds[figure.members] = (max(known.lower, lower), min(known.upper, upper))
      } else {
        bounds[figure.members] = (lower, upper)
        order.append(figure.members)
      }
    }
    // Only who is in a figure can be found out.
    let everyone = order.reduce(into: Set<Int>()) { $0.formUnion($1) }
    self.groups = groups.filter { !$0.isEmpty && $0.isSubset(of: everyone) }
    var signatures: [[Int]: Set<Int>] = [:]
    var memberships: [Int: [Int]] = [:]
    for (i, set) in (order + self.groups).enumerated() {
      for member in set { memberships[member, default: []].append(i) }
    }
    for (member, signature) in memberships { signatures[signature, default: []].insert(member) }
    pieces = signatures.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map(\.value)
    programme = LinearProgramme(limits: pieces.map { Double($0.count) })
    for set in order {
      let (lower, upper) = bounds[set]!
      let count = Double(set.count)
      programme.addRow(
        pieces.map { $0.isSubset(of: set) ? 1 : 0 }, lower: lower * count - 1e-9,
        upper: upper * count + 1e-9)
    }
  }

  /// Whether the figures can all be true at once.
  mutating func isConsistent() -> Bool { programme.makeFeasible() }

  /// What follows about groups of fewer people than the minimum whose mean is known more closely
  /// than to `width`.
  mutating func findings(below minimum: Int, within width: Double) -> [Finding] {
    guard programme.makeFeasible() else { return [] }
    let share = width / (range.upperBound - range.lowerBound) * (1 - 1e-6)
    solutions = [programme.solution]
    // A few corners far apart show of most groups that they can be nearly anything.
    for stride in [1, 2, 3] {
      let weights = pieces.indices.map { $0 / stride % 2 == 0 ? 1.0 : -1 }
      for sign in [1.0, -1] {
        programme.minimize(weights.map { $0 * sign })
        solutions.append(programme.solution)
      }
    }
    var found: [Finding] = []
    func report(_ members: Set<Int>, _ bounds: (lower: Double, upper: Double)) {
      let scale = (range.upperBound - range.lowerBound) / Double(members.count)
      let lower = range.lowerBound + bounds.lower * scale
      let upper = range.lowerBound + bounds.upper * scale
      guard upper - lower <= width * (1 - 1e-6) else { return }
      found.append(Finding(members: members, lower: lower, upper: upper))
    }
    // Some people of a piece: as many as can be told most about.
    for (i, piece) in pieces.enumerated() {
      let total = Double(piece.count)
      let sizes = 1...min(piece.count, minimum - 1)
      func part(_ size: Int, _ sum: (lower: Double, upper: Double)) -> (
        lower: Double, upper: Double
      ) {
        let (size, others) = (Double(size), total - Double(size))
        return (max(0, sum.lower - others), min(size, sum.upper))
      }
      func isTight(_ size: Int, _ sum: (lower: Double, upper: Double)) -> Bool {
        let part = part(size, sum)
        return part.upper - part.lower <= share * Double(size)
      }
      let seen = spread([i])
      guard sizes.contains(where: { isTight($0, seen) }) else { continue }
      let sum = bounds([i])
      for size in sizes where isTight(size, sum) {
        report(Set(piece.sorted().prefix(size)), part(size, sum))
      }
    }
    var groups = self.groups.filter { $0.count < minimum }.map { group in
      pieces.indices.filter { pieces[$0].isSubset(of: group) }
    }
    let small = pieces.indices.filter { pieces[$0].count < minimum }
    for (place, i) in small.enumerated() {
      for j in small[(place + 1)...] where pieces[i].count + pieces[j].count < minimum {
        groups.append([i, j])
      }
    }
    for group in groups where group.count > 1 {
      let size = Double(group.reduce(0) { $0 + pieces[$1].count })
      let seen = spread(group)
      guard seen.upper - seen.lower <= share * size else { continue }
      let sum = bounds(group)
      guard sum.upper - sum.lower <= share * size else { continue }
      report(group.reduce(into: Set()) { $0.formUnion(pieces[$1]) }, sum)
    }
    return found
  }

  /// How far apart the sums of some pieces are in what is known to fit.
  private func spread(_ group: [Int]) -> (lower: Double, upper: Double) {
    var (lower, upper) = (Double.infinity, -Double.infinity)
    for solution in solutions {
      var sum = 0.0
      for i in group { sum += solution[i] }
      lower = min(lower, sum)
      upper = max(upper, sum)
    }
    return (lower, upper)
  }

  private mutating func bounds(_ group: [Int]) -> (lower: Double, upper: Double) {
    var weights = [Double](repeating: 0, count: pieces.count)
    for i in group { weights[i] = 1 }
    programme.minimize(weights)
    solutions.append(programme.solution)
    programme.minimize(weights.map { -$0 })
    solutions.append(programme.solution)
    return spread(group)
  }
}

/// A dense linear programme whose variables all have bounds, solved by the simplex method.
///
/// Variables run from 0 to a limit; each row adds one that is a sum of others, within bounds. The
/// basic variables are kept as sums of the others, which are each at one of their bounds.
struct LinearProgramme {
  private let count: Int
  private var lower: [Double]
  private var upper: [Double]
  private var value: [Double]
  private var basic: [Int] = []
  private var others: [Int]
  /// Row by row, a basic variable's factor for each of the others.
  private var table: [Double] = []
  private static let tolerance = 1e-9

  init(limits: [Double]) {
    count = limits.count
    lower = limits.map { _ in 0 }
    upper = limits
    value = lower
    others = Array(0..<count)
  }

  mutating func addRow(_ factors: [Double], lower low: Double, upper high: Double) {
    basic.append(value.count)
    lower.append(low)
    upper.append(high)
    value.append(0)
    table += factors
  }

  var solution: [Double] { Array(value[0..<count]) }

  /// Brings the rows within their bounds; false when that is impossible.
  mutating func makeFeasible() -> Bool {
    run(weights: nil)
    return basic.allSatisfy { violation($0) == 0 }
  }

  /// - Precondition: the solution is feasible.
  mutating func minimize(_ weights: [Double]) {
    run(weights: weights + [Double](repeating: 0, count: value.count - count))
  }

  /// -1 below the bounds, 1 above them, else 0.
  private func violation(_ variable: Int) -> Double {
    if value[variable] < lower[variable] - Self.tolerance { return -1 }
    return value[variable] > upper[variable] + Self.tolerance ? 1 : 0
  }

  private mutating func run(weights: [Double]?) {
    var slopes = [Double](repeating: 0, count: count)
    for step in 0..<5000 {
      for j in 0..<count { slopes[j] = weights?[others[j]] ?? 0 }
      for (i, variable) in basic.enumerated() {
        let weight = weights?[variable] ?? violation(variable)
        guard weight != 0 else { continue }
        let start = i * count
        for j in 0..<count { slopes[j] += weight * table[start + j] }
      }
      var (entering, steepest) = (-1, Self.tolerance)
      for j in 0..<count {
        let variable = others[j]
        guard upper[variable] > lower[variable] else { continue }
        let slope = value[variable] < upper[variable] ? -slopes[j] : 0
        let gain = max(slope, value[variable] > lower[variable] ? slopes[j] : 0)
        guard gain > steepest else { continue }
        // After many steps, the first that helps: so no basis comes twice.
        if step > 300, entering >= 0, others[entering] < variable { continue }
        (entering, steepest) = (j, step > 300 ? Self.tolerance : gain)
      }
      guard entering >= 0 else { return }
      advance(entering, upwards: slopes[entering] < 0)
    }
    preconditionFailure("the simplex method goes in circles")
  }

  private mutating func advance(_ entering: Int, upwards: Bool) {
    let variable = others[entering]
    let direction = upwards ? 1.0 : -1
    var length = upper[variable] - lower[variable]
    var leaving = -1
    var bound = 0.0
    for (i, candidate) in basic.enumerated() {
      let rate = table[i * count + entering] * direction
      guard abs(rate) > Self.tolerance else { continue }
      let violation = violation(candidate)
      let limit: Double
      switch (rate > 0, violation) {
      case (true, -1), (false, 0): limit = lower[candidate]
      case (true, 0), (false, 1): limit = upper[candidate]
      default: continue
      }
      let room = max(0, (limit - value[candidate]) / rate)
      if room < length - 1e-12
        || (room <= length && leaving >= 0 && candidate < basic[leaving])
      {
        (length, leaving, bound) = (room, i, limit)
      }
    }
    for (i, candidate) in basic.enumerated() {
      value[candidate] += table[i * count + entering] * direction * length
    }
    guard leaving >= 0 else {
      value[variable] = upwards ? upper[variable] : lower[variable]
      return
    }
    value[variable] += direction * length
    value[basic[leaving]] = bound
    swap(basic[leaving], row: leaving, with: variable, column: entering)
  }

  private mutating func swap(_ out: Int, row: Int, with entering: Int, column: Int) {
    let (count, rows) = (count, basic.count)
    table.withUnsafeMutableBufferPointer { table in
      let start = row * count
      let pivot = 1 / table[start + column]
      var filled: [Int] = []
      for j in 0..<count where table[start + j] != 0 {
        if j != column {
          table[start + j] *= -pivot
          if abs(table[start + j]) < 1e-12 { table[start + j] = 0 } else { filled.append(j) }
        }
      }
      table[start + column] = pivot
      for i in 0..<rows where i != row {
        let factor = table[i * count + column]
        guard factor != 0 else { continue }
        for j in filled { table[i * count + j] += factor * table[start + j] }
        table[i * count + column] = factor * pivot
      }
    }
    basic[row] = entering
    others[column] = out
  }
}
