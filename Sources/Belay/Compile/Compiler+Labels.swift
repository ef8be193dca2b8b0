import CEL
package import Diagnostics
import Tables

/// How confidential a quantity is, and who may see what is made of it.
///
/// Quantities that read others join their labels: they are at least as confidential, and for those
/// alone who may see all that they read.
struct ConfidentialityLabel {
  /// The read that made it confidential about single people.
  var individual: Step?
  /// The read that made it confidential about groups.
  var group: Step?
  /// Who may see it; nil for all.
  var audiences: Set<String>?
  /// The read that narrowed the audiences most.
  var narrowing: Step?
  /// For each audience that people may consent to, the inputs that say whether they do.
  var consents: [String: Set<String>] = [:]
  /// The confidential inputs whose values a roll-up of it would read as they are.
  var raw: Set<Int> = []

  /// What a label comes from: the quantity that is read, and where.
  struct Step {
    let index: Int
    let span: SourceSpan
  }
}

// Who may see what, and what nobody may.
extension Compiler {
  mutating func findLabels() {
    labels = Array(repeating: ConfidentialityLabel(), count: quantities.count)
    for index in order { labels[index] = label(index) }
    findFamilies()
    for index in quantities.indices { checkFigure(index) }
    for index in quantities.indices { checkOutput(index) }
  }

  private func label(_ index: Int) -> ConfidentialityLabel {
    let quantity = quantities[index]
    var label = ConfidentialityLabel()
    if case .input(let i) = quantity.kind {
      let input = policy.inputs[i]
      let own = ConfidentialityLabel.Step(index: index, span: input.name.span)
      label.audiences = input.audience.map { Set($0.map(\.text)) }
      if label.audiences != nil { label.narrowing = own }
      guard input.isConfidential else { return label }
      label.raw = [index]
      if input.scope == .provider {
        label.individual = own
        for share in input.shareWith {
          label.consents[share.audience.text, default: []].insert(share.consent.text)
        }
      } else {
        label.group = own
      }
      return label
    }
    var isFirst = true
    for read in quantity.reads {
      join(labels[read.index], read, &label, isFirst: &isFirst, ofMembers: read.isOfMembers)
    }
    if case .measure(let i) = quantity.kind {
      switch policy.measures[i].formula {
      case .expression, .rollUp: break
      // What looks at published figures alone shows nothing else.
      case .window, .chart, .ago, .peers: if label.individual == nil { label.raw = [] }
      }
    }
    return label
  }

  private func join(
    _ other: ConfidentialityLabel, _ read: Read, _ label: inout ConfidentialityLabel,
    isFirst: inout Bool, ofMembers: Bool
  ) {
    let step = ConfidentialityLabel.Step(index: read.index, span: read.span)
    if let audiences = other.audiences {
      let joined = label.audiences.map { $0.intersection(audiences) } ?? audiences
      if joined != label.audiences { label.narrowing = step }
      label.audiences = joined
    }
    if other.group != nil, label.group == nil { label.group = step }
    var crosses = false
    if case .expression(let prefix) = read.manner, prefix != nil { crosses = true }
    if !crosses { label.raw.formUnion(other.raw) }
    guard other.individual != nil else { return }
    if ofMembers {
      // What single people said becomes what the group said.
      if label.group == nil { label.group = step }
      return
    }
    if label.individual == nil { label.individual = step }
    label.consents =
      isFirst
      ? other.consents
      : label.consents.filter { other.consents[$0.key] != nil }
        .merging(other.consents.filter { label.consents[$0.key] != nil }) { $0.union($1) }
    isFirst = false
  }

  // MARK: Families

  /// Whether a quantity is a roll-up that reads confidential values as they are.
  private func isFigure(_ index: Int) -> Bool {
    guard case .measure(let i) = quantities[index].kind,
      case .rollUp = policy.measures[i].formula
    else { return false }
    return quantities[index].reads.contains { $0.isOfMembers && !labels[$0.index].raw.isEmpty }
  }

  /// Figures of the same sources belong together.
  private mutating func findFamilies() {
    var roots: [Int: Int] = [:]
    func root(_ index: Int) -> Int {
      var index = index
      while let next = roots[index], next != index { index = next }
      return index
    }
    var sources: [Int: [Int]] = [:]
    for index in quantities.indices {
      if case .input(let i) = quantities[index].kind, policy.inputs[i].isConfidential {
        if policy.inputs[i].scope != .provider { sources[index] = [index] }
      } else if isFigure(index) {
        let raw = quantities[index].reads.filter(\.isOfMembers)
          .reduce(into: Set<Int>()) { $0.formUnion(labels[$1.index].raw) }
        sources[index] = raw.sorted()
      }
    }
    for (_, group) in sources.sorted(by: { $0.key < $1.key }) {
      for source in group.dropFirst() {
        let (a, b) = (root(group[0]), root(source))
        if a != b { roots[max(a, b)] = min(a, b) }
      }
    }
    families = sources.mapValues { root($0[0]) }
  }

