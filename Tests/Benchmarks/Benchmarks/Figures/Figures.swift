import CEL
import Diagnostics
import Timing

/// Measures expressions and patterns and prints the tables of `Docs/Performance.md`.
@main enum Figures {
  static func main() {
    expressions()
    print("")
    patterns()
  }

  private static func expressions() {
    print("| expression | parse | check | evaluate |\n| --- | --: | --: | --: |")
    for sample in Sample.all {
      let environment = sample.environment
      let parsed = sample.parse()
      let checked = sample.check(parsed, in: environment)
      let record = SampleRecord(values: sample.variables.map(\.value))
      let times = [
        median { keep(sample.parse()) },
        median { keep(sample.check(parsed, in: environment)) },
        median { keep(checked.evaluate(record)) },
      ]
      print("| \(sample.name) | \(times.map(text(nanoseconds:)).joined(separator: " | ")) |")
    }
  }

  private static func patterns() {
    let words = (0..<1000).map { "w\($0 * 7919 % 1000)" }.joined(separator: "|")
    let patterns = [
      ("`(a+)+$`", "(a+)+$"), ("`(a\\|aa)+$`", "(a|aa)+$"), ("`(.*)*x`", "(.*)*x"),
      ("`(((((a*)*)*)*)*)*b`", "(((((a*)*)*)*)*)*b"), ("1,000 words", words),
    ]
    let sizes = [1000, 10_000, 100_000, 1_000_000]
    print("| pattern | 1 kB | 10 kB | 100 kB | 1 MB |\n| --- | --: | --: | --: | --: |")
    for (name, pattern) in patterns {
      // The usual limit ends the last one after some 10 kB.
      var limits = Limits()
      limits.steps = .max
      var environment = Environment(limits: limits)
      environment.declare("text", .string)
      let sample = Sample(name: name, text: "text.matches(r'\(pattern)')", variables: [])
      let checked = sample.check(sample.parse(), in: environment)
      let cells = sizes.map { size in
        let record = SampleRecord(
          values: [.string(String(repeating: "a", count: size - 1) + "!")])
        let time = median { keep(checked.evaluate(record)) }
        return "\(text(nanoseconds: time)), \(rounded(time / Double(size))) ns/B"
      }
      print("| \(name) | \(cells.joined(separator: " | ")) |")
    }
  }

  /// The median of 25 samples, or of as many as fit in 4 seconds, in nanoseconds.
  private static func median(_ body: @escaping () -> Void) -> Double {
    measure([Subject("", body)], rounds: 25)[0].median
  }
}
