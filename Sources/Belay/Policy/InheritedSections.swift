package import Diagnostics
import Tables

/// The sections that policies come to which are applied one after another.
struct InheritedSections {
  /// How a section is put together from several files.
  enum Kind {
    /// Names, each of which is declared once: `factors`.
    case named
    /// Items that follow one another.
    case list
    /// One map, given once.
    case single
  }

  static func kind(of section: String) -> Kind {
    switch section {
    case "crisis_resources": .list
    case "time", "privacy": .single
    default: .named
    }
  }

  fileprivate struct Section {
    var key: Node.Key
    var span: SourceSpan
    /// In policy order; nil for what has been removed.
    private var entries: [Node.Entry?] = []
    private var places: [String: Int] = [:]

    init(_ entry: Node.Entry) {
      key = entry.key
      span = entry.value.span
    }

    var all: [Node.Entry] { entries.compactMap { $0 } }

    /// A declaration by its name. What is set first comes last.
    subscript(name: String) -> Node.Entry? {
      get { places[name].flatMap { entries[$0] } }
      set {
        if let place = places[name] {
          entries[place] = newValue
          if newValue == nil { places[name] = nil }
        } else if let newValue {
          places[name] = entries.count
          entries.append(newValue)
        }
      }
    }
  }

  /// The path of a name, and what is said of it.
  fileprivate typealias Conflict = (path: String, diagnostic: Diagnostic)

  private var named: [String: Section] = [:]
  /// Sections that are a list or single, and what results may be used for.
  private var values: [String: Node.Entry] = [:]
  /// Where names are removed, by what refers to them: `points.inbox`, and `factors.inbox`.
  private(set) var removed: [String: SourceSpan] = [:]
  private var openConflicts: [Conflict] = []

  /// Names that two policies declare differently, neither of which extends the other.
  ///
  /// Who extends both can remove such a name, and declare it anew.
  var conflicts: [Diagnostic] { openConflicts.map(\.diagnostic) }

  /// All sections as a document.
  func node(at span: SourceSpan) -> Node {
    var entries = values.values.sorted { $0.key.text < $1.key.text }
    for section in named.values.sorted(by: { $0.key.text < $1.key.text }) {
      entries.append(
        Node.Entry(key: section.key, value: Node(.mapping(section.all), span: section.span)))
    }
    return Node(.mapping(entries), span: span)
  }

  // MARK: Adding

  mutating func replace(_ entry: Node.Entry) {
    values[entry.key.text] = entry
  }

  /// Adds a section of a file; what is wrong with that.
  ///
  /// - Parameters:
  ///   - own: the texts of the policy's files.
  ///   - lineage: those, and the texts of the policies that it extends.
  mutating func add(
    _ section: Node.Entry, own: Set<ObjectIdentifier>, lineage: Set<ObjectIdentifier>
  ) -> [Diagnostic] {
    let key = section.key.text
    switch (Self.kind(of: key), section.value.content) {
    case (.named, .mapping(let entries)):
      let (problems, conflicts) = named[key, default: Section(section)]
        .add(entries, section: key, own: own, lineage: lineage)
      openConflicts += conflicts
      return problems
    case (.named, _): return []
    case (.list, .sequence(let items)):
      if case .sequence(let before)? = values[key]?.value.content {
        values[key]!.value.content = .sequence(before + items)
      } else {
        values[key] = section
      }
      return []
    case (.list, _): return []
    case (.single, _):
      guard let first = values[key] else {
        values[key] = section
        return []
      }
      if own.contains(ObjectIdentifier(first.key.span.source)) {
        return [.declaredTwice("`\(key)` is given", at: section.key.span, first: first.key.span)]
      }
      if lineage.contains(ObjectIdentifier(first.key.span.source)) {
        return [
          .inheritedAlready([key], section.value, at: section.key.span, first: first.key.span)
        ]
      }
      if key == "privacy", let new = minimumGroupSize(section.value),
        let old = minimumGroupSize(first.value)
      {
        // Whoever answered was promised the larger group.
        if new.size > old.size { values[key] = section }
      } else if !section.value.isSame(as: first.value) {
        openConflicts.append(
          (key, .declaredDifferently(key, at: section.key.span, first: first.key.span)))
      }
      return []
    }
  }

  // MARK: Overriding

