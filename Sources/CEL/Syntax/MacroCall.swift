/// A call that is a macro, with the parts that its form needs.
struct MacroCall {
  var macro: Macro
  /// The names that it introduces.
  var variables: [String]
  /// Parts that do not see the names.
  var outside: [SyntaxTree.ID]
  /// Parts that see them.
  var inside: [SyntaxTree.ID]
  /// Why the call does not have the form that the macro needs.
  var mistake: String?
}

extension SyntaxTree {
  /// The macro that a call is, or nil for an ordinary call.
  func macro(_ id: ID) -> MacroCall? {
    guard case .call(let function, let target, let arguments, absolute: false) = kind(id) else {
      return nil
    }
    guard let target else {
      guard function == "has", arguments.count == 1 else { return nil }
      let isField = if case .select = kind(arguments[0]) { true } else { false }
      return MacroCall(
        macro: .has, variables: [], outside: arguments, inside: [],
        mistake: isField ? nil : "`has` takes a field: `has(record.field)`")
    }
    if case .name("cel", _) = kind(target) { return celMacro(function, arguments) }
    switch (function, arguments.count) {
    case ("all", 2), ("exists", 2), ("exists_one", 2), ("existsOne", 2), ("filter", 2), ("map", 2),
      ("map", 3), ("optMap", 2), ("optFlatMap", 2):
      let macro = Macro(rawValue: function) ?? .existsOne
      return introducing(macro, target, 1, arguments)
    case ("all", 3), ("exists", 3), ("exists_one", 3), ("existsOne", 3), ("transformList", 3),
      ("transformList", 4), ("transformMap", 3), ("transformMap", 4), ("transformMapEntry", 3),
      ("transformMapEntry", 4):
      let macro = Macro(rawValue: function) ?? .existsOne
      return introducing(macro, target, 2, arguments)
    default: return nil
    }
  }

  private func introducing(
    _ macro: Macro, _ target: ID, _ count: Int, _ arguments: [ID]
  ) -> MacroCall {
    let names = arguments.prefix(count).map(variable)
    var mistake: String?
    if names.contains(nil) {
      mistake = "`\(macro.rawValue)` takes \(count == 1 ? "a plain name" : "two plain names") first"
    } else if count == 2, names[0] == names[1] {
      mistake = "the two names of `\(macro.rawValue)` are the same"
    }
    return MacroCall(
      macro: macro, variables: names.compactMap { $0 }, outside: [target],
      inside: Array(arguments.dropFirst(count)), mistake: mistake)
  }

  /// The variable that an argument names: a plain name, or `cel.iterVar(1, 0)`.
  private func variable(_ id: ID) -> String? {
    switch kind(id) {
    case .name(let name, absolute: false): name
    case .call("iterVar", .some(let target), let numbers, _):
      if case .name("cel", _) = kind(target) { iterationVariable(numbers) } else { nil }
    default: nil
    }
  }

  /// A name that no expression can spell.
  private func iterationVariable(_ numbers: [ID]) -> String? {
    let values = numbers.compactMap { id -> Int64? in
      if case .literal(.int(let value)) = kind(id) { value } else { nil }
    }
    return values.count == 2 && numbers.count == 2 ? "@it:\(values[0]):\(values[1])" : nil
  }

  private func celMacro(_ function: String, _ arguments: [ID]) -> MacroCall? {
    switch (function, arguments.count) {
    case ("bind", 3):
      let name = variable(arguments[0])
      return MacroCall(
        macro: .bind, variables: name.map { [$0] } ?? [], outside: [arguments[1]],
        inside: [arguments[2]], mistake: name == nil ? "`cel.bind` takes a plain name first" : nil)
    case ("block", 2):
      let isList = if case .list = kind(arguments[0]) { true } else { false }
      return MacroCall(
        macro: .block, variables: [], outside: arguments, inside: [],
        mistake: isList ? nil : "`cel.block` takes a list of expressions first")
    case ("index", 1):
      guard case .literal(.int(let number)) = kind(arguments[0]), number >= 0 else {
        return MacroCall(
          macro: .index, variables: [], outside: [], inside: [],
          mistake: "`cel.index` takes a whole number")
      }
      return MacroCall(macro: .index, variables: ["@index:\(number)"], outside: [], inside: [])
    case ("iterVar", 2):
      let name = iterationVariable(arguments)
      return MacroCall(
        macro: .iterVar, variables: name.map { [$0] } ?? [], outside: [], inside: [],
        mistake: name == nil ? "`cel.iterVar` takes two whole numbers" : nil)
    default: return nil
    }
  }
}
