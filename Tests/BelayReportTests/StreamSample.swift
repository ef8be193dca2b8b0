import Belay
import BelayReport
import BelayYAML
import Diagnostics
import Tables
import TestSupport

/// Data of a stream, and what becomes of them.
struct StreamSample {
  static let policy = try! CompiledPolicy(
    yaml: """
      belay: 1
      policy: stream
      time: {column: month, every: month}
      inputs:
        id: {type: text, role: provider}
        hours: {type: number, range: [0, 100]}
        ratio: {type: number}
        kind: {type: text, one_of: [family, "a,b", surgery]}
        note: {type: text}
        on_leave: {type: boolean}
        since: {type: date}
      measures:
        strange: {expr: "[1.0, 2.0][int(ratio)]"}
      factors:
        hours: {domain: work, from: hours, curve: [[10, 0], [80, 100]], weight: 2}
        ratio: {domain: work, points: "ratio / hours", weight: 1, applies: "!on_leave"}
        told: {domain: talk, when: {if: "note.startsWith('a') || size(note) > 4", then: 90, else: 10}, weight: 1}
        strange: {domain: talk, points: strange, weight: 1}
      domains: {work: {weight: 3}, talk: {weight: 1}}
      scores:
        load: {domains: [work], levels: {low: 0, high: 50}}
        all: {domains: [work, talk], levels: {low: 0, high: 40}}
      alerts:
        tired: {when: "hours > 60 && kind != 'surgery'", severity: low, owner: lead, message: m}
        named: {when: "id.matches('p[0-9]*7')", severity: low, owner: lead, message: m}
        long: {when: "days(period - since) > 90", severity: low, owner: lead, message: m}
      interventions:
        rest: {kind: structural, title: Rest, when: "alert.tired || known(since)"}
      """)

  static let header = ["id", "month", "hours", "ratio", "kind", "note", "on_leave", "since"]

  enum Order: CaseIterable {
    case sorted, reverse, byPeriod, shuffled, repeated
  }

  /// Records with all that may stand in them; no two of the same subject and period, unless
  /// repeated.
  static func records(
    _ count: Int, _ order: Order, _ random: inout SeededRandom, freshTexts: Bool = false
  ) -> [[String]] {
    let pieces = ["", "a", "family", "\"", ",", "\n", "\r\n", "é", "日本", "x y", "\u{1F600}"]
    func text(_ random: inout SeededRandom) -> String {
      if freshTexts { return "its own \(random.next()) " + String(repeating: "x", count: 200) }
      return (0..<random.number(0...3)).map { _ in random.pick(pieces) }.joined()
    }
    var keys = (0..<count).map { place in
      ("p\(1000 + place / 3)" + (place / 3 % 9 == 4 ? ",é\"" : ""), "2026-0\(1 + place % 3)")
    }
    switch order {
    case .sorted: break
    case .reverse: keys.reverse()
    case .byPeriod: keys = keys.filter { $0.1 == "2026-01" } + keys.filter { $0.1 > "2026-01" }
    case .shuffled: keys.shuffle(using: &random)
    case .repeated:
      keys = keys.map { key in random.once(in: 5) ? random.pick(keys) : key }
    }
    return keys.map { id, month in
      [
        random.once(in: 40) ? random.pick(["", " "]) : id,
        random.once(in: 40) ? random.pick(["", "soon", "2026-13"]) : month,
        random.pick(["", "0", "12.5", "61", "80", "-0", "101", "much", " 7 ", "1e1"]),
        random.pick(["", "0", "1", "3", "-1", "1e300", "5e-324", "0.25", "1e19", "x"]),
        random.pick(["family", "a,b", "surgery", "", "other"]), text(&random),
        random.pick(["true", "NO", "1", "", "maybe"]),
        random.pick(["2025-01-31", "", "2026-02-30", "1999-12-31"]),
      ]
    }
  }

  static func csv(_ records: [[String]], _ random: inout SeededRandom) -> [UInt8] {
    let end = random.pick(["\n", "\r\n"])
    var text = header.joined(separator: ",") + end
    for record in records {
      if random.once(in: 12) { text += end }
      text +=
        record.map { cell in
          let needsQuotes = cell.utf8.contains { "\",\r\n".utf8.contains($0) }
          guard needsQuotes || random.once(in: 9) else { return cell }
          return "\"" + cell.replacing("\"", with: "\"\"") + "\""
        }.joined(separator: ",") + end
    }
    if random.once(in: 2), !records.isEmpty {
      text.unicodeScalars.removeLast(end.unicodeScalars.count)
    }
    return Array(text.utf8)
  }

