import CEL

/// `Blend` over registers: what domains make of factors, and scores of domains.
struct ColumnBlend: Sendable {
  struct Member: Sendable {
    /// NaN where it is unknown, 0 where the member takes no part.
    let weight: NumberOperand
    let value: NumberOperand
    /// The weight known inside the member, as of a result; nil where it is all or nothing.
    let known: (known: Int, all: NumberOperand)?
  }

  /// Registers of the results.
  struct Result: Sendable {
    let value: Int
    /// The weight known, NaN where the weight of a member is unknown; and all that there is.
    let known: Int
    let all: NumberOperand
    /// The plane of the rows in which it takes part; nil where it does in all.
    let takesPart: Int?
  }

  let members: [Member]
  let combination: Combination
  let minimumCoverage: Double
  let floors: [(condition: TruthRegister, atLeast: NumberOperand)]

  func add(to builder: inout ColumnBuilder) -> Result {
    let fixed = members.compactMap { member -> FixedMember? in
      guard case .constant(let weight) = member.weight,
        case .register(let value) = member.value
      else { return nil }
      guard let inner = member.known else { return FixedMember(weight, value, nil) }
      guard case .constant(let all) = inner.all, all > 0 else { return nil }
      return FixedMember(weight, value, (inner.known, all))
    }
    if combination == .mean, !members.isEmpty, fixed.count == members.count {
      return addMean(fixed, to: &builder)
    }
    return addAny(to: &builder)
  }

  // MARK: Weights that are the same in all rows

  private struct FixedMember: Sendable {
    let weight: Double
    let value: Int
    let inner: (known: Int, all: Double)?

    init(_ weight: Double, _ value: Int, _ inner: (known: Int, all: Double)?) {
      self.weight = weight
      self.value = value
      self.inner = inner
    }
  }

  private func addMean(_ members: [FixedMember], to builder: inout ColumnBuilder) -> Result {
    let value = builder.layout.number()
    let known = builder.layout.number()
    let all = members.reduce(0) { $0 + $1.weight }
    let total = builder.layout.number()
    builder.add { memory in
      let (values, totals) = (memory.numbers(value), memory.numbers(total))
      let (knowns, count) = (memory.numbers(known), memory.count)
      values.update(repeating: 0, count: count)
      totals.update(repeating: 0, count: count)
      knowns.update(repeating: 0, count: count)
      for member in members {
        let (points, weight) = (memory.numbers(member.value), member.weight)
        for row in 0..<count {
          let isKnown = points[row] == points[row]
          values[row] += isKnown ? weight * points[row] : 0
          totals[row] += isKnown ? weight : 0
        }
        guard let inner = member.inner else { continue }
        let part = memory.numbers(inner.known)
        for row in 0..<count {
          knowns[row] += part[row] == inner.all ? weight : weight * part[row] / inner.all
        }
      }
      // Without members of their own all of a weight is known, or nothing.
      if members[0].inner == nil { knowns.update(from: totals, count: count) }
      for row in 0..<count {
        let mean = values[row] / totals[row]
        // Zero times what is not finite is no number.
        values[row] = mean + mean * 0
      }
      settle(values, knowns, all, memory)
    }
    return Result(value: value, known: known, all: .constant(all), takesPart: nil)
  }

  /// Takes away the values of rows that know too little, and lifts those that have a floor.
  private func settle(
    _ values: UnsafeMutablePointer<Double>, _ known: UnsafePointer<Double>, _ all: Double,
    _ memory: ColumnMemory
  ) {
    if minimumCoverage > 0 {
      for row in 0..<memory.count {
        let share = known[row] / all
        values[row] = (share.isFinite ? share : 0) < minimumCoverage ? .nan : values[row]
      }
    }
    guard !floors.isEmpty else { return }
    for row in 0..<memory.count { raise(&values[row], memory, row) }
  }

  // MARK: Any weights

  private func addAny(to builder: inout ColumnBuilder) -> Result {
    let value = builder.layout.number()
    let known = builder.layout.number()
    let all = builder.layout.number()
    let takesPart = builder.layout.plane()
    builder.add { memory in
      let values = memory.numbers(value)
      for row in 0..<memory.count {
        let blended = blended(memory, row)
        values[row] = blended.value
        memory.numbers(known)[row] = blended.known
        memory.numbers(all)[row] = blended.all
      }
      packBits(into: memory.plane(takesPart), count: memory.count) { row in
        values[row] == values[row]
          || members.contains { memory.number($0.weight, row: row) != 0 }
      }
    }
    return Result(value: value, known: known, all: .register(all), takesPart: takesPart)
  }

  private func blended(
    _ memory: ColumnMemory, _ row: Int
  ) -> (value: Double, known: Double, all: Double) {
    var (known, all) = (0.0, 0.0)
    var (sum, total, greatest) = (0.0, 0.0, -Double.infinity)
    var isUnknown = false
    for member in members {
      let weight = memory.number(member.weight, row: row)
      guard weight != 0 else { continue }
      let value = memory.number(member.value, row: row)
      isUnknown = isUnknown || weight.isNaN
      if let inner = member.known {
        let innerKnown = memory.numbers(inner.known)[row]
        let innerAll = memory.number(inner.all, row: row)
        if innerAll > 0 {
          let part = innerKnown.isNaN ? 0 : innerKnown
          known += part == innerAll ? weight : weight * part / innerAll
          all += weight
        }
      } else {
        known += value == value ? weight : 0
        all += weight
      }
      if value == value {
        sum += weight * value
        total += weight
        if greatest < value { greatest = value }
      }
    }
    // A weight that is unknown could be any: nothing counts as covered.
    if isUnknown { (known, all) = (.nan, 1) }
    let share = known / all
    let isInsufficient = isUnknown || (share.isFinite ? share : 0) < minimumCoverage
    let base: Double =
      switch combination {
      case .mean: sum / total
      case .max: greatest
      }
    var value = isInsufficient || !base.isFinite ? .nan : base
    raise(&value, memory, row)
    return (value, known, all)
  }

  /// Lifts a value to the floors that hold.
  private func raise(_ value: inout Double, _ memory: ColumnMemory, _ row: Int) {
    for floor in floors where memory.truth(row, of: floor.condition) == true {
      let height = memory.number(floor.atLeast, row: row)
      if height == height, !(value >= height) { value = height }
    }
  }
}
