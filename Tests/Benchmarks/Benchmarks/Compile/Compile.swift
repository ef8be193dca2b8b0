import Belay
import BelayYAML
import Diagnostics
import Timing

/// Measures how long policies of many rules take to compile and prints a table:
///
///     swift build -c release --package-path Tests/Benchmarks --product Compile
///     Tests/Benchmarks/.build/release/Compile
///
/// The mistakes are of policies in which each rule reads an unknown name; finding and rendering
/// what is wrong with them is timed. Each figure is the median of 5 rounds in which all take their
/// turn.
@main enum Compile {
  static func main() {
    print(
      """
      | rules | YAML | a rule | JSON | a rule | YAML, mistakes | JSON, mistakes |
      | --: | --: | --: | --: | --: | --: | --: |
      """)
    for rules in [100, 1000, 10_000, 30_000] {
      let (right, wrong) = (LargePolicy(rules: rules), LargePolicy(rules: rules, hasMistakes: true))
      let (yaml, json) = (right.yaml, right.json)
      let (wrongYAML, wrongJSON) = (wrong.yaml, wrong.json)
      let times = measure(
        [
          Subject("YAML") { succeeds { try CompiledPolicy(yaml: yaml) } },
          Subject("JSON") { succeeds { try CompiledPolicy(json: json) } },
          Subject("YAML, mistakes") { fails { try CompiledPolicy(yaml: wrongYAML) } },
          Subject("JSON, mistakes") { fails { try CompiledPolicy(json: wrongJSON) } },
        ], rounds: 5
      ).map(\.median)
      let cells =
        times[..<2].flatMap { [text(nanoseconds: $0), text(nanoseconds: $0 / Double(rules))] }
        + times[2...].map(text(nanoseconds:))
      print("| \(rules) | \(cells.joined(separator: " | ")) |")
    }
  }

  private static func succeeds(_ compile: () throws -> CompiledPolicy) {
    do {
      let policy = try compile()
      precondition(policy.warnings.isEmpty, "\(policy.warnings)")
    } catch {
      preconditionFailure("\(error)")
    }
  }

  private static func fails(_ compile: () throws -> CompiledPolicy) {
    do {
      _ = try compile()
      preconditionFailure("a policy with mistakes compiles")
    } catch {
      precondition(!"\(error)".isEmpty, "an error says what is wrong")
    }
  }
}
