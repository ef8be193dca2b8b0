/// Cuts NDJSON, or a JSON array of objects, into records and cells.
///
/// A cell is its text as it would stand in CSV: strings without quotes, numbers, true and false
/// as written; null is no text. What a field that nobody reads holds is skipped.
struct JSONRecordScanner {
  /// What breaks the structure, so that nothing of the file can be trusted.
  struct Flaw: Error {
    enum Kind {
      case syntax(String)
      case notARecord, notAnArray
      case nestedValue(field: String)
      case duplicateField(String, first: Int)
      case tooLong, tooManyFields
    }
    var kind: Kind
    var lower: Int
    var upper: Int
  }

  /// A field that came in some record, and the key where it first came.
  struct FieldSeen {
    let name: String
    let lower: Int
    let upper: Int
  }

  private struct Field {
    let name: String
    let slot: Int?
    var first: (lower: Int, upper: Int)?
    /// The record in which the field came last, and where.
    var record = -1
    var place = 0
  }

  private let isLines: Bool
  private var at: Int
  private var scanner: JSONScanner
  private var hasBegun = false
  private var fields: [Field] = []
  private var places: [String: Int] = [:]
  /// The keys of the record before, as they stand in the file: most records have the same.
  private var keysBefore: [(token: JSONScanner.Token, field: Int)] = []
  private var keys: [(token: JSONScanner.Token, field: Int)] = []
  /// The same keys with their quotes, and the slots of their values, -1 where nobody reads them.
  private var pattern: [(lower: Int, count: Int, slot: Int)] = []
  /// How many records there were.
  private(set) var recordCount = 0

  /// - Parameter slots: the fields that are read, in the order of their cells.
  init(_ bytes: Span<UInt8>, from start: Int, isLines: Bool, slots: [String]) {
    self.isLines = isLines
    at = start
    // Blocks begin anywhere in a file, and the mark at its start is in none.
    scanner = JSONScanner(from: start, to: bytes.count, allowsMark: false)
    for (slot, name) in slots.enumerated() {
      places[name] = slot
      fields.append(Field(name: name, slot: slot))
    }
  }

  /// The fields that came in some record: those that are read in the order of their slots,
  /// then the others in the order in which they came.
  var fieldsSeen: [FieldSeen] {
    fields.compactMap { field in
      field.first.map { FieldSeen(name: field.name, lower: $0.lower, upper: $0.upper) }
    }
  }

  /// Adds the next record to the cells.
  ///
  /// - Returns: false at the end of the text.
  mutating func next(
    _ text: UnsafeBufferPointer<UInt8>, into cells: inout JSONCells
  ) throws(Flaw) -> Bool {
    if isLines, !pattern.isEmpty, nextLikeBefore(text, into: &cells) { return true }
    let bytes = text.span
    if isLines {
      guard let line = nextLine(bytes) else { return false }
      guard line.count <= TableLimits.recordLength else {
        throw Flaw(kind: .tooLong, lower: line.lowerBound, upper: line.lowerBound + 1)
      }
      scanner.restart(from: line.lowerBound, to: line.upperBound)
    } else if !hasBegun {
      hasBegun = true
      let token = try token(bytes)
      guard token.kind == .beginArray else { throw Flaw(.notAnArray, token) }
    }
    let first = try token(bytes)
    if first.kind == .endArray {
      _ = try token(bytes)
      return false
    }
    guard first.kind == .beginObject else { throw Flaw(.notARecord, first) }
    cells.beginRecord(at: first.lower)
    try members(bytes, first, &cells)
    if isLines { _ = try token(bytes) }
    recordCount += 1
    pattern.removeAll(keepingCapacity: true)
    for (token, field) in keys {
      pattern.append((token.lower, token.upper - token.lower, fields[field].slot ?? -1))
    }
    return true
  }

  /// Adds the next record if it has the keys of the one before, in their order, and values
  /// without escapes, exponents and nesting.
  ///
  /// - Returns: false if it has not; then nothing was done.
  /// - Precondition: the text is UTF-8.
  private mutating func nextLikeBefore(
    _ text: UnsafeBufferPointer<UInt8>, into cells: inout JSONCells
  ) -> Bool {
    guard let base = text.baseAddress, at < text.count, base[at] == UInt8(ascii: "{") else {
      return false
    }
    let start = at
    guard let end = members(base, count: text.count, from: start, into: &cells) else {
      cells.removeLast()
      return false
    }
    guard end - start <= TableLimits.recordLength else {
      cells.removeLast()
      return false
    }
    recordCount += 1
    at = end
    return true
  }

  /// - Returns: behind the end of the line, or nil if something else stands there.
  private func members(
    _ base: UnsafePointer<UInt8>, count: Int, from start: Int, into cells: inout JSONCells
  ) -> Int? {
    cells.beginRecord(at: start)
    var at = start + 1
    for place in pattern.indices {
      let key = pattern[place]
      // What follows a key is read without looking where the text ends.
      guard at + key.count + 16 <= count, ByteScan.isSame(base + key.lower, base + at, key.count),
        base[at + key.count] == UInt8(ascii: ":")
      else { return nil }
      at += key.count + 1
      if base[at] == UInt8(ascii: " ") { at += 1 }
      let lower = at
      switch base[at] {
      case UInt8(ascii: "\""):
        guard let end = ByteScan.plainStringEnd(base, from: at + 1, to: count) else { return nil }
        at = end + 1
        if key.slot >= 0 { cells.set(key.slot, lower + 1, end) }
      case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
        guard let end = Self.plainNumberEnd(base, from: at, to: count) else { return nil }
        at = end
        if key.slot >= 0 { cells.set(key.slot, lower, end) }
      case UInt8(ascii: "n"):
        guard ByteScan.word(base + at) == ByteScan.word("null") else { return nil }
        at += 4
      case UInt8(ascii: "t"):
        guard ByteScan.word(base + at) == ByteScan.word("true") else { return nil }
        at += 4
        if key.slot >= 0 { cells.set(key.slot, lower, at) }
      case UInt8(ascii: "f"):
        guard ByteScan.word(base + at + 1) == ByteScan.word("alse") else { return nil }
        at += 5
        if key.slot >= 0 { cells.set(key.slot, lower, at) }
      default: return nil
      }
      let isLast = place == pattern.count - 1
      guard at < count, base[at] == UInt8(ascii: isLast ? "}" : ",") else { return nil }
      at += 1
      if !isLast, at < count, base[at] == UInt8(ascii: " ") { at += 1 }
    }
    while at < count {
      switch base[at] {
      case UInt8(ascii: "\n"): return at + 1
      case UInt8(ascii: " "), UInt8(ascii: "\r"), UInt8(ascii: "\t"): at += 1
      default: return nil
      }
    }
    return at
  }

