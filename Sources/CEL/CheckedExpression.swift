/// An expression whose names and types are known. Evaluating it never meets a type error.
public struct CheckedExpression: Sendable {
  /// The type of its value.
  public let type: CELType
  /// The names that it reads, each once, in the order of their slots.
  public let references: [String]
  /// The slots that it reads, each once, in order.
  public let slots: [Int]
  /// The declared types of the names that it reads.
  let referenceTypes: [CELType]
  /// How many steps an evaluation takes.
  ///
  /// An embedder refuses what costs too much before it ever runs; `Limits.steps` stops what turns
  /// out to.
  public let cost: CostEstimate
  /// What it was checked from.
  public let parsed: ParsedExpression
  let program: Program
  /// All that was checked, and the node in it that the expression is.
  let checked: (program: Program, root: Program.ID)

  /// The program with its constant parts not evaluated. Only a trace asks for it.
  var unfolded: Program { checked.program.pruned(to: checked.root, folding: false) }

  /// The value over one record, or why there is none.
  ///
  /// A record of at most three words, or a class, costs no allocation.
  public func evaluate(_ record: some Activation) -> Outcome<Value> {
    var evaluator = Evaluator(program, record)
    return evaluator.outcome(of: program.root)
  }

  /// The slot of the name, where the expression is a name and nothing else.
  package var nameAlone: Int? {
    if case .variable(let slot) = program.nodes[Int(program.root)].operation { slot } else { nil }
  }

  /// The value, when nothing that the record holds can change it.
  public var constant: Value? {
    if case .constant(let value) = program.nodes[Int(program.root)].operation { value } else { nil }
  }
}

/// A record without slots.
struct EmptyRecord: Activation {
  func outcome(at slot: Int) -> Outcome<Value> { .unknown(Unknown("")) }
}
