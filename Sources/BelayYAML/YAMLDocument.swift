package import Belay
package import Diagnostics

/// Reads YAML into the document tree.
package enum YAMLDocument {
  /// The tree of a text that holds one YAML document, or nil where there is none to go on with.
  ///
  /// A tree may come with errors too: what they are about is mended in it, so that one mistake
  /// gives one diagnostic.
  package static func read(
    _ source: SourceText, limits: DocumentLimits = .init(), diagnostics: inout [Diagnostic]
  ) -> Node? {
    guard source.bytes.count <= limits.bytes else {
      diagnostics.append(.tooLarge(source, limit: limits.bytes))
      return nil
    }
    do throws(Diagnostic) {
      var reader = YAMLReader(try YAMLText(source), limits)
      defer { diagnostics += reader.diagnostics }
      return reader.document()
    } catch {
      diagnostics.append(error)
      return nil
    }
  }
}

/// Builds the tree from libyaml's events.
private struct YAMLReader {
  private let text: YAMLText
  private let limits: DocumentLimits
  private let events: YAMLEvents
  private(set) var diagnostics: [Diagnostic] = []

  private var anchors: [String: Anchored] = [:]
  private var nodes = 0
  private var depth = 0
  /// The brackets that are open, innermost last.
  private var openBrackets: [UInt32] = []
  /// The last quoted text, if it goes over several lines: the usual sign of a missing quote.
  private var longQuote: SourceSpan?
  /// What stands before this offset has been reported and taken into another node.
  private var swallowed: UInt32 = 0
  /// How many bytes may still be read ahead for texts without quotes: policies need few,
  /// and a text made for it could have every byte read many times.
  private var lookahead = 1 << 20

  init(_ text: YAMLText, _ limits: DocumentLimits) {
    self.text = text
    self.limits = limits
    events = YAMLEvents(text)
  }

  /// A node with what it counts against the limits.
  private struct Built {
    var node: Node
    var size: Int
    /// How many collections stand inside one another in it.
    var height: Int
  }

  private enum Anchored {
    case reading(SourceSpan)
    case read(Built)
  }

  private enum Position {
    case root, key, value
  }

  private enum Stop: Error {
    case problem(YAMLProblem)
    /// A diagnostic has been given that ends the reading.
    case reported
  }

  // MARK: Documents

  mutating func document() -> Node? {
    do throws(Stop) {
      guard try hasNoTagDirectives() else { return nil }
      while true {
        switch try next().kind {
        case .streamStart: continue
        case .documentStart: break
        default:
          report(.emptyDocument(text.source))
          return nil
        }
        break
      }
      let root = try value(try next(), .root)
      try checkEnd(after: try next(), root.node.span.upper)
      if case .scalar(let scalar) = root.node.content, scalar.style == .plain, scalar.text.isEmpty {
        report(.emptyDocument(text.source))
        return nil
      }
      return root.node
    } catch {
      if case .problem(let problem) = error, problem.place >= swallowed {
        report(
          .syntax(problem, in: text, openBrackets: openBrackets, longQuote: longQuote))
      }
      return nil
    }
  }

  /// Tags are refused anyway, and libyaml compares each of their directives with all before.
  private mutating func hasNoTagDirectives() throws(Stop) -> Bool {
    var offset = text.start
    while true {
      offset = text.skipSpaceAndComments(from: offset)
      guard text.byte(at: offset) == UInt8(ascii: "%"), text.lineStart(of: offset) == offset else {
        return true
      }
      let end = text.lineEnd(from: offset)
      if text.source.bytes[offset..<end].starts(with: "%TAG".utf8) {
        report(.tagDirective(at: SourceSpan(text.source, offset, end)))
        return false
      }
      offset = end
    }
  }

