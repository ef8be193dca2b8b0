package import Diagnostics
import Tables

/// The keys and values of one mapping, checked against the keys that its place has.
///
/// Typed access reports what does not fit and gives nil, so that reading goes on and
/// one run shows everything that is wrong.
struct Fields {
  let table: KeyTable
  /// What the mapping belongs to, for messages: ``factor `inbox` ``.
  let owner: String
  /// Where the owner is named.
  let span: SourceSpan
  /// By the keys that are meant. A place has few, so looking through them is faster than hashing.
  private var entries: [Node.Entry] = []

  /// Nil, with a diagnostic, when the node is no mapping.
  init?(
    _ node: Node, _ table: KeyTable, owner: String, at span: SourceSpan,
    diagnostics: inout [Diagnostic]
  ) {
    guard case .mapping(let entries) = node.content else {
      diagnostics.append(
        .wrongShape("\(owner) takes keys and values", at: node.span, node, example: table.example))
      return nil
    }
    self.table = table
    self.owner = owner
    self.span = span
    self.entries.reserveCapacity(entries.count)
    var unknown: [Node.Entry] = []
    for entry in entries {
      if table[entry.key.text] == nil {
        unknown.append(entry)
      } else {
        take(entry, as: entry.key.text)
      }
    }
    var meant: Set<String> = []
    for entry in unknown {
      let near = nearestName(to: entry.key.text, among: table.keys.lazy.map(\.name))
      // One letter short, such as `value` for `values`, is a slip whatever it means elsewhere.
      let isSlip = near.map { "\(entry.key.text)s" == $0 || "\($0)s" == entry.key.text } ?? false
      let homes = isSlip ? [] : KeyTable.all.filter { $0[entry.key.text] != nil }.map(\.place)
      diagnostics.append(.unknownKey(entry.key, in: table, nearest: near, homes: homes))
      guard let near, self[near] == nil else { continue }
      // One mistake gives one diagnostic: what is misspelt is read as what was meant.
      meant.insert(near)
      if homes.isEmpty { take(entry, as: near) }
    }
    let missing = table.keys.filter { [self] in
      $0.status == .required && self[$0.name] == nil && !meant.contains($0.name)
    }
    if !missing.isEmpty { diagnostics.append(.missingKeys(missing, owner: owner, at: span)) }
  }

  private mutating func take(_ entry: Node.Entry, as key: String) {
    entries.append(Node.Entry(key: Node.Key(text: key, span: entry.key.span), value: entry.value))
  }

  func entry(_ key: String) -> Node.Entry? {
    entries.firstIndex { $0.key.text == key }.map { entries[$0] }
  }

  subscript(key: String) -> Node? { entry(key)?.value }

  func keySpan(_ key: String) -> SourceSpan? { entry(key)?.key.span }

  func has(_ key: String) -> Bool { entries.contains { $0.key.text == key } }

  // MARK: Scalars

  func text(_ key: String, _ diagnostics: inout [Diagnostic]) -> String? {
    self[key].flatMap { textValue($0, "`\(key)`", &diagnostics) }
  }

  func number(_ key: String, _ diagnostics: inout [Diagnostic]) -> Double? {
    self[key].flatMap { numberValue($0, "`\(key)`", &diagnostics) }
  }

  /// A number within bounds.
  func number(
    _ key: String, in range: ClosedRange<Double>, _ diagnostics: inout [Diagnostic]
  ) -> Double? {
    guard let node = self[key], let value = numberValue(node, "`\(key)`", &diagnostics)
    else { return nil }
    guard range.contains(value) else {
      diagnostics.append(.outOfBounds("`\(key)`", range, at: node.span))
      return nil
    }
    return value
  }

  func flag(_ key: String, _ diagnostics: inout [Diagnostic]) -> Bool? {
    guard let node = self[key] else { return nil }
    if let scalar = filledScalar(node, "`\(key)` is true or false", &diagnostics) {
      if scalar.style != .quoted, scalar.text == "true" { return true }
      if scalar.style != .quoted, scalar.text == "false" { return false }
      diagnostics.append(.notBoolean(scalar, key: key, at: node.span))
    }
    return nil
  }

  /// One of a fixed set of words.
  func word<Word: RawRepresentable & CaseIterable>(
    _ key: String, _ type: Word.Type, _ diagnostics: inout [Diagnostic]
  ) -> Word? where Word.RawValue == String {
    self[key].flatMap { wordValue($0, type, "`\(key)`", &diagnostics) }
  }

  /// A reference to something declared by that name.
  func reference(_ key: String, _ diagnostics: inout [Diagnostic]) -> NameReference? {
    self[key].flatMap { referenceValue($0, "`\(key)`", &diagnostics) }
  }

