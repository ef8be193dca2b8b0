/// Cuts CSV (RFC 4180) into records and cells.
///
/// Lines end in LF or CR LF, mixed as may be, and the last one needs no end. Lines with nothing
/// on them are skipped. Spaces belong to the cell. A quote may only stand around a whole cell.
struct CSVScanner {
  private(set) var at: Int

  /// What breaks the structure, so that nothing after it can be trusted.
  struct Flaw: Error {
    enum Kind { case unterminatedQuote, textAfterQuote, strayQuote, loneReturn, tooLong }
    var kind: Kind
    var lower: Int
    var upper: Int
  }

  init(from start: Int) {
    at = start
  }

  /// Reads the next record into `cells`, at most `limit` of them.
  ///
  /// - Returns: where the record starts, where its text ends, and how many cells it has;
  ///   nil at the end of the text.
  mutating func next(
    _ bytes: Span<UInt8>, into cells: inout [Cell], limit: Int
  ) throws(Flaw) -> (lower: Int, upper: Int, count: Int)? {
    let end = bytes.count
    while at < end {
      if bytes[at] == UInt8(ascii: "\n") {
        at += 1
      } else if bytes[at] == UInt8(ascii: "\r"), at + 1 < end, bytes[at + 1] == UInt8(ascii: "\n") {
        at += 2
      } else {
        break
      }
    }
    guard at < end else { return nil }

    cells.removeAll(keepingCapacity: true)
    let start = at
    var count = 0
    while true {
      let cell: Cell
      if at < end, bytes[at] == UInt8(ascii: "\"") {
        cell = try quotedCell(bytes, start)
      } else {
        let lower = at
        scan: while at < end {
          let byte = bytes[at]
          // Letters, digits, signs and the point all lie above the comma.
          if byte <= UInt8(ascii: ",") {
            switch byte {
            case UInt8(ascii: ","), UInt8(ascii: "\n"), UInt8(ascii: "\r"): break scan
            case UInt8(ascii: "\""): throw Flaw(kind: .strayQuote, lower: at, upper: at + 1)
            default: break
            }
          }
          at += 1
        }
        guard at - start <= TableLimits.recordLength else { throw tooLong(start) }
        cell = Cell(lower: lower, upper: at, form: .plain)
      }
      if count < limit { cells.append(cell) }
      count += 1
      guard at < end else { return (start, at, count) }
      let recordEnd = at
      switch bytes[at] {
      case UInt8(ascii: ","):
        at += 1
      case UInt8(ascii: "\n"):
        at += 1
        return (start, recordEnd, count)
      case UInt8(ascii: "\r"):
        guard at + 1 < end, bytes[at + 1] == UInt8(ascii: "\n") else {
          throw Flaw(kind: .loneReturn, lower: at, upper: at + 1)
        }
        at += 2
        return (start, recordEnd, count)
      default:
        // Only after a closing quote can there be anything else.
        throw Flaw(kind: .textAfterQuote, lower: at, upper: at + 1)
      }
    }
  }

  private mutating func quotedCell(_ bytes: Span<UInt8>, _ start: Int) throws(Flaw) -> Cell {
    let end = bytes.count
    let open = at
    var form = Cell.Form.plain
    at += 1
    while at < end {
      if bytes[at] == UInt8(ascii: "\"") {
        guard at + 1 < end, bytes[at + 1] == UInt8(ascii: "\"") else {
          guard at - start <= TableLimits.recordLength else { throw tooLong(start) }
          at += 1
          return Cell(lower: open + 1, upper: at - 1, form: form)
        }
        form = .doubledQuotes
        at += 1
      }
      at += 1
    }
    throw Flaw(kind: .unterminatedQuote, lower: open, upper: open + 1)
  }

  private func tooLong(_ start: Int) -> Flaw {
    Flaw(kind: .tooLong, lower: start, upper: start + 1)
  }
}
