internal import Diagnostics

extension Checker {
  func noSuchFunction(
    _ function: String, _ member: Bool, _ overloads: [Overload], _ id: SyntaxTree.ID
  ) -> Diagnostic {
    if isPolicy, function == "dyn" {
      return Diagnostic(
        code: .notSupported, message: "`dyn` is not available in policies",
        primary: Label(span: focus(id)),
        notes: ["every value in a policy has a type that is known when the policy is read"])
    }
    if let other = overloads.first {
      let example = other.isMember ? "value.\(function)()" : "\(function)(value)"
      return Diagnostic(
        code: .noSuchFunction,
        message: member
          ? "`\(function)` is called on its own" : "`\(function)` is called on a value",
        primary: Label(span: focus(id), text: "write `\(example)`"))
    }
    let near = nearestName(
      to: function,
      among: environment.functions.functionNames(in: environment.profile).filter { name in
        name.utf8.allSatisfy { $0 != 0x5F || !name.hasPrefix("_") } && !name.hasPrefix("@")
      })
    let isName = environment.slot(of: function) != nil
    return Diagnostic(
      code: .noSuchFunction, message: "there is no function `\(function)`",
      primary: Label(span: focus(id), text: isName ? "this is a name, not a function" : ""),
      fixIts: near.map { [FixIt(replacing: focus(id), with: $0)] } ?? [])
  }

  /// No overload takes the arguments.
  func mismatch(
    _ function: String, _ overloads: [Overload], _ arguments: [(SyntaxTree.ID, CELType)],
    _ id: SyntaxTree.ID
  ) -> Diagnostic {
    guard case .operation(let kind, _) = tree.kind(id) else {
      if case .index = tree.kind(id) {
        return Diagnostic(
          code: .typeMismatch,
          message: "\(words(arguments[0].1)) has no element for \(words(arguments[1].1))",
          primary: Label(span: span(id)))
      }
      return wrongArguments(function, overloads, arguments, id)
    }
    switch kind {
    case .conditional:
      if !isBoolean(arguments[0].1) {
        return notCondition(arguments[0].1, arguments[0].0, for: "?")
      }
      return Diagnostic(
        code: .typeMismatch, message: "the two sides of `? :` have different types",
        primary: Label(span: focus(id)),
        secondary: [
          Label(span: span(arguments[1].0), text: "this is \(words(arguments[1].1))"),
          Label(span: span(arguments[2].0), text: "this is \(words(arguments[2].1))"),
        ], notes: numberNotes(arguments), fixIts: numberFixes(arguments))
    case .not: return notCondition(arguments[0].1, arguments[0].0, for: "!")
    default:
      let operands = arguments.map { Label(span: span($0.0), text: "this is \(words($0.1))") }
      let message =
        arguments.count == 1
        ? "`\(kind.spelling)` does not take \(words(arguments[0].1))"
        : "`\(kind.spelling)` does not take \(words(arguments[0].1)) and \(words(arguments[1].1))"
      return Diagnostic(
        code: .typeMismatch, message: message, primary: Label(span: focus(id)),
        secondary: operands, notes: numberNotes(arguments), fixIts: numberFixes(arguments))
    }
  }

  private func isBoolean(_ type: CELType) -> Bool {
    [.bool, .dyn, .wrong].contains(types.resolved(type))
  }

  private func kinds(_ arguments: [(SyntaxTree.ID, CELType)]) -> Set<CELType> {
    Set(arguments.map { types.resolved($0.1) })
  }

  private func numberNotes(_ arguments: [(SyntaxTree.ID, CELType)]) -> [String] {
    let kinds = kinds(arguments)
    if isPolicy {
      return kinds.isSuperset(of: [.int, .double])
        ? ["write `double(...)` around the whole number"] : []
    }
    if kinds.isSuperset(of: [.int, .double]) { return ["int and double do not mix: write `2.0`"] }
    if kinds.isSuperset(of: [.int, .uint]) { return ["int and uint do not mix: write `2u`"] }
    return []
  }

  /// In the plain profile `2` can be mended to `2.0` or `2u`; in policies `size(x)` to `double(size(x))`.
  private func numberFixes(_ arguments: [(SyntaxTree.ID, CELType)]) -> [FixIt] {
    let kinds = kinds(arguments)
    guard kinds.contains(.int), kinds.contains(.double) || kinds.contains(.uint) else { return [] }
    for (id, type) in arguments where types.resolved(type) == .int {
      let text = span(id).text
      if isPolicy { return [FixIt(replacing: span(id), with: "double(\(text))")] }
      if case .literal(.int) = tree.kind(id), text.utf8.allSatisfy({ $0 < 0x40 }) {
        return [FixIt(replacing: span(id), with: text + (kinds.contains(.double) ? ".0" : "u"))]
      }
    }
    return []
  }

