import CEL
import Tables

/// Derives the columns that the rows of some scopes read, each once and when it is first needed.
final class WorldBuilder {
  let program: PolicyProgram
  let functions: FunctionTable
  let jobs: Int
  /// Nil where no state is read or written.
  let keeper: StateKeeper?
  private(set) var frames: [Scope: Frame] = [:]
  private var columns: [DerivedColumn?]
  private var fed: [[DerivedColumn]?]
  private var screened: [[DerivedColumn]?]
  private var leftOut: [Scope: BitColumn] = [:]
  private var containers: [ContainerPath: ContainerRows] = [:]

  init(
    _ program: PolicyProgram, functions: FunctionTable, jobs: Int, keeper: StateKeeper? = nil
  ) {
    self.keeper = keeper
    self.program = program
    self.functions = functions
    self.jobs = max(1, jobs)
    columns = Array(repeating: nil, count: program.derivations.count)
    fed = Array(repeating: nil, count: program.feeds.count)
    screened = Array(repeating: nil, count: program.screens.count)
  }

  /// - Parameter assessed: the scopes whose rows are going to be evaluated.
  func world(_ tables: [Scope: Table], assessing assessed: [Scope]) -> World {
    if keeper == nil, tables.count == 1, let (scope, table) = tables.first,
      program.links[scope]?.isEmpty ?? true,
      assessed.allSatisfy({ $0 == scope && program.isRowByRow($0) })
    {
      // Each row is assessed by itself, and belongs to no container.
      frames[scope] = Frame(scope, table, inOrder: false)
      return world
    }
    makeFrames(tables)
    if let keeper {
      for frame in frames.values { keeper.see(frame) }
      // Also what nobody asks for today will be looked back at.
      for id in columns.indices { _ = column(id) }
    }
    for scope in assessed {
      guard frames[scope] != nil, let plan = program.plan(of: scope) else { continue }
      for id in plan.inputs.compactMap(\.derived) { _ = column(id) }
      _ = leftOut(of: scope)
    }
    return world
  }

  /// The tables with the columns that have been derived by now.
  private var world: World {
    World(
      program: program, frames: frames, columns: columns, leftOut: leftOut, containers: containers)
  }

  // MARK: Frames

  private func makeFrames(_ tables: [Scope: Table]) {
    for plan in program.plans {
      let scope = plan.scope
      let links = Scope.allCases.filter { $0 < scope }
        .flatMap { program.links[$0] ?? [] }.filter { $0.to == scope && frames[$0.from] != nil }
      if var table = tables[scope] {
        if let keeper { table = keeper.admitted(table, scope) }
        frames[scope] = Frame(
          scope, withMemberPeriods(table, scope, links), shownRows: table.rowCount)
      } else if let table = subjects(of: links, plan.schema) {
        frames[scope] = Frame(scope, table)
      }
    }
    for (from, frame) in frames {
      for link in program.links[from] ?? [] {
        guard let container = frames[link.to] else { continue }
        containers[ContainerPath(from: from, to: link.to)] = ContainerRows(
          of: frame, column: link.column, in: container)
      }
    }
    // The organization is one, whether or not its members say so.
    if let organization = frames[.organization], organization.subjectCount == 1,
      !program.links.values.joined().contains(where: { link in
        link.to == .organization && frames[link.from]?.table.columns[link.column] != nil
      })
    {
      for (from, frame) in frames where from < .organization {
        containers[ContainerPath(from: from, to: .organization)] = ContainerRows(
          ofAll: frame, in: organization)
      }
    }
    // A provider's site is that of its team.
    for to in Scope.allCases {
      for from in Scope.allCases.reversed() where from < to {
        let path = ContainerPath(from: from, to: to)
        guard containers[path] == nil else { continue }
        for middle in Scope.allCases where middle > from && middle < to {
          if let inner = containers[ContainerPath(from: from, to: middle)],
            let outer = containers[ContainerPath(from: middle, to: to)]
          {
            containers[path] = ContainerRows(inner, outer)
            break
          }
        }
      }
    }
  }

  /// The table with the periods behind it in which its subjects have members and no row.
  ///
  /// They begin after a subject's first row, in the data or in a state, so that no row is made of
  /// what comes later.
  private func withMemberPeriods(
    _ table: Table, _ scope: Scope, _ links: [PolicyProgram.Link]
  ) -> Table {
    guard let periods = table.periods, !links.isEmpty else { return table }
    struct Cell: Hashable {
      let code: Int32
      let period: Period
    }
    var known: Set<Cell> = []
    var codes = Dictionary(
      uniqueKeysWithValues: table.ids.dictionary.enumerated().map {
        (ContainerID($1), Int32($0))
      })
    var first = [Period?](repeating: nil, count: codes.count)
    for row in 0..<table.rowCount {
      let code = table.ids.codes[row]
      known.insert(Cell(code: code, period: periods[row]))
      first[Int(code)] = min(first[Int(code)] ?? periods[row], periods[row])
    }
    let seen = keeper?.past.scopes[scope]?.subjects ?? [:]
    for (id, code) in codes where seen[id] != nil { first[Int(code)] = nil }
    var newIDs: [String] = []
    var gaps: [(code: Int32, period: Period)] = []
    for link in links {
      guard let frame = frames[link.from], let times = frame.table.periods,
        case .text(let ids)? = frame.table.columns[link.column]
      else { continue }
      var isUsed = [Bool](repeating: false, count: ids.dictionary.count)
      for code in ids.codes where code >= 0 { isUsed[Int(code)] = true }
      let places = ids.dictionary.enumerated().map { place, text -> Int32 in
        let id = ContainerID(text)
        if let code = codes[id] { return code }
        guard isUsed[place], seen[id] != nil else { return -1 }
        codes[id] = Int32(codes.count)
        first.append(nil)
        newIDs.append(text)
        return codes[id]!
      }
      var last: Cell?
      for row in 0..<frame.rowCount where ids.codes[row] >= 0 {
        let code = places[Int(ids.codes[row])]
        guard code >= 0 else { continue }
        let cell = Cell(code: code, period: times[row])
        guard cell != last else { continue }
        last = cell
        if let first = first[Int(code)], times[row] < first { continue }
        if known.insert(cell).inserted { gaps.append((code, times[row])) }
      }
    }
    return gaps.isEmpty ? table : table.appending(gaps, newIDs: newIDs)
  }

