import ArgumentParser
import BelayYAML
import Diagnostics
import Tables

@main
struct Belay: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "belay",
    abstract: "Finds what to change in the work of clinicians and teams, from data and a policy.",
    discussion: """
      A policy says in YAML how data become scores, drivers, alerts and recommended \
      interventions. Belay organises evidence for a conversation about the work. It does not \
      diagnose or predict, and it does not rank people for reward or punishment.

      Exit status: 0 all is well; 1 the answer is no (a check found errors); 2 the work could \
      not be done; 64 wrong usage.
      """,
    version: "0.1.0",
    subcommands: [Assess.self, Check.self, Eval.self, Functions.self])

  static func main() {
    System.ignoreBrokenPipes()
    main(nil)
  }
}

extension ParsableCommand {
  /// Does the work and ends the command, with what went wrong on standard error.
  func perform(_ console: Console, _ work: () throws -> Void) throws {
    do {
      try work()
    } catch is BrokenPipe {
      // The reader has what it wanted.
      throw ExitCode.success
    } catch let failure as Failure {
      console.say("error: \(failure.message)")
      throw ExitCode(2)
    } catch let error as FileError {
      console.say("error: \(error)")
      throw ExitCode(2)
    } catch let error as CompilationError {
      console.show(error.diagnostics)
      throw ExitCode(2)
    } catch let error as TableError {
      console.show(error.diagnostics)
      throw ExitCode(2)
    }
  }
}
