import Foundation
import TestSupport
import Testing

/// Data that are too large to be held whole.
@Suite(.serialized) struct StreamTests {
  private let folder: ScratchFolder

  init() throws {
    folder = try ScratchFolder()
    try folder.write("policy.yaml", Sample.policy)
  }

  private static let assess = ["assess", "--policy", "policy.yaml", "--format", "csv"]

  /// Data of so many rows, about 25 bytes and a note each.
  @discardableResult
  private func writeRows(_ count: Int, note: Int = 0, more: String = "") throws -> String {
    var text = "month,id,inbox,team,note\n"
    text.reserveCapacity(count * (28 + note))
    let padding = String(repeating: "x", count: note)
    for row in 0..<count {
      let cell = row % 50_000 == 777 ? "much" : "\(row % 200)"
      text += "2026-0\(1 + row % 9),P\(1_000_000 + row / 9),\(cell),a,\(padding)\n"
    }
    return try folder.write("providers.csv", text + more)
  }

  private func run(_ arguments: String..., input: Data = Data()) throws -> Command.Result {
    try Command.run(Self.assess + arguments, input: input, in: folder.url)
  }

  @Test func `large data give the same bytes whatever the threads and wherever they come from`()
    throws
  {
    try writeRows(30_000, note: 300)
    let whole = try Data(contentsOf: folder.url("providers.csv"))
    #expect(whole.count > 9 << 20)
    let one = try run("providers.csv", "--all-periods", "--jobs", "1")
    #expect(one.status == 0)
    #expect(one.output.split(separator: "\n").count == 30_001)
    #expect(one.errors.contains("warning[bad-number]: row 778"))
    // No progress: standard error is no terminal.
    #expect(!one.errors.contains("MiB") && !one.errors.contains("\r"))
    func check(_ result: Command.Result, _ what: String, named: String = "providers.csv") {
      #expect(result.status == 0, "\(what)")
      // Compared by parts, since texts this long make long messages.
      let isSame = result.output == one.output
      #expect(isSame, "\(what)")
      #expect(result.errors.replacing(named, with: "providers.csv") == one.errors, "\(what)")
    }
    for jobs in ["2", "4"] {
      check(try run("providers.csv", "--all-periods", "--jobs", jobs), "\(jobs) jobs")
    }
    check(
      try run("-", "--all-periods", "--jobs", "2", input: whole), "redirected",
      named: "standard input")
    check(
      try Command.shell(
        "cat providers.csv | belay \(Self.assess.joined(separator: " ")) - --all-periods --jobs 2",
        in: folder.url), "piped", named: "standard input")
    // Without time there is one period, so most rows repeat an earlier one.
    try folder.write(
      "policy.yaml",
      Sample.policy.replacing("time: {column: month, every: month}\n", with: ""))
    let repeated = try run("providers.csv", "--jobs", "2")
    #expect(repeated.status == 0)
    #expect(repeated.output.split(separator: "\n").count == 3335)
    #expect(repeated.errors.contains("26646 more of this kind"))
  }

  @Test func `small data give the same from a file, a redirection and a pipe`() throws {
    try writeRows(60)
    let expected = try run("providers.csv", "--all-periods")
    #expect(expected.status == 0)
    let input = try Data(contentsOf: folder.url("providers.csv"))
    #expect(try run("-", "--all-periods", "--jobs", "3", input: input).output == expected.output)
    let piped = try Command.shell(
      "cat providers.csv | belay \(Self.assess.joined(separator: " ")) - --all-periods",
      in: folder.url)
    #expect(piped.output == expected.output)
    let empty = try run("-", "--all-periods")
    #expect(empty.status == 2)
    #expect(empty.errors.contains("error[empty-file]"))
  }

  @Test func `the last periods of large data are what a table as a whole gives`() throws {
    try writeRows(30_000, note: 300)
    let result = try run("providers.csv", "--jobs", "2")
    #expect(result.status == 0)
    #expect(result.output.split(separator: "\n").count == 3335)
  }

  @Test(arguments: ["0", "-1", "x"])
  func `there is at least one job`(_ jobs: String) throws {
    try folder.write("providers.csv", Sample.providers)
    let result = try run("providers.csv", "--jobs=\(jobs)")
    #expect(result.status == 64)
    #expect(result.output == "")
  }

  @Test(arguments: ["1", "3"])
  func `large data that are broken leave no file`(_ jobs: String) throws {
    try writeRows(30_000, note: 300, more: "2026-01,P1\n2026-01,\"\n")
    let before = try folder.names
    let result = try run(
      "providers.csv", "--all-periods", "--jobs", jobs, "--output", "out.csv")
    #expect(result.status == 2)
    #expect(result.errors.contains("providers.csv:30002:"))
    #expect(try folder.names == before)
    // On standard output stands what was read before it.
    let shown = try run("providers.csv", "--all-periods", "--jobs", jobs)
    #expect(shown.status == 2)
    let lines = shown.output.split(separator: "\n").count
    #expect(lines > 10_000 && lines <= 30_001)
    let isWhole = shown.output.hasSuffix("\n")
    #expect(isWhole)
  }

