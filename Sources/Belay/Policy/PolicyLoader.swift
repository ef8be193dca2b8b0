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

  /// The file at a path that the file `includer` (its identity) names.
  package var include: @Sendable (_ path: String, _ includer: String) -> Result<File, Failure>
  /// The document in a text, or nil with diagnostics.
  package var parse: @Sendable (SourceText, inout [Diagnostic]) -> Node?

  package init(
    include: @escaping @Sendable (_ path: String, _ includer: String) -> Result<File, Failure>,
    parse: @escaping @Sendable (SourceText, inout [Diagnostic]) -> Node?
  ) {
    self.include = include
    self.parse = parse
  }
}
