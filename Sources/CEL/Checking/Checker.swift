internal import Diagnostics

/// Deduces types and resolves names, functions and macros, node by node.
///
/// In the policy profile a whole number is a double at first; where no overload takes it so, it is
/// read again as an int.
struct Checker {
  let environment: Environment
  let expression: ParsedExpression
  /// Types are left to evaluation and what cannot be resolved becomes a fault.
  let isUnchecked: Bool
  var diagnostics: [Diagnostic] = []
  var types = TypeUnifier()
  var program = Program()

  /// With what they hold an element of, or their names: what is missing when they are unknown.
  private var variables: [(name: String, local: Int, type: CELType, source: String)] = []
  /// Whether whole numbers are ints in the part at hand.
  private var readsInts: Bool

  struct Checked {
    var id: Program.ID
    var type: CELType
  }

  init(_ environment: Environment, _ expression: ParsedExpression, isUnchecked: Bool = false) {
    self.environment = environment
    self.expression = expression
    self.isUnchecked = isUnchecked
    readsInts = environment.profile == .cel
    program.profile = environment.profile
    program.limits = environment.limits
  }

  var tree: SyntaxTree { expression.tree }
  var isPolicy: Bool { environment.profile == .policy }

  func span(_ id: SyntaxTree.ID) -> SourceSpan { expression.span(tree[id].range) }
  func focus(_ id: SyntaxTree.ID) -> SourceSpan { expression.span(tree[id].focus) }

  /// Nobody reads the hundredth mistake in one expression.
  private var isReporting: Bool { !isUnchecked && diagnostics.count < 20 }

  mutating func report(_ diagnostic: Diagnostic) {
    if isReporting { diagnostics.append(diagnostic) }
  }

  // MARK: Nodes

  mutating func add(
    _ operation: Program.Operation, _ type: CELType, _ id: SyntaxTree.ID
  ) -> Checked {
    program.nodes.append(.init(operation: operation, type: type, range: tree[id].range))
    return Checked(id: program.root, type: isUnchecked ? .dyn : type)
  }

  /// A part that is wrong; what is wrong has been reported.
  mutating func wrong(_ id: SyntaxTree.ID, _ fault: Fault) -> Checked {
    add(.fault(fault), isUnchecked ? .dyn : .wrong, id)
  }

  mutating func check(_ id: SyntaxTree.ID) -> Checked {
    switch tree.kind(id) {
    case .literal(let value): return literal(value, id)
    case .name, .select:
      if let (names, absolute) = tree.dottedName(id) { return dotted(names, absolute, id) }
      guard case .select(let operand, let field, let optional) = tree.kind(id) else {
        preconditionFailure("a name is a dotted name")
      }
      return select(check(operand), field, optional: optional, id)
    case .index(let operand, let key, optional: let isOptional):
      return isOptional ? optionalIndex(operand, key, id) : call("_[_]", [operand, key], id)
    case .call(let function, let target, let arguments, let absolute):
      return call(function, target, arguments, absolute, id)
    case .operation(let kind, let operands):
      if kind == .negate, case .literal(.int(let value)) = tree.kind(operands[0]), !readsInts {
        return add(.constant(.double(-Double(value))), .double, id)
      }
      return call(kind.rawValue, operands, id)
    case .list(let elements): return list(elements, id)
    case .map(let entries): return map(entries, id)
    case .message(let name, let fields): return message(name, fields, id)
    }
  }

  private mutating func literal(_ value: Value, _ id: SyntaxTree.ID) -> Checked {
    switch value {
    case .int(let number) where !readsInts:
      return add(.constant(.double(Double(number))), .double, id)
    case .null where isPolicy:
      report(.nullInPolicy(at: span(id)))
      return wrong(id, .noSuchOverload("null"))
    default: return add(.constant(value), value.type, id)
    }
  }

  // MARK: Names

