import Belay
import BelayYAML
import CEL
import Tables

/// A policy with tables, and what each row of one scope says.
///
/// A row of results is the subject and the period, then what the policy shows of it: measures,
/// scores as `value/level/coverage`, and alerts as `!name` or, undetermined, `?name`. `-` is
/// unknown.
struct DerivationRun {
  let policy: CompiledPolicy
  var tables: [Scope: Table] = [:]

  /// - Parameters:
  ///   - inputs: those besides the common ones.
  ///   - sections: what the policy computes.
  init(inputs: String = "", _ sections: String, tables: [Scope: String]) throws {
    policy = try CompiledPolicy(
      yaml: """
        belay: 1
        policy: test
        time: {column: month, every: month}
        inputs:
          id: {type: text, role: provider}
          team: {type: text, role: team}
          specialty: {type: text, role: group}
          x: {type: number, range: [-1000, 1000]}
          y: {type: number}
          yes: {type: boolean}
          note: {type: text}
          day: {type: date}
          beds: {scope: team, type: number}
        \(inputs)
        \(sections)
        """)
    for (scope, csv) in tables { self.tables[scope] = try policy.table(Self.csv(csv), scope) }
  }

  /// Cells apart by spaces, `_` for none.
  private static func csv(_ text: String) -> String {
    text.split(separator: "\n").map { line in
      line.split(separator: " ").map { $0 == "_" ? "" : String($0) }.joined(separator: ",") + "\n"
    }.joined()
  }

  func results(
    _ scope: Scope = .provider, periods: PeriodSelection = .all, jobs: Int = 1
  ) throws -> [String] {
    let table = try policy.assess(tables, scopes: [scope], periods: periods, jobs: jobs)[0]
    return (0..<table.count).map { Self.text(of: table.assessment(at: $0)) }
  }

  static func text(of one: Assessment) -> String {
    var words = [one.subject, one.period ?? ""]
    words += one.measures.map { text(of: $0.value) }
    for score in one.scores {
      words.append(
        "\(score.value.map { text(of: $0) } ?? "-")/\(score.level ?? "-")/\(text(of: score.coverage))"
      )
    }
    words += one.alerts.map { "!\($0.id)" }
    words += one.undetermined.map { "?\($0.id)" }
    return words.joined(separator: " ")
  }

  private static func text(of outcome: Outcome<Value>) -> String {
    switch outcome {
    case .value(.double(let number)): text(of: number)
    case .value(.bool(let truth)): "\(truth)"
    case .value(.string(let text)): text
    case .value(.timestamp(let time)): "\(time)"
    case .value(let value): "\(value)"
    case .unknown, .fault: "-"
    }
  }

  private static func text(of number: Double) -> String {
    let text = NumberText.shortest((number * 1e9).rounded() / 1e9)
    return text == "-0" ? "0" : text
  }
}
