/// Evaluates a program over one record. What operations mean stands in the function table.
struct Evaluator {
  let program: Program
  // An existential: a generic evaluator would look up its own type's metadata at every call.
  let record: any Activation
  /// Where the outcome of every sub-expression goes, when somebody asked for it.
  private let recorder: TraceRecorder?
  /// Variables of macros.
  private var locals: [Outcome<Value>]
  private var meter: Meter

  /// - Parameter steps: how many it may take, if other than the limits say.
  init(
    _ program: Program, _ record: any Activation, recorder: TraceRecorder? = nil,
    steps: Int? = nil
  ) {
    self.program = program
    self.recorder = recorder
    self.record = record
    locals =
      program.locals == 0 ? [] : Array(repeating: .value(.null), count: program.locals)
    meter = Meter(program.limits, steps: steps)
  }

  var stepsTaken: Int { meter.stepsTaken }

  /// The outcome of a whole expression. One that went beyond a limit is a fault, even where
  /// logic would absorb it.
  mutating func outcome(of root: Program.ID) -> Outcome<Value> {
    let outcome = evaluate(root)
    if meter.isExhausted { return .fault(.exhausted) }
    guard case .value(let value) = outcome else { return outcome }
    do throws(Fault) { try meter.admit(whole: value) } catch { return .fault(error) }
    return outcome
  }

  private mutating func evaluate(_ id: Program.ID) -> Outcome<Value> {
    if let recorder {
      let outcome = perform(id)
      recorder.add(id, outcome, meter)
      return outcome
    }
    return perform(id)
  }

  private mutating func perform(_ id: Program.ID) -> Outcome<Value> {
    guard meter.step() else { return .fault(.exhausted) }
    switch program.nodes[Int(id)].operation {
    case .constant(let value): return .value(value)
    case .variable(let slot): return read(slot, id)
    case .local(let local): return readable(locals[local], id)
    case .fault(let fault): return .fault(fault)
    case .numbers(let body, let a, let b): return numbers(body, a, b, id).map { .double($0) }
    case .numberTest(let body, let a, let b): return numberTest(body, a, b).map { .bool($0) }
    case .unary(let body, let a): return unary(body, a, id)
    case .binary(let body, let a, let b): return binary(body, a, b, id)
    case .prepared(let prepare, let a, let b): return prepared(prepare, a, b, id)
    case .strict(let body, let ids): return strict(body, ids, id)
    case .lenient(let body, let ids): return lenient(body, ids)
    case .logic(let body, let absorbing, let ids): return logic(body, absorbing, ids)
    case .conditional(let condition, let then, let otherwise):
      return conditional(condition, then, otherwise)
    case .dispatch(let name, let overloads, let ids):
      return dispatch(id, name, overloads, ids)
    case .list(let elements): return list(elements)
    case .map(let entries): return map(entries)
    case .select(let operand, let field, let optional):
      return strict(id, operand) { (value, _) throws(Fault) -> Value in
        try select(value, field, optional: optional)
      }
    case .index(let operand, let key): return binary(optionalElement, operand, key, id)
    case .has(let operand, let field):
      return strict(id, operand) { (value, _) throws(Fault) -> Value in
        .bool(try has(value, field))
      }
    case .comprehension(let comprehension): return run(comprehension)
    case .bind(let local, let bound, let body):
      for (place, id) in bound.enumerated() { locals[local + place] = evaluate(id) }
      return evaluate(body)
    case .wrap(let type, let operand):
      return strict(id, operand) { (value, _) throws(Fault) -> Value in try wrap(type, value) }
    }
  }

  private mutating func unary(
    _ body: Overload.Unary, _ a: Program.ID, _ id: Program.ID
  ) -> Outcome<Value> {
    let a = evaluate(a)
    guard case .value(let a) = a else { return a }
    return strict(id) { (meter) throws(Fault) -> Value in try body(a, &meter) }
  }

