import Belay
import Foundation
import Tables
import Timing

/// Measures the steps of an assessment one by one and prints Markdown:
///
///     python3 ../shared/bench/workload.py --rows 100000 --spec spec.json --csv data.csv
///     python3 Tests/Benchmarks/neutral_policy.py spec.json policy.json
///     swift build -c release --package-path Tests/Benchmarks --product Micro
///     Tests/Benchmarks/.build/release/Micro policy.json data.csv
///
/// All data stay in memory, all work is done by one thread. Each figure is the median of 11 rounds
/// in which all take their turn.
@main enum Micro {
  static func main() throws {
    let arguments = CommandLine.arguments
    guard arguments.count == 3 else {
      print("usage: Micro POLICY.json DATA.csv")
      exit(64)
    }
    let json = try String(contentsOfFile: arguments[1], encoding: .utf8)
    let policy = try CompiledPolicy(json: json)
    let data = try Array(Data(contentsOf: URL(fileURLWithPath: arguments[2])))
    let table = try TableReader(schema: policy.tableSchema(for: .provider)!)
      .read(data, name: arguments[2], format: .csv).table

    show("one row of a column", try Kernels.subjects())
    try showFactor()
    try showSteps(of: data, policy, table)
    show("once", Decisions.preparing(json, policy))
    show("one decision", try Decisions.subjects(policy, table))
  }

  private static func show(_ title: String, _ subjects: [Subject]) {
    print("| \(title) | median | range |\n| --- | --: | --: |")
    for times in measure(subjects) {
      let range = [times.range.lowerBound, times.range.upperBound].map(text(nanoseconds:))
      print("| \(times.name) | \(text(nanoseconds: times.median)) | \(range[0]) to \(range[1]) |")
    }
    print("")
  }

  /// What one more factor costs a row, from policies with one and with 33.
  private static func showFactor() throws {
    let times = measure(try [1, 33].map(Kernels.factors))
    let factor = (times[1].median - times[0].median) / 32
    print("One more factor with a curve of 5 points: \(text(nanoseconds: factor)) a row.\n")
  }

  private static func showSteps(
    of data: [UInt8], _ policy: CompiledPolicy, _ table: Table
  ) throws {
    let size = Double(data.count) / Double(table.rowCount)
    print("\(table.rowCount) rows, \(rounded(size)) bytes a row.\n")
    print("| step | a row | range | of the data |\n| --- | --: | --: | --: |")
    for times in measure(try Steps(data, policy, table).subjects()) {
      let range = [times.range.lowerBound, times.range.upperBound].map(text(nanoseconds:))
      print(
        "| \(times.name) | \(text(nanoseconds: times.median)) | \(range[0]) to \(range[1]) "
          + "| \(rounded(size / times.median)) GB/s |")
    }
    print("")
  }
}
