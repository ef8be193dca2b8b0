internal import Diagnostics

/// Reads the grammar of CEL into a syntax tree.
///
/// What a reader can mend with certainty is reported and parsed as meant, so that more than one
/// mistake is found; the first other mistake ends parsing.
struct Parser {
  private struct GiveUp: Error {}

  private var lexer: Lexer
  private let source: SourceText
  private let limits: Limits
  private var token: Token
  private var previous: Token
  private var tokens = 0
  private var depth = 0
  private var tree = SyntaxTree()
  private var heights: [Int32] = []
  private var diagnostics: [Diagnostic] = []

  init(_ text: [UInt8], map: ScalarMap, limits: Limits) {
    lexer = Lexer(text, map: map)
    source = map.source
    self.limits = limits
    token = lexer.next()
    previous = token
  }

  static func parse(
    _ text: String, map: ScalarMap, limits: Limits, diagnostics: inout [Diagnostic]
  ) -> SyntaxTree? {
    let bytes = Array(text.utf8)
    guard bytes.count <= limits.sourceLength else {
      diagnostics.append(
        .tooLarge(
          "an expression of \(bytes.count) bytes; the limit is \(limits.sourceLength)",
          at: map.span(0, UInt32(min(bytes.count, 40)))))
      return nil
    }
    var parser = Parser(bytes, map: map, limits: limits)
    let tree = parser.run()
    let found = (parser.lexer.diagnostics + parser.diagnostics).sortedByPlace()
    diagnostics += found
    return found.hasErrors ? nil : tree
  }

  private mutating func run() -> SyntaxTree? {
    do {
      if token.kind == .end { try fail("an expression is missing") }
      let root = try expression()
      try finish(root)
      return tree
    } catch {
      return nil
    }
  }

  // MARK: Tokens

  private mutating func advance() throws(GiveUp) {
    previous = token
    tokens += 1
    if tokens > limits.tokens {
      throw give(
        .tooLarge(
          "more than \(limits.tokens) words and signs in one expression", at: span(token.range)))
    }
    token = lexer.next()
  }

  private func isAt(_ symbol: Symbol) -> Bool { token.kind == .symbol(symbol) }

  private mutating func take(_ symbol: Symbol) throws(GiveUp) -> Bool {
    guard isAt(symbol) else { return false }
    try advance()
    return true
  }

  private func span(_ range: TextRange) -> SourceSpan {
    SourceSpan(source, range.fileLower, range.fileUpper)
  }

  private mutating func give(_ diagnostic: Diagnostic) -> GiveUp {
    diagnostics.append(diagnostic)
    return GiveUp()
  }

  private mutating func fail(_ message: String, label: String = "", notes: [String] = [])
    throws(GiveUp)
  {
    // The lexer has said what is wrong with an invalid token.
    if token.kind == .invalid { throw GiveUp() }
    throw give(
      Diagnostic(
        code: .expressionSyntax, message: message,
        primary: Label(span: span(token.range), text: label), notes: notes))
  }

  private var tokenText: String {
    switch token.kind {
    case .end: "the end"
    default: "`\(span(token.range).text)`"
    }
  }

  // MARK: Nodes

  private mutating func add(
    _ kind: SyntaxTree.Kind, _ range: TextRange, focus: TextRange? = nil
  ) throws(GiveUp) -> SyntaxTree.ID {
    var height: Int32 = 0
    for child in tree.children(of: kind) { height = max(height, heights[Int(child)] + 1) }
    if Int(height) > limits.nesting {
      throw give(.tooDeep(limits.nesting, at: span(focus ?? range)))
    }
    heights.append(height)
    tree.nodes.append(.init(kind: kind, range: range, focus: focus ?? range))
    return tree.root
  }

  private mutating func enter() throws(GiveUp) {
    depth += 1
    if depth > limits.nesting { throw give(.tooDeep(limits.nesting, at: span(token.range))) }
  }

  private func range(_ id: SyntaxTree.ID) -> TextRange { tree[id].range }

  private mutating func operation(
    _ kind: Operator, _ operands: [SyntaxTree.ID], _ focus: TextRange
  ) throws(GiveUp) -> SyntaxTree.ID {
    let whole = operands.reduce(focus) { $0.union(range($1)) }
    return try add(.operation(kind, operands), whole, focus: focus)
  }

  // MARK: Grammar

  private mutating func expression() throws(GiveUp) -> SyntaxTree.ID {
    try enter()
    defer { depth -= 1 }
    let condition = try disjunction()
    guard isAt(.question) else { return condition }
    let question = token.range
    try advance()
    let then = try disjunction()
    guard try take(.colon) else {
      try missing(":", opened: question, what: "`?` without its `:`")
      throw GiveUp()
    }
    let otherwise = try expression()
    return try operation(.conditional, [condition, then, otherwise], question)
  }