  func expression(_ key: String, _ diagnostics: inout [Diagnostic]) -> ExpressionText? {
    self[key].flatMap { expressionValue($0, "`\(key)`", &diagnostics) }
  }

  /// A number, or the name of a parameter.
  func setting(_ key: String, _ diagnostics: inout [Diagnostic]) -> NumberSetting? {
    self[key].flatMap { settingValue($0, "`\(key)`", &diagnostics) }
  }

  // MARK: Lists

  func texts(_ key: String, _ diagnostics: inout [Diagnostic]) -> [String]? {
    guard let items = list(key, "texts", &diagnostics) else { return nil }
    return items.compactMap { textValue($0, "an item of `\(key)`", &diagnostics) }
  }

  func references(_ key: String, _ diagnostics: inout [Diagnostic]) -> [NameReference]? {
    guard let items = list(key, "names", &diagnostics) else { return nil }
    var seen: [String: SourceSpan] = [:]
    return items.compactMap { item in
      guard let name = referenceValue(item, "an item of `\(key)`", &diagnostics) else {
        return nil
      }
      if let first = seen[name.text] {
        diagnostics.append(.listedTwice(name, key: key, first: first))
        return nil
      }
      seen[name.text] = name.span
      return name
    }
  }

  func list(_ key: String, _ what: String, _ diagnostics: inout [Diagnostic]) -> [Node]? {
    guard let node = self[key] else { return nil }
    guard case .sequence(let items) = node.content else {
      diagnostics.append(.notAList(key, what, at: node.span, node))
      return nil
    }
    return items
  }

  /// `[least, greatest]`.
  func range(_ key: String, _ diagnostics: inout [Diagnostic]) -> ClosedRange<Double>? {
    guard let node = self[key] else { return nil }
    guard case .sequence(let items) = node.content, items.count == 2 else {
      diagnostics.append(
        .wrongShape(
          "`\(key)` takes two numbers, the least and the greatest", at: node.span, node,
          example: "[0, 100]"))
      return nil
    }
    guard let low = numberValue(items[0], "`\(key)`", &diagnostics),
      let high = numberValue(items[1], "`\(key)`", &diagnostics)
    else { return nil }
    guard low < high else {
      diagnostics.append(.emptyRange(key, low, high, at: node.span))
      return nil
    }
    return low...high
  }

  /// The entries of a mapping whose keys are names that the author chose.
  func entries(_ key: String, _ what: String, _ diagnostics: inout [Diagnostic]) -> [Node.Entry]? {
    guard let node = self[key] else { return nil }
    guard case .mapping(let entries) = node.content else {
      diagnostics.append(.wrongShape("`\(key)` takes \(what)", at: node.span, node))
      return nil
    }
    return entries
  }
}

// MARK: - Single values

/// The scalar of a node that has to be one and has to hold something.
///
/// What is expected is put into words only where it is not there.
func filledScalar(
  _ node: Node, _ expectation: @autoclosure () -> String, _ diagnostics: inout [Diagnostic]
) -> Scalar? {
  guard case .scalar(let scalar) = node.content else {
    diagnostics.append(.wrongShape(expectation(), at: node.span, node))
    return nil
  }
  if scalar.isNothing {
    diagnostics.append(.emptyValue(expectation(), scalar, at: node.span))
    return nil
  }
  return scalar
}

func textValue(_ node: Node, _ what: @autoclosure () -> String, _ diagnostics: inout [Diagnostic])
  -> String?
{
  filledScalar(node, "\(what()) takes text", &diagnostics)?.text
}

func numberValue(_ node: Node, _ what: @autoclosure () -> String, _ diagnostics: inout [Diagnostic])
  -> Double?
{
  guard let scalar = filledScalar(node, "\(what()) takes a number", &diagnostics) else {
    return nil
  }
  if let value = NumberText.parse(Array(scalar.text.utf8)), value.isFinite {
    guard scalar.style != .quoted else {
      diagnostics.append(.quotedNumber(scalar.text, what(), at: node.span))
      return nil
    }
    return value
  }
  diagnostics.append(.notANumber(scalar.text, what(), at: node.span))
  return nil
}

func wordValue<Word: RawRepresentable & CaseIterable>(
  _ node: Node, _ type: Word.Type, _ what: @autoclosure () -> String,
  _ diagnostics: inout [Diagnostic]
) -> Word? where Word.RawValue == String {
  guard
    let scalar = filledScalar(
      node, "\(what()) is \(alternatives(Word.allCases.map(\.rawValue)))", &diagnostics)
  else { return nil }
  if let word = Word(rawValue: scalar.text) { return word }
  diagnostics.append(
    .unknownWord(scalar.text, what(), Word.allCases.map(\.rawValue), at: node.span))
  return nil
}