  /// Says so where anything but comments follows the document.
  private mutating func checkEnd(after event: YAMLEvent, _ root: UInt32) throws(Stop) {
    var isEnded = false
    if case .documentEnd(explicit: true) = event.kind { isEnded = true }
    var offset = text.skipSpaceAndComments(from: Int(max(event.span.upper, root)))
    while text.source.bytes[offset...].starts(with: "...".utf8),
      offset + 3 == text.source.bytes.count || text.isBlankOrBreak(at: offset + 3)
    {
      isEnded = true
      offset = text.skipSpaceAndComments(from: offset + 3)
    }
    guard offset < text.source.bytes.count else { return }
    // Nothing behind the first document needs reading, but what is no document needs its error.
    if !isEnded, text.byte(at: offset) != UInt8(ascii: "%"),
      !text.source.bytes[offset...].starts(with: "---".utf8)
    {
      guard case .documentStart = try next().kind else { return }
    }
    report(
      .multipleDocuments(
        at: SourceSpan(text.source, offset, min(offset + 3, text.lineEnd(from: offset)))))
  }

  // MARK: Nodes

  private mutating func next() throws(Stop) -> YAMLEvent {
    do throws(YAMLProblem) {
      // The stream's end is the end of every document: nothing asks for more.
      return try events.next()!
    } catch {
      throw .problem(error)
    }
  }

  private mutating func value(_ event: YAMLEvent, _ position: Position) throws(Stop) -> Built {
    if let anchor = event.anchor { anchors[anchor] = .reading(event.span) }
    if event.tag != nil, let built = try tagged(event, position) {
      if let anchor = event.anchor { anchors[anchor] = .read(built) }
      return built
    }
    let built: Built
    switch event.kind {
    case .alias(let name):
      if position == .value, let text = unquoted(event) { return try count(text, position) }
      return try alias(name, event)
    case .sequenceStart(let flow):
      built = try collection(event, flow, position) { reader, span throws(Stop) in
        try reader.sequence(&span)
      }
    case .mappingStart(let flow):
      built = try collection(event, flow, position) { reader, span throws(Stop) in
        try reader.mapping(&span)
      }
    case .scalar(let text, let style):
      built = try count(
        position == .value
          ? unquoted(event) ?? scalar(text, style, event) : scalar(text, style, event),
        position)
    default:
      preconditionFailure("libyaml gives a node where one belongs")
    }
    if let anchor = event.anchor { anchors[anchor] = .read(built) }
    return built
  }

  /// Counts a scalar that is no key.
  private mutating func count(_ node: Node, _ position: Position) throws(Stop) -> Built {
    if position != .key { try count(1, at: node.span) }
    return Built(node: node, size: 1, height: 0)
  }

  private mutating func count(_ more: Int, at span: SourceSpan) throws(Stop) {
    nodes += more
    guard nodes <= limits.nodes else {
      swallowed = 0
      report(.tooManyNodes(span, limit: limits.nodes))
      throw .reported
    }
  }

  private mutating func checkDepth(_ height: Int, at span: SourceSpan) throws(Stop) {
    guard depth + height <= limits.depth else {
      swallowed = 0
      report(.tooDeep(span, limit: limits.depth))
      throw .reported
    }
  }

  private mutating func alias(_ name: String, _ event: YAMLEvent) throws(Stop) -> Built {
    switch anchors[name] {
    case .read(let built):
      try count(built.size, at: event.span)
      try checkDepth(built.height, at: event.span)
      return built
    case .reading(let anchor):
      report(.recursiveAlias(name, at: event.span, anchor: anchor))
    case nil:
      // Comparing names has its price, and a policy has few.
      let known = anchors.count <= 1000 ? anchors.keys.sorted() : []
      report(.unknownAnchor(name, at: event.span, known: known))
    }
    return try count(plain(event.span), .value)
  }

  private mutating func scalar(
    _ decoded: String, _ style: YAMLEvent.ScalarStyle, _ event: YAMLEvent
  ) -> Node {
    let span = event.content
    longQuote = nil
    if style == .doubleQuoted || style == .singleQuoted, !text.isOnOneLine(span) {
      longQuote = span
    }
    let map =
      WrittenScalar.map(decoded, style, in: text, at: span)
      ?? WrittenScalar.coarseMap(decoded, at: span)
    let kind: Scalar.Style =
      switch style {
      case .plain: .plain
      case .singleQuoted, .doubleQuoted: .quoted
      case .literal, .folded: .block
      }
    return Node(.scalar(Scalar(text: decoded, style: kind, map: map)), span: span)
  }

