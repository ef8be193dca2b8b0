public import ArgumentParser
public import Belay
import Diagnostics
public import Tables

/// A file of data with the scope that it is about: `FILE` or `SCOPE=FILE`.
struct DataArgument: Hashable {
  let scope: Scope
  /// `-` is standard input.
  let path: String

  /// - Throws: when what stands before `=` looks like the name of a scope and is none.
  init(_ argument: String) throws {
    guard let equals = argument.firstIndex(of: "="),
      argument[..<equals].utf8.allSatisfy({ $0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7A || $0 == 0x5F })
    else {
      guard !argument.isEmpty else { throw ValidationError("The name of a data file is empty.") }
      (scope, path) = (.provider, argument)
      return
    }
    let word = String(argument[..<equals])
    guard let scope = Scope(rawValue: word) else {
      let names = Scope.allCases.map(\.rawValue)
      let meant = nearestName(to: word, among: names).map { " Did you mean `\($0)`?" } ?? ""
      throw ValidationError(
        "There is no scope `\(word)`.\(meant) Scopes are \(names.joined(separator: ", ")); "
          + "a file with `=` in its name is written `./\(argument)`.")
    }
    self.scope = scope
    path = String(argument[argument.index(after: equals)...])
    guard !path.isEmpty else { throw ValidationError("There is no file behind `\(word)=`.") }
  }

  var name: String { path == "-" ? "standard input" : path }

  /// The format that the file's name tells; CSV where it tells none.
  var format: TableFormat {
    let name = path.lowercased()
    if name.hasSuffix(".ndjson") || name.hasSuffix(".jsonl") { return .ndjson }
    return name.hasSuffix(".json") ? .json : .csv
  }
}

/// One subject: the id of a provider, or `SCOPE=ID`.
struct ViewSubject {
  let value: View.Subject

  init(_ argument: String) throws {
    guard !argument.isEmpty else { throw ValidationError("The id of the subject is empty.") }
    if let equals = argument.firstIndex(of: "="),
      let scope = Scope(rawValue: String(argument[..<equals]))
    {
      value = View.Subject(scope, String(argument[argument.index(after: equals)...]))
    } else {
      value = View.Subject(.provider, argument)
    }
  }
}

/// One word of a fixed set.
///
/// The argument parser would find the words through key paths and descriptions, for each option
/// several times.
protocol WordArgument: ExpressibleByArgument, CaseIterable, RawRepresentable<String> {}

extension WordArgument {
  public static var allValueStrings: [String] { allCases.map { $0.rawValue } }
  public static var allValueDescriptions: [String: String] { [:] }
}

extension Scope: ExpressibleByArgument, WordArgument {}
extension TableFormat: ExpressibleByArgument, WordArgument {}