  private mutating func disjunction() throws(GiveUp) -> SyntaxTree.ID {
    try chain(.or, .or, word: "or") { parser throws(GiveUp) in
      try parser.chain(.and, .and, word: "and") { parser throws(GiveUp) in
        try parser.relation()
      }
    }
  }

  private mutating func chain(
    _ symbol: Symbol, _ kind: Operator, word: String,
    _ operand: (inout Parser) throws(GiveUp) -> SyntaxTree.ID
  ) throws(GiveUp) -> SyntaxTree.ID {
    var operands = [try operand(&self)]
    var focus: TextRange?
    while true {
      if !isAt(symbol) {
        guard isWord(word) else { break }
        mend(word, symbol.rawValue)
      }
      if focus == nil { focus = token.range }
      try advance()
      operands.append(try operand(&self))
    }
    guard let focus else { return operands[0] }
    return try operation(kind, operands, focus)
  }

  private func isWord(_ word: String) -> Bool {
    if case .name(let name) = token.kind {
      name.utf8.count == word.utf8.count && name.lowercased() == word
    } else {
      false
    }
  }

  private mutating func mend(_ word: String, _ symbol: String) {
    diagnostics.append(
      Diagnostic(
        code: .expressionSyntax, message: "`\(span(token.range).text)` is no operator",
        primary: Label(span: span(token.range)),
        fixIts: [FixIt(replacing: span(token.range), with: symbol)]))
  }

  private mutating func relation() throws(GiveUp) -> SyntaxTree.ID {
    try leftChain({ parser throws(GiveUp) in try parser.sum() }) { kind in
      switch kind {
      case .symbol(.equal): .equal
      case .symbol(.notEqual): .notEqual
      case .symbol(.less): .less
      case .symbol(.lessEqual): .lessEqual
      case .symbol(.greater): .greater
      case .symbol(.greaterEqual): .greaterEqual
      case .name("in"): .contained
      default: nil
      }
    }
  }

  private mutating func sum() throws(GiveUp) -> SyntaxTree.ID {
    try leftChain({ parser throws(GiveUp) in try parser.product() }) { kind in
      switch kind {
      case .symbol(.plus): .add
      case .symbol(.minus): .subtract
      default: nil
      }
    }
  }

  private mutating func product() throws(GiveUp) -> SyntaxTree.ID {
    try leftChain({ parser throws(GiveUp) in try parser.unary() }) { kind in
      switch kind {
      case .symbol(.times): .multiply
      case .symbol(.divide): .divide
      case .symbol(.modulo): .modulo
      default: nil
      }
    }
  }

  private mutating func leftChain(
    _ operand: (inout Parser) throws(GiveUp) -> SyntaxTree.ID,
    _ isOperator: (Token.Kind) -> Operator?
  ) throws(GiveUp) -> SyntaxTree.ID {
    var left = try operand(&self)
    while let kind = isOperator(token.kind) {
      let focus = token.range
      try advance()
      let right = try operand(&self)
      left = try operation(kind, [left, right], focus)
    }
    return left
  }

  private mutating func unary() throws(GiveUp) -> SyntaxTree.ID {
    var prefixes: [(Operator, TextRange)] = []
    while true {
      if isAt(.not) {
        prefixes.append((.not, token.range))
      } else if isAt(.minus) {
        prefixes.append((.negate, token.range))
      } else if isWord("not"), startsOperandAfterWord {
        mend("not", "!")
        prefixes.append((.not, token.range))
      } else {
        break
      }
      try advance()
    }
    var result: SyntaxTree.ID
    if prefixes.last?.0 == .negate, let literal = negativeLiteral {
      let sign = prefixes.removeLast().1
      let number = token.range
      try advance()
      result = try postfix(try add(.literal(literal), sign.union(number)))
    } else {
      result = try postfix(try primary())
    }
    for (kind, range) in prefixes.reversed() { result = try operation(kind, [result], range) }
    return result
  }

  private var negativeLiteral: Value? {
    switch token.kind {
    case .int(let magnitude) where magnitude <= UInt64(1) << 63:
      .int(Int64(truncatingIfNeeded: ~magnitude &+ 1))
    case .double(let value): .double(-value)
    default: nil
    }
  }

  /// Whether an operand follows the word at hand: then `not` means `!`.
  private var startsOperandAfterWord: Bool {
    var ahead = lexer
    switch ahead.next().kind {
    case .name(let name): return !["in", "and", "or"].contains(name)
    case .quotedName, .int, .uint, .double, .string, .bytes: return true
    case .symbol(let symbol): return symbol == .openParen || symbol == .not
    case .invalid, .end: return false
    }
  }

