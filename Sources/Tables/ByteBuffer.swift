/// Bytes that grow at the end, in memory of its own.
///
/// For output that is written piece by piece: a writer appends, hands ``withUnsafeBytes(_:)`` to a
/// sink, empties the buffer and goes on in the same memory.
package struct ByteBuffer: ~Copyable, @unchecked Sendable {
  private var start: UnsafeMutablePointer<UInt8>
  private var end: UnsafeMutablePointer<UInt8>
  private var limit: UnsafeMutablePointer<UInt8>

  /// An empty buffer with room for so many bytes.
  package init(capacity: Int = 1024) {
    start = .allocate(capacity: max(64, capacity))
    end = start
    limit = start + max(64, capacity)
  }

  deinit { start.deallocate() }

  package var count: Int { end - start }

  package var isEmpty: Bool { end == start }

  /// Makes room for so many more bytes.
  package mutating func reserve(_ count: Int) {
    if limit - end < count { grow(by: count) }
  }

  /// Empties the buffer and keeps its memory.
  package mutating func removeAll() { end = start }

  /// Calls `body` with the bytes, which are valid during the call.
  package func withUnsafeBytes<Result, Failure: Error>(
    _ body: (UnsafeBufferPointer<UInt8>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try body(UnsafeBufferPointer(start: start, count: count))
  }

  /// Lets a body write at the end, where there is so much room; it gives the new end.
  @inline(__always)
  package mutating func append(
    upTo room: Int, _ body: (UnsafeMutablePointer<UInt8>) -> UnsafeMutablePointer<UInt8>
  ) {
    reserve(room)
    end = body(end)
  }

  package mutating func append(_ byte: UInt8) {
    reserve(1)
    end.pointee = byte
    end += 1
  }

  /// - Precondition: the bytes are not this buffer's.
  package mutating func append(_ bytes: UnsafePointer<UInt8>, count: Int) {
    reserve(count)
    end.update(from: bytes, count: count)
    end += count
  }

  package mutating func append(_ bytes: UnsafeBufferPointer<UInt8>) {
    if let first = bytes.baseAddress { append(first, count: bytes.count) }
  }

  package mutating func append(_ bytes: [UInt8]) {
    bytes.withUnsafeBufferPointer { append($0) }
  }

  package mutating func append(_ text: StaticString) {
    append(text.utf8Start, count: text.utf8CodeUnitCount)
  }

  package mutating func append(_ text: String) {
    var text = text
    text.withUTF8 { append($0) }
  }

  /// Appends `NumberText.shortest(number)`.
  package mutating func append(shortest number: Double) {
    reserve(NumberText.shortestRoom)
    end += NumberText.writeShortest(number, to: end)
  }

  /// Appends `NumberText.fixed(number, decimals: decimals)`.
  ///
  /// - Precondition: no negative count of decimals.
  package mutating func append(fixed number: Double, decimals: Int) {
    reserve(NumberText.fixedRoom)
    if let count = NumberText.writeFixed(number, decimals: decimals, to: end) {
      end += count
    } else {
      append(NumberText.longFixed(number, decimals: decimals))
    }
  }

  /// Appends a whole number in decimal digits.
  package mutating func append(integer number: Int) {
    reserve(48)
    if number < 0 { append(UInt8(ascii: "-")) }
    var rest = UInt64(number.magnitude)
    let wide: UInt64 = 10_000_000_000_000_000
    if rest >= wide {
      // Two or three leading digits, then the others with their zeros.
      append(integer: Int(rest / wide))
      rest %= wide
      store(characters(sixteenDigits(rest)), at: end)
      end += 16
      return
    }
    let count = digitCount(rest)
    store(dropping(16 &- count, characters(sixteenDigits(rest))), at: end)
    end += count
  }

  @inline(never)
  private mutating func grow(by count: Int) {
    let used = self.count
    let capacity = max(2 * (limit - start), used + count)
    let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity)
    larger.update(from: start, count: used)
    start.deallocate()
    start = larger
    end = larger + used
    limit = larger + capacity
  }
}