  private mutating func binary(
    _ body: Overload.Binary, _ a: Program.ID, _ b: Program.ID, _ id: Program.ID
  ) -> Outcome<Value> {
    let a = evaluate(a)
    let b = evaluate(b)
    guard case .value(let x) = a, case .value(let y) = b else { return merged(a, b) }
    return strict(id) { (meter) throws(Fault) -> Value in try body(x, y, &meter) }
  }

  /// The outcome of a strict operation whose operands are not both values.
  private func merged<T, R>(_ a: Outcome<T>, _ b: Outcome<T>) -> Outcome<R> {
    switch (a, b) {
    case (.unknown(let missing), .unknown(let more)): .unknown(missing.union(more))
    case (.unknown(let missing), _), (_, .unknown(let missing)): .unknown(missing)
    case (.fault(let fault), _), (_, .fault(let fault)): .fault(fault)
    case (.value, .value): preconditionFailure("two values are no reason for a fault")
    }
  }

  private mutating func prepared(
    _ prepare: Overload.Preparation, _ a: Program.ID, _ b: Program.ID, _ id: Program.ID
  ) -> Outcome<Value> {
    let a = evaluate(a)
    let b = evaluate(b)
    guard case .value(let x) = a, case .value(let y) = b else { return merged(a, b) }
    return strict(id) { (meter) throws(Fault) -> Value in try prepare(y, &meter)(x, &meter) }
  }

  private mutating func strict(
    _ body: Overload.Strict, _ ids: [Program.ID], _ id: Program.ID
  ) -> Outcome<Value> {
    values(ids) { evaluator, values in
      evaluator.strict(id) { (meter) throws(Fault) -> Value in try body(values, &meter) }
    }
  }

  private mutating func conditional(
    _ condition: Program.ID, _ then: Program.ID, _ otherwise: Program.ID
  ) -> Outcome<Value> {
    switch truth(condition) {
    case .value(let value): evaluate(value ? then : otherwise)
    case .unknown(let unknown): .unknown(unknown)
    case .fault(let fault): .fault(fault)
    }
  }

  // MARK: Numbers and conditions, kept out of values

  /// The outcome of a node whose value is a double.
  private mutating func number(_ id: Program.ID) -> Outcome<Double> {
    switch program.nodes[Int(id)].operation {
    case .constant(.double(let number)) where recorder == nil:
      guard meter.step() else { return .fault(.exhausted) }
      return .value(number)
    case .numbers(let body, let a, let b) where recorder == nil:
      guard meter.step() else { return .fault(.exhausted) }
      return numbers(body, a, b, id)
    default:
      switch evaluate(id) {
      case .value(.double(let number)): return .value(number)
      case .value: return .fault(.noSuchOverload("a number"))
      case .unknown(let unknown): return .unknown(unknown)
      case .fault(let fault): return .fault(fault)
      }
    }
  }

  private mutating func numbers(
    _ body: Overload.Numbers, _ a: Program.ID, _ b: Program.ID, _ id: Program.ID
  ) -> Outcome<Double> {
    let a = number(a)
    let b = number(b)
    guard case .value(let x) = a, case .value(let y) = b else { return merged(a, b) }
    let result = body(x, y)
    if program.profile == .policy, !result.isFinite { return .unknown(notFinite(id)) }
    return .value(result)
  }

  private mutating func numberTest(
    _ body: Overload.NumberTest, _ a: Program.ID, _ b: Program.ID
  ) -> Outcome<Bool> {
    let a = number(a)
    let b = number(b)
    guard case .value(let x) = a, case .value(let y) = b else { return merged(a, b) }
    return .value(body(x, y))
  }

  /// The outcome of a node whose value is true or false.
  private mutating func truth(_ id: Program.ID) -> Outcome<Bool> {
    if case .numberTest(let body, let a, let b) = program.nodes[Int(id)].operation,
      recorder == nil
    {
      guard meter.step() else { return .fault(.exhausted) }
      return numberTest(body, a, b)
    }
    return Outcome(evaluate(id), "_?_:_")
  }

