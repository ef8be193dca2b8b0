/// Where the records and cells of a block of CSV begin and end.
///
/// It is made sixty-four bytes at a time, and tells well-formed text from all other text exactly
/// as `CSVScanner` does; what is wrong where, the scanner says.
struct CSVIndex: ~Copyable {
  /// For each record the ends of its cells: before the comma, the newline or the return.
  private(set) var ends = UnsafeMutablePointer<UInt32>.allocate(capacity: 0)
  /// For each record where it starts.
  private(set) var starts = UnsafeMutablePointer<UInt32>.allocate(capacity: 0)
  private var capacity = 0
  private(set) var recordCount = 0
  /// How many lines end in the text, those inside quotes counted too.
  private(set) var lineCount = 0
  /// Whether all of the text is ASCII without NUL.
  private(set) var isPlain = true

  deinit {
    ends.deallocate()
    starts.deallocate()
  }

  /// Indexes a text.
  ///
  /// - Returns: false if the text is not well formed, or a record has another number of cells
  ///   than `width`.
  /// - Precondition: 64 bytes behind the text can be read, the first of them written.
  mutating func build(_ base: UnsafeMutablePointer<UInt8>, count: Int, width: Int) -> Bool {
    recordCount = 0
    lineCount = 0
    isPlain = true
    guard count > 0 else { return true }
    if capacity < count {
      ends.deallocate()
      starts.deallocate()
      capacity = count
      // Memory that is not written to is not taken.
      ends = .allocate(capacity: count + 72)
      starts = .allocate(capacity: count + 1)
    }
    // The last record needs no newline; it is given one.
    let isEnded = base[count - 1] == UInt8(ascii: "\n")
    if !isEnded {
      if base[count - 1] == UInt8(ascii: "\r") { return false }
      base[count] = UInt8(ascii: "\n")
    }
    defer { if !isEnded { base[count] = 0x20 } }
    let marks = mark(base, count: isEnded ? count : count + 1)
    lineCount = isEnded ? marks.lines : marks.lines - 1
    guard marks.isWellFormed else { return false }
    return cutRecords(
      base, cells: marks.cells, lines: marks.lines - marks.quotedLines, width: width,
      hasReturns: marks.hasReturns, isLong: count > TableLimits.recordLength)
  }

  private struct Marks {
    var cells = 0
    var lines = 0
    var quotedLines = 0
    var hasReturns = false
    var isWellFormed = true
  }

  /// Writes down where commas and newlines outside quotes stand.
  private mutating func mark(_ base: UnsafePointer<UInt8>, count: Int) -> Marks {
    typealias Bytes = ByteScan.Bytes
    typealias Mask = ByteScan.Mask
    let comma = Bytes(repeating: UInt8(ascii: ","))
    let newline = Bytes(repeating: UInt8(ascii: "\n"))
    let quote = Bytes(repeating: UInt8(ascii: "\""))
    let return_ = Bytes(repeating: UInt8(ascii: "\r"))
    let one = Bytes(repeating: 1)
    let zero = Bytes(repeating: 0)
    var marks = Marks()
    // The high bit is set by what is not ASCII, and by the borrow of a NUL.
    var other = Mask(repeating: false)
    var state = QuoteState()
    var end = ends
    var at = 0
    while at < count {
      // In each lane 63 times 4 newlines can be counted.
      let stop = min(count, at + 63 * 64)
      var newlines = zero
      while at < stop {
        let chunk = ByteScan.Chunk(base + at)
        let (na, nb) = (chunk.a .== newline, chunk.b .== newline)
        let (nc, nd) = (chunk.c .== newline, chunk.d .== newline)
        newlines =
          newlines
          &- ((unsafeBitCast(na, to: Bytes.self) &+ unsafeBitCast(nb, to: Bytes.self))
            &+ (unsafeBitCast(nc, to: Bytes.self) &+ unsafeBitCast(nd, to: Bytes.self)))
        other =
          other
          .| ((ByteScan.mask(chunk.a) .| ByteScan.mask(chunk.a &- one))
            .| (ByteScan.mask(chunk.b) .| ByteScan.mask(chunk.b &- one)))
          .| ((ByteScan.mask(chunk.c) .| ByteScan.mask(chunk.c &- one))
            .| (ByteScan.mask(chunk.d) .| ByteScan.mask(chunk.d &- one)))
        let special =
          (((chunk.a .== quote) .| (chunk.a .== return_))
            .| ((chunk.b .== quote) .| (chunk.b .== return_)))
          .| (((chunk.c .== quote) .| (chunk.c .== return_))
            .| ((chunk.d .== quote) .| (chunk.d .== return_)))
        var cells = ByteScan.ordered(
          ByteScan.gathered(
            (chunk.a .== comma) .| na, (chunk.b .== comma) .| nb, (chunk.c .== comma) .| nc,
            (chunk.d .== comma) .| nd))
        let halves = unsafeBitCast(special, to: SIMD2<UInt64>.self)
        if halves[0] | halves[1] | state.pending != 0 {
          state.enter(chunk, &cells, &marks.quotedLines)
        }
        state.separatorBefore = cells >> 63
        // Eight at a time: what is written too much is written over.
        var rest = cells
        var to = end
        end += rest.nonzeroBitCount
        while rest != 0 {
          for place in 0..<8 {
            let bit = (rest | 1 << 63).trailingZeroBitCount
            to[place] = UInt32(truncatingIfNeeded: at &+ bit)
            rest &= rest &- 1
          }
          to += 8
        }
        at += 64
      }
      marks.lines += ByteScan.sum(newlines)
    }
    let halves = unsafeBitCast(other, to: SIMD2<UInt64>.self)
    isPlain = (halves[0] | halves[1]) & 0x8080_8080_8080_8080 == 0
    marks.cells = end - ends
    marks.hasReturns = state.hasReturns
    marks.isWellFormed = state.flaws == 0 && state.pending == 0
    return marks
  }

