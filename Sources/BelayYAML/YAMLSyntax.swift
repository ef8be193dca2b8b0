import Diagnostics

extension Diagnostic {
  /// libyaml's problem in the words of whoever wrote the text.
  ///
  /// - Parameters:
  ///   - openBrackets: the brackets that are open, innermost last.
  ///   - longQuote: the text between quotes before the problem, if it goes over several lines.
  static func syntax(
    _ problem: YAMLProblem, in text: YAMLText, openBrackets: [UInt32], longQuote: SourceSpan?
  ) -> Diagnostic {
    YAMLSyntax(
      problem: problem, text: text, openBrackets: openBrackets, longQuote: longQuote
    ).diagnostic
  }
}

private struct YAMLSyntax {
  let problem: YAMLProblem
  let text: YAMLText
  let openBrackets: [UInt32]
  let longQuote: SourceSpan?

  var diagnostic: Diagnostic {
    if let longQuote, text.lineStart(of: Int(longQuote.upper)) == text.lineStart(of: place) {
      return runawayQuote(longQuote)
    }
    if problem.text != "found undefined tag handle", let value = value(around: contextPlace),
      text.byte(at: Int(value.lower)) == UInt8(ascii: "!"), contextPlace < text.lineEnd(from: place)
    {
      return .tag(at: value, fix: FixIt(replacing: value, with: quoted(value.text)))
    }
    switch problem.text {
    case "mapping values are not allowed in this context":
      return misplacedColon
    case "found character that cannot start any token":
      return text.byte(at: place) == UInt8(ascii: "\t") ? tab : unquoted(misplacedStart(place))
    case "found a tab character that violates indentation",
      "found a tab character where an indentation space is expected":
      return tab
    case "block sequence entries are not allowed in this context":
      return error(
        .yamlSyntax, "a list cannot start on this line", character(at: place),
        "needs a line of its own",
        notes: ["a text that begins with `- ` needs quotes"])
    case "mapping keys are not allowed in this context":
      return unquoted("a text that begins with `? ` needs quotes")
    case "could not find expected ':'":
      return missingColon
    case "did not find expected key":
      return misfit("mapping", "keys")
    case "did not find expected '-' indicator":
      return misfit("list", "items")
    case "did not find expected ',' or ']'", "did not find expected ',' or '}'":
      return bracket
    case "did not find expected node content":
      return missingValue
    case "found unexpected end of stream", "found unexpected document indicator":
      let quote = character(at: contextPlace)
      return error(.unclosedQuote, "the quote `\(quote.text)` is not closed", quote, "opened here")
    case "found unknown escape character":
      return unknownEscape
    case "did not find expected hexdecimal number", "found invalid Unicode character escape code":
      return error(
        .invalidEscape, "this escape is no Unicode character", character(at: escapeStart),
        "takes the hexadecimal digits of one")
    case "found an indentation indicator equal to 0":
      return error(
        .yamlSyntax, "the indentation of a block text is 1 to 9", character(at: place), "")
    case "did not find expected comment or line break":
      return unquoted(misplacedStart(contextPlace))
    case "did not find expected alphabetic or numeric character":
      return unquoted(misplacedStart(contextPlace))
    case "found undefined tag handle":
      return error(.yamlTag, "tags are not used here", word(at: contextPlace), "a YAML tag")
    case "did not find expected <document start>":
      return error(
        .yamlSyntax, "this does not belong to what stands before it", line(at: place), "")
    case "found incompatible YAML document":
      return error(
        .yamlSyntax, "this version of YAML is not known", line(at: place), "1.1 and 1.2 are")
    case "found unexpected ':'":
      return unquoted("a text with `:` before a comma or a bracket needs quotes")
    default:
      break
    }
    if let context = problem.context, context.contains("directive") {
      return error(
        .yamlSyntax, "a line that begins with `%` is a directive, and YAML does not know this one",
        line(at: contextPlace), "")
    }
    if let context = problem.context, context.contains("tag") {
      return error(.yamlTag, "tags are not used here", word(at: contextPlace), "a YAML tag")
    }
    return error(.yamlSyntax, "this is not YAML: \(problem.text)", character(at: place), "")
  }