  private mutating func postfix(_ operand: SyntaxTree.ID) throws(GiveUp) -> SyntaxTree.ID {
    var result = operand
    while true {
      if isAt(.dot) {
        try advance()
        let isOptional = try take(.question)
        let field: String
        let focus = token.range
        var isQuoted = false
        switch token.kind {
        case .name(let name) where !Self.keywords.contains(name): field = name
        case .quotedName(let name):
          field = name
          isQuoted = true
        default:
          try fail("a field name is missing after `.`", label: "\(tokenText) is no field name")
          throw GiveUp()
        }
        try advance()
        if isAt(.openParen), !isOptional, !isQuoted {
          let arguments = try arguments()
          result = try add(
            .call(field, target: result, arguments, absolute: false),
            range(result).union(previous.range), focus: focus)
        } else {
          result = try add(
            .select(result, field, optional: isOptional), range(result).union(focus), focus: focus)
        }
      } else if isAt(.openBracket) {
        let opened = token.range
        try advance()
        let isOptional = try take(.question)
        let key = try expression()
        try close(.closeBracket, opened)
        result = try add(
          .index(result, key, optional: isOptional), range(result).union(previous.range),
          focus: range(key))
      } else if isAt(.openBrace), let (names, absolute) = tree.dottedName(result) {
        result = try message(
          (absolute ? "." : "") + names.joined(separator: "."), range(result))
      } else {
        return result
      }
    }
  }

  static let keywords: Set<String> = ["in", "true", "false", "null"]

  static let reserved: Set<String> = [
    "as", "break", "const", "continue", "else", "for", "function", "if", "import", "let", "loop",
    "package", "namespace", "return", "var", "void", "while",
  ]

  private mutating func primary() throws(GiveUp) -> SyntaxTree.ID {
    let start = token.range
    switch token.kind {
    case .int(let magnitude):
      guard let value = Int64(exactly: magnitude) else {
        throw give(
          Diagnostic(
            code: .invalidLiteral, message: "the number `\(magnitude)` is too large",
            primary: Label(span: span(start))))
      }
      return try literal(.int(value))
    case .uint(let value): return try literal(.uint(value))
    case .double(let value): return try literal(.double(value))
    case .string(let value): return try literal(.string(value))
    case .bytes(let value): return try literal(.bytes(value))
    case .name("true"): return try literal(.bool(true))
    case .name("false"): return try literal(.bool(false))
    case .name("null"): return try literal(.null)
    case .name(let name):
      if name == "in" { try fail("an operand is missing before `in`") }
      if Self.reserved.contains(name) {
        try fail(
          "`\(name)` is a reserved word",
          notes: name == "if" ? ["write `condition ? value : other`"] : [])
      }
      return try named(name, absolute: false, start)
    case .symbol(.dot):
      try advance()
      guard case .name(let name) = token.kind, !Self.keywords.contains(name),
        !Self.reserved.contains(name)
      else {
        try fail("a name is missing after `.`")
        throw GiveUp()
      }
      return try named(name, absolute: true, start)
    case .symbol(.openParen):
      try advance()
      let inner = try expression()
      try close(.closeParen, start)
      // The brackets belong to the place, so that a diagnostic shows them.
      tree.nodes[Int(inner)].range = start.union(previous.range)
      return inner
    case .symbol(.openBracket): return try list(start)
    case .symbol(.openBrace): return try map(start)
    case .quotedName:
      try fail("a name in backquotes stands only after a dot")
    case .end:
      try fail(
        "the expression ends too early",
        label: previous.range == token.range
          ? "" : "an operand is missing after `\(span(previous.range).text)`")
    default:
      try fail("\(tokenText) where an operand is expected")
    }
    throw GiveUp()
  }

  private mutating func literal(_ value: Value) throws(GiveUp) -> SyntaxTree.ID {
    try advance()
    return try add(.literal(value), previous.range)
  }

  private mutating func named(
    _ name: String, absolute: Bool, _ start: TextRange
  ) throws(GiveUp) -> SyntaxTree.ID {
    let focus = token.range
    try advance()
    if isAt(.openParen) {
      let arguments = try arguments()
      return try add(
        .call(name, target: nil, arguments, absolute: absolute), start.union(previous.range),
        focus: focus)
    }
    return try add(.name(name, absolute: absolute), start.union(focus))
  }

  private mutating func arguments() throws(GiveUp) -> [SyntaxTree.ID] {
    let opened = token.range
    try advance()
    var arguments: [SyntaxTree.ID] = []
    if try take(.closeParen) { return arguments }
    repeat {
      arguments.append(try expression())
    } while try take(.comma)
    try close(.closeParen, opened)
    return arguments
  }

  private mutating func list(_ opened: TextRange) throws(GiveUp) -> SyntaxTree.ID {
    try advance()
    var elements: [SyntaxTree.Element] = []
    while !isAt(.closeBracket) {
      let isOptional = try take(.question)
      elements.append(.init(value: try expression(), optional: isOptional))
      guard try take(.comma) else { break }
    }
    try close(.closeBracket, opened)
    return try add(.list(elements), opened.union(previous.range))
  }