  /// The subjects that members name, where they have no table of their own.
  private func subjects(of links: [PolicyProgram.Link], _ schema: TableSchema) -> Table? {
    struct Cell: Hashable {
      let id: ContainerID
      let period: Period?
    }
    var seen: Set<Cell> = []
    var ids: [String] = []
    var periods: [Period] = []
    for link in links {
      guard let frame = frames[link.from], case .text(let texts)? = frame.table.columns[link.column]
      else { continue }
      let keys = texts.dictionary.map { ContainerID($0) }
      for row in 0..<frame.rowCount where texts.codes[row] >= 0 {
        let code = Int(texts.codes[row])
        let period = frame.table.periods?[row]
        guard seen.insert(Cell(id: keys[code], period: period)).inserted else { continue }
        ids.append(texts.dictionary[code])
        if let period { periods.append(period) }
      }
    }
    guard !ids.isEmpty else { return nil }
    let hasTime = schema.time != nil
    return Table(
      schema: schema, ids: TextColumn(ids),
      periodTexts: hasTime ? TextColumn(periods.map(\.description)) : nil,
      periods: hasTime ? periods : nil, columns: schema.columns.map { _ in nil })
  }

  // MARK: Columns

  func containers(from: Scope, to: Scope) -> ContainerRows? {
    containers[ContainerPath(from: from, to: to)]
  }

  /// The rows of a scope that its population leaves out; nil for none.
  func leftOut(of scope: Scope) -> BitColumn? {
    if let known = leftOut[scope] { return known }
    guard let feed = program.populations[scope], let frame = frames[scope],
      case .boolean(let isIn) = feedColumns(feed)[0].column
    else { return nil }
    // What is unknown leaves nobody out.
    let words = zip(isIn.isTrue, isIn.isKnown).map { $1 & ~$0 }
    leftOut[scope] = BitColumn(words: words, count: frame.rowCount)
    return leftOut[scope]
  }

  private func column(_ id: Int) -> DerivedColumn? {
    if let known = columns[id] { return known }
    let derivation = program.derivations[id]
    guard let frame = frames[derivation.scope] else { return nil }
    var column = derive(derivation, frame)
    if let range = derivation.range, case .number(var numbers) = column.column {
      for row in numbers.indices where !range.contains(numbers[row]) { numbers[row] = .nan }
      column.column = .number(numbers)
    }
    columns[id] = column
    return column
  }

  /// The cells of an operand; nil where there is no table that could have them.
  func cells(_ operand: Operand) -> Column? {
    guard let frame = frames[operand.scope] else { return nil }
    return switch operand.source {
    case .id: .text(frame.table.ids)
    case .column(let column): frame.table.columns[column]
    case .derived(let id): column(id)?.column
    case .fed(let feed, let output): feedColumns(feed)[output].column
    }
  }

  /// The rows in which an operand is made of what was carried; nil for none.
  func carried(_ operand: Operand) -> BitColumn? {
    var all: BitColumn?
    for carrier in operand.carriers {
      guard let carried = column(carrier)?.carried else { continue }
      all = all.map { $0.union(carried) } ?? carried
    }
    return all
  }

  func suppressed(_ id: Int) -> BitColumn? { column(id)?.suppressed }

  private func derive(_ derivation: Derivation, _ frame: Frame) -> DerivedColumn {
    switch derivation.operation {
    case .lookup(let operand, let from): lookup(operand, from, frame, derivation.type)
    case .window(let operand, let window): self.window(operand, window, frame, derivation)
    case .chart(let operand, let chart): self.chart(operand, chart, frame, derivation)
    case .ago(let operand, let periods): ago(operand, periods, frame, derivation)
    case .carry(let operand, let periods, let every):
      carry(operand, periods, every, frame, derivation)
    case .peers(let operand, let peers, let groups): self.peers(operand, peers, groups, frame)
    case .rollUp(let plan): rollUp(plan, frame)
    case .gate(let figure, let screen): screenColumns(screen)[figure]
    case .life(let life, let condition, let clear):
      self.life(life, condition, clear, frame, derivation)
    }
  }

  private func screenColumns(_ screen: Int) -> [DerivedColumn] {
    if let known = screened[screen] { return known }
    let columns = self.screen(program.screens[screen])
    screened[screen] = columns
    return columns
  }

  // MARK: Feeds

  private func feedColumns(_ id: Int) -> [DerivedColumn] {
    if let known = fed[id] { return known }
    let feed = program.feeds[id]
    let frame = frames[feed.scope]!
    for id in feed.plan.inputs.compactMap(\.derived) { _ = column(id) }
    // Rows see the columns that are there by now, all that they read among them.
    let columns = FeedEvaluator(feed, frame, world, functions).columns(jobs: jobs)
    fed[id] = columns
    return columns
  }
}

extension BitColumn {
  func union(_ other: BitColumn) -> BitColumn {
    BitColumn(words: zip(words, other.words).map { $0 | $1 }, count: count)
  }
}
