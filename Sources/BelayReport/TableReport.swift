public import Belay
import CEL
import Tables

/// The assessments as text for people, at most 80 columns wide.
///
/// First comes where to find help, if the policy reads wellbeing data; then what the results are
/// for and not for; then each scope: its summary, and its subjects from the worst level down.
/// Within a level providers stand in the data's order, since nobody is ranked; teams, sites and
/// the organization stand worst first.
///
/// A subject above the two lowest levels is shown in full: what drives the score, what was missing,
/// the measures that the policy shows, alerts, what could not be told, and up to three
/// interventions. One at the second-lowest level,
/// with too little data, or with an alert takes a line, and what alerts say. All others are listed
/// by id. Numbers of drivers add up to the score as it is printed.
public struct TableReport: Sendable {
  private let decimals: Int
  private let color: Bool

  /// - Parameters:
  ///   - decimals: how many decimals scores have, 0 to 15.
  ///   - color: whether to use ANSI colours; for terminals only.
  public init(decimals: Int = 1, color: Bool = false) {
    self.decimals = decimals
    self.color = color
  }

  /// Writes the report, piece by piece.
  public func write<E: Error>(
    _ tables: [AssessedTable], of policy: CompiledPolicy, to sink: ([UInt8]) throws(E) -> Void
  ) throws(E) {
    var page = TextPage(color: color)
    writeHeader(policy, tables.first?.view ?? .steward, to: &page)
    for table in tables {
      page.blank()
      ScopeText(table, decimals: decimals).write(to: &page)
      try sink(page.takeBytes())
    }
    let rest = page.takeBytes()
    if !rest.isEmpty { try sink(rest) }
  }

  /// The whole report.
  public func text(_ tables: [AssessedTable], of policy: CompiledPolicy) -> String {
    var bytes: [UInt8] = []
    write(tables, of: policy) { bytes += $0 }
    return String(decoding: bytes, as: UTF8.self)
  }

  private func writeHeader(_ policy: CompiledPolicy, _ view: View, to page: inout TextPage) {
    if policy.hasWellbeingContent, !policy.crisisResources.isEmpty {
      page.line("If somebody is in crisis or may be in danger", .bold)
      for resource in policy.crisisResources {
        page.paragraph(
          "\(resource.region): \(resource.name), \(resource.contact)", indent: 2, hang: 4)
      }
      page.blank()
    }
    page.line(policy.title ?? policy.name, .bold)
    let version = policy.version.map { " \($0)" } ?? ""
    page.entry("Policy", policy.name + version, at: 0)
    if !policy.permittedUse.isEmpty {
      page.entry("For", policy.permittedUse.joined(separator: ", "), at: 0)
    }
    if !policy.prohibitedUse.isEmpty {
      page.entry("Not for", policy.prohibitedUse.joined(separator: ", "), at: 0)
    }
    page.paragraph(Wording.notice)
    if let audience = view.audience {
      let whom = view.subject.map { " about \($0.scope.rawValue) \($0.id)" } ?? ""
      page.paragraph("As the audience \(audience) sees it\(whom).")
    } else {
      page.paragraph(
        "For the steward, whoever runs Belay on the raw data; not for passing on as it is.")
    }
  }
}

/// Lines of text that keep to a width.
struct TextPage {
  enum Style: String {
    case bold = "1"
    case red = "1;31"
    case yellow = "33"
    case green = "32"
    case dim = "2"
  }

  static let columns = 80
  /// Where the text of an entry begins, behind its label.
  static let labelColumns = 12

  private let color: Bool
  private var text = ""

  init(color: Bool) {
    self.color = color
  }

  mutating func blank() { text += "\n" }

  /// A line, cut where it does not fit.
  mutating func line(_ content: String, _ style: Style? = nil) {
    text += painted(TextLayout.fitted(content, to: Self.columns), style) + "\n"
  }

  /// Text that is wrapped.
  mutating func paragraph(_ content: String, indent: Int = 0, hang: Int? = nil) {
    let hang = hang ?? indent
    let lines = TextLayout.wrapped(content, to: Self.columns - max(indent, hang))
    for (number, line) in lines.enumerated() {
      text += TextLayout.spaces(number == 0 ? indent : hang) + line + "\n"
    }
  }

  /// A label, and text beside it that is wrapped.
  mutating func entry(_ label: String, _ content: String, at indent: Int, _ style: Style? = nil) {
    let start = indent + Self.labelColumns
    let lines = TextLayout.wrapped(content, to: Self.columns - start)
    for (number, line) in lines.enumerated() {
      let margin = TextLayout.spaces(indent)
      let left = TextLayout.padded(number == 0 ? label : "", to: Self.labelColumns)
      text += margin + painted(left, style) + line + "\n"
    }
  }

  /// Pieces of a line with two spaces between them; what does not fit goes on below.
  mutating func pieces(_ pieces: [(text: String, style: Style?)], indent: Int) {
    var taken = indent
    var line = TextLayout.spaces(indent)
    var isFirst = true
    for piece in pieces where !piece.text.isEmpty {
      let shown = TextLayout.fitted(piece.text, to: Self.columns - indent - 2)
      let width = TextLayout.width(shown)
      if !isFirst, taken + 2 + width > Self.columns {
        text += line + "\n"
        line = TextLayout.spaces(indent + 2)
        taken = indent + 2
      } else if !isFirst {
        line += "  "
        taken += 2
      }
      line += painted(shown, piece.style)
      taken += width
      isFirst = false
    }
    text += line + "\n"
  }

  mutating func append(_ other: String) { text += other }

  mutating func takeText() -> String {
    defer { text = "" }
    return text
  }

  /// What is written so far, with plain spaces where words were to stay together.
  mutating func takeBytes() -> [UInt8] {
    Array(
      String(String.UnicodeScalarView(takeText().unicodeScalars.map { $0 == "\u{A0}" ? " " : $0 }))
        .utf8)
  }

  func nested() -> TextPage { TextPage(color: color) }

  private func painted(_ content: String, _ style: Style?) -> String {
    guard color, let style, !content.isEmpty else { return content }
    return "\u{1B}[\(style.rawValue)m\(content)\u{1B}[0m"
  }
}
