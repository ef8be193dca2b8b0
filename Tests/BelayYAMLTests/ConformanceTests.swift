import Belay
import BelayYAML
import Diagnostics
import Testing

@Suite struct ConformanceTests {
  @Test(arguments: SuiteCase.all)
  func `libyaml's events are the suite's, but for the known differences`(_ test: SuiteCase) {
    guard let kind = difference(test) else { return }
    #expect(
      KnownDifference.all.contains { $0.kind == kind && $0.fits(test.yaml) },
      "libyaml \(kind): \(EventNotation.of(test.yaml).lines) is to be \(test.events)")
  }

  @Test(.enabled(if: !SuiteCase.all.isEmpty))
  func `each known difference is one`() {
    for known in KnownDifference.all {
      #expect(
        SuiteCase.all.contains { difference($0) == known.kind && known.fits($0.yaml) },
        "\(known.kind): \(known.reason)")
    }
  }

  private func difference(_ test: SuiteCase) -> KnownDifference.Kind? {
    let events = EventNotation.of(test.yaml)
    if test.fail { return events.failed ? nil : .accepts }
    if events.failed { return .rejects }
    return events.lines == test.events ? nil : .reads
  }

  @Test(arguments: SuiteCase.all)
  func `the reader rejects what libyaml rejects, and for its own reasons alone`(_ test: SuiteCase) {
    let events = EventNotation.of(test.yaml)
    var diagnostics: [Diagnostic] = []
    let node = YAMLDocument.read(
      SourceText(name: "case.yaml", text: test.yaml), diagnostics: &diagnostics)
    #expect((node == nil) <= diagnostics.hasErrors, "no tree, and no error that says why")
    let choices = Set(diagnostics.map(\.code)).intersection(ReaderChoice.codes)
    for code in choices {
      #expect(ReaderChoice(code: code).holds(events.lines), "\(diagnostics)")
    }
    guard choices.isEmpty else { return }
    #expect(events.failed <= diagnostics.hasErrors)
    #expect(diagnostics.hasErrors <= (events.failed || test.fail), "\(diagnostics)")
    guard !events.failed, events.lines == test.events, let json = test.json else { return }
    #expect(node.map(JSONValue.init) == json.first)
  }

  @Test(arguments: SuiteCase.all)
  func `every byte of a scalar has its place`(_ test: SuiteCase) throws {
    for text in Self.variants(of: test.yaml) {
      let source = SourceText(name: "case.yaml", text: text)
      guard let yaml = try? YAMLText(source) else { continue }
      let events = YAMLEvents(yaml)
      while let event = try? events.next() {
        guard case .scalar(let decoded, let style) = event.kind else { continue }
        let map = try #require(
          WrittenScalar.map(decoded, style, in: yaml, at: event.content),
          "\(decoded.debugDescription) is written \(event.content.text.debugDescription)")
        expectPlaces(decoded, map, event.content, escapes: style == .doubleQuoted)
      }
    }
  }

  /// The text as it is; with CRLF; behind a byte order mark and a comment that is not ASCII.
  private static func variants(of text: String) -> [String] {
    let crlf = text.split(separator: "\n", omittingEmptySubsequences: false).joined(
      separator: "\r\n")
    let comment = text.hasPrefix("%") ? "" : "# größer als 🦉, καὶ ξένος\n"
    return [text, crlf, "\u{FEFF}" + comment + text]
  }

  private func expectPlaces(
    _ decoded: String, _ map: ScalarMap, _ span: SourceSpan, escapes: Bool
  ) {
    let bytes = span.source.bytes
    var last = span.lower
    var escape: UInt32?
    for (index, byte) in decoded.utf8.enumerated() {
      let place = map.written(UInt32(index))
      #expect(place >= last && place < span.upper)
      last = place
      let written = bytes[Int(place)]
      // All bytes that an escape stands for have its place.
      if escapes, written == UInt8(ascii: "\\") || place == escape {
        escape = place
      } else if byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\n") {
        #expect([0x20, 0x09, 0x0A, 0x0D].contains(written), "fold at \(index)")
      } else {
        #expect(written == byte, "byte \(index) of \(decoded.debugDescription)")
      }
    }
    let end = map.written(UInt32(decoded.utf8.count))
    #expect(end >= last && end <= span.upper)
  }
}