  /// Changes what a section of `override` names; what is wrong with that.
  ///
  /// - Parameter own: the files of the policy that overrides.
  mutating func override(_ change: Node.Entry, own: [Fields]) -> [Diagnostic] {
    let section = change.key.text
    guard Self.kind(of: section) == .named else {
      guard let old = values[section] else {
        return [.nothingToOverride([section], at: change.key.span)]
      }
      let new = merged(old.value, change.value, at: [section])
      values[section]!.value = new
      guard section == "privacy", let before = minimumGroupSize(old.value),
        let after = minimumGroupSize(new), after.size < before.size
      else { return [] }
      return [.smallerGroups(after, before)]
    }
    guard case .mapping(let entries) = change.value.content else {
      return [
        .wrongShape(
          "`\(section)` takes names, each with its keys", at: change.value.span, change.value)
      ]
    }
    var problems: [Diagnostic] = []
    for entry in entries {
      let name = entry.key.text
      if let old = named[section]?[name] {
        named[section]![name]!.value = merged(old.value, entry.value, at: [section, name])
      } else {
        problems.append(notInherited(entry.key, in: section, own: own))
      }
    }
    return problems
  }

  private func notInherited(
    _ key: Node.Key, in section: String, own: [Fields]
  ) -> Diagnostic {
    let path = [section, key.text]
    let declaration = own.lazy.compactMap { file -> SourceSpan? in
      guard case .mapping(let entries)? = file.entry(section)?.value.content else { return nil }
      return entries.first { $0.key.text == key.text }?.key.span
    }.first
    let names = named[section]?.all.map(\.key.text) ?? []
    let elsewhere = named.keys.sorted().first { named[$0]![key.text] != nil }
    return .nothingToOverride(
      path, at: key.span,
      nearest: declaration == nil ? nearestName(to: key.text, among: names) : nil,
      elsewhere: elsewhere, own: declaration, removed: removed[path.joined(separator: ".")])
  }

  // MARK: Removing

  /// Takes away what a path names, such as `factors.note_time`; what is wrong with that.
  mutating func remove(_ path: NameReference) -> Diagnostic? {
    let text = path.text
    let section = String(text.prefix { $0 != "." })
    let rest = String(text.dropFirst(section.count + 1))
    guard section != "privacy" else { return .privacyStays(at: path.span) }
    if let before = named[section] {
      if rest.isEmpty, text == section {
        for entry in before.all { noteRemoval(section, entry.key.text, at: path.span) }
        named[section] = nil
        return nil
      }
      for (name, inner) in splits(rest) {
        guard var entry = before[name] else { continue }
        if inner.isEmpty {
          noteRemoval(section, name, at: path.span)
          named[section]![name] = nil
          return nil
        }
        if let missing = removeKey(inner, from: &entry.value) {
          let nearest = nearestName(to: missing.key, among: missing.among)
            .map { String(text.dropLast(missing.key.count)) + $0 }
          return .nothingToRemove(path, nearest: nearest)
        }
        named[section]![name] = entry
        return nil
      }
    } else if Self.kind(of: section) != .named, var entry = values[section] {
      let isWhole = text == section
      if isWhole {
        values[section] = nil
      } else if removeKey(rest, from: &entry.value) == nil {
        values[section] = entry
      } else {
        return .nothingToRemove(path, nearest: nil)
      }
      openConflicts.removeAll { $0.path == section }
      return nil
    }
    return .nothingToRemove(path, nearest: nearestPath(to: text))
  }

  /// Notes what refers to a name, so that whoever misses it learns where it went.
  private mutating func noteRemoval(_ section: String, _ name: String, at span: SourceSpan) {
    let path = "\(section).\(name)"
    openConflicts.removeAll { $0.path == path }
    removed[path] = span
    let prefixes: [String] =
      switch section {
      case "factors": ["points."]
      case "domains": ["domain.", ""]
      case "scores": ["score.", "level.", "coverage."]
      case "alerts": ["alert."]
      case "interventions": ["intervention.", ""]
      default: [""]
      }
    for prefix in prefixes { removed[prefix + name] = span }
  }

  /// The path that was most likely meant: of the same name first, else the nearest.
  private func nearestPath(to text: String) -> String? {
    let name = text.split(separator: ".", maxSplits: 1).last.map(String.init) ?? text
    let sections = named.keys.sorted()
    if let section = sections.first(where: { named[$0]![name] != nil || named[$0]![text] != nil }) {
      return "\(section).\(named[section]![text] != nil ? text : name)"
    }
    let paths = sections.flatMap { section in
      [section] + named[section]!.all.map { "\(section).\($0.key.text)" }
    }
    return nearestName(to: text, among: paths)
  }
}

