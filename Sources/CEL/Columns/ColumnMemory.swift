/// The registers of one worker: what the rows of a chunk hold while a program runs over them.
///
/// Registers of one kind follow each other in memory. One worker uses it at a time.
///
/// What says where registers are is inlinable: a single decision asks for it some thousand times.
package final class ColumnMemory {
  /// How many rows a chunk has at most.
  package let capacity: Int
  @usableFromInline let words: Int
  @usableFromInline let numberStride: Int
  @usableFromInline let codeStride: Int
  @usableFromInline let numberBase: UnsafeMutablePointer<Double>
  @usableFromInline let planeBase: UnsafeMutablePointer<UInt64>
  @usableFromInline let codeBase: UnsafeMutablePointer<Int32>
  /// Behind a pointer, since each look at a variable of an object is checked.
  @usableFromInline let rowCount: UnsafeMutablePointer<Int>
  /// Values that are neither numbers nor conditions nor texts of a column.
  package var boxes: [[Outcome<Value>]]
  /// The texts that codes of a text column mean.
  package var pools: [TextPool]
  var lifted: [LiftedTexts]

  package init(_ layout: ColumnLayout, capacity: Int) {
    self.capacity = capacity
    rowCount = .allocate(capacity: 1)
    rowCount.initialize(to: 0)
    words = (capacity + 63) / 64
    // Not a power of two apart, so that registers do not share the sets of the cache.
    numberStride = (capacity + 7) / 8 * 8 + 8
    codeStride = (capacity + 15) / 16 * 16 + 16
    numberBase = .allocate(capacity: max(1, layout.numbers * numberStride))
    numberBase.initialize(repeating: .nan, count: layout.numbers * numberStride)
    planeBase = .allocate(capacity: max(1, layout.planes * words))
    planeBase.initialize(repeating: 0, count: layout.planes * words)
    codeBase = .allocate(capacity: max(1, layout.codes * codeStride))
    codeBase.initialize(repeating: -1, count: layout.codes * codeStride)
    boxes = Array(
      repeating: Array(repeating: .unknown(Unknown([])), count: capacity), count: layout.boxes)
    pools = Array(repeating: TextPool(), count: layout.pools)
    lifted = Array(repeating: LiftedTexts(), count: layout.lifted)
  }

  deinit {
    rowCount.deallocate()
    numberBase.deallocate()
    planeBase.deallocate()
    codeBase.deallocate()
  }

  /// How many rows the present chunk has.
  @inlinable package var count: Int {
    get { rowCount.pointee }
    set { rowCount.pointee = newValue }
  }

  /// How many words of bits the rows of the chunk take.
  @inlinable package var wordCount: Int { (count + 63) / 64 }

  @inlinable package func numbers(_ register: Int) -> UnsafeMutablePointer<Double> {
    numberBase + register &* numberStride
  }

  @inlinable package func plane(_ register: Int) -> UnsafeMutablePointer<UInt64> {
    planeBase + register &* words
  }

  @inlinable package func codes(_ register: Int) -> UnsafeMutablePointer<Int32> {
    codeBase + register &* codeStride
  }

  /// The rows that the plain evaluator has to decide, since something in them is a fault.
  @inlinable package var flags: UnsafeMutablePointer<UInt64> { plane(0) }

  package func flag(_ row: Int) {
    flags[row / 64] |= 1 << UInt64(row % 64)
  }

  @inlinable package func bit(_ row: Int, of register: Int) -> Bool {
    plane(register)[row / 64] >> UInt64(row % 64) & 1 == 1
  }

  /// The truth in a row; nil where it is unknown.
  @inlinable package func truth(_ row: Int, of register: TruthRegister) -> Bool? {
    bit(row, of: register.isKnown) ? bit(row, of: register.isTrue) : nil
  }

  /// Sets the truth in a row of two planes that had no bit there.
  package func set(_ row: Int, of register: TruthRegister, to truth: Bool?) {
    let bit = UInt64(1) << UInt64(row % 64)
    plane(register.isKnown)[row / 64] |= truth == nil ? 0 : bit
    plane(register.isTrue)[row / 64] |= truth == true ? bit : 0
  }

  package func clear(_ register: TruthRegister) {
    for word in 0..<wordCount {
      plane(register.isKnown)[word] = 0
      plane(register.isTrue)[word] = 0
    }
  }
}

/// How many registers of each kind a program uses.
package struct ColumnLayout: Sendable {
  package var numbers = 0
  /// The first plane marks the rows that the plain evaluator has to decide.
  package var planes = 1
  package var codes = 0
  package var boxes = 0
  package var pools = 0
  package var lifted = 0

  package init() {}

  package mutating func number() -> Int { next(&numbers) }
  package mutating func plane() -> Int { next(&planes) }
  package mutating func code() -> Int { next(&codes) }
  package mutating func box() -> Int { next(&boxes) }
  package mutating func pool() -> Int { next(&pools) }
  mutating func lift() -> Int { next(&lifted) }

  package mutating func truth() -> TruthRegister {
    TruthRegister(isTrue: plane(), isKnown: plane())
  }

  private func next(_ count: inout Int) -> Int {
    defer { count += 1 }
    return count
  }
}

/// The two planes of a condition.
@frozen package struct TruthRegister: Hashable, Sendable {
  package let isTrue: Int
  package let isKnown: Int
}

/// The texts of a column, in the order of their codes.
package struct TextPool: Sendable {
  package private(set) var texts: [String] = []
  /// Changes when codes take another meaning.
  package private(set) var generation = 0

  package init() {}

  package mutating func append(_ text: String) { texts.append(text) }

  package mutating func replace(with texts: [String]) {
    self.texts = texts
    generation += 1
  }
}
