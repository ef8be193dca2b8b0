import Foundation
import TestSupport

/// Runs the built command in a process of its own.
struct Command {
  /// What a run left behind.
  struct Result {
    let status: Int32
    let output: String
    let errors: String
  }

  /// The binary stands beside the tests.
  static let binary: URL = {
    let bundle = Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") }?.bundleURL
    let tests = bundle ?? URL(filePath: CommandLine.arguments[0])
    return tests.deletingLastPathComponent().appending(path: "belay")
  }()

  /// Runs the command and waits for its end.
  ///
  /// - Parameters:
  ///   - input: what it reads from standard input.
  ///   - folder: where it runs; the checkout if nil.
  ///   - environment: what is added to the environment.
  static func run(
    _ arguments: [String], input: Data = Data(), in folder: URL? = nil,
    environment: [String: String] = [:]
  ) throws -> Result {
    let scratch = try ScratchFolder()
    // Files, so that no pipe can fill up while nobody reads it.
    let (stdin, stdout, stderr) = (
      scratch.url("stdin"), scratch.url("stdout"), scratch.url("stderr")
    )
    try input.write(to: stdin)
    for file in [stdout, stderr] { try Data().write(to: file) }
    let process = Process()
    process.executableURL = binary
    process.arguments = arguments
    process.currentDirectoryURL = folder ?? Conformance.checkout
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    process.standardInput = try FileHandle(forReadingFrom: stdin)
    process.standardOutput = try FileHandle(forWritingTo: stdout)
    process.standardError = try FileHandle(forWritingTo: stderr)
    try process.run()
    process.waitUntilExit()
    return Result(
      status: process.terminationStatus,
      output: String(decoding: try Data(contentsOf: stdout), as: UTF8.self),
      errors: String(decoding: try Data(contentsOf: stderr), as: UTF8.self))
  }

  /// Starts a process that signals reach: a thread of the tests may block them, and a child
  /// inherits that.
  static func withoutBlockedSignals(_ start: () throws -> Void) rethrows {
    var none = sigset_t()
    var before = sigset_t()
    sigemptyset(&none)
    pthread_sigmask(SIG_SETMASK, &none, &before)
    defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
    try start()
  }

  /// Runs a line of the shell, in which `belay` is the command.
  static func shell(_ line: String, in folder: URL? = nil) throws -> Result {
    let scratch = try ScratchFolder()
    let (stdout, stderr) = (scratch.url("stdout"), scratch.url("stderr"))
    for file in [stdout, stderr] { try Data().write(to: file) }
    let process = Process()
    process.executableURL = URL(filePath: "/bin/sh")
    process.arguments = ["-c", "belay() { \"\(binary.path)\" \"$@\"; }\n\(line)"]
    process.currentDirectoryURL = folder ?? Conformance.checkout
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try FileHandle(forWritingTo: stdout)
    process.standardError = try FileHandle(forWritingTo: stderr)
    try process.run()
    process.waitUntilExit()
    return Result(
      status: process.terminationStatus,
      output: String(decoding: try Data(contentsOf: stdout), as: UTF8.self),
      errors: String(decoding: try Data(contentsOf: stderr), as: UTF8.self))
  }
}

/// A folder that is gone when the test is over.
final class ScratchFolder {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory
      .appending(path: "belay-tests-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  func url(_ name: String) -> URL { url.appending(path: name) }

  @discardableResult
  func write(_ name: String, _ text: String) throws -> String {
    try Data(text.utf8).write(to: url(name))
    return url(name).path
  }

  func text(_ name: String) throws -> String {
    String(decoding: try Data(contentsOf: url(name)), as: UTF8.self)
  }

  /// The names of all files, hidden ones too.
  var names: [String] {
    get throws { try FileManager.default.contentsOfDirectory(atPath: url.path).sorted() }
  }
}

/// A small policy in YAML and data for it.
enum Sample {
  static let policy = """
    belay: 1
    policy: inbox
    permitted_use: [structural workload review]
    prohibited_use: [pay]
    time: {column: month, every: month}
    inputs:
      id: {type: text, role: provider}
      inbox: {type: number, range: [0, 300]}
      team: {type: text, role: team}
      task_load: {scope: team, type: number, range: [0, 400]}
    factors:
      inbox: {domain: documentation, from: inbox, curve: [[30, 10], [120, 100]], weight: 1}
      task_load: {domain: climate, from: task_load, curve: [[100, 0], [300, 100]], weight: 1}
    domains:
      documentation: {weight: 1}
      climate: {weight: 1}
    scores:
      risk: {domains: [documentation], levels: {low: 0, high: 50}}
      climate_risk: {domains: [climate], levels: {low: 0, high: 50}}
    alerts:
      overload: {when: "inbox > 90", severity: high, owner: lead, message: "{inbox:.0f} min"}

    """
  static let providers = """
    month,id,inbox,team
    2026-01,P1,30,a
    2026-02,P1,120,a
    2026-02,P2,75,a

    """
  static let teams = "team,month,task_load\na,2026-02,200\n"
  static let header = "id,month,risk,level,coverage,documentation,alerts,undetermined,interventions"
}
