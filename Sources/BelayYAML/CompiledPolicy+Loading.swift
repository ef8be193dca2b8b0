public import Belay
public import Diagnostics

extension CompiledPolicy {
  /// Compiles the policy in a file, with all that it includes.
  ///
  /// A file whose name ends in `.json` is read as JSON, any other as YAML.
  ///
  /// - Throws: `FileError` when the file cannot be read, or `CompilationError` with everything
  ///   that is wrong in it and in the files that it includes.
  public init(contentsOf path: String) throws {
    let files = PolicyFiles(root: path)
    try self.init(PolicyLoader.File(files.loadRoot()), loader: .files(files))
  }

  /// Compiles the policy in a file, and prints what it comes to as one YAML document: each value
  /// is followed by the file and the line that it comes from.
  ///
  /// - Throws: What `init(contentsOf:)` throws.
  package static func resolved(contentsOf path: String) throws -> (
    policy: CompiledPolicy, yaml: String
  ) {
    let files = PolicyFiles(root: path)
    let root = PolicyLoader.File(try files.loadRoot())
    let policy = try CompiledPolicy(root, loader: .files(files))
    let document = CompiledPolicy.resolved(root, loader: .files(files))
    return (policy, document.map(ResolvedYAML.text) ?? "")
  }

  /// Compiles a policy given as YAML text; it can include and extend shipped files alone.
  ///
  /// - Parameter name: What diagnostics call the text.
  /// - Throws: Everything that is wrong, at once.
  public init(yaml: String, name: String = "policy.yaml") throws(CompilationError) {
    try self.init(
      PolicyLoader.File(
        identity: name, source: SourceText(name: name, bytes: Array(yaml.utf8))),
      loader: .shipped)
  }

  /// Compiles one of the shipped policies.
  ///
  /// - Parameter name: A file of `ShippedRules`.
  /// - Throws: `FileError` when nothing of that name is shipped. The shipped rules themselves
  ///   compile.
  public static func shipped(_ name: String = "provider-support.yaml") throws -> CompiledPolicy {
    guard let file = PolicyLoader.File(shipped: name) else { throw FileError(.notFound, name) }
    return try CompiledPolicy(file, loader: .shipped)
  }

  fileprivate static let document: @Sendable (SourceText, inout [Diagnostic]) -> Node? = {
    source, diagnostics in
    source.name.hasSuffix(".json")
      ? JSONDocument.read(source, diagnostics: &diagnostics)
      : YAMLDocument.read(source, diagnostics: &diagnostics)
  }
}

extension PolicyLoader {
  /// Looks among the files that are part of the library.
  fileprivate static let shipped = PolicyLoader(
    include: { path, _ in
      File(shipped: path).map { .success($0) }
        ?? .failure(Failure("there is no shipped file `\(path)`"))
    },
    extend: { path, _ in
      shippedBase(path)
        ?? .failure(
          Failure("this policy extends shipped ones alone, such as `belay:provider-support`"))
    },
    parse: CompiledPolicy.document)

  /// Reads the files of a policy.
  fileprivate static func files(_ files: PolicyFiles) -> PolicyLoader {
    PolicyLoader(
      include: { path, includer in
        do throws(FileError) {
          return .success(File(try files.load(path, from: includer)))
        } catch {
          return .failure(Failure(error.description))
        }
      },
      extend: { path, extender in
        if let shipped = shippedBase(path) { return shipped }
        let base = PolicyFiles.extended(path, by: extender)
        do throws(FileError) {
          return .success(Base(file: File(try base.loadBase()), loader: .files(base)))
        } catch {
          return .failure(Failure(error.description))
        }
      },
      parse: CompiledPolicy.document)
  }

  /// What `belay:NAME` is; nil for what is no such name.
  private static func shippedBase(_ path: String) -> Result<Base, Failure>? {
    guard path.hasPrefix("belay:") else { return nil }
    let name = String(path.dropFirst("belay:".count))
    if let file = File(shipped: name) ?? File(shipped: name + ".yaml") {
      return .success(Base(file: file, loader: .shipped))
    }
    let names = ShippedRules.names.map { String($0.dropLast(".yaml".count)) }
    let meant = nearestName(to: name, among: names).map { "; did you mean `belay:\($0)`?" } ?? ""
    return .failure(Failure("there is no shipped policy `\(name)`\(meant)"))
  }
}

extension PolicyLoader.File {
  fileprivate init(_ file: PolicyFiles.File) {
    self.init(
      identity: PolicyFiles.realPath(file.name) ?? file.name,
      source: SourceText(name: file.name, bytes: file.bytes))
  }

  /// A file that is part of the library; nil if there is none of that name.
  fileprivate init?(shipped name: String) {
    guard let bytes = ShippedRules.file(name) else { return nil }
    let name = "belay:" + name
    self.init(identity: name, source: SourceText(name: name, bytes: bytes))
  }
}
