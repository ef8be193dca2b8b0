public import Tables

/// The inputs of one subject in one period, by the names that the policy gives them.
///
/// What a record lacks is unknown. So is a number outside the input's declared range.
public struct Record: Sendable, ExpressibleByDictionaryLiteral {
  /// A value of an input.
  public enum Entry: Hashable, Sendable {
    case number(Double)
    case text(String)
    case boolean(Bool)
    case date(CalendarDate)
  }

  public var entries: [String: Entry]
  /// What the assessment is about, for the result to carry.
  public var subject: String
  /// The period, such as `2026-01`; nil leaves `period` unknown to expressions.
  public var period: Period?

  public init(_ entries: [String: Entry], subject: String = "", period: Period? = nil) {
    self.entries = entries
    self.subject = subject
    self.period = period
  }

  /// Where a name occurs twice the last value counts.
  public init(dictionaryLiteral elements: (String, Entry)...) {
    self.init(Dictionary(elements, uniquingKeysWith: { $1 }))
  }
}

extension Record.Entry: ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral {
  public init(floatLiteral value: Double) { self = .number(value) }
  public init(integerLiteral value: Int) { self = .number(Double(value)) }
}

extension Record.Entry: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral {
  public init(stringLiteral value: String) { self = .text(value) }
  public init(booleanLiteral value: Bool) { self = .boolean(value) }
}

/// A record that does not fit the policy: a mistake of the program that made it.
public enum RecordError: Error, Hashable, Sendable, CustomStringConvertible {
  /// No input of the scope has that name; with the nearest one that has.
  case unknownInput(String, nearest: String?)
  case wrongType(String, expected: String)
  /// The policy has nothing to assess in that scope.
  case noScope(Scope)
  /// What the policy assesses in that scope depends on other rows too.
  case needsTables(Scope)

  public var description: String {
    switch self {
    case .unknownInput(let name, let nearest):
      "unknown input `\(name)`" + (nearest.map { "; did you mean `\($0)`?" } ?? "")
    case .wrongType(let name, let expected): "input `\(name)` takes \(expected)"
    case .needsTables(let scope):
      "what the policy says of a \(scope.rawValue) depends on other rows; assess tables"
    case .noScope(let scope): "the policy assesses nothing at the scope \(scope.rawValue)"
    }
  }
}
