import CEL
package import Diagnostics
import Tables

/// Reads documents into one declaration: shapes, kinds of value and names, and nothing that
/// needs another part of the policy.
struct PolicyReader {
  var policy: PolicyDeclaration
  var diagnostics: [Diagnostic] = []
  /// Whether what is read comes from a policy which this one extends.
  private var isInherited = false
  /// For each namespace, where its names are declared.
  private var declared: [[String: SourceSpan]] = Array(
    repeating: [:], count: Namespace.allCases.count)
  /// Where the keys and roles that may stand once in all files stand.
  private var onceOnly: [String: SourceSpan] = [:]

  enum Namespace: Int, CaseIterable {
    /// Inputs, parameters and measures.
    case value
    case factor, domain, score, alert, intervention, fact

    /// What its names begin with in expressions.
    var prefix: String {
      switch self {
      case .value, .fact: ""
      case .factor: "points."
      case .domain: "domain."
      case .score: "score."
      case .alert: "alert."
      case .intervention: "intervention."
      }
    }
  }

  init(root: PolicyLoader.File) {
    policy = PolicyDeclaration(span: SourceSpan(root.source, 0, 0))
  }

  /// The declaration of a root file and all that it includes and extends.
  static func read(
    _ root: PolicyLoader.File, loader: PolicyLoader, diagnostics: inout [Diagnostic]
  ) -> PolicyDeclaration {
    var reader = PolicyReader(root: root)
    reader.read(PolicyDocuments.gather(root, loader: loader, diagnostics: &reader.diagnostics))
    diagnostics += reader.diagnostics
    return reader.policy
  }

  // MARK: Files

  private mutating func read(_ documents: PolicyDocuments) {
    policy.isComplete = documents.isComplete
    policy.removed = documents.removed
    guard let root = documents.root else { return }
    readHeader(root, inherited: documents.inherited)
    if let inherited = documents.inherited {
      isInherited = true
      readFile(inherited)
      isInherited = false
    }
    for file in documents.files { readFile(file) }
  }

  private mutating func readFile(_ fields: Fields) {
    readSections(fields)
  }

  private mutating func readHeader(_ fields: Fields, inherited: Fields?) {
    _ = fields.number("belay", &diagnostics)
    let missing = ["belay", "policy"].filter { !fields.has($0) }
    if !missing.isEmpty { diagnostics.append(.missingHeader(missing, at: fields.span)) }
    if let name = fields["policy"] {
      policy.name = textValue(name, "`policy`", &diagnostics) ?? ""
      policy.span = name.span
    }
    policy.version = fields.text("version", &diagnostics)
    policy.title = fields.text("title", &diagnostics)
    func uses(_ key: String) -> [String] {
      (fields.has(key) ? fields : inherited)?.texts(key, &diagnostics) ?? []
    }
    policy.permittedUse = uses("permitted_use")
    policy.prohibitedUse = uses("prohibited_use")
  }

  private mutating func readSections(_ fields: Fields) {
    if let node = fields["time"], isFirst("time", fields) { readTime(node) }
    if let node = fields["privacy"], isFirst("privacy", fields) { readPrivacy(node) }
    readAudiences(fields)
    readPopulation(fields)
    each("inputs", fields, .value) { $0.readInput($1, $2) }
    each("parameters", fields, .value) { $0.readParameter($1, $2) }
    each("measures", fields, .value) { $0.readMeasure($1, $2) }
    each("factors", fields, .factor) { $0.readFactor($1, $2) }
    each("domains", fields, .domain) { $0.readDomain($1, $2) }
    each("scores", fields, .score) { $0.readScore($1, $2) }
    each("alerts", fields, .alert) { $0.readAlert($1, $2) }
    each("interventions", fields, .intervention) { $0.readIntervention($1, $2) }
    each("evidence", fields, .fact) { $0.readFact($1, $2) }
    for node in fields.list("crisis_resources", "resources", &diagnostics) ?? [] {
      readCrisisResource(node)
    }
  }

  /// Whether a key that may stand once has not stood before.
  private mutating func isFirst(_ key: String, _ fields: Fields) -> Bool {
    guard let span = fields.keySpan(key), let node = fields[key] else { return false }
    let what = "`\(key)` is given"
    if isInherited { policy.inherited[span] = key }
    if let first = onceOnly[what], policy.inherited[first] != nil {
      diagnostics.append(.inheritedAlready([key], node, at: span, first: first))
      return false
    }
    return isFirst(what, at: span)
  }

