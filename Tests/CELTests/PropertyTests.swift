import CEL
import Diagnostics
import Foundation
import TestSupport
import Testing

struct PropertyTests {
  /// `BELAY_SEED` repeats a run.
  static let seed =
    ProcessInfo.processInfo.environment["BELAY_SEED"].flatMap { UInt64($0) }
    ?? UInt64.random(in: 0..<1_000_000)

  @Test func `parsing what was printed gives the same expression`() throws {
    print("seed \(Self.seed)")
    var generator = Generator(random: SeededRandom(seed: Self.seed))
    for _ in 0..<3000 {
      let text = generator.anything(Int.random(in: 0...4, using: &generator.random))
      var diagnostics: [Diagnostic] = []
      guard let parsed = ParsedExpression.parse(text, diagnostics: &diagnostics) else { continue }
      let printed = parsed.description
      let again = ParsedExpression.parse(printed, diagnostics: &diagnostics)
      #expect(again?.isSame(as: parsed) == true, "seed \(Self.seed): \(text) printed as \(printed)")
      #expect(again?.description == printed)
    }
  }

  @Test func `a checked expression never meets a type fault, and folding changes no outcome`() {
    print("seed \(Self.seed)")
    var generator = Generator(random: SeededRandom(seed: Self.seed))
    let folding = Sample.environment(.policy)
    var literal = folding
    literal.foldsConstants = false
    let record = Sample.Record(folding)
    let types: [CELType] = [.double, .bool, .string, .int, .list(.double), .timestamp]
    for _ in 0..<3000 {
      let type = generator.pick(types)
      let text = generator.typed(type, Int.random(in: 0...4, using: &generator.random))
      var diagnostics: [Diagnostic] = []
      guard let parsed = ParsedExpression.parse(text, diagnostics: &diagnostics),
        let folded = folding.check(parsed, expecting: type, diagnostics: &diagnostics),
        let plain = literal.check(parsed, expecting: type, diagnostics: &diagnostics)
      else {
        // A macro inside a macro may name its variable alike, which policies refuse.
        if diagnostics.first?.code.slug != "shadowed-name" {
          Issue.record("seed \(Self.seed): \(TextRenderer().render(diagnostics))")
        }
        continue
      }
      #expect(folded.type == type)
      let outcome = folded.evaluate(record)
      #expect(outcome == plain.evaluate(record), "seed \(Self.seed): \(text)")
      switch outcome {
      case .fault(let fault):
        #expect(fault.kind != .noSuchOverload, "seed \(Self.seed): \(text)")
        #expect(fault.kind != .unknownName, "seed \(Self.seed): \(text)")
      case .value(.double(let value)):
        #expect(value.isFinite, "seed \(Self.seed): \(text)")
      case .value, .unknown: break
      }
    }
  }

  @Test func `no text breaks the reader`() throws {
    let corpus = Conformance.checkout.appending(path: "Tests/Fuzz/Corpus/FuzzExpression")
    let files = try FileManager.default.contentsOfDirectory(
      at: corpus, includingPropertiesForKeys: nil)
    #expect(!files.isEmpty)
    print("seed \(Self.seed)")
    var generator = Generator(random: SeededRandom(seed: Self.seed))
    for file in files.sorted(by: { $0.path < $1.path }) {
      let bytes = Array(try Data(contentsOf: file))
      fuzzExpression(bytes)
      for _ in 0..<20 { fuzzExpression(generator.damaged(bytes)) }
    }
  }

  @Test(arguments: ["||", "&&", "+", "-", "*", "==", "?", ".a", "[0]", "(", "[", "{1:", "!", "-"])
  func `long chains work or are refused`(_ sign: String) {
    for count in [150, 10_000] {
      let text: String
      switch sign {
      case "||", "&&": text = Array(repeating: "visits > 0.0", count: count).joined(separator: sign)
      case "?": text = String(repeating: "on_leave ? 1.0 : ", count: count) + "2.0"
      case ".a", "[0]": text = "fte" + String(repeating: sign, count: count)
      case "(", "[", "{1:", "!": text = String(repeating: sign, count: count) + "x"
      default: text = Array(repeating: "visits", count: count).joined(separator: sign)
      }
      fuzzExpression(Array(text.utf8))
      var diagnostics: [Diagnostic] = []
      let environment = Sample.environment(.policy)
      let checked = ParsedExpression.parse(text, diagnostics: &diagnostics).flatMap {
        environment.check($0, diagnostics: &diagnostics)
      }
      if sign == "||" || sign == "&&" {
        #expect(checked?.evaluate(Sample.Record(environment)).value == .bool(true))
      } else if checked == nil {
        #expect(diagnostics.hasErrors)
      }
    }
  }
}

extension Generator {
  /// Bytes with a few changes.
  mutating func damaged(_ bytes: [UInt8]) -> [UInt8] {
    var bytes = bytes
    let pieces = [
      "&&", "(", ")", "[", "]", "{", "}", "'", "\"", "\\", "?", ":", ".", "-", "1", "9999999999999",
      "e9", "u", "0x", " in ", "!", "`", "\u{0}", "é", "map(", "size", "r'", "\n", "//", "null",
    ]
    for _ in 0..<Int.random(in: 1...4, using: &random) {
      let place = Int.random(in: 0...bytes.count, using: &random)
      switch Int.random(in: 0..<4, using: &random) {
      case 0: bytes.insert(contentsOf: Array(pick(pieces).utf8), at: place)
      case 1 where place < bytes.count: bytes.remove(at: place)
      case 2 where place < bytes.count:
        bytes[place] = UInt8.random(in: 0...255, using: &random)
      default:
        let end = min(bytes.count, place + Int.random(in: 0...12, using: &random))
        bytes.insert(contentsOf: bytes[place..<end], at: place)
      }
    }
    return bytes
  }
}
