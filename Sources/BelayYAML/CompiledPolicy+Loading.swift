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
    let root = try files.loadRoot()
    try self.init(
      PolicyLoader.File(root),
      loader: PolicyLoader(
        include: { path, includer in
          do throws(FileError) {
            return .success(PolicyLoader.File(try files.load(path, from: includer)))
          } catch {
            return .failure(PolicyLoader.Failure(error.description))
          }
        },
        parse: Self.document))
  }

  /// Compiles a policy given as YAML text; it can include shipped files alone.
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
    guard let bytes = ShippedRules.file(name) else { throw FileError(.notFound, name) }
    return try CompiledPolicy(
      PolicyLoader.File(identity: name, source: SourceText(name: name, bytes: bytes)),
      loader: .shipped)
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
      guard let bytes = ShippedRules.file(path) else {
        return .failure(Failure("there is no shipped file `\(path)`"))
      }
      return .success(File(identity: path, source: SourceText(name: path, bytes: bytes)))
    },
    parse: CompiledPolicy.document)
}

extension PolicyLoader.File {
  fileprivate init(_ file: PolicyFiles.File) {
    self.init(identity: file.name, source: SourceText(name: file.name, bytes: file.bytes))
  }
}
