import Testing

@Suite struct FunctionsTests {
  private func functions(_ arguments: String...) throws -> Command.Result {
    try Command.run(["functions"] + arguments)
  }

  @Test func `all names are listed with a line each`() throws {
    let run = try functions()
    #expect(run.status == 0)
    for title in ["Policies alone", "Operators", "Conversions", "Functions", "Macros"] {
      #expect(run.output.contains("\(title)\n  "))
    }
    #expect(run.output.contains("\n  &&   False when either side is false"))
    #expect(run.output.contains("\n  known "))
    #expect(!run.output.contains("\n  dyn "))
    let plain = try functions("--cel").output
    #expect(plain.contains("\n  dyn "))
    #expect(!plain.contains("\n  known "))
  }

  @Test func `one name shows all its forms`() throws {
    let run = try functions("startsWith")
    #expect(
      run.output == """
        string.startsWith(string) -> bool
            Whether the text begins with another.

        """)
    #expect(try functions("size").output.split(separator: "\n").count == 16)
    #expect(try functions("known").output.hasPrefix("known(A) -> bool\n"))
  }

  @Test(arguments: [
    ("+", "double + double -> double"), ("in", "A in list(A) -> bool"),
    ("&&", "bool && bool -> bool"), ("?:", "bool ? A : A -> A"), ("[]", "list(A)[int] -> A"),
    ("!", "!bool -> bool"), ("filter", "e.filter(x, condition) -> list(A)"),
    ("has", "has(e.field) -> bool"), ("cel.bind", "cel.bind(x, value, result) -> A"),
    ("math.abs", "math.abs(double) -> double"),
  ])
  func `operators and macros have a name too`(_ name: String, _ form: String) throws {
    let run = try functions(name)
    #expect(run.output.split(separator: "\n").contains { $0 == form }, "\(run.output)")
    #expect(run.status == 0)
  }

  @Test func `a name that is not there is answered with the nearest`() throws {
    let run = try functions("startWith")
    #expect(run.status == 2)
    #expect(run.output == "")
    #expect(
      run.errors == "error: there is no function `startWith`; did you mean `startsWith`?\n")
    #expect(
      try functions("dyn").errors
        == "error: there is no function `dyn` in policies; --cel shows it\n")
    #expect(
      try functions("--cel", "known").errors
        == "error: there is no function `known` in plain CEL\n")
  }
}
