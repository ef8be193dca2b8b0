import ArgumentParser
import Belay
import BelayYAML
import Diagnostics

struct Check: ParsableCommand {
  enum Format: String, WordArgument {
    case text, json
  }

  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Check policies and show everything that is wrong with them.",
    discussion: """
      Exit status: 0 when there are no errors, 1 when there are (with --strict also when there \
      are warnings), 2 when a file cannot be read.
      """)

  @Argument(help: ArgumentHelp("A policy, in YAML or JSON.", valueName: "policy"))
  var policies: [String]

  @Option(help: "How to write what is found.")
  var format = Format.text

  @Flag(help: "Count warnings as errors.")
  var strict = false

  @Flag(
    help: """
      Print the policy as it stands, with all that it extends and includes, each value with the \
      file and line it comes from. What is found goes to standard error.
      """)
  var resolved = false

  @Option(help: "Whether to use colours.")
  var color = ColorChoice.auto

  func validate() throws {
    if resolved, policies.count > 1 { throw ValidationError("--resolved takes one policy.") }
    if resolved, format == .json {
      throw ValidationError("--resolved prints YAML, not '--format json'.")
    }
  }

  func run() throws {
    let console = Console(color: color)
    try perform(console) {
      if resolved { return try printResolved(policies[0], console) }
      var checked: [(path: String, diagnostics: [Diagnostic])] = []
      var isUnreadable = false
      for path in policies {
        do throws(any Error) {
          checked.append((path, try diagnostics(of: path)))
        } catch let error as FileError {
          console.say("error: \(error)")
          isUnreadable = true
        }
      }
      let text =
        switch format {
        case .text: checked.map { rendered($0.diagnostics, of: $0.path) }.joined()
        case .json: JSONRenderer().render(checked.flatMap(\.diagnostics))
        }
      try OutputFile.write(text, to: nil)
      if isUnreadable { throw ExitCode(2) }
      let found = checked.flatMap(\.diagnostics)
      if found.contains(where: { $0.severity >= (strict ? .warning : .error) }) {
        throw ExitCode(1)
      }
    }
  }

  /// Prints the policy unless it has errors.
  private func printResolved(_ path: String, _ console: Console) throws {
    do {
      let (policy, yaml) = try CompiledPolicy.resolved(contentsOf: path)
      console.show(policy.warnings)
      try OutputFile.write(yaml, to: nil)
      if strict, policy.warnings.contains(where: { $0.severity >= .warning }) { throw ExitCode(1) }
    } catch let error as CompilationError {
      console.show(error.diagnostics)
      throw ExitCode(1)
    }
  }

  private func diagnostics(of path: String) throws -> [Diagnostic] {
    do {
      return try CompiledPolicy(contentsOf: path).warnings
    } catch let error as CompilationError {
      return error.diagnostics
    }
  }

  private func rendered(_ diagnostics: [Diagnostic], of path: String) -> String {
    guard !diagnostics.isEmpty else { return "\(path): no problems found\n" }
    let renderer = TextRenderer(color: color.isOn(1))
    let counts: [String] = [Diagnostic.Severity.error, .warning, .note].compactMap { severity in
      let count = diagnostics.count { $0.severity == severity }
      return count == 0 ? nil : "\(count) \(severity.rawValue)\(count == 1 ? "" : "s")"
    }
    return diagnostics.map { renderer.render($0) + "\n" }.joined()
      + "\(path): \(counts.joined(separator: ", "))\n"
  }
}
