import CEL

/// Takes what stands before the first zero byte for a pattern and the rest for a text.
///
/// Without a zero byte the text is the pattern itself.
func fuzzPattern(_ bytes: [UInt8]) {
  let parts = bytes.split(separator: 0, maxSplits: 1, omittingEmptySubsequences: false)
  let pattern = String(decoding: parts[0], as: UTF8.self)
  let text = String(decoding: parts.last!, as: UTF8.self)
  guard let isMatch = fuzzMatch(pattern, text) else { return }
  // What is nothing, or beside nothing, changes nothing; what may be empty is everywhere.
  precondition(fuzzMatch("[^\\x{0}-\\x{10FFFF}]|" + pattern, text) ?? isMatch == isMatch)
  precondition(
    fuzzMatch("(?:)" + pattern, text).map { $0 == isMatch || pattern.first == "|" } ?? true)
  precondition(fuzzMatch("|" + pattern, text) ?? true)
}

/// Whether the pattern matches, or nil when it is none. The work is linear in the text.
private func fuzzMatch(_ text: String, _ subject: String) -> Bool? {
  let pattern: Pattern
  do throws(Pattern.SyntaxError) {
    pattern = try Pattern(text)
  } catch {
    precondition(!error.message.isEmpty)
    return nil
  }
  let (isMatch, steps) = pattern.counted(subject)
  let places = subject.unicodeScalars.count + 2
  precondition(8 * steps <= places * (pattern.size + 1), "the time is linear")
  return isMatch
}
