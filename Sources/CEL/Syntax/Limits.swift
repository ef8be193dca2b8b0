/// Bounds that keep any expression from exhausting memory, stack or time.
///
/// Texts beyond the first three and patterns beyond theirs are refused when they are read; going
/// beyond the others is a fault of the kind `limit`, whatever the rest of the expression says.
public struct Limits: Hashable, Sendable {
  /// The length of an expression, in UTF-8 bytes.
  public var sourceLength = 1_000_000
  public var tokens = 200_000
  /// How deep brackets and operators may nest. Chains of `&&` and `||` count once.
  public var nesting = 200
  /// How many elements all comprehensions of one evaluation may visit together.
  public var iterations = 1_000_000
  /// How many steps one evaluation may take; `CostEstimate` says what a step is.
  public var steps = 2_000_000
  /// How many elements a list may have that an expression makes, and how many lists and maps
  /// inside it, with all elements in them, its value may.
  public var listLength = 1_000_000
  /// How many bytes a text or bytes may have that an expression makes; text counts as UTF-8.
  public var textLength = 10_000_000
  /// How many states the automaton of a regular expression may have: about one for each character,
  /// times the counts of repetitions.
  public var patternStates = 20_000

  public init() {}
}
