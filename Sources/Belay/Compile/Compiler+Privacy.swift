package import Diagnostics
import Tables

// What the policy may not do with confidential data.
extension Compiler {
  mutating func checkPrivacy() {
    for input in policy.inputs {
      if let respondents = input.respondents { checkCount(respondents, of: input) }
      guard input.isConfidential else { continue }
      if input.scope == .provider {
        diagnostics.append(.individualConfidential(input.name))
      } else {
        checkGate(input)
      }
    }
    for alert in policy.alerts {
      for case .value(let name, _, let span) in alert.message.pieces where countsPeople(name) {
        diagnostics.append(.countInMessage(name, at: span))
      }
    }
    for measure in policy.measures where measure.isShown && countsPeople(measure.name.text) {
      diagnostics.append(.countInMessage(measure.name.text, at: measure.name.span))
    }
    let sensitive = policy.inputs.first { $0.isConfidential || $0.instrument != nil }
    if let sensitive, policy.crisisResources.isEmpty {
      diagnostics.append(.noCrisisResources(sensitive.name))
    }
  }

  private mutating func checkGate(_ input: InputDeclaration) {
    guard case .number = input.type else {
      diagnostics.append(.confidentialText(input.name))
      return
    }
    if input.range == nil { diagnostics.append(.confidentialWithout("range", input.name)) }
    if input.respondents == nil {
      diagnostics.append(.confidentialWithout("respondents", input.name))
    }
  }

  private mutating func checkCount(_ respondents: NameReference, of input: InputDeclaration) {
    guard let index = indices[respondents.text] else { return }
    guard case .input(let i) = quantities[index].kind, case .number = policy.inputs[i].type,
      policy.inputs[i].scope == input.scope, !policy.inputs[i].isConfidential
    else {
      diagnostics.append(.noCount(respondents, input.scope))
      return
    }
  }

  /// Whether a value is a count of respondents, or computed from one.
  private func countsPeople(_ name: String) -> Bool {
    let counts = Set(policy.inputs.compactMap { $0.respondents?.text })
    var seen: Set<Int> = []
    var open = [name]
    while let next = open.popLast() {
      if counts.contains(next) { return true }
      guard let index = indices[next], case .measure = quantities[index].kind,
        seen.insert(index).inserted
      else { continue }
      open += quantities[index].reads.map(\.name)
    }
    return false
  }
}

extension Diagnostic {
  fileprivate static func individualConfidential(_ name: DeclaredName) -> Diagnostic {
    Diagnostic(
      code: .unsupported, message: "confidential input `\(name.text)` is about single people",
      primary: Label(span: name.span, text: "views for each audience are not supported yet"),
      notes: ["give the figure at team scope, with `respondents`"])
  }

  fileprivate static func confidentialText(_ name: DeclaredName) -> Diagnostic {
    Diagnostic(
      code: .confidentialInput, message: "confidential input `\(name.text)` is no number",
      primary: Label(span: name.span), notes: ["only a number can be rounded by the gate"])
  }

  fileprivate static func confidentialWithout(_ key: String, _ name: DeclaredName) -> Diagnostic {
    Diagnostic(
      code: .confidentialInput, message: "confidential input `\(name.text)` needs `\(key)`",
      primary: Label(span: name.span),
      notes: [
        key == "range"
          ? "figures are rounded to 5 % of their range"
          : "figures of fewer people than the minimum group size are suppressed"
      ])
  }

  fileprivate static func noCount(_ reference: NameReference, _ scope: Scope) -> Diagnostic {
    Diagnostic(
      code: .confidentialInput,
      message: "`respondents` takes a number input of the scope \(scope.rawValue)",
      primary: Label(span: reference.span))
  }

  fileprivate static func countInMessage(_ name: String, at span: SourceSpan) -> Diagnostic {
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
    "confidential-input", "A confidential input lacks what the gate needs.")
  package static let countShown = DiagnosticCode(
    "count-shown", "A message or shown measure would tell how many people answered.")
  package static let noCrisisResources = DiagnosticCode(
    "no-crisis-resources", "A policy about people's wellbeing names no help in a crisis.")
}