  private mutating func isFirst(_ what: String, at span: SourceSpan) -> Bool {
    if let first = onceOnly[what] {
      diagnostics.append(.declaredTwice(what, at: span, first: first))
      return false
    }
    onceOnly[what] = span
    return true
  }

  /// Reads each declaration of a section, with its name checked.
  private mutating func each(
    _ section: String, _ fields: Fields, _ namespace: Namespace,
    _ read: (inout PolicyReader, DeclaredName, Node) -> Void
  ) {
    for entry in fields.entries(section, "names, each with its keys", &diagnostics) ?? [] {
      let name = DeclaredName(text: entry.key.text, span: entry.key.span)
      if isInherited { policy.inherited[name.span] = section }
      if namespace == .fact {
        // Facts are named as their source numbers them: `F1.03`.
      } else if !isName(name.text) {
        diagnostics.append(.badName(name))
        if let mended = mendedName(name.text) {
          addBroken(DeclaredName(text: mended, span: name.span), namespace)
        }
        continue
      } else if namespace == .value, isReserved(name.text, entry.value) {
        diagnostics.append(.reservedName(name))
        addBroken(name, namespace)
        continue
      }
      if let first = declared[namespace.rawValue].updateValue(name.span, forKey: name.text) {
        declared[namespace.rawValue][name.text] = first
        if !isInherited, policy.inherited[first] == section {
          diagnostics.append(
            .inheritedAlready([section, name.text], entry.value, at: name.span, first: first))
          continue
        }
        diagnostics.append(
          .declaredTwice(
            "`\(name.text)` is declared", at: name.span, first: first,
            note: namespace == .value ? "inputs, parameters and measures share their names" : nil))
        continue
      }
      let before = count(namespace)
      read(&self, name, entry.value)
      if count(namespace) == before { addBroken(name, namespace) }
    }
  }

  /// How many declarations of a namespace have been read.
  private func count(_ namespace: Namespace) -> Int {
    switch namespace {
    case .value: policy.inputs.count + policy.parameters.count + policy.measures.count
    case .factor: policy.factors.count
    case .domain: policy.domains.count
    case .score: policy.scores.count
    case .alert: policy.alerts.count
    case .intervention: policy.interventions.count
    case .fact: policy.facts.count
    }
  }

  private mutating func addBroken(_ name: DeclaredName, _ namespace: Namespace) {
    if namespace == .fact {
      policy.brokenFacts.insert(name.text)
    } else {
      policy.broken.append(DeclaredName(text: namespace.prefix + name.text, span: name.span))
    }
  }

  /// A column that holds the ids of a scope may bear the scope's name.
  private func isReserved(_ name: String, _ node: Node) -> Bool {
    guard Self.reservedNames.contains(name) else { return false }
    guard let scope = Scope(rawValue: name), case .mapping(let entries) = node.content,
      case .scalar(let role)? = entries.first(where: { $0.key.text == "role" })?.value.content
    else { return true }
    return role.text != scope.rawValue
  }

  private static let reservedNames: Set<String> = [
    // CEL's reserved words.
    "as", "break", "const", "continue", "else", "false", "for", "function", "if", "import", "in",
    "let", "loop", "namespace", "null", "package", "return", "true", "var", "void", "while",
    // Its types.
    "bool", "bytes", "double", "duration", "dyn", "int", "list", "map", "null_type",
    "optional_type", "string", "timestamp", "type", "uint",
    // Namespaces of its functions.
    "base64", "cel", "cidr", "google", "ip", "math", "net", "optional", "strings",
    // What dotted names start with, and the period.
    "alert", "coverage", "domain", "intervention", "level", "organization", "period", "points",
    "provider", "score", "site", "team",
  ]

  // MARK: Time, inputs, parameters, measures

  mutating func readTime(_ node: Node) {
    guard
      let fields = Fields(node, .time, owner: "`time`", at: node.span, diagnostics: &diagnostics)
    else {
      policy.time = TimeDeclaration(column: "", every: .month, span: node.span)
      return
    }
    // Where one of them is wrong, `period` is there all the same.
    policy.time = TimeDeclaration(
      column: fields.text("column", &diagnostics) ?? "",
      every: fields.word("every", Granularity.self, &diagnostics) ?? .month, span: node.span)
  }

