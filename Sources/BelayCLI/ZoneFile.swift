import CEL

/// How far a time zone is ahead of UTC, at every moment: the content of one zone file.
///
/// Reads TZif of the versions 1 to 4, RFC 9636. Files that count leap seconds are refused, since
/// timestamps have none.
struct ZoneFile: Sendable {
  /// When an offset begins to hold, in seconds since 1970, ascending.
  private let transitions: [Int64]
  /// The offset of each transition.
  private let offsets: [Int64]
  /// Before the first transition.
  private let initial: Int64
  /// After the last transition.
  private let rule: ZoneRule?

  /// Nil for bytes that are no zone file.
  init?(_ bytes: [UInt8]) {
    var reader = Reader(bytes: bytes)
    guard let header = reader.header() else { return nil }
    guard header.version >= 2 else {
      guard let block = reader.block(header, timeSize: 4) else { return nil }
      self.init(block, rule: nil)
      return
    }
    // What comes first is the old form of the same.
    guard reader.skip(header.size(timeSize: 4)), let header = reader.header(), header.version >= 2,
      let block = reader.block(header, timeSize: 8), let footer = reader.footer()
    else { return nil }
    if footer.isEmpty {
      self.init(block, rule: nil)
    } else {
      guard let rule = ZoneRule(footer) else { return nil }
      self.init(block, rule: rule)
    }
  }

  private init(_ block: Block, rule: ZoneRule?) {
    transitions = block.transitions
    offsets = block.kinds.map { block.offsets[$0] }
    initial = block.offsets[0]
    self.rule = rule
  }

  /// How many seconds the zone's clocks are ahead of UTC.
  func secondsAheadOfUTC(at moment: Timestamp) -> Int64 {
    let place = transitions.partition(after: moment.seconds)
    if place == transitions.count, let rule { return rule.secondsAheadOfUTC(at: moment) }
    return place == 0 ? initial : offsets[place - 1]
  }

  private struct Header {
    let version: Int
    let utcMarks, standardMarks, leaps, times, types, letters: Int

    /// How many bytes its block has.
    func size(timeSize: Int) -> Int {
      times * (timeSize + 1) + types * 6 + letters + leaps * (timeSize + 4) + standardMarks
        + utcMarks
    }
  }

  private struct Block {
    var transitions: [Int64] = []
    var kinds: [Int] = []
    var offsets: [Int64] = []
  }

  private struct Reader {
    let bytes: [UInt8]
    var place = 0

    mutating func skip(_ count: Int) -> Bool {
      guard count <= bytes.count - place else { return false }
      place += count
      return true
    }

    /// A big-endian whole number; the caller knows that the bytes are there.
    mutating func number(_ size: Int) -> Int64 {
      var value: Int64 = Int64(Int8(bitPattern: bytes[place]))
      for byte in bytes[(place + 1)..<(place + size)] { value = value << 8 | Int64(byte) }
      place += size
      return value
    }

    mutating func header() -> Header? {
      let magic = Array("TZif".utf8)
      guard bytes.count - place >= 44, bytes[place...].starts(with: magic) else { return nil }
      let version: Int
      switch bytes[place + 4] {
      case 0: version = 1
      // A later version can be read as the last one known.
      case UInt8(ascii: "2")...UInt8(ascii: "9"): version = Int(bytes[place + 4] - 0x30)
      default: return nil
      }
      place += 20
      let counts = (0..<6).map { _ in Int(UInt32(truncatingIfNeeded: number(4))) }
      let header = Header(
        version: version, utcMarks: counts[0], standardMarks: counts[1], leaps: counts[2],
        times: counts[3], types: counts[4], letters: counts[5])
      guard header.types > 0, header.letters > 0,
        [0, header.types].contains(header.standardMarks),
        [0, header.types].contains(header.utcMarks)
      else { return nil }
      return header
    }

    mutating func block(_ header: Header, timeSize: Int) -> Block? {
      guard header.size(timeSize: timeSize) <= bytes.count - place, header.leaps == 0,
        header.types <= 256
      else { return nil }
      var block = Block()
      for _ in 0..<header.times {
        let time = number(timeSize)
        if let last = block.transitions.last, last >= time { return nil }
        block.transitions.append(time)
      }
      for _ in 0..<header.times {
        let kind = Int(bytes[place])
        guard kind < header.types else { return nil }
        block.kinds.append(kind)
        place += 1
      }
      for _ in 0..<header.types {
        let offset = number(4)
        // What RFC 9636 allows: no zone is further from UTC.
        guard (-89_999...93_599).contains(offset), bytes[place] <= 1,
          bytes[place + 1] < header.letters
        else { return nil }
        block.offsets.append(offset)
        place += 2
      }
      return skip(header.letters + header.standardMarks + header.utcMarks) ? block : nil
    }

    /// The text between two line ends that ends the file.
    mutating func footer() -> [UInt8]? {
      let line = UInt8(ascii: "\n")
      guard place < bytes.count, bytes[place] == line,
        let end = bytes[(place + 1)...].firstIndex(of: line)
      else { return nil }
      return Array(bytes[(place + 1)..<end])
    }
  }
}

extension [Int64] {
  /// How many of the ascending numbers are at most this one.
  fileprivate func partition(after number: Int64) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if self[middle] <= number { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
