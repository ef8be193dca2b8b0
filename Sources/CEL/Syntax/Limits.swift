/// Bounds that keep any expression from exhausting memory, stack or time.
public struct Limits: Hashable, Sendable {
  /// The length of an expression, in UTF-8 bytes.
  public var sourceLength = 1_000_000
  public var tokens = 200_000
  /// How deep brackets and operators may nest. Chains of `&&` and `||` count once.
  public var nesting = 200
  /// How many elements all comprehensions of one evaluation may visit together.
  public var iterations = 1_000_000

  public init() {}

  /// How many bytes or elements a computed text or list may have.
  static let producedSize = 1 << 24
}