  private enum TypeName: String, CaseIterable { case number, text, boolean, date }
  private enum RoleName: String, CaseIterable { case provider, team, site, organization, group }
  private enum Direction: String, CaseIterable {
    case higherIsBetter = "higher_is_better"
    case higherIsWorse = "higher_is_worse"
  }

  mutating func readInput(_ name: DeclaredName, _ node: Node) {
    guard let fields = declarationFields(node, .input, "input", name) else { return }
    guard let typeName = fields.word("type", TypeName.self, &diagnostics) else { return }
    let range = fields.range("range", &diagnostics)
    let oneOf = fields.texts("one_of", &diagnostics)
    if let node = fields["range"], typeName != .number {
      diagnostics.append(.onlyFor("range", "number", at: node.span))
    }
    if let node = fields["one_of"], typeName != .text {
      diagnostics.append(.onlyFor("one_of", "text", at: node.span))
    }
    let role: InputDeclaration.Role? =
      switch fields.word("role", RoleName.self, &diagnostics) {
      case .provider: .subject(.provider)
      case .team: .subject(.team)
      case .site: .subject(.site)
      case .organization: .subject(.organization)
      case .group: .group
      case nil: nil
      }
    if let node = fields["role"], role != nil, typeName != .text {
      diagnostics.append(.onlyFor("role", "text", at: node.span))
    }
    let scope = fields.word("scope", Scope.self, &diagnostics)
    if let subject = role?.scope {
      _ = isFirst("`role: \(subject.rawValue)` is given", at: fields.keySpan("role")!)
      if let scope, scope > subject {
        diagnostics.append(.idAboveScope(subject, at: fields["scope"]!.span))
      }
    }
    refuse(
      name, fields, scope: scope ?? role?.scope ?? .provider,
      hasRole: role != nil && role?.scope != .provider)
    _ = fields.word("direction", Direction.self, &diagnostics)
    let type: ColumnType =
      switch typeName {
      case .number: .number(range: range)
      case .text: .text(oneOf: oneOf)
      case .boolean: .boolean
      case .date: .date
      }
    policy.inputs.append(
      InputDeclaration(
        name: name, type: type,
        role: role,
        scope: scope ?? role?.scope ?? .provider,
        column: fields.text("column", &diagnostics) ?? name.text,
        unit: fields.text("unit", &diagnostics),
        range: range,
        isOptional: fields.flag("optional", &diagnostics) ?? false,
        label: label(fields, name),
        isActionable: fields.flag("actionable", &diagnostics) ?? false,
        isConfidential: fields.flag("confidential", &diagnostics) ?? false,
        respondents: fields.reference("respondents", &diagnostics),
        instrument: fields["instrument"].flatMap {
          readInstrument($0, range: range, at: fields["range"]?.span, of: name)
        },
        carry: carry(fields), every: every(fields),
        shareWith: shareWith(fields), audience: fields.references("audience", &diagnostics),
        evidence: evidence(fields),
        span: name.span))
  }

  private mutating func readInstrument(
    _ node: Node, range: ClosedRange<Double>?, at rangeSpan: SourceSpan?, of input: DeclaredName
  ) -> InputDeclaration.Instrument? {
    guard
      let fields = Fields(
        node, .instrument, owner: "the instrument of `\(input.text)`", at: node.span,
        diagnostics: &diagnostics)
    else { return nil }
    let name = fields.text("name", &diagnostics)
    let version = fields.text("version", &diagnostics)
    _ = fields.word("direction", Direction.self, &diagnostics)
    if let scale = fields.range("scale", &diagnostics), let range, let rangeSpan,
      range.lowerBound < scale.lowerBound || range.upperBound > scale.upperBound
    {
      diagnostics.append(.outsideScale(input, at: fields["scale"]!.span, range: rangeSpan))
    }
    return name.map { InputDeclaration.Instrument(name: $0, version: version) }
  }

