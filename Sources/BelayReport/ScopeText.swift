import Belay
import CEL
import Tables

/// The part of a text report that is about one scope.
struct ScopeText {
  private let table: AssessedTable
  private let decimals: Int
  private let isOfOnePeriod: Bool
  private let idColumns: Int
  private let periodColumns: Int

  private static let longestID = 24

  init(_ table: AssessedTable, decimals: Int) {
    self.table = table
    self.decimals = decimals
    var longest = 0
    var longestPeriod = 0
    var isOfOnePeriod = true
    for row in 0..<table.count {
      let subject = TextLayout.printable(table.subject(at: row))
      longest = max(longest, TextLayout.width(subject))
      let period = table.period(at: row) ?? ""
      longestPeriod = max(longestPeriod, TextLayout.width(period))
      if period != table.period(at: 0) ?? "" { isOfOnePeriod = false }
    }
    self.isOfOnePeriod = isOfOnePeriod
    idColumns = min(longest, Self.longestID)
    periodColumns = longestPeriod
  }

  func write(to page: inout TextPage) {
    let period =
      isOfOnePeriod && table.count > 0 ? table.period(at: 0).map { ", \($0)" } ?? "" : ""
    page.line(Self.heading(table.scope).uppercased() + period, .bold)
    guard table.count > 0 else {
      page.paragraph("No rows.")
      return
    }
    var summary = Summary()
    var groups = self.groups
    for row in 0..<table.count {
      let assessment = table.assessment(at: row)
      summary.add(assessment)
      let score = assessment.scores.first
      groups[groupPlace(of: row)].add(
        assessment, score: score?.value,
        detail: detail(assessment, level: levelPlace(of: row)), text: self, page: page)
    }
    summary.write(groups.map { ($0.title, $0.count, $0.style) }, table, to: &page)
    for group in groups where group.count > 0 {
      page.blank()
      group.write(to: &page, worstFirst: table.scope != .provider)
    }
    if !summary.cautions.isEmpty {
      page.blank()
      page.line("About these alerts", .bold)
      for caution in summary.cautions {
        page.paragraph("\(caution.label): \(caution.text)", indent: 2, hang: 4)
      }
    }
  }

  private static func heading(_ scope: Scope) -> String {
    switch scope {
    case .provider: "Providers"
    case .team: "Teams"
    case .site: "Sites"
    case .organization: "Organization"
    }
  }

  // MARK: Groups

  /// The levels from the worst down, then too little data, then nothing known; or, without
  /// scores, subjects with alerts and those without.
  private var groups: [Group] {
    guard let score = table.scores.first else {
      return [
        Group(title: "with alerts", style: .bold), Group(title: "without alerts", style: nil),
      ]
    }
    let levels = score.levelNames.dropLast()
    var groups = levels.enumerated().reversed().map { place, name in
      Group(title: words(name), style: style(ofLevel: place, of: levels.count))
    }
    groups.append(Group(title: words(score.levelNames.last!), style: .bold))
    groups.append(Group(title: "nothing known", style: .bold))
    return groups
  }

  private func groupPlace(of row: Int) -> Int {
    guard let score = table.scores.first else { return table.firingAlerts(at: row).isEmpty ? 1 : 0 }
    let levels = score.levelNames.count - 1
    let level = Int(score.levels[row])
    return level < 0 ? levels + 1 : level == levels ? levels : levels - 1 - level
  }

  /// The level's place from the lowest up; nil without a score or with too little data.
  private func levelPlace(of row: Int) -> Int? {
    guard let score = table.scores.first else { return nil }
    let level = Int(score.levels[row])
    return level < 0 || level == score.levelNames.count - 1 ? nil : level
  }

  private func style(ofLevel place: Int, of count: Int) -> TextPage.Style? {
    switch place {
    case 0: .green
    case count - 1: .red
    case firstDetailed(of: count)...: .yellow
    default: nil
    }
  }