  private mutating func dotted(
    _ names: [String], _ absolute: Bool, _ id: SyntaxTree.ID
  ) -> Checked {
    if !absolute, let variable = variables.last(where: { $0.name == names[0] }) {
      var result = add(.local(variable.local), variable.type, id)
      if isPolicy { program.texts[result.id] = variable.source }
      for field in names.dropFirst() { result = select(result, field, optional: false, id) }
      return result
    }
    for count in (1...names.count).reversed() {
      let written = names[..<count].joined(separator: ".")
      for name in environment.candidates(written, absolute: absolute) {
        var base: Checked
        if let slot = environment.slot(of: name) {
          base = add(.variable(slot: slot), environment.types[slot], id)
          program.texts[base.id] = name
        } else if let type = Environment.typeNames[name] {
          base = add(.constant(.type(type)), .type(type), id)
        } else {
          continue
        }
        for field in names.dropFirst(count) { base = select(base, field, optional: false, id) }
        return base
      }
    }
    let whole = names.joined(separator: ".")
    if isReporting { report(unknownName(names, at: span(id))) }
    return wrong(id, Fault(.unknownName, "unknown name `\(whole)`"))
  }

  private func unknownName(_ names: [String], at span: SourceSpan) -> Diagnostic {
    let whole = names.joined(separator: ".")
    let candidates = variables.map(\.name).filter { !$0.hasPrefix("@") } + environment.names
    var nearest = nearestName(to: whole, among: candidates)
    if nearest == nil, names.count > 1 { nearest = nearestName(to: names[0], among: candidates) }
    let isFunction = environment.functions.hasFunction(whole, in: environment.profile)
    return .unknownName(whole, at: span, nearest: nearest, isFunction: isFunction)
  }

  private mutating func select(
    _ operand: Checked, _ field: String, optional: Bool, _ id: SyntaxTree.ID
  ) -> Checked {
    var type = types.resolved(operand.type)
    var isOptional = optional
    if let content = type.optionalContent {
      isOptional = true
      type = types.resolved(content)
    }
    let result: CELType
    switch type {
    case .map(let key, let value):
      guard types.isAssignable(.string, to: key) else {
        report(.noSuchField(field, of: words(type), at: span(id)))
        return wrong(id, .noSuchOverload("field `\(field)`"))
      }
      result = value
    case .dyn, .wrong, .parameter: result = .dyn
    default:
      report(.noSuchField(field, of: words(type), at: span(id)))
      return wrong(id, .noSuchOverload("field `\(field)`"))
    }
    return add(
      .select(operand.id, field, optional: optional), isOptional ? .optional(result) : result, id)
  }

  private mutating func optionalIndex(
    _ operand: SyntaxTree.ID, _ key: SyntaxTree.ID, _ id: SyntaxTree.ID
  ) -> Checked {
    let base = check(operand)
    let type = types.resolved(base.type)
    let content = type.optionalContent ?? type
    let expected: CELType
    let result: CELType
    switch types.resolved(content) {
    case .list(let element): (expected, result) = (.int, element)
    case .map(let keyType, let value): (expected, result) = (keyType, value)
    case .dyn, .wrong, .parameter: (expected, result) = (.dyn, .dyn)
    case let other:
      report(.typeMismatch("\(words(other)) has no elements", at: span(id)))
      return wrong(id, .noSuchOverload("_[_]"))
    }
    let index = coerced(key, to: expected)
    return add(.index(base.id, index.id), .optional(result), id)
  }

  // MARK: Lists, maps, messages

  private mutating func list(_ elements: [SyntaxTree.Element], _ id: SyntaxTree.ID) -> Checked {
    var joined: CELType?
    var checked: [Checked?] = Array(repeating: nil, count: elements.count)
    // Elements that can only be one thing decide before whole numbers, which can be two.
    let firm = elements.indices.filter { !isFlexible(elements[$0].value) }
    let loose = elements.indices.filter { isFlexible(elements[$0].value) }
    for place in firm + loose {
      let element = elements[place]
      var one: Checked
      if let joined, isFlexible(element.value) {
        one = coerced(element.value, to: joined, reporting: false)
      } else {
        one = check(element.value)
      }
      if element.optional { one.type = unwrapped(one.type, element.value) }
      joined = join(joined, one.type, elements[firm.first ?? loose[0]].value, element.value)
      checked[place] = one
    }
    let ids = checked.enumerated().map { place, one in
      SyntaxTree.Element(value: one!.id, optional: elements[place].optional)
    }
    return add(.list(ids), .list(joined ?? types.variable()), id)
  }

