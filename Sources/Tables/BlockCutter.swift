/// Cuts a data file into blocks of whole records, in one pass and in constant memory.
///
/// A record ends at a newline outside quotes. JSON that is one array is one block.
package struct BlockCutter {
  /// Reads the next bytes of a file: how many there were, 0 at its end.
  package typealias Read = (UnsafeMutableRawBufferPointer) throws -> Int

  package static let standardSize = 512 << 10

  private let schema: TableSchema
  private let format: TableFormat
  private let name: String
  private let size: Int
  /// What was read before it was asked for, and how much of it was handed out.
  private var ahead: [UInt8] = []
  private var aheadUsed = 0
  /// The start of the record that the block before ended in.
  private var tail: [UInt8] = []
  private var offset = 0
  private var index = 0
  private var hasEnded = false
  private var isDone = false

  /// - Parameters:
  ///   - name: what diagnostics call the file.
  ///   - size: about how many bytes a block has.
  package init(
    schema: TableSchema, format: TableFormat, name: String, size: Int = BlockCutter.standardSize
  ) {
    self.schema = schema
    self.format = format
    self.name = name
    self.size = max(size, 1)
  }

  /// Reads what stands before the records: to be called once, before `next`.
  ///
  /// - Throws: a `TableError` if the file cannot be read as a table, or what `read` throws.
  package mutating func begin(_ read: Read) throws -> TableLayout {
    let chunk = min(size, 64 << 10)
    while ahead.count < 3, try readAhead(3, read) {}
    if ahead.starts(with: [0xFF, 0xFE]) || ahead.starts(with: [0xFE, 0xFF]) {
      while ahead.count < 256, try readAhead(256 - ahead.count, read) {}
      var text = DataText(name: name, bytes: ahead)
      throw TableError([.utf16(&text)])
    }
    if ahead.starts(with: [0xEF, 0xBB, 0xBF]) { aheadUsed = 3 }
    offset = aheadUsed
    // The first line with something on it, and in CSV the whole record.
    var at = aheadUsed
    var isBlank = true
    var isQuoted = false
    while true {
      if at == ahead.count, try !readAhead(chunk, read) { break }
      let byte = ahead[at]
      at += 1
      if byte == UInt8(ascii: "\""), format == .csv { isQuoted.toggle() }
      if byte != UInt8(ascii: "\n"), byte != UInt8(ascii: "\r") { isBlank = false }
      if format == .csv ? byte == UInt8(ascii: "\n") && !isBlank && !isQuoted : !isBlank { break }
      if at - aheadUsed > TableLimits.recordLength + 2 { break }
    }
    if isBlank { throw TableError.emptyFile(name) }
    guard format == .csv else { return TableLayout(schema, format: format, name: name) }
    let header = Array(ahead[aheadUsed..<at])
    let layout = try TableLayout(schema, header: header, at: offset, name: name)
    aheadUsed = at
    offset = at
    return layout
  }

  /// Fills a block with the next records.
  ///
  /// - Returns: false at the end of the file; the block is as it was then, or empty.
  package mutating func next(into block: Block, _ read: Read) throws -> Bool {
    if isDone { return false }
    var count = tail.count
    var goal = format == .json ? max(size, 1 << 20) : count + size
    block.reserve(goal, keeping: 0)
    tail.withUnsafeBufferPointer { tail in
      if let start = tail.baseAddress { block.base.update(from: start, count: tail.count) }
    }
    // Invariant: no record ends before `scanned`; quotes before it are counted.
    var scanned = 0
    var isQuoted = false
    while true {
      var isAtEnd = false
      while count < goal, !isAtEnd {
        let room = UnsafeMutableRawBufferPointer(start: block.base + count, count: goal - count)
        let got = try take(room, read)
        if got == 0 { isAtEnd = true }
        count += got
      }
      if isAtEnd {
        isDone = true
        tail.removeAll()
        if count == 0 { return false }
        block.finish(index: index, offset: offset, count: count)
        return true
      }
      let here = UnsafePointer(block.base)
      let cut: Int?
      switch format {
      case .csv:
        isQuoted = isQuoted != ByteScan.hasOddQuotes(here, from: scanned, to: count)
        cut = ByteScan.lastRecordEnd(here, from: scanned, to: count, isQuoted: isQuoted)
      case .ndjson: cut = ByteScan.lastNewline(here, from: scanned, to: count)
      case .json: cut = nil
      }
      if let cut {
        tail.removeAll(keepingCapacity: true)
        tail.append(contentsOf: UnsafeBufferPointer(start: here + cut, count: count - cut))
        block.finish(index: index, offset: offset, count: cut)
        index += 1
        offset += cut
        return true
      }
      scanned = count
      if count > (format == .json ? TableLimits.arrayLength : TableLimits.recordLength + 2) {
        isDone = true
        block.finish(index: index, offset: offset, count: count, isTooLong: true)
        return true
      }
      goal = count * 2
      block.reserve(goal, keeping: count)
    }
  }

  private mutating func take(
    _ room: UnsafeMutableRawBufferPointer, _ read: Read
  ) throws -> Int {
    guard aheadUsed < ahead.count else { return hasEnded ? 0 : try read(room) }
    let count = min(room.count, ahead.count - aheadUsed)
    ahead.withUnsafeBytes {
      room.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[aheadUsed..<aheadUsed + count]))
    }
    aheadUsed += count
    if aheadUsed == ahead.count {
      ahead = []
      aheadUsed = 0
    }
    return count
  }

  /// Reads some bytes beyond those that were read; false at the end.
  private mutating func readAhead(_ count: Int, _ read: Read) throws -> Bool {
    if hasEnded { return false }
    let start = ahead.count
    ahead.append(contentsOf: repeatElement(0, count: count))
    let got = try ahead.withUnsafeMutableBytes {
      try read(UnsafeMutableRawBufferPointer(rebasing: $0[start...]))
    }
    ahead.removeLast(count - got)
    hasEnded = got == 0
    return got > 0
  }
}
