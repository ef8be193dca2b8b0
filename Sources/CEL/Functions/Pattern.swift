/// A regular expression in the syntax of RE2, matched in time linear in text and pattern.
///
/// The pattern becomes an automaton whose states are followed side by side, one pass over the
/// text's Unicode scalars; nothing is tried twice, so no text can make it slow.
package struct Pattern: Sendable {
  package struct SyntaxError: Error {
    package var message: String
  }

  fileprivate enum Step: Sendable {
    case scalar(ScalarSet)
    case jump(Int)
    /// Goes on at both.
    case split(Int, Int)
    case assert(Assertion)
    case match
  }

  fileprivate enum Assertion: Sendable {
    case textStart, textEnd, lineStart, lineEnd, wordBoundary, noWordBoundary
  }

  private let steps: [Step]

  /// The number of its states.
  package var size: Int { steps.count }

  /// - Parameter limit: the most states that it may have: repetition counts multiply.
  init(_ pattern: String, limit: Int) throws(SyntaxError) {
    var parser = PatternParser(pattern)
    let tree = try parser.parse()
    var compiler = PatternCompiler(limit: limit)
    try compiler.emit(tree)
    compiler.steps.append(.match)
    steps = compiler.steps
  }

  /// A pattern within the usual limit.
  package init(_ pattern: String) throws(SyntaxError) {
    try self.init(pattern, limit: Limits().patternStates)
  }

  /// Whether some part of the text matches, and how many steps it takes to tell, without a limit:
  /// at most an eighth of the number of states for each character and for both ends.
  package func counted(_ text: String) -> (isMatch: Bool, steps: Int) {
    var meter = Meter(Limits(), steps: .max)
    // Nothing but a limit is thrown.
    let isMatch = (try? matches(text, &meter)) ?? false
    return (isMatch, meter.stepsTaken)
  }

  /// Whether some part of the text matches.
  ///
  /// It takes a step for each 8 states or characters that it looks at.
  func matches(_ text: String, _ meter: inout Meter) throws(Fault) -> Bool {
    try meter.spend(steps.count >> 6)
    var work = 0
    var current = StateList(steps.count)
    var next = StateList(steps.count)
    var before: Unicode.Scalar?
    var scalars = text.unicodeScalars.makeIterator()
    var at = scalars.next()
    var stack: [Int] = []
    while true {
      // A match may begin anywhere.
      if follow(0, before, at, &current, &stack) { return true }
      guard let scalar = at else { return false }
      work += current.states.count + 1
      if work >= 64 {
        try meter.spend(work >> 3)
        work &= 7
      }
      let after = scalars.next()
      for state in current.states {
        guard case .scalar(let set) = steps[state], set.contains(scalar) else { continue }
        if follow(state + 1, scalar, after, &next, &stack) { return true }
      }
      swap(&current, &next)
      next.removeAll()
      before = scalar
      at = after
    }
  }

  /// Adds a state and all that can be reached from it without reading. True when that is the end.
  private func follow(
    _ state: Int, _ before: Unicode.Scalar?, _ after: Unicode.Scalar?, _ list: inout StateList,
    _ stack: inout [Int]
  ) -> Bool {
    stack.append(state)
    defer { stack.removeAll(keepingCapacity: true) }
    while let state = stack.popLast() {
      guard list.insert(state) else { continue }
      switch steps[state] {
      case .scalar: break
      case .jump(let target): stack.append(target)
      case .split(let first, let second):
        stack.append(second)
        stack.append(first)
      case .assert(let assertion):
        if holds(assertion, before, after) { stack.append(state + 1) }
      case .match: return true
      }
    }
    return false
  }

  private func holds(
    _ assertion: Assertion, _ before: Unicode.Scalar?, _ after: Unicode.Scalar?
  ) -> Bool {
    switch assertion {
    case .textStart: before == nil
    case .textEnd: after == nil
    case .lineStart: before == nil || before == "\n"
    case .lineEnd: after == nil || after == "\n"
    case .wordBoundary: isWord(before) != isWord(after)
    case .noWordBoundary: isWord(before) == isWord(after)
    }
  }

  private func isWord(_ scalar: Unicode.Scalar?) -> Bool {
    scalar.map(ScalarSet.word.contains) ?? false
  }
}