  private mutating func unwrapped(_ type: CELType, _ id: SyntaxTree.ID) -> CELType {
    let type = types.resolved(type)
    if let content = type.optionalContent { return content }
    if type != .dyn, type != .wrong {
      report(
        .typeMismatch(
          "`?` needs an optional value, and this is \(words(type))", at: span(id)))
    }
    return .dyn
  }

  private mutating func join(
    _ previous: CELType?, _ current: CELType, _ first: SyntaxTree.ID, _ id: SyntaxTree.ID
  ) -> CELType {
    guard let previous else { return current }
    if types.isAssignable(previous, to: current) { return types.general(previous, current) }
    if isPolicy {
      report(
        .mixedElements(
          words(types.resolved(previous)), words(types.resolved(current)), first: span(first),
          at: span(id)))
      return .wrong
    }
    return .dyn
  }

  private mutating func map(_ entries: [SyntaxTree.Entry], _ id: SyntaxTree.ID) -> Checked {
    var keyType: CELType?
    var valueType: CELType?
    var result: [SyntaxTree.Entry] = []
    for entry in entries {
      // Keys are never doubles.
      let key = reading(ints: true) { $0.check(entry.key) }
      switch types.resolved(key.type) {
      case .bool, .int, .uint, .string, .dyn, .wrong, .parameter: break
      case let type:
        report(.typeMismatch("\(words(type)) cannot be a key", at: span(entry.key)))
      }
      var value: Checked
      if let valueType, isFlexible(entry.value) {
        value = coerced(entry.value, to: valueType, reporting: false)
      } else {
        value = check(entry.value)
      }
      if entry.optional { value.type = unwrapped(value.type, entry.value) }
      keyType = join(keyType, key.type, entries[0].key, entry.key)
      valueType = join(valueType, value.type, entries[0].value, entry.value)
      result.append(.init(key: key.id, value: value.id, optional: entry.optional))
    }
    return add(
      .map(result), .map(keyType ?? types.variable(), valueType ?? types.variable()), id)
  }

  private static let wrappers: [String: (CELType, CELType, Value)] = [
    "google.protobuf.BoolValue": (.bool, .bool, .bool(false)),
    "google.protobuf.BytesValue": (.bytes, .bytes, .bytes([])),
    "google.protobuf.DoubleValue": (.double, .double, .double(0)),
    "google.protobuf.FloatValue": (.double, .opaque("float", []), .double(0)),
    "google.protobuf.Int32Value": (.int, .opaque("int32", []), .int(0)),
    "google.protobuf.Int64Value": (.int, .int, .int(0)),
    "google.protobuf.StringValue": (.string, .string, .string("")),
    "google.protobuf.UInt32Value": (.uint, .opaque("uint32", []), .uint(0)),
    "google.protobuf.UInt64Value": (.uint, .uint, .uint(0)),
  ]

  private mutating func message(
    _ name: String, _ fields: [SyntaxTree.Field], _ id: SyntaxTree.ID
  ) -> Checked {
    let absolute = name.hasPrefix(".")
    let written = absolute ? String(name.dropFirst()) : name
    let found = environment.candidates(written, absolute: absolute).lazy
      .compactMap { Self.wrappers[$0] }.first
    guard !isPolicy, let (type, check, empty) = found,
      fields.isEmpty || fields.count == 1 && fields[0].name == "value" && !fields[0].optional
    else {
      report(.noMessages(name, at: focus(id)))
      return wrong(id, Fault(.unknownName, "unknown message `\(name)`"))
    }
    guard let field = fields.first else { return add(.constant(empty), .wrapper(type), id) }
    let value = coerced(field.value, to: .wrapper(type))
    return add(.wrap(check, value.id), .wrapper(type), id)
  }

  // MARK: Whole numbers

  mutating func reading<T>(ints: Bool, _ body: (inout Checker) -> T) -> T {
    let before = readsInts
    readsInts = ints || environment.profile == .cel
    defer { readsInts = before }
    return body(&self)
  }

