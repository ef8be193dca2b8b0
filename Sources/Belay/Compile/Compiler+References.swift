import CEL
package import Diagnostics
import Tables

// What names refer to outside expressions, and what nothing refers to.
extension Compiler {
  mutating func checkReferences() {
    let facts = Set(policy.facts.map(\.name.text)).union(policy.brokenFacts)
    for reference in allEvidence {
      usedFacts.insert(reference.text)
      if !facts.contains(reference.text) {
        report(.unknownFact(reference, isFull ? [] : policy.facts.map(\.name.text)))
      }
    }
    for factor in policy.factors where indices["domain.\(factor.domain.text)"] == nil {
      report(unknown(factor.domain, .domain))
    }
    let ownAudiences = policy.ownAudiences.map(\.name.text)
    var audiences = policy.alerts.flatMap { $0.audience ?? [] }
    audiences += policy.scores.flatMap { $0.audience ?? [] }
    audiences += policy.interventions.flatMap { $0.audience ?? [] }
    for input in policy.inputs {
      audiences += input.audience ?? []
      audiences += input.shareWith.map(\.audience)
    }
    for audience in audiences
    where Audience(rawValue: audience.text) == nil && !ownAudiences.contains(audience.text) {
      report(.unknownAudience(audience, own: ownAudiences))
    }
    for input in policy.inputs {
      if let share = input.shareWith.first, !input.isConfidential || input.scope != .provider {
        report(.nothingToShare(input.name, at: share.audience.span))
      }
      for share in input.shareWith { checkConsent(share.consent) }
      if let every = input.every, let own = policy.time?.every, !own.isPart(of: every) {
        report(.noLongerPeriod(input, every, own))
      }
    }
    if policy.time == nil {
      for use in policy.timeUses { report(.needsTime(use.key, at: use.span)) }
    }
    for intervention in policy.interventions {
      for address in intervention.addresses {
        if let index = indices[address.text], Target.addressable.admits(quantities[index].kind) {
          continue
        }
        report(unknownAddress(address))
      }
      for effect in intervention.effects { checkEffect(effect) }
    }
    for parameter in policy.parameters {
      if let by = parameter.by {
        let texts = parameter.cases.map { DeclaredName(text: $0.key, span: $0.keySpan) }
        checkParameterKey(by, texts, "`by` takes")
      }
      for key in parameter.rows.flatMap(\.keys) {
        checkParameterKey(key.input, key.texts, "`when` of a row takes")
      }
    }
    if policy.time == nil, let periodUse {
      report(.periodWithoutTime(at: periodUse))
    }
    if policy.time == nil {
      let rows = policy.parameters.flatMap(\.rows)
      for key in rows.compactMap(\.dateKey) + policy.alerts.compactMap(\.periodsKey) {
        report(.needsTime(key))
      }
    }
  }

  /// Who consents says yes or no.
  private mutating func checkConsent(_ reference: NameReference) {
    guard let index = indices[reference.text], case .input(let i) = quantities[index].kind
    else { return }
    if case .boolean = policy.inputs[i].type, policy.inputs[i].scope == .provider { return }
    report(.noConsent(reference))
  }

  private mutating func checkEffect(_ effect: InterventionDeclaration.Effect) {
    usedNames.insert(effect.quantity.text)
    let found = indices[effect.quantity.text].map { quantities[$0].kind }
    switch found {
    case .broken: break
    case .input(let i):
      if case .number = policy.inputs[i].type { break }
      report(.effectOnText(effect.quantity))
    default: report(unknown(effect.quantity, .input))
    }
  }

  /// A key of parameters is a text input that can hold the texts.
  private mutating func checkParameterKey(
    _ key: NameReference, _ texts: [DeclaredName], _ what: String
  ) {
    guard let index = indices[key.text] else { return }
    if case .broken = quantities[index].kind { return }
    guard case .input(let i) = quantities[index].kind, case .text(let oneOf) = policy.inputs[i].type
    else {
      report(.keyIsNoText(key, what))
      return
    }
    guard let oneOf else { return }
    let known = Set(oneOf)
    for text in texts where !known.contains(text.text) {
      report(.notOneOf(text, key, isFull ? [] : oneOf))
    }
  }

  private var allEvidence: [NameReference] {
    var all = policy.inputs.flatMap(\.evidence)
    all += policy.parameters.flatMap(\.evidence)
    all += policy.measures.flatMap(\.evidence)
    all += policy.factors.flatMap(\.evidence)
    all += policy.domains.flatMap { $0.evidence + $0.floors.flatMap(\.evidence) }
    all += policy.scores.flatMap { $0.evidence + $0.floors.flatMap(\.evidence) }
    all += policy.alerts.flatMap(\.evidence)
    all += policy.interventions.flatMap(\.evidence)
    return all
  }

