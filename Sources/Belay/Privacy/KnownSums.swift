/// The sums over groups of people that are known, and all that follows from them by adding and
/// subtracting.
///
/// People who are in the same groups make a piece; a known sum is a row of factors, one for each
/// piece. A row in which only a few people have a factor tells something about those few. Rows are
/// kept reduced: a *solid* row has a pivot, a piece of at least `minimum` people that no later row
/// contains, so that whatever is made with it is about enough people. The others, the *loose* rows,
/// are about small pieces only, and are where a few people could show.
struct KnownSums {
  private struct Row {
    /// Pieces in ascending order, and their factors, none 0.
    var pieces: [Int32] = []
    var factors: [UInt64] = []

    func factor(of piece: Int32) -> UInt64? {
      var (low, high) = (0, pieces.count)
      while low < high {
        let middle = (low + high) / 2
        if pieces[middle] < piece { low = middle + 1 } else { high = middle }
      }
      return low < pieces.count && pieces[low] == piece ? factors[low] : nil
    }
  }

  private let minimum: Int
  /// How many people make each piece.
  private let sizes: [Int]
  private var solid: [Row] = []
  /// For each piece the solid row whose pivot it is, or -1; and the loose row.
  private var solidRow: [Int]
  private var looseRow: [Int]
  private var solidPivots: [Int] = []
  private var loose: [Row] = []
  /// The loose rows that contain, or once contained, a piece.
  private var containing: [[Int32]]
  private var looseWeights: [Int] = []
  /// The row that is being reduced, and the pieces that it may have a factor for.
  private var work: [UInt64]
  private var touched: [Int] = []
  private var isTouched: [Bool]

  /// Factors are whole numbers modulo this prime: exact, and without growth.
  private static let prime: UInt64 = 2_147_483_647
  /// How many loose rows are combined with a new one in search of a few people.
  private static let depth = 2
  /// Combinations of this many times the minimum are not combined further.
  private static let heaviest = 16

  init(sizes: [Int], minimum: Int) {
    self.minimum = minimum
    self.sizes = sizes
    solidRow = [Int](repeating: -1, count: sizes.count)
    looseRow = solidRow
    containing = [[Int32]](repeating: [], count: sizes.count)
    work = [UInt64](repeating: 0, count: sizes.count)
    isTouched = [Bool](repeating: false, count: sizes.count)
  }

  /// Takes the sum over some pieces for known, unless `isCertain` is false and it told something
  /// about a few people; returns whether it was taken.
  mutating func add(_ pieces: [Int], isCertain: Bool) -> Bool {
    for piece in pieces { touch(piece, 1) }
    reduce()
    let row = takeRow()
    guard let heaviest = row.pieces.max(by: { sizes[Int($0)] < sizes[Int($1)] }) else {
      return true
    }
    if sizes[Int(heaviest)] >= minimum {
      solidRow[Int(heaviest)] = solid.count
      solidPivots.append(Int(heaviest))
      solid.append(normalized(row, at: heaviest))
      return true
    }
    if !isCertain, showsFew(row, depth: Self.depth) { return false }
    insertLoose(normalized(row, at: heaviest), pivot: heaviest)
    return true
  }

  private mutating func touch(_ piece: Int, _ factor: UInt64) {
    if !isTouched[piece] {
      isTouched[piece] = true
      touched.append(piece)
    }
    work[piece] = (work[piece] + factor) % Self.prime
  }

  private mutating func subtract(_ row: Row, _ factor: UInt64) {
    let negative = Self.prime - factor
    for (piece, value) in zip(row.pieces, row.factors) { touch(Int(piece), negative * value) }
  }

  private mutating func reduce() {
    // A solid row contains the pivots of later ones only.
    if touched.count > 100 {
      for (i, pivot) in solidPivots.enumerated() where work[pivot] != 0 {
        subtract(solid[i], work[pivot])
      }
    } else {
      while let next = firstSolid() { subtract(solid[next], work[solidPivots[next]]) }
    }
    // A loose row contains no other's pivot.
    for piece in touched where looseRow[piece] >= 0 && work[piece] != 0 {
      subtract(loose[looseRow[piece]], work[piece])
    }
  }

