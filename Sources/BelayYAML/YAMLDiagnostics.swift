import Belay
package import Diagnostics

extension DiagnosticCode {
  package static let yamlSyntax = DiagnosticCode(
    "yaml-syntax", .error, "A text breaks a rule of YAML.")
  package static let yamlTag = DiagnosticCode(
    "yaml-tag", .error, "A text begins with `!`, which is a tag in YAML; policies have none.")
  package static let unquotedExpression = DiagnosticCode(
    "unquoted-expression", .error, "YAML reads a text without quotes as something else.")
  package static let unclosedQuote = DiagnosticCode(
    "unclosed-quote", .error, "A quote is not closed, or only far below.")
  package static let unclosedBracket = DiagnosticCode(
    "unclosed-bracket", .error, "A bracket is not closed, or not by its partner.")
  package static let invalidEscape = DiagnosticCode(
    "invalid-escape", .error, "A backslash between double quotes starts no escape that YAML knows.")
  package static let tabIndentation = DiagnosticCode(
    "tab-indentation", .error, "A line is indented by a tab.")
  package static let invalidEncoding = DiagnosticCode(
    "invalid-encoding", .error, "A text is not UTF-8.")
  package static let controlCharacter = DiagnosticCode(
    "control-character", .error, "A text holds a character that cannot be seen and has no meaning.")
  package static let unknownAnchor = DiagnosticCode(
    "unknown-anchor", .error, "An alias names an anchor that does not stand before it.")
  package static let recursiveAlias = DiagnosticCode(
    "recursive-alias", .error, "An alias stands inside the node that it names.")
  package static let invalidMerge = DiagnosticCode(
    "invalid-merge", .error, "A merge key has a value that is not a mapping.")
  package static let multipleDocuments = DiagnosticCode(
    "multiple-documents", .error, "A file holds more than one YAML document.")
  package static let emptyDocument = DiagnosticCode(
    "empty-document", .error, "A file holds no YAML document.")
  package static let complexKey = DiagnosticCode(
    "complex-key", .error, "A key is a list or a mapping.")
  package static let emptyKey = DiagnosticCode(
    "empty-key", .error, "A value has no key.")

  /// What reading YAML can report, beside the codes that all document readers share.
  package static let yamlCodes: [DiagnosticCode] = [
    yamlSyntax, yamlTag, unquotedExpression, unclosedQuote, unclosedBracket, invalidEscape,
    tabIndentation, invalidEncoding, controlCharacter, unknownAnchor, recursiveAlias, invalidMerge,
    multipleDocuments, emptyDocument, complexKey, emptyKey,
  ]
}

extension Diagnostic {
  static func utf16(_ span: SourceSpan) -> Diagnostic {
    Diagnostic(
      code: .invalidEncoding, message: "this text is UTF-16",
      primary: Label(span: span, text: "the byte order mark of UTF-16"),
      notes: ["save the file as UTF-8"])
  }

  static func invalidUTF8(at span: SourceSpan) -> Diagnostic {
    let byte = span.source.bytes[Int(span.lower)]
    return Diagnostic(
      code: .invalidEncoding, message: "this text is not UTF-8",
      primary: Label(span: span, text: "the byte 0x\(hex(byte, 2)) at offset \(span.lower)"),
      notes: ["save the file as UTF-8"])
  }

  static func controlCharacter(_ scalar: UInt32, at span: SourceSpan) -> Diagnostic {
    Diagnostic(
      code: .controlCharacter, message: "control character U+\(hex(scalar, 4))",
      primary: Label(span: span), fixIts: [FixIt(replacing: span, with: "")])
  }

  static func emptyDocument(_ source: SourceText) -> Diagnostic {
    Diagnostic(
      code: .emptyDocument, message: "this file holds no YAML",
      primary: Label(span: SourceSpan(source, 0, 0)))
  }

  static func multipleDocuments(at span: SourceSpan) -> Diagnostic {
    Diagnostic(
      code: .multipleDocuments, message: "more than one document in this file",
      primary: Label(span: span, text: "the second one starts here"),
      notes: ["put each document into a file of its own"])
  }

  static func tagDirective(at span: SourceSpan) -> Diagnostic {
    Diagnostic(
      code: .yamlTag, message: "tags are not used here",
      primary: Label(span: span), fixIts: [FixIt(replacing: span, with: "")])
  }

  static func tag(at span: SourceSpan, fix: FixIt) -> Diagnostic {
    let isText = !fix.replacement.isEmpty
    return Diagnostic(
      code: .yamlTag,
      message: isText
        ? "a text that begins with `!` needs quotes" : "tags are not used here",
      primary: Label(span: span, text: isText ? "reads as a YAML tag" : "a YAML tag"),
      fixIts: [fix])
  }

  static func unquoted(_ span: SourceSpan, _ message: String, _ label: String) -> Diagnostic {
    Diagnostic(
      code: .unquotedExpression, message: message, primary: Label(span: span, text: label),
      fixIts: [FixIt(replacing: span, with: quoted(span.text))])
  }

  static func cutByComment(_ span: SourceSpan, comment: SourceSpan) -> Diagnostic {
    Diagnostic(
      code: .unquotedExpression, message: "a comment cuts this text short",
      primary: Label(span: span, text: "all that is left of it"),
      secondary: [Label(span: comment, text: "` #` begins a comment")],
      notes: ["put quotes around the text, and leave a comment outside"])
  }

  static func complexKey(at span: SourceSpan) -> Diagnostic {
    Diagnostic(
      code: .complexKey, message: "a key is a text, not a list or a mapping",
      primary: Label(span: span))
  }

  static func emptyKey(at span: SourceSpan) -> Diagnostic {
    Diagnostic(
      code: .emptyKey, message: "this value has no key", primary: Label(span: span))
  }

  static func unknownAnchor(_ name: String, at span: SourceSpan, known: [String]) -> Diagnostic {
    let nearest = nearestName(to: name, among: known)
    return Diagnostic(
      code: .unknownAnchor, message: "unknown anchor `\(name)`",
      primary: Label(span: span, text: "no `&\(name)` stands before this"),
      fixIts: nearest.map { [FixIt(replacing: span, with: "*" + $0)] } ?? [])
  }

  static func recursiveAlias(_ name: String, at span: SourceSpan, anchor: SourceSpan) -> Diagnostic
  {
    Diagnostic(
      code: .recursiveAlias, message: "`*\(name)` stands inside what it names",
      primary: Label(span: span),
      secondary: [
        Label(
          span: SourceSpan(span.source, anchor.lower, anchor.lower + 1 + UInt32(name.utf8.count)),
          text: "this is still being written")
      ])
  }

  static func invalidMerge(at span: SourceSpan) -> Diagnostic {
    Diagnostic(
      code: .invalidMerge, message: "`<<` takes a mapping, an alias of one, or a list of them",
      primary: Label(span: span, text: "not a mapping"))
  }
}

private func hex(_ value: some BinaryInteger, _ width: Int) -> String {
  let digits = String(value, radix: 16, uppercase: true)
  return String(repeating: "0", count: max(0, width - digits.count)) + digits
}
