package import Diagnostics
import Tables

// Values of a parameter by several keys and by dates.
extension PolicyReader {
  mutating func readRows(
    _ fields: Fields, of name: DeclaredName
  ) -> [ParameterDeclaration.Row]? {
    guard let items = fields.list("rows", "rows", &diagnostics) else { return nil }
    if items.isEmpty { diagnostics.append(.emptyList("rows", at: fields["rows"]!.span)) }
    return items.compactMap { readRow($0, of: name) }
  }

  private mutating func readRow(
    _ node: Node, of name: DeclaredName
  ) -> ParameterDeclaration.Row? {
    guard
      let fields = Fields(
        node, .parameterRow, owner: "a row of `\(name.text)`", at: node.span,
        diagnostics: &diagnostics)
    else { return nil }
    var keys: [ParameterDeclaration.Row.Key] = []
    for entry in fields.entries("when", "inputs, each with its texts", &diagnostics) ?? [] {
      keys.append(
        .init(
          input: NameReference(text: entry.key.text, span: entry.key.span),
          texts: readTexts(entry.value, of: entry.key.text)))
    }
    if let when = fields["when"], case .mapping(let entries) = when.content, entries.isEmpty {
      diagnostics.append(.emptyList("when", at: when.span))
    }
    let from = readDays("from", fields)
    let until = readDays("until", fields)
    if let from, let until, from.lowerBound > until.upperBound {
      diagnostics.append(.fromAfterUntil(at: fields["from"]!.span, fields["until"]!.span))
    }
    guard let value = fields["value"], let setting = parameterSetting(value, of: name) else {
      return nil
    }
    return ParameterDeclaration.Row(
      keys: keys, from: from?.lowerBound, until: until?.upperBound,
      dateKey: ["from", "until"].lazy.compactMap { key in
        fields.keySpan(key).map { DeclaredName(text: key, span: $0) }
      }.first,
      value: setting, valueSpan: value.span, span: node.span)
  }

  /// One text, or a list of texts.
  private mutating func readTexts(_ node: Node, of key: String) -> [DeclaredName] {
    var items = [node]
    if case .sequence(let several) = node.content {
      items = several
      if items.isEmpty { diagnostics.append(.emptyList(key, at: node.span)) }
    }
    return items.compactMap { item in
      textValue(item, "`\(key)`", &diagnostics).map { DeclaredName(text: $0, span: item.span) }
    }
  }

  /// The days of a date or a period, since 1970-01-01.
  private mutating func readDays(_ key: String, _ fields: Fields) -> ClosedRange<Int32>? {
    guard let node = fields[key],
      let scalar = filledScalar(node, "`\(key)` takes a date or a period", &diagnostics)
    else { return nil }
    if let date = CalendarDate(scalar.text) { return date.daysSince1970...date.daysSince1970 }
    for granularity in [Granularity.month, .quarter, .week] {
      if let period = Period(scalar.text, every: granularity) { return period.days }
    }
    diagnostics.append(.noDate(key, scalar.text, at: node.span))
    return nil
  }

  /// Warns of rows before which another hits whenever they would.
  mutating func warnOfUnreachable(_ rows: [ParameterDeclaration.Row]) {
    for (place, row) in rows.enumerated() {
      if let first = rows[..<place].first(where: { $0.covers(row) }) {
        diagnostics.append(.unreachableRow(at: row.span, first: first.span))
      }
    }
  }
}

extension ParameterDeclaration.Row {
  /// Whether it hits wherever the other does.
  fileprivate func covers(_ other: Self) -> Bool {
    guard from ?? .min <= other.from ?? .min, until ?? .max >= other.until ?? .max,
      // Where the period is unknown, only a row that has no dates hits.
      dateKey == nil || other.dateKey != nil
    else { return false }
    return keys.allSatisfy { key in
      let texts = Set(key.texts.map(\.text))
      return other.keys.contains { other in
        other.input.text == key.input.text && texts.isSuperset(of: other.texts.map(\.text))
      }
    }
  }
}

extension Period {
  /// From its first day to its last, since 1970-01-01.
  fileprivate var days: ClosedRange<Int32> {
    let first = firstDay
    let last: Int32
    switch granularity {
    case .day: last = first.daysSince1970
    case .week: last = first.daysSince1970 + 6
    case .month, .quarter:
      let month = first.month + (granularity == .month ? 0 : 2)
      let days = (28...31).lazy.compactMap {
        CalendarDate(year: first.year, month: month, day: $0)?.daysSince1970
      }
      last = days.max()!
    }
    return first.daysSince1970...last
  }
}

extension Diagnostic {
  fileprivate static func noDate(_ key: String, _ text: String, at span: SourceSpan) -> Diagnostic {
    Diagnostic(
      code: .wrongValue, message: "`\(key)` takes a date or a period, not `\(text)`",
      primary: Label(span: span),
      notes: ["such as `2026-07-01`, `2026-07`, `2026-Q3` or `2026-W27`"])
  }

  fileprivate static func fromAfterUntil(
    at from: SourceSpan, _ until: SourceSpan
  ) -> Diagnostic {
    Diagnostic(
      code: .wrongValue, message: "`from` is after `until`",
      primary: Label(span: from, text: "the row starts here"),
      secondary: [Label(span: until, text: "and has ended here")])
  }

  fileprivate static func unreachableRow(at span: SourceSpan, first: SourceSpan) -> Diagnostic {
    Diagnostic(
      code: .unreachableRow, message: "this row is never taken",
      primary: Label(span: span),
      secondary: [Label(span: first, text: "this one is, wherever both hit")],
      notes: ["the first row that hits counts: special cases come before general ones"])
  }

  static func rowsAndKey(_ name: DeclaredName, _ rows: SourceSpan, _ key: Node.Key) -> Diagnostic {
    Diagnostic(
      code: .oneRule, message: "parameter `\(name.text)` has both `rows` and `\(key.text)`",
      primary: Label(span: key.span), secondary: [Label(span: rows, text: "the rows")],
      notes: ["what `by` and `values` say, a row says with `when` and `value`"])
  }
}

extension DiagnosticCode {
  package static let unreachableRow = DiagnosticCode(
    "unreachable-row", .warning, "A row of a parameter before which another always hits.")
}