  /// The first solid row whose pivot the row that is being reduced contains.
  private func firstSolid() -> Int? {
    var first = Int.max
    for piece in touched where work[piece] != 0 && solidRow[piece] >= 0 {
      first = min(first, solidRow[piece])
    }
    return first == .max ? nil : first
  }

  private mutating func takeRow() -> Row {
    var row = Row()
    for piece in touched.sorted() {
      if work[piece] != 0 {
        row.pieces.append(Int32(piece))
        row.factors.append(work[piece])
      }
      work[piece] = 0
      isTouched[piece] = false
    }
    touched.removeAll(keepingCapacity: true)
    return row
  }

  private func weight(_ row: Row) -> Int { row.pieces.reduce(0) { $0 + sizes[Int($1)] } }

  /// Whether few people have a factor in a row, or in it and some loose rows together.
  private func showsFew(_ row: Row, depth: Int) -> Bool {
    let weight = weight(row)
    if weight < minimum { return !row.pieces.isEmpty }
    // How many people each loose row has in common with this one, and which factor cancels whom.
    var shared: [Int32: Int] = [:]
    var cancelled: [Combination: Int] = [:]
    for (piece, factor) in zip(row.pieces, row.factors) {
      for i in containing[Int(piece)] {
        guard let other = loose[Int(i)].factor(of: piece) else { continue }
        let ratio = other == 1 ? factor : factor * inverse(other) % Self.prime
        shared[i, default: 0] += sizes[Int(piece)]
        cancelled[Combination(row: i, factor: ratio), default: 0] += sizes[Int(piece)]
      }
    }
    for (combination, people) in cancelled {
      let other = Int(combination.row)
      let left = weight + looseWeights[other] - shared[combination.row]! - people
      if left > 0 && left < minimum { return true }
      guard depth > 1, left < Self.heaviest * minimum else { continue }
      let difference = difference(row, loose[other], times: combination.factor)
      if showsFew(difference, depth: depth - 1) { return true }
    }
    return false
  }

  private struct Combination: Hashable {
    var row: Int32
    var factor: UInt64
  }

  private mutating func insertLoose(_ row: Row, pivot: Int32) {
    for i in containing[Int(pivot)] {
      let other = loose[Int(i)]
      guard let factor = other.factor(of: pivot) else { continue }
      loose[Int(i)] = difference(other, row, times: factor)
      for piece in row.pieces where piece != pivot && !containing[Int(piece)].contains(i) {
        containing[Int(piece)].append(i)
      }
      looseWeights[Int(i)] = weight(loose[Int(i)])
    }
    looseRow[Int(pivot)] = loose.count
    containing[Int(pivot)] = []
    for piece in row.pieces { containing[Int(piece)].append(Int32(loose.count)) }
    loose.append(row)
    looseWeights.append(weight(row))
  }

  private func difference(_ a: Row, _ b: Row, times factor: UInt64) -> Row {
    let negative = Self.prime - factor
    var result = Row()
    var (i, j) = (0, 0)
    while i < a.pieces.count || j < b.pieces.count {
      let left = i < a.pieces.count ? a.pieces[i] : .max
      let right = j < b.pieces.count ? b.pieces[j] : .max
      var value: UInt64 = 0
      if left <= right {
        value += a.factors[i]
        i += 1
      }
      if right <= left {
        value += negative * b.factors[j]
        j += 1
      }
      value %= Self.prime
      guard value != 0 else { continue }
      result.pieces.append(min(left, right))
      result.factors.append(value)
    }
    return result
  }

  private func normalized(_ row: Row, at pivot: Int32) -> Row {
    let place = row.pieces.firstIndex(of: pivot)!
    let inverse = inverse(row.factors[place])
    return Row(pieces: row.pieces, factors: row.factors.map { $0 * inverse % Self.prime })
  }

  /// The number whose product with another is 1.
  private func inverse(_ factor: UInt64) -> UInt64 {
    var (result, power, exponent): (UInt64, UInt64, UInt64) = (1, factor, Self.prime - 2)
    while exponent > 0 {
      if exponent & 1 == 1 { result = result * power % Self.prime }
      power = power * power % Self.prime
      exponent >>= 1
    }
    return result
  }
}