extension InheritedSections.Section {
  /// Adds declarations; what is wrong with them, and what another policy declares differently.
  fileprivate mutating func add(
    _ entries: [Node.Entry], section: String, own: Set<ObjectIdentifier>,
    lineage: Set<ObjectIdentifier>
  ) -> (problems: [Diagnostic], conflicts: [InheritedSections.Conflict]) {
    var problems: [Diagnostic] = []
    var conflicts: [InheritedSections.Conflict] = []
    for entry in entries {
      guard let first = self[entry.key.text] else {
        self[entry.key.text] = entry
        continue
      }
      if own.contains(ObjectIdentifier(first.key.span.source)) {
        problems.append(
          .declaredTwice(
            "`\(entry.key.text)` is declared", at: entry.key.span, first: first.key.span))
      } else if lineage.contains(ObjectIdentifier(first.key.span.source)) {
        problems.append(
          .inheritedAlready(
            [section, entry.key.text], entry.value, at: entry.key.span, first: first.key.span))
      } else if !entry.value.isSame(as: first.value) {
        let path = "\(section).\(entry.key.text)"
        conflicts.append(
          (path, .declaredDifferently(path, at: entry.key.span, first: first.key.span)))
      }
    }
    return (problems, conflicts)
  }
}

// MARK: - Trees

/// Maps merge by name; anything else is replaced.
private func merged(_ old: Node, _ new: Node, at path: [String]) -> Node {
  // Levels go from the lowest to the highest: a map, but one whose order says something.
  if path.count == 3, path[0] == "scores", path[2] == "levels" { return new }
  guard case .mapping(let changes) = new.content else { return new }
  var entries: [Node.Entry]
  switch old.content {
  case .mapping(let all): entries = all
  case .scalar where path.count == 2 && path[0] == "measures":
    // The short form of a measure is its expression.
    entries = [Node.Entry(key: Node.Key(text: "expr", span: old.span), value: old)]
  default: return new
  }
  for change in changes {
    if let place = entries.firstIndex(where: { $0.key.text == change.key.text }) {
      entries[place].value = merged(
        entries[place].value, change.value, at: path + [change.key.text])
    } else {
      entries.append(change)
    }
  }
  return Node(.mapping(entries), span: old.span)
}

/// A dotted path as its first name and the rest, the longest name first: names may have dots.
private func splits(_ path: String) -> [(name: String, rest: String)] {
  let parts = path.split(separator: ".", omittingEmptySubsequences: false)
  return (1...parts.count).reversed().map { count in
    (parts[..<count].joined(separator: "."), parts[count...].joined(separator: "."))
  }
}

/// Takes a key away from a mapping; the part of the path that is not there, and what is.
private func removeKey(_ path: String, from node: inout Node) -> (key: String, among: [String])? {
  guard case .mapping(var entries) = node.content else { return (path, []) }
  for (name, rest) in splits(path) {
    guard let place = entries.firstIndex(where: { $0.key.text == name }) else { continue }
    if rest.isEmpty {
      entries.remove(at: place)
    } else if let missing = removeKey(rest, from: &entries[place].value) {
      return missing
    }
    node.content = .mapping(entries)
    return nil
  }
  return (path, entries.map(\.key.text))
}

func number(_ node: Node) -> Double? {
  guard case .scalar(let scalar) = node.content else { return nil }
  return NumberText.parse(Array(scalar.text.utf8))
}

private typealias GroupSize = (size: Double, span: SourceSpan)

private func minimumGroupSize(_ privacy: Node) -> GroupSize? {
  guard case .mapping(let entries) = privacy.content,
    let node = entries.first(where: { $0.key.text == "minimum_group_size" })?.value,
    let size = number(node)
  else { return nil }
  return (size, node.span)
}

extension Node {
  /// Whether both say the same, wherever they stand.
  fileprivate func isSame(as other: Node) -> Bool {
    switch (content, other.content) {
    case (.scalar(let a), .scalar(let b)):
      a.text == b.text && (a.style == .quoted) == (b.style == .quoted)
    case (.sequence(let a), .sequence(let b)):
      a.count == b.count && zip(a, b).allSatisfy { $0.isSame(as: $1) }
    case (.mapping(let a), .mapping(let b)):
      a.count == b.count
        && zip(a, b).allSatisfy { $0.key.text == $1.key.text && $0.value.isSame(as: $1.value) }
    default: false
    }
  }
}

