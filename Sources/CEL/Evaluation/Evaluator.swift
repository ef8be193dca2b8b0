/// Evaluates a program over one record. What operations mean stands in the function table.
struct Evaluator {
  let program: Program
  // An existential: a generic evaluator would look up its own type's metadata at every call.
  let record: any Activation
  /// Variables of macros.
  private var locals: [Outcome<Value>]
  private var iterations: Int

  init(_ program: Program, _ record: any Activation) {
    self.program = program
    self.record = record
    locals =
      program.locals == 0 ? [] : Array(repeating: .value(.null), count: program.locals)
    iterations = program.iterations
  }

  mutating func evaluate(_ id: Program.ID) -> Outcome<Value> {
    switch program.nodes[Int(id)].operation {
    case .constant(let value): return .value(value)
    case .variable(let slot): return read(slot, id)
    case .local(let local): return locals[local]
    case .fault(let fault): return .fault(fault)
    case .unary(let body, let a):
      switch evaluate(a) {
      case .value(let a): return strict(id) { () throws(Fault) -> Value in try body(a) }
      case let other: return other
      }
    case .binary(let body, let a, let b):
      switch (evaluate(a), evaluate(b)) {
      case (.value(let a), .value(let b)):
        return strict(id) { () throws(Fault) -> Value in try body(a, b) }
      case (.unknown(let missing), .unknown(let more)): return .unknown(missing.union(more))
      case (.unknown(let missing), _), (_, .unknown(let missing)): return .unknown(missing)
      case (.fault(let fault), _), (_, .fault(let fault)): return .fault(fault)
      }
    case .prepared(let prepare, let a, let b):
      return values([a, b]) { evaluator, values in
        evaluator.strict(id) { () throws(Fault) -> Value in try prepare(values[1])(values[0]) }
      }
    case .strict(let body, let ids):
      return values(ids) { evaluator, values in
        evaluator.strict(id) { () throws(Fault) -> Value in try body(values) }
      }
    case .lenient(let body, let ids):
      var outcomes: [Outcome<Value>] = []
      outcomes.reserveCapacity(ids.count)
      for id in ids { outcomes.append(evaluate(id)) }
      return body(outcomes)
    case .logic(let body, let absorbing, let ids):
      return logic(body, absorbing, ids)
    case .conditional(let condition, let then, let otherwise):
      switch evaluate(condition) {
      case .value(.bool(let value)): return evaluate(value ? then : otherwise)
      case .value: return .fault(.noSuchOverload("_?_:_"))
      case let other: return other
      }
    case .dispatch(let name, let overloads, let ids):
      return dispatch(id, name, overloads, ids)
    case .list(let elements): return list(elements)
    case .map(let entries): return map(entries)
    case .select(let operand, let field, let optional):
      return evaluate(operand).then { value throws(Fault) -> Value in
        try select(value, field, optional: optional)
      }
    case .index(let operand, let key):
      return values([operand, key]) { _, values in
        Outcome { () throws(Fault) -> Value in try optionalElement(values[0], values[1]) }
      }
    case .has(let operand, let field):
      return evaluate(operand).then { value throws(Fault) -> Value in
        .bool(try has(value, field))
      }
    case .comprehension(let comprehension): return run(comprehension)
    case .bind(let local, let bound, let body):
      for (place, id) in bound.enumerated() { locals[local + place] = evaluate(id) }
      return evaluate(body)
    case .wrap(let type, let operand):
      return evaluate(operand).then { value throws(Fault) -> Value in try wrap(type, value) }
    }
  }

  private func read(_ slot: Int, _ id: Program.ID) -> Outcome<Value> {
    let outcome = record.outcome(at: slot)
    if program.profile == .policy, case .value(.double(let number)) = outcome, !number.isFinite {
      return .unknown(
        Unknown(program.texts[id] ?? "", number.isNaN ? .absent : .notFinite))
    }
    return outcome
  }