/// States in the order of their addition, each once.
private struct StateList {
  private(set) var states: [Int] = []
  private var has: [Bool]

  init(_ count: Int) { has = Array(repeating: false, count: count) }

  mutating func insert(_ state: Int) -> Bool {
    if has[state] { return false }
    has[state] = true
    states.append(state)
    return true
  }

  mutating func removeAll() {
    for state in states { has[state] = false }
    states.removeAll(keepingCapacity: true)
  }
}

/// Unicode scalars, as sorted ranges and properties.
private struct ScalarSet: Sendable {
  private var ranges: [ClosedRange<UInt32>] = []
  /// Sets that are members as a whole, such as a general category.
  private var parts: [@Sendable (Unicode.Scalar) -> Bool] = []
  private var isNegated = false

  init(_ ranges: [ClosedRange<UInt32>] = []) { self.ranges = ranges }

  init(_ test: @escaping @Sendable (Unicode.Scalar) -> Bool) { parts = [test] }

  static let any = ScalarSet([0...0x10FFFF])
  static let anyButNewline = ScalarSet([0...9, 11...0x10FFFF])
  static let digit = ScalarSet([0x30...0x39])
  static let space = ScalarSet([9...10, 12...13, 0x20...0x20])
  static let word = ScalarSet([0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A])

  static func one(_ scalar: Unicode.Scalar) -> ScalarSet {
    ScalarSet([scalar.value...scalar.value])
  }

  var negated: ScalarSet {
    var copy = self
    copy.isNegated.toggle()
    return copy
  }

  mutating func formUnion(_ other: ScalarSet) {
    if other.isNegated || !other.parts.isEmpty {
      parts.append { other.contains($0) }
    } else {
      ranges += other.ranges
    }
  }

  /// With the other case of each letter.
  var ignoringCase: ScalarSet {
    let original = self
    return ScalarSet { scalar in
      if original.contains(scalar) { return true }
      let properties = scalar.properties
      for mapping in [properties.lowercaseMapping, properties.uppercaseMapping] {
        let scalars = mapping.unicodeScalars
        if let only = scalars.first, scalars.count == 1, only != scalar, original.contains(only) {
          return true
        }
      }
      return false
    }
  }

  func contains(_ scalar: Unicode.Scalar) -> Bool {
    let isIn =
      ranges.contains { $0.contains(scalar.value) } || parts.contains { $0(scalar) }
    return isIn != isNegated
  }
}

private indirect enum PatternTree {
  case empty
  case set(ScalarSet)
  case assertion(Pattern.Assertion)
  case sequence([PatternTree])
  case choice([PatternTree])
  case `repeat`(PatternTree, Int, Int?)
}

private struct PatternCompiler {
  var steps: [Pattern.Step] = []
  /// Parts without states can be repeated too.
  private var emitted = 0
  private let limit: Int

  init(limit: Int) { self.limit = limit }

