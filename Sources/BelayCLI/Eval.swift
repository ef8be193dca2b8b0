import ArgumentParser
import BelayYAML
import CEL
import Diagnostics

struct Eval: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "eval",
    abstract: "Evaluate an expression.",
    discussion: """
      Without an expression, each line of standard input is one; on a terminal there is a \
      prompt. A line NAME = EXPRESSION keeps a value under a name.

      Examples:
        belay eval '3 * 1.5 > 4'
        belay eval 'inbox / 60 > 1.5' --with data.json
        belay eval --cel '[1, 2, 3].map(x, x * x)'
        belay eval -- '-1 + 2'

      Exit status: 0 when there is a value, 1 when it is unknown or a fault, 2 when the \
      expression or the data cannot be read.
      """)

  @Argument(
    help: ArgumentHelp(
      "The expression; put -- before one that begins with -.", valueName: "expression"))
  var expression: String?

  @Option(
    help: ArgumentHelp(
      "A JSON object whose members are the names that expressions read. - is standard input.",
      valueName: "file"))
  var with: String?

  @Flag(help: "Speak plain CEL; without, the language of policies.")
  var cel = false

  @Flag(
    help:
      "Show what every part gave that is no constant, in the order in which the parts were done.")
  var trace = false

  @Option(help: "Whether to use colours.")
  var color = ColorChoice.auto

  func validate() throws {
    if expression == nil, with == "-" {
      throw ValidationError("Standard input can hold the data or the expressions, not both.")
    }
  }

  func run() throws {
    let console = Console(color: color)
    try perform(console) {
      let zones = ZoneFiles()
      var session = EvaluationSession(profile: cel ? .cel : .policy, zones: zones)
      if let with { try session.read(EvaluationData(path: with, profile: session.profile)) }
      guard let expression else {
        try repeatedly(&session, console)
        return
      }
      let outcome = try shownOutcome(of: expression, session, console)
      if outcome.value == nil { throw ExitCode(1) }
    }
  }

  /// Evaluates, and shows each step where that is asked for.
  private func shownOutcome(
    of text: String, _ session: EvaluationSession, _ console: Console
  ) throws -> Outcome<Value> {
    guard trace else {
      let outcome = try session.evaluate(text)
      try show(outcome, session, console)
      return outcome
    }
    let trace = try session.trace(text)
    for step in trace.steps.dropLast() where !step.isConstant {
      try print("  \(step.text) = \(EvaluationSession.text(step.outcome))")
    }
    if trace.omitted > 0 { console.say("note: \(trace.omitted) more steps are not shown") }
    try show(trace.outcome, session, console)
    return trace.outcome
  }

  private func show(
    _ outcome: Outcome<Value>, _ session: EvaluationSession, _ console: Console
  ) throws {
    try print(EvaluationSession.text(outcome))
    if case .fault = outcome, let note = session.zones.note { console.say("note: \(note)") }
  }

  private func print(_ text: String) throws {
    try OutputFile.write(text + "\n", to: nil)
  }

  // MARK: Lines

  /// Evaluates line by line until the end of the input.
  ///
  /// Without a terminal the worst line decides the exit status.
  private func repeatedly(_ session: inout EvaluationSession, _ console: Console) throws {
    let isPrompting = System.isTerminal(0) && System.isTerminal(1)
    if isPrompting { try print("An expression, NAME = EXPRESSION, or :help.") }
    var status: Int32 = 0
    reading: while true {
      if isPrompting { try System.write(Array("> ".utf8), to: 1, name: "standard output") }
      guard let line = readLine() else {
        if isPrompting { try print("") }
        break
      }
      do throws(any Error) {
        switch EvaluationLine(line) {
        case .empty: break
        case .quit: break reading
        case .help: try print(EvaluationLine.commands)
        case .functions(let name):
          let catalogue = FunctionCatalogue(profile: session.profile)
          guard let name else {
            try print(String(catalogue.overview.dropLast()))
            break
          }
          guard let text = catalogue.description(of: name) else {
            throw Failure(catalogue.refusal(of: name))
          }
          try print(String(text.dropLast()))
        case .names: try print(session.overview)
        case .command(let name):
          throw Failure("there is no command `\(name)`; `:help` lists them")
        case .assignment(let name, let text):
          let outcome = try session.assign(name, text)
          if outcome.value == nil { status = max(status, 1) }
          if isPrompting || outcome.value == nil { try show(outcome, session, console) }
        case .expression(let text):
          let outcome = try shownOutcome(of: text, session, console)
          if outcome.value == nil { status = max(status, 1) }
        }
      } catch let error as CompilationError {
        console.show(error.diagnostics)
        status = 2
      } catch let failure as Failure {
        console.say("error: \(failure.message)")
        status = 2
      }
    }
    if status != 0, !isPrompting { throw ExitCode(status) }
  }
}

/// What a line at the prompt asks for.
enum EvaluationLine: Equatable {
  case empty
  case quit
  case help
  case names
  case functions(String?)
  /// A command that is not there.
  case command(String)
  case assignment(name: String, String)
  case expression(String)

  init(_ line: String) {
    let text = Self.trimmed(line[...])
    if text.isEmpty || text.hasPrefix("//") {
      self = .empty
    } else if text.hasPrefix(":") {
      let words = text.split(separator: " ", maxSplits: 1)
      switch words[0] {
      case ":quit", ":q": self = .quit
      case ":help", ":h": self = .help
      case ":names": self = .names
      case ":functions": self = .functions(words.count > 1 ? Self.trimmed(words[1]) : nil)
      default: self = .command(String(words[0]))
      }
    } else if let (name, value) = Self.assignment(text) {
      self = .assignment(name: name, value)
    } else {
      self = .expression(text)
    }
  }

  static let commands = """
    EXPRESSION         evaluate it
    NAME = EXPRESSION  evaluate it and keep the outcome under the name
    :names             the names there are
    :functions [NAME]  the functions, or one of them
    :quit              leave; the end of the input does too
    """

  /// `name = expression`, but not `name == expression`.
  private static func assignment(_ text: String) -> (String, String)? {
    guard let equals = text.firstIndex(of: "=") else { return nil }
    let value = text[text.index(after: equals)...]
    let name = trimmed(text[..<equals])
    guard !value.hasPrefix("="), EvaluationData.isName(name) else { return nil }
    return (name, trimmed(value))
  }

  private static func trimmed(_ text: Substring) -> String {
    let isSpace: (Character) -> Bool = { $0 == " " || $0 == "\t" || $0 == "\r" }
    guard let last = text.lastIndex(where: { !isSpace($0) }) else { return "" }
    return String(text[...last].drop(while: isSpace))
  }
}
