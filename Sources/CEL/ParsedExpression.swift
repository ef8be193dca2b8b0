public import Diagnostics

/// An expression that follows the grammar; what its names mean is not yet known.
public struct ParsedExpression: Sendable {
  /// The text as decoded from the file.
  public let text: String
  public let tree: SyntaxTree
  let source: SourceText

  /// Reads an expression, or reports why it is none.
  ///
  /// - Parameter map: where the text stands in its file; all diagnostics point there.
  public static func parse(
    _ text: String, map: ScalarMap, limits: Limits = .init(), diagnostics: inout [Diagnostic]
  ) -> ParsedExpression? {
    guard
      let tree = Parser.parse(text, map: map, limits: limits, diagnostics: &diagnostics)
    else { return nil }
    return ParsedExpression(text: text, tree: tree, source: map.source)
  }

  /// Reads an expression that stands alone.
  public static func parse(
    _ text: String, name: String = "expression", limits: Limits = .init(),
    diagnostics: inout [Diagnostic]
  ) -> ParsedExpression? {
    let source = SourceText(name: name, text: text)
    return parse(
      text, map: ScalarMap(source, startingAt: 0), limits: limits, diagnostics: &diagnostics)
  }

  /// The place of the whole expression.
  public var span: SourceSpan { span(tree[tree.root].range) }

  /// The place of a node of its tree, with the brackets around it.
  public func span(of id: SyntaxTree.ID) -> SourceSpan { span(tree[id].range) }

  /// What is written for a node of its tree.
  public func text(of id: SyntaxTree.ID) -> String { text(tree[id].range) }

  func span(_ range: TextRange) -> SourceSpan {
    SourceSpan(source, range.fileLower, range.fileUpper)
  }

  /// What is written in a stretch of the expression.
  func text(_ range: TextRange) -> String {
    let bytes = text.utf8
    let lower = bytes.index(bytes.startIndex, offsetBy: Int(range.lower))
    let upper = bytes.index(lower, offsetBy: Int(range.upper - range.lower))
    return String(decoding: bytes[lower..<upper], as: UTF8.self)
  }
}

/// A name that an expression reads.
public struct Reference: Hashable, Sendable {
  /// As declared, or the first part of a name that is not.
  public var name: String
  public var span: SourceSpan
  public var isDeclared: Bool
}

extension ParsedExpression {
  /// The names that the expression reads, in the order of the text, without the variables of macros.
  ///
  /// Of `points.inbox.size` the longest declared beginning is meant; when none is declared,
  /// the first part is given as undeclared. Names of types are not references.
  public func references(among isDeclared: (String) -> Bool) -> [Reference] {
    let found = withoutActuallyEscaping(isDeclared) { isDeclared in
      var walk = ReferenceWalk(expression: self, isDeclared: isDeclared)
      walk.visit(tree.root)
      return walk.found
    }
    return found.sorted { $0.span.lower < $1.span.lower }
  }
}

private struct ReferenceWalk {
  let expression: ParsedExpression
  let isDeclared: (String) -> Bool
  var variables: [String] = []
  var found: [Reference] = []

  init(expression: ParsedExpression, isDeclared: @escaping (String) -> Bool) {
    self.expression = expression
    self.isDeclared = isDeclared
  }

  mutating func visit(_ id: SyntaxTree.ID) {
    let tree = expression.tree
    if let (names, absolute) = tree.dottedName(id) {
      read(names, absolute, tree[id].range)
      return
    }
    if let macro = tree.macro(id) {
      for part in macro.outside { visit(part) }
      variables += macro.variables
      for part in macro.inside { visit(part) }
      variables.removeLast(macro.variables.count)
      return
    }
    if case .call(let function, .some(let target), let arguments, _) = tree.kind(id),
      let (names, absolute) = tree.dottedName(target),
      absolute || !variables.contains(names[0]), longestDeclared(names) == nil
    {
      let qualified = (names + [function]).joined(separator: ".")
      if FunctionTable.standard.hasFunction(qualified, in: .cel)
        || FunctionTable.standard.hasFunction(qualified, in: .policy)
      {
        for argument in arguments { visit(argument) }
        return
      }
    }
    for child in tree.children(of: tree.kind(id)) { visit(child) }
  }

  private func longestDeclared(_ names: [String]) -> String? {
    for count in (1...names.count).reversed() {
      let name = names[..<count].joined(separator: ".")
      if isDeclared(name) { return name }
    }
    return nil
  }

  private mutating func read(_ names: [String], _ absolute: Bool, _ range: TextRange) {
    if !absolute, variables.contains(names[0]) { return }
    let declared = longestDeclared(names)
    if declared == nil {
      let isType = (1...names.count).contains {
        Environment.typeNames[names[..<$0].joined(separator: ".")] != nil
      }
      if isType { return }
    }
    found.append(
      Reference(
        name: declared ?? names[0], span: expression.span(range), isDeclared: declared != nil))
  }
}