  func unknown(_ reference: NameReference, _ target: Target) -> Diagnostic {
    let prefix = target.prefix
    let name =
      reference.text.hasPrefix(prefix)
      ? String(reference.text.dropFirst(prefix.count)) : reference.text
    if let index = indices[reference.text], let kind = quantities[index].kind.words {
      return .wrongKind(name, kind, target.words, at: reference.span)
    }
    let candidates = (isFull ? [] : quantities).lazy
      .filter { target.admits($0.kind) && $0.kind.words != nil }
      .map { prefix.isEmpty ? $0.name : String($0.name.dropFirst(prefix.count)) }
    return .unknownName(name, target.words, at: reference.span, among: Array(candidates))
  }

  private func unknownAddress(_ address: NameReference) -> Diagnostic {
    // What is named without its prefix is near whatever it is called.
    let prefixed = ["points", "domain", "score", "alert"].map { "\($0).\(address.text)" }
    var diagnostic = unknown(address, .addressable)
    if let meant = prefixed.first(where: { indices[$0] != nil }) {
      diagnostic.fixIts = [FixIt(replacing: address.span, with: meant)]
    }
    diagnostic.notes = [
      "such as `points.FACTOR`, `domain.DOMAIN`, `score.SCORE` or `alert.ALERT`"
    ]
    return diagnostic
  }

  // MARK: Warnings

  mutating func warnOfUnused() {
    var isUsed = quantities.map { usedNames.contains($0.name) }
    for quantity in quantities {
      for read in quantity.reads { isUsed[read.index] = true }
    }
    for (quantity, isUsed) in zip(quantities, isUsed)
    where !isUsed && policy.inherited[quantity.span] == nil {
      switch quantity.kind {
      case .input(let i) where policy.inputs[i].role == nil:
        diagnostics.append(.unused("nothing uses input", quantity))
      case .parameter: diagnostics.append(.unused("nothing uses parameter", quantity))
      case .measure(let i) where !policy.measures[i].isShown:
        diagnostics.append(.unused("nothing uses measure", quantity))
      case .domain(let i):
        if factorsOfDomain[i].isEmpty {
          diagnostics.append(.unused("no factor belongs to domain", quantity))
        } else if !policy.scores.isEmpty {
          diagnostics.append(.unused("no score takes domain", quantity))
        }
      default: break
      }
    }
    for fact in policy.facts
    where !usedFacts.contains(fact.name.text) && policy.inherited[fact.name.span] == nil {
      diagnostics.append(.unusedFact(fact.name))
    }
  }

  mutating func warnOfNothing() {
    if policy.scores.isEmpty, policy.alerts.isEmpty, policy.interventions.isEmpty,
      !policy.measures.contains(where: \.isShown)
    {
      diagnostics.append(.nothingToAssess(at: policy.span))
    }
  }
}

extension Diagnostic {
  fileprivate static func wrongKind(
    _ name: String, _ kind: String, _ label: String, at span: SourceSpan
  ) -> Diagnostic {
    Diagnostic(
      code: .wrongType, message: "`\(name)` is \(kind)", primary: Label(span: span, text: label))
  }

  fileprivate static func notOneOf(
    _ text: DeclaredName, _ key: NameReference, _ oneOf: [String]
  ) -> Diagnostic {
    Diagnostic(
      code: .unknownName, message: "input `\(key.text)` never holds `\(text.text)`",
      primary: Label(span: text.span, text: "not in its `one_of`"),
      fixIts: nearestName(to: text.text, among: oneOf).map {
        [FixIt(replacing: text.span, with: $0)]
      } ?? [])
  }

  fileprivate static func unknownFact(
    _ reference: NameReference, _ facts: [String]
  ) -> Diagnostic {
    Diagnostic(
      code: .unknownFact, message: "no fact `\(reference.text)` in `evidence`",
      primary: Label(span: reference.span),
      fixIts: nearestName(to: reference.text, among: facts).map {
        [FixIt(replacing: reference.span, with: $0)]
      } ?? [])
  }

  fileprivate static func needsTime(_ key: String, at span: SourceSpan) -> Diagnostic {
    Diagnostic(
      code: .missingKey, message: "`\(key)` needs `time`, which this policy lacks",
      primary: Label(span: span, text: "without periods there is no history"),
      notes: ["such as `time: {column: month, every: month}`"])
  }