  /// In policies a zero divisor and a number that is not finite are unknown at the operation.
  private func strict(
    _ id: Program.ID, _ call: () throws(Fault) -> Value
  ) -> Outcome<Value> {
    do throws(Fault) {
      let value = try call()
      if program.profile == .policy, case .double(let number) = value, !number.isFinite {
        return .unknown(Unknown(program.texts[id] ?? "", .notFinite))
      }
      return .value(value)
    } catch {
      if program.profile == .policy, error.kind == .divisionByZero {
        return .unknown(Unknown(program.texts[id] ?? "", .notFinite))
      }
      return .fault(error)
    }
  }

  private mutating func logic(
    _ body: Overload.LenientBinary, _ absorbing: Bool, _ ids: [Program.ID]
  ) -> Outcome<Value> {
    var result = evaluate(ids[0])
    var place = 1
    while place < ids.count {
      if case .value(.bool(absorbing)) = result { return result }
      result = body(result, evaluate(ids[place]))
      place += 1
    }
    return result
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
    if case .lenient(let body)? = overloads.first?.body {
      var outcomes: [Outcome<Value>] = []
      for id in ids { outcomes.append(evaluate(id)) }
      return body(outcomes)
    }
    return values(ids) { evaluator, values in
      let chosen = overloads.first { overload in
        overload.parameters.count == values.count
          && zip(overload.parameters, values).allSatisfy { $0.takes($1) }
      }
      guard let chosen else { return .fault(.noSuchOverload(name)) }
      return evaluator.strict(id) { () throws(Fault) -> Value in
        switch chosen.body {
        case .unary(let body): try body(values[0])
        case .binary(let body): try body(values[0], values[1])
        case .prepared(let prepare): try prepare(values[1])(values[0])
        case .strict(let body): try body(values)
        default: throw .noSuchOverload(name)
        }
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
    values(entries.flatMap { [$0.key, $0.value] }) { _, values in
      Outcome { () throws(Fault) -> Value in
        var result = ValueMap()
        for (place, entry) in entries.enumerated() {
          var value = values[2 * place + 1]
          if entry.optional {
            guard let present = try content(value) else { continue }
            value = present
          }
          try add(values[2 * place], value, to: &result)
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
    iterations -= count
    if iterations < 0 {
      return .fault(Fault(.limit, "the expression visits too many elements"))
    }
    var list: [Value] = []
    var map = ValueMap()
    var matches = 0
    var missing: Unknown?
    var fault: Fault?
    var logic = Outcome<Value>.value(.bool(one.macro == .all))
    for place in 0..<count {
      let (first, second) = element(place)
      locals[one.first] = .value(first)
      if let local = one.second { locals[local] = .value(second) }
      var condition = Outcome<Value>.value(.bool(true))
      if let id = one.condition { condition = evaluate(id) }
      switch one.macro {
      case .all, .exists:
        let absorbing = one.macro == .exists
        let body = absorbing ? FunctionTable.or : FunctionTable.and
        logic = body(logic, condition)
        if case .value(.bool(absorbing)) = logic { return logic }
        continue
      default: break
      }
      switch condition {
      case .value(.bool(true)): matches += 1
      case .value(.bool(false)): continue
      case .value: fault = fault ?? .noSuchOverload(one.macro.rawValue)
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
          case .transformMap: try add(first, value, to: &map)
          case .transformMapEntry:
            guard case .map(let entries) = value else { throw .noSuchOverload("transformMapEntry") }
            for entry in entries.entries { try add(entry.key, entry.value, to: &map) }
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
    case .all, .exists: return logic
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

  func then(_ call: (Value) throws(Fault) -> Value) -> Outcome<Value> {
    switch self {
    case .value(let value): Outcome { () throws(Fault) -> Value in try call(value) }
    case .unknown, .fault: self
    }
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

private func add(_ key: Value, _ value: Value, to map: inout ValueMap) throws(Fault) {
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

private func optionalElement(_ value: Value, _ key: Value) throws(Fault) -> Value {
  if case .optional(let content) = value {
    guard let content else { return value }
    return try optionalElement(content, key)
  }
  do throws(Fault) {
    return .optional(try element(value, key))
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
