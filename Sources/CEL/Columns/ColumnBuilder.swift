internal import Tables

/// One step of a program over columns: it reads registers and fills others, for all rows.
package typealias ColumnOperation = @Sendable (ColumnMemory) -> Void

/// Compiles checked expressions into operations over registers.
///
/// Equal sub-expressions are computed once, whatever expression they stand in. An operation with
/// a kernel becomes a loop. What reads a single text and nothing else is evaluated once for
/// each different text. Whatever is left is evaluated row by row by the plain evaluator.
package struct ColumnBuilder {
  package var layout = ColumnLayout()
  private var steps: [ColumnProgram.Step] = []
  /// Where the values of slots are; expressions may read no others.
  package var slots: [Int: ColumnValue] = [:]
  private let kernels: [String: Kernel]
  private var computed: [Computation: ColumnValue] = [:]
  private var knownPlanes: [Int: Int] = [:]
  private var knownCodePlanes: [Int: Int] = [:]
  /// How many operations may flag rows.
  private var flaggingCount = 0

  package init(functions: FunctionTable) {
    kernels = functions.kernels
  }

  package mutating func add(_ operation: @escaping ColumnOperation) {
    steps.append(ColumnProgram.Step(operation))
  }

  /// What was added, to be run.
  package var program: ColumnProgram { ColumnProgram(layout, steps) }

  /// Adds what it takes to compute an expression; its slots have been given values.
  package mutating func compile(_ expression: CheckedExpression) -> ColumnValue {
    let program = expression.program
    guard program.nodes.count <= program.limits.steps / 2 else {
      return rowByRow(program, program.root, steps: nil)
    }
    var texts = SingleTexts(program, slots)
    return value(of: program.root, in: program, &texts)
  }

  /// Adds what it takes to learn in which rows an expression runs into a fault, if it can.
  package mutating func compileFaults(of expression: CheckedExpression) {
    var trial = self
    _ = trial.compile(expression)
    if trial.flaggingCount > flaggingCount { self = trial }
  }

  // MARK: Nodes

  private mutating func value(
    of id: Program.ID, in program: Program, _ texts: inout SingleTexts
  ) -> ColumnValue {
    let node = program.nodes[Int(id)]
    switch node.operation {
    case .constant(let value): return .constant(value)
    case .variable(let slot):
      // Invariant: a plan computes what an expression reads before the expression.
      return slots[slot]!
    default: break
    }
    let steps = program.limits.steps / (2 * program.nodes.count)
    if case .text(let slot) = texts[id], let lifted = lift(program, id, slot, steps: steps) {
      return lifted
    }
    if let name = node.overload, let kernel = kernels[name] {
      let operands = program.children(node.operation)
        .map { value(of: $0, in: program, &texts) }
      if let value = apply(kernel, name, operands) { return value }
    }
    return rowByRow(program, id, steps: steps)
  }

  /// The result of a kernel; nil where it does not fit the operands.
  private mutating func apply(
    _ kernel: Kernel, _ name: String, _ operands: [ColumnValue]
  ) -> ColumnValue? {
    let computation = Computation(overload: name, operands: operands)
    if let value = computed[computation] { return value }
    guard let value = applyNew(kernel, operands) else { return nil }
    computed[computation] = value
    return value
  }

  private mutating func applyNew(_ kernel: Kernel, _ operands: [ColumnValue]) -> ColumnValue? {
    switch kernel {
    case .number(let kernel):
      guard case .number(let a) = operands[0] else { return nil }
      let result = layout.number()
      add { kernel.loop($0.numbers(a), $0.numbers(result), $0.count) }
      return .number(result)
    case .numbers(let kernel): return numbers(kernel, operands)
    case .numberTest(let kernel): return numberTest(kernel, operands)
    case .truth(let body):
      guard let a = truth(operands[0]) else { return nil }
      return combine(a, a) { a, _ in body(a) }
    case .logic(let body):
      let terms = operands.compactMap { truth($0) }
      guard terms.count == operands.count else { return nil }
      return fold(terms, body)
    case .equality(let isNegated): return equality(operands, isNegated: isNegated)
    case .known: return known(operands[0])
    case .orElse: return orElse(operands)
    case .conditional: return conditional(operands)
    }
  }

  private mutating func numbers(
    _ kernel: NumbersKernel, _ operands: [ColumnValue]
  ) -> ColumnValue? {
    guard let a = NumberOperand(operands[0]), let b = NumberOperand(operands[1]) else { return nil }
    let result = layout.number()
    switch (a, b) {
    case (.register(let a), .register(let b)):
      add { kernel.both($0.numbers(a), $0.numbers(b), $0.numbers(result), $0.count) }
    case (.register(let a), .constant(let b)):
      add { kernel.right($0.numbers(a), b, $0.numbers(result), $0.count) }
    case (.constant(let a), .register(let b)):
      add { kernel.left(a, $0.numbers(b), $0.numbers(result), $0.count) }
    // Constants were folded, but for those that give no number.
    case (.constant, .constant): return nil
    }
    return .number(result)
  }

  private mutating func numberTest(
    _ kernel: NumberTestKernel, _ operands: [ColumnValue]
  ) -> ColumnValue? {
    guard let a = NumberOperand(operands[0]), let b = NumberOperand(operands[1]) else { return nil }
    let answers = layout.plane()
    let isKnown: Int
    switch (a, b) {
    case (.register(let a), .register(let b)):
      isKnown = intersection(knownPlane(of: a), knownPlane(of: b))
      add {
        kernel.both($0.numbers(a), $0.numbers(b), $0.plane(answers), $0.count)
        $0.restrict(answers, to: isKnown)
      }
    case (.register(let a), .constant(let b)):
      isKnown = knownPlane(of: a)
      add {
        kernel.right($0.numbers(a), b, $0.plane(answers), $0.count)
        $0.restrict(answers, to: isKnown)
      }
    case (.constant(let a), .register(let b)):
      isKnown = knownPlane(of: b)
      add {
        kernel.left(a, $0.numbers(b), $0.plane(answers), $0.count)
        $0.restrict(answers, to: isKnown)
      }
    case (.constant, .constant): return nil
    }
    return .truth(TruthRegister(isTrue: answers, isKnown: isKnown))
  }

  /// The plane of the rows in which a number is known.
  package mutating func knownPlane(of register: Int) -> Int {
    if let plane = knownPlanes[register] { return plane }
    let plane = layout.plane()
    add { memory in
      let numbers = memory.numbers(register)
      packBits(into: memory.plane(plane), count: memory.count) { numbers[$0] == numbers[$0] }
    }
    knownPlanes[register] = plane
    return plane
  }

  /// The plane of the rows in which a text or a choice is known.
  private mutating func knownPlane(ofCodes codes: Int) -> Int {
    if let plane = knownCodePlanes[codes] { return plane }
    let plane = layout.plane()
    add { memory in
      let codes = memory.codes(codes)
      packBits(into: memory.plane(plane), count: memory.count) { codes[$0] >= 0 }
    }
    knownCodePlanes[codes] = plane
    return plane
  }

  private mutating func intersection(_ a: Int, _ b: Int) -> Int {
    if a == b { return a }
    let result = layout.plane()
    add { memory in
      let (a, b) = (memory.plane(a), memory.plane(b))
      let result = memory.plane(result)
      for word in 0..<memory.wordCount { result[word] = a[word] & b[word] }
    }
    return result
  }

  // MARK: Truth

  /// The planes of a condition; nil for what is none.
  package mutating func truth(_ value: ColumnValue) -> TruthRegister? {
    switch value {
    case .truth(let register): return register
    case .constant(.bool(let truth)):
      let computation = Computation(overload: "constant", operands: [value])
      if case .truth(let register)? = computed[computation] { return register }
      let register = layout.truth()
      add { memory in
        for word in 0..<memory.wordCount {
          memory.plane(register.isTrue)[word] = truth ? .max : 0
          memory.plane(register.isKnown)[word] = .max
        }
      }
      computed[computation] = .truth(register)
      return register
    default: return nil
    }
  }

  private mutating func combine(
    _ a: TruthRegister, _ b: TruthRegister, _ body: @escaping @Sendable (Truth, Truth) -> Truth
  ) -> ColumnValue {
    fold([a, b], body)
  }

  private mutating func fold(
    _ terms: [TruthRegister], _ body: @escaping @Sendable (Truth, Truth) -> Truth
  ) -> ColumnValue {
    let result = layout.truth()
    let first = terms[0]
    guard terms.count > 2 else {
      let second = terms[1]
      add { memory in
        for word in 0..<memory.wordCount {
          let truth = body(memory.truths(first, word: word), memory.truths(second, word: word))
          memory.set(truth, of: result, word: word)
        }
      }
      return .truth(result)
    }
    add { memory in
      for word in 0..<memory.wordCount {
        var all = memory.truths(first, word: word)
        for place in 1..<terms.count { all = body(all, memory.truths(terms[place], word: word)) }
        memory.set(all, of: result, word: word)
      }
    }
    return .truth(result)
  }

  private mutating func equality(
    _ operands: [ColumnValue], isNegated: Bool
  ) -> ColumnValue? {
    if NumberOperand(operands[0]) != nil, NumberOperand(operands[1]) != nil {
      return numberTest(isNegated ? Self.notEqual : Self.equal, operands)
    }
    guard let a = truth(operands[0]), let b = truth(operands[1]) else { return nil }
    return combine(a, b) { a, b in
      let isKnown = a.isKnown & b.isKnown
      let differ = a.isTrue ^ b.isTrue
      return Truth(isTrue: (isNegated ? differ : ~differ) & isKnown, isKnown: isKnown)
    }
  }

  private static let equal = NumberTestKernel { $0 == $1 }
  private static let notEqual = NumberTestKernel { $0 != $1 }

  private mutating func known(_ operand: ColumnValue) -> ColumnValue? {
    switch operand {
    case .number(let register): return known(plane: knownPlane(of: register))
    case .truth(let register): return known(plane: register.isKnown)
    case .text(let register, _), .choice(let register, _):
      return known(plane: knownPlane(ofCodes: register))
    case .date(let register):
      return known { memory, row in memory.codes(register)[row] != Column.unknownDate }
    case .constant, .boxed: return nil
    }
  }

  private mutating func known(plane: Int) -> ColumnValue {
    let all = truth(.constant(.bool(true)))!
    return .truth(TruthRegister(isTrue: plane, isKnown: all.isKnown))
  }

  private mutating func known(
    _ answer: @escaping @Sendable (ColumnMemory, Int) -> Bool
  ) -> ColumnValue {
    let plane = layout.plane()
    add { memory in
      packBits(into: memory.plane(plane), count: memory.count) { answer(memory, $0) }
    }
    return known(plane: plane)
  }

  private mutating func orElse(_ operands: [ColumnValue]) -> ColumnValue? {
    if case .number(let a) = operands[0], let b = NumberOperand(operands[1]) {
      let result = layout.number()
      add { memory in
        let (a, result) = (memory.numbers(a), memory.numbers(result))
        switch b {
        case .constant(let b):
          for row in 0..<memory.count { result[row] = a[row] == a[row] ? a[row] : b }
        case .register(let b):
          let b = memory.numbers(b)
          for row in 0..<memory.count { result[row] = a[row] == a[row] ? a[row] : b[row] }
        }
      }
      return .number(result)
    }
    guard let a = truth(operands[0]), let b = truth(operands[1]) else { return nil }
    return combine(a, b) { a, b in
      Truth(isTrue: a.isTrue | (b.isTrue & ~a.isKnown), isKnown: a.isKnown | b.isKnown)
    }
  }

  /// One number where a condition is true and another where it is false; unknown where it is.
  package mutating func number(
    _ then: NumberOperand, where condition: TruthRegister, otherwise: NumberOperand
  ) -> Int {
    let result = layout.number()
    add { memory in
      let numbers = memory.numbers(result)
      for row in 0..<memory.count {
        numbers[row] =
          switch memory.truth(row, of: condition) {
          case true: memory.number(then, row: row)
          case false: memory.number(otherwise, row: row)
          default: .nan
          }
      }
    }
    return result
  }

  private mutating func conditional(_ operands: [ColumnValue]) -> ColumnValue? {
    guard let condition = truth(operands[0]) else { return nil }
    if let then = NumberOperand(operands[1]), let otherwise = NumberOperand(operands[2]) {
      return .number(number(then, where: condition, otherwise: otherwise))
    }
    guard let then = truth(operands[1]), let otherwise = truth(operands[2]) else { return nil }
    let result = layout.truth()
    add { memory in
      for word in 0..<memory.wordCount {
        let condition = memory.truths(condition, word: word)
        let (then, otherwise) = (
          memory.truths(then, word: word), memory.truths(otherwise, word: word)
        )
        let isFalse = condition.isKnown & ~condition.isTrue
        memory.plane(result.isTrue)[word] =
          condition.isTrue & then.isTrue | isFalse & otherwise.isTrue
        memory.plane(result.isKnown)[word] =
          condition.isTrue & then.isKnown | isFalse & otherwise.isKnown
      }
    }
    return .truth(result)
  }

  // MARK: Without a kernel

  /// What reads one text alone, evaluated once for each different text.
  private mutating func lift(
    _ program: Program, _ id: Program.ID, _ slot: Int, steps: Int
  ) -> ColumnValue? {
    guard case .text(let codes, let pool)? = slots[slot] else { return nil }
    let subject = LiftedTexts.Subject(program: program, root: id, slot: slot, steps: steps)
    let lifted = layout.lift()
    flaggingCount += 1
    switch program.nodes[Int(id)].type {
    case .double:
      let result = layout.number()
      add { memory in
        memory.lift(lifted, subject, pool: pool)
        let (codes, result) = (memory.codes(codes), memory.numbers(result))
        memory.lifted[lifted].numbers.withUnsafeBufferPointer { numbers in
          for row in 0..<memory.count { result[row] = numbers[Int(codes[row]) &+ 1] }
        }
        memory.flagFaults(of: lifted, codes: codes)
      }
      return .number(result)
    case .bool:
      let knownTexts = knownPlane(ofCodes: codes)
      let result = layout.truth()
      add { memory in
        memory.lift(lifted, subject, pool: pool)
        let codes = memory.codes(codes)
        let isKnown = memory.plane(result.isKnown)
        memory.lifted[lifted].truths.withUnsafeBufferPointer { truths in
          packBits(into: memory.plane(result.isTrue), count: memory.count) {
            truths[Int(codes[$0]) &+ 1] & 1 != 0
          }
          if memory.lifted[lifted].isKnownWhereTextIs {
            isKnown.update(from: memory.plane(knownTexts), count: memory.wordCount)
          } else {
            packBits(into: isKnown, count: memory.count) { truths[Int(codes[$0]) &+ 1] & 2 != 0 }
          }
        }
        memory.flagFaults(of: lifted, codes: codes)
      }
      return .truth(result)
    default: return nil
    }
  }

  /// A sub-expression that the plain evaluator evaluates in every row.
  ///
  /// - Parameter steps: how many steps a row may take before the plan's plain evaluator has to
  ///   decide, so that limits mean the same; all that the limits say where it is nil.
  private mutating func rowByRow(
    _ program: Program, _ id: Program.ID, steps: Int?
  ) -> ColumnValue {
    var sources: [(slot: Int, value: ColumnValue)] = []
    for slot in program.slots(under: id) { sources.append((slot, slots[slot]!)) }
    let fixed = sources
    flaggingCount += 1
    func outcomes(
      _ take: @escaping @Sendable (ColumnMemory, Int, Outcome<Value>) -> Void
    ) -> ColumnOperation {
      { memory in
        let record = ColumnRow(memory, fixed)
        for row in 0..<memory.count {
          record.row = row
          var evaluator = Evaluator(program, record, steps: steps)
          let outcome = evaluator.outcome(of: id)
          if case .fault = outcome { memory.flag(row) }
          take(memory, row, outcome)
        }
      }
    }
    switch program.nodes[Int(id)].type {
    case .double:
      let result = layout.number()
      add(
        outcomes { memory, row, outcome in
          if case .value(.double(let number)) = outcome {
            memory.numbers(result)[row] = number
          } else {
            memory.numbers(result)[row] = .nan
          }
        })
      return .number(result)
    case .bool:
      let result = layout.truth()
      add { $0.clear(result) }
      add(
        outcomes { memory, row, outcome in
          if case .value(.bool(let truth)) = outcome { memory.set(row, of: result, to: truth) }
        })
      return .truth(result)
    default:
      let result = layout.box()
      add(outcomes { memory, row, outcome in memory.boxes[result][row] = outcome })
      return .boxed(result)
    }
  }
}