  private mutating func map(_ opened: TextRange) throws(GiveUp) -> SyntaxTree.ID {
    try advance()
    var entries: [SyntaxTree.Entry] = []
    while !isAt(.closeBrace) {
      let isOptional = try take(.question)
      let key = try expression()
      guard try take(.colon) else {
        try missing(":", opened: opened, what: "a map entry without `:`")
        throw GiveUp()
      }
      entries.append(.init(key: key, value: try expression(), optional: isOptional))
      guard try take(.comma) else { break }
    }
    try close(.closeBrace, opened)
    return try add(.map(entries), opened.union(previous.range))
  }

  private mutating func message(
    _ name: String, _ start: TextRange
  ) throws(GiveUp) -> SyntaxTree.ID {
    let opened = token.range
    try advance()
    var fields: [SyntaxTree.Field] = []
    while !isAt(.closeBrace) {
      let isOptional = try take(.question)
      let field: String
      switch token.kind {
      case .name(let name) where !Self.keywords.contains(name): field = name
      case .quotedName(let name): field = name
      default:
        try fail("a field name is missing")
        throw GiveUp()
      }
      try advance()
      guard try take(.colon) else {
        try missing(":", opened: opened, what: "a field without `:`")
        throw GiveUp()
      }
      fields.append(.init(name: field, value: try expression(), optional: isOptional))
      guard try take(.comma) else { break }
    }
    try close(.closeBrace, opened)
    return try add(.message(name, fields), start.union(previous.range), focus: start)
  }

  // MARK: What is missing

  private mutating func close(_ symbol: Symbol, _ opened: TextRange) throws(GiveUp) {
    if try take(symbol) { return }
    try missing(symbol.rawValue, opened: opened, what: "`\(span(opened).text)` is not closed")
  }

  private mutating func missing(
    _ symbol: String, opened: TextRange, what: String
  ) throws(GiveUp) {
    if token.kind == .invalid { throw GiveUp() }
    if token.kind != .end, startsOperand(token.kind) { try missingOperator() }
    throw give(
      Diagnostic(
        code: .expressionSyntax, message: what,
        primary: Label(
          span: span(token.range), text: "`\(symbol)` is expected before \(tokenText)"),
        secondary: [Label(span: span(opened), text: "opened here")]))
  }

  private func startsOperand(_ kind: Token.Kind) -> Bool {
    switch kind {
    case .name, .quotedName, .int, .uint, .double, .string, .bytes: true
    case .symbol(let symbol): symbol == .openParen || symbol == .openBrace
    case .invalid, .end: false
    }
  }

  private mutating func missingOperator() throws(GiveUp) {
    try fail(
      "an operator is missing",
      label: "\(tokenText) follows `\(span(previous.range).text)` directly")
  }

  private mutating func finish(_ root: SyntaxTree.ID) throws(GiveUp) {
    switch token.kind {
    case .end: return
    case .invalid: throw GiveUp()
    case .symbol(.comma):
      let comma = token.range
      let before = previous
      try advance()
      if case .int = before.kind, case .int = token.kind, before.range.upper == comma.lower,
        comma.upper == token.range.lower
      {
        let number = span(before.range.union(token.range))
        throw give(
          Diagnostic(
            code: .expressionSyntax, message: "a comma inside a number",
            primary: Label(span: number, text: "fractions are written with a point"),
            fixIts: [
              FixIt(
                replacing: number,
                with: "\(span(before.range).text).\(span(token.range).text)")
            ]))
      }
      throw give(
        Diagnostic(
          code: .expressionSyntax, message: "`,` outside a list or call",
          primary: Label(span: span(comma))))
    case .symbol(let symbol)
    where symbol == .closeParen || symbol == .closeBracket
      || symbol == .closeBrace:
      try fail("`\(symbol.rawValue)` closes nothing")
    case .symbol(let symbol) where symbol == .colon:
      try fail("`:` without `?` before it")
    default:
      if case .name(let name) = token.kind, name == "is" || name == "equals" {
        mend(name, "==")
        throw GiveUp()
      }
      if case .symbol(.modulo) = previous.kind { try fail("`%` is the remainder of a division") }
      try missingOperator()
    }
  }
}

extension Diagnostic {
  static func tooLarge(_ message: String, at span: SourceSpan) -> Diagnostic {
    Diagnostic(code: .expressionLimit, message: message, primary: Label(span: span))
  }

  static func tooDeep(_ limit: Int, at span: SourceSpan) -> Diagnostic {
    Diagnostic(
      code: .expressionLimit, message: "the expression nests deeper than \(limit) levels",
      primary: Label(span: span), notes: ["give parts of it names of their own"])
  }
}
