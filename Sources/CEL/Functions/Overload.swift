/// One signature of a function or operator, with its meaning: a row of the function table.
///
/// A strict overload sees values alone: an unknown operand makes its result unknown, else a fault
/// makes it a fault. A lenient overload sees outcomes and decides itself.
public struct Overload: Sendable {
  /// Unique in the table: `add_int64`.
  public let id: String
  /// The function's name; operators have CEL's names for them: `_+_`, `@in`.
  public let function: String
  /// Called on its first parameter: `text.startsWith(prefix)`.
  public let isMember: Bool
  public let parameters: [CELType]
  public let result: CELType
  /// One sentence.
  public let doc: String
  /// The only profile that has it, or nil when both do.
  public let profile: Profile?
  /// Whether the elements of its list may also be written as arguments, two or more.
  public let isVariadic: Bool
  let body: Body
  /// The column form, where there is one.
  let kernel: Kernel?

  typealias Unary = @Sendable (Value, inout Meter) throws(Fault) -> Value
  typealias Binary = @Sendable (Value, Value, inout Meter) throws(Fault) -> Value
  typealias Strict = @Sendable ([Value], inout Meter) throws(Fault) -> Value
  typealias Numbers = @Sendable (Double, Double) -> Double
  typealias NumberTest = @Sendable (Double, Double) -> Bool
  typealias Lenient = @Sendable ([Outcome<Value>]) -> Outcome<Value>
  /// Makes of a second operand that never changes a function of the first.
  typealias Preparation = @Sendable (Value, inout Meter) throws(Fault) -> Unary
  typealias LenientBinary = @Sendable (Outcome<Bool>, Outcome<Bool>) -> Outcome<Bool>

  enum Body: Sendable {
    case unary(Unary)
    /// With a second operand that is constant, a preparation may make it faster.
    case binary(Binary, prepared: Preparation? = nil)
    /// Doubles to a double, which the evaluator keeps out of values.
    case numbers(Numbers)
    /// A question about two doubles.
    case numberTest(NumberTest)
    /// Its second operand takes work that is done once when it is constant.
    case prepared(Preparation)
    case strict(Strict)
    case lenient(Lenient)
    /// Chains fold it from the left and stop at the absorbing value.
    case logic(LenientBinary, absorbing: Bool)
    /// The evaluator's own: only the chosen branch is evaluated.
    case conditional
    /// Declared for the checker, never called.
    case absent
  }

  init(
    _ id: String, _ function: String, member: Bool = false, _ parameters: [CELType],
    _ result: CELType, profile: Profile? = nil, isVariadic: Bool = false, doc: String, body: Body,
    kernel: Kernel? = nil
  ) {
    self.isVariadic = isVariadic
    self.id = id
    self.function = function
    isMember = member
    self.parameters = parameters
    self.result = result
    self.doc = doc
    self.profile = profile
    self.body = body
    self.kernel = kernel
  }

  /// A signature without a meaning, for checking expressions that are evaluated elsewhere.
  public init(
    declaring id: String, _ function: String, member: Bool = false, _ parameters: [CELType],
    _ result: CELType
  ) {
    self.init(id, function, member: member, parameters, result, doc: "", body: .absent)
  }

  /// Any signature; the values have the parameters' types.
  public init(
    _ id: String, _ function: String, member: Bool = false, _ parameters: [CELType],
    _ result: CELType, profile: Profile? = nil, doc: String,
    _ body: @escaping @Sendable ([Value]) throws(Fault) -> Value
  ) {
    self.init(
      id, function, member: member, parameters, result, profile: profile, doc: doc,
      metered: { (values: [Value], meter: inout Meter) throws(Fault) -> Value in try body(values) })
  }

  /// Any signature, with a meaning that minds how much it makes.
  init(
    _ id: String, _ function: String, member: Bool = false, _ parameters: [CELType],
    _ result: CELType, profile: Profile? = nil, isVariadic: Bool = false, doc: String,
    metered body: @escaping Strict
  ) {
    self.init(
      id, function, member: member, parameters, result, profile: profile, isVariadic: isVariadic,
      doc: doc,
      body: .strict { (values: [Value], meter: inout Meter) throws(Fault) -> Value in
        for value in values { try meter.spend(reading: value) }
        let result = try body(values, &meter)
        try meter.admit(result)
        return result
      })
  }