  private func firstDetailed(of levels: Int) -> Int { max(1, min(2, levels - 1)) }

  private func detail(_ assessment: Assessment, level: Int?) -> Detail {
    // Who asks for one subject wants all that there is.
    if table.view.subject != nil { return .full }
    guard let score = table.scores.first else {
      return assessment.alerts.isEmpty && assessment.measures.isEmpty ? .id : .full
    }
    guard let level else { return .short }
    if level >= firstDetailed(of: score.levelNames.count - 1) { return .full }
    return level == 0 && assessment.alerts.isEmpty ? .id : .short
  }

  // MARK: Subjects

  private func unknownAlerts(_ assessment: Assessment) -> String? {
    let count = assessment.undetermined.count
    return count == 0 ? nil : count == 1 ? "1 alert unknown" : "\(count) alerts unknown"
  }

  /// How a subject is called in a list, and how much of it is not known.
  fileprivate func name(_ assessment: Assessment) -> String {
    var name = TextLayout.fitted(assessment.subject, to: Self.longestID)
    if !isOfOnePeriod, let period = assessment.period { name += " " + period }
    var gaps: [String] = []
    if let score = assessment.scores.first, score.coverage < 1 {
      gaps.append(percent(score.coverage))
    }
    gaps += [unknownAlerts(assessment)].compactMap { $0 }
    return noBreaks(gaps.isEmpty ? name : "\(name) (\(gaps.joined(separator: ", ")))")
  }

  fileprivate func write(_ assessment: Assessment, _ detail: Detail, to page: inout TextPage) {
    writeHead(assessment, detail, to: &page)
    if detail == .full {
      writeDetails(assessment, to: &page)
    } else {
      if let score = assessment.scores.first, score.value == nil {
        page.entry("Missing", list(score.missing, atMost: 3), at: 4)
      }
      writeShort(assessment.alerts, to: &page)
    }
  }

  private func writeHead(_ assessment: Assessment, _ detail: Detail, to page: inout TextPage) {
    var pieces: [(text: String, style: TextPage.Style?)] = []
    let id = TextLayout.fitted(assessment.subject, to: idColumns)
    let isAlone = assessment.scores.isEmpty && detail == .full && isOfOnePeriod
    pieces.append((isAlone ? id : TextLayout.padded(id, to: idColumns), .bold))
    if let period = assessment.period, !isOfOnePeriod {
      pieces.append((TextLayout.padded(period, to: periodColumns), nil))
    }
    if let score = assessment.scores.first {
      pieces += self.pieces(score, 0)
      if detail == .short {
        let shares = Shares(score, decimals: decimals)
        if let top = shares.top.first { pieces.append(("mostly \(top)", nil)) }
      }
    }
    if detail == .short, let unknown = unknownAlerts(assessment) { pieces.append((unknown, nil)) }
    page.pieces(pieces, indent: 2)
    for (place, score) in assessment.scores.enumerated().dropFirst() {
      let said = self.pieces(score, place).map(\.text).joined(separator: ", ")
      page.entry("Also", "\(score.label): \(said)", at: 4)
    }
  }

  /// Value, level and coverage of the score at a place among the table's scores.
  private func pieces(
    _ score: ScoreResult, _ place: Int
  ) -> [(text: String, style: TextPage.Style?)] {
    let number = score.value.map { NumberText.fixed($0, decimals: decimals) } ?? "–"
    let columns = decimals == 0 ? 3 : decimals + 4
    let levels = table.scores[place].levelNames.dropLast()
    let level = levels.firstIndex { $0 == score.level }
    return [
      (TextLayout.spaces(columns - TextLayout.width(number)) + number, .bold),
      (
        score.level.map { words($0) } ?? "nothing known",
        level.flatMap { style(ofLevel: $0, of: levels.count) }
      ),
      ("coverage \(percent(score.coverage))" + (score.isPartial ? ", floors alone" : ""), nil),
      (presented(score), nil),
    ].filter { !$0.0.isEmpty }
  }

