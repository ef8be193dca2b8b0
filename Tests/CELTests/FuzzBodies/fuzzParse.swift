import CEL
import Diagnostics

/// Reads any bytes as an expression, prints it and reads it again, within the usual limits and
/// within small ones.
@discardableResult
func fuzzParse(_ bytes: [UInt8]) -> ParsedExpression? {
  let text = String(decoding: bytes, as: UTF8.self)
  let source = SourceText(name: "fuzz", text: text)
  let map = ScalarMap(source, startingAt: 0)
  func parse(_ limits: Limits) -> ParsedExpression? {
    var diagnostics: [Diagnostic] = []
    let parsed = ParsedExpression.parse(text, map: map, limits: limits, diagnostics: &diagnostics)
    precondition(parsed != nil || diagnostics.hasErrors, "what is refused is reported")
    for diagnostic in diagnostics {
      for label in [diagnostic.primary] + diagnostic.secondary {
        precondition(label.span.upper <= UInt32(source.bytes.count), "places lie in the text")
      }
    }
    _ = TextRenderer().render(diagnostics)
    return parsed
  }
  var small = Limits()
  (small.nesting, small.tokens, small.sourceLength) = (4, 40, 200)
  let usual = parse(Limits())
  if let within = parse(small) {
    precondition(usual?.isSame(as: within) == true, "limits change no meaning")
  }
  guard let usual else { return nil }
  _ = usual.references { $0.utf8.count % 2 == 0 }
  var again: [Diagnostic] = []
  let second = ParsedExpression.parse(usual.description, diagnostics: &again)
  // Escapes make a text longer, so only the length may be refused.
  precondition(
    second?.isSame(as: usual) ?? again.contains { $0.code == .expressionLimit },
    "printing and parsing give the same expression")
  return usual
}
