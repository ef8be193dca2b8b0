public import Diagnostics
internal import Tables

extension Value {
  /// Reads a JSON text (RFC 8259) as CEL converts JSON: all numbers are doubles, objects are maps
  /// from text, and `null` is null.
  ///
  /// A key may come once in an object; containers nest at most 512 deep.
  ///
  /// - Parameter name: what the text is called where it is shown to be wrong.
  public init(json text: String, name: String = "value.json") throws(CompilationError) {
    let source = SourceText(name: name, text: text)
    do throws(JSONSyntaxError) {
      self = try Self.read(source)
    } catch {
      throw CompilationError([
        Diagnostic(
          code: .jsonSyntax, message: error.message,
          primary: Label(span: SourceSpan(source, UInt32(error.lower), UInt32(error.upper))))
      ])
    }
  }

  /// A list or map that is not closed yet.
  private struct Open {
    var list: [Value] = []
    var map = ValueMap()
    var key: JSONScanner.Token?
    var text = ""
  }

  private static func read(_ source: SourceText) throws(JSONSyntaxError) -> Value {
    let bytes = source.bytes
    var scanner = JSONScanner(to: bytes.count)
    var open: [Open] = []
    var root = Value.null
    while true {
      let token = try scanner.next(bytes.span)
      let value: Value
      switch token.kind {
      case .end: return root
      case .beginArray, .beginObject:
        open.append(Open())
        continue
      case .key:
        open[open.count - 1].key = token
        open[open.count - 1].text = JSONScanner.decode(token, in: source).text
        continue
      case .endArray: value = .list(open.removeLast().list)
      case .endObject: value = .map(open.removeLast().map)
      case .string: value = .string(JSONScanner.decode(token, in: source).text)
      case .true: value = .bool(true)
      case .false: value = .bool(false)
      case .null: value = .null
      case .number:
        guard let number = NumberText.parse(bytes[token.lower..<token.upper]) else {
          throw JSONSyntaxError("the number is too large", token.lower, token.upper)
        }
        value = .double(number)
      }
      guard let last = open.indices.last else {
        root = value
        continue
      }
      guard let key = open[last].key else {
        open[last].list.append(value)
        continue
      }
      open[last].key = nil
      guard open[last].map.insert(.string(open[last].text), value) else {
        throw JSONSyntaxError(
          "the key `\(open[last].text)` is there twice", key.lower, key.upper)
      }
    }
  }
}