  // MARK: Places

  private var place: Int { Int(problem.place) }
  private var contextPlace: Int { problem.context == nil ? place : Int(problem.contextPlace) }

  /// The character here; nothing at the end of the text.
  private func character(at offset: Int) -> SourceSpan {
    var end = min(offset + 1, text.source.bytes.count)
    while end < text.source.bytes.count, text.source.bytes[end] & 0xC0 == 0x80 { end += 1 }
    return SourceSpan(text.source, min(offset, end), end)
  }

  private func word(at offset: Int) -> SourceSpan {
    var end = offset
    while end < text.source.bytes.count, !text.isBlankOrBreak(at: end) { end += 1 }
    return SourceSpan(text.source, offset, end)
  }

  /// From here to the end of the line, without a comment.
  private func line(at offset: Int) -> SourceSpan {
    SourceSpan(text.source, offset, text.unquotedText(from: offset, flow: false).end)
  }

  /// The value that a place belongs to, as its author sees it.
  private func value(around place: Int) -> SourceSpan? {
    let start = text.lineStart(of: place)
    return text.value(around: place, inFlow: openBrackets.contains { $0 < start })
  }

  private func isSameLine(_ a: Int, _ b: Int) -> Bool {
    text.lineStart(of: a) == text.lineStart(of: b)
  }

  // MARK: Kinds of problems

  private func error(
    _ code: DiagnosticCode, _ message: String, _ span: SourceSpan, _ label: String,
    secondary: [Label] = [], notes: [String] = [], fixIts: [FixIt] = []
  ) -> Diagnostic {
    Diagnostic(
      code: code, message: message, primary: Label(span: span, text: label), secondary: secondary,
      notes: notes, fixIts: fixIts)
  }

  /// About a text that needs quotes, as a whole.
  private func unquoted(_ message: String) -> Diagnostic {
    let value = value(around: contextPlace) ?? value(around: place)
    guard let value, Int(value.upper) > place || isSameLine(place, Int(value.lower)) else {
      return error(.unquotedExpression, message, character(at: place), "")
    }
    return error(
      .unquotedExpression, message, value, "YAML cannot read this",
      fixIts: [FixIt(replacing: value, with: quoted(value.text))])
  }

