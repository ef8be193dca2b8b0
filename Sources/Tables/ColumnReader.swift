/// The dictionary of one text column, and which of its texts may stand in the column.
struct ColumnReader: ~Copyable {
  enum TextValue {
    case code(Int32)
    case empty, notListed
  }

  private let type: ColumnType
  private var texts = TextInterner()
  /// For each different text its place in the dictionary, or why it has none.
  private var verdicts: [TextValue] = []
  /// For each place in the dictionary the number of the text.
  private var dictionary: [Int32] = []

  /// How the column's numbers are mostly written, as the last ones were.
  var form = NumberForm(decimals: 0)

  init(_ type: ColumnType) {
    self.type = type
  }

  var count: Int { dictionary.count }

  var byteCount: Int { texts.byteCount + 20 * verdicts.count }

  func text(_ code: Int) -> UnsafeBufferPointer<UInt8> { texts.bytes(Int(dictionary[code])) }

  mutating func reset() {
    texts = TextInterner()
    verdicts.removeAll(keepingCapacity: true)
    dictionary.removeAll(keepingCapacity: true)
  }

  mutating func code(_ bytes: UnsafeBufferPointer<UInt8>) -> TextValue {
    let code = texts.code(bytes)
    if code == verdicts.count { judge(bytes, code) }
    return verdicts[code]
  }

  private mutating func judge(_ bytes: UnsafeBufferPointer<UInt8>, _ code: Int) {
    if isBlankText(bytes) {
      verdicts.append(.empty)
    } else if type.refusal(of: String(decoding: bytes, as: UTF8.self)) != nil {
      verdicts.append(.notListed)
    } else {
      verdicts.append(.code(Int32(dictionary.count)))
      dictionary.append(Int32(code))
    }
  }
}