/// What tells computations apart: those that are the same are made once.
private struct Computation: Hashable {
  let overload: String
  let operands: [ColumnValue]
  /// Which operands are a constant -0: it is equal to 0, and another number.
  let negativeZeros: [Bool]

  init(overload: String, operands: [ColumnValue]) {
    self.overload = overload
    self.operands = operands
    negativeZeros = operands.map {
      if case .constant(.double(let number)) = $0 {
        number == 0 && number.sign == .minus
      } else {
        false
      }
    }
  }
}

extension NumberOperand {
  /// Nil for what is no number.
  package init?(_ value: ColumnValue) {
    switch value {
    case .number(let register): self = .register(register)
    case .constant(.double(let number)): self = .constant(number)
    default: return nil
    }
  }
}

extension ColumnMemory {
  @inlinable package func number(_ operand: NumberOperand, row: Int) -> Double {
    switch operand {
    case .constant(let number): number
    case .register(let register): numbers(register)[row]
    }
  }

  /// Takes away the bits of a plane that another has not.
  @inline(__always)
  fileprivate func restrict(_ plane: Int, to other: Int) {
    let (plane, other) = (self.plane(plane), self.plane(other))
    for word in 0..<wordCount { plane[word] &= other[word] }
  }

  @inline(__always)
  func set(_ truth: Truth, of register: TruthRegister, word: Int) {
    plane(register.isTrue)[word] = truth.isTrue
    plane(register.isKnown)[word] = truth.isKnown
  }

  @inline(__always)
  func truths(_ register: TruthRegister, word: Int) -> Truth {
    Truth(isTrue: plane(register.isTrue)[word], isKnown: plane(register.isKnown)[word])
  }
}

/// One row of a chunk, as the plain evaluator reads it.
private final class ColumnRow: Activation {
  var row = 0
  private let memory: ColumnMemory
  private let sources: [(slot: Int, value: ColumnValue)]

  init(_ memory: ColumnMemory, _ sources: [(slot: Int, value: ColumnValue)]) {
    self.memory = memory
    self.sources = sources
  }

  func outcome(at slot: Int) -> Outcome<Value> {
    for source in sources where source.slot == slot {
      return memory.outcome(source.value, row: row)
    }
    return ColumnMemory.unknown
  }
}
