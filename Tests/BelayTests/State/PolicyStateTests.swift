import Belay
import BelayYAML
import Diagnostics
import Tables
import TestSupport
import Testing

@Suite struct PolicyStateTests {
  /// Splits months into runs at every place, or at one.
  private func splits(_ count: Int, _ random: inout SeededRandom) -> [[Range<Int>]] {
    let monthly = (0..<count).map { $0..<($0 + 1) }
    let cut = random.number(1...(count - 1))
    return [monthly, [0..<cut, cut..<count]]
  }

  @Test func `runs one after the other say what one run over all periods says`() throws {
    var random = SeededRandom.announced()
    var differing = 0
    for _ in 0..<SeededRandom.cases(25) {
      let runs = try GeneratedRuns(&random)
      let count = runs.months.count
      let whole = try runs.tables(0..<count, shuffledBy: &random)
      let expected = runs.texts(try runs.policy.assess(whole, periods: .all))
      let alone = try runs.tables((count - 1)..<count, shuffledBy: &random)
      for (key, text) in runs.texts(try runs.policy.assess(alone, periods: .all))
      where text != expected[key] {
        differing += 1
      }
      for split in splits(count, &random) {
        var state: PolicyState?
        var found: [String: String] = [:]
        for months in split {
          let tables = try runs.tables(months, shuffledBy: &random)
          let run = try runs.policy.assess(
            tables, from: state, periods: .all, jobs: random.number(1...2))
          #expect(run.notes == [])
          found.merge(runs.texts(run.tables)) { _, _ in
            Issue.record("a row is assessed twice")
            return ""
          }
          // What is written and read again is the same state.
          state = try runs.policy.state(json: run.state.json)
          #expect(state!.json == run.state.json)
        }
        #expect(found.keys.sorted() == expected.keys.sorted())
        for (key, text) in expected where found[key] != text {
          Issue.record("\(split) differs at \(key):\n\(difference(found[key] ?? "", text))")
          return
        }
      }
    }
    // Without a state the same months say something else: the property means something.
    #expect(differing > 0)
  }

  private func difference(_ a: String, _ b: String) -> String {
    let (a, b) = (a.split(separator: "\n"), b.split(separator: "\n"))
    return zip(a, b).filter { $0 != $1 }.prefix(6).map { "\($0)\n  instead of \($1)" }
      .joined(separator: "\n")
  }
}
