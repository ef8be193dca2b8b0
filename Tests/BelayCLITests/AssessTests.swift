import Foundation
import TestSupport
import Testing

@Suite struct AssessTests {
  private let folder: ScratchFolder
  private let policy: String
  private let providers: String

  init() throws {
    folder = try ScratchFolder()
    policy = try folder.write("policy.yaml", Sample.policy)
    providers = try folder.write("providers.csv", Sample.providers)
  }

  private func assess(_ arguments: String..., input: String = "") throws -> Command.Result {
    try Command.run(
      ["assess"] + arguments + ["--policy", policy], input: Data(input.utf8), in: folder.url)
  }

  // MARK: What is shown

  @Test func `the latest period of each subject is shown`() throws {
    let run = try assess("providers.csv", "--format", "csv")
    #expect(run.status == 0)
    #expect(run.errors == "")
    #expect(
      run.output == """
        \(Sample.header)
        P1,2026-02,100,high,1,100,overload,,
        P2,2026-02,55,high,1,55,,,

        """)
  }

  @Test func `all periods or those up to one are shown on request`() throws {
    let all = try assess("providers.csv", "--format", "csv", "--all-periods")
    #expect(all.output.split(separator: "\n").count == 4)
    let early = try assess(
      "providers.csv", "--format", "csv", "--as-of", "2026-01-01", "--decimals", "1")
    #expect(early.output == "\(Sample.header)\nP1,2026-01,10.0,low,1.0,10.0,,,\n")
    #expect(early.errors == "note: 2 rows are after 2026-01 and were not assessed\n")
    let none = try assess("providers.csv", "--format", "csv", "--as-of", "2020-01")
    #expect(none.status == 0)
    #expect(none.output == Sample.header + "\n")
    #expect(
      none.errors == """
        note: 3 rows are after 2020-01 and were not assessed
        note: `providers.csv` has no rows up to 2020-01

        """)
  }

  @Test func `a scope's table is named with its scope`() throws {
    try folder.write("teams.csv", Sample.teams)
    let lone = try assess("team=teams.csv", "--format", "csv")
    #expect(lone.output.hasPrefix("team,month,climate_risk,"))
    let both = try assess("providers.csv", "team=teams.csv", "--format", "csv")
    #expect(both.output.hasPrefix(Sample.header))
    let chosen = try assess("providers.csv", "team=teams.csv", "--format", "csv", "--scope", "team")
    #expect(chosen.output == lone.output)
    let lines = try assess("providers.csv", "team=teams.csv", "--format", "ndjson")
    #expect(lines.output.split(separator: "\n").count == 4)
    let table = try assess("team=teams.csv", "providers.csv")
    let places = ["PROVIDERS", "TEAMS"].map { table.output.range(of: $0)!.lowerBound }
    #expect(places[0] < places[1])
  }

  @Test func `data come from standard input and in other formats`() throws {
    let expected = try assess("providers.csv", "--format", "csv").output
    #expect(try assess("-", "--format", "csv", input: Sample.providers).output == expected)
    let rows = [
      #"{"month": "2026-02", "id": "P1", "inbox": 120, "team": "a"}"#,
      #"{"month": "2026-02", "id": "P2", "inbox": 75, "team": "a"}"#,
    ]
    let lines = rows.joined(separator: "\n")
    let piped = try assess("-", "--input-format", "ndjson", "--format", "csv", input: lines)
    #expect(piped.output == expected)
    try folder.write("providers.jsonl", lines)
    #expect(try assess("providers.jsonl", "--format", "csv").output == expected)
    try folder.write("providers.json", "[\(rows.joined(separator: ","))]")
    #expect(try assess("providers.json", "--format", "csv").output == expected)
  }

  @Test func `a policy may be JSON`() throws {
    try folder.write(
      "policy.json",
      """
      {"belay": 1, "policy": "inbox", "permitted_use": ["review"], "prohibited_use": ["pay"],
       "inputs": {"id": {"type": "text", "role": "provider"},
                  "inbox": {"type": "number", "range": [0, 300]}},
       "alerts": {"overload": {"when": "inbox > 90", "severity": "high", "message": "Much"}}}
      """)
    try folder.write("data.csv", "id,inbox\nP1,100\n")
    let run = try Command.run(
      ["assess", "data.csv", "--policy", "policy.json", "--format", "csv"], in: folder.url)
    #expect(run.output == "id,alerts,undetermined,interventions\nP1,overload,,\n")
  }

  @Test func `without a policy the shipped rules are used`() throws {
    let run = try Command.run([
      "assess", "Docs/Example/providers.csv", "team=Docs/Example/teams.csv",
    ])
    #expect(run.status == 0)
    #expect(run.errors == "")
    #expect(run.output.hasPrefix("If somebody is in crisis"))
    #expect(run.output.contains("does not diagnose"))
  }

  @Test func `there are no colours where the output is no terminal`() throws {
    #expect(!(try assess("providers.csv").output.contains("\u{1B}")))
    #expect(try assess("providers.csv", "--color", "always").output.contains("\u{1B}"))
  }

  @Test func `warnings about the policy take a line`() throws {
    try folder.write(
      "policy.yaml", Sample.policy + "parameters:\n  idle: {default: 1}\n")
    let run = try assess("providers.csv", "--format", "csv")
    #expect(run.status == 0)
    #expect(run.errors.hasPrefix("1 warning about `"))
  }

  // MARK: Data that are not as they should be

  @Test func `cells that cannot be read are reported and unknown`() throws {
    try folder.write("bad.csv", "month,id,inbox,team\n2026-01,P1,many,a\n2026-01,P2,30,a\n")
    let run = try assess("bad.csv", "--format", "csv")
    #expect(run.status == 0)
    #expect(run.output.contains("\nP1,2026-01,,insufficient_data,0,,,overload,\n"))
    #expect(run.errors.contains("bad.csv:2:12"))
  }

  @Test func `only the first of many such cells are shown`() throws {
    let rows = (0..<50).map { "2026-01,P\($0),many,a\n" }.joined()
    try folder.write("bad.csv", "month,id,inbox,team\n" + rows)
    let run = try assess("bad.csv", "--format", "csv")
    #expect(run.errors.contains("and 30 more"))
    #expect(run.output.split(separator: "\n").count == 51)
  }

  @Test func `a header alone is a table without rows`() throws {
    try folder.write("empty.csv", "month,id,inbox,team\n")
    let run = try assess("empty.csv", "--format", "csv")
    #expect(run.status == 0)
    #expect(run.output == Sample.header + "\n")
  }

  @Test(arguments: [
    ("", "empty"),
    ("month,id,team\n2026-01,P1,a\n", "`inbox`"),
    ("month,id,inbox,team\n2026-01,P1,1\n", "bad.csv:2"),
    ("\u{0}\u{1}PNG\r\n\u{1A}", "bad.csv:1"),
    ("month,id,inbox,team\n2026-01,P1,\"1,a\n", "bad.csv:2"),
  ])
  func `a file that is no such table is refused`(_ text: String, _ said: String) throws {
    try folder.write("bad.csv", text)
    let run = try assess("bad.csv", "--format", "csv", "--output", "out.csv")
    #expect(run.status == 2)
    #expect(run.output == "")
    #expect(run.errors.contains(said), "\(run.errors)")
    #expect(try folder.names == ["bad.csv", "policy.yaml", "providers.csv"])
  }

  @Test func `a huge field is no trouble`() throws {
    let field = String(repeating: "x", count: 3_000_000)
    try folder.write("huge.csv", "month,id,inbox,team\n2026-01,P1,\(field),a\n")
    let run = try assess("huge.csv", "--format", "csv")
    #expect([0, 2].contains(run.status))
    #expect(run.errors.utf8.count < 2000)
  }

  @Test func `a table of another scope is recognised`() throws {
    try folder.write("teams.csv", Sample.teams)
    let run = try assess("teams.csv")
    #expect(run.status == 2)
    #expect(run.errors.contains("write `team=teams.csv`"))
  }

  // MARK: What cannot be done

  @Test(arguments: [
    (["nowhere.csv"], "there is no file `nowhere.csv`"),
    (["."], "is a folder"),
    (["site=providers.csv"], "it assesses: provider, team"),
    (["providers.csv", "providers.csv"], "two tables for the scope provider"),
    (["-", "team=-"], "standard input can hold one table"),
    (["providers.csv", "--scope", "team"], "no data for the scope team"),
    (["providers.csv", "--as-of", "2026-W05"], "is no month"),
    (["providers.csv", "--output", "."], "is a folder"),
    (["providers.csv", "--output", "providers.csv"], "is an input"),
    (["providers.csv", "--output", "nowhere/out.csv"], "No such file or directory"),
  ])
  func `what cannot be done is said`(_ arguments: [String], _ said: String) throws {
    let run = try Command.run(
      ["assess"] + arguments + ["--policy", "policy.yaml"], in: folder.url)
    #expect(run.status == 2)
    #expect(run.output == "")
    #expect(run.errors.contains(said), "\(run.errors)")
    #expect(try folder.text("providers.csv") == Sample.providers)
  }

  @Test(arguments: [
    (["assess"], "Missing expected argument"),
    (["assess", "x.csv", "--decimals", "16"], "0 to 15"),
    (["assess", "x.csv", "--decimals", "-1"], "0 to 15"),
    (["assess", "x.csv", "--all-periods", "--as-of", "2026-01"], "Only one of"),
    (["assess", "x.csv", "--as-of", "soon"], "no period"),
    (["assess", "x.csv", "--format", "xml"], "xml"),
    (["assess", "x.csv", "--scope", "ward"], "ward"),
    (["assess", "x.csv", "--outptu", "y"], "--output"),
    (["assess", "tema=x.csv"], "Did you mean `team`?"),
    (["assess", "team="], "no file behind"),
    (["asess"], "asess"),
    (["check"], "Missing expected argument"),
  ])
  func `wrong usage is told apart`(_ arguments: [String], _ said: String) throws {
    let run = try Command.run(arguments)
    #expect(run.status == 64)
    #expect(run.output == "")
    #expect(run.errors.contains(said), "\(run.errors)")
  }

  @Test func `a mistake in the policy is shown with what to do`() throws {
    try folder.write(
      "policy.yaml", Sample.policy.replacing("inbox > 90", with: "inbxo > 90"))
    let run = try assess("providers.csv")
    #expect(run.status == 2)
    #expect(run.output == "")
    #expect(run.errors.contains("unknown name `inbxo`"))
    #expect(run.errors.contains("write `inbox`"))
  }
}
