package import Diagnostics

/// Where the files of a policy come from, and how their text becomes documents.
///
/// The core opens no file: the loader does, or looks into a table of shipped ones.
package struct PolicyLoader: Sendable {
  /// A file that was found: the same `identity` means the same file, however it was reached.
  package struct File: Sendable {
    package var identity: String
    package var source: SourceText

    package init(identity: String, source: SourceText) {
      self.identity = identity
      self.source = source
    }
  }

  /// Why a file could not be had, in a few words: `no such file`.
  package struct Failure: Error, Sendable {
    package var message: String

    package init(_ message: String) {
      self.message = message
    }
  }

  /// A policy that another one extends.
  package struct Base: Sendable {
    package var file: File
    /// For what it includes and extends in turn: its paths start from its own folder.
    package var loader: PolicyLoader

    package init(file: File, loader: PolicyLoader) {
      self.file = file
      self.loader = loader
    }
  }

  /// The file at a path that the file `includer` (its source's name) names.
  package var include: @Sendable (_ path: String, _ includer: String) -> Result<File, Failure>
  /// The policy that the file `extender` (its source's name) extends: a path, or `belay:NAME`.
  package var extend: @Sendable (_ path: String, _ extender: String) -> Result<Base, Failure>
  /// The document in a text, or nil with diagnostics.
  package var parse: @Sendable (SourceText, inout [Diagnostic]) -> Node?

  package init(
    include: @escaping @Sendable (_ path: String, _ includer: String) -> Result<File, Failure>,
    extend: @escaping @Sendable (_ path: String, _ extender: String) -> Result<Base, Failure>,
    parse: @escaping @Sendable (SourceText, inout [Diagnostic]) -> Node?
  ) {
    self.include = include
    self.extend = extend
    self.parse = parse
  }
}