  /// A scalar that is the text as written.
  private func plain(_ span: SourceSpan) -> Node {
    let map = ScalarMap(text.source, startingAt: span.lower)
    return Node(.scalar(Scalar(text: span.text, style: .plain, map: map)), span: span)
  }

  private mutating func collection(
    _ event: YAMLEvent, _ flow: Bool, _ position: Position,
    _ read: (inout YAMLReader, inout SourceSpan) throws(Stop) -> Built
  ) throws(Stop) -> Built {
    var span =
      flow ? event.content : SourceSpan(text.source, event.content.lower, event.content.lower)
    try checkDepth(1, at: SourceSpan(text.source, span.lower, span.lower + 1))
    try count(1, at: SourceSpan(text.source, span.lower, span.lower + 1))
    depth += 1
    let bracket = text.byte(at: Int(span.lower))
    // A pair in a flow sequence, `[a: b]`, is a mapping without brackets.
    let hasBracket = flow && (bracket == UInt8(ascii: "[") || bracket == UInt8(ascii: "{"))
    if hasBracket { openBrackets.append(span.lower) }
    let built = try read(&self, &span)
    if hasBracket { openBrackets.removeLast() }
    depth -= 1
    if position == .value, flow, openBrackets.isEmpty,
      let node = unquoted(built.node.span, hasNext: true)
    {
      return Built(node: node, size: built.size, height: 0)
    }
    return built
  }

  private mutating func sequence(_ span: inout SourceSpan) throws(Stop) -> Built {
    var items: [Node] = []
    var size = 1
    var height = 0
    while true {
      let event = try next()
      if case .sequenceEnd = event.kind {
        end(&span, event)
        return Built(node: Node(.sequence(items), span: span), size: size, height: height + 1)
      }
      let isSwallowed = event.span.lower < swallowed
      let item = try value(event, .value)
      span = cover(span, item.node.span, event)
      guard !isSwallowed else { continue }
      items.append(item.node)
      size += item.size
      height = max(height, item.height)
    }
  }

  /// Takes in the end of a flow collection; that of a block collection is its last node's.
  private func end(_ span: inout SourceSpan, _ event: YAMLEvent) {
    if !openBrackets.isEmpty, event.span.upper > event.span.lower { span = span.union(event.span) }
  }

  /// A collection's span with one more node's, which an alias has written elsewhere.
  private func cover(_ span: SourceSpan, _ node: SourceSpan, _ event: YAMLEvent) -> SourceSpan {
    if case .alias = event.kind { return span.union(event.span) }
    return span.union(node)
  }

  // MARK: Mappings

  private mutating func mapping(_ span: inout SourceSpan) throws(Stop) -> Built {
    var entries = Entries()
    var mended: Node?
    var size = 1
    var height = 0
    while true {
      let event = try next()
      if case .mappingEnd = event.kind {
        end(&span, event)
        if let mended, entries.list.count == 1 { return Built(node: mended, size: size, height: 0) }
        return Built(
          node: Node(.mapping(entries.list), span: span), size: size, height: height + 1)
      }
      let isSwallowed = event.span.lower < swallowed
      let key = try key(event)
      span = span.union(event.content)
      let valueEvent = try next()
      let value = try value(valueEvent, .value)
      span = cover(span, value.node.span, valueEvent)
      guard let key, !isSwallowed else { continue }
      if let whole = conditional(key.key) {
        report(
          .unquoted(
            whole, "a text with `: ` in it needs quotes", "reads as a key and its value"))
        mended = mended ?? plain(whole)
      }
      size += value.size
      height = max(height, value.height)
      if key.isMerge { height = max(height, value.height - 1) }
      if let first = entries.add(key.key, key.isMerge ? nil : value.node) {
        report(.duplicateKey(key.key, first: first))
      } else if key.isMerge {
        merge(value.node, at: valueEvent.span, into: &entries)
      }
    }
  }

  /// The entries of a mapping in order; what is written wins over what is merged.
  private struct Entries {
    private(set) var list: [Node.Entry] = []
    /// Where each key stands in the list, once there are more than a few.
    private var places: [String: Int] = [:]
    /// The places of what no entry of the mapping itself has written.
    private var merged: Set<Int> = []
    private var merge: Node.Key?

    /// So many keys are looked through faster than hashed.
    private static let few = 12

