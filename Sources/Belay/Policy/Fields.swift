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
  private var values: [String: Node] = [:]
  private(set) var keySpans: [String: SourceSpan] = [:]

  /// Nil, with a diagnostic, when the node is no mapping.
  init?(
    _ node: Node, _ table: KeyTable, owner: String, at span: SourceSpan,
    diagnostics: inout [Diagnostic]
  ) {
    guard case .mapping(let entries) = node.content else {
      diagnostics.append(.wrongShape("\(owner) takes keys and values", at: node.span, node))
      return nil
    }
    self.table = table
    self.owner = owner
    self.span = span
    for entry in entries {
      guard let spec = table[entry.key.text] else {
        diagnostics.append(.unknownKey(entry.key, in: table))
        continue
      }
      if spec.status == .unsupported {
        diagnostics.append(.unsupportedKey(entry.key, in: table))
        continue
      }
      values[entry.key.text] = entry.value
      keySpans[entry.key.text] = entry.key.span
    }
    for spec in table.keys where spec.status == .required && values[spec.name] == nil {
      diagnostics.append(.missingKey(spec, owner: owner, at: span))
    }
  }

  subscript(key: String) -> Node? { values[key] }

  func has(_ key: String) -> Bool { values[key] != nil }

  // MARK: Scalars

  func text(_ key: String, _ diagnostics: inout [Diagnostic]) -> String? {
    values[key].flatMap { textValue($0, "`\(key)`", &diagnostics) }
  }

  func number(_ key: String, _ diagnostics: inout [Diagnostic]) -> Double? {
    values[key].flatMap { numberValue($0, "`\(key)`", &diagnostics) }
  }

  /// A number within bounds.
  func number(
    _ key: String, in range: ClosedRange<Double>, _ diagnostics: inout [Diagnostic]
  ) -> Double? {
    guard let node = values[key], let value = numberValue(node, "`\(key)`", &diagnostics)
    else { return nil }
    guard range.contains(value) else {
      diagnostics.append(.outOfBounds("`\(key)`", range, at: node.span))
      return nil
    }
    return value
  }

  func flag(_ key: String, _ diagnostics: inout [Diagnostic]) -> Bool? {
    guard let node = values[key] else { return nil }
    if let scalar = filledScalar(node, "`\(key)` is true or false", &diagnostics) {
      if scalar.style != .quoted, scalar.text == "true" { return true }
      if scalar.style != .quoted, scalar.text == "false" { return false }
      diagnostics.append(.notBoolean(scalar.text, key: key, at: node.span))
    }
    return nil
  }

  /// One of a fixed set of words.
  func word<Word: RawRepresentable & CaseIterable>(
    _ key: String, _ type: Word.Type, _ diagnostics: inout [Diagnostic]
  ) -> Word? where Word.RawValue == String {
    values[key].flatMap { wordValue($0, type, "`\(key)`", &diagnostics) }
  }

  /// A reference to something declared by that name.
  func reference(_ key: String, _ diagnostics: inout [Diagnostic]) -> NameReference? {
    values[key].flatMap { referenceValue($0, "`\(key)`", &diagnostics) }
  }

  func expression(_ key: String, _ diagnostics: inout [Diagnostic]) -> ExpressionText? {
    values[key].flatMap { expressionValue($0, "`\(key)`", &diagnostics) }
  }

  /// A number, or the name of a parameter.
  func setting(_ key: String, _ diagnostics: inout [Diagnostic]) -> NumberSetting? {
    values[key].flatMap { settingValue($0, "`\(key)`", &diagnostics) }
  }

  // MARK: Lists

  func texts(_ key: String, _ diagnostics: inout [Diagnostic]) -> [String]? {
    guard let items = list(key, "texts", &diagnostics) else { return nil }
    return items.compactMap { textValue($0, "an item of `\(key)`", &diagnostics) }
  }

  func references(_ key: String, _ diagnostics: inout [Diagnostic]) -> [NameReference]? {
    guard let items = list(key, "names", &diagnostics) else { return nil }
    return items.compactMap { referenceValue($0, "an item of `\(key)`", &diagnostics) }
  }

  func list(_ key: String, _ what: String, _ diagnostics: inout [Diagnostic]) -> [Node]? {
    guard let node = values[key] else { return nil }
    guard case .sequence(let items) = node.content else {
      diagnostics.append(.wrongShape("`\(key)` takes a list of \(what)", at: node.span, node))
      return nil
    }
    return items
  }

  /// `[least, greatest]`.
  func range(_ key: String, _ diagnostics: inout [Diagnostic]) -> ClosedRange<Double>? {
    guard let node = values[key] else { return nil }
    guard case .sequence(let items) = node.content, items.count == 2 else {
      diagnostics.append(
        .wrongShape("`\(key)` takes two numbers: [least, greatest]", at: node.span, node))
      return nil
    }
    guard let low = numberValue(items[0], "`\(key)`", &diagnostics),
      let high = numberValue(items[1], "`\(key)`", &diagnostics)
    else { return nil }
    guard low < high else {
      diagnostics.append(.emptyRange(key, at: node.span))
      return nil
    }
    return low...high
  }

  /// The entries of a mapping whose keys are names that the author chose.
  func entries(_ key: String, _ what: String, _ diagnostics: inout [Diagnostic]) -> [Node.Entry]? {
    guard let node = values[key] else { return nil }
    guard case .mapping(let entries) = node.content else {
      diagnostics.append(.wrongShape("`\(key)` takes \(what)", at: node.span, node))
      return nil
    }
    return entries
  }
}