  @Test func `small data that are broken write nothing`() throws {
    try writeRows(1000, more: "2026-01,P1\n")
    let result = try run("providers.csv", "--all-periods")
    #expect(result.status == 2)
    #expect(result.output == "")
  }

  @Test func `a reader that has enough ends a stream quietly`() throws {
    try writeRows(30_000, note: 300)
    for jobs in ["1", "4"] {
      let result = try Command.shell(
        """
        { belay \(Self.assess.joined(separator: " ")) providers.csv --all-periods --jobs \(jobs) \
        2> errors; echo $? >&2; } | head -n 1
        """, in: folder.url)
      #expect(result.output == Sample.header + "\n")
      #expect(result.errors == "0\n")
    }
  }

  @Test func `a large file that cannot be read is said`() throws {
    let result = try run(".", "--all-periods")
    #expect(result.status == 2)
    #expect(result.errors != "")
    #expect(try run("nothing.csv", "--all-periods").status == 2)
  }

  @Test(.enabled(if: FileManager.default.fileExists(atPath: "/dev/full")))
  func `a full disk ends a stream`() throws {
    try writeRows(30_000, note: 300)
    for jobs in ["1", "4"] {
      let result = try run("providers.csv", "--all-periods", "--jobs", jobs, "-o", "/dev/full")
      #expect(result.status == 2)
      #expect(result.errors.contains("No space left on device"))
    }
  }

  @Test func `large data in no order are the same from a file and from a pipe`() throws {
    let padding = String(repeating: "x", count: 300)
    var text = "a line before\nmonth,id,inbox,team,note\n"
    for row in 0..<30_000 {
      // Some rows have the key of one that stands far before or behind them.
      let key = row % 500 == 499 ? (row * 7) % 30_000 : (row * 7919) % 30_000
      text += "2026-01,P\(key),\(row % 301),a,\(padding)\n"
    }
    try folder.write("lines.csv", text)
    try folder.write("providers.csv", String(text.drop { $0 != "\n" }.dropFirst()))
    let one = try run("providers.csv", "--all-periods", "--jobs", "1")
    #expect(one.status == 0)
    #expect(one.errors.contains("warning[duplicate-row]"))
    let ids = one.output.split(separator: "\n").map { $0.prefix { $0 != "," } }
    #expect(ids.count < 30_001)
    #expect(Set(ids).count == ids.count)
    let two = try run("providers.csv", "--all-periods", "--jobs", "2")
    var isSame = two.output == one.output && two.errors == one.errors
    #expect(isSame)
    let command = "belay \(Self.assess.joined(separator: " ")) - --all-periods --jobs 2"
    // A file of which a line has been read has no start to go back to, like a pipe.
    for line in ["cat providers.csv | \(command)", "{ read line; \(command); } < lines.csv"] {
      let piped = try Command.shell(line, in: folder.url)
      isSame =
        piped.output == one.output
        && piped.errors.replacing("standard input", with: "providers.csv") == one.errors
      #expect(isSame, "\(line)")
    }
  }

  // MARK: Memory

  @Test(.enabled(if: FileManager.default.fileExists(atPath: "/proc/self/status")))
  func `memory does not grow with the data`() throws {
    for (rows, note) in [(100_000, 70), (400_000, 10)] {
      try writeRows(rows, note: note)
      for (jobs, room) in [("1", 64), ("2", 96)] {
        let peak = try peakMemory(jobs: jobs)
        #expect(peak <= room << 20, "\(rows) rows, \(jobs) jobs: \(peak >> 20) MiB")
      }
    }
  }

  /// The most memory that the command had, in bytes.
  private func peakMemory(jobs: String) throws -> Int {
    let arguments =
      [Command.binary.path] + Self.assess
      + ["providers.csv", "--all-periods", "--jobs", jobs, "--output", "/dev/null"]
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
    let paths = arguments.map {
      $0.hasSuffix(".csv") || $0.hasSuffix(".yaml") ? folder.url($0).path : $0
    }
    let pointers: [UnsafeMutablePointer<CChar>?] = paths.map { strdup($0) }
    defer { for pointer in pointers { free(pointer) } }
    var process = pid_t()
    try #require(
      posix_spawn(&process, arguments[0], &actions, nil, pointers + [nil], environ) == 0)
    // The system's own figure for a child that has ended counts what its parent had as well.
    var peak = 0
    var status: Int32 = 0
    while waitpid(process, &status, WNOHANG) == 0 {
      let text = (try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)) ?? ""
      let line = text.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
      peak = max(peak, line.flatMap { Int($0.filter(\.isNumber)) } ?? 0)
      usleep(500)
    }
    #expect(status == 0)
    #expect(peak > 0)
    return peak << 10
  }
}
