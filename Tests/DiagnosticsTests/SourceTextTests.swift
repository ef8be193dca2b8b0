import Diagnostics
import Testing

@Suite struct SourceTextTests {
  @Test(arguments: [
    // offset, line, column
    (0, 1, 1), (2, 1, 3), (3, 1, 4),
    // `é` is one scalar of two bytes, `😀` one of four.
    (4, 2, 1), (6, 2, 2), (10, 2, 3), (11, 3, 1), (99, 3, 1),
  ])
  func `positions count lines and scalars from 1`(_ offset: Int, _ line: Int, _ column: Int) {
    let source = SourceText(name: "x", text: "abc\né😀\n")
    let position = source.position(at: UInt32(offset))
    #expect(position == SourcePosition(line: line, column: column))
  }

  @Test func `positions far down a line count scalars too`() {
    let source = SourceText(name: "x", text: String(repeating: "aé😀", count: 5000) + "\nb")
    for place in [0, 1, 1023, 1024, 4999] {
      #expect(
        source.position(at: UInt32(place * 7)) == SourcePosition(line: 1, column: place * 3 + 1))
    }
    #expect(source.position(at: 35_000) == SourcePosition(line: 1, column: 15_001))
    #expect(source.position(at: 35_002) == SourcePosition(line: 2, column: 2))
  }

  @Test func `an excerpt knows on which line it starts`() {
    let source = SourceText(name: "data.csv", bytes: Array("a,b\nc".utf8), firstLine: 1000)
    #expect(source.position(at: 0).line == 1000)
    #expect(source.position(at: 4) == SourcePosition(line: 1001, column: 1))
  }

  @Test func `a span gives its text, also where the bytes are not UTF-8`() {
    let source = SourceText(name: "x", bytes: [0x61, 0xFF, 0x62])
    #expect(SourceSpan(source, 0, 3).text == "a\u{FFFD}b")
    #expect(SourceSpan(source, 2, 99).text == "b")
    #expect(SourceSpan(source, 2, 1).upper == 2)
  }

  @Test func `a scalar map carries offsets across escapes and folds`() {
    // Written `"a\u00e9b` and, on the next line, two spaces and `c"`; decoded `aéb c`.
    let source = SourceText(name: "x", text: "\"a\\u00e9b\n  c\"")
    var map = ScalarMap(source)
    map.add(decoded: 0, written: 1)
    map.add(decoded: 1, written: 2)
    map.add(decoded: 3, written: 8)
    map.add(decoded: 5, written: 12)
    #expect([0, 1, 3, 4, 5, 6].map { map.written($0) } == [1, 2, 8, 9, 12, 13])
    #expect(map.span(3, 4).text == "b")
    #expect(map.span(5, 6).text == "c")
    #expect(map.span(1, 3).text == "\\u00e9")
  }

  @Test(
    arguments: [
      ("amonut", "amount"), ("visit", "visits"), ("Inbox", "inbox"), ("x", nil), ("hours", nil),
      ("wieght", "weight"),
    ] as [(String, String?)])
  func `the nearest name is the one most likely meant`(_ written: String, _ meant: String?) {
    let names = ["weight", "amount", "visits", "inbox"]
    #expect(nearestName(to: written, among: names) == meant)
  }

  @Test(
    arguments: [
      // Insertions, deletions, substitutions and swaps count one each.
      ("abcdefghi", "abcxdefyghiz", true), ("abcdefghi", "bceghi", true),
      ("abcdefghi", "xbcdyfghz", true),
      ("abcdefghi", "badcfeghi", true), ("abcdefghi", "badcfehgi", false),
      ("abcdefghi", "ab", false),
      // What was swapped is not edited again.
      ("abcdef", "bxacdef", false), ("ca", "abc", false), ("", "a", false), ("a", "", false),
    ] as [(String, String, Bool)])
  func `a third of a name may differ`(_ name: String, _ other: String, _ isNear: Bool) {
    #expect((nearestName(to: name, among: [other]) != nil) == isNear)
    #expect((nearestName(to: other, among: [name]) != nil) == isNear)
  }

  @Test func `names are compared up to sixty-four bytes`() {
    let name = String(repeating: "ab", count: 32)
    #expect(nearestName(to: name, among: [name.uppercased()]) == name.uppercased())
    #expect(nearestName(to: name, among: ["b" + name.dropFirst(2) + "a"]) != nil)
    #expect(nearestName(to: name + "a", among: [name]) == nil)
    #expect(nearestName(to: name, among: [name + "a"]) == nil)
  }
}