  /// Whether a part is built from whole numbers alone, so that it can be read as ints.
  func isFlexible(_ id: SyntaxTree.ID) -> Bool {
    guard !readsInts else { return false }
    switch tree.kind(id) {
    case .literal(.int): return true
    case .operation(.negate, let operands): return isFlexible(operands[0])
    case .operation(.add, let operands), .operation(.subtract, let operands),
      .operation(.multiply, let operands), .operation(.modulo, let operands):
      return operands.allSatisfy(isFlexible)
    case .list(let elements):
      return !elements.isEmpty && elements.allSatisfy { !$0.optional && isFlexible($0.value) }
    default: return false
    }
  }

  /// Checks a part that should have a type, reading whole numbers as ints if that makes it fit.
  mutating func coerced(
    _ id: SyntaxTree.ID, to expected: CELType, reporting: Bool = true
  ) -> Checked {
    var checked = check(id)
    if types.isAssignable(checked.type, to: expected) { return checked }
    if isFlexible(id) {
      let ints = reading(ints: true) { $0.check(id) }
      if types.isAssignable(ints.type, to: expected) { return ints }
    }
    if reporting {
      report(
        .typeMismatch(
          "this is \(words(checked.type)), where \(words(expected)) is needed", at: span(id)))
      checked.type = .wrong
    }
    return checked
  }

  // MARK: Calls

  private mutating func call(
    _ function: String, _ target: SyntaxTree.ID?, _ arguments: [SyntaxTree.ID], _ absolute: Bool,
    _ id: SyntaxTree.ID
  ) -> Checked {
    if let macro = tree.macro(id), isAvailable(macro) {
      if let mistake = macro.mistake {
        report(
          Diagnostic(
            code: .invalidMacro, message: mistake, primary: Label(span: span(id))))
        return wrong(id, Fault(.invalidArgument, mistake))
      }
      return expand(macro, arguments, id)
    }
    guard let target else {
      let name =
        environment.candidates(function, absolute: absolute).first {
          environment.functions.hasFunction($0, in: environment.profile)
        } ?? function
      if name == "at_least", isPolicy, let list = atLeast(arguments, id) { return list }
      return call(name, arguments, id)
    }
    if let (names, absolute) = tree.dottedName(target),
      absolute || !variables.contains(where: { $0.name == names[0] })
    {
      let qualified = (names + [function]).joined(separator: ".")
      let name = environment.candidates(qualified, absolute: absolute).first {
        environment.functions.hasFunction($0, in: environment.profile)
      }
      if let name { return call(name, arguments, id) }
    }
    return call(function, member: true, [target] + arguments, id)
  }

  private func isAvailable(_ macro: MacroCall) -> Bool {
    switch macro.macro {
    case .block, .index, .iterVar, .bind:
      !variables.contains { $0.name == "cel" } && environment.slot(of: "cel") == nil
    default: true
    }
  }

  /// `at_least(2, [a, b, c])`: the conditions one by one, so that one unknown leaves the others.
  private mutating func atLeast(
    _ arguments: [SyntaxTree.ID], _ id: SyntaxTree.ID
  ) -> Checked? {
    guard arguments.count == 2, case .list(let elements) = tree.kind(arguments[1]),
      let overload = environment.functions.overloads(of: "at_least", in: .policy).first,
      case .lenient(let body) = overload.body
    else { return nil }
    let count = coerced(arguments[0], to: .int)
    let conditions = elements.map { coerced($0.value, to: .bool) }
    return add(.lenient(body, [count.id] + conditions.map(\.id)), .bool, id)
  }

