import Belay
import BelayYAML
import Diagnostics
import Testing

@Suite struct ConformanceTests {
  @Test(arguments: SuiteCase.all)
  func `libyaml's events are the suite's`(_ test: SuiteCase) throws {
    let outcome = EventNotation.of(test.yaml)
    print("EV", test.id, outcome.failed == test.fail, outcome.lines == test.events)
    if outcome.failed != test.fail || (!test.fail && outcome.lines != test.events) {
      print("EVX", test.id, test.name, "fail:", test.fail, outcome.failed, outcome.lines, test.events, test.yaml.debugDescription)
    }
  }
}

/// A text's events as the suite writes them.
enum EventNotation {
  static func of(_ text: String) -> (lines: [String], failed: Bool) {
    var lines: [String] = []
    do {
      let events = YAMLEvents(try YAMLText(SourceText(name: "case", text: text)))
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
    var out = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\\": out += "\\\\"
      case "\n": out += "\\n"
      case "\r": out += "\\r"
      case "\t": out += "\\t"
      case "\u{8}": out += "\\b"
      default: out.unicodeScalars.append(scalar)
      }
    }
    return out
  }
}
