import CLibYAML
package import Diagnostics

/// What libyaml saw next in a text, with its place in bytes.
package struct YAMLEvent: Sendable {
  package enum Kind: Sendable {
    case streamStart
    case streamEnd
    case documentStart(explicit: Bool)
    case documentEnd(explicit: Bool)
    case alias(String)
    case scalar(text: String, style: ScalarStyle)
    case sequenceStart(flow: Bool)
    case sequenceEnd
    case mappingStart(flow: Bool)
    case mappingEnd
  }

  package enum ScalarStyle: Sendable {
    case plain, singleQuoted, doubleQuoted, literal, folded
  }

  package var kind: Kind
  package var anchor: String?
  package var tag: String?
  /// From the first byte of the node's anchor or tag, if it has one, to the end.
  package var span: SourceSpan
  /// The first byte after the anchor and the tag.
  var contentStart: UInt32

  /// From the first byte after the anchor and the tag.
  package var content: SourceSpan {
    SourceSpan(span.source, contentStart, max(contentStart, span.upper))
  }
}

/// What libyaml could not read, in its own words.
package struct YAMLProblem: Error, Sendable {
  package var text: String
  /// Where libyaml stopped.
  package var place: UInt32
  /// What libyaml was reading, and where that began.
  package var context: String?
  package var contextPlace: UInt32
}

/// The events of a YAML text, one after the other, in libyaml's order.
///
/// The text is UTF-8 without control characters: `YAMLText` has checked it.
package final class YAMLEvents {
  private let text: YAMLText
  private let parser: UnsafeMutablePointer<yaml_parser_t>
  private var fed: Int
  private var isOver = false

  package init(_ text: YAMLText) {
    self.text = text
    fed = text.start
    parser = .allocate(capacity: 1)
    parser.initialize(to: yaml_parser_t())
    // Fails only where memory is at an end.
    precondition(yaml_parser_initialize(parser) == 1, "libyaml starts")
    yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
    yaml_parser_set_input(
      parser,
      { context, buffer, size, written in
        let events = Unmanaged<YAMLEvents>.fromOpaque(context!).takeUnretainedValue()
        written!.pointee = events.feed(UnsafeMutableRawBufferPointer(start: buffer, count: size))
        return 1
      }, Unmanaged.passUnretained(self).toOpaque())
  }

  deinit {
    yaml_parser_delete(parser)
    parser.deallocate()
  }

  private func feed(_ buffer: UnsafeMutableRawBufferPointer) -> Int {
    let end = min(text.source.bytes.count, fed + buffer.count)
    buffer.copyBytes(from: text.source.bytes[fed..<end])
    defer { fed = end }
    return end - fed
  }

  /// The next event, or nil after the end of the stream or a problem.
  package func next() throws(YAMLProblem) -> YAMLEvent? {
    guard !isOver else { return nil }
    var event = yaml_event_t()
    guard yaml_parser_parse(parser, &event) == 1 else {
      isOver = true
      throw problem
    }
    defer { yaml_event_delete(&event) }
    if event.type == YAML_STREAM_END_EVENT { isOver = true }
    return read(event)
  }

  private var problem: YAMLProblem {
    let parser = parser.pointee
    return YAMLProblem(
      text: parser.problem.map { String(cString: $0) } ?? "out of memory",
      place: text.offset(ofScalar: parser.problem_mark.index),
      context: parser.context.map { String(cString: $0) },
      contextPlace: text.offset(ofScalar: parser.context_mark.index))
  }

  private func read(_ event: yaml_event_t) -> YAMLEvent {
    var anchor: UnsafeMutablePointer<yaml_char_t>?
    var tag: UnsafeMutablePointer<yaml_char_t>?
    let kind: YAMLEvent.Kind
    switch event.type {
    case YAML_STREAM_START_EVENT:
      kind = .streamStart
    case YAML_STREAM_END_EVENT:
      kind = .streamEnd
    case YAML_DOCUMENT_START_EVENT:
      kind = .documentStart(explicit: event.data.document_start.implicit == 0)
    case YAML_DOCUMENT_END_EVENT:
      kind = .documentEnd(explicit: event.data.document_end.implicit == 0)
    case YAML_ALIAS_EVENT:
      kind = .alias(string(event.data.alias.anchor) ?? "")
    case YAML_SCALAR_EVENT:
      let scalar = event.data.scalar
      (anchor, tag) = (scalar.anchor, scalar.tag)
      kind = .scalar(
        text: String(
          decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self),
        style: style(scalar.style))
    case YAML_SEQUENCE_START_EVENT:
      let sequence = event.data.sequence_start
      (anchor, tag) = (sequence.anchor, sequence.tag)
      kind = .sequenceStart(flow: sequence.style == YAML_FLOW_SEQUENCE_STYLE)
    case YAML_SEQUENCE_END_EVENT:
      kind = .sequenceEnd
    case YAML_MAPPING_START_EVENT:
      let mapping = event.data.mapping_start
      (anchor, tag) = (mapping.anchor, mapping.tag)
      kind = .mappingStart(flow: mapping.style == YAML_FLOW_MAPPING_STYLE)
    default:
      kind = .mappingEnd
    }
    let lower = text.offset(ofScalar: event.start_mark.index)
    let upper = text.offset(ofScalar: event.end_mark.index)
    let properties = (anchor == nil ? 0 : 1) + (tag == nil ? 0 : 1)
    let start = properties == 0 ? lower : text.skipProperties(properties, from: lower)
    return YAMLEvent(
      kind: kind, anchor: string(anchor), tag: string(tag),
      span: SourceSpan(text.source, lower, upper),
      contentStart: start)
  }

  private func string(_ text: UnsafeMutablePointer<yaml_char_t>?) -> String? {
    text.map { String(decodingCString: $0, as: UTF8.self) }
  }

  private func style(_ style: yaml_scalar_style_t) -> YAMLEvent.ScalarStyle {
    switch style {
    case YAML_SINGLE_QUOTED_SCALAR_STYLE: .singleQuoted
    case YAML_DOUBLE_QUOTED_SCALAR_STYLE: .doubleQuoted
    case YAML_LITERAL_SCALAR_STYLE: .literal
    case YAML_FOLDED_SCALAR_STYLE: .folded
    default: .plain
    }
  }
}