// MARK: - Single values

/// The scalar of a node that has to be one and has to hold something.
func filledScalar(_ node: Node, _ expectation: String, _ diagnostics: inout [Diagnostic]) -> Scalar?
{
  guard case .scalar(let scalar) = node.content else {
    diagnostics.append(.wrongShape(expectation, at: node.span, node))
    return nil
  }
  if scalar.text.isEmpty || (scalar.style == .literal && scalar.text == "null") {
    diagnostics.append(.emptyValue(expectation, at: node.span))
    return nil
  }
  return scalar
}

func textValue(_ node: Node, _ what: String, _ diagnostics: inout [Diagnostic]) -> String? {
  filledScalar(node, "\(what) takes text", &diagnostics)?.text
}

func numberValue(_ node: Node, _ what: String, _ diagnostics: inout [Diagnostic]) -> Double? {
  guard let scalar = filledScalar(node, "\(what) takes a number", &diagnostics) else { return nil }
  if let value = NumberText.parse(Array(scalar.text.utf8)), value.isFinite {
    guard scalar.style != .quoted else {
      diagnostics.append(.quotedNumber(scalar.text, at: node.span))
      return nil
    }
    return value
  }
  diagnostics.append(.notANumber(scalar.text, what, at: node.span))
  return nil
}

func wordValue<Word: RawRepresentable & CaseIterable>(
  _ node: Node, _ type: Word.Type, _ what: String, _ diagnostics: inout [Diagnostic]
) -> Word? where Word.RawValue == String {
  let words = Word.allCases.map(\.rawValue)
  guard
    let scalar = filledScalar(node, "\(what) is \(alternatives(words))", &diagnostics)
  else { return nil }
  if let word = Word(rawValue: scalar.text) { return word }
  diagnostics.append(.unknownWord(scalar.text, what, words, at: node.span))
  return nil
}

func referenceValue(
  _ node: Node, _ what: String, _ diagnostics: inout [Diagnostic]
) -> NameReference? {
  filledScalar(node, "\(what) takes a name", &diagnostics).map {
    NameReference(text: $0.text, span: node.span)
  }
}

func expressionValue(
  _ node: Node, _ what: String, _ diagnostics: inout [Diagnostic]
) -> ExpressionText? {
  filledScalar(node, "\(what) takes an expression", &diagnostics).map {
    ExpressionText(text: $0.text, map: $0.map, span: node.span)
  }
}

func settingValue(
  _ node: Node, _ what: String, _ diagnostics: inout [Diagnostic]
) -> NumberSetting? {
  guard
    let scalar = filledScalar(node, "\(what) takes a number or a parameter's name", &diagnostics)
  else { return nil }
  if isName(scalar.text), scalar.style != .literal {
    return .parameter(NameReference(text: scalar.text, span: node.span))
  }
  return numberValue(node, what, &diagnostics).map { .number($0, node.span) }
}

/// `a, b or c`.
func alternatives(_ words: [String]) -> String {
  guard let last = words.last, words.count > 1 else { return words.first ?? "" }
  return words.dropLast().joined(separator: ", ") + " or " + last
}

extension Diagnostic {
  static func wrongShape(_ expectation: String, at span: SourceSpan, _ node: Node) -> Diagnostic {
    let found =
      switch node.content {
      case .scalar(let scalar): scalar.text.isEmpty ? "nothing" : "a single value"
      case .sequence: "a list"
      case .mapping: "a map of keys and values"
      }
    return Diagnostic(
      code: .wrongShape, message: expectation, primary: Label(span: span, text: "this is \(found)"))
  }