  /// What stands for the score; empty where nothing does.
  private func presented(_ score: ScoreResult) -> String {
    guard let presentation = score.presentation, let value = score.value else { return "" }
    return "\(presentation.label) \(NumberStyle(decimals: decimals).text(presentation, of: value))"
  }

  private func writeDetails(_ assessment: Assessment, to page: inout TextPage) {
    for score in assessment.scores {
      let shares = Shares(score, decimals: decimals)
      if !shares.top.isEmpty {
        let drivers = (shares.top + [shares.other.map { "other\u{A0}\($0)" }].compactMap { $0 })
          .joined(separator: ", ")
        let label = score.id == assessment.scores[0].id ? "" : "\(score.label): "
        page.entry("Drivers", label + drivers, at: 4)
      }
    }
    if let score = assessment.scores.first, score.coverage < 1 {
      var text = list(score.missing, atMost: 4)
      if let interval = score.interval {
        let low = NumberText.fixed(interval.lowerBound, decimals: decimals)
        let high = NumberText.fixed(interval.upperBound, decimals: decimals)
        text += text.isEmpty ? "" : "; "
        text +=
          low == high
          ? "with all known the score stays \(low)"
          : "with all known the score is between \(low) and \(high)"
      }
      page.entry("Missing", text, at: 4)
    }
    if !assessment.measures.isEmpty {
      page.entry("Measures", assessment.measures.map(said).joined(separator: ", "), at: 4)
    }
    for alert in worstFirst(assessment.alerts) {
      let owner = alert.owner.map { words($0) }
      let terms = [owner, alert.due.map { "due in \($0)" }].compactMap { $0 }
      let terminal = terms.isEmpty ? "" : " (\(terms.joined(separator: ", ")))"
      page.entry(
        "Alert", said(alert) + terminal, at: 4, alert.severity >= .high ? .red : .yellow)
    }
    if !assessment.pending.isEmpty {
      page.entry("Pending", assessment.pending.map(\.label).joined(separator: "; "), at: 4)
    }
    writeUndetermined(assessment.undetermined, to: &page)
    if !assessment.interventions.isEmpty {
      let plans = assessment.interventions.prefix(3).map { intervention in
        let owner = intervention.effort?.owner.map { ", \(words($0))" } ?? ""
        return "\(intervention.title) (\(intervention.kind.rawValue)\(owner))"
      }
      page.entry("Consider", plans.joined(separator: "; "), at: 4)
    }
    for fault in assessment.faults {
      page.entry("Fault", "\(fault.quantity): \(fault.fault.message)", at: 4)
    }
  }

  /// The grave ones as they are, the others by their label.
  private func writeShort(_ alerts: [AlertResult], to page: inout TextPage) {
    let alerts = worstFirst(alerts)
    for alert in alerts where alert.severity >= .high {
      page.entry("Alert", said(alert), at: 4, .red)
    }
    for severity in [Severity.medium, .low] {
      let labels = alerts.filter { $0.severity == severity }.map(\.label)
      guard !labels.isEmpty else { continue }
      page.entry(
        "Alerts", "\(severity.rawValue): \(labels.joined(separator: "; "))", at: 4, .yellow)
    }
  }

  private func said(_ measure: ShownMeasure) -> String {
    guard case .value(let value) = measure.value else { return "\(measure.label)\u{A0}unknown" }
    let unit = measure.unit.map { "\u{A0}\(noBreaks($0))" } ?? ""
    let bound =
      switch measure.bound {
      case .exact: ""
      case .atMost: "at\u{A0}most\u{A0}"
      case .atLeast: "at\u{A0}least\u{A0}"
      }
    let carried = measure.isCarried ? " (carried)" : ""
    let text = Wording.text(value, NumberStyle(decimals: decimals))
    return "\(measure.label)\u{A0}\(bound)\(text)\(unit)\(carried)"
  }