func referenceValue(
  _ node: Node, _ what: @autoclosure () -> String, _ diagnostics: inout [Diagnostic]
) -> NameReference? {
  filledScalar(node, "\(what()) takes a name", &diagnostics).map {
    NameReference(text: $0.text, span: node.span)
  }
}

func expressionValue(
  _ node: Node, _ what: @autoclosure () -> String, _ diagnostics: inout [Diagnostic]
) -> ExpressionText? {
  guard case .scalar = node.content else {
    diagnostics.append(
      .wrongShape("\(what()) takes an expression", at: node.span, node, example: "\"hours > 60\""))
    return nil
  }
  return filledScalar(node, "\(what()) takes an expression", &diagnostics).map {
    ExpressionText(text: $0.text, map: $0.map, span: node.span)
  }
}

func settingValue(
  _ node: Node, _ what: @autoclosure () -> String, _ diagnostics: inout [Diagnostic]
) -> NumberSetting? {
  guard
    let scalar = filledScalar(node, "\(what()) takes a number or a parameter's name", &diagnostics)
  else { return nil }
  if isName(scalar.text), scalar.style != .literal {
    return .parameter(NameReference(text: scalar.text, span: node.span))
  }
  return numberValue(node, what(), &diagnostics).map { .number($0, node.span) }
}

/// `a, b or c`.
func alternatives(_ words: [String]) -> String { listing(words, "or") }

/// `a, b and c`.
func listing(_ words: [String], _ conjunction: String = "and") -> String {
  guard let last = words.last, words.count > 1 else { return words.first ?? "" }
  return words.dropLast().joined(separator: ", ") + " \(conjunction) " + last
}

extension Scalar {
  /// Whether there is nothing behind the key; JSON writes that `null`.
  var isNothing: Bool { text.isEmpty || (style == .literal && text == "null") }
}

extension Diagnostic {
  static func wrongShape(
    _ expectation: String, at span: SourceSpan, _ node: Node, example: String? = nil
  ) -> Diagnostic {
    let notes = example.map { ["such as `\($0)`"] } ?? []
    let found: String
    switch node.content {
    case .scalar(let scalar) where scalar.isNothing:
      return Diagnostic(
        code: .emptyValue, message: expectation,
        primary: Label(span: span, text: "nothing stands here"), notes: notes)
    case .scalar: found = "a single value"
    case .sequence(let items): found = items.isEmpty ? "an empty list" : "a list of \(items.count)"
    case .mapping: found = "a map of keys and values"
    }
    return Diagnostic(
      code: .wrongShape, message: expectation, primary: Label(span: span, text: "this is \(found)"),
      notes: notes)
  }

  fileprivate static func notAList(
    _ key: String, _ what: String, at span: SourceSpan, _ node: Node
  ) -> Diagnostic {
    var diagnostic = wrongShape("`\(key)` takes a list of \(what)", at: span, node)
    switch node.content {
    case .scalar(let scalar) where scalar.isNothing: break
    case .mapping where !span.text.hasPrefix("{"): break
    default: diagnostic.fixIts = [FixIt(replacing: span, with: "[\(span.text)]")]
    }
    return diagnostic
  }

  fileprivate static func emptyValue(
    _ expectation: String, _ scalar: Scalar, at span: SourceSpan
  ) -> Diagnostic {
    Diagnostic(
      code: .emptyValue, message: expectation,
      primary: Label(span: span, text: "nothing stands here"),
      notes: scalar.style == .plain
        ? ["a text that starts with a special character such as `!`, `%` or `#` needs quotes"] : [])
  }

  fileprivate static func unknownKey(
    _ key: Node.Key, in table: KeyTable, nearest: String?, homes: [String]
  ) -> Diagnostic {
    let note =
      !homes.isEmpty
      ? "it is a key of \(alternatives(homes))"
      : "its keys are \(listing(table.keys.map(\.name)))"
    return Diagnostic(
      code: .unknownKey, message: "\(table.place) has no key `\(key.text)`",
      primary: Label(span: key.span),
      notes: homes.isEmpty && nearest != nil ? [] : [note],
      fixIts: nearest.map { [FixIt(replacing: key.span, with: $0)] } ?? [])
  }

  fileprivate static func missingKeys(
    _ missing: [KeySpec], owner: String, at span: SourceSpan
  ) -> Diagnostic {
    let names = missing.map { "`\($0.name)`" }
    return Diagnostic(
      code: .missingKey, message: "\(owner) needs \(listing(names))",
      primary: Label(span: span),
      notes: missing.map { "`\($0.name)` takes: \($0.takes)" })
  }

