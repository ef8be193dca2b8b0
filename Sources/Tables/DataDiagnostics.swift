public import Diagnostics

/// What was found in the cells of a data file: of each kind the first few, and how many there were.
public struct DataDiagnostics: Sendable {
  /// How many of each kind are kept.
  public static let limit = 20

  private var kept: [Diagnostic] = []
  /// The kinds in the order in which they first occurred, and how many there were of each.
  public private(set) var counts: [(code: DiagnosticCode, count: Int)] = []

  package init() {}

  public var isEmpty: Bool { counts.isEmpty }

  /// The diagnostics that were kept, in the order in which they were found. The last one of
  /// a kind says in a note how many more there were.
  public var shown: [Diagnostic] {
    var shown = kept
    for (code, count) in counts where count > Self.limit {
      guard let last = shown.lastIndex(where: { $0.code == code }) else { continue }
      shown[last].notes.append("... and \(count - Self.limit) more of this kind")
    }
    return shown
  }

  /// Counts one of a kind, and makes and keeps it if it is among the first.
  package mutating func add(_ code: DiagnosticCode, _ diagnostic: () -> Diagnostic) {
    let place = counts.firstIndex { $0.code == code } ?? counts.count
    if place == counts.count { counts.append((code, 0)) }
    counts[place].count += 1
    if counts[place].count <= Self.limit { kept.append(diagnostic()) }
  }
}

/// Why a file could not be read at all. Nothing of it is assessed.
public struct TableError: Error, Sendable, CustomStringConvertible {
  /// At least one.
  public let diagnostics: [Diagnostic]

  package init(_ diagnostics: [Diagnostic]) {
    self.diagnostics = diagnostics
  }

  public var description: String {
    TextRenderer().render(diagnostics)
  }
}