  private func read(_ slot: Int, _ id: Program.ID) -> Outcome<Value> {
    readable(record.outcome(at: slot), id)
  }

  /// In policies a number that is not finite is unknown wherever it is read.
  private func readable(_ outcome: Outcome<Value>, _ id: Program.ID) -> Outcome<Value> {
    if program.profile == .policy, case .value(.double(let number)) = outcome, !number.isFinite {
      return .unknown(
        Unknown(program.texts[id] ?? "", number.isNaN ? .absent : .notFinite))
    }
    return outcome
  }

  private func notFinite(_ id: Program.ID) -> Unknown {
    Unknown(program.texts[id] ?? "", .notFinite)
  }

  private mutating func strict(
    _ id: Program.ID, _ operand: Program.ID,
    _ call: (Value, inout Meter) throws(Fault) -> Value
  ) -> Outcome<Value> {
    switch evaluate(operand) {
    case .value(let value):
      strict(id) { (meter) throws(Fault) -> Value in try call(value, &meter) }
    case let other: other
    }
  }

  /// In policies a zero divisor and a number that is not finite are unknown at the operation.
  private mutating func strict(
    _ id: Program.ID, _ call: (inout Meter) throws(Fault) -> Value
  ) -> Outcome<Value> {
    do throws(Fault) {
      let value = try call(&meter)
      if program.profile == .policy, case .double(let number) = value, !number.isFinite {
        return .unknown(notFinite(id))
      }
      return .value(value)
    } catch {
      if program.profile == .policy, error.kind == .divisionByZero {
        return .unknown(notFinite(id))
      }
      return .fault(error)
    }
  }

  private mutating func lenient(
    _ body: Overload.Lenient, _ ids: [Program.ID]
  ) -> Outcome<Value> {
    var outcomes: [Outcome<Value>] = []
    outcomes.reserveCapacity(ids.count)
    for id in ids {
      let outcome = evaluate(id)
      if case .value(.list(let list)) = outcome, (try? meter.spend(list.count)) == nil {
        return .fault(.exhausted)
      }
      outcomes.append(outcome)
    }
    return body(outcomes)
  }

  private mutating func logic(
    _ body: Overload.LenientBinary, _ absorbing: Bool, _ ids: [Program.ID]
  ) -> Outcome<Value> {
    var result = truth(ids[0])
    var place = 1
    while place < ids.count {
      if case .value(absorbing) = result { break }
      result = body(result, truth(ids[place]))
      place += 1
    }
    return result.map { .bool($0) }
  }

  /// All values, or the causes of all unknowns, or the first fault.
  private mutating func values(
    _ ids: [Program.ID], _ then: (inout Evaluator, [Value]) -> Outcome<Value>
  ) -> Outcome<Value> {
    var values: [Value] = []
    values.reserveCapacity(ids.count)
    var missing: Unknown?
    var fault: Fault?
    for id in ids {
      switch evaluate(id) {
      case .value(let value): values.append(value)
      case .unknown(let unknown): missing = missing?.union(unknown) ?? unknown
      case .fault(let one): fault = fault ?? one
      }
    }
    if let missing { return .unknown(missing) }
    if let fault { return .fault(fault) }
    return then(&self, values)
  }

  private mutating func dispatch(
    _ id: Program.ID, _ name: String, _ overloads: [Overload], _ ids: [Program.ID]
  ) -> Outcome<Value> {
    if let overload = overloads.first, case .lenient(let body) = overload.body {
      guard overload.isVariadic || overload.parameters.count == ids.count else {
        return .fault(.noSuchOverload(name))
      }
      return lenient(body, ids)
    }
    return values(ids) { evaluator, values in
      let chosen = overloads.first { overload in
        overload.parameters.count == values.count
          && zip(overload.parameters, values).allSatisfy { $0.takes($1) }
      }
      guard let chosen else { return .fault(.noSuchOverload(name)) }
      return evaluator.strict(id) { (meter) throws(Fault) -> Value in
        try chosen.call(values, &meter)
      }
    }
  }