  mutating func call(
    _ function: String, member: Bool = false, _ arguments: [SyntaxTree.ID], _ id: SyntaxTree.ID
  ) -> Checked {
    let overloads = environment.functions.overloads(of: function, in: environment.profile)
    let fitting =
      overloads.allSatisfy { $0.isMember == member }
      ? overloads : overloads.filter { $0.isMember == member }
    if arguments.count > 1, let list = fitting.first(where: \.isVariadic) {
      return variadic(list, fitting, arguments, id)
    }
    var checked = arguments.map { argument in
      (syntax: argument, checked: check(argument))
    }
    guard !fitting.isEmpty else {
      report(noSuchFunction(function, member, overloads, id))
      return wrong(id, .noSuchOverload(function))
    }
    if isUnchecked { return build(fitting, function, checked.map(\.checked), .dyn, id) }
    if checked.contains(where: { types.resolved($0.checked.type) == .wrong }) {
      // Something in it was reported already; the result's type may still be certain.
      let results = Set(fitting.filter { $0.parameters.count == arguments.count }.map(\.result))
      let certain = results.count == 1 && results.first!.isConcrete ? results.first! : .wrong
      return add(.fault(.noSuchOverload(function)), certain, id)
    }

    // Chains of logic are one node with many operands.
    if case .logic(let body, let absorbing) = fitting[0].body {
      for one in checked where !types.isAssignable(one.checked.type, to: .bool) {
        report(notCondition(one.checked.type, one.syntax, for: function, focus: focus(id)))
      }
      let chain = add(.logic(body, absorbing: absorbing, checked.map(\.checked.id)), .bool, id)
      program.nodes[Int(chain.id)].overload = fitting[0].id
      return chain
    }

    var matches: [(overload: Overload, result: CELType)] = []
    for overload in fitting {
      guard overload.parameters.count == checked.count else { continue }
      let mark = types.mark
      let (parameters, result) = types.instance(overload)
      let fits = zip(checked, parameters).allSatisfy {
        types.isAssignable($0.checked.type, to: $1)
      }
      if fits { matches.append((overload, types.resolved(result))) } else { types.undo(to: mark) }
    }
    if matches.isEmpty {
      for overload in fitting where overload.parameters.count == checked.count {
        guard let (arguments, result) = withInts(overload, checked) else { continue }
        checked = arguments
        matches = [(overload, types.resolved(result))]
        break
      }
    }
    if matches.isEmpty, isPolicy, let widened = widened(checked.map(\.checked)) {
      for overload in fitting where overload.parameters.count == checked.count {
        let mark = types.mark
        let (parameters, result) = types.instance(overload)
        guard zip(widened, parameters).allSatisfy({ types.isAssignable($0.type, to: $1) }) else {
          types.undo(to: mark)
          continue
        }
        for place in checked.indices { checked[place].checked = widened[place] }
        matches = [(overload, types.resolved(result))]
        break
      }
    }
    guard let first = matches.first else {
      report(mismatch(function, fitting, checked.map { ($0.syntax, $0.checked.type) }, id))
      let results = Set(fitting.map(\.result))
      return wrong(id, .noSuchOverload(function)).typed(
        results.count == 1 && results.first!.isConcrete ? results.first! : .wrong)
    }
    var result = first.result
    for match in matches.dropFirst() where match.result != result { result = .dyn }
    if function == "interpolate", isPolicy { checkCurve(arguments, id) }
    if function == "matches" { checkPattern(arguments[1]) }
    return build(matches.map(\.overload), function, checked.map(\.checked), result, id)
  }

  /// Arguments that are the elements of a list: `math.greatest(a, b, c)`.
  private mutating func variadic(
    _ overload: Overload, _ overloads: [Overload], _ arguments: [SyntaxTree.ID],
    _ id: SyntaxTree.ID
  ) -> Checked {
    let elements = arguments.map { SyntaxTree.Element(value: $0, optional: false) }
    let argument = list(elements, id)
    if types.resolved(argument.type) == .list(.wrong) {
      return wrong(id, .noSuchOverload(overload.function))
    }
    var matches: [(overload: Overload, result: CELType)] = []
    for overload in overloads where overload.isVariadic {
      if isUnchecked || types.isAssignable(argument.type, to: overload.parameters[0]) {
        matches.append((overload, overload.result))
      }
    }
    guard let first = matches.first else {
      report(
        mismatch(
          overload.function, overloads.filter(\.isVariadic), [(arguments[0], argument.type)], id))
      return wrong(id, .noSuchOverload(overload.function))
    }
    let isOne = matches.allSatisfy { $0.result == first.result }
    return build(
      matches.map(\.overload), overload.function, [argument], isOne ? first.result : .dyn, id)
  }

