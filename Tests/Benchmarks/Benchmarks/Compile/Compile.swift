import Belay
import BelayYAML
import Diagnostics

/// Measures how long policies of many rules take to compile and prints a table:
///
///     swift build -c release --package-path Tests/Benchmarks --product Compile
///     Tests/Benchmarks/.build/release/Compile
///
/// The mistakes are of policies in which each rule reads an unknown name; finding and rendering
/// what is wrong with them is timed. Each figure is the median of 5 runs.
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
      let good = [
        median { succeeds { try CompiledPolicy(yaml: yaml) } },
        median { succeeds { try CompiledPolicy(json: json) } },
      ]
      let bad = [
        median { fails { try CompiledPolicy(yaml: wrongYAML) } },
        median { fails { try CompiledPolicy(json: wrongJSON) } },
      ]
      let cells =
        good.flatMap { ["\(rounded($0)) ms", "\(rounded($0 / Double(rules) * 1000)) µs"] }
        + bad.map { "\(rounded($0)) ms" }
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

  /// In milliseconds.
  private static func median(_ body: () -> Void) -> Double {
    let clock = ContinuousClock()
    let times = (0..<5).map { _ in clock.measure(body) / .milliseconds(1) }
    return times.sorted()[times.count / 2]
  }

  /// Three digits.
  private static func rounded(_ value: Double) -> String {
    if value >= 100 { return String(Int(value.rounded())) }
    let steps = value >= 10 ? 10.0 : 100
    return String((value * steps).rounded() / steps)
  }
}
