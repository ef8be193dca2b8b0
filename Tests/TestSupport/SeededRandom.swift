internal import Foundation

/// Random numbers that a seed makes come again (SplitMix64).
public struct SeededRandom: RandomNumberGenerator, Sendable {
  private var state: UInt64

  public init(seed: UInt64) {
    state = seed
  }

  /// A generator whose seed is printed: that of `BELAY_SEED`, or one that differs from run to run.
  public static func announced(_ test: String = #function) -> SeededRandom {
    let given = ProcessInfo.processInfo.environment["BELAY_SEED"].flatMap { UInt64($0) }
    let seed = given ?? UInt64.random(in: 0..<1_000_000_000)
    print("BELAY_SEED=\(seed) for \(test)")
    return SeededRandom(seed: seed)
  }

  /// How many cases a property is tried on: what `BELAY_CASES` says, or a standard.
  public static func cases(_ standard: Int) -> Int {
    ProcessInfo.processInfo.environment["BELAY_CASES"].flatMap { Int($0) } ?? standard
  }

  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
    return mixed ^ mixed >> 31
  }
  /// True once in so many times.
  public mutating func once(in count: Int) -> Bool {
    Int.random(in: 0..<count, using: &self) == 0
  }

  /// - Precondition: there is something to choose from.
  public mutating func pick<Choice>(_ choices: [Choice]) -> Choice {
    choices.randomElement(using: &self)!
  }

  public mutating func number(_ range: ClosedRange<Int>) -> Int {
    Int.random(in: range, using: &self)
  }
}