  /// The input that counts who stands behind the values that a roll-up sums up; nil where its
  /// members are people.
  func respondents(ofRollUp index: Int) -> Int? {
    for read in quantities[index].reads where read.isOfMembers {
      for source in labels[read.index].raw.sorted() {
        guard case .input(let i) = quantities[source].kind,
          let respondents = policy.inputs[i].respondents,
          let count = indices[respondents.text], case .input(let place) = quantities[count].kind
        else { continue }
        return place
      }
    }
    return nil
  }

  // MARK: Checks

  private mutating func checkFigure(_ index: Int) {
    guard isFigure(index), case .measure(let i) = quantities[index].kind,
      case .rollUp(let rollUp) = policy.measures[i].formula
    else { return }
    let measure = policy.measures[i]
    for read in quantities[index].reads where read.isOfMembers && isFigure(read.index) {
      report(.rollUpOfFigure(measure.name, read))
    }
    switch rollUp.function {
    case .mean, .share, .median: break
    default: report(.cannotTakeConfidential(measure.name, path(to: index)))
    }
    if let minimum = rollUp.minimumN, minimum < policy.minimumGroupSize {
      report(.minimumBelowGroup(measure.name, policy.minimumGroupSize))
    }
    if measure.range == nil, rollUp.function != .share {
      report(.figureWithoutRange(measure.name, path(to: index)))
    }
    for other in families.keys.sorted() where other < index && families[other] == families[index] {
      guard case .measure(let j) = quantities[other].kind,
        case .rollUp(let earlier) = policy.measures[j].formula,
        earlier.condition?.text != rollUp.condition?.text
      else { continue }
      report(.differentConditions(measure.name, policy.measures[j].name))
      break
    }
  }

  private mutating func checkOutput(_ index: Int) {
    let quantity = quantities[index]
    var declared: [NameReference]?
    switch quantity.kind {
    case .score(let i): declared = policy.scores[i].audience
    case .alert(let i): declared = policy.alerts[i].audience
    case .intervention(let i): declared = policy.interventions[i].audience
    case .population:
      if labels[index].individual != nil || labels[index].group != nil {
        report(.confidentialPopulation(quantity, path(to: index)))
      }
      return
    default: return
    }
    let label = labels[index]
    guard case .one(let scope) = scopes[index] else { return }
    if scope == .provider, label.group != nil {
      report(.groupOnPerson(quantity, path(to: index, of: \.group)))
    }
    for audience in declared ?? [] {
      if let allowed = label.audiences, !allowed.contains(audience.text) {
        report(
          .tooWide(quantity, audience, allowed.sorted(), path(to: index, of: \.narrowing)))
      } else if label.individual != nil, audience.text != Audience.own.rawValue,
        label.consents[audience.text] == nil
      {
        let allowed = [Audience.own.rawValue] + label.consents.keys.sorted()
        report(.tooWide(quantity, audience, allowed, path(to: index, of: \.individual)))
      }
    }
    if declared == nil, access(to: index).audiences.isEmpty {
      report(.forNobody(quantity, path(to: index, of: \.narrowing)))
    }
  }

  /// Who may see a result.
  func access(to index: Int) -> Access {
    let quantity = quantities[index]
    let declared: [NameReference]? =
      switch quantity.kind {
      case .score(let i): policy.scores[i].audience
      case .alert(let i): policy.alerts[i].audience
      case .intervention(let i): policy.interventions[i].audience
      default: nil
      }
    let label = labels[index]
    let scope: Scope = if case .one(let found) = scopes[index] { found } else { .provider }
    var audiences = declared?.map(\.text) ?? Audience.standard(scope).map(\.rawValue)
    if declared == nil, scope > .provider {
      // Audiences that an input was opened to need not be said again.
      audiences += (label.audiences ?? []).sorted().filter { !audiences.contains($0) }
    }
    if let allowed = label.audiences { audiences = audiences.filter(allowed.contains) }
    var consents: [String: [Int]] = [:]
    if label.individual != nil {
      for (audience, inputs) in label.consents {
        consents[audience] = inputs.sorted().compactMap { environment.slot(of: $0) }
        if declared == nil, !audiences.contains(audience) { audiences.append(audience) }
      }
      audiences = audiences.filter { $0 == Audience.own.rawValue || label.consents[$0] != nil }
    }
    return Access(
      audiences: audiences, isIndividual: label.individual != nil, consents: consents)
  }

