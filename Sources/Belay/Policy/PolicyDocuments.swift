package import Diagnostics

/// The documents of a policy: what it inherits, merged into one, and then its own files.
///
/// A policy is a root file and what that includes. The policies that it extends are applied one
/// after another, each with its own files, to one tree of sections: first what the policy removes
/// and overrides of those before it, then what it adds.
struct PolicyDocuments {
  /// The keys of the root file; nil where it could not be read.
  private(set) var root: Fields?
  /// What the policies that this one extends come to, after its own `remove` and `override`.
  private(set) var inherited: Fields?
  /// The policy's own files in policy order: what is included first, the root file last.
  private(set) var files: [Fields] = []
  /// False when a file could not be read: names may be declared where nobody has looked.
  private(set) var isComplete = true
  private var diagnostics: [Diagnostic] = []
  private var sections = InheritedSections()
  private var reached: Set<String> = []
  /// Policies whose bases are being applied, by the identity of their root files.
  private var open: [String] = []
  /// For each policy that has been applied, the texts of its files and of what it extends.
  private var lineages: [String: Set<ObjectIdentifier>] = [:]

  private struct Layer {
    var own: Fields
    var files: [Fields]
    var lineage: Set<ObjectIdentifier>
  }

  private init() {}

  /// Reads all files that a root file leads to.
  static func gather(
    _ root: PolicyLoader.File, loader: PolicyLoader, diagnostics: inout [Diagnostic]
  ) -> PolicyDocuments {
    var gathered = PolicyDocuments()
    if let layer = gathered.layer(root, loader, isRoot: true) {
      gathered.root = layer.own
      gathered.files = layer.files
      if layer.own.has("extends") {
        let tree = gathered.sections.node(at: layer.own.span)
        // What does not fit in it has been reported where it stands.
        var known: [Diagnostic] = []
        gathered.inherited = Fields(
          tree, .policy, owner: "a policy file", at: tree.span, diagnostics: &known)
      }
    }
    diagnostics += gathered.diagnostics + gathered.sections.conflicts
    return gathered
  }

  /// Where inherited names are removed, by what refers to them.
  var removed: [String: SourceSpan] { sections.removed }

  // MARK: Files

  /// The files of one policy, once all that it extends has been applied and changed as it says.
  private mutating func layer(
    _ file: PolicyLoader.File, _ loader: PolicyLoader, isRoot: Bool
  ) -> Layer? {
    reached.insert(file.identity)
    guard let fields = read(file, loader) else { return nil }
    open.append(file.identity)
    var lineage: Set<ObjectIdentifier> = []
    let bases = fields.list("extends", "policies", &diagnostics)
    if fields.has("extends"), bases == nil { isComplete = false }
    for path in bases ?? [] { lineage.formUnion(extend(path, from: file, loader)) }
    open.removeLast()
    var files: [Fields] = []
    readIncludes(of: fields, from: file, loader, into: &files)
    files.append(fields)
    if isRoot, !fields.has("extends") {
      for key in ["override", "remove"] {
        guard let span = fields.keySpan(key) else { continue }
        diagnostics.append(.needsTogether(key, "extends", at: span))
      }
    } else {
      change(fields, own: files)
    }
    lineage.formUnion(files.map { ObjectIdentifier($0.span.source) })
    return Layer(own: fields, files: files, lineage: lineage)
  }

  /// The keys of a file, or nil, with a diagnostic, where nothing in it means what it says.
  private mutating func read(_ file: PolicyLoader.File, _ loader: PolicyLoader) -> Fields? {
    guard let document = loader.parse(file.source, &diagnostics),
      isKnownFormat(document),
      let fields = Fields(
        document, .policy, owner: "a policy file", at: SourceSpan(file.source, 0, 0),
        diagnostics: &diagnostics)
    else {
      isComplete = false
      return nil
    }
    return fields
  }

  private mutating func isKnownFormat(_ document: Node) -> Bool {
    guard case .mapping(let entries) = document.content,
      let version = entries.first(where: { $0.key.text == "belay" })?.value,
      case .scalar(let scalar) = version.content, let number = number(version), number != 1
    else { return true }
    diagnostics.append(.unknownFormat(scalar.text, at: version.span))
    return false
  }

  private mutating func readIncludes(
    of fields: Fields, from file: PolicyLoader.File, _ loader: PolicyLoader,
    into files: inout [Fields]
  ) {
    for path in fields.list("include", "paths", &diagnostics) ?? [] {
      guard let text = textValue(path, "an item of `include`", &diagnostics) else { continue }
      switch loader.include(text, file.source.name) {
      case .failure(let failure):
        diagnostics.append(.cannotInclude(text, failure, at: path.span))
        isComplete = false
      case .success(let included):
        guard reached.insert(included.identity).inserted, let fields = read(included, loader)
        else { continue }
        for key in Self.rootKeys {
          if let span = fields.keySpan(key) { diagnostics.append(.rootOnly(key, at: span)) }
        }
        readIncludes(of: fields, from: included, loader, into: &files)
        files.append(fields)
      }
    }
  }

  /// What an included file does not have.
  private static let rootKeys = [
    "policy", "version", "title", "permitted_use", "prohibited_use", "extends", "override",
    "remove",
  ]