  private mutating func list(_ elements: [SyntaxTree.Element]) -> Outcome<Value> {
    values(elements.map(\.value)) { _, values in
      Outcome { () throws(Fault) -> Value in
        var result: [Value] = []
        result.reserveCapacity(values.count)
        for (element, value) in zip(elements, values) {
          if !element.optional {
            result.append(value)
          } else if let present = try content(value) {
            result.append(present)
          }
        }
        return .list(result)
      }
    }
  }

  private mutating func map(_ entries: [SyntaxTree.Entry]) -> Outcome<Value> {
    values(entries.flatMap { [$0.key, $0.value] }) { evaluator, values in
      Outcome { () throws(Fault) -> Value in
        var result = ValueMap()
        for (place, entry) in entries.enumerated() {
          var value = values[2 * place + 1]
          if entry.optional {
            guard let present = try content(value) else { continue }
            value = present
          }
          try add(values[2 * place], value, to: &result, &evaluator.meter)
        }
        return .map(result)
      }
    }
  }

  // MARK: Macros

  private mutating func run(_ one: Program.Comprehension) -> Outcome<Value> {
    switch evaluate(one.range) {
    case .value(.list(let list)):
      return run(one, count: list.count) { place in
        (one.second == nil ? list[place] : .int(Int64(place)), list[place])
      }
    case .value(.map(let map)):
      return run(one, count: map.count) { place in map.entries[place] }
    case .value(.optional(let content)) where one.macro == .optMap || one.macro == .optFlatMap:
      guard let content else { return .value(.optional(nil)) }
      locals[one.first] = .value(content)
      let result = evaluate(one.result!)
      return one.macro == .optMap ? result.map { .optional($0) } : result
    case .value: return .fault(.noSuchOverload(one.macro.rawValue))
    case let other: return other
    }
  }

  private mutating func run(
    _ one: Program.Comprehension, count: Int, _ element: (Int) -> (Value, Value)
  ) -> Outcome<Value> {
    do throws(Fault) { try meter.visit(count) } catch { return .fault(error) }
    var list: [Value] = []
    var map = ValueMap()
    var matches = 0
    var missing: Unknown?
    var fault: Fault?
    var logic = Outcome<Bool>.value(one.macro == .all)
    for place in 0..<count {
      if meter.isExhausted { return .fault(.exhausted) }
      let (first, second) = element(place)
      locals[one.first] = .value(first)
      if let local = one.second { locals[local] = .value(second) }
      var condition = Outcome<Bool>.value(true)
      if let id = one.condition { condition = truth(id) }
      switch one.macro {
      case .all, .exists:
        let absorbing = one.macro == .exists
        let body = absorbing ? FunctionTable.or : FunctionTable.and
        logic = body(logic, condition)
        if case .value(absorbing) = logic { return .value(.bool(absorbing)) }
        continue
      default: break
      }
      switch condition {
      case .value(true): matches += 1
      case .value(false): continue
      case .unknown(let unknown): missing = missing?.union(unknown) ?? unknown
      case .fault(let one): fault = fault ?? one
      }
      if one.macro == .filter {
        list.append(one.second == nil ? first : second)
        continue
      }
      guard let id = one.result else { continue }
      switch evaluate(id) {
      case .value(let value):
        do throws(Fault) {
          switch one.macro {
          case .transformMap: try add(first, value, to: &map, &meter)
          case .transformMapEntry:
            guard case .map(let entries) = value else { throw .noSuchOverload("transformMapEntry") }
            for entry in entries.entries { try add(entry.key, entry.value, to: &map, &meter) }
          default: list.append(value)
          }
        } catch {
          fault = fault ?? error
        }
      case .unknown(let unknown): missing = missing?.union(unknown) ?? unknown
      case .fault(let one): fault = fault ?? one
      }
    }
    if let missing { return .unknown(missing) }
    if let fault { return .fault(fault) }
    switch one.macro {
    case .all, .exists: return logic.map { .bool($0) }
    case .existsOne: return .value(.bool(matches == 1))
    case .transformMap, .transformMapEntry: return .value(.map(map))
    default: return .value(.list(list))
    }
  }
}