  private func said(_ alert: AlertResult) -> String {
    let state = alert.state == .clearing ? ", clearing" : ""
    return "\(alert.severity.rawValue)\(state): "
      + (alert.message.isEmpty ? alert.label : alert.message)
  }

  /// By severity, then in policy order.
  private func worstFirst(_ alerts: [AlertResult]) -> [AlertResult] {
    Severity.allCases.reversed().flatMap { severity in alerts.filter { $0.severity == severity } }
  }

  private func writeUndetermined(_ alerts: [UndeterminedAlert], to page: inout TextPage) {
    guard !alerts.isEmpty else { return }
    let shown = alerts.prefix(3).map { "\($0.label) (missing \(list($0.missing, atMost: 2)))" }
    let more = alerts.count > 3 ? "; and \(alerts.count - 3) more" : ""
    page.entry("Not known", shown.joined(separator: "; ") + more, at: 4)
  }

  private func list(_ missing: Unknown, atMost limit: Int) -> String {
    let causes = missing.causes
    let shown = causes.prefix(limit).map(Wording.words).joined(separator: ", ")
    return causes.count > limit ? shown + " and \(causes.count - limit) more" : shown
  }
}

/// How much is said about a subject.
private enum Detail {
  case full
  case short
  case id
}

/// The subjects of a level.
private struct Group {
  let title: String
  let style: TextPage.Style?
  private var entries: [(score: Double, text: String)] = []
  private var names: [String] = []

  init(title: String, style: TextPage.Style?) {
    self.title = title
    self.style = style
  }

  var count: Int { entries.count + names.count }

  mutating func add(
    _ assessment: Assessment, score: Double?, detail: Detail, text: ScopeText, page: TextPage
  ) {
    if detail == .id {
      names.append(text.name(assessment))
      return
    }
    var own = page.nested()
    text.write(assessment, detail, to: &own)
    entries.append((score ?? -1, own.takeText()))
  }

  func write(to page: inout TextPage, worstFirst: Bool) {
    page.line("\(title) (\(count))", style)
    let places =
      worstFirst
      ? entries.indices.sorted { a, b in
        entries[a].score == entries[b].score ? a < b : entries[a].score > entries[b].score
      } : Array(entries.indices)
    for place in places { page.append(entries[place].text) }
    if !names.isEmpty {
      if !entries.isEmpty { page.line("  without alerts:") }
      page.paragraph(names.joined(separator: ", "), indent: 2)
    }
  }
}

/// What is counted over a scope.
private struct Summary {
  private(set) var cautions: [(id: String, label: String, text: String)] = []
  private var severities: [Severity: Int] = [:]
  private var undetermined = 0
  private var faults = 0
  /// Those of the last subject: all have the same names.
  private var scores: [ScoreResult] = []
  private var coverage = 0.0
  private var assessments = 0
  private var missing: [Unknown.Cause: Int] = [:]
  /// For each input that chooses parameters, how often it was unknown and defaults stood in.
  private var unknownKeys: [String: Int] = [:]

  mutating func add(_ assessment: Assessment) {
    assessments += 1
    scores = assessment.scores
    undetermined += assessment.undetermined.count
    faults += assessment.faults.count
    var causes = Set(assessment.undetermined.flatMap(\.missing.causes))
    if let score = assessment.scores.first {
      coverage += score.coverage
      causes.formUnion(score.missing.causes)
    }
    for cause in causes { missing[cause, default: 0] += 1 }
    let keys = Set(assessment.defaulted.filter { $0.value == nil }.map(\.key))
    for key in keys { unknownKeys[key, default: 0] += 1 }
    for alert in assessment.alerts {
      severities[alert.severity, default: 0] += 1
      if let text = alert.caution, !cautions.contains(where: { $0.id == alert.id }) {
        cautions.append((alert.id, alert.label, text))
      }
    }
  }

