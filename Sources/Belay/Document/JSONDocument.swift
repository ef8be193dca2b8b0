package import Diagnostics
internal import Tables

/// Reads JSON text into a document tree.
package enum JSONDocument {
  /// The tree, or nil if the text has none; then there is an error among the diagnostics.
  ///
  /// A key that comes twice is reported, its first value kept, and reading goes on. The first
  /// syntax error and the first limit passed end it. One byte order mark is skipped.
  package static func read(
    _ source: SourceText, limits: DocumentLimits = DocumentLimits(),
    diagnostics: inout [Diagnostic]
  ) -> Node? {
    guard source.bytes.count <= limits.bytes else {
      diagnostics.append(.tooLarge(source, limit: limits.bytes))
      return nil
    }
    // A value takes a byte at least, so most documents need no counting.
    if source.bytes.count > limits.nodes,
      let surplus = Self.surplus(source, limits)
    {
      diagnostics.append(.tooManyNodes(surplus, limit: limits.nodes))
      return nil
    }
    var builder = Builder(source, limits)
    do throws(JSONSyntaxError) {
      let root = try builder.read()
      diagnostics += builder.diagnostics
      return root
    } catch {
      let span = SourceSpan(source, UInt32(error.lower), UInt32(error.upper))
      diagnostics += builder.diagnostics
      diagnostics.append(
        error.isTooDeep ? .tooDeep(span, limit: limits.depth) : .jsonSyntax(error.message, at: span)
      )
      return nil
    }
  }

  /// The first value beyond the limit. Counting comes before building, which takes memory.
  private static func surplus(_ source: SourceText, _ limits: DocumentLimits) -> SourceSpan? {
    let bytes = source.bytes
    var scanner = JSONScanner(to: bytes.count, depthLimit: limits.depth)
    var nodes = 0
    while let token = try? scanner.next(bytes.span), token.kind != .end {
      switch token.kind {
      case .key, .endArray, .endObject, .end: continue
      default: nodes += 1
      }
      if nodes > limits.nodes {
        return SourceSpan(source, UInt32(token.lower), UInt32(token.upper))
      }
    }
    return nil
  }
}

private struct Builder {
  let source: SourceText
  var diagnostics: [Diagnostic] = []
  private var scanner: JSONScanner

  /// A sequence or mapping that is not closed yet.
  private struct Open {
    var start: UInt32
    var elements: [Node] = []
    var entries: [Node.Entry] = []
    var places: [String: Int] = [:]
    var key: Node.Key?
  }

  init(_ source: SourceText, _ limits: DocumentLimits) {
    self.source = source
    scanner = JSONScanner(to: source.bytes.count, depthLimit: limits.depth)
  }

  mutating func read() throws(JSONSyntaxError) -> Node? {
    let bytes = source.bytes
    var root: Node?
    var open: [Open] = []
    while true {
      let token = try scanner.next(bytes.span)
      let span = SourceSpan(source, UInt32(token.lower), UInt32(token.upper))
      let node: Node
      switch token.kind {
      case .end: return root
      case .beginArray, .beginObject:
        open.append(Open(start: span.lower))
        continue
      case .key:
        let text = JSONScanner.decode(token, in: source).text
        open[open.count - 1].key = Node.Key(text: text, span: span)
        continue
      case .endArray:
        let done = open.removeLast()
        node = Node(.sequence(done.elements), span: SourceSpan(source, done.start, span.upper))
      case .endObject:
        let done = open.removeLast()
        node = Node(.mapping(done.entries), span: SourceSpan(source, done.start, span.upper))
      case .string:
        let (text, map) = JSONScanner.decode(token, in: source)
        node = Node(.scalar(Scalar(text: text, style: .quoted, map: map)), span: span)
      case .number, .true, .false, .null:
        let map = ScalarMap(source, startingAt: span.lower)
        node = Node(.scalar(Scalar(text: span.text, style: .literal, map: map)), span: span)
      }
      if open.isEmpty { root = node } else { add(node, to: &open[open.count - 1]) }
    }
  }

  private mutating func add(_ node: Node, to container: inout Open) {
    guard let key = container.key else {
      container.elements.append(node)
      return
    }
    container.key = nil
    if let place = container.places[key.text] {
      diagnostics.append(.duplicateKey(key, first: container.entries[place].key))
      return
    }
    container.places[key.text] = container.entries.count
    container.entries.append(Node.Entry(key: key, value: node))
  }
}

extension Diagnostic {
  /// The same for every format that documents are written in.
  package static func duplicateKey(_ key: Node.Key, first: Node.Key) -> Diagnostic {
    Diagnostic(
      code: .duplicateKey, message: "the key \(quoted(key.text)) is there twice",
      primary: Label(span: key.span, text: "this one is not read"),
      secondary: [Label(span: first.span, text: "first here")])
  }

  package static func tooLarge(_ source: SourceText, limit: Int) -> Diagnostic {
    Diagnostic(
      code: .tooLarge,
      message: "the document has \(source.bytes.count) bytes, more than the limit of \(limit)",
      primary: Label(span: SourceSpan(source, 0, 0)))
  }

  package static func tooDeep(_ span: SourceSpan, limit: Int) -> Diagnostic {
    Diagnostic(
      code: .tooDeep, message: "more than \(limit) mappings and sequences inside one another",
      primary: Label(span: span, text: "this is one too many"))
  }

  package static func tooManyNodes(_ span: SourceSpan, limit: Int) -> Diagnostic {
    Diagnostic(
      code: .tooManyNodes, message: "the document has more than \(limit) values",
      primary: Label(span: span, text: "this is one too many"))
  }

  fileprivate static func jsonSyntax(_ message: String, at span: SourceSpan) -> Diagnostic {
    Diagnostic(code: .jsonSyntax, message: message, primary: Label(span: span, text: "not JSON"))
  }
}
