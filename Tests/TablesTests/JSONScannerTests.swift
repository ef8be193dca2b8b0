import Diagnostics
import Foundation
import Tables
import TestSupport
import Testing

@Suite struct JSONScannerTests {
  @Test func `the JSON parsing test suite is accepted and rejected as it says`() throws {
    guard let file = try Conformance.file("json/json-test-suite.json") else { return }
    let suite = try JSONDecoder().decode(Suite.self, from: file)
    #expect(suite.tests.count > 200)
    for test in suite.tests {
      let unit = try #require(Data(base64Encoded: test.base64))
      let tail = try #require(Data(base64Encoded: test.tail ?? ""))
      var bytes: [UInt8] = []
      for _ in 0..<(test.repeat ?? 1) { bytes += unit }
      bytes += tail
      let accepted = (try? tokens(bytes)) != nil
      if test.expect == "accept" { #expect(accepted, "\(test.id)") }
      if test.expect == "reject" { #expect(!accepted, "\(test.id)") }
    }
  }

  private struct Suite: Decodable {
    struct Test: Decodable {
      var id, expect, base64: String
      var `repeat`: Int?
      var tail: String?
    }
    var tests: [Test]
  }

  private func tokens(_ bytes: [UInt8], depthLimit: Int = 512) throws -> [JSONScanner.Token] {
    var scanner = JSONScanner(to: bytes.count, depthLimit: depthLimit)
    var tokens: [JSONScanner.Token] = []
    repeat { tokens.append(try scanner.next(bytes.span)) } while tokens.last?.kind != .end
    return tokens
  }

  @Test func `tokens know where they stand`() throws {
    let text = #" {"a" : [1.5e3, "x\n", true, null]} "#
    let found = try tokens(Array(text.utf8)).map { token in
      "\(token.kind) "
        + String(decoding: Array(text.utf8)[token.lower..<token.upper], as: UTF8.self)
    }
    #expect(
      found == [
        "beginObject {", #"key "a""#, "beginArray [", "number 1.5e3", #"string "x\n""#,
        "true true", "null null", "endArray ]", "endObject }", "end ",
      ])
  }

  @Test func `a byte order mark at the start is skipped, and only there`() throws {
    #expect(try tokens(Array("\u{FEFF}1".utf8)).count == 2)
    #expect(throws: JSONSyntaxError.self) { try tokens(Array(" \u{FEFF}1".utf8)) }
  }

  @Test(arguments: [
    ("[1,]", 2, "a comma after the last element"),
    (#"{"a":1,}"#, 6, "a comma after the last member"),
    ("{'a':1}", 1, "`'` where a key in double quotes belongs"),
    (#"{"a" 1}"#, 5, "`1` where `:` belongs"),
    ("[1 2]", 3, "`2` where `,` or `]` belongs"),
    ("[NaN]", 1, "`NaN` where a value belongs"),
    ("[01]", 1, "a number with a zero in front"),
    ("[1.]", 1, "no digit after the decimal point"),
    ("[-]", 1, "no digit after `-`"),
    ("[1e+]", 1, "no digit in the exponent"),
    ("1 2", 2, "`2` after the end of the value"),
    ("", 0, "the text ends where a value belongs"),
    ("[", 1, "the text ends where a value belongs"),
    (#"["a"#, 1, "a string without its closing quote"),
    (#"["a\"#, 1, "a string without its closing quote"),
    ("[\"a\nb\"]", 3, "a line end inside a string, where an escape belongs"),
    (#"["\x"]"#, 2, "an escape that JSON does not have"),
    (#"["\u12"]"#, 2, #"fewer than four hexadecimal digits after `\u`"#),
    (#"["\ud800"]"#, 2, "half a surrogate pair"),
    (#"["\udc00\ud800"]"#, 2, "half a surrogate pair"),
    (#"["\ud800\u0041"]"#, 2, "half a surrogate pair"),
  ])
  func `an error says what stands where`(_ text: String, _ offset: Int, _ message: String) {
    let error = #expect(throws: JSONSyntaxError.self) { try tokens(Array(text.utf8)) }
    #expect(error?.message == message)
    #expect(error?.lower == offset)
  }

  @Test(arguments: ["[", #"{"a":"#]) func `deep nesting ends in an error`(_ unit: String) {
    let bytes = Array(String(repeating: unit, count: 100_000).utf8)
    let error = #expect(throws: JSONSyntaxError.self) { try tokens(bytes) }
    #expect(error?.isTooDeep == true)
    #expect(throws: JSONSyntaxError.self) { try tokens(bytes, depthLimit: 1_000_000) }
  }

  @Test func `a decoded string knows where each of its bytes stands`() throws {
    let source = SourceText(name: "t", text: #"["aé\n\ud83d\ude00z\"\u0041"]"#)
    let token = try tokens(source.bytes)[1]
    let (text, map) = JSONScanner.decode(token, in: source)
    #expect(text == "aé\n\u{1F600}z\"A")
    // a é(2) \n 😀(4) z " A, and the end
    #expect([0, 1, 3, 4, 8, 9, 10, 11].map { map.written($0) } == [2, 3, 5, 7, 19, 20, 22, 28])
  }
}
