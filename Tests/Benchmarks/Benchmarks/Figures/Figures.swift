import CEL
import Diagnostics

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
        median { sink(sample.parse().span.lower != .max) },
        median { sink(sample.check(parsed, in: environment).slots.isEmpty) },
        median { sink(checked.evaluate(record).value == nil) },
      ]
      print("| \(sample.name) | \(times.map(text).joined(separator: " | ")) |")
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
        let time = median { sink(checked.evaluate(record).value == .bool(true)) }
        return "\(text(time)), \(rounded(time / Double(size))) ns/B"
      }
      print("| \(name) | \(cells.joined(separator: " | ")) |")
    }
  }

  /// The median of 25 samples of at least 2 ms each, or of as many as fit in 4 seconds, in
  /// nanoseconds.
  private static func median(_ body: () -> Void) -> Double {
    let clock = ContinuousClock()
    func time(_ count: Int) -> Double {
      let length = clock.measure { for _ in 0..<count { body() } }.components
      return Double(length.seconds) * 1e9 + Double(length.attoseconds) / 1e9
    }
    var count = 1
    while time(count) < 2e6 { count *= 2 }
    var samples: [Double] = []
    while samples.count < 25, samples.reduce(0, +) * Double(count) < 4e9 {
      samples.append(time(count) / Double(count))
    }
    return samples.sorted()[samples.count / 2]
  }

  private static func text(_ nanoseconds: Double) -> String {
    if nanoseconds < 1e3 { return "\(rounded(nanoseconds)) ns" }
    if nanoseconds < 1e6 { return "\(rounded(nanoseconds / 1e3)) µs" }
    if nanoseconds < 1e9 { return "\(rounded(nanoseconds / 1e6)) ms" }
    return "\(rounded(nanoseconds / 1e9)) s"
  }

  /// Three digits.
  private static func rounded(_ value: Double) -> String {
    if value >= 100 { return String(Int(value.rounded())) }
    let steps = value >= 10 ? 10.0 : 100
    return String((value * steps).rounded() / steps)
  }

  /// Keeps what is measured from being left out.
  @inline(never) private static func sink(_ value: Bool) { if value, zero != 0 { print(value) } }
  nonisolated(unsafe) private static var zero = 0
}