    /// Adds a written entry (a merge key, if there is no value);
    /// where its key has been written before, that key.
    mutating func add(_ key: Node.Key, _ value: Node?) -> Node.Key? {
      guard let value else {
        if let merge { return merge }
        merge = key
        return nil
      }
      let entry = Node.Entry(key: key, value: value)
      guard let index = index(of: key.text) else {
        append(entry)
        return nil
      }
      guard merged.remove(index) != nil else { return list[index].key }
      list[index] = entry
      return nil
    }

    mutating func addMerged(_ entry: Node.Entry) {
      guard index(of: entry.key.text) == nil else { return }
      merged.insert(list.count)
      append(entry)
    }

    private func index(of key: String) -> Int? {
      list.count <= Self.few ? list.firstIndex { $0.key.text == key } : places[key]
    }

    private mutating func append(_ entry: Node.Entry) {
      if list.isEmpty { list.reserveCapacity(8) }
      list.append(entry)
      guard list.count > Self.few else { return }
      for index in places.count..<list.count { places[list[index].key.text] = index }
    }
  }

  private mutating func merge(_ node: Node, at span: SourceSpan, into entries: inout Entries) {
    switch node.content {
    case .mapping(let merged):
      for entry in merged { entries.addMerged(entry) }
    case .sequence(let nodes):
      for node in nodes {
        guard case .mapping(let merged) = node.content else {
          report(.invalidMerge(at: node.span))
          continue
        }
        for entry in merged { entries.addMerged(entry) }
      }
    case .scalar:
      report(.invalidMerge(at: span))
    }
  }

  /// The key that an event starts, or nil after a diagnostic.
  private mutating func key(_ event: YAMLEvent) throws(Stop) -> (key: Node.Key, isMerge: Bool)? {
    // Nearly every key is such a text, and needs no node of its own.
    if case .scalar(let text, .plain) = event.kind, event.anchor == nil, event.tag == nil,
      !text.isEmpty
    {
      longQuote = nil
      return (Node.Key(text: text, span: event.content), text == "<<")
    }
    let built = try value(event, .key)
    guard case .scalar(let scalar) = built.node.content else {
      report(.complexKey(at: SourceSpan(text.source, event.content.lower, built.node.span.upper)))
      return nil
    }
    if case .alias = event.kind {
      return (Node.Key(text: scalar.text, span: event.span), false)
    }
    let span = built.node.span
    if scalar.style == .plain {
      guard !scalar.text.isEmpty else {
        report(.emptyKey(at: span))
        return nil
      }
    }
    return (Node.Key(text: scalar.text, span: span), scalar.style == .plain && scalar.text == "<<")
  }

  // MARK: Text that wants quotes

  /// The text that begins here, as far as its author may have meant it to go.
  private mutating func whole(from start: Int) -> UnquotedText {
    guard lookahead > 0 else { return UnquotedText(end: start, isClosed: false) }
    let whole = text.unquotedText(from: start, flow: !openBrackets.isEmpty)
    lookahead -= whole.end - start + 1
    return whole
  }

  /// The text that `a ? b : c` is, where YAML reads a mapping from `a ? b` to `c`.
  private mutating func conditional(_ key: Node.Key) -> SourceSpan? {
    let bytes = text.source.bytes[Int(key.span.lower)..<Int(key.span.upper)]
    guard let mark = bytes.firstIndex(of: UInt8(ascii: "?")), mark > bytes.startIndex,
      text.isBlank(at: mark - 1), mark + 1 < bytes.endIndex, text.isBlank(at: mark + 1),
      bytes.elementsEqual(key.text.utf8)
    else { return nil }
    let whole = whole(from: bytes.startIndex)
    return SourceSpan(text.source, bytes.startIndex, max(whole.end, bytes.endIndex))
  }

