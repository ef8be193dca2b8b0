package import Diagnostics
import Tables

// What the policy may not do with confidential data.
extension Compiler {
  mutating func checkPrivacy() {
    let inputsOfColumn = Dictionary(grouping: policy.inputs, by: \.column)
    for input in policy.inputs {
      if input.isConfidential, input.scope == .provider { continue }
      if let respondents = input.respondents { checkCount(respondents, of: input) }
      if input.isConfidential {
        checkGate(input)
        checkOneWayIn(to: input, among: inputsOfColumn[input.column]!)
      }
    }
    let counts = counts(inputsOfColumn)
    for alert in policy.alerts {
      for case .value(let name, _, let span) in alert.message.pieces where counts.contains(name) {
        report(.countShown(name, at: span))
      }
    }
    for measure in policy.measures where measure.isShown && counts.contains(measure.name.text) {
      report(.countShown(measure.name.text, at: measure.name.span))
    }
    for factor in policy.factors {
      for expression in factor.rule.measures {
        for read in references(in: expression) where counts.contains(read.text) {
          report(.countShown(read.text, at: read.span))
        }
      }
    }
    let sensitive = policy.inputs.first { $0.isConfidential || $0.instrument != nil }
    if let sensitive, policy.crisisResources.isEmpty {
      report(.noCrisisResources(sensitive.name))
    }
  }

  private mutating func checkGate(_ input: InputDeclaration) {
    guard case .number = input.type else {
      report(.confidentialText(input.name))
      return
    }
    let missing =
      (input.range == nil ? ["range"] : []) + (input.respondents == nil ? ["respondents"] : [])
    if !missing.isEmpty { report(.confidentialWithout(missing, input.name)) }
  }

  private mutating func checkCount(_ respondents: NameReference, of input: InputDeclaration) {
    guard let index = indices[respondents.text] else { return }
    if case .broken = quantities[index].kind { return }
    guard case .input(let i) = quantities[index].kind, case .number = policy.inputs[i].type,
      policy.inputs[i].scope == input.scope, !policy.inputs[i].isConfidential
    else {
      report(.noCount(respondents, input.scope))
      return
    }
  }

  /// Through another input the same column would be read past the gate.
  private mutating func checkOneWayIn(
    to input: InputDeclaration, among inputs: [InputDeclaration]
  ) {
    for other in inputs
    where !isFull && other.isColumn(of: input.scope) && other.name.text != input.name.text {
      report(.secondWayIn(other.name, input.name))
    }
  }

  /// The counts of respondents under every name, and the measures computed from them.
  private func counts(_ inputsOfColumn: [String: [InputDeclaration]]) -> Set<String> {
    let named = Set(policy.inputs.compactMap { $0.respondents?.text })
    guard !named.isEmpty else { return [] }
    var counts = named
    for inputs in inputsOfColumn.values {
      let scopes = inputs.filter { named.contains($0.name.text) }.map(\.scope)
      for input in inputs where scopes.contains(where: input.isColumn) {
        counts.insert(input.name.text)
      }
    }
    for index in order {
      let quantity = quantities[index]
      guard case .measure(let i) = quantity.kind else { continue }
      if case .rollUp(let rollUp) = policy.measures[i].formula {
        // Weights and conditions do not show in what is summed up.
        let of = rollUp.of.map { references(in: $0) } ?? []
        if of.contains(where: { counts.contains($0.text) }) { counts.insert(quantity.name) }
      } else if quantity.reads.contains(where: { counts.contains(readableName($0.name)) }) {
        counts.insert(quantity.name)
      }
    }
    return counts
  }
}

extension FactorDeclaration.Rule {
  /// The expressions whose values the points tell.
  fileprivate var measures: [ExpressionText] {
    switch self {
    case .scaled(let part): [part.from]
    case .points(let expression): [expression]
    case .worst(let parts): parts.map(\.from)
    case .when: []
    }
  }
}

extension Diagnostic {
  fileprivate static func confidentialText(_ name: DeclaredName) -> Diagnostic {
    Diagnostic(
      code: .confidentialInput, message: "confidential input `\(name.text)` is no number",
      primary: Label(span: name.span),
      notes: ["a group's figure is rounded before it is shown, and only a number can be"])
  }

  fileprivate static func confidentialWithout(
    _ keys: [String], _ name: DeclaredName
  ) -> Diagnostic {
    Diagnostic(
      code: .confidentialInput,
      message: "confidential input `\(name.text)` needs \(listing(keys.map { "`\($0)`" }))",
      primary: Label(span: name.span),
      notes: keys.map {
        $0 == "range"
          ? "`range`: figures are rounded to 5 % of it before they are shown"
          : "`respondents`: figures of fewer people than the minimum group size are suppressed"
      })
  }

  fileprivate static func secondWayIn(
    _ name: DeclaredName, _ confidential: DeclaredName
  ) -> Diagnostic {
    Diagnostic(
      code: .confidentialInput,
      message: "`\(name.text)` reads the column of confidential input `\(confidential.text)`",
      primary: Label(span: name.span, text: "this would go past the gate"),
      secondary: [Label(span: confidential.span, text: "confidential here")],
      notes: ["read `\(confidential.text)` instead"])
  }

  fileprivate static func noCount(_ reference: NameReference, _ scope: Scope) -> Diagnostic {
    Diagnostic(
      code: .confidentialInput,
      message: "`\(reference.text)` does not count the respondents of \(scope.words)",
      primary: Label(span: reference.span),
      notes: [
        "`respondents` takes an input with `type: number` and `scope: \(scope.rawValue)` that is "
          + "not confidential"
      ])
  }

  fileprivate static func countShown(_ name: String, at span: SourceSpan) -> Diagnostic {
    Diagnostic(
      code: .countShown, message: "`\(name)` tells how many people answered",
      primary: Label(span: span, text: "counts of respondents are never shown"))
  }

  fileprivate static func noCrisisResources(_ name: DeclaredName) -> Diagnostic {
    Diagnostic(
      code: .noCrisisResources, message: "a policy with wellbeing data needs `crisis_resources`",
      primary: Label(span: name.span, text: "this is about people's wellbeing"),
      notes: ["such as `crisis_resources: [{region: US, name: \"...\", contact: \"988\"}]`"])
  }
}

extension DiagnosticCode {
  package static let confidentialInput = DiagnosticCode(
    "confidential-input",
    "A confidential input lacks what the gate needs, or another input would go past the gate.")
  package static let countShown = DiagnosticCode(
    "count-shown", "A message or shown measure would tell how many people answered.")
  package static let noCrisisResources = DiagnosticCode(
    "no-crisis-resources", "A policy about people's wellbeing names no help in a crisis.")
}
