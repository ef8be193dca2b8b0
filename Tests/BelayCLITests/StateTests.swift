import Foundation
import TestSupport
import Testing

@Suite struct StateTests {
  private let folder: ScratchFolder
  private static let policy = """
    belay: 1
    policy: inbox
    time: {column: month, every: month}
    inputs:
      id: {type: text, role: provider}
      inbox: {type: number, range: [0, 500]}
    measures:
      usual: {of: inbox, over: {last: 3, minimum: 1}, take: mean}
    factors:
      inbox: {domain: load, points: usual, weight: 1}
    domains:
      load: {weight: 1}
    scores:
      risk: {levels: {low: 0, high: 50}}
    alerts:
      full: {when: "usual > 40", for: 2, severity: high, owner: lead, message: m}
    """

  init() throws {
    folder = try ScratchFolder()
    try folder.write("policy.yaml", Self.policy)
    try folder.write("1.csv", "id,month,inbox\nann,2026-01,60\nbob,2026-01,10\n")
    try folder.write("2.csv", "id,month,inbox\nbob,2026-02,20\nann,2026-02,40\n")
    try folder.write(
      "all.csv",
      "id,month,inbox\nann,2026-01,60\nbob,2026-01,10\nbob,2026-02,20\nann,2026-02,40\n")
  }

  private func assess(_ arguments: String...) throws -> Command.Result {
    try Command.run(
      ["assess", "--policy", "policy.yaml", "--format", "csv", "--all-periods"] + arguments,
      in: folder.url)
  }

  @Test func `month by month gives the rows of all months`() throws {
    let whole = try assess("all.csv")
    #expect(whole.status == 0)
    let first = try assess("1.csv", "--state", "s.json")
    #expect(first.status == 0 && first.errors == "")
    let second = try assess("2.csv", "--state", "s.json")
    #expect(second.status == 0 && second.errors == "")
    let rows = { (text: String) in text.split(separator: "\n").dropFirst().map(String.init) }
    #expect(rows(first.output) + rows(second.output) == rows(whole.output))
    #expect(second.output.contains("full"))
    // Without the state the second month knows nothing of the first.
    #expect(try assess("2.csv").output != second.output)
    let permissions = try FileManager.default.attributesOfItem(
      atPath: folder.url("s.json").path)[.posixPermissions]
    #expect(permissions as? Int == 0o600)
    #expect(
      try folder.names == ["1.csv", "2.csv", "all.csv", "policy.yaml", "s.json"])
  }

  @Test func `rows that the state has passed are said`() throws {
    _ = try assess("1.csv", "--state", "s.json")
    let again = try assess("all.csv", "--state", "s.json")
    #expect(again.status == 0)
    #expect(
      again.errors
        == "note: 2 rows are of periods that the state has passed, which ends with 2026-01 "
        + "(provider): neither assessed again nor counted\n")
    #expect(again.output.split(separator: "\n").count == 3)
  }

  @Test func `a run that fails leaves the state as it was`() throws {
    _ = try assess("1.csv", "--state", "s.json")
    let before = try folder.text("s.json")
    try folder.write("broken.csv", "nothing of the kind\n")
    #expect(try assess("broken.csv", "--state", "s.json").status == 2)
    #expect(try assess("2.csv", "--state", "s.json", "--output", "no/such/folder").status == 2)
    #expect(try folder.text("s.json") == before)
    // Results that nobody has are no reason to go on.
    let full = FileManager.default.fileExists(atPath: "/dev/full")
    if full {
      #expect(try assess("2.csv", "--state", "s.json", "--output", "/dev/full").status == 2)
      #expect(try folder.text("s.json") == before)
    }
  }

  @Test(arguments: [SIGINT, SIGTERM])
  func `an interrupted run leaves the state as it was`(_ signal: Int32) throws {
    _ = try assess("1.csv", "--state", "s.json")
    let before = try folder.text("s.json")
    let rows = (0..<30_000).map { "P\($0),2026-02,50\n" }.joined()
    try folder.write("large.csv", "id,month,inbox\n" + rows)
    let process = Process()
    process.executableURL = Command.binary
    process.arguments = [
      "assess", "large.csv", "--policy", "policy.yaml", "--format", "ndjson", "--output",
      "out.ndjson", "--state", "s.json",
    ]
    process.currentDirectoryURL = folder.url
    process.standardInput = FileHandle.nullDevice
    try Command.withoutBlockedSignals { try process.run() }
    // The results are being written when their unfinished file has something in it.
    while process.isRunning, !(try isWriting()) { usleep(1000) }
    kill(process.processIdentifier, signal)
    process.waitUntilExit()
    #expect(process.terminationReason == .uncaughtSignal)
    #expect(try folder.text("s.json") == before)
    #expect(
      try folder.names == ["1.csv", "2.csv", "all.csv", "large.csv", "policy.yaml", "s.json"])
  }

  private func isWriting() throws -> Bool {
    try folder.names.contains { name in
      guard name.hasPrefix(".belay-") else { return false }
      let size = try? FileManager.default.attributesOfItem(
        atPath: folder.url(name).path)[.size]
      return (size as? Int).map { $0 > 0 } ?? false
    }
  }

  @Test func `a state that cannot be written is said before anything is done`() throws {
    let run = try assess("1.csv", "--state", "no/such/folder/s.json")
    #expect(run.status == 2)
    #expect(run.output == "")
    #expect(
      run.errors == "error: `no/such/folder/s.json` cannot be written: No such file or directory\n")
    try FileManager.default.createDirectory(
      at: folder.url("folder"), withIntermediateDirectories: false)
    #expect(try assess("1.csv", "--state", "folder").errors.contains("is a folder, not a file"))
    let dash = try assess("1.csv", "--state", "-")
    #expect(dash.status == 64)
    #expect(dash.errors.contains("--state is read and written; name a file."))
  }

  @Test func `the state is no input and not the output`() throws {
    for arguments in [["--state", "1.csv"], ["--state", "./policy.yaml"]] {
      let run = try Command.run(
        ["assess", "1.csv", "--policy", "policy.yaml"] + arguments, in: folder.url)
      #expect(run.status == 2)
      #expect(run.errors.contains("is an input; the state has a file of its own"))
    }
    let run = try assess("1.csv", "--state", "new", "--output", "new")
    #expect(run.status == 2)
    #expect(run.errors.contains("is the output; the state has a file of its own"))
    #expect(try folder.text("policy.yaml") == Self.policy)
    #expect(!(try folder.names.contains("new")))
  }

  @Test func `a state of another policy is refused and kept`() throws {
    _ = try assess("1.csv", "--state", "s.json")
    let before = try folder.text("s.json")
    try folder.write(
      "policy.yaml", Self.policy.replacingOccurrences(of: "policy: inbox", with: "policy: other"))
    let run = try assess("2.csv", "--state", "s.json")
    #expect(run.status == 2)
    #expect(run.output == "")
    #expect(run.errors.contains("error[foreign-state]: the state is of another policy, `inbox`"))
    #expect(try folder.text("s.json") == before)
  }
}