  /// The arguments with whole numbers read as ints where the overload needs that.
  private mutating func withInts(
    _ overload: Overload, _ arguments: [(syntax: SyntaxTree.ID, checked: Checked)]
  ) -> ([(syntax: SyntaxTree.ID, checked: Checked)], CELType)? {
    guard arguments.contains(where: { isFlexible($0.syntax) }) else { return nil }
    let mark = types.mark
    let (parameters, result) = types.instance(overload)
    var arguments = arguments
    for place in arguments.indices where !isFlexible(arguments[place].syntax) {
      guard types.isAssignable(arguments[place].checked.type, to: parameters[place]) else {
        types.undo(to: mark)
        return nil
      }
    }
    for place in arguments.indices where isFlexible(arguments[place].syntax) {
      if types.isAssignable(arguments[place].checked.type, to: parameters[place]) { continue }
      let ints = reading(ints: true) { $0.check(arguments[place].syntax) }
      guard types.isAssignable(ints.type, to: parameters[place]) else {
        types.undo(to: mark)
        return nil
      }
      arguments[place].checked = ints
    }
    return (arguments, result)
  }

  /// The arguments with ints as doubles, as `size(visits) > 2.5` needs; nil when there are none.
  private mutating func widened(_ arguments: [Checked]) -> [Checked]? {
    guard arguments.contains(where: { types.resolved($0.type) == .int }),
      let overload = environment.functions.overloads(of: "double", in: .policy).first(where: {
        $0.parameters == [.int]
      }), case .unary(let body) = overload.body
    else { return nil }
    return arguments.map { argument in
      guard types.resolved(argument.type) == .int else { return argument }
      let operand = program.nodes[Int(argument.id)]
      program.nodes.append(
        .init(operation: .unary(body, argument.id), type: .double, range: operand.range))
      return Checked(id: program.root, type: .double)
    }
  }

  private mutating func build(
    _ overloads: [Overload], _ function: String, _ arguments: [Checked], _ result: CELType,
    _ id: SyntaxTree.ID
  ) -> Checked {
    let ids = arguments.map(\.id)
    let overload = overloads[0]
    let isCertain =
      overloads.count == 1 && overload.parameters.count == arguments.count
      && zip(overload.parameters, arguments).allSatisfy {
        isKnown(types.resolved($1.type), as: $0)
      }
    let operation: Program.Operation
    switch overload.body {
    // Any collection and key can be tried, so types that are still open need no choice.
    case _ where function == "_[_]" && ids.count == 2: operation = .binary(element, ids[0], ids[1])
    case .conditional where ids.count == 3: operation = .conditional(ids[0], ids[1], ids[2])
    case .logic(let body, let absorbing):
      operation = .logic(body, absorbing: absorbing, ids)
    case .unary(let body) where isCertain: operation = .unary(body, ids[0])
    case .binary(_, let prepare?) where isCertain && isConstant(ids[1]):
      operation = .prepared(prepare, ids[0], ids[1])
    case .binary(let body, _) where isCertain: operation = .binary(body, ids[0], ids[1])
    case .numbers(let body) where isCertain: operation = .numbers(body, ids[0], ids[1])
    case .numberTest(let body) where isCertain: operation = .numberTest(body, ids[0], ids[1])
    case .prepared(let body) where isCertain: operation = .prepared(body, ids[0], ids[1])
    case .strict(let body) where isCertain: operation = .strict(body, ids)
    case .lenient(let body) where isCertain: operation = .lenient(body, ids)
    default: operation = .dispatch(function, overloads, ids)
    }
    let built = add(operation, result, id)
    if isCertain { program.nodes[Int(built.id)].overload = overload.id }
    if isPolicy {
      switch types.resolved(result) {
      case .double, .int, .uint: program.texts[built.id] = expression.text(tree[id].range)
      default: break
      }
    }
    return built
  }

  /// Whether a node reads nothing that a record or a macro holds.
  private func isConstant(_ id: Program.ID) -> Bool {
    switch program.nodes[Int(id)].operation {
    case .constant: true
    case .list(let elements): elements.allSatisfy { isConstant($0.value) }
    default: false
    }
  }