  fileprivate static func notBoolean(
    _ scalar: Scalar, key: String, at span: SourceSpan
  ) -> Diagnostic {
    let meant: [String: String] = [
      "yes": "true", "on": "true", "y": "true", "1": "true", "true": "true",
      "no": "false", "off": "false", "n": "false", "0": "false", "false": "false",
    ]
    return Diagnostic(
      code: .wrongValue, message: "`\(key)` is true or false, not `\(shown(scalar, span))`",
      primary: Label(span: span, text: scalar.style == .quoted ? "in quotes it is text" : ""),
      fixIts: meant[scalar.text.lowercased()].map { [FixIt(replacing: span, with: $0)] } ?? [])
  }

  /// A scalar as its author wrote it, quotes included.
  private static func shown(_ scalar: Scalar, _ span: SourceSpan) -> String {
    scalar.style == .quoted ? span.text : scalar.text
  }

  fileprivate static func quotedNumber(
    _ text: String, _ what: String, at span: SourceSpan
  ) -> Diagnostic {
    Diagnostic(
      code: .wrongValue, message: "\(what) takes a number, not the text `\(span.text)`",
      primary: Label(span: span, text: "in quotes it is text"),
      fixIts: [FixIt(replacing: span, with: text)])
  }

  fileprivate static func notANumber(
    _ text: String, _ what: String, at span: SourceSpan
  ) -> Diagnostic {
    let hint: String? =
      if text.contains(",") {
        "the decimal point is a point: `1.5`, and thousands have no separator"
      } else if text.hasSuffix("%") {
        "write the number alone and give `unit: \"%\"`, or the share as a decimal"
      } else { nil }
    return Diagnostic(
      code: .wrongValue, message: "\(what) takes a number, not `\(text)`",
      primary: Label(span: span), notes: hint.map { [$0] } ?? [])
  }

  fileprivate static func unknownWord(
    _ text: String, _ what: String, _ words: [String], at span: SourceSpan
  ) -> Diagnostic {
    let synonym = synonyms[text.lowercased()].flatMap { words.contains($0) ? $0 : nil }
    return Diagnostic(
      code: .wrongValue, message: "\(what) is \(alternatives(words)), not `\(text)`",
      primary: Label(span: span),
      fixIts: (synonym ?? nearestName(to: text, among: words)).map {
        [FixIt(replacing: span, with: $0)]
      } ?? [])
  }

  /// What other formats and everyday language call the words of a policy.
  private static let synonyms = [
    "string": "text", "str": "text", "bool": "boolean", "flag": "boolean", "int": "number",
    "integer": "number", "float": "number", "double": "number", "decimal": "number",
    "timestamp": "date", "datetime": "date", "clinician": "provider", "practice": "site",
    "company": "organization", "average": "mean", "worst": "max", "maximum": "max", "daily": "day",
    "organisational": "structural", "organizational": "structural", "wellness": "perk",
  ]

  fileprivate static func listedTwice(
    _ name: NameReference, key: String, first: SourceSpan
  ) -> Diagnostic {
    Diagnostic(
      code: .wrongValue, message: "`\(key)` lists `\(name.text)` twice",
      primary: Label(span: name.span, text: "again here"),
      secondary: [Label(span: first, text: "first here")])
  }

  static func outOfBounds(
    _ what: String, _ range: ClosedRange<Double>, at span: SourceSpan
  ) -> Diagnostic {
    let low = NumberText.shortest(range.lowerBound)
    let bounds =
      range.upperBound.isFinite
      ? "\(low) to \(NumberText.shortest(range.upperBound))" : "\(low) or more"
    return Diagnostic(
      code: .outOfBounds, message: "\(what) can be \(bounds), not `\(span.text)`",
      primary: Label(span: span))
  }

  fileprivate static func emptyRange(
    _ key: String, _ low: Double, _ high: Double, at span: SourceSpan
  ) -> Diagnostic {
    let (low, high) = (NumberText.shortest(low), NumberText.shortest(high))
    return Diagnostic(
      code: .wrongValue, message: "`\(key)` takes the least and then the greatest",
      primary: Label(span: span, text: "\(low) is not less than \(high)"),
      fixIts: low == high ? [] : [FixIt(replacing: span, with: "[\(high), \(low)]")])
  }
}

extension DiagnosticCode {
  package static let unknownKey = DiagnosticCode(
    "unknown-key", "A key that this place of a policy does not have.")
  package static let missingKey = DiagnosticCode(
    "missing-key", "A key that this place of a policy needs is not there.")
  package static let wrongShape = DiagnosticCode(
    "wrong-shape", "A single value, a list or a map stands where another of them is expected.")
  package static let wrongValue = DiagnosticCode(
    "wrong-value", "A value that its key cannot take.")
  package static let emptyValue = DiagnosticCode(
    "empty-value", "A key has nothing behind it.")
  package static let outOfBounds = DiagnosticCode(
    "out-of-bounds", "A number lies outside what its key allows.")
}