  /// What one chunk leaves to the next: quotes and returns.
  private struct QuoteState {
    /// All bits set inside quotes.
    var inside: UInt64 = 0
    /// Bit 0: the chunk before ended with a closing quote, or a return outside quotes.
    var closingBefore: UInt64 = 0
    var returnBefore: UInt64 = 0
    /// Bit 0: a cell may start with the chunk.
    var separatorBefore: UInt64 = 1
    var flaws: UInt64 = 0
    var hasReturns = false

    var pending: UInt64 {
      @inline(__always) get { inside | closingBefore | returnBefore }
    }

    @inline(never)
    mutating func enter(
      _ chunk: ByteScan.Chunk, _ separators: inout UInt64, _ quotedLines: inout Int
    ) {
      let quotes = ByteScan.ordered(chunk.gathered(UInt8(ascii: "\"")))
      let returns = ByteScan.ordered(chunk.gathered(UInt8(ascii: "\r")))
      let newlines = ByteScan.ordered(chunk.gathered(UInt8(ascii: "\n")))
      // From an opening quote up to before the closing one.
      let quoted = ByteScan.prefixXor(quotes) ^ inside
      let opening = quotes & quoted
      let closing = quotes & ~quoted
      let outer = separators & ~quoted
      // A cell begins with its quote; two quotes in a row stand for one.
      let mayOpen = (outer | closing) << 1 | separatorBefore | closingBefore
      flaws |= opening & ~mayOpen
      let closed = closing << 1 | closingBefore
      flaws |= closed & ~(separators | returns | quotes)
      let outerReturns = returns & ~quoted
      flaws |= (outerReturns << 1 | returnBefore) & ~newlines
      if outerReturns != 0 { hasReturns = true }
      if quoted != 0 { quotedLines += (newlines & quoted).nonzeroBitCount }
      inside = UInt64(bitPattern: Int64(bitPattern: quoted) >> 63)
      closingBefore = closing >> 63
      returnBefore = outerReturns >> 63
      separators = outer
    }
  }

  /// Sorts the cells into records and leaves blank lines out.
  private mutating func cutRecords(
    _ base: UnsafePointer<UInt8>, cells: Int, lines: Int, width: Int, hasReturns: Bool,
    isLong: Bool
  ) -> Bool {
    let ends = ends
    let starts = starts
    var from = 0
    var to = 0
    var start: UInt32 = 0
    var records = 0
    var blanks = 0
    while from < cells {
      let first = base[Int(start)]
      if first == UInt8(ascii: "\n")
        || (first == UInt8(ascii: "\r") && base[Int(start) + 1] == UInt8(ascii: "\n"))
      {
        start = ends[from] + 1
        from += 1
        blanks += 1
        continue
      }
      let last = from + width - 1
      guard last < cells, base[Int(ends[last])] == UInt8(ascii: "\n") else { return false }
      if to != from {
        for place in 0..<width { ends[to + place] = ends[from + place] }
      }
      from += width
      to += width
      starts[records] = start
      records += 1
      let end = ends[to - 1]
      start = end + 1
      if hasReturns, end > 0, base[Int(end) - 1] == UInt8(ascii: "\r") { ends[to - 1] = end - 1 }
      if isLong, Int(ends[to - 1] - starts[records - 1]) > TableLimits.recordLength {
        return false
      }
    }
    recordCount = records
    // A newline within a record would be one too many.
    return records + blanks == lines
  }
}