  private func misplacedStart(_ place: Int) -> String {
    let text = character(at: place).text
    return "a text that begins with \(text == "`" ? "a backtick" : "`\(text)`") needs quotes"
  }

  private var misplacedColon: Diagnostic {
    if let value = value(around: place), Int(value.lower) < place, Int(value.upper) > place,
      Int(value.lower) > text.contentStart(ofLineWith: place)
    {
      return .unquoted(value, "a text with `: ` in it needs quotes", "reads as a key and its value")
    }
    let start = text.contentStart(ofLineWith: place)
    return error(
      .yamlSyntax, "a key cannot stand here",
      SourceSpan(text.source, start, max(start, place)),
      "indented as if it belonged to the value above")
  }

  private var tab: Diagnostic {
    let start = text.lineStart(of: place)
    let end = text.skipBlanks(from: start)
    let span = SourceSpan(text.source, start, end)
    guard place <= end else {
      let end = text.skipBlanks(from: place)
      let span = SourceSpan(text.source, place, end)
      return error(
        .tabIndentation, "a tab cannot stand here", span, "use spaces",
        fixIts: [FixIt(replacing: span, with: " ")])
    }
    let spaces = span.text.reduce(into: "") { $0 += $1 == "\t" ? "  " : " " }
    return error(
      .tabIndentation, "this line is indented by a tab", span, "use spaces",
      fixIts: [FixIt(replacing: span, with: spaces)])
  }

  private var missingColon: Diagnostic {
    let first = character(at: contextPlace)
    if first.text == "\"" || first.text == "'", !isSameLine(contextPlace, place) {
      return runawayQuote(SourceSpan(text.source, contextPlace, contextPlace))
    }
    if first.text == "*" || first.text == "&" || first.text == "[" || first.text == "{" {
      return error(
        .yamlSyntax, "this does not fit what stands around it", line(at: contextPlace), "")
    }
    return error(
      .yamlSyntax, "there is no `: ` behind this key", line(at: contextPlace),
      "a key needs `: ` and a value")
  }

  private func runawayQuote(_ span: SourceSpan) -> Diagnostic {
    let quote = character(at: Int(span.lower))
    let lines = Int(span.end.line - span.start.line) + 1
    return error(
      .unclosedQuote, "the quote `\(quote.text)` is not closed on its line", quote,
      lines > 1 ? "this text goes over \(lines) lines" : "opened here",
      secondary: lines > 1
        ? [Label(span: SourceSpan(text.source, span.upper - 1, span.upper), text: "and ends here")]
        : [])
  }

  private func misfit(_ collection: String, _ parts: String) -> Diagnostic {
    let character = character(at: place)
    if ["]", "}"].contains(character.text) {
      return error(
        .unclosedBracket, "`\(character.text)` closes nothing", character, "no bracket is open here"
      )
    }
    if character.text == ":" { return .emptyKey(at: character) }
    guard place == text.contentStart(ofLineWith: place) else {
      return unquoted("a text that goes on like this needs quotes")
    }
    return error(
      .yamlSyntax, "this line does not fit the \(collection) that it is in", line(at: place),
      "not indented like the other \(parts), or not one of them",
      secondary: [
        Label(span: self.character(at: contextPlace), text: "the \(collection) starts here")
      ])
  }

  private var bracket: Diagnostic {
    let opening = character(at: contextPlace)
    let wanted = opening.text == "{" ? "}" : "]"
    let found = character(at: place)
    // What is on a line of its own may well be the next key, and no part of the collection.
    if found.text.isEmpty || found.text == ":" && !isSameLine(contextPlace, place) {
      return unclosed(opening, before: character(at: text.contentStart(ofLineWith: place)))
    }
    let message =
      ["]", "}"].contains(found.text)
      ? "`\(found.text)` does not close `\(opening.text)`" : "a `,` or `\(wanted)` is missing here"
    return error(
      .unclosedBracket, message, found, "expected `,` or `\(wanted)`",
      secondary: [Label(span: opening, text: "opened here")])
  }

  private func unclosed(_ opening: SourceSpan, before found: SourceSpan) -> Diagnostic {
    error(
      .unclosedBracket, "`\(opening.text)` is not closed", opening, "opened here",
      secondary: found.text.isEmpty
        ? [] : [Label(span: found, text: "still open here")])
  }

  private var missingValue: Diagnostic {
    let found = character(at: place)
    if let opening = openBrackets.last, found.text.isEmpty || !isSameLine(Int(opening), place) {
      return unclosed(character(at: Int(opening)), before: found)
    }
    if [",", "]", "}"].contains(found.text) {
      return error(
        .yamlSyntax, "a value is missing before `\(found.text)`", found, "expected a value")
    }
    if found.text == ":" {
      let isMark = place + 1 == text.source.bytes.count || text.isBlankOrBreak(at: place + 1)
      return isMark ? .emptyKey(at: found) : unquoted(misplacedStart(place))
    }
    return error(.yamlSyntax, "a value is missing here", found, "expected a value")
  }

  /// The backslash of the escape that libyaml stopped in.
  private var escapeStart: Int {
    var start = min(place, text.source.bytes.count)
    while start > contextPlace, text.byte(at: start) != UInt8(ascii: "\\") { start -= 1 }
    return start
  }

  private var unknownEscape: Diagnostic {
    let start = escapeStart
    let letter = character(at: start + 1)
    let span = SourceSpan(text.source, UInt32(start), letter.upper)
    return error(
      .invalidEscape, "unknown escape `\(span.text)`", span, "",
      notes: ["between single quotes a backslash is only a backslash"],
      fixIts: [FixIt(replacing: span, with: "\\" + span.text)])
  }
}
