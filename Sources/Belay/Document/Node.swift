package import Diagnostics

/// A policy document as it was written, before anything in it has a meaning.
///
/// YAML and JSON both become this tree. Aliases and merge keys are resolved in it, so
/// a node that an alias names occurs once for every place it is used in.
package struct Node: Sendable {
  package enum Content: Sendable {
    indirect case scalar(Scalar)
    case sequence([Node])
    case mapping([Entry])
  }

  /// A key and its value. Keys are unique within a mapping.
  package struct Entry: Sendable {
    package var key: Key
    package var value: Node

    package init(key: Key, value: Node) {
      self.key = key
      self.value = value
    }
  }

  package struct Key: Sendable {
    package var text: String
    package var span: SourceSpan

    package init(text: String, span: SourceSpan) {
      self.text = text
      self.span = span
    }
  }

  package var content: Content
  package var span: SourceSpan

  package init(_ content: Content, span: SourceSpan) {
    self.content = content
    self.span = span
  }
}

/// A scalar: decoded text, and how it was written. What it means is for its reader to say.
package struct Scalar: Sendable {
  package enum Style: Sendable {
    /// YAML without quotes, where a reader may see a number, a boolean or nothing in the text.
    case plain
    /// Anything between quotes, in YAML or JSON.
    case quoted
    /// A YAML block scalar, literal (`|`) or folded (`>`).
    case block
    /// A JSON number, `true`, `false` or `null`, as written.
    case literal
  }

  package var text: String
  package var style: Style
  /// Where each byte of the decoded text stands in the file.
  package var map: ScalarMap

  package init(text: String, style: Style, map: ScalarMap) {
    self.text = text
    self.style = style
    self.map = map
  }
}