  /// Whether a value of a type is certain to be taken by a parameter.
  private func isKnown(_ type: CELType, as parameter: CELType) -> Bool {
    switch (parameter, type) {
    case (.dyn, _), (.parameter, _): true
    case (_, .dyn), (_, .parameter), (_, .wrapper), (_, .null): false
    default: true
    }
  }

  // MARK: Macros

  private mutating func with<T>(
    _ names: [(String, CELType)], of source: SyntaxTree.ID, _ body: (inout Checker, [Int]) -> T
  ) -> T {
    let text = isPolicy ? expression.text(tree[source].range) : ""
    var locals: [Int] = []
    for (name, type) in names {
      variables.append((name, program.locals, type, text))
      locals.append(program.locals)
      program.locals += 1
    }
    defer { variables.removeLast(names.count) }
    return body(&self, locals)
  }

  private mutating func checkShadowing(_ macro: MacroCall, _ id: SyntaxTree.ID) {
    guard isPolicy, case .call(_, _, let arguments, _) = tree.kind(id) else { return }
    for (name, argument) in zip(macro.variables, arguments) {
      if environment.declaresNames(from: name)
        || variables.contains(where: { $0.name == name })
      {
        report(.shadowedName(name, at: span(argument)))
      }
    }
  }

  private mutating func expand(
    _ macro: MacroCall, _ arguments: [SyntaxTree.ID], _ id: SyntaxTree.ID
  ) -> Checked {
    switch macro.macro {
    case .has:
      guard case .select(let operand, let field, let isOptional) = tree.kind(arguments[0]) else {
        preconditionFailure("has takes a field")
      }
      let base = check(operand)
      _ = select(base, field, optional: isOptional, arguments[0])
      return add(.has(base.id, field), .bool, id)
    case .iterVar, .index:
      let name = macro.variables[0]
      guard let variable = variables.last(where: { $0.name == name }) else {
        report(
          Diagnostic(
            code: .unknownName, message: "`\(expression.text(tree[id].range))` names nothing here",
            primary: Label(span: span(id))))
        return wrong(id, Fault(.unknownName, "unknown variable"))
      }
      return add(.local(variable.local), variable.type, id)
    case .bind:
      checkShadowing(macro, id)
      let bound = check(macro.outside[0])
      return with([(macro.variables[0], bound.type)], of: macro.outside[0]) { checker, locals in
        let body = checker.check(macro.inside[0])
        return checker.add(.bind(locals[0], [bound.id], body.id), body.type, id)
      }
    case .block:
      guard case .list(let elements) = tree.kind(macro.outside[0]) else {
        preconditionFailure("a block takes a list")
      }
      let count = elements.count
      let first = program.locals
      program.locals += count
      var bound: [Program.ID] = []
      for (place, element) in elements.enumerated() {
        let one = check(element.value)
        bound.append(one.id)
        variables.append(("@index:\(place)", first + place, one.type, ""))
      }
      let body = check(macro.outside[1])
      variables.removeLast(count)
      return add(.bind(first, bound, body.id), body.type, id)
    case .optMap, .optFlatMap:
      checkShadowing(macro, id)
      let operand = check(macro.outside[0])
      let content = types.resolved(operand.type).optionalContent ?? .dyn
      return with([(macro.variables[0], content)], of: macro.outside[0]) { checker, locals in
        let body = checker.check(macro.inside[0])
        let result: CELType = macro.macro == .optMap ? .optional(body.type) : body.type
        return checker.add(
          .comprehension(
            .init(macro: macro.macro, range: operand.id, first: locals[0], result: body.id)),
          result, id)
      }
    case .all, .exists, .existsOne, .filter, .map, .transformList, .transformMap,
      .transformMapEntry:
      checkShadowing(macro, id)
      return comprehension(macro, id)
    }
  }

