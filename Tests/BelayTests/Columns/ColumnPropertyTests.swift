import Belay
import Tables
import TestSupport
import Testing

/// Columns say of every row what the row evaluator says of it, bit for bit.
@Suite struct ColumnPropertyTests {
  private static let chunkSizes = [1, 2, 7, 63, 64, 65, 101, 512]
  private static let rowsOfPolicy = 50

  /// `BELAY_CASES` says how many rows are compared; without, 10,000.
  private static let cases = SeededRandom.cases(10_000)

  @Test func `columns and records agree bit for bit`() throws {
    var random = SeededRandom.announced()
    for _ in 0..<Self.cases / Self.rowsOfPolicy {
      let seed = random.next()
      var generator = PolicyGenerator(seed: seed)
      let model = generator.policy()
      let policy = try CompiledPolicy(json: model.json)
      let table = table((0..<Self.rowsOfPolicy).map { _ in generator.record(model) }, for: policy)
      let result = policy.assess(
        table, scope: .provider, periods: .all, jobs: random.number(1...3),
        chunkRows: random.pick(Self.chunkSizes))
      var faults = 0
      for row in 0..<result.count {
        let one = result.assessment(at: row)
        faults += one.faults.count
        let differences = result.differences(row, one)
        guard differences.isEmpty else {
          Issue.record("seed \(seed), row \(row): \(differences)\n\(model.json)")
          return
        }
      }
      #expect(result.faultCount == faults, "seed \(seed)")
    }
  }

  @Test func `the size of chunks and the number of threads change nothing`() throws {
    var random = SeededRandom.announced()
    for _ in 0..<20 {
      let seed = random.next()
      var generator = PolicyGenerator(seed: seed)
      let model = generator.policy()
      let policy = try CompiledPolicy(json: model.json)
      let table = table((0..<200).map { _ in generator.record(model) }, for: policy)
      let expected = policy.assess(table, periods: .all).cells
      for size in Self.chunkSizes {
        for jobs in 1...4 {
          let result = policy.assess(
            table, scope: .provider, periods: .all, jobs: jobs, chunkRows: size)
          #expect(result.cells == expected, "seed \(seed), chunks of \(size), \(jobs) jobs")
        }
      }
    }
  }

  @Test func `a table without rows has no results`() throws {
    var generator = PolicyGenerator(seed: 1)
    let policy = try CompiledPolicy(json: generator.policy().json)
    #expect(policy.assess(table([], for: policy), periods: .all, jobs: 4).count == 0)
  }

  private func table(_ records: [[String: Record.Entry]], for policy: CompiledPolicy) -> Table {
    let schema = policy.tableSchema(for: .provider)!
    // Some rows in a row are of one month.
    let periods = records.indices.map { Period(.month, index: 12 * 56 - 2 + $0 / 3 % 6) }
    return Table(
      schema: schema, ids: TextColumn(records.indices.map { "p\($0)" }),
      periodTexts: TextColumn(periods.map(\.description)), periods: periods,
      columns: schema.columns.map { column in
        let entries = records.map { $0[column.name] }
        switch column.type {
        case .number(let range):
          return .number(
            entries.map {
              guard case .number(let number)? = $0 else { return .nan }
              return range.map { $0.contains(number) } ?? true ? number : .nan
            })
        case .text(let list):
          return .text(
            TextColumn(
              entries.map {
                guard case .text(let text)? = $0 else { return nil }
                return list.map { $0.contains(text) } ?? true ? text : nil
              }))
        case .boolean:
          return .boolean(
            BooleanColumn(
              entries.map { if case .boolean(let truth)? = $0 { truth } else { nil } }))
        case .date:
          return .date(
            entries.map {
              if case .date(let date)? = $0 { date.daysSince1970 } else { Column.unknownDate }
            })
        }
      })
  }
}
