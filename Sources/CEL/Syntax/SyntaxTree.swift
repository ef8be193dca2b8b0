/// An expression as it is written: nodes in one array, for tools to walk.
///
///     for id in parsed.tree.ids {
///       if case .call(let function, _, _, _) = parsed.tree.kind(id) {
///         print(function, parsed.span(of: id).lower)
///       }
///     }
///
/// Macros stand in it as the calls that they are written as, numbers as what they are read as.
/// Chains of `&&` and `||` are one node with many operands.
///
/// Invariant: children precede their parent, and the root is last. No walk over the array can run
/// out of stack, and neither can letting go of it.
public struct SyntaxTree: Sendable {
  /// A node's place among the nodes.
  public typealias ID = Int32

  struct Node: Sendable {
    var kind: Kind
    var range: TextRange
    /// The operator, function name or field, for diagnostics.
    var focus: TextRange
  }

  /// What a node is, with the nodes that it is made of.
  public enum Kind: Hashable, Sendable {
    case literal(Value)
    /// A leading dot makes a name absolute: never a comprehension's variable.
    case name(String, absolute: Bool)
    case select(ID, String, optional: Bool)
    case index(ID, ID, optional: Bool)
    case call(String, target: ID?, [ID], absolute: Bool)
    /// Two operands or more for `&&` and `||`.
    case operation(Operator, [ID])
    case list([Element])
    case map([Entry])
    /// `pkg.Type{field: value}`.
    case message(String, [Field])
  }

  /// An element of a list; `?x` is optional.
  public struct Element: Hashable, Sendable {
    public internal(set) var value: ID
    public internal(set) var optional: Bool
  }

  /// An entry of a map; `?k: v` is optional.
  public struct Entry: Hashable, Sendable {
    public internal(set) var key: ID
    public internal(set) var value: ID
    public internal(set) var optional: Bool
  }

  /// A field of a message; `?f: v` is optional.
  public struct Field: Hashable, Sendable {
    public internal(set) var name: String
    public internal(set) var value: ID
    public internal(set) var optional: Bool
  }

  var nodes: [Node] = []

  /// The node of the whole expression.
  public var root: ID { ID(nodes.count - 1) }

  subscript(id: ID) -> Node { nodes[Int(id)] }

  /// All nodes, children before their parents.
  public var ids: Range<ID> { 0..<ID(nodes.count) }

  public func kind(_ id: ID) -> Kind { nodes[Int(id)].kind }

  /// The nodes that a node is made of, in the order of the text.
  public func children(of id: ID) -> [ID] { children(of: kind(id)) }

  func children(of kind: Kind) -> [ID] {
    switch kind {
    case .literal, .name: []
    case .select(let operand, _, _): [operand]
    case .index(let operand, let key, _): [operand, key]
    case .call(_, let target, let arguments, _): (target.map { [$0] } ?? []) + arguments
    case .operation(_, let operands): operands
    case .list(let elements): elements.map(\.value)
    case .map(let entries): entries.flatMap { [$0.key, $0.value] }
    case .message(_, let fields): fields.map(\.value)
    }
  }

  /// `a.b.c` when a node is nothing but names joined by dots.
  func dottedName(_ id: ID) -> (names: [String], absolute: Bool)? {
    var names: [String] = []
    var current = id
    while true {
      switch kind(current) {
      case .name(let name, let absolute):
        names.append(name)
        return (names.reversed(), absolute)
      case .select(let operand, let field, optional: false):
        names.append(field)
        current = operand
      default: return nil
      }
    }
  }
}

/// The operators of the grammar, named as CEL names their functions.
public enum Operator: String, Hashable, Sendable, CaseIterable {
  case or = "_||_"
  case and = "_&&_"
  case equal = "_==_"
  case notEqual = "_!=_"
  case less = "_<_"
  case lessEqual = "_<=_"
  case greater = "_>_"
  case greaterEqual = "_>=_"
  case contained = "@in"
  case add = "_+_"
  case subtract = "_-_"
  case multiply = "_*_"
  case divide = "_/_"
  case modulo = "_%_"
  case not = "!_"
  case negate = "-_"
  case conditional = "_?_:_"

  /// As written between or before its operands.
  public var spelling: String {
    switch self {
    case .contained: "in"
    case .conditional: "? :"
    default: rawValue.filter { $0 != "_" }
    }
  }

  /// Higher binds tighter.
  var precedence: Int {
    switch self {
    case .conditional: 0
    case .or: 1
    case .and: 2
    case .equal, .notEqual, .less, .lessEqual, .greater, .greaterEqual, .contained: 3
    case .add, .subtract: 4
    case .multiply, .divide, .modulo: 5
    case .not, .negate: 6
    }
  }
}

/// A macro: a call whose arguments are not simply evaluated.
enum Macro: String {
  case has
  case all, exists
  case existsOne = "exists_one"
  case map, filter
  case transformList, transformMap, transformMapEntry
  case bind
  case optMap, optFlatMap
  case block, index, iterVar
}