extension Diagnostic {
  /// What is inherited and stands among the file's own declarations again.
  static func inheritedAlready(
    _ path: [String], _ node: Node, at span: SourceSpan, first: SourceSpan
  ) -> Diagnostic {
    let isShort =
      !node.span.text.utf8.contains(UInt8(ascii: "\n")) && node.span.text.utf8.count < 40
    let value = isShort ? node.span.text : "{...}"
    let change = path.reversed().reduce(value) { "{\($1): \($0)}" }
    let name = path.joined(separator: ".")
    return Diagnostic(
      code: .declaredTwice, message: "`\(name)` is inherited already",
      primary: Label(span: span, text: "again here"),
      secondary: [Label(span: first, text: "inherited from here")],
      notes: ["to change what is inherited, write `override: \(change)`"])
  }

  fileprivate static func declaredDifferently(
    _ path: String, at span: SourceSpan, first: SourceSpan
  ) -> Diagnostic {
    Diagnostic(
      code: .declaredTwice, message: "two extended policies declare `\(path)` differently",
      primary: Label(span: span, text: "the later one"),
      secondary: [Label(span: first, text: "the earlier one")],
      notes: [
        "the later one may change it under `override`",
        "or who extends both has `remove: [\(path)]` and declares it anew",
      ])
  }

  fileprivate static func nothingToOverride(
    _ path: [String], at span: SourceSpan, nearest: String? = nil, elsewhere: String? = nil,
    own: SourceSpan? = nil, removed: SourceSpan? = nil
  ) -> Diagnostic {
    let whole = path.joined(separator: ".")
    var diagnostic = Diagnostic(
      code: .notInherited, message: "there is no inherited `\(whole)` to override",
      primary: Label(span: span))
    if let removed {
      diagnostic.secondary = [Label(span: removed, text: "removed here")]
    } else if let own {
      diagnostic.secondary = [Label(span: own, text: "declared by this policy itself")]
      diagnostic.notes = ["what a policy declares itself is changed there"]
    } else if let nearest {
      diagnostic.primary.text = "is `\(path[0]).\(nearest)` meant?"
      diagnostic.fixIts = [FixIt(replacing: span, with: nearest)]
    } else if let elsewhere, path.count > 1 {
      diagnostic.primary.text = "is `\(elsewhere).\(path[1])` meant?"
    } else {
      diagnostic.notes = ["what is new stands under `\(path[0])` of the file itself"]
    }
    return diagnostic
  }

  fileprivate static func nothingToRemove(
    _ path: NameReference, nearest: String?
  ) -> Diagnostic {
    Diagnostic(
      code: .notInherited, message: "there is no inherited `\(path.text)` to remove",
      primary: Label(span: path.span, text: nearest.map { "is `\($0)` meant?" } ?? ""),
      notes: nearest == nil
        ? ["a path is a section and a name, such as `factors.note_time`; a key may follow"] : [],
      fixIts: nearest.map { [FixIt(replacing: path.span, with: $0)] } ?? [])
  }

  fileprivate static func privacyStays(at span: SourceSpan) -> Diagnostic {
    Diagnostic(
      code: .wrongValue, message: "`privacy` cannot be removed", primary: Label(span: span),
      notes: ["it can be changed, such as `override: {privacy: {minimum_group_size: 10}}`"])
  }

  fileprivate static func smallerGroups(_ new: GroupSize, _ old: GroupSize) -> Diagnostic {
    Diagnostic(
      code: .smallerGroups,
      message: "the minimum group size falls from \(NumberText.shortest(old.size)) to "
        + NumberText.shortest(new.size),
      primary: Label(span: new.span, text: "results of smaller groups are shown"),
      secondary: [Label(span: old.span, text: "inherited from here")])
  }
}

extension DiagnosticCode {
  package static let notInherited = DiagnosticCode(
    "not-inherited",
    "What a policy overrides or removes is not in the policies that it extends.")
  package static let smallerGroups = DiagnosticCode(
    "smaller-groups", .warning,
    "A policy shows results of smaller groups than the policy that it extends.")
}
