internal import Diagnostics

/// A stretch of a data file that holds whole records, in memory of its own, and what was found
/// in it.
///
/// One thread at a time has it: a `BlockCutter` fills it, a `BlockReader` reads it, a
/// `BlockLedger` takes down what was found. It may be filled again after that.
package final class Block: @unchecked Sendable {
  /// How many bytes can be read on both sides of the text.
  package static let padding = 64

  /// 0 for the first block after the header, then 1, 2, and so on.
  package private(set) var index = 0
  /// Where the text begins in the file, in bytes.
  package private(set) var offset = 0
  /// How long the text is, in bytes.
  package private(set) var count = 0
  /// What the reader has to say about the block.
  package internal(set) var findings = BlockFindings()
  /// Whether the cutter gave up, since the text is longer than a record may be.
  private(set) var isTooLong = false
  private var memory = UnsafeMutableRawPointer.allocate(
    byteCount: 2 * Block.padding, alignment: 64)
  private(set) var capacity = 0

  package init() {}

  deinit { memory.deallocate() }

  /// The text. It stands until the block is filled again.
  package var text: UnsafeBufferPointer<UInt8> {
    UnsafeBufferPointer(start: UnsafePointer(base), count: count)
  }

  /// The first byte of the text.
  var base: UnsafeMutablePointer<UInt8> {
    (memory + Self.padding).assumingMemoryBound(to: UInt8.self)
  }

  /// Makes room for a text; of what is there the first bytes stay.
  func reserve(_ needed: Int, keeping kept: Int) {
    guard needed > capacity else { return }
    let bytes = UnsafeMutableRawPointer.allocate(
      byteCount: needed + 2 * Self.padding, alignment: 64)
    (bytes + Self.padding).copyMemory(from: memory + Self.padding, byteCount: kept)
    memory.deallocate()
    memory = bytes
    capacity = needed
  }

  /// Makes the first bytes of the memory the block's text.
  func finish(index: Int, offset: Int, count: Int, isTooLong: Bool = false) {
    self.index = index
    self.offset = offset
    self.count = count
    self.isTooLong = isTooLong
    findings = BlockFindings()
    // No separator, no quote, ASCII, and not NUL.
    let harmless: UInt8 = 0x20
    memory.initializeMemory(as: UInt8.self, repeating: harmless, count: Self.padding)
    (base + count).initialize(repeating: harmless, count: Self.padding)
  }
}

/// What a reader found in a block, apart from the values.
package struct BlockFindings: Sendable {
  /// How many records the block holds, those that are left out counted too.
  package internal(set) var recordCount = 0
  /// How many lines end in the block, those inside quotes counted too.
  package internal(set) var lineCount = 0
  /// Whether the structure is broken, so that the file is refused. There are no rows then.
  package var isBroken: Bool { breakage != nil }
  /// How the keys of the rows follow one another.
  package internal(set) var keyOrder = KeyOrder()
  /// The cells and rows that cannot be used.
  var issues: [BlockIssue] = []
  var breakage: BlockBreakage?
  /// Where the text is broken, as far as that is one place.
  var brokenAt: Int? {
    if case .json(let flaw, _)? = breakage { flaw.lower } else { nil }
  }
  /// The first record whose period is spelled short, and the first with a first day.
  var firstShort: (record: Int, cell: Cell)?
  var firstDay: (record: Int, cell: Cell)?
  /// Where the first record begins.
  var firstRecord: Int?
  /// The fields of JSON records that came in this block, in the order in which they first came.
  var fields: [JSONRecordScanner.FieldSeen] = []
}

/// A cell, or a whole row, that cannot be used.
struct BlockIssue {
  enum Kind {
    case malformed, outOfRange, notListed
    case badPeriod, emptyID, emptyPeriod
    case duplicateRow(first: Label?)
  }
  var kind: Kind
  /// The place of the record in its block.
  var record: Int
  /// The place of the row in its block; -1 for a record that is no row.
  var row = -1
  /// The place of the column in the schema; nil for the key or the period.
  var column: Int?
  var cell: Cell
}

/// What breaks the structure of a block.
enum BlockBreakage {
  /// A byte that is no text, by its place.
  case encoding(Int)
  case tooLong
  /// Something that the plain scanner shows when it goes through the block once more.
  case csv
  /// - Parameter record: its place in the block.
  case json(JSONRecordScanner.Flaw, record: Int)
}
