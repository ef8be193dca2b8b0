public import Diagnostics

extension Environment {
  /// Parses and checks an expression.
  ///
  ///     var environment = Environment()
  ///     environment.declare("visits", .int)
  ///     let isBusy = try environment.compile("visits > 20")
  ///     isBusy.evaluate(["visits": 24])  // .value(true)
  ///
  /// - Parameters:
  ///   - name: what the text is called where it is shown to be wrong.
  ///   - expected: the type that the expression's place needs, if any.
  /// - Throws: All that is wrong with the expression, at once.
  public func compile(
    _ text: String, name: String = "expression", expecting expected: CELType? = nil
  ) throws(CompilationError) -> CheckedExpression {
    var diagnostics: [Diagnostic] = []
    let parsed = ParsedExpression.parse(
      text, name: name, limits: limits, diagnostics: &diagnostics)
    if let parsed, let checked = check(parsed, expecting: expected, diagnostics: &diagnostics) {
      return checked
    }
    throw CompilationError(diagnostics)
  }

  /// Deduces the type of an expression and resolves its names, or reports why that fails.
  ///
  /// In the policy profile a whole number at the top becomes a double, unless an int is expected.
  ///
  /// - Parameter expected: the type that the expression's place needs, if any.
  public func check(
    _ parsed: ParsedExpression, expecting expected: CELType? = nil,
    diagnostics: inout [Diagnostic]
  ) -> CheckedExpression? {
    var checker = Checker(self, parsed)
    var root: Checker.Checked
    if let expected, checker.isFlexible(parsed.tree.root) {
      root = checker.coerced(parsed.tree.root, to: expected, reporting: false)
    } else {
      root = checker.check(parsed.tree.root)
    }
    if profile == .policy, expected != .int, checker.types.resolved(root.type) == .int {
      let overload = functions.overloads(of: "double", in: profile).first {
        $0.parameters == [.int]
      }
      if case .unary(let body)? = overload?.body {
        root = checker.add(.unary(body, root.id), .double, parsed.tree.root)
      }
    }
    let type = checker.types.resolved(root.type)
    if let expected, !checker.types.isAssignable(type, to: expected) {
      checker.report(checker.unexpected(type, expected: expected))
    }
    diagnostics += checker.diagnostics
    guard !checker.diagnostics.hasErrors else { return nil }
    let finished = checker.types.finished(root.type)
    return CheckedExpression(
      parsed, checker.program, root.id, type: finished, environment: self)
  }

  /// Resolves names alone and leaves all types to evaluation.
  ///
  /// What cannot be resolved is a fault when it is evaluated, so `nonsense || true` is true.
  package func resolve(_ parsed: ParsedExpression) -> CheckedExpression {
    var checker = Checker(self, parsed, isUnchecked: true)
    let root = checker.check(parsed.tree.root)
    return CheckedExpression(
      parsed, checker.program, root.id, type: .dyn, environment: self)
  }
}

extension CheckedExpression {
  /// Keeps the nodes that the root needs, with constant parts evaluated.
  init(
    _ parsed: ParsedExpression, _ checked: Program, _ root: Program.ID, type: CELType,
    environment: Environment
  ) {
    self.checked = (checked, root)
    program = checked.pruned(to: root, folding: environment.foldsConstants)
    var slots: [Int] = []
    for node in program.nodes {
      if case .variable(let slot) = node.operation { slots.append(slot) }
    }
    slots.sort()
    var distinct: [Int] = []
    for slot in slots where slot != distinct.last { distinct.append(slot) }
    self.parsed = parsed
    self.type = type
    self.slots = distinct
    references = self.slots.map { environment.names[$0] }
    referenceTypes = self.slots.map { environment.types[$0] }
    cost = CostEstimate(program, in: environment)
  }
}

extension Program {
  /// The nodes that a root needs.
  ///
  /// - Parameter folding: whether constant parts are evaluated.
  func pruned(to root: ID, folding: Bool) -> Program {
    var program = self
    program.nodes = []
    program.texts = [:]
    var isNeeded = Array(repeating: false, count: nodes.count)
    isNeeded[Int(root)] = true
    for place in isNeeded.indices.reversed() where isNeeded[place] {
      for child in children(nodes[place].operation) { isNeeded[Int(child)] = true }
    }
    var places = Array(repeating: ID(-1), count: nodes.count)
    // What all folding of one expression may take together.
    var budget = limits.steps
    for place in isNeeded.indices where isNeeded[place] {
      var node = nodes[place]
      node.operation = Program.mapping(node.operation) { places[Int($0)] }
      program.nodes.append(node)
      places[place] = program.root
      program.texts[program.root] = texts[ID(place)]
      if folding, budget > 0 { program.foldLast(&budget) }
      if place == Int(root) { break }
    }
    return program
  }

  /// Puts the value of the last node in its place, when its operands are constants.
  private mutating func foldLast(_ budget: inout Int) {
    let operation = nodes[Int(root)].operation
    switch operation {
    case .prepared(let prepare, let a, let b):
      guard case .constant(let value) = nodes[Int(b)].operation else { break }
      var meter = Meter(limits, steps: budget)
      if let body = try? prepare(value, &meter) {
        nodes[Int(root)].operation = .unary(body, a)
        preparedOperands[root] = value
      }
      budget -= meter.stepsTaken
    case .unary, .binary, .numbers, .numberTest, .strict, .lenient, .logic, .dispatch, .list, .map,
      .select, .index, .has,
      .wrap, .conditional:
      break
    default: return
    }
    let isConstant = children(operation).allSatisfy {
      if case .constant = nodes[Int($0)].operation { true } else { false }
    }
    if isConstant, let value = valueOfLast(&budget) {
      nodes[Int(root)].operation = .constant(value)
    }
  }

  private func valueOfLast(_ budget: inout Int) -> Value? {
    var evaluator = Evaluator(self, EmptyRecord(), steps: budget)
    defer { budget -= evaluator.stepsTaken }
    return evaluator.outcome(of: root).value
  }
}