extension FunctionTable {
  /// The meaning of `&&` and `||`, for the macros that fold them.
  static let and = logicBody("_&&_")
  static let or = logicBody("_||_")

  private static func logicBody(_ function: String) -> Overload.LenientBinary {
    guard case .logic(let body, _)? = logic.first(where: { $0.function == function })?.body else {
      preconditionFailure("the function table has logic")
    }
    return body
  }
}

extension Outcome where Wrapped == Value {
  init(_ call: () throws(Fault) -> Value) {
    do throws(Fault) { self = .value(try call()) } catch { self = .fault(error) }
  }

}

extension CELType {
  /// Whether a value can be passed where this type is asked for; the types inside are not looked at.
  func takes(_ value: Value) -> Bool {
    switch (self, value) {
    case (.dyn, _), (.parameter, _): true
    case (.wrapper(let type), _): if case .null = value { true } else { type.takes(value) }
    case (.null, .null), (.bool, .bool), (.int, .int), (.uint, .uint), (.double, .double),
      (.string, .string), (.bytes, .bytes), (.timestamp, .timestamp), (.duration, .duration),
      (.list, .list), (.map, .map), (.type, .type):
      true
    case (.opaque(let name, _), _): value.type.name == name
    default: false
    }
  }
}

private func add(
  _ key: Value, _ value: Value, to map: inout ValueMap, _ meter: inout Meter
) throws(Fault) {
  try meter.spend(reading: key)
  guard map.insert(key, value) else {
    if map[key] != nil { throw Fault(.duplicateKey, "the key \(key) occurs twice") }
    throw Fault(.invalidArgument, "\(key) cannot be a key")
  }
}

private func field(_ value: Value, _ name: String) throws(Fault) -> Value? {
  guard case .map(let map) = value else { throw .noSuchOverload("field `\(name)`") }
  return map[.string(name)]
}

/// A field of a map. Of an optional value, or when asked for with `?`, the result is optional.
private func select(_ value: Value, _ name: String, optional: Bool) throws(Fault) -> Value {
  if case .optional(let content) = value {
    guard let content else { return value }
    if case .optional = content { return try select(content, name, optional: true) }
    return .optional(try field(content, name))
  }
  let found = try field(value, name)
  if optional { return .optional(found) }
  guard let found else { throw .noSuchKey(.string(name)) }
  return found
}

@Sendable private func optionalElement(
  _ value: Value, _ key: Value, _ meter: inout Meter
) throws(Fault) -> Value {
  if case .optional(let content) = value {
    guard let content else { return value }
    return try optionalElement(content, key, &meter)
  }
  do throws(Fault) {
    return .optional(try element(value, key, &meter))
  } catch {
    if error.kind == .noSuchKey || error.kind == .indexOutOfRange { return .optional(nil) }
    throw error
  }
}

private func has(_ value: Value, _ name: String) throws(Fault) -> Bool {
  if case .optional(let content) = value {
    guard let content else { return false }
    return try has(content, name)
  }
  return try field(value, name) != nil
}

private func wrap(_ type: CELType, _ value: Value) throws(Fault) -> Value {
  switch (type, value) {
  case (.opaque("float", _), .double(let number)): .double(Double(Float(number)))
  case (.opaque("int32", _), .int(let number)):
    if Int32(exactly: number) == nil { throw .overflow } else { value }
  case (.opaque("uint32", _), .uint(let number)):
    if UInt32(exactly: number) == nil { throw .overflow } else { value }
  default:
    if type.takes(value) { value } else { throw .noSuchOverload("a wrapper's value") }
  }
}
