/// Where the records of JSON and the cells that are read begin and end.
///
/// A cell is two offsets. A string with escapes has its quotes with it, all others have not;
/// a cell that is not there is empty and stands where its record starts.
struct JSONCells: ~Copyable {
  let width: Int
  private(set) var cells = UnsafeMutablePointer<UInt32>.allocate(capacity: 0)
  private(set) var starts = UnsafeMutablePointer<UInt32>.allocate(capacity: 0)
  private var capacity = 0
  private(set) var count = 0

  init(width: Int) {
    self.width = width
  }

  deinit {
    cells.deallocate()
    starts.deallocate()
  }

  mutating func removeAll() { count = 0 }

  /// Starts a record in which every cell is absent.
  mutating func beginRecord(at start: Int) {
    if count == capacity { grow() }
    starts[count] = UInt32(start)
    (cells + count * width * 2).initialize(repeating: UInt32(start), count: width * 2)
    count += 1
  }

  mutating func removeLast() { count -= 1 }

  /// Sets a cell of the last record.
  mutating func set(_ slot: Int, _ lower: Int, _ upper: Int) {
    let place = ((count - 1) * width + slot) * 2
    cells[place] = UInt32(truncatingIfNeeded: lower)
    cells[place + 1] = UInt32(truncatingIfNeeded: upper)
  }

  private mutating func grow() {
    capacity = max(64, capacity * 2)
    let more = UnsafeMutablePointer<UInt32>.allocate(capacity: capacity * width * 2)
    more.update(from: cells, count: count * width * 2)
    cells.deallocate()
    cells = more
    let moreStarts = UnsafeMutablePointer<UInt32>.allocate(capacity: capacity)
    moreStarts.update(from: starts, count: count)
    starts.deallocate()
    starts = moreStarts
  }
}
