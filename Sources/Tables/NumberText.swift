/// Numbers as text, the same on every platform.
public enum NumberText {
  /// The shortest text that reads back as the same number; whole numbers have no decimals.
  ///
  /// The text is a JSON number. Nothing is written for numbers that are not finite:
  /// the text is empty.
  public static func shortest(_ number: Double) -> String {
    withShortest(number) { String(decoding: $0, as: UTF8.self) }
  }

  /// The number with a fixed count of decimals, rounded by its exact value, ties to even.
  ///
  /// Never `-0`. The text is empty for numbers that are not finite.
  ///
  /// - Precondition: no negative count of decimals.
  public static func fixed(_ number: Double, decimals: Int) -> String {
    precondition(decimals >= 0, "a count of decimals")
    let written = withUnsafeTemporaryAllocation(of: UInt8.self, capacity: fixedRoom) { room in
      let start = room.baseAddress!
      return writeFixed(number, decimals: decimals, to: start).map {
        String(decoding: UnsafeBufferPointer(start: start, count: $0), as: UTF8.self)
      }
    }
    return written ?? String(decoding: longFixed(number, decimals: decimals), as: UTF8.self)
  }

  /// Reads `-?digits[.digits][e[+-]digits]`, `E` too; nil for anything else, a leading `+`,
  /// a bare point, spaces, and what is too large for a finite number.
  ///
  /// The result is the nearest double, ties to even.
  public static func parse(_ text: some Sequence<UInt8>) -> Double? {
    if let value = text.withContiguousStorageIfAvailable(read) { return value }
    return Array(text).withUnsafeBufferPointer(read)
  }
}