  mutating func emit(_ tree: PatternTree) throws(Pattern.SyntaxError) {
    emitted += 1
    guard emitted < limit else {
      throw Pattern.SyntaxError(message: "the pattern is too large")
    }
    switch tree {
    case .empty: break
    case .set(let set): steps.append(.scalar(set))
    case .assertion(let assertion): steps.append(.assert(assertion))
    case .sequence(let parts): for part in parts { try emit(part) }
    case .choice(let parts):
      var ends: [Int] = []
      for (place, part) in parts.enumerated() {
        guard place < parts.count - 1 else {
          try emit(part)
          break
        }
        let split = steps.count
        steps.append(.match)
        try emit(part)
        ends.append(steps.count)
        steps.append(.match)
        steps[split] = .split(split + 1, steps.count)
      }
      for end in ends { steps[end] = .jump(steps.count) }
    case .repeat(let part, let low, let high):
      for _ in 0..<low { try emit(part) }
      guard let high else {
        let split = steps.count
        steps.append(.match)
        try emit(part)
        steps.append(.jump(split))
        steps[split] = .split(split + 1, steps.count)
        return
      }
      var splits: [Int] = []
      for _ in low..<high {
        splits.append(steps.count)
        steps.append(.match)
        try emit(part)
      }
      for split in splits { steps[split] = .split(split + 1, steps.count) }
    }
  }
}

private struct PatternParser {
  private let scalars: [Unicode.Scalar]
  private var place = 0
  private var depth = 0
  private var flags = Flags()

  private struct Flags {
    var ignoresCase = false
    var isMultiline = false
    var dotTakesNewline = false
    var isUngreedy = false
  }

  init(_ pattern: String) { scalars = Array(pattern.unicodeScalars) }

  mutating func parse() throws(Pattern.SyntaxError) -> PatternTree {
    guard scalars.count <= 10_000 else { throw error("the pattern is too long") }
    let tree = try choice()
    guard place == scalars.count else { throw error("`)` closes nothing") }
    return tree
  }

  private func error(_ message: String) -> Pattern.SyntaxError {
    Pattern.SyntaxError(message: message)
  }

  private var at: Unicode.Scalar? { place < scalars.count ? scalars[place] : nil }

