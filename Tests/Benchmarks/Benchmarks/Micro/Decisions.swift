import Belay
import Tables
import Timing

/// What an embedder waits for: a policy, and then one decision after another.
enum Decisions {
  static func preparing(_ json: String, _ policy: CompiledPolicy) -> [Subject] {
    [
      Subject("compile the policy") { keep(try? CompiledPolicy(json: json)) },
      Subject("`prepare()`") { keep(try? policy.prepare()) },
    ]
  }

  static func subjects(_ policy: CompiledPolicy, _ table: Table) throws -> [Subject] {
    let rows = 0..<min(1000, table.rowCount)
    let records = rows.map { record($0, of: table) }
    let prepared = try policy.prepare()
    let setters = table.setters(prepared)
    return [
      Subject("prepared", things: rows.count) {
        for row in rows {
          for set in setters { set(row) }
          keep(prepared.decide())
        }
      },
      Subject("`decide(record)`", things: rows.count) {
        for record in records { keep(try? prepared.decide(record)) }
      },
      Subject("`assess(record)`", things: rows.count) {
        for record in records { keep(try? policy.assess(record)) }
      },
    ]
  }

  private static func record(_ row: Int, of table: Table) -> Record {
    var entries: [String: Record.Entry] = [:]
    for (schema, column) in zip(table.schema.columns, table.columns) {
      switch column {
      case .number(let cells)? where !cells[row].isNaN:
        entries[schema.name] = .number(cells[row])
      case .text(let cells)?: entries[schema.name] = cells[row].map { .text($0) }
      default: break
      }
    }
    return Record(entries, subject: table.id(at: row))
  }
}

extension Table {
  /// What sets the inputs of a prepared record to the cells of a row, column by column.
  fileprivate func setters(_ prepared: PreparedRecord) -> [(Int) -> Void] {
    zip(schema.columns, columns).compactMap { schema, column in
      guard let input = try? prepared.input(schema.name) else { return nil }
      switch column {
      case .number(let cells)?: return { prepared.set(input, to: cells[$0]) }
      case .text(let cells)?: return { prepared.set(input, to: cells[$0]) }
      default: return nil
      }
    }
  }
}
