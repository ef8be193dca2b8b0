import Belay
import BelayYAML
import CEL
import Diagnostics
import Foundation
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
    for _ in 0..<SeededRandom.cases(12) {
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

  // MARK: Late rows, other policies

  private static let policy = """
    belay: 1
    policy: runs
    time: {column: month, every: month}
    inputs:
      id: {type: text, role: provider}
      a: {type: number}
    measures:
      sum: {of: a, over: {last: 3, minimum: 1}, take: sum}
      shown: {expr: sum, show: true}
    """

  private func run(
    _ rows: String, _ state: PolicyState?, policy text: String = Self.policy
  ) throws -> (sums: [String: Double?], state: PolicyState, notes: [String]) {
    let policy = try CompiledPolicy(yaml: text)
    let table = try TableReader(schema: policy.tableSchema(for: .provider)!)
      .read(Array(("id,month,a\n" + rows).utf8), name: "data.csv", format: .csv).table
    let run = try policy.assess([.provider: table], from: state, periods: .all)
    var sums: [String: Double?] = [:]
    for row in 0..<run.tables[0].count {
      let measure = run.tables[0].assessment(at: row).measures.first { $0.id == "shown" }
      guard case .value(.double(let sum))? = measure?.value else { continue }
      sums["\(run.tables[0].subject(at: row)) \(run.tables[0].period(at: row)!)"] = sum
    }
    return (sums, run.state, run.notes)
  }

  @Test func `rows of periods that the state has passed are left out and counted`() throws {
    let first = try run("ann,2026-01,1\nbob,2026-02,10\n", nil)
    #expect(first.state.lastPeriod(of: .provider)?.description == "2026-02")
    // Ann has no row in February, and is late with it all the same.
    let second = try run("ann,2026-02,100\nbob,2026-01,7\nann,2026-03,2\n", first.state)
    #expect(second.sums == ["ann 2026-03": 3])
    #expect(
      second.notes == [
        "2 rows are of periods that the state has passed, which ends with 2026-02 (provider): "
          + "neither assessed again nor counted"
      ])
    // Who is not in the new data keeps what the state has.
    #expect(try run("bob,2026-04,5\n", second.state).sums == ["bob 2026-04": 15])
    // What no window reaches any more is not kept.
    let later = try run("cid,2026-09,5\n", second.state).state
    #expect(!String(decoding: later.json, as: UTF8.self).contains("[\"bob\",672"))
  }

  @Test func `a measure that is defined otherwise begins anew`() throws {
    let first = try run("ann,2026-01,1\n", nil)
    for change in [("of: a,", "of: \"a * 2\","), ("last: 3", "last: 4")] {
      let changed = Self.policy.replacingOccurrences(of: change.0, with: change.1)
      let second = try run("ann,2026-02,2\n", first.state, policy: changed)
      #expect(second.sums == ["ann 2026-02": change.0 == "of: a," ? 4 : 2])
      #expect(
        second.notes == ["`sum` (provider) is defined otherwise than in the state: it begins anew"])
    }
    let other = Self.policy.replacingOccurrences(of: "sum:", with: "mean:")
      .replacingOccurrences(of: "expr: sum", with: "expr: mean")
    #expect(
      try run("ann,2026-02,2\n", first.state, policy: other).notes == [
        "the policy no longer looks back at `sum` (provider): what the state had of it is dropped"
      ])
    // What is taken of the same values does not matter.
    let taken = Self.policy.replacingOccurrences(of: "take: sum", with: "take: max")
    let second = try run("ann,2026-02,0.5\n", first.state, policy: taken)
    #expect(second.sums == ["ann 2026-02": 1])
    #expect(second.notes == [])
  }

  // MARK: Texts

  private static var sample: [UInt8] {
    get throws {
      try StateSample.policy.assess(StateSample.tables(month: "2026-02"), from: nil).state.json
    }
  }

  @Test func `every beginning of a state is refused, and none crashes`() throws {
    let whole = try Self.sample
    #expect(try StateSample.policy.state(json: whole).json == whole)
    // Without its last line break it is whole.
    for count in 0..<(whole.count - 1) {
      #expect(throws: StateError.self) {
        try StateSample.policy.state(json: Array(whole[..<count]))
      }
    }
  }

  @Test(
    arguments: [
      ("", "json-syntax"),
      ("[1]", "bad-state"),
      ("{\"format\": 1}", "bad-state"),
      ("{\"format\": 2, \"policy\": \"fuzz\"}", "newer-state"),
      ("{\"format\": 1, \"policy\": \"other\"}", "foreign-state"),
      ("{\"format\": 1, \"policy\": \"fuzz\", \"every\": \"week\"}", "bad-state"),
      ("{\"format\": 1", "json-syntax"),
      ("id,month\nann,2026-01\n", "json-syntax"),
    ])
  func `what is no state is said to be none`(_ text: String, _ code: String) throws {
    let error = try #require(throws: StateError.self) {
      try StateSample.policy.state(json: Array(text.utf8))
    }
    #expect(error.diagnostics.map(\.code.slug) == [code])
  }

  @Test func `the corpus of the fuzzer runs without harm`() throws {
    let folder = Conformance.checkout.appending(path: "Tests/Fuzz/Corpus/FuzzState")
    let files = try FileManager.default.contentsOfDirectory(
      at: folder, includingPropertiesForKeys: nil)
    #expect(files.count >= 12)
    var read = 0
    for file in files.sorted(by: { $0.path < $1.path }) {
      let bytes = Array(try Data(contentsOf: file))
      fuzzState(bytes)
      if (try? StateSample.policy.state(json: bytes)) != nil { read += 1 }
    }
    // Some are states, or nothing but refusals would be tried.
    #expect(read >= 3)
  }

  private func difference(_ a: String, _ b: String) -> String {
    let (a, b) = (a.split(separator: "\n"), b.split(separator: "\n"))
    return zip(a, b).filter { $0 != $1 }.prefix(6).map { "\($0)\n  instead of \($1)" }
      .joined(separator: "\n")
  }
}