  private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
    guard at == scalar else { return false }
    place += 1
    return true
  }

  private mutating func next(_ what: String) throws(Pattern.SyntaxError) -> Unicode.Scalar {
    guard let scalar = at else { throw error("the pattern ends inside \(what)") }
    place += 1
    return scalar
  }

  private mutating func choice() throws(Pattern.SyntaxError) -> PatternTree {
    depth += 1
    defer { depth -= 1 }
    guard depth <= 100 else { throw error("the pattern nests too deep") }
    var parts = [try sequence()]
    while take("|") { parts.append(try sequence()) }
    return parts.count == 1 ? parts[0] : .choice(parts)
  }

  private mutating func sequence() throws(Pattern.SyntaxError) -> PatternTree {
    var parts: [PatternTree] = []
    while let scalar = at, scalar != "|", scalar != ")" {
      guard var part = try atom() else { continue }
      var repeats = 0
      while let (low, high) = try repetition() {
        repeats += 1
        guard repeats == 1 else { throw error("a repetition is repeated") }
        part = .repeat(part, low, high)
        // Laziness changes which match is found, not whether there is one.
        _ = take("?")
      }
      parts.append(part)
    }
    return parts.count == 1 ? parts[0] : parts.isEmpty ? .empty : .sequence(parts)
  }

  private mutating func repetition() throws(Pattern.SyntaxError) -> (Int, Int?)? {
    if take("*") { return (0, nil) }
    if take("+") { return (1, nil) }
    if take("?") { return (0, 1) }
    guard at == "{" else { return nil }
    let start = place
    place += 1
    guard let low = number() else {
      // As in RE2 a brace that is no repetition stands for itself.
      place = start
      return nil
    }
    var high: Int? = low
    if take(",") { high = at == "}" ? nil : number() ?? -1 }
    guard high != -1, take("}") else {
      place = start
      return nil
    }
    guard low <= 1000, high ?? 0 <= 1000, low <= high ?? low else {
      throw error("a repetition goes from a smaller to a larger number, up to 1000")
    }
    return (low, high)
  }

  private mutating func number() -> Int? {
    var value: Int?
    while let digit = at, ("0"..."9").contains(digit) {
      value = min(100_000, (value ?? 0) * 10 + Int(digit.value - 48))
      place += 1
    }
    return value
  }

  /// Nil for what only changes flags.
  private mutating func atom() throws(Pattern.SyntaxError) -> PatternTree? {
    let scalar = try next("the pattern")
    switch scalar {
    case ".": return .set(flags.dotTakesNewline ? .any : .anyButNewline)
    case "^": return .assertion(flags.isMultiline ? .lineStart : .textStart)
    case "$": return .assertion(flags.isMultiline ? .lineEnd : .textEnd)
    case "(": return try group()
    case "[": return .set(folded(try bracket()))
    case "\\": return try escape()
    case "*", "+", "?": throw error("`\(scalar)` has nothing to repeat")
    case "{":
      place -= 1
      if try repetition() != nil { throw error("`{` has nothing to repeat") }
      place += 1
      return .set(.one("{"))
    default: return .set(folded(.one(scalar)))
    }
  }

  private func folded(_ set: ScalarSet) -> ScalarSet {
    flags.ignoresCase ? set.ignoringCase : set
  }

  private mutating func group() throws(Pattern.SyntaxError) -> PatternTree? {
    let outside = flags
    if take("?") {
      if take("P") || at == "<" {
        guard take("<") else { throw error("a named group is written `(?P<name>...)`") }
        var isEmpty = true
        while let scalar = at, scalar != ">" {
          guard ScalarSet.word.contains(scalar) else { throw error("a group's name is one word") }
          isEmpty = false
          place += 1
        }
        guard take(">"), !isEmpty else { throw error("a group's name is missing") }
      } else {
        var value = true
        reading: while true {
          switch try next("a group") {
          case "i": flags.ignoresCase = value
          case "m": flags.isMultiline = value
          case "s": flags.dotTakesNewline = value
          case "U": flags.isUngreedy = value
          case "-" where value: value = false
          // Flags hold until the end of the group that they stand in.
          case ")": return nil
          case ":": break reading
          default: throw error("RE2 has no such group")
          }
        }
      }
    }
    let inside = try choice()
    guard take(")") else { throw error("`(` is not closed") }
    flags = outside
    return inside
  }

  private mutating func escape() throws(Pattern.SyntaxError) -> PatternTree {
    let scalar = try next("an escape")
    switch scalar {
    case "A": return .assertion(.textStart)
    case "z": return .assertion(.textEnd)
    case "b": return .assertion(.wordBoundary)
    case "B": return .assertion(.noWordBoundary)
    case "Q":
      var parts: [PatternTree] = []
      while let scalar = at {
        if scalar == "\\", place + 1 < scalars.count, scalars[place + 1] == "E" {
          place += 2
          break
        }
        parts.append(.set(folded(.one(scalar))))
        place += 1
      }
      return parts.count == 1 ? parts[0] : .sequence(parts)
    default:
      if let set = try setEscape(scalar) { return .set(set) }
      return .set(folded(.one(try literalEscape(scalar))))
    }
  }

  private mutating func setEscape(
    _ scalar: Unicode.Scalar
  ) throws(Pattern.SyntaxError) -> ScalarSet? {
    switch scalar {
    case "d": return .digit
    case "D": return ScalarSet.digit.negated
    case "s": return .space
    case "S": return ScalarSet.space.negated
    case "w": return .word
    case "W": return ScalarSet.word.negated
    case "p", "P":
      var isNegated = scalar == "P"
      var name = String(Character(try next("a class")))
      if name == "{" {
        if take("^") { isNegated.toggle() }
        name = ""
        while true {
          let scalar = try next("a class")
          if scalar == "}" { break }
          name.unicodeScalars.append(scalar)
        }
      }
      guard let set = ScalarSet.named(name) else {
        throw error("there is no class of characters `\(name)`")
      }
      return isNegated ? set.negated : set
    default: return nil
    }
  }

  private mutating func literalEscape(
    _ scalar: Unicode.Scalar
  ) throws(Pattern.SyntaxError) -> Unicode.Scalar {
    switch scalar {
    case "a": return "\u{7}"
    case "f": return "\u{C}"
    case "n": return "\n"
    case "r": return "\r"
    case "t": return "\t"
    case "v": return "\u{B}"
    case "x":
      var digits = ""
      if take("{") {
        while let scalar = at, scalar != "}", digits.utf8.count < 8 {
          digits.unicodeScalars.append(scalar)
          place += 1
        }
        guard take("}") else { throw error("`\\x{` is not closed") }
      } else {
        for _ in 0..<2 { digits.unicodeScalars.append(try next("an escape")) }
      }
      guard let value = UInt32(digits, radix: 16), let result = Unicode.Scalar(value),
        !digits.hasPrefix("+")
      else { throw error("`\\x\(digits)` names no character") }
      return result
    case "0"..."7":
      var value = scalar.value - 48
      var count = 1
      while count < 3, let digit = at, ("0"..."7").contains(digit) {
        value = value * 8 + digit.value - 48
        place += 1
        count += 1
      }
      guard scalar == "0" || count == 3 else { throw error("RE2 has no back references") }
      return Unicode.Scalar(value) ?? "\0"
    default:
      guard scalar.isASCII, !ScalarSet.word.contains(scalar) || scalar == "_" else {
        throw error("`\\\(scalar)` is no escape")
      }
      return scalar
    }
  }

  private mutating func bracket() throws(Pattern.SyntaxError) -> ScalarSet {
    let isNegated = take("^")
    var set = ScalarSet()
    var isFirst = true
    while true {
      let scalar = try next("`[`")
      if scalar == "]", !isFirst { break }
      isFirst = false
      if scalar == "[", at == ":" {
        if let named = try posixClass() {
          set.formUnion(named)
          continue
        }
      }
      var low = scalar
      if scalar == "\\" {
        let escaped = try next("an escape")
        if let part = try setEscape(escaped) {
          set.formUnion(part)
          continue
        }
        low = try literalEscape(escaped)
      }
      var high = low
      if at == "-", place + 1 < scalars.count, scalars[place + 1] != "]" {
        place += 1
        high = try next("`[`")
        if high == "\\" { high = try literalEscape(try next("an escape")) }
        guard low.value <= high.value else { throw error("`\(low)-\(high)` runs backwards") }
      }
      set.formUnion(ScalarSet([low.value...high.value]))
    }
    // A negated class is negated after letters of the other case were added.
    return isNegated ? (flags.ignoresCase ? set.ignoringCase : set).negated : set
  }

  private mutating func posixClass() throws(Pattern.SyntaxError) -> ScalarSet? {
    let start = place
    place += 1
    let isNegated = take("^")
    var name = ""
    while let scalar = at, scalar != ":", scalar != "]" {
      name.unicodeScalars.append(scalar)
      place += 1
    }
    guard take(":"), take("]") else {
      place = start
      return nil
    }
    guard let set = ScalarSet.posix(name) else { throw error("there is no class `[:\(name):]`") }
    return isNegated ? set.negated : set
  }
}

