/// What an evaluation gives: a value, an unknown with its causes, or a fault.
public enum Outcome<Wrapped: Sendable>: Sendable {
  case value(Wrapped)
  case unknown(Unknown)
  case fault(Fault)

  /// The value, or nil when it is unknown or a fault.
  public var value: Wrapped? {
    if case .value(let value) = self { value } else { nil }
  }

  /// The outcome with its value changed; unknowns and faults stay as they are.
  public func map<Other: Sendable>(_ change: (Wrapped) -> Other) -> Outcome<Other> {
    switch self {
    case .value(let value): .value(change(value))
    case .unknown(let unknown): .unknown(unknown)
    case .fault(let fault): .fault(fault)
    }
  }
}

extension Outcome: Equatable where Wrapped: Equatable {}
extension Outcome: Hashable where Wrapped: Hashable {}

/// A value that is not there, with the names of what was missing.
public struct Unknown: Hashable, Sendable {
  /// What was missing, sorted, each once.
  public private(set) var causes: [Cause]

  public init(_ causes: [Cause]) {
    var unique: [Cause] = []
    for cause in causes.sorted() where unique.last != cause { unique.append(cause) }
    self.causes = unique
  }

  public init(_ name: String, _ reason: Reason = .absent) {
    causes = [Cause(name: name, reason: reason)]
  }

  /// The causes of both.
  public func union(_ other: Unknown) -> Unknown {
    if causes == other.causes { return self }
    return Unknown(causes + other.causes)
  }

  /// One thing that was missing, and why.
  public struct Cause: Hashable, Comparable, Sendable {
    /// A quantity's name, or the source text of the operation that gave no finite number.
    public var name: String
    public var reason: Reason

    public init(name: String, reason: Reason = .absent) {
      self.name = name
      self.reason = reason
    }

    public static func < (a: Cause, b: Cause) -> Bool {
      if !sameScalars(a.name, b.name) { return scalarsPrecede(a.name, b.name) }
      return a.reason.rank < b.reason.rank
    }
  }

  /// Why a value is not there.
  public enum Reason: Hashable, Sendable {
    /// An empty cell or a period without a row.
    case absent
    /// Outside the range that its input declares.
    case outOfRange
    /// Not readable as what its input declares.
    case malformed
    /// Not among the texts that its input lists.
    case notListed
    /// The condition under which it counts does not hold.
    case notApplicable
    /// There, but not to be used openly.
    case suppressed
    /// Too few periods, members or peers are known.
    case tooFew
    /// A zero divisor or a result that is no finite number.
    case notFinite
    /// A fault that became unknown at the border of a quantity.
    case fault(Fault)

    fileprivate var rank: (Int, String) {
      switch self {
      case .absent: (0, "")
      case .outOfRange: (1, "")
      case .malformed: (2, "")
      case .notListed: (3, "")
      case .notApplicable: (4, "")
      case .suppressed: (5, "")
      case .tooFew: (6, "")
      case .notFinite: (7, "")
      case .fault(let fault): (8, fault.message)
      }
    }
  }
}

/// What the evaluation of one record ran into: overflow, a missing key.
public struct Fault: Error, Hashable, Sendable, CustomStringConvertible {
  public enum Kind: String, Hashable, Sendable {
    case overflow
    case divisionByZero = "division_by_zero"
    case noSuchKey = "no_such_key"
    case indexOutOfRange = "index_out_of_range"
    case conversion
    case invalidArgument = "invalid_argument"
    case duplicateKey = "duplicate_key"
    case noSuchOverload = "no_such_overload"
    case unknownName = "unknown_name"
    case limit
  }

  public var kind: Kind
  /// One line, small first letter, no full stop.
  public var message: String

  public init(_ kind: Kind, _ message: String) {
    self.kind = kind
    self.message = message
  }

  public var description: String { message }

  public static let overflow = Fault(.overflow, "the result is too large")
  public static let divisionByZero = Fault(.divisionByZero, "division by zero")
  static let timeRange = Fault(.overflow, "the time is outside the years 1 to 9999")
  static let tooLarge = Fault(.limit, "the value grew too large")
  static let exhausted = Fault(.limit, "the expression takes too many steps")

  static func noSuchKey(_ key: Value) -> Fault { Fault(.noSuchKey, "no such key: \(key)") }
  static func index(_ index: Int64) -> Fault {
    Fault(.indexOutOfRange, "index \(index) is out of range")
  }
  static func conversion(_ value: String, to type: String) -> Fault {
    Fault(.conversion, "cannot convert \(value) to \(type)")
  }
  static func noSuchOverload(_ function: String) -> Fault {
    Fault(.noSuchOverload, "no such overload: \(function)")
  }
}