  static func ndjson(_ records: [[String]], _ random: inout SeededRandom) -> [UInt8] {
    var bytes: [UInt8] = []
    for record in records {
      if random.once(in: 12) { bytes += Array("\r\n".utf8) }
      let members = zip(header, record).map { name, cell in
        var json = JSONWriter()
        json.string(cell)
        let isNumber = ["0", "12.5", "61", "80", "0.25", "1e1", "1e300"].contains(cell)
        let isPlain = isNumber && random.once(in: 2)
        let value =
          cell.isEmpty ? "null" : isPlain ? cell : String(decoding: json.bytes, as: UTF8.self)
        return "\"\(name)\":\(value)"
      }
      bytes += Array("{\(members.joined(separator: ","))}".utf8)
      bytes += Array(random.pick(["\n", "\r\n"]).utf8)
    }
    return bytes
  }

  /// What comes of data.
  struct Outcome: Equatable {
    var output: String
    var diagnostics: String
    /// The error, as text; with it nothing else was found.
    var error: String?

    /// The first line that is not as expected; nil where all are.
    func difference(from expected: Outcome) -> String? {
      if self == expected { return nil }
      for (part, other) in [
        (output, expected.output), (diagnostics, expected.diagnostics),
        (error ?? "", expected.error ?? ""),
      ] {
        let lines = part.split(separator: "\n", omittingEmptySubsequences: false)
        let others = other.split(separator: "\n", omittingEmptySubsequences: false)
        for (line, other) in zip(lines, others) where line != other {
          return "`\(line)` instead of `\(other)`"
        }
        if lines.count != others.count { return "\(lines.count) lines, not \(others.count)" }
      }
      return "line ends"
    }
  }

  struct Broken: Error {}

  /// What a table read as a whole gives.
  static func whole(
    _ bytes: [UInt8], _ format: TableFormat, decimals: Int? = nil
  ) -> Outcome {
    do {
      let (table, diagnostics) = try TableReader(schema: policy.tableSchema(for: .provider)!)
        .read(bytes, name: "data", format: format)
      return Outcome(
        output: CSVReport(decimals: decimals).text(policy.assess(table, periods: .all)),
        diagnostics: text(diagnostics.shown), error: nil)
    } catch {
      return Outcome(output: "", diagnostics: "", error: text(error.diagnostics))
    }
  }

  /// The diagnostics, but for labels that say where an earlier row stands: a stream forgets that.
  static func text(_ diagnostics: [Diagnostic]) -> String {
    TextRenderer().render(
      diagnostics.map { diagnostic in
        guard diagnostic.code == .duplicateRow else { return diagnostic }
        return Diagnostic(
          code: diagnostic.code, message: diagnostic.message, primary: diagnostic.primary,
          notes: diagnostic.notes)
      })
  }

  /// How data are streamed.
  struct Way: CustomStringConvertible {
    var blockSize = BlockCutter.standardSize
    var chunkRows: Int?
    var jobs = 1
    var readsAgain = true
    var decimals: Int?
    /// How many bytes a read gives at most.
    var readSize = Int.max
    /// Where reading fails.
    var readFailure: Int?
    /// After how many bytes writing fails.
    var writeFailure: Int?

    var description: String {
      "blocks of \(blockSize), chunks of \(chunkRows ?? 0), \(jobs) jobs, "
        + "\(readsAgain ? "reads again" : "reads once"), \(readSize) bytes a read"
    }
  }

  static func streamed(_ bytes: [UInt8], _ format: TableFormat, _ way: Way) -> Outcome {
    var stream = CSVStream(policy, decimals: way.decimals, jobs: way.jobs)
    stream.blockSize = way.blockSize
    stream.chunkRows = way.chunkRows
    func reader() -> CSVStream.Read {
      var used = 0
      return { room in
        if let failure = way.readFailure, used >= failure { throw Broken() }
        let count = min(room.count, way.readSize, (way.readFailure ?? bytes.count) - used)
        room.copyBytes(from: bytes[used..<used + count])
        used += count
        return count
      }
    }
    var written: [UInt8] = []
    var outcome = Outcome(output: "", diagnostics: "", error: nil)
    do {
      let found = try stream.run(
        "data", format: format, read: reader(), readAgain: way.readsAgain ? reader : nil
      ) { piece in
        if let failure = way.writeFailure, written.count + piece.count > failure { throw Broken() }
        written += piece
      }
      outcome.diagnostics = text(found.shown)
    } catch let error as TableError {
      outcome.error = text(error.diagnostics)
    } catch {
      outcome.error = "\(error)"
    }
    outcome.output = String(decoding: written, as: UTF8.self)
    return outcome
  }
}
