/// A checked expression as it is evaluated: nodes in one array, every name and overload resolved.
///
/// Invariant: children precede their parent, and the root is last.
struct Program: Sendable {
  typealias ID = Int32

  struct Node: Sendable {
    var operation: Operation
    var type: CELType
    var range: TextRange
    /// The id of the overload that the operation calls, where it is certain.
    var overload: String?
  }

  enum Operation: Sendable {
    case constant(Value)
    case variable(slot: Int)
    /// A variable of a macro.
    case local(Int)
    /// What the checker could not resolve, in an expression that is evaluated unchecked.
    case fault(Fault)
    case unary(Overload.Unary, ID)
    case binary(Overload.Binary, ID, ID)
    case numbers(Overload.Numbers, ID, ID)
    case numberTest(Overload.NumberTest, ID, ID)
    /// Becomes unary where the second operand is constant.
    case prepared(Overload.Preparation, ID, ID)
    case strict(Overload.Strict, [ID])
    case lenient(Overload.Lenient, [ID])
    case logic(Overload.LenientBinary, absorbing: Bool, [ID])
    case conditional(ID, ID, ID)
    /// The types are known only when evaluated: the first overload that takes them is called.
    case dispatch(String, [Overload], [ID])
    case list([SyntaxTree.Element])
    case map([SyntaxTree.Entry])
    case select(ID, String, optional: Bool)
    case index(ID, ID)
    case has(ID, String)
    case comprehension(Comprehension)
    /// Evaluates some nodes into variables that follow each other, then the last node.
    case bind(Int, [ID], ID)
    /// A message of a well-known wrapper type.
    case wrap(CELType, ID)
  }

  struct Comprehension: Sendable {
    var macro: Macro
    var range: ID
    /// The element of a list or the key of a map; in the form with two variables index or key.
    var first: Int
    /// In the form with two variables the element or the value.
    var second: Int?
    /// The condition of `all`, `exists`, `exists_one` and `filter`, else a filter or nil.
    var condition: ID?
    /// What is collected.
    var result: ID?
  }

  var profile: Profile = .cel
  var nodes: [Node] = []
  var locals = 0
  var limits = Limits()
  /// The source text of operations that can give no finite number, by node.
  var texts: [ID: String] = [:]
  /// The constant operands of operations that were prepared with them, by node.
  var preparedOperands: [ID: Value] = [:]

  var root: ID { ID(nodes.count - 1) }

  func children(_ operation: Operation) -> [ID] {
    switch operation {
    case .constant, .variable, .local, .fault: []
    case .unary(_, let a), .select(let a, _, _), .has(let a, _), .wrap(_, let a): [a]
    case .binary(_, let a, let b), .prepared(_, let a, let b), .index(let a, let b),
      .numbers(_, let a, let b), .numberTest(_, let a, let b):
      [a, b]
    case .bind(_, let bound, let body): bound + [body]
    case .strict(_, let ids), .lenient(_, let ids), .logic(_, _, let ids), .dispatch(_, _, let ids):
      ids
    case .conditional(let a, let b, let c): [a, b, c]
    case .list(let elements): elements.map(\.value)
    case .map(let entries): entries.flatMap { [$0.key, $0.value] }
    case .comprehension(let one):
      [one.range] + [one.condition, one.result].compactMap { $0 }
    }
  }

  static func mapping(_ operation: Operation, _ change: (ID) -> ID) -> Operation {
    switch operation {
    case .constant, .variable, .local, .fault: return operation
    case .unary(let body, let a): return .unary(body, change(a))
    case .binary(let body, let a, let b): return .binary(body, change(a), change(b))
    case .prepared(let body, let a, let b): return .prepared(body, change(a), change(b))
    case .numbers(let body, let a, let b): return .numbers(body, change(a), change(b))
    case .numberTest(let body, let a, let b): return .numberTest(body, change(a), change(b))
    case .strict(let body, let ids): return .strict(body, ids.map(change))
    case .lenient(let body, let ids): return .lenient(body, ids.map(change))
    case .logic(let body, let absorbing, let ids):
      return .logic(body, absorbing: absorbing, ids.map(change))
    case .conditional(let a, let b, let c): return .conditional(change(a), change(b), change(c))
    case .dispatch(let name, let overloads, let ids):
      return .dispatch(name, overloads, ids.map(change))
    case .list(let elements):
      return .list(elements.map { .init(value: change($0.value), optional: $0.optional) })
    case .map(let entries):
      return .map(
        entries.map {
          .init(key: change($0.key), value: change($0.value), optional: $0.optional)
        })
    case .select(let a, let field, let optional):
      return .select(change(a), field, optional: optional)
    case .index(let a, let b): return .index(change(a), change(b))
    case .has(let a, let field): return .has(change(a), field)
    case .comprehension(var one):
      one.range = change(one.range)
      one.condition = one.condition.map(change)
      one.result = one.result.map(change)
      return .comprehension(one)
    case .bind(let local, let bound, let body):
      return .bind(local, bound.map(change), change(body))
    case .wrap(let type, let a): return .wrap(type, change(a))
    }
  }
}
