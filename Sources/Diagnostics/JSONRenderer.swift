/// Prints diagnostics for programs: an object with `format` and a list of `diagnostics`.
public struct JSONRenderer: Sendable {
  public init() {}

  /// Offsets are UTF-8 bytes from the start of the text; lines and columns count from 1.
  public func render(_ diagnostics: [Diagnostic]) -> String {
    var json = JSONWriter(pretty: true)
    json.object { json in
      json.key("format")
      json.integer(1)
      json.key("diagnostics")
      json.array { json in
        for diagnostic in diagnostics { write(diagnostic, to: &json) }
      }
    }
    return String(decoding: json.bytes, as: UTF8.self) + "\n"
  }

  private func write(_ diagnostic: Diagnostic, to json: inout JSONWriter) {
    json.object { json in
      json.key("code")
      json.string(diagnostic.code.slug)
      json.key("severity")
      json.string(diagnostic.severity.rawValue)
      json.key("message")
      json.string(diagnostic.message)
      json.key("primary")
      write(diagnostic.primary, to: &json)
      json.key("secondary")
      json.array { json in
        for label in diagnostic.secondary { write(label, to: &json) }
      }
      json.key("notes")
      json.array { json in
        for note in diagnostic.notes { json.string(note) }
      }
      json.key("fix_its")
      json.array { json in
        for fixIt in diagnostic.fixIts {
          json.object { json in
            json.key("replacement")
            json.string(fixIt.replacement)
            write(fixIt.span, to: &json)
          }
        }
      }
    }
  }

  private func write(_ label: Label, to json: inout JSONWriter) {
    json.object { json in
      json.key("text")
      json.string(label.text)
      write(label.span, to: &json)
    }
  }

  private func write(_ span: SourceSpan, to json: inout JSONWriter) {
    json.key("file")
    json.string(span.source.name)
    for (name, offset, position) in [
      ("start", span.lower, span.start), ("end", span.upper, span.end),
    ] {
      json.key(name)
      json.object { json in
        json.key("offset")
        json.integer(Int(offset))
        json.key("line")
        json.integer(position.line)
        json.key("column")
        json.integer(position.column)
      }
    }
  }
}
