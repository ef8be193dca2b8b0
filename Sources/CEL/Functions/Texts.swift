extension FunctionTable {
  static let texts: [Overload] = [
    Overload(
      "matches", "matches", [.string, .string], .bool,
      doc: "Whether a part of the text matches a regular expression of RE2.",
      body: .prepared(pattern)),
    Overload(
      "matches_string", "matches", member: true, [.string, .string], .bool,
      doc: "Whether a part of the text matches a regular expression of RE2.",
      body: .prepared(pattern)),
    Overload("contains_string", "contains", member: true, doc: "Whether the text holds another.") {
      (text: String, part: String) in find(Array(part.utf8), in: Array(text.utf8), from: 0) != nil
    },
    Overload(
      "starts_with_string", "startsWith", member: true, doc: "Whether the text begins with another."
    ) { (text: String, part: String) in text.utf8.starts(with: part.utf8) },
    Overload(
      "ends_with_string", "endsWith", member: true, doc: "Whether the text ends with another."
    ) { (text: String, part: String) in
      text.utf8.reversed().starts(with: part.utf8.reversed())
    },
    Overload("size_string", "size", doc: "The number of code points.") { (text: String) in
      Int64(text.unicodeScalars.count)
    },
    Overload("string_size", "size", member: true, doc: "The number of code points.") {
      (text: String) in Int64(text.unicodeScalars.count)
    },
    Overload("size_bytes", "size", doc: "The number of bytes.") { (bytes: [UInt8]) in
      Int64(bytes.count)
    },
    Overload("bytes_size", "size", member: true, doc: "The number of bytes.") { (bytes: [UInt8]) in
      Int64(bytes.count)
    },
  ]
}

@Sendable private func pattern(
  _ value: Value, _ meter: inout Meter
) throws(Fault) -> Overload.Unary {
  guard case .string(let text) = value else { throw .noSuchOverload("matches") }
  let pattern: Pattern
  do throws(Pattern.SyntaxError) {
    pattern = try Pattern(text, limit: meter.limits.patternStates)
  } catch {
    throw Fault(.invalidArgument, "no regular expression: \(error.message)")
  }
  try meter.spend(pattern.size)
  return { (value: Value, meter: inout Meter) throws(Fault) -> Value in
    guard case .string(let text) = value else { throw .noSuchOverload("matches") }
    return .bool(try pattern.matches(text, &meter))
  }
}

/// Where a sequence first occurs in another, by Knuth, Morris and Pratt: linear in both.
func find<T: Equatable>(_ part: [T], in whole: [T], from start: Int) -> Int? {
  if part.isEmpty { return start <= whole.count ? start : nil }
  guard whole.count - start >= part.count else { return nil }
  var fallback = [0]
  var matched = 0
  for index in 1..<max(part.count, 1) {
    while matched > 0, part[index] != part[matched] { matched = fallback[matched - 1] }
    if part[index] == part[matched] { matched += 1 }
    fallback.append(matched)
  }
  matched = 0
  for index in start..<whole.count {
    while matched > 0, whole[index] != part[matched] { matched = fallback[matched - 1] }
    if whole[index] == part[matched] { matched += 1 }
    if matched == part.count { return index - part.count + 1 }
  }
  return nil
}
