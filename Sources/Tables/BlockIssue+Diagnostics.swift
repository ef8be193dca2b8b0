package import Diagnostics

extension BlockIssue {
  func code(in schema: TableSchema) -> DiagnosticCode {
    switch kind {
    case .malformed:
      switch column.map({ schema.columns[$0].type }) {
      case .boolean: .badBoolean
      case .date: .badDate
      default: .badNumber
      }
    case .outOfRange: .outOfRange
    case .notListed: .notListed
    case .badPeriod: .badPeriod
    case .emptyPeriod: .emptyPeriod
    case .emptyID: .emptyID
    case .duplicateRow: .duplicateRow
    }
  }

  func diagnostic(row: Int, _ schema: TableSchema, _ text: inout DataText) -> Diagnostic {
    let bytes = text.bytes
    let written = cell.text(bytes.span)
    let value = String(trimmed(written))
    let leftOut = "the row is left out"
    var label = text.label(cell.lower, cell.upper, "read as unknown")
    func place(_ header: String) -> String { "row \(row), column \(quoted(header))" }
    let header = column.map { schema.columns[$0].name } ?? schema.key

    switch kind {
    case .malformed:
      let type = column.map { schema.columns[$0].type }
      let (noun, note) =
        switch type {
        case .boolean: ("boolean", "write `true` or `false`; \(Self.leaveEmpty)")
        case .date: ("date", "dates are written like `2026-01-31`; \(Self.leaveEmpty)")
        default: ("number", numberNote(value))
        }
      return Diagnostic(
        code: code(in: schema), message: "\(place(header)): \(quoted(written)) is not a \(noun)",
        primary: label, notes: [note])
    case .outOfRange:
      var range = ""
      if case .number(let bounds?) = column.map({ schema.columns[$0].type }) {
        let lower = NumberText.shortest(bounds.lowerBound)
        range = " \(lower) to \(NumberText.shortest(bounds.upperBound))"
      }
      return Diagnostic(
        code: .outOfRange,
        message: "\(place(header)): \(quoted(written)) is outside the range\(range)",
        primary: label)
    case .notListed:
      var list: [String] = []
      if case .text(let texts?) = column.map({ schema.columns[$0].type }) { list = texts }
      let nearest = nearestName(to: value, among: list) ?? list.first { $0 == value }
      return Diagnostic(
        code: .notListed,
        message: "\(place(header)): \(quoted(written)) is not among the values listed",
        primary: label,
        notes: nearest == nil ? ["listed are \(Self.listing(list))"] : [],
        fixIts: nearest.map { [FixIt(replacing: label.span, with: $0)] } ?? [])
    case .emptyID:
      label.text = leftOut
      return Diagnostic(
        code: .emptyID, message: "\(place(schema.key)): no id", primary: label)
    case .emptyPeriod:
      label.text = leftOut
      return Diagnostic(
        code: .emptyPeriod, message: "\(place(schema.time?.column ?? "")): no period",
        primary: label)
    case .badPeriod:
      label.text = leftOut
      let every = schema.time?.every ?? .day
      return Diagnostic(
        code: .badPeriod,
        message:
          "\(place(schema.time?.column ?? "")): \(quoted(written)) is not a \(every.rawValue)",
        primary: label, notes: [periodNote(value, every)])
    case .duplicateRow(let first):
      label.text = leftOut
      let period = schema.time == nil ? "" : " and this period"
      return Diagnostic(
        code: .duplicateRow,
        message: "\(place(schema.key)): an earlier row has \(quoted(written))\(period)",
        primary: label, secondary: first.map { [$0] } ?? [])
    }
  }

  private static let leaveEmpty = "leave the cell empty where there is no value"

  private static func listing(_ texts: [String]) -> String {
    let limit = 10
    let list = texts.prefix(limit).map { quoted($0) }.joined(separator: ", ")
    return texts.count > limit ? "\(list) and \(texts.count - limit) more" : list
  }