  fileprivate static func unknownAudience(_ audience: NameReference, own: [String]) -> Diagnostic {
    let words = Audience.allCases.map(\.rawValue) + own
    var diagnostic = unknownName(
      audience.text, "not an audience", at: audience.span, among: words)
    if diagnostic.fixIts.isEmpty {
      diagnostic.notes = ["the audiences are \(listing(words))"]
    }
    return diagnostic
  }

  fileprivate static func noConsent(_ reference: NameReference) -> Diagnostic {
    Diagnostic(
      code: .wrongType,
      message: "people consent by a boolean input of their own, and `\(reference.text)` is none",
      primary: Label(span: reference.span))
  }

  fileprivate static func nothingToShare(
    _ name: DeclaredName, at span: SourceSpan
  ) -> Diagnostic {
    Diagnostic(
      code: .misplacedKey, message: "`\(name.text)` is not what a person said in confidence",
      primary: Label(span: span, text: "nobody has to consent to this"),
      notes: ["`share_with` goes with `confidential: true` and provider scope"])
  }

  fileprivate static func noLongerPeriod(
    _ input: InputDeclaration, _ every: Granularity, _ own: Granularity
  ) -> Diagnostic {
    Diagnostic(
      code: .wrongValue,
      message: "`\(input.name.text)` comes every \(every.rawValue) in data of each \(own.rawValue)",
      primary: Label(span: input.name.span),
      notes: ["`every` is for an input that comes in longer periods than the data do"])
  }

  fileprivate static func effectOnText(_ reference: NameReference) -> Diagnostic {
    Diagnostic(
      code: .wrongType, message: "an effect changes a number, and `\(reference.text)` is none",
      primary: Label(span: reference.span, text: "this input has another type"))
  }

  fileprivate static func keyIsNoText(
    _ reference: NameReference, _ what: String
  ) -> Diagnostic {
    Diagnostic(
      code: .wrongType,
      message: "\(what) an input of type text, and `\(reference.text)` is none",
      primary: Label(span: reference.span, text: "its values cannot be looked up"))
  }

  fileprivate static func periodWithoutTime(at span: SourceSpan) -> Diagnostic {
    Diagnostic(
      code: .missingKey, message: "`period` needs `time`, which this policy lacks",
      primary: Label(span: span, text: "the first day of the period"),
      notes: ["such as `time: {column: month, every: month}`"])
  }

  fileprivate static func needsTime(_ key: DeclaredName) -> Diagnostic {
    Diagnostic(
      code: .missingKey, message: "`\(key.text)` needs `time`, which this policy lacks",
      primary: Label(span: key.span, text: "without it the data have no periods"),
      notes: ["such as `time: {column: month, every: month}`"])
  }

  fileprivate static func unused(_ what: String, _ quantity: Quantity) -> Diagnostic {
    let name = quantity.name.split(separator: ".").last ?? ""
    return Diagnostic(
      code: .unused, message: "\(what) `\(name)`", primary: Label(span: quantity.span))
  }

  fileprivate static func unusedFact(_ name: DeclaredName) -> Diagnostic {
    Diagnostic(
      code: .unused, message: "nothing cites fact `\(name.text)`", primary: Label(span: name.span))
  }

  fileprivate static func nothingToAssess(at span: SourceSpan) -> Diagnostic {
    Diagnostic(
      code: .nothingToAssess,
      message: "this policy has no score, alert, intervention or shown measure",
      primary: Label(span: span, text: "there is nothing to assess"))
  }
}

extension DiagnosticCode {
  package static let nothingToAssess = DiagnosticCode(
    "nothing-to-assess", .warning,
    "A policy has no score, alert, intervention or shown measure.")
  package static let unknownFact = DiagnosticCode(
    "unknown-fact", "An `evidence` list names a fact that the policy does not have.")
  package static let wrongType = DiagnosticCode(
    "wrong-type", "A name refers to something of a type that does not fit there.")
  package static let unused = DiagnosticCode(
    "unused", .warning, "Something is declared and nothing uses it.")
}

extension Granularity {
  /// Whether its periods lie within those of another, longer one.
  fileprivate func isPart(of longer: Granularity) -> Bool {
    switch (self, longer) {
    case (.day, .week), (.day, .month), (.day, .quarter), (.week, .month), (.week, .quarter),
      (.month, .quarter):
      true
    default: false
    }
  }
}
