extension FunctionTable {
  static let textExtension: [Overload] = [
    Overload(
      "string_char_at_int", "charAt", member: true,
      doc: "The character at a place, counted from 0; empty at the end."
    ) { (text: String, place: Int64) throws(Fault) -> String in
      let scalars = Array(text.unicodeScalars)
      let place = try checked(place, 0...scalars.count)
      return place == scalars.count ? "" : String(Character(scalars[place]))
    },
    Overload(
      "string_index_of_string", "indexOf", member: true, doc: "Where the other first occurs, or -1."
    ) { (text: String, part: String) throws(Fault) -> Int64 in try firstPlace(of: part, in: text, 0)
    },
    Overload(
      "string_index_of_string_int", "indexOf", member: true,
      doc: "Where the other first occurs from a place on, or -1."
    ) { (text: String, part: String, start: Int64) throws(Fault) -> Int64 in
      try firstPlace(of: part, in: text, start)
    },
    Overload(
      "string_last_index_of_string", "lastIndexOf", member: true,
      doc: "Where the other last occurs, or -1."
    ) { (text: String, part: String) throws(Fault) -> Int64 in
      try lastPlace(of: part, in: text, nil)
    },
    Overload(
      "string_last_index_of_string_int", "lastIndexOf", member: true,
      doc: "Where the other last occurs up to a place, or -1."
    ) { (text: String, part: String, end: Int64) throws(Fault) -> Int64 in
      try lastPlace(of: part, in: text, end)
    },
    Overload(
      "string_lower_ascii", "lowerAscii", member: true, doc: "The letters A to Z made small."
    ) { (text: String) in
      mapped(text) { (0x41...0x5A).contains($0) ? $0 + 32 : $0 }
    },
    Overload(
      "string_upper_ascii", "upperAscii", member: true, doc: "The letters a to z made large."
    ) { (text: String) in
      mapped(text) { (0x61...0x7A).contains($0) ? $0 - 32 : $0 }
    },
    Overload(
      "string_replace_string_string", "replace", member: true,
      [.string, .string, .string], .string,
      doc: "The text with every occurrence of the first put as the second.", metered: replaced),
    Overload(
      "string_replace_string_string_int", "replace", member: true,
      [.string, .string, .string, .int], .string,
      doc: "The text with so many occurrences of the first put as the second.",
      metered: replaced),
    Overload(
      "string_split_string", "split", member: true, [.string, .string], .list(.string),
      doc: "The parts between the occurrences of a separator."
    ) { (values: [Value]) throws(Fault) -> Value in
      guard case .string(let text) = values[0], case .string(let separator) = values[1] else {
        throw .noSuchOverload("split")
      }
      return split(text, separator, -1)
    },
    Overload(
      "string_split_string_int", "split", member: true, [.string, .string, .int], .list(.string),
      doc: "At most so many parts; the last holds the rest."
    ) { (values: [Value]) throws(Fault) -> Value in
      guard case .string(let text) = values[0], case .string(let separator) = values[1],
        case .int(let limit) = values[2]
      else { throw .noSuchOverload("split") }
      return split(text, separator, limit)
    },
    Overload(
      "string_substring_int", "substring", member: true, doc: "The text from a place on."
    ) { (text: String, start: Int64) throws(Fault) -> String in
      let scalars = Array(text.unicodeScalars)
      return joined(scalars[try checked(start, 0...scalars.count)...])
    },
    Overload(
      "string_substring_int_int", "substring", member: true,
      doc: "The text from a place up to another."
    ) { (text: String, start: Int64, end: Int64) throws(Fault) -> String in
      let scalars = Array(text.unicodeScalars)
      let lower = try checked(start, 0...scalars.count)
      let upper = try checked(end, 0...scalars.count)
      guard lower <= upper else {
        throw Fault(.invalidArgument, "the range \(start) to \(end) runs backwards")
      }
      return joined(scalars[lower..<upper])
    },
    Overload(
      "string_trim", "trim", member: true, doc: "The text without white space at both ends."
    ) { (text: String) in
      let scalars = Array(text.unicodeScalars)
      guard let first = scalars.firstIndex(where: { !$0.properties.isWhitespace }),
        let last = scalars.lastIndex(where: { !$0.properties.isWhitespace })
      else { return "" }
      return joined(scalars[first...last])
    },
    Overload("string_reverse", "reverse", member: true, doc: "The code points in reverse.") {
      (text: String) in
      String(String.UnicodeScalarView(text.unicodeScalars.reversed()))
    },
    Overload(
      "list_join", "join", member: true, [.list(.string)], .string,
      doc: "The texts one after the other.", metered: join),
    Overload(
      "list_join_string", "join", member: true, [.list(.string), .string], .string,
      doc: "The texts one after the other with a separator between them.", metered: join),
    Overload(
      "strings_quote", "strings.quote", doc: "The text in double quotes, with escapes inside."
    ) { (text: String) in
      var out = "\""
      for scalar in text.unicodeScalars {
        switch scalar {
        case "\u{7}": out += "\\a"
        case "\u{8}": out += "\\b"
        case "\u{C}": out += "\\f"
        case "\n": out += "\\n"
        case "\r": out += "\\r"
        case "\t": out += "\\t"
        case "\u{B}": out += "\\v"
        case "\\": out += "\\\\"
        case "\"": out += "\\\""
        default: out.unicodeScalars.append(scalar)
        }
      }
      return out + "\""
    },
    Overload(
      "string_format", "format", member: true, [.string, .list(.dyn)], .string, profile: .cel,
      doc: """
        The text with each `%s`, `%d`, `%f`, `%e`, `%b`, `%o`, `%x` put as the next element; `%.2f` \
        has two digits after the point and `%%` is a percent sign.
        """,
      metered: { (values: [Value], meter: inout Meter) throws(Fault) -> Value in
        guard case .string(let text) = values[0], case .list(let list) = values[1] else {
          throw .noSuchOverload("format")
        }
        return .string(try formatted(text, list, &meter))
      }),
  ]
}