  /// From the input that makes it confidential to a quantity.
  private func path(
    to index: Int,
    of step: (ConfidentialityLabel) -> ConfidentialityLabel.Step? = {
      $0.individual ?? $0.group
    }
  ) -> [(name: String, span: SourceSpan)] {
    var path: [(name: String, span: SourceSpan)] = [
      (quantities[index].name, quantities[index].span)
    ]
    var place = index
    while let next = step(labels[place]) ?? labels[place].individual, next.index != place {
      path.append((quantities[next.index].name, next.span))
      place = next.index
    }
    return path.reversed()
  }
}

extension Diagnostic {
  private static func arrow(_ path: [(name: String, span: SourceSpan)]) -> String {
    path.map { "`\($0.name)`" }.joined(separator: " -> ")
  }

  private static func secondary(_ path: [(name: String, span: SourceSpan)]) -> [Label] {
    path.dropLast().prefix(4).map { Label(span: $0.span, text: "`\($0.name)` is read here") }
  }

  fileprivate static func tooWide(
    _ quantity: Quantity, _ audience: NameReference, _ allowed: [String],
    _ path: [(name: String, span: SourceSpan)]
  ) -> Diagnostic {
    Diagnostic(
      code: .confidentialView,
      message: "`\(quantity.name)` goes to `\(audience.text)`, who may not see what it reads",
      primary: Label(span: audience.span, text: "not for this audience"),
      secondary: secondary(path),
      notes: [
        "the way there: \(arrow(path))",
        "it may go to: \(allowed.isEmpty ? "nobody" : listing(allowed))",
      ])
  }

  fileprivate static func forNobody(
    _ quantity: Quantity, _ path: [(name: String, span: SourceSpan)]
  ) -> Diagnostic {
    Diagnostic(
      code: .confidentialView, message: "nobody may see `\(quantity.name)`",
      primary: Label(span: quantity.span), secondary: secondary(path),
      notes: ["what it reads is for different audiences: \(arrow(path))"])
  }

  fileprivate static func groupOnPerson(
    _ quantity: Quantity, _ path: [(name: String, span: SourceSpan)]
  ) -> Diagnostic {
    Diagnostic(
      code: .confidentialView,
      message: "`\(quantity.name)` would put what a group said onto a person",
      primary: Label(span: quantity.span, text: "this is about a provider"),
      secondary: secondary(path),
      notes: [
        "the way there: \(arrow(path))",
        "what a group said in confidence belongs to results about the group",
      ])
  }

  fileprivate static func confidentialPopulation(
    _ quantity: Quantity, _ path: [(name: String, span: SourceSpan)]
  ) -> Diagnostic {
    Diagnostic(
      code: .confidentialView,
      message: "who is assessed would show what was said in confidence",
      primary: Label(span: quantity.span), secondary: secondary(path),
      notes: ["the way there: \(arrow(path))"])
  }

  fileprivate static func rollUpOfFigure(_ name: DeclaredName, _ read: Read) -> Diagnostic {
    Diagnostic(
      code: .confidentialInput,
      message: "`\(name.text)` rolls up `\(read.name)`, which sums up confidential values already",
      primary: Label(span: read.span), notes: ["roll the values of people up directly"])
  }

  fileprivate static func cannotTakeConfidential(
    _ name: DeclaredName, _ path: [(name: String, span: SourceSpan)]
  ) -> Diagnostic {
    Diagnostic(
      code: .confidentialInput,
      message: "of confidential values `\(name.text)` takes what may tell single ones",
      primary: Label(span: name.span), secondary: secondary(path),
      notes: ["`mean`, `median` and `share` are possible"])
  }

  fileprivate static func minimumBelowGroup(_ name: DeclaredName, _ minimum: Int) -> Diagnostic {
    Diagnostic(
      code: .confidentialInput,
      message: "`minimum_n` of `\(name.text)` is below the minimum group size, \(minimum)",
      primary: Label(span: name.span), notes: ["it rolls up confidential values"])
  }

  fileprivate static func figureWithoutRange(
    _ name: DeclaredName, _ path: [(name: String, span: SourceSpan)]
  ) -> Diagnostic {
    Diagnostic(
      code: .confidentialInput, message: "`\(name.text)` needs `range`",
      primary: Label(span: name.span), secondary: secondary(path),
      notes: ["it rolls up confidential values, which are rounded to 5 % of their range"])
  }

  fileprivate static func differentConditions(
    _ name: DeclaredName, _ other: DeclaredName
  ) -> Diagnostic {
    Diagnostic(
      code: .confidentialInput,
      message: "`\(name.text)` and `\(other.text)` sum up the same confidential values",
      primary: Label(span: name.span, text: "of other members"),
      secondary: [Label(span: other.span, text: "here")],
      notes: ["with different `where`, the difference would tell about the few in between"])
  }
}

extension DiagnosticCode {
  package static let confidentialView = DiagnosticCode(
    "confidential-view", "A result would show an audience what it may not see.")
}
