package import Diagnostics
import Tables

/// How large a document may be. Readers stop at the first limit that they pass.
package struct DocumentLimits: Sendable {
  /// The longest text, in bytes.
  package var bytes: Int
  /// How many mappings and sequences may stand inside one another.
  package var depth: Int
  /// How many scalars, sequences and mappings a document may hold; what an alias names
  /// counts once for every place it is used in.
  package var nodes: Int

  package init(bytes: Int = 16 << 20, depth: Int = 64, nodes: Int = 1_000_000) {
    self.bytes = bytes
    self.depth = depth
    self.nodes = nodes
  }
}

extension DiagnosticCode {
  package static let duplicateKey = DiagnosticCode(
    "duplicate-key", .error, "A mapping has the same key twice.")
  package static let tooLarge = DiagnosticCode(
    "too-large", .error, "A document has more bytes than the limit.")
  package static let tooDeep = DiagnosticCode(
    "too-deep", .error, "A document nests more deeply than the limit.")
  package static let tooManyNodes = DiagnosticCode(
    "too-many-nodes", .error, "A document has more values than the limit.")

  /// All that reading a document of either format can report, and what JSON alone can.
  package static let documentCodes: [DiagnosticCode] = [
    .duplicateKey, .tooLarge, .tooDeep, .tooManyNodes, .jsonSyntax,
  ]
}