private func checked(_ place: Int64, _ range: ClosedRange<Int>) throws(Fault) -> Int {
  guard let place = Int(exactly: place), range.contains(place) else { throw .index(place) }
  return place
}

private func joined(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
  String(String.UnicodeScalarView(scalars))
}

private func mapped(_ text: String, _ change: (UInt8) -> UInt8) -> String {
  String(decoding: text.utf8.map(change), as: UTF8.self)
}

private func firstPlace(
  of part: String, in text: String, _ start: Int64
) throws(Fault) -> Int64 {
  let whole = Array(text.unicodeScalars)
  let start = try checked(start, 0...whole.count)
  return find(Array(part.unicodeScalars), in: whole, from: start).map(Int64.init) ?? -1
}

private func lastPlace(of part: String, in text: String, _ end: Int64?) throws(Fault) -> Int64 {
  let whole = Array(text.unicodeScalars)
  let sought = Array(part.unicodeScalars)
  let end =
    try end.map { value throws(Fault) in try checked(value, 0...whole.count) } ?? whole.count
  guard sought.count <= whole.count else { return -1 }
  // Backwards the last occurrence is the first; it may begin at `end` at the latest.
  let skipped = max(0, whole.count - end - sought.count)
  guard let place = find(sought.reversed(), in: whole.reversed(), from: skipped) else { return -1 }
  return Int64(whole.count - place - sought.count)
}

/// A text, what to seek in it, what to put there, and how often at most; -1 for no end.
@Sendable private func replaced(
  _ values: [Value], _ meter: inout Meter
) throws(Fault) -> Value {
  guard case .string(let text) = values[0], case .string(let old) = values[1],
    case .string(let new) = values[2]
  else { throw .noSuchOverload("replace") }
  var limit: Int64 = -1
  if values.count == 4 {
    guard case .int(let count) = values[3] else { throw .noSuchOverload("replace") }
    limit = count
  }
  let whole = Array(text.unicodeScalars)
  let sought = Array(old.unicodeScalars)
  var out = String.UnicodeScalarView()
  var size = 0
  var place = 0
  var count: Int64 = 0
  let replacement = new.unicodeScalars
  let length = new.utf8.count
  let places = occurrences(of: sought, in: whole)
  for found in places {
    if limit >= 0, count >= limit { break }
    size += length
    try meter.admit(bytes: size)
    out.append(contentsOf: whole[place..<found])
    out.append(contentsOf: replacement)
    place = found + sought.count
    count += 1
  }
  out.append(contentsOf: whole[place...])
  try meter.spend(bytes: size)
  return .string(String(out))
}

/// Where a text occurs without overlaps; an empty one does before every character and at the end.
private func occurrences(of sought: [Unicode.Scalar], in whole: [Unicode.Scalar]) -> [Int] {
  if sought.isEmpty { return Array(0...whole.count) }
  var result: [Int] = []
  var fallback = [0]
  var matched = 0
  for index in 1..<max(sought.count, 1) {
    while matched > 0, sought[index] != sought[matched] { matched = fallback[matched - 1] }
    if sought[index] == sought[matched] { matched += 1 }
    fallback.append(matched)
  }
  matched = 0
  for index in whole.indices {
    while matched > 0, whole[index] != sought[matched] { matched = fallback[matched - 1] }
    if whole[index] == sought[matched] { matched += 1 }
    if matched == sought.count {
      result.append(index - sought.count + 1)
      matched = 0
    }
  }
  return result
}

private func split(_ text: String, _ separator: String, _ limit: Int64) -> Value {
  if limit == 0 { return .list([]) }
  let whole = Array(text.unicodeScalars)
  let sought = Array(separator.unicodeScalars)
  var places = occurrences(of: sought, in: whole)
  if sought.isEmpty { places = whole.isEmpty ? [] : Array(places.dropFirst().dropLast()) }
  var parts: [Value] = []
  var place = 0
  for found in places {
    if limit > 0, parts.count + 1 >= limit { break }
    parts.append(.string(joined(whole[place..<found])))
    place = found + sought.count
  }
  parts.append(.string(joined(whole[place...])))
  return .list(parts)
}

/// A list of texts, and what stands between them, if anything.
@Sendable private func join(_ values: [Value], _ meter: inout Meter) throws(Fault) -> Value {
  guard case .list(let list) = values[0] else { throw .noSuchOverload("join") }
  var separator = ""
  if values.count == 2 {
    guard case .string(let text) = values[1] else { throw .noSuchOverload("join") }
    separator = text
  }
  try meter.spend(list.count)
  var out = ""
  for (index, element) in list.enumerated() {
    guard case .string(let text) = element else { throw .noSuchOverload("join") }
    try meter.admit(bytes: out.utf8.count + text.utf8.count + separator.utf8.count)
    if index > 0 { out += separator }
    out += text
  }
  try meter.spend(bytes: out.utf8.count)
  return .string(out)
}