  // Kernels are made where the function is written, so that their loops hold it.

  @inline(__always)
  init(_ id: String, _ function: String, doc: String, _ body: @escaping Numbers) {
    self.init(
      id, function, [.double, .double], .double, doc: doc, body: .numbers(body),
      kernel: .numbers(NumbersKernel(body)))
  }

  @inline(__always)
  init(_ id: String, _ function: String, doc: String, _ body: @escaping NumberTest) {
    self.init(
      id, function, [.double, .double], .bool, doc: doc, body: .numberTest(body),
      kernel: .numberTest(NumberTestKernel(body)))
  }

  @inline(__always)
  init(
    _ id: String, _ function: String, profile: Profile? = nil, doc: String,
    _ body: @escaping @Sendable (Double) -> Double
  ) {
    self.init(
      id, function, [.double], .double, profile: profile, doc: doc,
      body: .unary { (a: Value, _: inout Meter) throws(Fault) -> Value in
        guard case .double(let a) = a else { throw .noSuchOverload(function) }
        return .double(body(a))
      }, kernel: .number(NumberKernel(body)))
  }

  init(
    _ id: String, _ function: String, doc: String, _ body: @escaping @Sendable (Bool) -> Bool
  ) {
    self.init(
      id, function, [.bool], .bool, doc: doc,
      body: .unary { (a: Value, _: inout Meter) throws(Fault) -> Value in
        guard case .bool(let a) = a else { throw .noSuchOverload(function) }
        return .bool(body(a))
      },
      kernel: .truth { a in
        let ofTrue = body(true) ? a.isTrue : 0
        let ofFalse = body(false) ? a.isKnown & ~a.isTrue : 0
        return Truth(isTrue: ofTrue | ofFalse, isKnown: a.isKnown)
      })
  }

  init<A: Representable, R: Representable>(
    _ id: String, _ function: String, member: Bool = false, profile: Profile? = nil, doc: String,
    _ body: @escaping @Sendable (A) throws(Fault) -> R
  ) {
    self.init(
      id, function, member: member, [A.celType], R.celType, profile: profile, doc: doc,
      body: .unary { (a: Value, meter: inout Meter) throws(Fault) -> Value in
        guard let a = A(a) else { throw .noSuchOverload(function) }
        if A.isText { try meter.spend(bytes: a.byteCount) }
        let result = try body(a)
        if R.isText { try meter.admit(bytes: result.byteCount) }
        return result.celValue
      })
  }

  init<A: Representable, B: Representable, R: Representable>(
    _ id: String, _ function: String, member: Bool = false, profile: Profile? = nil, doc: String,
    _ body: @escaping @Sendable (A, B) throws(Fault) -> R
  ) {
    self.init(
      id, function, member: member, [A.celType, B.celType], R.celType, profile: profile, doc: doc,
      body: .binary { (a: Value, b: Value, meter: inout Meter) throws(Fault) -> Value in
        guard let a = A(a), let b = B(b) else { throw .noSuchOverload(function) }
        if A.isText || B.isText { try meter.spend(bytes: a.byteCount + b.byteCount) }
        let result = try body(a, b)
        if R.isText { try meter.admit(bytes: result.byteCount) }
        return result.celValue
      })
  }

  init<A: Representable, B: Representable, C: Representable, R: Representable>(
    _ id: String, _ function: String, member: Bool = false, profile: Profile? = nil, doc: String,
    _ body: @escaping @Sendable (A, B, C) throws(Fault) -> R
  ) {
    self.init(
      id, function, member: member, [A.celType, B.celType, C.celType], R.celType,
      profile: profile, doc: doc,
      metered: { (values: [Value], _: inout Meter) throws(Fault) -> Value in
        guard let a = A(values[0]), let b = B(values[1]), let c = C(values[2]) else {
          throw .noSuchOverload(function)
        }
        return try body(a, b, c).celValue
      })
  }

  /// Logic: the result of a chain is settled once the absorbing value turns up.
  ///
  /// - Parameter truths: the same for 64 rows at once.
  init(
    lenient id: String, _ function: String, absorbing: Bool, doc: String,
    truths: @escaping @Sendable (Truth, Truth) -> Truth, _ body: @escaping LenientBinary
  ) {
    self.init(
      id, function, [.bool, .bool], .bool, doc: doc, body: .logic(body, absorbing: absorbing),
      kernel: .logic(truths))
  }