/// What the reader refuses though it is YAML, and how the events show that it was there.
struct ReaderChoice {
  var code: DiagnosticCode

  static let codes: Set<DiagnosticCode> = [
    .yamlTag, .multipleDocuments, .complexKey, .emptyKey, .emptyDocument, .duplicateKey,
    .recursiveAlias, .unknownAnchor,
  ]

  func holds(_ events: [String]) -> Bool {
    switch code {
    case .yamlTag: events.contains { $0.contains("<") } || !events.contains("=VAL")
    case .multipleDocuments:
      events.count { $0.hasPrefix("+DOC") } > 1 || events.contains("-DOC ...")
    case .emptyDocument: !events.contains { $0.hasPrefix("+MAP") || $0.hasPrefix("+SEQ") }
    default: events.contains { $0.hasPrefix("+MAP") || $0.hasPrefix("=ALI") }
    }
  }
}

extension Bool {
  /// Implication.
  static func <= (a: Bool, b: Bool) -> Bool { !a || b }
}

extension JSONValue {
  /// The tree's value in YAML's core schema, which policies do not use.
  init(_ node: Node) {
    switch node.content {
    case .sequence(let items): self = .list(items.map(JSONValue.init))
    case .mapping(let entries):
      self = .map(
        Dictionary(uniqueKeysWithValues: entries.map { ($0.key.text, JSONValue($0.value)) }))
    case .scalar(let scalar):
      self = scalar.style == .plain ? JSONValue(plain: scalar.text) : .text(scalar.text)
    }
  }

  private init(plain text: String) {
    switch text {
    case "", "~", "null", "Null", "NULL": self = .null
    case "true", "True", "TRUE": self = .boolean(true)
    case "false", "False", "FALSE": self = .boolean(false)
    default:
      if text.wholeMatch(of: /[\-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][\-+]?[0-9]+)?/) != nil,
        let number = Double(text.hasPrefix("+") ? String(text.dropFirst()) : text)
      {
        self = .number(number)
      } else if text.hasPrefix("0x"), let number = Int(text.dropFirst(2), radix: 16) {
        self = .number(Double(number))
      } else if text.hasPrefix("0o"), let number = Int(text.dropFirst(2), radix: 8) {
        self = .number(Double(number))
      } else {
        self = .text(text)
      }
    }
  }
}

/// A text's events as the suite writes them.
enum EventNotation {
  static func of(_ text: String) -> (lines: [String], failed: Bool) {
    var lines: [String] = []
    do {
      let events = YAMLEvents(try YAMLText(SourceText(name: "case.yaml", text: text)))
      while let event = try events.next() { lines.append(line(event)) }
      return (lines, false)
    } catch {
      return (lines, true)
    }
  }

  private static func line(_ event: YAMLEvent) -> String {
    var properties = ""
    if let anchor = event.anchor { properties += " &\(anchor)" }
    if let tag = event.tag { properties += " <\(tag)>" }
    switch event.kind {
    case .streamStart: return "+STR"
    case .streamEnd: return "-STR"
    case .documentStart(let explicit): return explicit ? "+DOC ---" : "+DOC"
    case .documentEnd(let explicit): return explicit ? "-DOC ..." : "-DOC"
    case .alias(let name): return "=ALI *\(name)"
    case .sequenceStart(let flow): return "+SEQ" + (flow ? " []" : "") + properties
    case .sequenceEnd: return "-SEQ"
    case .mappingStart(let flow): return "+MAP" + (flow ? " {}" : "") + properties
    case .mappingEnd: return "-MAP"
    case .scalar(let text, let style):
      let mark =
        switch style {
        case .plain: ":"
        case .singleQuoted: "'"
        case .doubleQuoted: "\""
        case .literal: "|"
        case .folded: ">"
        }
      return "=VAL\(properties) \(mark)\(escaped(text))"
    }
  }

  private static func escaped(_ text: String) -> String {
    text.unicodeScalars.reduce(into: "") { out, scalar in
      switch scalar {
      case "\\": out += "\\\\"
      case "\n": out += "\\n"
      case "\r": out += "\\r"
      case "\t": out += "\\t"
      case "\u{8}": out += "\\b"
      default: out.unicodeScalars.append(scalar)
      }
    }
  }
}
