import Belay
import BelayYAML
import Diagnostics

/// The files of a policy by their names, the root file first.
struct MemoryFiles: Sendable {
  var files: [(name: String, text: String)]

  init(_ files: [(name: String, text: String)]) {
    self.files = files
  }

  /// A policy without further files.
  init(_ text: String) {
    files = [("policy.yaml", text)]
  }

  func compile() throws(CompilationError) -> CompiledPolicy {
    try CompiledPolicy(file(named: files[0].name)!, loader: loader)
  }

  /// The document that the policy comes to, each value on a line with its path.
  var resolved: [String] {
    CompiledPolicy.resolved(file(named: files[0].name)!, loader: loader)?.lines() ?? []
  }

  /// What compiling says, whether it succeeds or not.
  var diagnostics: [Diagnostic] {
    do throws(CompilationError) { return try compile().warnings } catch {
      return error.diagnostics
    }
  }

  func file(named name: String) -> PolicyLoader.File? {
    files.first { $0.name == name }.map {
      PolicyLoader.File(identity: name, source: SourceText(name: name, text: $0.text))
    }
  }

  var loader: PolicyLoader {
    PolicyLoader(
      include: { path, _ in
        if path.hasPrefix("..") {
          return .failure(.init("`\(path)` leads out of the folder of the policy"))
        }
        return file(named: path).map { .success($0) }
          ?? .failure(.init("there is no file `\(path)`"))
      },
      extend: { path, _ in
        guard let base = file(named: path) else {
          return .failure(.init("there is no file `\(path)`"))
        }
        return .success(PolicyLoader.Base(file: base, loader: self.loader))
      },
      parse: { source, diagnostics in
        source.name.hasSuffix(".json")
          ? JSONDocument.read(source, diagnostics: &diagnostics)
          : YAMLDocument.read(source, diagnostics: &diagnostics)
      })
  }
}

extension Node {
  fileprivate func lines(_ path: String = "") -> [String] {
    switch content {
    case .scalar(let scalar): ["\(path) = \(scalar.text)"]
    case .sequence(let items):
      items.isEmpty
        ? ["\(path) = []"] : items.enumerated().flatMap { $1.lines("\(path)[\($0)]") }
    case .mapping(let entries):
      entries.isEmpty
        ? ["\(path) = {}"]
        : entries.flatMap { $0.value.lines(path.isEmpty ? $0.key.text : "\(path).\($0.key.text)") }
    }
  }
}