  init(
    lenient id: String, _ function: String, _ parameters: [CELType], _ result: CELType,
    profile: Profile? = nil, kernel: Kernel? = nil, doc: String, _ body: @escaping Lenient
  ) {
    self.init(
      id, function, parameters, result, profile: profile, doc: doc, body: .lenient(body),
      kernel: kernel)
  }
}

extension Overload {
  /// The result for values that its parameters take.
  func call(_ values: [Value], _ meter: inout Meter) throws(Fault) -> Value {
    switch (body, values.count) {
    case (.unary(let body), 1): return try body(values[0], &meter)
    case (.binary(let body, _), 2): return try body(values[0], values[1], &meter)
    case (.prepared(let prepare), 2): return try prepare(values[1], &meter)(values[0], &meter)
    case (.numbers(let body), 2):
      if case .double(let a) = values[0], case .double(let b) = values[1] {
        return .double(body(a, b))
      }
    case (.numberTest(let body), 2):
      if case .double(let a) = values[0], case .double(let b) = values[1] {
        return .bool(body(a, b))
      }
    case (.strict(let body), _): return try body(values, &meter)
    default: break
    }
    throw .noSuchOverload(function)
  }
}

extension Outcome where Wrapped == Bool {
  init(_ outcome: Outcome<Value>, _ function: String) {
    switch outcome {
    case .value(.bool(let value)): self = .value(value)
    case .value: self = .fault(.noSuchOverload(function))
    case .unknown(let unknown): self = .unknown(unknown)
    case .fault(let fault): self = .fault(fault)
    }
  }
}

/// A Swift type that stands for a type of CEL in the signature of an overload.
protocol Representable: Sendable {
  static var celType: CELType { get }
  /// Whether going through a value of the type takes time with its length.
  static var isText: Bool { get }
  init?(_ value: Value)
  var celValue: Value { get }
  /// The length of a text or bytes; 0 for the other types.
  var byteCount: Int { get }
}

extension Representable {
  static var isText: Bool { false }
  var byteCount: Int { 0 }
}

extension Bool: Representable {
  static var celType: CELType { .bool }
  init?(_ value: Value) {
    guard case .bool(let value) = value else { return nil }
    self = value
  }
  var celValue: Value { .bool(self) }
}

extension Int64: Representable {
  static var celType: CELType { .int }
  init?(_ value: Value) {
    guard case .int(let value) = value else { return nil }
    self = value
  }
  var celValue: Value { .int(self) }
}

extension UInt64: Representable {
  static var celType: CELType { .uint }
  init?(_ value: Value) {
    guard case .uint(let value) = value else { return nil }
    self = value
  }
  var celValue: Value { .uint(self) }
}

extension Double: Representable {
  static var celType: CELType { .double }
  init?(_ value: Value) {
    guard case .double(let value) = value else { return nil }
    self = value
  }
  var celValue: Value { .double(self) }
}

extension String: Representable {
  static var celType: CELType { .string }
  init?(_ value: Value) {
    guard case .string(let value) = value else { return nil }
    self = value
  }
  var celValue: Value { .string(self) }
  static var isText: Bool { true }
  var byteCount: Int { utf8.count }
}

extension [UInt8]: Representable {
  static var celType: CELType { .bytes }
  init?(_ value: Value) {
    guard case .bytes(let value) = value else { return nil }
    self = value
  }
  var celValue: Value { .bytes(self) }
  static var isText: Bool { true }
  var byteCount: Int { count }
}

extension Timestamp: Representable {
  static var celType: CELType { .timestamp }
  init?(_ value: Value) {
    guard case .timestamp(let value) = value else { return nil }
    self = value
  }
  var celValue: Value { .timestamp(self) }
}

extension Duration: Representable {
  static var celType: CELType { .duration }
  init?(_ value: Value) {
    guard case .duration(let value) = value else { return nil }
    self = value
  }
  var celValue: Value { .duration(self) }
}

extension CELType: Representable {
  static var celType: CELType { .type(.dyn) }
  init?(_ value: Value) {
    guard case .type(let value) = value else { return nil }
    self = value
  }
  var celValue: Value { .type(self) }
}