  func write(
    _ groups: [(title: String, count: Int, style: TextPage.Style?)], _ table: AssessedTable,
    to page: inout TextPage
  ) {
    if let score = table.scores.first {
      page.entry(
        "Score", "\(score.score.label), 0 to 100; higher is more concern", at: 0)
      for score in scores {
        guard let presentation = score.presentation else { continue }
        page.entry(
          "Shown as",
          presentation.isInverted
            ? "\(presentation.label), 100 minus \(score.label); higher is better"
            : "\(presentation.label), the same as \(score.label)", at: 0)
      }
      let levels = groups.dropLast().map { "\($0.count)\u{A0}\(noBreaks($0.title))" }
      let nothing = groups.last!.count
      page.entry(
        "Levels",
        (levels + (nothing > 0 ? ["\(nothing)\u{A0}nothing\u{A0}known"] : []))
          .joined(separator: ", "), at: 0)
      page.entry("Coverage", "\(percent(coverage / Double(assessments))) on average", at: 0)
    }
    let alerts = Severity.allCases.reversed().compactMap { severity in
      severities[severity].map { "\($0)\u{A0}\(severity.rawValue)" }
    }
    page.entry(
      "Alerts",
      (alerts.isEmpty ? "none" : alerts.joined(separator: ", "))
        + (undetermined == 0 ? "" : "; \(undetermined) could not be told, data being missing"),
      at: 0)
    writeMissing(to: &page)
    if !unknownKeys.isEmpty {
      let keys = unknownKeys.sorted { $0.key < $1.key }.map { "\($0.key)\u{A0}×\u{A0}\($0.value)" }
      page.entry(
        "Defaults",
        "parameters took their default, the key being unknown: "
          + keys.joined(separator: ", "), at: 0)
    }
    if faults > 0 { page.entry("Faults", "\(faults), counted as unknown", at: 0) }
  }

  private func writeMissing(to page: inout TextPage) {
    let suppressed = missing.filter { $0.key.reason == .suppressed }
    let others = missing.filter { $0.key.reason != .suppressed }
    for (label, causes) in [("Suppressed", suppressed), ("Missing", others)] where !causes.isEmpty {
      let sorted = causes.sorted { a, b in
        a.value == b.value ? a.key < b.key : a.value > b.value
      }
      let shown = sorted.prefix(5).map { cause, count in
        (cause.reason == .suppressed ? cause.name : Wording.words(cause)) + "\u{A0}×\u{A0}\(count)"
      }
      let more = sorted.count > 5 ? " and \(sorted.count - 5) more" : ""
      let reason = label == "Suppressed" ? "; groups are too small" : ""
      page.entry(label, shown.joined(separator: ", ") + more + reason, at: 0)
    }
  }
}

/// What the drivers of a score contribute, rounded so that they add up to the score.
private struct Shares {
  /// The largest five.
  private(set) var top: [String] = []
  /// All others together.
  private(set) var other: String?

  init(_ score: ScoreResult, decimals: Int) {
    guard let value = score.value else { return }
    let rounded = LargestRemainder(
      score.drivers.map(\.contribution), sum: value, decimals: decimals)
    let order = score.drivers.indices.sorted { a, b in
      let (x, y) = (score.drivers[a].contribution, score.drivers[b].contribution)
      return x == y ? a < b : x > y
    }.filter { !rounded.isZero($0) }
    top = order.prefix(5).map { "\(score.drivers[$0].label)\u{A0}\(rounded[$0])" }
    other = rounded.together(order.dropFirst(5))
  }
}

/// A share as per cent; 100 stands for all, not for nearly all.
private func percent(_ share: Double) -> String {
  NumberText.fixed((share * 100 + 1e-9).rounded(.down), decimals: 0) + "\u{A0}%"
}

/// A name for people.
private func words(_ name: String) -> String {
  String(name.map { $0 == "_" ? " " : $0 })
}

private func noBreaks(_ text: String) -> String {
  String(text.map { $0 == " " ? "\u{A0}" : $0 })
}