  // MARK: Layers

  /// Applies a policy that another one extends; the texts of its files and of what it extends.
  private mutating func extend(
    _ path: Node, from file: PolicyLoader.File, _ loader: PolicyLoader
  ) -> Set<ObjectIdentifier> {
    guard let text = textValue(path, "an item of `extends`", &diagnostics) else {
      isComplete = false
      return []
    }
    switch loader.extend(text, file.source.name) {
    case .failure(let failure):
      diagnostics.append(.cannotExtend(text, failure.message, at: path.span))
      isComplete = false
      return []
    case .success(let base):
      let identity = base.file.identity
      if open.contains(identity) {
        let reason =
          open.last == identity
          ? "this is the file itself" : "`\(text)` extends this file, directly or through others"
        diagnostics.append(.cannotExtend(text, reason, at: path.span))
        isComplete = false
        return []
      }
      if reached.contains(identity) { return lineages[identity] ?? [] }
      guard let layer = layer(base.file, base.loader, isRoot: false) else { return [] }
      add(layer)
      lineages[identity] = layer.lineage
      return layer.lineage
    }
  }

  /// Removes and overrides what is inherited so far.
  private mutating func change(_ fields: Fields, own: [Fields]) {
    for path in fields.references("remove", &diagnostics) ?? [] {
      // Where a file is missing, what it declares cannot be found.
      let problem = sections.remove(path)
      if let problem, isComplete { diagnostics.append(problem) }
    }
    guard let node = fields["override"],
      let changes = Fields(
        node, .sections, owner: "`override`", at: node.span, diagnostics: &diagnostics)
    else { return }
    for key in KeyTable.sections.keys {
      guard let change = changes.entry(key.name) else { continue }
      let problems = sections.override(change, own: own)
      if isComplete { diagnostics += problems }
    }
  }

  /// Adds the sections of a policy to those before it.
  private mutating func add(_ layer: Layer) {
    for key in ["permitted_use", "prohibited_use"] {
      if let use = layer.own.entry(key) { sections.replace(use) }
    }
    let own = Set(layer.files.map { ObjectIdentifier($0.span.source) })
    for file in layer.files {
      for key in KeyTable.sections.keys {
        guard let section = file.entry(key.name) else { continue }
        switch InheritedSections.kind(of: key.name) {
        case .named where file.has(key.name):
          guard file.entries(key.name, "names, each with its keys", &diagnostics) != nil
          else { continue }
        case .list where file.has(key.name):
          guard file.list(key.name, "resources", &diagnostics) != nil else { continue }
        default: break
        }
        diagnostics += sections.add(section, own: own, lineage: layer.lineage)
      }
    }
  }

  // MARK: The policy as it stands

  /// All sections in one mapping, with what is inherited, included and the file's own.
  ///
  /// Of a policy without errors this is a policy that means the same.
  var resolved: Node? {
    guard let root else { return nil }
    var entries = ["belay", "policy", "version", "title"].compactMap(root.entry)
    for key in ["permitted_use", "prohibited_use"] {
      if let use = root.entry(key) ?? inherited?.entry(key) { entries.append(use) }
    }
    for key in KeyTable.sections.keys {
      let parts = ((inherited.map { [$0] } ?? []) + files).compactMap { $0.entry(key.name) }
      guard var whole = parts.first else { continue }
      for part in parts.dropFirst() {
        switch (whole.value.content, part.value.content) {
        case (.mapping(let a), .mapping(let b)): whole.value.content = .mapping(a + b)
        case (.sequence(let a), .sequence(let b)): whole.value.content = .sequence(a + b)
        default: break
        }
      }
      entries.append(whole)
    }
    return Node(.mapping(entries), span: root.span)
  }
}

extension Diagnostic {
  fileprivate static func cannotInclude(
    _ path: String, _ failure: PolicyLoader.Failure, at span: SourceSpan
  ) -> Diagnostic {
    Diagnostic(
      code: .cannotInclude, message: "cannot include `\(path)`",
      primary: Label(span: span, text: failure.message))
  }

  fileprivate static func cannotExtend(
    _ path: String, _ reason: String, at span: SourceSpan
  ) -> Diagnostic {
    Diagnostic(
      code: .cannotExtend, message: "cannot extend `\(path)`",
      primary: Label(span: span, text: reason))
  }

  fileprivate static func unknownFormat(_ version: String, at span: SourceSpan) -> Diagnostic {
    Diagnostic(
      code: .wrongValue, message: "there is no format `\(version)`",
      primary: Label(span: span, text: "this version of Belay reads format 1"),
      fixIts: [FixIt(replacing: span, with: "1")])
  }

  fileprivate static func rootOnly(_ key: String, at span: SourceSpan) -> Diagnostic {
    Diagnostic(
      code: .misplacedKey, message: "an included file has no `\(key)`",
      primary: Label(span: span), notes: ["`\(key)` stands in the file that includes this one"])
  }
}

extension DiagnosticCode {
  package static let cannotInclude = DiagnosticCode(
    "cannot-include", "A file that a policy includes could not be read.")
  package static let cannotExtend = DiagnosticCode(
    "cannot-extend",
    "A policy that another one extends could not be read, or extends that one in turn.")
}