  /// What is most likely wrong with a text that should be a number.
  private func numberNote(_ text: String) -> String {
    func isNumber(_ text: some StringProtocol) -> Bool { NumberText.parse(text.utf8) != nil }
    let words = [
      "n/a", "#n/a", "na", "nan", "null", "none", "nil", "inf", "+inf", "-inf", "infinity",
      "-infinity", "-", "--", ".", "?", "unknown", "missing",
    ]
    if words.contains(text.lowercased()) { return Self.leaveEmpty }
    let parts = text.split(separator: ",", omittingEmptySubsequences: false)
    let groups = parts.dropFirst().map { $0.prefix { $0 != "." } }
    let isGrouped = !groups.isEmpty && groups.allSatisfy { $0.count == 3 }
    if isGrouped, isNumber(parts.joined()) {
      return "write numbers without a separator between the thousands: `\(parts.joined())`"
    }
    let pointed = parts.joined(separator: ".")
    if parts.count == 2, isNumber(pointed) { return "decimals follow a point: `\(pointed)`" }
    if text.hasSuffix("%"), isNumber(trimmed(String(text.dropLast()))) {
      return "write the number without `%`, in the unit of the column"
    }
    let joined = text.filter { !$0.isWhitespace }
    if joined != text, isNumber(joined) { return "write the number without spaces: `\(joined)`" }
    if text.hasPrefix("+"), isNumber(text.dropFirst()) { return "write the number without `+`" }
    if text.hasPrefix("."), isNumber("0" + text) { return "write `0\(text)`" }
    if text.hasPrefix("-."), isNumber("-0" + text.dropFirst()) {
      return "write `-0\(text.dropFirst())`"
    }
    if text.hasSuffix("."), isNumber(text.dropLast()) { return "write `\(text.dropLast())`" }
    if let last = text.lastIndex(where: { $0.isNumber }), isNumber(text[...last]) {
      return "write the number alone, without a unit"
    }
    if text.utf8.allSatisfy({ "0123456789.eE+-".utf8.contains($0) }),
      let value = Double(text), value.isInfinite
    {
      return "the number is too large"
    }
    return "numbers are written like `12`, `-3.5` or `1e6`; \(Self.leaveEmpty)"
  }

  /// How periods are written, and which one is meant where that is clear.
  private func periodNote(_ text: String, _ every: Granularity) -> String {
    if let date = CalendarDate(text) {
      let period = Period(every, containing: date)
      return "the day is not the first of a \(every.rawValue); it lies in `\(period)`"
    }
    let how = Self.spelling(of: every)
    let other = Granularity.allCases.first { $0 != every && Period(text, every: $0) != nil }
    return other.map { "this is a \($0.rawValue); \(how)" } ?? how
  }

  private static func spelling(of every: Granularity) -> String {
    switch every {
    case .day: "days are written like `2026-01-31`"
    case .week: "weeks are written like `2026-W05`, or as their Monday"
    case .month: "months are written like `2026-01`, or as their first day"
    case .quarter: "quarters are written like `2026-Q1`, or as their first day"
    }
  }
}

extension Diagnostic {
  /// A column in which some periods are spelled `2026-01` and some `2026-01-01`.
  static func mixedSpellings(
    _ header: String, first: (label: Label, row: Int), then: (label: Label, row: Int)
  ) -> Diagnostic {
    var (first, then) = (first, then)
    first.label.text = "row \(first.row)"
    then.label.text = "row \(then.row)"
    return Diagnostic(
      code: .mixedSpellings,
      message:
        "column \(quoted(header)) spells periods in two ways, first in rows \(first.row) and \(then.row)",
      primary: then.label, secondary: [first.label],
      notes: ["both are read; one spelling keeps rows of a period together elsewhere"])
  }
}

extension DiagnosticCode {
  package static let badNumber = DiagnosticCode(
    "bad-number", .warning, "A cell of a number column holds something else.")
  package static let badBoolean = DiagnosticCode(
    "bad-boolean", .warning, "A cell of a boolean column holds something else.")
  package static let badDate = DiagnosticCode(
    "bad-date", .warning, "A cell of a date column holds something else.")
  package static let outOfRange = DiagnosticCode(
    "out-of-range", .warning, "A number lies outside the range that its input declares.")
  package static let notListed = DiagnosticCode(
    "not-listed", .warning, "A text is not among those that its input lists.")
  package static let badPeriod = DiagnosticCode(
    "bad-period", .warning, "The period of a row cannot be read, so the row is left out.")
  package static let mixedSpellings = DiagnosticCode(
    "mixed-spellings", .warning, "A column spells periods in two ways.")
  package static let emptyPeriod = DiagnosticCode(
    "empty-period", .warning, "A row has no period, so it is left out.")
  package static let emptyID = DiagnosticCode(
    "empty-id", .warning, "A row has no id, so it is left out.")
  package static let duplicateRow = DiagnosticCode(
    "duplicate-row", .warning, "An earlier row has the same subject and period, and counts.")
}