extension ScalarSet {
  static func posix(_ name: String) -> ScalarSet? {
    switch name {
    case "alnum": ScalarSet([0x30...0x39, 0x41...0x5A, 0x61...0x7A])
    case "alpha": ScalarSet([0x41...0x5A, 0x61...0x7A])
    case "ascii": ScalarSet([0...0x7F])
    case "blank": ScalarSet([9...9, 0x20...0x20])
    case "cntrl": ScalarSet([0...0x1F, 0x7F...0x7F])
    case "digit": .digit
    case "graph": ScalarSet([0x21...0x7E])
    case "lower": ScalarSet([0x61...0x7A])
    case "print": ScalarSet([0x20...0x7E])
    case "punct": ScalarSet([0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E])
    case "space": ScalarSet([9...13, 0x20...0x20])
    case "upper": ScalarSet([0x41...0x5A])
    case "word": .word
    case "xdigit": ScalarSet([0x30...0x39, 0x41...0x46, 0x61...0x66])
    default: nil
    }
  }

  /// General categories and the scripts that texts in this field are written in.
  static func named(_ name: String) -> ScalarSet? {
    if name == "Any" { return .any }
    if let script = scripts[name] { return ScalarSet(script) }
    let categories: [String: [Unicode.GeneralCategory]] = [
      "Lu": [.uppercaseLetter], "Ll": [.lowercaseLetter], "Lt": [.titlecaseLetter],
      "Lm": [.modifierLetter], "Lo": [.otherLetter], "Mn": [.nonspacingMark],
      "Mc": [.spacingMark], "Me": [.enclosingMark], "Nd": [.decimalNumber],
      "Nl": [.letterNumber], "No": [.otherNumber], "Pc": [.connectorPunctuation],
      "Pd": [.dashPunctuation], "Ps": [.openPunctuation], "Pe": [.closePunctuation],
      "Pi": [.initialPunctuation], "Pf": [.finalPunctuation], "Po": [.otherPunctuation],
      "Sm": [.mathSymbol], "Sc": [.currencySymbol], "Sk": [.modifierSymbol],
      "So": [.otherSymbol], "Zs": [.spaceSeparator], "Zl": [.lineSeparator],
      "Zp": [.paragraphSeparator], "Cc": [.control], "Cf": [.format], "Co": [.privateUse],
    ]
    let members = categories.filter {
      $0.key == name || name.utf8.count == 1 && $0.key.hasPrefix(name)
    }
    .flatMap(\.value)
    return members.isEmpty ? nil : ScalarSet { members.contains($0.properties.generalCategory) }
  }