  private func wrongArguments(
    _ function: String, _ overloads: [Overload], _ arguments: [(SyntaxTree.ID, CELType)],
    _ id: SyntaxTree.ID
  ) -> Diagnostic {
    let given = arguments.map { words($0.1) }
    let isMember = overloads[0].isMember
    let listed = given.dropFirst(isMember ? 1 : 0)
    let what = listed.isEmpty ? "nothing" : listed.joined(separator: ", ")
    let on = isMember ? " on \(given[0])" : ""
    var seen: Set<String> = []
    let forms = overloads.map { signature($0) }.filter { seen.insert($0).inserted }
    return Diagnostic(
      code: .wrongArguments, message: "`\(function)`\(on) does not take \(what)",
      primary: Label(span: focus(id)),
      secondary: arguments.map { Label(span: span($0.0), text: "this is \(words($0.1))") },
      notes: forms.prefix(6).map { "it takes \($0)" } + numberNotes(arguments),
      fixIts: [])
  }

  private func signature(_ overload: Overload) -> String {
    let words = overload.parameters.map { isPolicy ? $0.words : $0.description }
    let rest = words.dropFirst(overload.isMember ? 1 : 0)
    let taken = rest.isEmpty ? "nothing" : rest.joined(separator: ", ")
    return overload.isMember ? "\(taken), on \(words[0])" : taken
  }

  func notCondition(
    _ type: CELType, _ id: SyntaxTree.ID, for what: String, focus: SourceSpan? = nil
  ) -> Diagnostic {
    let operation = what.hasPrefix("_") ? what.filter { $0 != "_" } : what
    return Diagnostic(
      code: .typeMismatch,
      message: isPolicy
        ? "`\(operation)` needs a condition, and this is \(words(type))"
        : "`\(operation)` needs a bool, and this is \(words(type))",
      primary: Label(span: span(id)),
      secondary: focus.map { [Label(span: $0)] } ?? [],
      notes: types.resolved(type) == .double && isPolicy
        ? ["compare it with a number, as in `\(span(id).text) > 0`"] : [])
  }

  /// The whole expression has another type than its place needs.
  func unexpected(_ type: CELType, expected: CELType) -> Diagnostic {
    let root = tree.root
    let isCondition = expected == .bool && isPolicy
    return Diagnostic(
      code: .typeMismatch,
      message: isCondition
        ? "a condition is true or false, and this is \(words(type))"
        : "this is \(words(type)), where \(words(expected)) is needed",
      primary: Label(span: span(root)),
      notes: isCondition && types.resolved(type) == .double
        ? ["compare it with a number, as in `\(span(root).text) > 0`"] : [])
  }
}

extension Diagnostic {
  static func unknownName(
    _ name: String, at span: SourceSpan, nearest: String?, isFunction: Bool
  ) -> Diagnostic {
    Diagnostic(
      code: .unknownName, message: "unknown name `\(name)`",
      primary: Label(
        span: span, text: isFunction ? "this is a function: call it with `(...)`" : "not declared"),
      fixIts: isFunction ? [] : nearest.map { [FixIt(replacing: span, with: $0)] } ?? [])
  }

  static func noSuchField(_ field: String, of words: String, at span: SourceSpan) -> Diagnostic {
    Diagnostic(
      code: .noSuchField, message: "\(words) has no field `\(field)`", primary: Label(span: span))
  }

  static func typeMismatch(_ message: String, at span: SourceSpan) -> Diagnostic {
    Diagnostic(code: .typeMismatch, message: message, primary: Label(span: span))
  }

  static func mixedElements(
    _ first: String, _ second: String, first firstSpan: SourceSpan, at span: SourceSpan
  ) -> Diagnostic {
    Diagnostic(
      code: .typeMismatch, message: "all elements have one type, and this is \(second)",
      primary: Label(span: span), secondary: [Label(span: firstSpan, text: "this is \(first)")])
  }

  static func nullInPolicy(at span: SourceSpan) -> Diagnostic {
    Diagnostic(
      code: .notSupported, message: "policies have no `null`", primary: Label(span: span),
      notes: ["ask whether a value is there with `known(x)`"])
  }

  static func noMessages(_ name: String, at span: SourceSpan) -> Diagnostic {
    Diagnostic(
      code: .notSupported, message: "messages such as `\(name){...}` are not available",
      primary: Label(span: span))
  }

  static func shadowedName(_ name: String, at span: SourceSpan) -> Diagnostic {
    Diagnostic(
      code: .shadowedName, message: "`\(name)` is declared already", primary: Label(span: span),
      notes: ["give the variable a name of its own"])
  }

  static func invalidCurve(_ message: String, at span: SourceSpan) -> Diagnostic {
    Diagnostic(code: .invalidCurve, message: message, primary: Label(span: span))
  }
}
