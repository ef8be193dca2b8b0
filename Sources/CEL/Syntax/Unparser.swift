/// Writes a syntax tree as text, with as few brackets as the grammar allows.
struct Unparser {
  private let tree: SyntaxTree

  init(_ tree: SyntaxTree) { self.tree = tree }

  func text() -> String { text(tree.root) }

  private func precedence(_ id: SyntaxTree.ID) -> Int {
    if case .operation(let kind, _) = tree.kind(id) { kind.precedence } else { 7 }
  }

  /// In brackets when it binds less tightly than its place needs.
  private func text(_ id: SyntaxTree.ID, atLeast needed: Int) -> String {
    precedence(id) < needed ? "(\(text(id)))" : text(id)
  }

  private func text(_ id: SyntaxTree.ID) -> String {
    switch tree.kind(id) {
    case .literal(let value): return value.description
    case .name(let name, let absolute): return absolute ? ".\(name)" : name
    case .select(let operand, let field, let optional):
      return text(operand, atLeast: 7) + (optional ? ".?" : ".") + fieldName(field)
    case .index(let operand, let key, let optional):
      return text(operand, atLeast: 7) + (optional ? "[?" : "[") + text(key) + "]"
    case .call(let function, let target, let arguments, let absolute):
      let receiver = target.map { text($0, atLeast: 7) + "." } ?? (absolute ? "." : "")
      return receiver + function + "(" + arguments.map { text($0) }.joined(separator: ", ") + ")"
    case .operation(let kind, let operands): return operation(kind, operands)
    case .list(let elements):
      return "["
        + elements.map { ($0.optional ? "?" : "") + text($0.value) }.joined(separator: ", ") + "]"
    case .map(let entries):
      return "{"
        + entries.map { ($0.optional ? "?" : "") + text($0.key) + ": " + text($0.value) }
        .joined(separator: ", ") + "}"
    case .message(let name, let fields):
      return name + "{"
        + fields.map { ($0.optional ? "?" : "") + fieldName($0.name) + ": " + text($0.value) }
        .joined(separator: ", ") + "}"
    }
  }

  private func operation(_ kind: Operator, _ operands: [SyntaxTree.ID]) -> String {
    let own = kind.precedence
    switch kind {
    case .conditional:
      return text(operands[0], atLeast: 1) + " ? " + text(operands[1], atLeast: 1) + " : "
        + text(operands[2], atLeast: 0)
    case .and, .or:
      return operands.map { text($0, atLeast: own + 1) }.joined(separator: " \(kind.spelling) ")
    case .not: return "!" + text(operands[0], atLeast: own)
    case .negate:
      let operand = text(operands[0], atLeast: own)
      // Before a digit the sign would belong to the number.
      return operand.utf8.first.map { (0x30...0x39).contains($0) } ?? false
        ? "-(\(operand))" : "-" + operand
    default:
      return text(operands[0], atLeast: own) + " \(kind.spelling) "
        + text(operands[1], atLeast: own + 1)
    }
  }

  private func fieldName(_ name: String) -> String {
    let isPlain =
      !name.isEmpty && !Parser.keywords.contains(name)
      && name.utf8.allSatisfy {
        (0x30...0x39).contains($0) || (0x41...0x5A).contains($0 & 0xDF) || $0 == 0x5F
      } && !(0x30...0x39).contains(name.utf8.first!)
    return isPlain ? name : "`\(name)`"
  }
}

extension ParsedExpression: CustomStringConvertible {
  /// The expression written anew: parsing it gives the same expression.
  public var description: String { Unparser(tree).text() }

  /// Whether both say the same, wherever and however they are written.
  package func isSame(as other: ParsedExpression) -> Bool {
    tree.nodes.count == other.tree.nodes.count
      && zip(tree.nodes, other.tree.nodes).allSatisfy { $0.kind == $1.kind }
  }
}
