import ArgumentParser
import CEL
import Diagnostics

struct Functions: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "functions",
    abstract: "Show the functions, operators and macros of expressions.",
    discussion: """
      Without a name all of them, a line each; with one, everything about it. Operators count \
      as names: +, in, '&&', '? :'.

      Exit status: 0; 2 when there is no function of that name.
      """)

  @Argument(help: "A function, operator or macro.")
  var name: String?

  @Flag(help: "Those of plain CEL; without, those of policies.")
  var cel = false

  func run() throws {
    let catalogue = FunctionCatalogue(profile: cel ? .cel : .policy)
    try perform(Console(color: .auto)) {
      let text: String
      if let name {
        guard let found = catalogue.description(of: name) else {
          throw Failure(catalogue.refusal(of: name))
        }
        text = found
      } else {
        text = catalogue.overview
      }
      try OutputFile.write(text, to: nil)
    }
  }
}

/// The function table as text for a terminal.
struct FunctionCatalogue {
  /// A form of a function, operator or macro.
  private struct Row {
    let name: String
    let form: String
    let result: String
    let doc: String
  }

  private let profile: Profile
  private let sections: [(title: String, rows: [Row])]

  init(profile: Profile, functions: FunctionTable = .standard) {
    self.profile = profile
    let tables = functions.sections.map { title, _, overloads in
      (
        title: title,
        rows: overloads.filter { $0.profile == nil || $0.profile == profile }.map {
          Row(name: $0.spelling, form: $0.form, result: $0.result.description, doc: $0.doc)
        }
      )
    }
    let macros = FunctionTable.macros.map { form, result, doc in
      Row(name: Self.macroName(form), form: form, result: result, doc: doc)
    }
    sections = (tables + [(title: "Macros", rows: macros)]).filter { !$0.rows.isEmpty }
  }

  /// `all` of `e.all(x, condition)`; `cel` is a namespace and stays.
  private static func macroName(_ form: String) -> String {
    let called = form.prefix { $0 != "(" }
    if called.hasPrefix("cel.") { return String(called) }
    return called.split(separator: ".").last.map(String.init) ?? form
  }

  /// All names, each once, in the order of the table.
  var names: [String] { Self.unique(sections.flatMap { $0.rows.map(\.name) }) }

  /// All names by section, with the first sentence of each.
  var overview: String {
    var blocks: [String] = []
    for (title, rows) in sections {
      let names = Self.unique(rows.map(\.name))
      let width = names.map(\.count).max() ?? 0
      var lines = [title]
      for name in names {
        let forms = rows.filter { $0.name == name }
        let more = forms.count > 1 ? " (\(forms.count) forms)" : ""
        let pad = String(repeating: " ", count: width - name.count)
        // What a conversion does to its own type says least.
        let shown = forms.first { $0.form != "\($0.result)(\($0.result))" } ?? forms[0]
        lines.append("  \(name)\(pad)  \(shown.doc)\(more)")
      }
      blocks.append(lines.map { $0 + "\n" }.joined())
    }
    return blocks.joined(separator: "\n")
  }

  /// All forms of one name, or nil when there is none.
  func description(of name: String) -> String? {
    let wanted = Self.compact(name)
    let rows = sections.flatMap(\.rows).filter { Self.compact($0.name) == wanted }
    guard !rows.isEmpty else { return nil }
    return rows.map { "\($0.form) -> \($0.result)\n    \($0.doc)\n" }.joined()
  }

  /// That there is no such function, and which may be meant.
  func refusal(of name: String) -> String {
    let start = "there is no function `\(name)`"
    let other: Profile = profile == .cel ? .policy : .cel
    if FunctionCatalogue(profile: other).description(of: name) != nil {
      return start + (other == .cel ? " in policies; --cel shows it" : " in plain CEL")
    }
    return start + (nearestName(to: name, among: names).map { "; did you mean `\($0)`?" } ?? "")
  }

  /// `?:` means `? :`.
  private static func compact(_ name: String) -> String { name.filter { $0 != " " } }

  private static func unique(_ names: [String]) -> [String] {
    var seen: Set<String> = []
    return names.filter { seen.insert($0).inserted }
  }
}
