import Foundation
import TestSupport
import Testing

@Suite struct OutputTests {
  private let folder: ScratchFolder

  init() throws {
    folder = try ScratchFolder()
    try folder.write("policy.yaml", Sample.policy)
    try folder.write("providers.csv", Sample.providers)
  }

  private func assess(_ arguments: String...) throws -> Command.Result {
    try Command.run(
      ["assess", "providers.csv", "--policy", "policy.yaml", "--format", "csv"] + arguments,
      in: folder.url)
  }

  @Test func `a file gets what standard output would`() throws {
    let expected = try assess().output
    let run = try assess("--output", "out.csv")
    #expect(run.status == 0)
    #expect(run.output == "")
    #expect(try folder.text("out.csv") == expected)
    #expect(try folder.names == ["out.csv", "policy.yaml", "providers.csv"])
    #expect(try assess("-o", "-").output == expected)
  }

  @Test func `an existing file is replaced and keeps its permissions`() throws {
    try folder.write("out.csv", "before")
    let path = folder.url("out.csv").path
    try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: path)
    #expect(try assess("--output", "out.csv").status == 0)
    #expect(try folder.text("out.csv").hasPrefix(Sample.header))
    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    #expect(attributes[.posixPermissions] as? Int == 0o640)
  }

  @Test func `an existing file is untouched when the work fails`() throws {
    try folder.write("out.csv", "before")
    try folder.write("providers.csv", "nothing of the kind\n")
    #expect(try assess("--output", "out.csv").status == 2)
    #expect(try folder.text("out.csv") == "before")
    #expect(try folder.names == ["out.csv", "policy.yaml", "providers.csv"])
  }

  @Test func `a link keeps pointing where it did`() throws {
    try folder.write("real.csv", "before")
    try FileManager.default.createSymbolicLink(
      atPath: folder.url("link.csv").path, withDestinationPath: "real.csv")
    #expect(try assess("--output", "link.csv").status == 0)
    #expect(try folder.text("real.csv").hasPrefix(Sample.header))
    let kind = try FileManager.default.attributesOfItem(atPath: folder.url("link.csv").path)
    #expect(kind[.type] as? FileAttributeType == .typeSymbolicLink)
  }

  @Test func `devices and pipes are written as they are`() throws {
    #expect(try assess("--output", "/dev/null").status == 0)
    let piped = try Command.shell(
      """
      mkfifo pipe; cat pipe > copy.csv & \
      belay assess providers.csv --policy policy.yaml --format csv --output pipe; wait
      """, in: folder.url)
    #expect(piped.status == 0)
    #expect(try folder.text("copy.csv").hasPrefix(Sample.header))
  }

  @Test(.enabled(if: FileManager.default.fileExists(atPath: "/dev/full")))
  func `a full disk is said`() throws {
    let run = try assess("--output", "/dev/full")
    #expect(run.status == 2)
    #expect(run.errors.contains("No space left on device"))
    let redirected = try Command.shell(
      "belay assess providers.csv --policy policy.yaml > /dev/full", in: folder.url)
    #expect(redirected.status == 2)
    #expect(redirected.errors.contains("standard output cannot be written"))
  }

  @Test func `a reader that has enough ends the command quietly`() throws {
    let rows = (0..<20_000).map { "2026-01,P\($0),50,a\n" }.joined()
    try folder.write("providers.csv", "month,id,inbox,team\n" + rows)
    let run = try Command.shell(
      """
      { belay assess providers.csv --policy policy.yaml --format csv; echo $? >&2; } | head -1
      """, in: folder.url)
    #expect(run.output == Sample.header + "\n")
    #expect(run.errors == "0\n")
  }

  @Test(arguments: [SIGINT, SIGTERM, SIGHUP])
  func `a signal leaves no unfinished file`(_ signal: Int32) throws {
    try folder.write("out.csv", "before")
    let rows = (0..<30_000).map { "2026-01,P\($0),50,a\n" }.joined()
    try folder.write("providers.csv", "month,id,inbox,team\n" + rows)
    let process = Process()
    process.executableURL = Command.binary
    process.arguments = [
      "assess", "providers.csv", "--policy", "policy.yaml", "--format", "ndjson",
      "--output", "out.csv",
    ]
    process.currentDirectoryURL = folder.url
    process.standardInput = FileHandle.nullDevice
    try Command.withoutBlockedSignals { try process.run() }
    while process.isRunning, !(try folder.names.contains { $0.hasPrefix(".belay-") }) {
      // No task to sleep in: other tests may hold its threads until the command is done.
      usleep(1000)
    }
    kill(process.processIdentifier, signal)
    process.waitUntilExit()
    #expect(process.terminationReason == .uncaughtSignal)
    #expect(process.terminationStatus == signal)
    #expect(try folder.text("out.csv") == "before")
    #expect(try folder.names == ["out.csv", "policy.yaml", "providers.csv"])
  }
}