  mutating func readParameter(_ name: DeclaredName, _ node: Node) {
    let before = diagnostics.count
    guard let fields = declarationFields(node, .parameter, "parameter", name) else { return }
    var cases: [ParameterDeclaration.Case] = []
    for entry in fields.entries("values", "keys with their values", &diagnostics) ?? [] {
      guard let value = parameterSetting(entry.value, of: name) else { continue }
      cases.append(
        .init(
          key: entry.key.text, keySpan: entry.key.span, value: value, span: entry.value.span))
    }
    if fields.has("by") != fields.has("values") {
      let present = fields.has("by") ? "by" : "values"
      let absent = fields.has("by") ? "values" : "by"
      diagnostics.append(.needsTogether(present, absent, at: fields.keySpan(present)!))
    }
    let rows = readRows(fields, of: name)
    if let span = fields.keySpan("rows") {
      if let key = ["by", "values"].first(where: fields.has) {
        let other = Node.Key(text: key, span: fields.keySpan(key)!)
        diagnostics.append(.rowsAndKey(name, span, other))
      }
    }
    if !["default", "values", "by", "rows"].contains(where: fields.has),
      diagnostics.count == before
    {
      diagnostics.append(.parameterWithoutValue(name))
    }
    let fallback = fields["default"].flatMap { parameterSetting($0, of: name) }
    let parameter = ParameterDeclaration(
      name: name, fallback: fallback, fallbackSpan: fields["default"]?.span,
      by: fields.reference("by", &diagnostics), cases: cases, rows: rows ?? [],
      evidence: evidence(fields))
    _ = fields.text("unit", &diagnostics)
    _ = fields.text("label", &diagnostics)
    checkKinds(parameter)
    // What its values are is not known while one of them is wrong.
    guard diagnostics.count == before else { return }
    policy.parameters.append(parameter)
    warnOfUnreachable(parameter.rows)
  }

  mutating func parameterSetting(
    _ node: Node, of name: DeclaredName
  ) -> ParameterDeclaration.Setting? {
    switch node.content {
    case .sequence: return curve(node, "`\(name.text)`").map { .curve($0) }
    case .mapping:
      diagnostics.append(
        .wrongShape(
          "a value of a parameter is a number, a text or a curve", at: node.span, node))
      return nil
    case .scalar(let scalar):
      if scalar.style != .quoted, let number = NumberText.parse(Array(scalar.text.utf8)),
        number.isFinite
      {
        return .number(number)
      }
      return filledScalar(node, "`\(name.text)` takes a number, a text or a curve", &diagnostics)
        .map { .text($0.text) }
    }
  }

  /// All values of a parameter are of one kind.
  private mutating func checkKinds(_ parameter: ParameterDeclaration) {
    var first: (kind: String, span: SourceSpan)?
    for (setting, span) in parameter.settings {
      if let first, first.kind != setting.kind {
        diagnostics.append(
          .mixedKinds(parameter.name, setting.kind, at: span, first.kind, first: first.span))
        return
      }
      if first == nil { first = (setting.kind, span) }
    }
  }

  // MARK: Parts that several declarations share

  mutating func declarationFields(
    _ node: Node, _ table: KeyTable, _ kind: String, _ name: DeclaredName
  ) -> Fields? {
    Fields(
      node, table, owner: "\(kind) `\(name.text)`", at: name.span, diagnostics: &diagnostics)
  }

  mutating func label(_ fields: Fields, _ name: DeclaredName) -> String {
    fields.text("label", &diagnostics) ?? spelledOut(name.text)
  }

  mutating func evidence(_ fields: Fields) -> [NameReference] {
    fields.references("evidence", &diagnostics) ?? []
  }
}

extension InputDeclaration.Role {
  /// The scope whose ids the column holds.
  var scope: Scope? {
    if case .subject(let scope) = self { scope } else { nil }
  }
}

extension ParameterDeclaration.Setting {
  var kind: String {
    switch self {
    case .number: "a number"
    case .text: "text"
    case .curve: "a curve"
    }
  }
}

/// A name as people read it: `inbox_minutes` becomes `Inbox minutes`.
func spelledOut(_ name: String) -> String {
  let words = name.split(separator: "_").joined(separator: " ")
  return words.prefix(1).uppercased() + words.dropFirst()
}

/// The name that a text with spaces or hyphens was meant to be.
private func mendedName(_ text: String) -> String? {
  let mended = text.replacing(" ", with: "_").replacing("-", with: "_")
  return isName(mended) ? mended : nil
}

extension Diagnostic {
  fileprivate static func missingHeader(_ keys: [String], at span: SourceSpan) -> Diagnostic {
    Diagnostic(
      code: .missingKey, message: "a policy needs \(listing(keys.map { "`\($0)`" }))",
      primary: Label(span: span),
      notes: keys.map {
        $0 == "belay"
          ? "such as `belay: 1`"
          : "such as `policy: my-policy`; a file that others include is checked with them"
      })
  }

