extension FunctionTable {
  /// All functions, operators and macros as a Markdown page.
  package func documentation() -> String {
    var page = """
      # Functions

      Printed from the function table; a test fails when it is stale. `A` and `B` stand for any type, \
      the same in the whole line.

      """
    for (title, profile, rows) in sections {
      page += "\n## \(title)\n\n"
      if let note = profile { page += note + "\n\n" }
      page += "| form | gives | |\n| --- | --- | --- |\n"
      for row in rows {
        let only = row.profile == .cel ? " Not in policies." : ""
        page += "| `\(escaped(row.form))` | \(row.result) | \(escaped(row.doc))\(only) |\n"
      }
    }
    page += "\n## Macros\n\n| form | gives | |\n| --- | --- | --- |\n"
    for (form, result, doc) in Self.macros {
      page += "| `\(escaped(form))` | \(result) | \(doc) |\n"
    }
    return page
  }

  /// The table in the order of its page: a title, a note below it, and rows.
  package var sections: [(String, String?, [Overload])] {
    func rows(_ keep: (Overload) -> Bool) -> [Overload] {
      overloads.filter { $0.profile != .policy && keep($0) }
    }
    func isOperator(_ row: Overload) -> Bool {
      row.function.hasPrefix("@")
        || row.function.contains("_")
          && row.function.utf8.contains {
            !(0x61...0x7A).contains($0) && $0 != 0x5F
          } && Operator(rawValue: row.function) != nil
        || row.function == "_[_]"
    }
    let types: Set<String> = [
      "bool", "int", "uint", "double", "string", "bytes", "timestamp", "duration", "type", "dyn",
    ]
    func isExtension(_ row: Overload) -> Bool {
      ["math.", "optional.", "base64.", "strings.", "ip.", "net."].contains {
        row.function.hasPrefix($0)
      }
    }
    let policy = overloads.filter { $0.profile == .policy }
    return [
      ("Policies alone", "Beside everything else on this page that is not marked.", policy),
      ("Operators", nil, rows(isOperator)),
      ("Conversions", nil, rows { types.contains($0.function) }),
      (
        "Functions", nil,
        rows { !isOperator($0) && !types.contains($0.function) && !isExtension($0) }
      ),
      ("Functions with a namespace", nil, rows(isExtension)),
    ]
  }

  private func escaped(_ text: String) -> String {
    text.split(separator: "|", omittingEmptySubsequences: false).joined(separator: "\\|")
  }

  /// How each macro looks, what it gives, and a sentence.
  package static let macros: [(form: String, result: String, doc: String)] = [
    ("has(e.field)", "bool", "Whether a map has a key, or an optional a value."),
    ("e.all(x, condition)", "bool", "Whether the condition holds for all elements, or all keys."),
    ("e.exists(x, condition)", "bool", "Whether it holds for one at least."),
    ("e.exists_one(x, condition)", "bool", "Whether it holds for exactly one."),
    ("e.filter(x, condition)", "list(A)", "The elements, or keys, for which it holds."),
    ("e.map(x, result)", "list(A)", "The result for each element or key."),
    (
      "e.map(x, condition, result)", "list(A)",
      "The result for those for which the condition holds."
    ),
    ("e.all(i, x, condition)", "bool", "With the index and element, or the key and value."),
    ("e.exists(i, x, condition)", "bool", "With the index and element, or the key and value."),
    ("e.existsOne(i, x, condition)", "bool", "With the index and element, or the key and value."),
    (
      "e.transformList(i, x, result)", "list(A)", "A list; a condition may stand before the result."
    ),
    (
      "e.transformMap(k, v, result)", "map(A, B)",
      "A map with the same keys or indexes; a condition may stand before the result."
    ),
    (
      "e.transformMapEntry(k, v, {key: value})", "map(A, B)",
      "A map of all the entries; a condition may stand before them."
    ),
    ("cel.bind(x, value, result)", "A", "The result, with a name for a value in it."),
    ("cel.block([a, b], result)", "A", "The result; `cel.index(0)` is the first value."),
    ("o.optMap(x, result)", "optional(A)", "The result for what the optional holds."),
    ("o.optFlatMap(x, result)", "optional(A)", "The same when the result is optional itself."),
  ]
}

extension Overload {
  /// The name as expressions write it: `+` for `_+_`.
  package var spelling: String {
    if let kind = Operator(rawValue: function) { return kind.spelling }
    return function.hasPrefix("_") && function != "_" ? function.filter { $0 != "_" } : function
  }

  /// How a call of it looks: `string.startsWith(string)`, `int + int`.
  package var form: String {
    let types = parameters.map(\.description)
    if function == "_[_]" { return "\(types[0])[\(types[1])]" }
    if function == "_?_:_" { return "\(types[0]) ? \(types[1]) : \(types[2])" }
    if let kind = Operator(rawValue: function) {
      return types.count == 1
        ? "\(kind.spelling)\(types[0])" : "\(types[0]) \(kind.spelling) \(types[1])"
    }
    if isVariadic, case .list(let element) = parameters[0] {
      return "\(function)(\(types[0])), \(function)(\(element), ...)"
    }
    let arguments = types.dropFirst(isMember ? 1 : 0).joined(separator: ", ")
    return isMember ? "\(types[0]).\(function)(\(arguments))" : "\(function)(\(arguments))"
  }
}
