import Foundation
import TestSupport
import Testing

@Suite struct CheckTests {
  private let folder: ScratchFolder

  init() throws {
    folder = try ScratchFolder()
    try folder.write("good.yaml", Sample.policy)
    try folder.write("bad.yaml", Sample.policy.replacing("inbox > 90", with: "inbxo > 90"))
    try folder.write("idle.yaml", Sample.policy + "parameters:\n  idle: {default: 1}\n")
  }

  private func check(_ arguments: String...) throws -> Command.Result {
    try Command.run(["check"] + arguments, in: folder.url)
  }

  @Test func `a policy without problems passes`() throws {
    let run = try check("good.yaml")
    #expect(run.status == 0)
    #expect(run.output == "good.yaml: no problems found\n")
    #expect(run.errors == "")
  }

  @Test func `all problems of all files are shown in one go`() throws {
    let run = try check("bad.yaml", "good.yaml", "idle.yaml")
    #expect(run.status == 1)
    #expect(run.output.contains("error[unknown-name]: unknown name `inbxo`"))
    #expect(run.output.contains("= help: write `inbox`"))
    #expect(run.output.contains("\nbad.yaml: 1 error\ngood.yaml: no problems found\n"))
    #expect(run.output.hasSuffix("\nidle.yaml: 1 warning\n"))
    #expect(run.errors == "")
  }

  @Test func `warnings fail on request`() throws {
    #expect(try check("idle.yaml").status == 0)
    #expect(try check("idle.yaml", "--strict").status == 1)
  }

  @Test func `a file that cannot be read does not keep the others from being checked`() throws {
    let run = try check("nowhere.yaml", "bad.yaml")
    #expect(run.status == 2)
    #expect(run.errors == "error: there is no file `nowhere.yaml`\n")
    #expect(run.output.hasSuffix("bad.yaml: 1 error\n"))
  }

  @Test func `JSON has all diagnostics`() throws {
    let run = try check("bad.yaml", "idle.yaml", "--format", "json")
    #expect(run.status == 1)
    let value = try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any]
    let diagnostics = try #require(value?["diagnostics"] as? [[String: Any]])
    #expect(diagnostics.map { $0["severity"] as? String } == ["error", "warning"])
    let empty = try check("good.yaml", "--format", "json")
    #expect(empty.output == "{\n  \"format\": 1,\n  \"diagnostics\": []\n}\n")
  }

  @Test func `colours are for terminals`() throws {
    #expect(!(try check("bad.yaml").output.contains("\u{1B}")))
    #expect(try check("bad.yaml", "--color", "always").output.contains("\u{1B}"))
  }

  @Test(
    .enabled(if: FileManager.default.fileExists(atPath: "/usr/bin/script")),
    arguments: [("NO_COLOR=", true), ("NO_COLOR=1", false), ("TERM=dumb", false)])
  func `a terminal gets colours unless it is told not to`(
    _ setting: String, _ isColored: Bool
  ) throws {
    let run = try Command.shell(
      """
      TERM=xterm \(setting) script -qec '"\(Command.binary.path)" check bad.yaml' /dev/null
      """, in: folder.url)
    #expect(run.output.contains("\u{1B}[") == isColored)
  }

  @Test func `the shipped rules have no problems`() throws {
    let run = try Command.run(["check", "Rules/provider-support.yaml", "--strict"])
    #expect(run.output == "Rules/provider-support.yaml: no problems found\n")
    #expect(run.status == 0)
  }

  // MARK: The policy as it stands

  private static let overlay = """
    belay: 1
    policy: ours
    extends: [good.yaml]
    override: {factors: {inbox: {weight: 2}}}
    remove: [alerts.overload]

    """

  @Test func `a policy is printed with the place of each value`() throws {
    try folder.write("ours.yaml", Self.overlay)
    let run = try check("ours.yaml", "--resolved")
    #expect(run.status == 0)
    #expect(run.errors == "")
    let lines = run.output.split(separator: "\n").map { line in
      line.split(separator: " ", omittingEmptySubsequences: true).joined(separator: " ")
    }
    #expect(lines[1] == "policy: ours # ours.yaml:2")
    #expect(lines.contains("prohibited_use: [pay] # good.yaml:4"))
    #expect(lines.contains("curve: [[30, 10], [120, 100]] # good.yaml:12"))
    #expect(lines.contains("weight: 2 # ours.yaml:4"))
    #expect(!run.output.contains("overload"))
    #expect(!run.output.contains("extends"))
  }

  @Test func `what is printed assesses as the policy does`() throws {
    try folder.write("ours.yaml", Self.overlay)
    try folder.write("resolved.yaml", try check("ours.yaml", "--resolved").output)
    try folder.write("data.csv", Sample.providers)
    let outputs = try ["ours.yaml", "resolved.yaml", "good.yaml"].map { policy in
      try Command.run(
        ["assess", "data.csv", "--policy", policy, "--format", "json", "--all-periods"],
        in: folder.url
      ).output
    }
    #expect(outputs[0].contains("\"risk\""))
    #expect(outputs[0] == outputs[1])
    #expect(outputs[0] != outputs[2])
    #expect(try check("resolved.yaml", "--strict").status == 0)
  }

  @Test func `a policy with errors is not printed`() throws {
    let run = try check("bad.yaml", "--resolved")
    #expect(run.status == 1)
    #expect(run.output == "")
    #expect(run.errors.contains("error[unknown-name]: unknown name `inbxo`"))
    let idle = try check("idle.yaml", "--resolved")
    #expect(idle.status == 0)
    #expect(idle.output.contains("idle:"))
    #expect(idle.errors.contains("warning[unused]"))
    #expect(try check("idle.yaml", "--resolved", "--strict").status == 1)
    #expect(try check("nowhere.yaml", "--resolved").status == 2)
    #expect(try check("good.yaml", "idle.yaml", "--resolved").status == 64)
    #expect(try check("good.yaml", "--resolved", "--format", "json").status == 64)
  }

  @Test func `help and version are results`() throws {
    for arguments in [["--help"], ["assess", "--help"], ["check", "--help"], ["--version"]] {
      let run = try Command.run(arguments)
      #expect(run.status == 0)
      #expect(!run.output.isEmpty)
      #expect(run.errors == "")
    }
  }
}