  private mutating func comprehension(_ macro: MacroCall, _ id: SyntaxTree.ID) -> Checked {
    let range = check(macro.outside[0])
    let rangeType = types.resolved(range.type)
    let element: CELType
    var (first, second): (CELType, CELType)
    switch rangeType {
    case .list(let type): (element, first, second) = (type, .int, type)
    case .map(let key, let value): (element, first, second) = (key, key, value)
    case .dyn, .wrong, .parameter: (element, first, second) = (.dyn, .dyn, .dyn)
    default:
      report(
        .typeMismatch(
          "`\(macro.macro.rawValue)` goes through a list or a map, and this is \(words(rangeType))",
          at: span(macro.outside[0])))
      (element, first, second) = (.wrong, .wrong, .wrong)
    }
    let hasTwo = macro.variables.count == 2
    if !hasTwo { first = element }
    let names = zip(macro.variables, [first, second]).map { ($0, $1) }
    return with(names, of: macro.outside[0]) { checker, locals in
      var conditionID: SyntaxTree.ID?
      var resultID: SyntaxTree.ID?
      switch macro.macro {
      case .map, .transformList, .transformMap, .transformMapEntry:
        resultID = macro.inside.last
        conditionID = macro.inside.count == 2 ? macro.inside[0] : nil
      default: conditionID = macro.inside[0]
      }
      var condition: Checked?
      if let part = conditionID {
        condition = checker.check(part)
        if !checker.types.isAssignable(condition!.type, to: .bool) {
          checker.report(checker.notCondition(condition!.type, part, for: macro.macro.rawValue))
        }
      }
      let result = resultID.map { checker.check($0) }
      let type: CELType
      switch macro.macro {
      case .filter: type = .list(element)
      case .map, .transformList: type = .list(result!.type)
      case .transformMap: type = .map(first, result!.type)
      case .transformMapEntry:
        switch checker.types.resolved(result!.type) {
        case .map(let key, let value): type = .map(key, value)
        default: type = .map(.dyn, .dyn)
        }
      default: type = .bool
      }
      return checker.add(
        .comprehension(
          .init(
            macro: macro.macro, range: range.id, first: locals[0],
            second: hasTwo ? locals[1] : nil, condition: condition?.id, result: result?.id)),
        type, id)
    }
  }

  // MARK: Patterns and curves

  private mutating func checkPattern(_ id: SyntaxTree.ID) {
    guard case .literal(.string(let text)) = tree.kind(id) else { return }
    do throws(Pattern.SyntaxError) {
      _ = try Pattern(text, limit: environment.limits.patternStates)
    } catch {
      report(
        Diagnostic(
          code: .invalidPattern, message: "this is no regular expression",
          primary: Label(span: span(id), text: error.message)))
    }
  }

  private mutating func checkCurve(_ arguments: [SyntaxTree.ID], _ id: SyntaxTree.ID) {
    guard case .list(let points) = tree.kind(arguments[1]) else { return }
    if points.isEmpty { report(.invalidCurve("a curve needs a point", at: span(arguments[1]))) }
    var last: Double?
    for point in points {
      guard case .list(let pair) = tree.kind(point.value) else { continue }
      guard pair.count == 2 else {
        report(.invalidCurve("a point of a curve is `[x, points]`", at: span(point.value)))
        continue
      }
      let x: Double
      switch tree.kind(pair[0].value) {
      case .literal(.int(let value)): x = Double(value)
      case .literal(.double(let value)): x = value
      default:
        last = nil
        continue
      }
      if let last, x <= last {
        report(
          .invalidCurve(
            "x must increase from point to point, and `\(plainText(x))` does not",
            at: span(pair[0].value)))
      }
      last = x
    }
  }

  func words(_ type: CELType) -> String {
    isPolicy ? types.resolved(type).words : types.resolved(type).description
  }
}

extension Checker.Checked {
  func typed(_ type: CELType) -> Checker.Checked {
    Checker.Checked(id: id, type: type)
  }
}

extension CELType {
  /// The type of a part that was reported as wrong: it fits everywhere, so nothing is said twice.
  static let wrong = CELType.opaque("@wrong", [])

  var isConcrete: Bool {
    switch self {
    case .dyn, .parameter: false
    default: parts.allSatisfy(\.isConcrete)
    }
  }
}
