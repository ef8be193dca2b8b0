/// The cells of one column, in row order.
public enum Column: Sendable {
  /// Unknown numbers are NaN; all others are finite.
  case number([Double])
  case text(TextColumn)
  case boolean(BooleanColumn)
  /// Days since 1970-01-01; unknown dates are `unknownDate`.
  case date([Int32])

  public static let unknownDate = Int32.min

  public var count: Int {
    switch self {
    case .number(let values): values.count
    case .text(let values): values.codes.count
    case .boolean(let values): values.count
    case .date(let values): values.count
    }
  }

  public func isKnown(at row: Int) -> Bool {
    switch self {
    case .number(let values): !values[row].isNaN
    case .text(let values): values.codes[row] >= 0
    case .boolean(let values): values[row] != nil
    case .date(let values): values[row] != Self.unknownDate
    }
  }
}

/// A column of texts, each different text stored once.
public struct TextColumn: Sendable {
  /// For each row its place in the dictionary, or -1 where the text is unknown.
  public let codes: [Int32]
  /// The different texts, in the order in which they first occur.
  public let dictionary: [String]

  /// - Precondition: every code is -1 or a place in the dictionary.
  public init(codes: [Int32], dictionary: [String]) {
    self.codes = codes
    self.dictionary = dictionary
  }

  /// A column of given texts, nil where unknown. Texts are told apart by their bytes.
  public init(_ texts: some Sequence<String?>) {
    var interner = TextInterner()
    var codes: [Int32] = []
    for text in texts {
      guard let text else {
        codes.append(-1)
        continue
      }
      let bytes = Array(text.utf8)
      codes.append(Int32(bytes.withUnsafeBufferPointer { interner.code($0) }))
    }
    self.init(codes: codes, dictionary: interner.texts)
  }

  public var count: Int { codes.count }

  public subscript(row: Int) -> String? {
    let code = codes[row]
    return code < 0 ? nil : dictionary[Int(code)]
  }
}

/// A column of booleans: two planes of bits, row 0 in the lowest bit of the first word.
public struct BooleanColumn: Sendable {
  /// Set where the value is known and true; unset where it is unknown.
  public private(set) var isTrue: [UInt64] = []
  public private(set) var isKnown: [UInt64] = []
  public private(set) var count = 0

  public init() {}

  public init(_ values: some Sequence<Bool?>) {
    for value in values { append(value) }
  }

  /// - Precondition: the planes have a bit for each row, unset behind the last, and no bit is set in
  ///   the first that is unset in the second.
  package init(isTrue: [UInt64], isKnown: [UInt64], _ count: Int) {
    self.isTrue = isTrue
    self.isKnown = isKnown
    self.count = count
  }

  public mutating func append(_ value: Bool?) {
    let bit = UInt64(1) << UInt64(count % 64)
    if count % 64 == 0 {
      isTrue.append(0)
      isKnown.append(0)
    }
    count += 1
    if let value {
      isKnown[isKnown.count - 1] |= bit
      if value { isTrue[isTrue.count - 1] |= bit }
    }
  }

  public subscript(row: Int) -> Bool? {
    precondition(row < count)
    let bit = UInt64(1) << UInt64(row % 64)
    guard isKnown[row / 64] & bit != 0 else { return nil }
    return isTrue[row / 64] & bit != 0
  }
}

extension Column {
  /// The cells of given rows.
  func gathering(_ rows: [Int]) -> Column {
    switch self {
    case .number(let cells): .number(rows.map { cells[$0] })
    case .text(let texts):
      .text(TextColumn(codes: rows.map { texts.codes[$0] }, dictionary: texts.dictionary))
    case .date(let days): .date(rows.map { days[$0] })
    case .boolean(let truths): .boolean(BooleanColumn(rows.map { truths[$0] }))
    }
  }
}
