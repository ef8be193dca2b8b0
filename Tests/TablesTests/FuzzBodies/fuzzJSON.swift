import Diagnostics
import Tables

/// Reads bytes as JSON and checks that every token lies behind the one before.
func fuzzJSON(_ bytes: [UInt8]) {
  let source = SourceText(name: "data.json", bytes: bytes)
  var scanner = JSONScanner(to: bytes.count)
  var end = 0
  while let token = try? scanner.next(bytes.span), token.kind != .end {
    precondition(end <= token.lower && token.lower < token.upper && token.upper <= bytes.count)
    precondition(scanner.depth <= 512)
    end = token.upper
    guard token.kind == .key || token.kind == .string else { continue }
    let (text, map) = JSONScanner.decode(token, in: source)
    let last = map.written(UInt32(text.utf8.count))
    precondition(token.lower < last && last < token.upper)
  }
}