  fileprivate static func emptyValue(_ expectation: String, at span: SourceSpan) -> Diagnostic {
    Diagnostic(
      code: .emptyValue, message: "\(expectation), and there is nothing",
      primary: Label(span: span),
      notes: ["a text that starts with a special character such as `!`, `%`, `#` needs quotes"])
  }

  fileprivate static func unknownKey(_ key: Node.Key, in table: KeyTable) -> Diagnostic {
    let near = nearestName(to: key.text, among: table.keys.lazy.map(\.name))
    let homes = KeyTable.all.filter { $0[key.text] != nil }.map(\.place)
    return Diagnostic(
      code: .unknownKey, message: "\(table.place) has no key `\(key.text)`",
      primary: Label(span: key.span),
      notes: near != nil
        ? []
        : !homes.isEmpty
          ? ["it is a key of \(alternatives(homes))"]
          : ["its keys are \(table.keys.map(\.name).joined(separator: ", "))"],
      fixIts: near.map { [FixIt(replacing: key.span, with: $0)] } ?? [])
  }

  fileprivate static func unsupportedKey(_ key: Node.Key, in table: KeyTable) -> Diagnostic {
    Diagnostic(
      code: .unsupported, message: "`\(key.text)` of \(table.place) is not supported yet",
      primary: Label(span: key.span, text: "this version of Belay does not evaluate it"))
  }

  fileprivate static func missingKey(
    _ spec: KeySpec, owner: String, at span: SourceSpan
  ) -> Diagnostic {
    Diagnostic(
      code: .missingKey, message: "\(owner) needs `\(spec.name)`", primary: Label(span: span),
      notes: ["`\(spec.name)` takes: \(spec.takes)"])
  }

  fileprivate static func notBoolean(
    _ text: String, key: String, at span: SourceSpan
  ) -> Diagnostic {
    let meant: [String: String] = [
      "yes": "true", "on": "true", "y": "true", "1": "true", "true": "true",
      "no": "false", "off": "false", "n": "false", "0": "false", "false": "false",
    ]
    return Diagnostic(
      code: .wrongValue, message: "`\(key)` is true or false, not `\(text)`",
      primary: Label(span: span),
      fixIts: meant[text.lowercased()].map { [FixIt(replacing: span, with: $0)] } ?? [])
  }

  fileprivate static func quotedNumber(_ text: String, at span: SourceSpan) -> Diagnostic {
    Diagnostic(
      code: .wrongValue, message: "a number stands without quotes",
      primary: Label(span: span, text: "this is text"),
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
    Diagnostic(
      code: .wrongValue, message: "\(what) is \(alternatives(words)), not `\(text)`",
      primary: Label(span: span),
      fixIts: nearestName(to: text, among: words).map { [FixIt(replacing: span, with: $0)] } ?? [])
  }

  static func outOfBounds(
    _ what: String, _ range: ClosedRange<Double>, at span: SourceSpan
  ) -> Diagnostic {
    let low = NumberText.shortest(range.lowerBound)
    let bounds =
      range.upperBound.isFinite
      ? "from \(low) to \(NumberText.shortest(range.upperBound))" : "\(low) or more"
    return Diagnostic(
      code: .outOfBounds, message: "\(what) is \(bounds), not `\(span.text)`",
      primary: Label(span: span))
  }

  fileprivate static func emptyRange(_ key: String, at span: SourceSpan) -> Diagnostic {
    Diagnostic(
      code: .wrongValue, message: "the least of `\(key)` is less than the greatest",
      primary: Label(span: span))
  }
}

extension DiagnosticCode {
  package static let unknownKey = DiagnosticCode(
    "unknown-key", "A key that this place of a policy does not have.")
  package static let missingKey = DiagnosticCode(
    "missing-key", "A key that this place of a policy needs is not there.")
  package static let unsupported = DiagnosticCode(
    "unsupported", "Something that the format has and this version does not evaluate yet.")
  package static let wrongShape = DiagnosticCode(
    "wrong-shape", "A single value, a list or a map stands where another of them is expected.")
  package static let wrongValue = DiagnosticCode(
    "wrong-value", "A value that its key cannot take.")
  package static let emptyValue = DiagnosticCode(
    "empty-value", "A key has nothing behind it.")
  package static let outOfBounds = DiagnosticCode(
    "out-of-bounds", "A number lies outside what its key allows.")
}