  static func badName(_ name: DeclaredName) -> Diagnostic {
    Diagnostic(
      code: .badName, message: "`\(name.text)` is not a name", primary: Label(span: name.span),
      notes: ["a name has the letters a to z and A to Z, digits and `_`, and no digit first"],
      fixIts: mendedName(name.text).map { [FixIt(replacing: name.span, with: $0)] } ?? [])
  }

  fileprivate static func reservedName(_ name: DeclaredName) -> Diagnostic {
    Diagnostic(
      code: .reservedName, message: "`\(name.text)` means something in expressions already",
      primary: Label(span: name.span, text: "this name is taken"),
      notes: [
        ["provider", "team", "site"].contains(name.text)
          ? "only the text input with `role: \(name.text)` may be called so"
          : "choose a longer name"
      ])
  }

  static func declaredTwice(
    _ what: String, at span: SourceSpan, first: SourceSpan, note: String? = nil
  ) -> Diagnostic {
    Diagnostic(
      code: .declaredTwice, message: "\(what) twice",
      primary: Label(span: span, text: "again here"),
      secondary: [Label(span: first, text: "first here")], notes: note.map { [$0] } ?? [])
  }

  fileprivate static func idAboveScope(_ subject: Scope, at span: SourceSpan) -> Diagnostic {
    let lower = Scope.allCases.filter { $0 <= subject }.map { "`\($0.rawValue)`" }
    return Diagnostic(
      code: .wrongValue,
      message: "the id of a \(subject.rawValue) cannot be in the table of a larger scope",
      primary: Label(span: span),
      notes: ["with `role: \(subject.rawValue)`, `scope` is \(alternatives(lower))"])
  }

  fileprivate static func onlyFor(
    _ key: String, _ type: String, at span: SourceSpan
  ) -> Diagnostic {
    Diagnostic(
      code: .misplacedKey, message: "`\(key)` goes with `type: \(type)` alone",
      primary: Label(span: span, text: "this input has another type"))
  }

  fileprivate static func outsideScale(
    _ input: DeclaredName, at span: SourceSpan, range: SourceSpan
  ) -> Diagnostic {
    Diagnostic(
      code: .wrongValue, message: "the range of `\(input.text)` goes beyond its instrument's scale",
      primary: Label(span: span, text: "the scale"),
      secondary: [Label(span: range, text: "the range")])
  }

  static func needsTogether(_ key: String, _ other: String, at span: SourceSpan) -> Diagnostic {
    Diagnostic(
      code: .missingKey, message: "`\(key)` needs `\(other)` beside it",
      primary: Label(span: span, text: "there is no `\(other)` here"))
  }

  fileprivate static func parameterWithoutValue(_ name: DeclaredName) -> Diagnostic {
    Diagnostic(
      code: .missingKey,
      message: "parameter `\(name.text)` needs `default`, `rows`, or `by` and `values`",
      primary: Label(span: name.span))
  }

  fileprivate static func mixedKinds(
    _ name: DeclaredName, _ kind: String, at span: SourceSpan, _ firstKind: String,
    first: SourceSpan
  ) -> Diagnostic {
    Diagnostic(
      code: .mixedKinds, message: "the values of parameter `\(name.text)` are of two kinds",
      primary: Label(span: span, text: "this is \(kind)"),
      secondary: [Label(span: first, text: "this is \(firstKind)")],
      notes: ["all are numbers, all are texts, or all are curves"])
  }

  static func emptyList(_ key: String, at span: SourceSpan) -> Diagnostic {
    Diagnostic(
      code: .emptyValue, message: "`\(key)` is empty",
      primary: Label(span: span, text: "nothing stands in it"))
  }
}

extension DiagnosticCode {
  package static let misplacedKey = DiagnosticCode(
    "misplaced-key", "A key stands where it has no meaning.")
  package static let badName = DiagnosticCode(
    "bad-name", "A declared name is not letters, digits and `_`.")
  package static let reservedName = DiagnosticCode(
    "reserved-name", "A declared name means something in expressions already.")
  package static let declaredTwice = DiagnosticCode(
    "declared-twice", "Two declarations of one kind have the same name, or a role is given twice.")
  package static let mixedKinds = DiagnosticCode(
    "mixed-kinds", "A parameter has values of different kinds.")
}