  private static let scripts: [String: [ClosedRange<UInt32>]] = [
    "Latin": [
      0x41...0x5A, 0x61...0x7A, 0xAA...0xAA, 0xBA...0xBA, 0xC0...0xD6, 0xD8...0xF6, 0xF8...0x2B8,
      0x1E00...0x1EFF, 0x2C60...0x2C7F, 0xA722...0xA787, 0xFF21...0xFF3A, 0xFF41...0xFF5A,
    ],
    "Greek": [
      0x370...0x373, 0x375...0x377, 0x37A...0x37D, 0x37F...0x37F, 0x384...0x384,
      0x386...0x386, 0x388...0x3E1, 0x3F0...0x3FF, 0x1F00...0x1FFE,
    ],
    "Cyrillic": [0x400...0x484, 0x487...0x52F, 0x1C80...0x1C88, 0x2DE0...0x2DFF, 0xA640...0xA69F],
    "Arabic": [
      0x600...0x604, 0x606...0x60B, 0x60D...0x61A, 0x61C...0x61E, 0x620...0x63F,
      0x641...0x64A, 0x656...0x66F, 0x671...0x6DC, 0x6DE...0x6FF, 0x750...0x77F,
    ],
    "Hebrew": [0x591...0x5C7, 0x5D0...0x5EA, 0x5EF...0x5F4],
    "Han": [
      0x2E80...0x2E99, 0x2E9B...0x2EF3, 0x2F00...0x2FD5, 0x3005...0x3005, 0x3007...0x3007,
      0x3021...0x3029, 0x3038...0x303B, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xF900...0xFA6D,
      0x20000...0x2A6DF, 0x2A700...0x2EBE0, 0x30000...0x323AF,
    ],
    "Hiragana": [0x3041...0x3096, 0x309D...0x309F],
    "Katakana": [
      0x30A1...0x30FA, 0x30FD...0x30FF, 0x31F0...0x31FF, 0xFF66...0xFF6F,
      0xFF71...0xFF9D,
    ],
    "Thai": [0xE01...0xE3A, 0xE40...0xE5B],
    "Devanagari": [0x900...0x950, 0x955...0x963, 0x966...0x97F],
  ]
}