  private mutating func unquoted(_ event: YAMLEvent) -> Node? {
    guard case .scalar(_, let style) = event.kind else {
      return unquoted(event.content, hasNext: true)
    }
    switch style {
    case .literal, .folded: return nil
    case .singleQuoted, .doubleQuoted: return unquoted(event.content, hasNext: true)
    case .plain: break
    }
    let span = event.content
    guard span.upper > span.lower, span.upper - span.lower < UInt32(YAMLText.reach) else {
      return nil
    }
    let written = text.unquotedText(from: Int(span.lower), to: Int(span.upper), flow: false)
    let isCut = !written.isClosed || text.endsInOperator(span)
    let after = text.skipBlanks(from: Int(span.upper))
    if isCut, text.byte(at: after) == UInt8(ascii: "#"), after > Int(span.upper),
      text.isOnOneLine(span)
    {
      report(.cutByComment(span, comment: SourceSpan(text.source, after, after + 1)))
      return nil
    }
    if !openBrackets.isEmpty, !written.isClosed {
      let whole = whole(from: Int(span.lower))
      if whole.isClosed, whole.end > Int(span.upper) {
        return take(
          SourceSpan(text.source, Int(span.lower), whole.end),
          "a text with brackets or commas in it needs quotes here",
          "cut at the comma")
      }
    }
    return unquoted(
      span, hasNext: !openBrackets.isEmpty || text.byte(at: after) == UInt8(ascii: ":"))
  }

  /// The whole text that a value is the beginning of, where more follows on its line.
  private mutating func unquoted(_ span: SourceSpan, hasNext: Bool) -> Node? {
    guard hasNext, text.isOnOneLine(span), span.upper > span.lower else { return nil }
    let after = text.skipBlanks(from: Int(span.upper))
    guard after < text.source.bytes.count, !text.isBreak(at: after) else { return nil }
    let inFlow = !openBrackets.isEmpty
    switch text.byte(at: after) {
    case UInt8(ascii: "#") where after > Int(span.upper): return nil
    case UInt8(ascii: ","), UInt8(ascii: "]"), UInt8(ascii: "}"):
      if inFlow || text.byte(at: after) != UInt8(ascii: ",") { return nil }
    default: break
    }
    let whole = whole(from: Int(span.lower))
    guard whole.end > Int(span.upper) else { return nil }
    return take(
      SourceSpan(text.source, Int(span.lower), whole.end),
      text.byte(at: after) == UInt8(ascii: ":")
        ? "a text with `: ` in it needs quotes" : "a text that goes on like this needs quotes",
      "YAML reads only a part of this")
  }

  /// Reports a text without quotes and makes it one scalar.
  private mutating func take(_ span: SourceSpan, _ message: String, _ label: String) -> Node {
    report(.unquoted(span, message, label))
    swallowed = max(swallowed, span.upper)
    return plain(span)
  }

  /// Reports a tag; where the tag is the start of a text without quotes, the node of that.
  private mutating func tagged(_ event: YAMLEvent, _ position: Position) throws(Stop) -> Built? {
    var start = Int(event.span.lower)
    if text.byte(at: start) == UInt8(ascii: "&") {
      start = Int(text.skipProperties(1, from: event.span.lower))
    }
    // The anchor may also stand behind the tag.
    let isCore = text.source.bytes[start...].starts(with: "!!".utf8)
    if position != .key, !isCore, event.anchor == nil, case .scalar(_, .plain) = event.kind {
      let whole = whole(from: start)
      let span = SourceSpan(text.source, start, max(whole.end, Int(event.span.upper)))
      report(.tag(at: span, fix: FixIt(replacing: span, with: quoted(span.text))))
      swallowed = max(swallowed, span.upper)
      return try count(plain(span), position)
    }
    var end = start
    while end < text.source.bytes.count, !text.isBlankOrBreak(at: end) { end += 1 }
    let span = SourceSpan(text.source, start, end)
    let removed = SourceSpan(text.source, start, text.skipBlanks(from: end))
    report(.tag(at: span, fix: FixIt(replacing: removed, with: "")))
    return nil
  }

  // MARK: Diagnostics

  /// Adds a diagnostic, unless it is about text that another one has taken,
  /// or there are so many that nobody will read it.
  private mutating func report(_ diagnostic: Diagnostic) {
    guard diagnostic.primary.span.lower >= swallowed, diagnostics.count < Self.mostDiagnostics
    else { return }
    diagnostics.append(diagnostic)
    if diagnostics.count == Self.mostDiagnostics {
      diagnostics[diagnostics.count - 1].notes.append("what is wrong from here on is not shown")
    }
  }

  private static let mostDiagnostics = 100
}
