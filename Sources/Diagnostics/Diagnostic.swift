/// What is wrong with text that somebody wrote: a policy, data or a test.
///
/// The message says what is wrong, the primary label where, notes why, fix-its what to do.
public struct Diagnostic: Error, Sendable {
  public enum Severity: String, Sendable, Comparable {
    case note, warning, error

    public static func < (a: Severity, b: Severity) -> Bool { a.rank < b.rank }
    private var rank: Int { self == .note ? 0 : self == .warning ? 1 : 2 }
  }

  public var code: DiagnosticCode
  /// The code's own, unless the one who reports knows better.
  public var severity: Severity
  /// One line, small first letter, no full stop; the reader's own text in backticks.
  public var message: String
  /// Where it is wrong.
  public var primary: Label
  /// Other places that have to do with it.
  public var secondary: [Label]
  /// Why it is wrong, or what else helps.
  public var notes: [String]
  /// What would mend it.
  public var fixIts: [FixIt]

  /// The severity is the code's own unless given.
  public init(
    code: DiagnosticCode, severity: Severity? = nil, message: String, primary: Label,
    secondary: [Label] = [], notes: [String] = [], fixIts: [FixIt] = []
  ) {
    self.code = code
    self.severity = severity ?? code.severity
    self.message = message
    self.primary = primary
    self.secondary = secondary
    self.notes = notes
    self.fixIts = fixIts
  }
}

/// What kind of thing is wrong: a kebab-case slug that never changes its meaning.
public struct DiagnosticCode: Sendable, Hashable, CustomStringConvertible {
  public let slug: String
  public let severity: Diagnostic.Severity
  /// One sentence for the catalogue of diagnostics.
  public let summary: String

  /// An error.
  public init(_ slug: String, _ summary: String) {
    self.init(slug, .error, summary)
  }

  public init(_ slug: String, _ severity: Diagnostic.Severity, _ summary: String) {
    self.slug = slug
    self.severity = severity
    self.summary = summary
  }

  public var description: String { slug }
  public static func == (a: DiagnosticCode, b: DiagnosticCode) -> Bool { a.slug == b.slug }
  public func hash(into hasher: inout Hasher) { hasher.combine(slug) }
}

/// A span with a few words about it; no words where the message says it all.
public struct Label: Sendable {
  public var span: SourceSpan
  public var text: String

  public init(span: SourceSpan, text: String = "") {
    self.span = span
    self.text = text
  }
}

/// A replacement that would mend what is wrong.
public struct FixIt: Sendable {
  public var span: SourceSpan
  public var replacement: String

  public init(replacing span: SourceSpan, with replacement: String) {
    self.span = span
    self.replacement = replacement
  }
}

/// Everything that is wrong with a text, sorted by place. At least one diagnostic is an error.
public struct CompilationError: Error, Sendable, CustomStringConvertible {
  public let diagnostics: [Diagnostic]

  public init(_ diagnostics: [Diagnostic]) {
    self.diagnostics = diagnostics.sortedByPlace()
  }

  public var description: String {
    TextRenderer().render(diagnostics)
  }
}

extension Array where Element == Diagnostic {
  public var hasErrors: Bool { contains { $0.severity == .error } }

  /// Sorted by file, in the order in which files first occur, then by place; stable.
  public func sortedByPlace() -> [Diagnostic] {
    var fileOrder: [ObjectIdentifier: Int] = [:]
    for diagnostic in self {
      let file = ObjectIdentifier(diagnostic.primary.span.source)
      if fileOrder[file] == nil { fileOrder[file] = fileOrder.count }
    }
    return enumerated().sorted { a, b in
      let (x, y) = (a.element.primary.span, b.element.primary.span)
      let (fx, fy) = (
        fileOrder[ObjectIdentifier(x.source)]!, fileOrder[ObjectIdentifier(y.source)]!
      )
      if fx != fy { return fx < fy }
      if x.lower != y.lower { return x.lower < y.lower }
      return a.offset < b.offset
    }.map(\.element)
  }
}
