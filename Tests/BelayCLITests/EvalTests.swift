import Foundation
import TestSupport
import Testing

@Suite struct EvalTests {
  private static let data = """
    {"inbox": 95, "note": null, "specialty": "pediatrics", "on_leave": false,
     "points": {"inbox": 60}, "scores": [1, 2.5]}
    """
  private let folder: ScratchFolder

  init() throws {
    folder = try ScratchFolder()
    try folder.write("data.json", Self.data)
  }

  private func eval(
    _ arguments: String..., input: String = "", environment: [String: String] = [:]
  ) throws -> Command.Result {
    try Command.run(
      ["eval"] + arguments, input: Data(input.utf8), in: folder.url, environment: environment)
  }

  /// Expressions of policies over the data, with what is printed.
  @Test(arguments: [
    ("3 * 1.5 > 4", "true", 0),
    ("inbox / 60", "1.5833333333333333", 0),
    ("points.inbox + 1", "61.0", 0),
    ("scores.map(s, s * 2)", "[2.0, 5.0]", 0),
    ("specialty + '!'", "\"pediatrics!\"", 0),
    ("note > 30", "unknown: note (absent)", 1),
    ("note > 30 || inbox > 90", "true", 0),
    ("note == 'x'", "unknown: note (absent)", 1),
    ("inbox / 0", "unknown: inbox / 0 (no finite number)", 1),
    ("scores[5]", "fault: index 5 is out of range", 1),
    ("timestamp('2026-07-01T00:00:00Z').getHours('+02:30')", "2.0", 0),
  ])
  func `the value is printed as it would be written`(
    _ text: String, _ shown: String, _ status: Int32
  ) throws {
    let run = try eval(text, "--with", "data.json")
    #expect(run.output == shown + "\n")
    #expect(run.errors == "")
    #expect(run.status == status)
  }

  @Test(arguments: [
    ("1 / 2", "0", 0),
    ("[1, 2, 3].map(x, x * x)", "[1, 4, 9]", 0),
    ("note == null", "true", 0),
    ("points['inbox'] + 1.0", "61.0", 0),
    ("9223372036854775807 + 1", "fault: the result is too large", 1),
  ])
  func `plain CEL is spoken on request`(
    _ text: String, _ shown: String, _ status: Int32
  ) throws {
    let run = try eval("--cel", text, "--with", "data.json")
    #expect(run.output == shown + "\n")
    #expect(run.status == status)
  }

  @Test func `what cannot be read is shown with its place`() throws {
    let run = try eval("inbxo > 1", "--with", "data.json")
    #expect(run.status == 2)
    #expect(run.output == "")
    #expect(run.errors.contains("error[unknown-name]: unknown name `inbxo`"))
    #expect(run.errors.contains("^^^^^"))
    #expect(run.errors.contains("= help: write `inbox`"))
  }

  @Test func `a trace shows what every part gave`() throws {
    let run = try eval("inbox / 60 > 1.5 || note > 3", "--with", "data.json", "--trace")
    #expect(
      run.output.hasPrefix("  inbox = 95.0\n") && run.output.contains("  inbox / 60 = 1.58")
        && run.output.hasSuffix("  inbox / 60 > 1.5 = true\ntrue\n"), "\(run.output)")
    #expect(run.status == 0)
  }

  @Test func `data come from standard input`() throws {
    let run = try eval("a + b", "--with", "-", input: "{\"a\": 1, \"b\": 2}")
    #expect(run.output == "3.0\n")
    #expect(try eval("--with", "-").status == 64)
  }

  @Test(arguments: [
    ("[1]", "error: `data` holds no object; write {\"name\": value}\n"),
    ("{\"a b\": 1}", "error: data:1:2: `a b` cannot be the name of a value\n"),
    ("{\"in\": 1}", "error: data:1:2: `in` cannot be the name of a value\n"),
    ("{\"a\": 1e999}", "error: data:1:7: `1e999` is too large a number\n"),
    ("{\"a\": [1, \"x\"]}", "error: data:1:11: the elements of a list have one type in a policy\n"),
    ("{\"a\": [null]}", "error: data:1:8: a list in a policy has no unknown elements\n"),
    ("{\"a\": [{}]}", "error: data:1:8: a list in a policy holds no objects\n"),
  ])
  func `data that are no names with values are refused`(_ json: String, _ said: String) throws {
    try folder.write("data", json)
    let run = try eval("1", "--with", "data")
    #expect(run.errors == said)
    #expect(run.output == "")
    #expect(run.status == 2)
  }

  @Test func `broken JSON is shown with its place`() throws {
    try folder.write("data", "{\"a\": 1,}")
    let run = try eval("a", "--with", "data")
    #expect(run.errors.contains("error[json-syntax]"))
    #expect(run.errors.contains("data:1:8"))
    #expect(run.status == 2)
    #expect(try eval("a", "--with", "nowhere").status == 2)
  }

  @Test func `each line of standard input is an expression`() throws {
    let run = try eval(
      "--with", "data.json",
      input: """
        inbox * 2

        // a comment
        half = inbox / 2
        half + 0.5
        inbox == 95
        :names
        """)
    #expect(
      run.output == """
        190.0
        48.0
        true
        half: double = 47.5
        inbox: double = 95.0
        note: dyn = unknown: note (absent)
        on_leave: bool = false
        points.inbox: double = 60.0
        scores: list(double) = [1.0, 2.5]
        specialty: string = "pediatrics"

        """)
    #expect(run.errors == "")
    #expect(run.status == 0)
  }

  @Test func `a bad line does not keep the others from being evaluated`() throws {
    let run = try eval(input: "1 +\n2\n:nothing\n1 / 0\n:quit\n3\n")
    #expect(run.output == "2.0\nunknown: 1 / 0 (no finite number)\n")
    #expect(run.errors.contains("the expression ends too early"))
    #expect(run.errors.contains("error: there is no command `:nothing`; `:help` lists them"))
    #expect(run.status == 2)
    #expect(try eval(input: "1 / 0\n2\n").status == 1)
  }

  @Test(.enabled(if: FileManager.default.fileExists(atPath: "/usr/bin/script")))
  func `a terminal gets a prompt`() throws {
    let run = try Command.shell(
      "printf '1 + 1\\n:quit\\n' | script -qec '\"\(Command.binary.path)\" eval' /dev/null")
    #expect(run.output.contains("> "))
    #expect(run.output.contains("2.0"))
    #expect(run.status == 0)
  }

  @Test func `zones are those of the machine`() throws {
    let text = "timestamp('2026-07-01T00:00:00Z').getHours('Europe/Berlin')"
    if FileManager.default.fileExists(atPath: "/usr/share/zoneinfo/Europe/Berlin") {
      #expect(try eval("--cel", text, environment: ["TZDIR": ""]).output == "2\n")
    }
    let run = try eval("--cel", text, environment: ["TZDIR": "/nowhere"])
    #expect(run.output == "fault: the time zone \"Europe/Berlin\" is not known\n")
    #expect(run.errors.hasPrefix("note: this machine has no zone files"))
    #expect(run.status == 1)
  }
}
