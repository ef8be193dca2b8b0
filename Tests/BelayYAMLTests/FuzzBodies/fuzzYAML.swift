import Belay
import BelayYAML
import Diagnostics

/// Reads bytes as YAML and checks what must hold of every text, be it YAML or not.
func fuzzYAML(_ bytes: [UInt8]) {
  let limits = DocumentLimits(bytes: 1 << 16, depth: 64, nodes: 10_000)
  let source = SourceText(name: "fuzz.yaml", bytes: bytes)
  var diagnostics: [Diagnostic] = []
  let node = YAMLDocument.read(source, limits: limits, diagnostics: &diagnostics)
  precondition(node != nil || diagnostics.hasErrors, "no tree has a reason")
  precondition(diagnostics.count <= 100, "diagnostics are few")
  for diagnostic in diagnostics {
    for label in [diagnostic.primary] + diagnostic.secondary { check(label.span, source) }
    for fixIt in diagnostic.fixIts { check(fixIt.span, source) }
  }
  _ = TextRenderer().render(diagnostics)
  if let node {
    let nodes = check(node, source, limits, depth: 0)
    precondition(nodes <= limits.nodes, "the limit holds")
  }
  checkMaps(source)
}

private func check(_ span: SourceSpan, _ source: SourceText) {
  precondition(span.source === source && span.upper <= UInt32(source.bytes.count))
}

/// How many values the tree has.
private func check(
  _ node: Node, _ source: SourceText, _ limits: DocumentLimits, depth: Int
) -> Int {
  check(node.span, source)
  precondition(depth <= limits.depth, "the limit holds")
  switch node.content {
  case .sequence(let items):
    return items.reduce(1) { $0 + check($1, source, limits, depth: depth + 1) }
  case .mapping(let entries):
    precondition(Set(entries.map(\.key.text)).count == entries.count, "keys are unique")
    return entries.reduce(1) {
      check($1.key.span, source)
      return $0 + check($1.value, source, limits, depth: depth + 1)
    }
  case .scalar(let scalar):
    let count = UInt32(scalar.text.utf8.count)
    var last = node.span.lower
    for index in [0, count / 2, count] {
      let place = scalar.map.written(index)
      precondition(last <= place && place <= node.span.upper, "bytes lie in the span, in order")
      last = place
    }
    return 1
  }
}

/// The places of a scalar's bytes are found, and not only the scalar's.
private func checkMaps(_ source: SourceText) {
  guard let text = try? YAMLText(source) else { return }
  let events = YAMLEvents(text)
  for _ in 0..<10_000 {
    guard let event = try? events.next() else { return }
    guard case .scalar(let decoded, let style) = event.kind else { continue }
    precondition(
      WrittenScalar.map(decoded, style, in: text, at: event.content) != nil,
      "what is written gives what libyaml read")
  }
}
