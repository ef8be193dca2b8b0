import CEL
import Foundation
import TestSupport
import Testing

struct PatternTests {
  /// Where both know a construct, it means the same to Foundation's regular expressions.
  @Test func `small patterns find what Foundation finds`() throws {
    var random = SeededRandom.announced()
    var matches = 0
    for _ in 0..<8000 {
      let text = Self.pattern(Int.random(in: 0...4, using: &random), &random)
      let subject = Self.subject(&random)
      let pattern = try Pattern(text)
      let reference = try NSRegularExpression(pattern: text)
      let whole = NSRange(location: 0, length: subject.utf16.count)
      let expected = reference.firstMatch(in: subject, range: whole) != nil
      let (isMatch, steps) = pattern.counted(subject)
      #expect(isMatch == expected, "\(text) in \"\(subject)\"")
      #expect(8 * steps <= (subject.count + 2) * (pattern.size + 1))
      matches += isMatch ? 1 : 0
    }
    // Both answers occur often, so the comparison says something.
    #expect((800...7200).contains(matches), "\(matches)")
  }

  /// The work grows with the length of the text and no faster, also where backtracking explodes.
  @Test(arguments: [
    "(a+)+$", "(a|aa)+$", "(.*)*x", "(((((a*)*)*)*)*)*b", "(a{0,9}){0,9}b", "(a?){50}a{50}b",
    (0..<1000).map { "w\($0)" }.joined(separator: "|"),
  ])
  func `patterns that explode elsewhere take time linear in the text`(_ text: String) throws {
    let pattern = try Pattern(text)
    let (few, many) = (
      pattern.counted(String(repeating: "a", count: 500) + "!"),
      pattern.counted(String(repeating: "a", count: 5000) + "!")
    )
    #expect(!few.isMatch && !many.isMatch)
    #expect(many.steps <= 11 * few.steps + 10)
  }

  private static func subject(_ random: inout SeededRandom) -> String {
    String(
      (0..<Int.random(in: 0...9, using: &random)).map { _ in
        ["a", "a", "b", "b", "c"].randomElement(using: &random)!
      })
  }

  /// Repeats only what is never empty: there Foundation gives up on some of the matches.
  private static func pattern(_ depth: Int, _ random: inout SeededRandom) -> String {
    any(depth, &random).text
  }

  private static func any(
    _ depth: Int, _ random: inout SeededRandom
  ) -> (text: String, canBeEmpty: Bool) {
    guard depth > 0 else {
      let (solid, empty) = (
        ["a", "b", ".", "[ab]", "[^a]", "(?:c)", "\\w", "[a-b]b"], ["^", "$", "()", "\\b"]
      )
      return Int.random(in: 0..<4, using: &random) > 0
        ? (solid.randomElement(using: &random)!, false)
        : (empty.randomElement(using: &random)!, true)
    }
    let (inside, isEmpty) = any(depth - 1, &random)
    switch Int.random(in: 0..<10, using: &random) {
    case 0...2:
      let next = any(depth - 1, &random)
      return (inside + next.text, isEmpty && next.canBeEmpty)
    case 3, 4:
      let other = any(depth - 1, &random)
      return ("(\(inside)|\(other.text))", isEmpty || other.canBeEmpty)
    case 5 where !isEmpty:
      let low = Int.random(in: 0...3, using: &random)
      let high = low + Int.random(in: 0...2, using: &random)
      let count = ["{\(low)}", "{\(low),}", "{\(low),\(high)}"].randomElement(using: &random)!
      return ("(\(inside))" + count, low == 0)
    case 6: return ("^(\(inside))$", isEmpty)
    case 7... where !isEmpty:
      let sign = ["*", "+", "?", "*?", "+?", "??"].randomElement(using: &random)!
      return ("(\(inside))" + sign, !sign.hasPrefix("+"))
    default: return ("(?:\(inside))", isEmpty)
    }
  }
}