/// `true`, `yes` and `1`, `false`, `no` and `0`, in small or capital letters.
func readBoolean(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool? {
  func says(_ word: StaticString) -> Bool {
    guard bytes.count == word.utf8CodeUnitCount else { return false }
    return word.withUTF8Buffer { letters in
      letters.indices.allSatisfy { index in
        let byte = bytes[index]
        let isCapital = byte &- UInt8(ascii: "A") < 26
        return (isCapital ? byte | 0x20 : byte) == letters[index]
      }
    }
  }
  if says("true") || says("yes") || says("1") { return true }
  if says("false") || says("no") || says("0") { return false }
  return nil
}

private func isSpace(_ byte: UInt8) -> Bool {
  byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")
}

func isBlankText(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
  bytes.allSatisfy(isSpace)
}

/// Without the spaces and tabs on both sides.
func trimmed(_ bytes: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8> {
  var (lower, upper) = (0, bytes.count)
  while lower < upper, isSpace(bytes[lower]) { lower += 1 }
  while lower < upper, isSpace(bytes[upper - 1]) { upper -= 1 }
  return UnsafeBufferPointer(rebasing: bytes[lower..<upper])
}

func trimmed(_ text: String) -> Substring {
  let isBlank = { (character: Character) in character == " " || character == "\t" }
  var rest = text[...]
  while let first = rest.first, isBlank(first) { rest.removeFirst() }
  while let last = rest.last, isBlank(last) { rest.removeLast() }
  return rest
}

/// Numbers of at most eight bytes, `-?digits[.digits]`, without a loop.
enum ShortNumber {
  /// The number, or NaN for anything else, also for what may well be another number.
  ///
  /// - Precondition: eight bytes can be read on both sides of the text.
  @inline(__always)
  static func parse(_ base: UnsafePointer<UInt8>, _ lower: Int, _ upper: Int) -> Double {
    let count = upper &- lower
    if count > 8 || count <= 0 { return .nan }
    let ones: UInt64 = 0x0101_0101_0101_0101
    let high: UInt64 = 0x8080_8080_8080_8080
    let raw = UnsafeRawPointer(base + upper - 8)
    let shift = UInt64(truncatingIfNeeded: 64 &- 8 &* count)
    // The text is in the highest bytes: digits are 0 to 9, the point 0x1E, the minus 0x1D.
    var word =
      ((UInt64(littleEndian: raw.loadUnaligned(as: UInt64.self)) ^ (ones &* 0x30)) >> shift)
      << shift
    let isNegative = (word >> shift) & 0xFF == 0x1D
    if isNegative { word &= ~(0xFF << shift) }
    let wholeStart = Int(shift / 8) &+ (isNegative ? 1 : 0)
    if wholeStart > 7 { return .nan }
    let difference = word ^ (ones &* 0x1E)
    let points = (difference &- ones) & ~difference & high
    // Without a point it would stand behind the text.
    let point = points == 0 ? 8 : points.trailingZeroBitCount / 8
    if point == 7 || point <= wholeStart { return .nan }
    if point < 8 {
      let bit = UInt64(0x80) << UInt64(truncatingIfNeeded: point &* 8)
      let below = (bit >> 7) &- 1
      word = (word & ~(below | (bit >> 7) &* 0xFF)) | (word & below) << 8
    }
    if ((word &+ ones &* 0x76) | word) & high != 0 { return .nan }
    word = (word &* 2561) >> 8
    word = ((word & 0x00FF_00FF_00FF_00FF) &* 6_553_601) >> 16
    word = ((word & 0x0000_FFFF_0000_FFFF) &* 42_949_672_960_001) >> 32
    let value = exactDouble(word) / scales[point]
    return isNegative ? -value : value
  }
}

/// How the numbers of a column are mostly written: with so many decimals, at most eight bytes long,
/// not negative. What is written so is read with half the work.
struct NumberForm {
  /// The count of decimals, 0 to 6.
  let decimals: Int
  /// 0x1E, what a point becomes, in the byte of the point.
  private let point: UInt64
  private let pointByte: UInt64
  /// The bytes before the point.
  private let whole: UInt64
  private let scale: Double
  /// How long a text is at least, and how much longer it may be.
  private let least: Int
  private let room: UInt

  /// - Parameter decimals: 0 to 6.
  init(decimals: Int) {
    self.decimals = decimals
    // The text stands in the highest bytes of a word, and the first byte is the lowest.
    let shift = UInt64(8 * (7 - decimals))
    pointByte = decimals == 0 ? 0 : 0xFF << shift
    point = decimals == 0 ? 0 : 0x1E << shift
    whole = decimals == 0 ? 0 : (1 << shift) - 1
    scale = scales[7 - decimals]
    least = decimals == 0 ? 1 : decimals + 2
    room = UInt(8 - least)
  }

  /// The form that a text has; nil where it has none of them.
  init?(_ base: UnsafePointer<UInt8>, _ lower: Int, _ upper: Int) {
    var decimals = 0
    for place in lower..<upper where base[place] == UInt8(ascii: ".") {
      decimals = upper - place - 1
    }
    guard decimals <= 6 else { return nil }
    self.init(decimals: decimals)
  }

  /// The number; nil where the text has another form.
  ///
  /// - Precondition: eight bytes can be read on both sides of the text.
  @inline(__always)
  func parse(
    _ base: UnsafePointer<UInt8>, _ lower: Int, _ upper: Int, _ masks: UnsafePointer<UInt64>
  ) -> Double? {
    let count = upper &- lower
    if UInt(bitPattern: count &- least) > room { return nil }
    let raw = UnsafeRawPointer(base + upper - 8).loadUnaligned(as: UInt64.self)
    var word = (UInt64(littleEndian: raw) ^ 0x3030_3030_3030_3030) & masks[count] ^ point
    let others = ((word &+ 0x7676_7676_7676_7676) | word) & 0x8080_8080_8080_8080
    if others | word & pointByte != 0 { return nil }
    // The digits before the point take its place.
    word = word & ~whole | (word & whole) &<< 8
    word = (word &* 2561) &>> 8
    word = ((word & 0x00FF_00FF_00FF_00FF) &* 6_553_601) &>> 16
    word = ((word & 0x0000_FFFF_0000_FFFF) &* 42_949_672_960_001) &>> 32
    // Both are whole and exact, so the quotient is rounded once.
    return exactDouble(word) / scale
  }

  /// For a count of bytes, 0 to 8, the word in which the highest so many are set.
  static let masks: [UInt64] = [
    0, 0xFF00_0000_0000_0000, 0xFFFF_0000_0000_0000, 0xFFFF_FF00_0000_0000,
    0xFFFF_FFFF_0000_0000, 0xFFFF_FFFF_FF00_0000, 0xFFFF_FFFF_FFFF_0000, 0xFFFF_FFFF_FFFF_FF00,
    0xFFFF_FFFF_FFFF_FFFF,
  ]
}

/// A whole number below 2^52 as a double.
///
/// By way of its bits: the instruction that converts waits for what its register held before, here
/// the quotient of the number before.
@inline(__always)
private func exactDouble(_ whole: UInt64) -> Double {
  Double(bitPattern: 0x4330_0000_0000_0000 | whole) - 0x1p52
}

/// By the place of the point in eight bytes; the last is that of no point.
private let scales: [Double] = [1e7, 1e6, 1e5, 1e4, 1e3, 1e2, 1e1, 1e0, 1e0]
