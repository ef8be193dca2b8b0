/// The column form of an overload: what it does to registers that hold a chunk of rows each.
///
/// Loops are made from the function that is the overload's meaning, so that the compiler puts
/// that function into the loop and uses the machine's vectors. A column form is an optimisation:
/// an overload without one is evaluated row by row, with the same results.
///
/// An unknown number is NaN. Truth is two planes of bits: known, and true; what is true is known.
enum Kernel: Sendable {
  typealias Numbers = UnsafePointer<Double>
  typealias MutableNumbers = UnsafeMutablePointer<Double>

  case number(NumberKernel)
  case numbers(NumbersKernel)
  case numberTest(NumberTestKernel)
  case truth(@Sendable (Truth) -> Truth)
  /// Chains fold it from the left.
  case logic(@Sendable (Truth, Truth) -> Truth)
  case equality(isNegated: Bool)
  case known
  case orElse
  case conditional
}

/// 64 conditions at once, one in each bit.
struct Truth: Hashable, Sendable {
  var isTrue: UInt64
  var isKnown: UInt64
}

/// In policies a number that is not finite is unknown at the operation.
///
/// Zero times what is not finite is NaN; a finite number keeps its bits, those of -0 too.
@inline(__always)
func finite(_ number: Double) -> Double { number + number * 0 }

/// A number of one number.
struct NumberKernel: Sendable {
  typealias Loop = @Sendable (Kernel.Numbers, Kernel.MutableNumbers, Int) -> Void

  let loop: Loop

  @inline(__always)
  init(_ body: @escaping @Sendable (Double) -> Double) {
    loop = { a, result, count in
      for row in 0..<count { result[row] = finite(body(a[row])) }
    }
  }
}

/// A number of two numbers.
struct NumbersKernel: Sendable {
  let both: @Sendable (Kernel.Numbers, Kernel.Numbers, Kernel.MutableNumbers, Int) -> Void
  let right: @Sendable (Kernel.Numbers, Double, Kernel.MutableNumbers, Int) -> Void
  let left: @Sendable (Double, Kernel.Numbers, Kernel.MutableNumbers, Int) -> Void

  @inline(__always)
  init(_ body: @escaping Overload.Numbers) {
    both = { a, b, result, count in
      for row in 0..<count { result[row] = finite(body(a[row], b[row])) }
    }
    right = { a, b, result, count in
      for row in 0..<count { result[row] = finite(body(a[row], b)) }
    }
    left = { a, b, result, count in
      for row in 0..<count { result[row] = finite(body(a, b[row])) }
    }
  }
}

/// A question about two numbers, both known.
///
/// Where a number is unknown the answer is of no use, and may be either.
struct NumberTestKernel: Sendable {
  let both: @Sendable (Kernel.Numbers, Kernel.Numbers, UnsafeMutablePointer<UInt64>, Int) -> Void
  let right: @Sendable (Kernel.Numbers, Double, UnsafeMutablePointer<UInt64>, Int) -> Void
  let left: @Sendable (Double, Kernel.Numbers, UnsafeMutablePointer<UInt64>, Int) -> Void

  @inline(__always)
  init(_ body: @escaping Overload.NumberTest) {
    both = { a, b, result, count in
      packBits(into: result, count: count) { body(a[$0], b[$0]) }
    }
    right = { a, b, result, count in
      packBits(into: result, count: count) { body(a[$0], b) }
    }
    left = { a, b, result, count in
      packBits(into: result, count: count) { body(a, b[$0]) }
    }
  }
}

/// Puts the answers for rows into bits, row 0 into the lowest.
@inline(__always)
package func packBits(
  into words: UnsafeMutablePointer<UInt64>, count: Int, _ answer: (Int) -> Bool
) {
  var row = 0
  var place = 0
  while row &+ 64 <= count {
    // Each lane gathers the bits of every eighth row, so a vector of answers takes no shuffling.
    var gathered = SIMD8<UInt64>.zero
    var bits = SIMD8<UInt64>(1, 2, 4, 8, 16, 32, 64, 128)
    for _ in 0..<8 {
      var answers = SIMD8<UInt64>()
      for lane in 0..<8 { answers[lane] = answer(row &+ lane) ? .max : 0 }
      gathered |= answers & bits
      bits &<<= 8
      row &+= 8
    }
    words[place] = gathered.wrappedSum()
    place &+= 1
  }
  guard row < count else { return }
  var word: UInt64 = 0
  for bit in 0..<count &- row {
    word |= (answer(row &+ bit) ? 1 : 0) &<< UInt64(truncatingIfNeeded: bit)
  }
  words[place] = word
}
