import Belay
import BelayReport
import Tables
import Timing

/// What becomes of CSV on its way to results, step by step. Each step is measured together with
/// those that it needs before it, as its name says.
struct Steps {
  private let data: [UInt8]
  private let policy: CompiledPolicy
  private let table: Table
  private let assessed: AssessedTable
  private let layout: TableLayout
  private let blocks: [Block]

  init(_ data: [UInt8], _ policy: CompiledPolicy, _ table: Table) throws {
    self.data = data
    self.policy = policy
    self.table = table
    assessed = policy.assess(table, periods: .all)
    (layout, blocks) = try Self.cut(data, table.schema)
  }

  func subjects() -> [Subject] {
    let schema = table.schema
    let numbers = schema.columns.indices.filter { schema.columns[$0].type.isNumber }
    let texts = schema.columns.indices.filter { schema.columns[$0].type.isText }
    let assess = policy.blockEvaluators(.provider)()
    return [
      subject("cut into blocks") { keep(try? Self.cut(data, schema)) },
      reading("index, keys") { _ in },
      reading("index, keys, cells of numbers (\(numbers.count) columns)") { reader in
        Self.chunks(of: reader) { rows, room in
          reader.numbers(numbers.map { ($0, room) }, rows)
        }
      },
      reading("index, keys, cells of texts (\(texts.count))") { reader in
        Self.chunks(of: reader) { rows, room in
          room.withMemoryRebound(to: Int32.self, capacity: rows.count) { codes in
            for column in texts { reader.texts(column, rows, into: codes) }
          }
        }
      },
      reading("index, keys, cells, assess") { reader in assess.assess(reader) { _, _ in } },
      subject("assess a table") { keep(policy.assess(table, periods: .all)) },
      subject("write rows, 10 decimals") { CSVReport(decimals: 10).write(assessed) { keep($0) } },
      subject("write rows, shortest") { CSVReport().write(assessed) { keep($0) } },
      subject("all of it, 10 decimals") { stream(decimals: 10) },
      subject("all of it, shortest") { stream(decimals: nil) },
    ]
  }

  private func subject(_ name: String, _ body: @escaping () -> Void) -> Subject {
    Subject(name, things: table.rowCount, body)
  }

  /// All blocks read by one reader.
  private func reading(_ name: String, _ body: @escaping (BlockReader) -> Void) -> Subject {
    let reader = BlockReader(layout)
    return subject(name) {
      for block in blocks {
        reader.read(block)
        body(reader)
      }
      keep(reader)
    }
  }

  /// The rows that a reader has read, chunk by chunk, with room for the cells of a column.
  private static func chunks(
    of reader: BlockReader, _ body: (Range<Int>, UnsafeMutablePointer<Double>) -> Void
  ) {
    let size = 512
    withUnsafeTemporaryAllocation(of: Double.self, capacity: size) { room in
      for start in stride(from: 0, to: reader.rowCount, by: size) {
        body(start..<min(start + size, reader.rowCount), room.baseAddress!)
      }
    }
  }

  private func stream(decimals: Int?) {
    do {
      _ = try CSVStream(policy, decimals: decimals).run(
        "data", format: .csv, read: Self.source(data), readAgain: { Self.source(data) }
      ) { keep($0) }
    } catch {
      preconditionFailure("\(error)")
    }
  }

  private static func cut(_ data: [UInt8], _ schema: TableSchema) throws -> (TableLayout, [Block]) {
    let read = source(data)
    var cutter = BlockCutter(schema: schema, format: .csv, name: "data")
    let layout = try cutter.begin(read)
    var blocks: [Block] = []
    while true {
      let block = Block()
      guard try cutter.next(into: block, read) else { return (layout, blocks) }
      blocks.append(block)
    }
  }

  /// Reads bytes in memory as if they were a file.
  private static func source(_ data: [UInt8]) -> CSVStream.Read {
    var at = 0
    return { room in
      let count = min(room.count, data.count - at)
      data.withUnsafeBytes {
        room.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[at..<at + count]))
      }
      at += count
      return count
    }
  }
}

extension ColumnType {
  fileprivate var isNumber: Bool { if case .number = self { true } else { false } }
  fileprivate var isText: Bool { if case .text = self { true } else { false } }
}
