import Tables

/// All that a policy computes, in the order in which it can be.
struct PolicyProgram: Sendable {
  /// How subjects of a scope belong to containers.
  struct Link: Sendable {
    let from: Scope
    let to: Scope
    /// The column with the container's id, in the table of `from`.
    let column: Int
  }

  /// What is computed for the rows of each scope, from the lowest scope up.
  let plans: [Plan]
  let slotCount: Int
  let feeds: [Feed]
  let derivations: [Derivation]
  let screens: [ScreenPlan]
  let links: [Scope: [Link]]
  /// For each scope that has one, the feed whose first output says which rows count.
  let populations: [Scope: Int]

  func plan(of scope: Scope) -> Plan? { plans.first { $0.scope == scope } }

  /// Whether each row of a scope can be assessed by itself.
  func isRowByRow(_ scope: Scope) -> Bool {
    guard let plan = plan(of: scope) else { return true }
    guard populations[scope] == nil else { return false }
    return plan.inputs.allSatisfy { $0.derived == nil }
      // Not all results are for all eyes.
      && !plan.access.values.contains(where: \.isIndividual)
  }

  /// For each scope whose rows are looked at when a scope is assessed, itself included, the
  /// columns of its table that are read.
  func columnsRead(by scope: Scope) -> [Scope: Set<Int>] {
    var walk = ReadWalk(program: self)
    walk.visit(scope, plan(of: scope)?.inputs.map(\.source) ?? [])
    if let feed = populations[scope] { walk.visit(feed: feed) }
    return walk.columns
  }
}

private struct ReadWalk {
  let program: PolicyProgram
  var columns: [Scope: Set<Int>] = [:]
  private var seen: Set<Int> = []
  private var seenFeeds: Set<Int> = []

  init(program: PolicyProgram) {
    self.program = program
  }

  mutating func visit(_ scope: Scope, _ sources: [Operand.Source]) {
    columns[scope, default: []].formUnion([])
    for source in sources {
      switch source {
      case .id: break
      case .column(let column): columns[scope]!.insert(column)
      case .derived(let id): visit(derivation: id)
      case .fed(let feed, _): visit(feed: feed)
      }
    }
  }

  mutating func visit(feed: Int) {
    guard seenFeeds.insert(feed).inserted else { return }
    let feed = program.feeds[feed]
    visit(feed.scope, feed.plan.inputs.map(\.source))
  }

  private mutating func visit(_ operand: Operand) { visit(operand.scope, [operand.source]) }

  private mutating func visit(derivation id: Int) {
    guard seen.insert(id).inserted else { return }
    let derivation = program.derivations[id]
    for operand in derivation.operands { visit(operand) }
    if let feed = program.populations[derivation.scope] { visit(feed: feed) }
    switch derivation.operation {
    case .lookup(_, let from): link(derivation.scope, from)
    case .peers(_, _, let groups):
      for case .scope(let scope) in groups { link(derivation.scope, scope) }
    case .rollUp(let plan):
      link(plan.members, derivation.scope)
      if let feed = program.populations[plan.members] { visit(feed: feed) }
    case .gate(_, let screen):
      for figure in program.screens[screen].figures {
        visit(figure.raw)
        for operand in figure.count.operands { visit(operand) }
      }
    default: break
    }
  }

  /// The columns that say which container a subject has.
  private mutating func link(_ from: Scope, _ to: Scope) {
    columns[to, default: []].formUnion([])
    for link in path(from, to) { visit(link.from, [.column(link.column)]) }
  }

  /// The links from a scope to a containing one: its own, or through a scope between.
  private func path(_ from: Scope, _ to: Scope) -> [PolicyProgram.Link] {
    let links = program.links[from] ?? []
    if let direct = links.first(where: { $0.to == to }) { return [direct] }
    for link in links.sorted(by: { $0.to < $1.to }) where link.to < to {
      let rest = path(link.to, to)
      if !rest.isEmpty { return [link] + rest }
    }
    return []
  }
}