  /// The end of `-?digits[.digits]` as JSON has it, if nothing else follows.
  @inline(__always)
  private static func plainNumberEnd(
    _ base: UnsafePointer<UInt8>, from start: Int, to count: Int
  ) -> Int? {
    var at = start
    func isDigit() -> Bool { at < count && base[at] &- UInt8(ascii: "0") < 10 }
    if base[at] == UInt8(ascii: "-") { at += 1 }
    let whole = at
    while isDigit() { at += 1 }
    guard at > whole, base[whole] != UInt8(ascii: "0") || at == whole + 1 else { return nil }
    if at < count, base[at] == UInt8(ascii: ".") {
      at += 1
      let fraction = at
      while isDigit() { at += 1 }
      guard at > fraction else { return nil }
    }
    return at
  }

  private mutating func nextLine(_ bytes: Span<UInt8>) -> Range<Int>? {
    while at < bytes.count {
      let start = at
      var isBlank = true
      while at < bytes.count, bytes[at] != UInt8(ascii: "\n") {
        switch bytes[at] {
        case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"): break
        default: isBlank = false
        }
        at += 1
      }
      let end = at
      at += 1
      if !isBlank { return start..<end }
    }
    return nil
  }

  private mutating func members(
    _ bytes: Span<UInt8>, _ first: JSONScanner.Token, _ cells: inout JSONCells
  ) throws(Flaw) {
    swap(&keys, &keysBefore)
    keys.removeAll(keepingCapacity: true)
    while true {
      let key = try token(bytes)
      if key.kind == .endObject { return }
      let field = try field(bytes, key)
      if fields[field].record == recordCount {
        throw Flaw(.duplicateField(fields[field].name, first: fields[field].place), key)
      }
      if fields[field].first == nil { fields[field].first = (key.lower, key.upper) }
      fields[field].record = recordCount
      fields[field].place = key.lower
      keys.append((key, field))

      let value = try token(bytes)
      guard value.upper - first.lower <= TableLimits.recordLength else {
        throw Flaw(kind: .tooLong, lower: first.lower, upper: first.upper)
      }
      guard let slot = fields[field].slot else {
        try skip(bytes, value)
        continue
      }
      switch value.kind {
      case .null: break
      case .string:
        // Only a string with escapes keeps its quotes.
        let inset = value.hasEscapes ? 0 : 1
        cells.set(slot, value.lower + inset, value.upper - inset)
      case .number, .true, .false:
        cells.set(slot, value.lower, value.upper)
      default: throw Flaw(.nestedValue(field: fields[field].name), value)
      }
    }
  }

  /// The place of a key's field in the list, a new one if the name has not come before.
  private mutating func field(
    _ bytes: Span<UInt8>, _ key: JSONScanner.Token
  ) throws(Flaw) -> Int {
    if keys.count < keysBefore.count {
      let (before, field) = keysBefore[keys.count]
      if sameBytes(bytes, key, before) { return field }
    }
    var decoded: [UInt8] = []
    JSONScanner.decode(key, bytes, into: &decoded)
    let name = String(decoding: decoded, as: UTF8.self)
    if let place = places[name] { return place }
    guard fields.count < TableLimits.columns else { throw Flaw(.tooManyFields, key) }
    places[name] = fields.count
    fields.append(Field(name: name, slot: nil))
    return fields.count - 1
  }

  private func sameBytes(
    _ bytes: Span<UInt8>, _ a: JSONScanner.Token, _ b: JSONScanner.Token
  ) -> Bool {
    let count = a.upper - a.lower
    guard count == b.upper - b.lower else { return false }
    for offset in 0..<count where bytes[a.lower + offset] != bytes[b.lower + offset] {
      return false
    }
    return true
  }

  /// Goes to the end of a value.
  private mutating func skip(
    _ bytes: Span<UInt8>, _ value: JSONScanner.Token
  ) throws(Flaw) {
    guard value.kind == .beginArray || value.kind == .beginObject else { return }
    let depth = scanner.depth
    while scanner.depth >= depth { _ = try token(bytes) }
  }

  private mutating func token(_ bytes: Span<UInt8>) throws(Flaw) -> JSONScanner.Token {
    do throws(JSONSyntaxError) {
      return try scanner.next(bytes)
    } catch {
      throw Flaw(kind: .syntax(error.message), lower: error.lower, upper: error.upper)
    }
  }
}

extension JSONRecordScanner.Flaw {
  fileprivate init(_ kind: Kind, _ token: JSONScanner.Token) {
    self.init(kind: kind, lower: token.lower, upper: token.upper)
  }
}
