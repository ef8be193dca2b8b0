/// Decides which figures of groups may be shown, so that nothing about fewer than `minimum` people
/// follows from those that are.
///
/// It sees one *family* at a time: all figures that come from the same confidential source. In each
/// period they are a forest along the containment of subjects (teams in sites in the
/// organization). What may not happen:
///
/// 1. A figure of fewer people than the minimum is shown.
/// 2. A shown figure less the shown ones inside it leaves a few people. Where it would, the
///    smallest of those inside is suppressed too. A container that has no figure of its own counts
///    as known while its cells are decided, since its total often is; but not against the figures of
///    what contains it.
/// 3. A figure differs by a few people from one that was shown for the same subject in an earlier
///    period. The newer one is withheld, and the older one stands.
/// 4. A figure differs by a few people from what the subjects inside it, together, show or have
///    shown. What is new inside is held back, the smallest first; where nothing new inside is to
///    blame, the figure itself is.
///
/// People are numbers that the caller gives, the same in every period. A survey asks anew each
/// time, so a figure without members is not compared with earlier ones.
package struct Disclosure: Sendable {
  /// The fewest people that anything shown may be about.
  package let minimum: Int

  package init(minimum: Int) {
    self.minimum = minimum
  }

  /// A subject of the family in one period.
  package struct Cell: Sendable {
    /// The caller's number of the subject, the same in every period.
    package var subject: Int
    /// The index of the cell that contains this one.
    package var parent: Int?
    /// Decides between cells of the same size: the subject's place in byte order.
    package var order: Int
    /// Whether there is a figure that wants to be shown; other cells only contain some.
    package var isFigure: Bool
    /// How many people are behind it, those of the cells inside included.
    package var count: Int
    /// Who is behind it, each once, in ascending order; nil where nobody knows, as in a survey.
    package var members: [Int32]?

    package init(
      subject: Int, parent: Int?, order: Int, isFigure: Bool = true, count: Int,
      members: [Int32]? = nil
    ) {
      self.subject = subject
      self.parent = parent
      self.order = order
      self.isFigure = isFigure
      self.count = count
      self.members = members
    }
  }

  package enum Decision: Sendable {
    /// The figure of this period may be shown.
    case published
    /// Nothing may be shown. Also said of a cell without a figure.
    case suppressed
    /// The figure last published for the subject stands.
    case withheld
  }

  /// What has been published of a family in earlier periods, and so stays known.
  package struct Ledger: Sendable {
    /// The rosters that were published for a subject, each once, the latest last.
    package var rosters: [Int: [[Int32]]] = [:]
    /// The subject that contained a subject when it was last seen.
    package var containers: [Int: Int] = [:]

    package init() {}
  }

  /// What to do with each cell of a period; what is published goes into the ledger.
  ///
  /// Periods come in their order. The answer does not depend on the order of the cells.
  package func decide(_ cells: [Cell], ledger: inout Ledger) -> [Decision] {
    var round = Round(cells, minimum: minimum, ledger: ledger)
    round.run()
    for (cell, decision) in zip(cells, round.decisions) {
      guard let members = cell.members else { continue }
      ledger.containers[cell.subject] = cell.parent.map { cells[$0].subject }
      guard decision == .published else { continue }
      ledger.rosters[cell.subject, default: []].removeAll { $0 == members }
      ledger.rosters[cell.subject, default: []].append(members)
    }
    return round.decisions
  }
}

extension Disclosure {
  /// The cells of one period while they are decided.
  private struct Round {
    /// A cell of the period, a subject of the ledger that has none, or the root of all.
    struct Node {
      /// The index of the cell.
      var cell: Int?
      var children: [Int] = []
      var parent: Int?
      var count: Int
      var order: Int
      /// This period's roster.
      var members: [Int32]?
      /// Those published in earlier periods.
      var earlier: [[Int32]] = []
      /// Whether this period's roster is one of those.
      var isUnchanged = false
      /// Whether it counts as known although it has no figure.
      var isPresumed = false
      var decision = Decision.suppressed
    }

    let minimum: Int
    var nodes: [Node]
    /// Every node after those inside it.
    var upwards: [Int] = []
    /// The people of the roster that is looked at, by the number of the look.
    var marks: [Int32]
    var mark: Int32 = 0

    init(_ cells: [Cell], minimum: Int, ledger: Ledger) {
      self.minimum = minimum
      nodes = cells.indices.map { i in
        let cell = cells[i]
        return Node(
          cell: i, parent: cell.parent, count: cell.count, order: cell.order,
          members: cell.members,
          earlier: cell.members == nil ? [] : ledger.rosters[cell.subject] ?? [],
          decision: cell.isFigure && cell.count >= minimum ? .published : .suppressed)
      }
      var places: [Int: Int] = [:]
      for (i, cell) in cells.enumerated() { places[cell.subject] = i }
      let gone = ledger.rosters.keys.filter { places[$0] == nil }.sorted()
      for (offset, subject) in gone.enumerated() { places[subject] = cells.count + offset }
      for subject in gone {
        nodes.append(
          Node(
            parent: ledger.containers[subject].flatMap { places[$0] }, count: 0, order: 0,
            earlier: ledger.rosters[subject]!))
      }
      // Cells that nothing contains are inside one whole, of which people may know the total.
      let root = nodes.count
      let tops = cells.filter { $0.parent == nil }
      let everyone = tops.contains { $0.members == nil } ? nil : tops.flatMap { $0.members! }
      nodes.append(
        Node(count: tops.reduce(0) { $0 + $1.count }, order: 0, members: everyone))
      for i in 0..<root {
        let parent = nodes[i].parent ?? root
        nodes[i].parent = parent
        nodes[parent].children.append(i)
        guard let cell = nodes[i].cell, cells[cell].isFigure else { continue }
        if nodes[parent].cell.map({ !cells[$0].isFigure }) ?? (parent == root) {
          nodes[parent].isPresumed = nodes[parent].count >= minimum
        }
      }
      upwards = [root]
      var next = 0
      while next < upwards.count {
        upwards += nodes[upwards[next]].children
        next += 1
      }
      upwards.reverse()
      var last: Int32 = -1
      for node in nodes {
        for roster in node.earlier + [node.members ?? []] { last = max(last, roster.max() ?? -1) }
      }
      marks = [Int32](repeating: 0, count: Int(last) + 1)
    }

    var decisions: [Decision] { nodes.filter { $0.cell != nil }.map(\.decision) }

    mutating func run() {
      for i in nodes.indices { compareWithEarlier(i) }
      // Holding back one figure may leave another to be looked at again; none ever comes back.
      var before = -1
      while true {
        for i in upwards {
          compareWithInside(i)
          completeInside(i)
        }
        let held = nodes.count { $0.decision != .published }
        if held == before { return }
        before = held
      }
    }

    private func isFew(_ count: Int) -> Bool { count != 0 && abs(count) < minimum }

    private mutating func hold(_ i: Int) {
      nodes[i].decision = nodes[i].earlier.isEmpty ? .suppressed : .withheld
    }

    private func isPublished(_ i: Int) -> Bool { nodes[i].decision == .published }

    /// Rule 3.
    private mutating func compareWithEarlier(_ i: Int) {
      guard let members = nodes[i].members, isPublished(i) else { return }
      for earlier in nodes[i].earlier {
        let difference = difference(members, earlier)
        if difference == 0 { nodes[i].isUnchanged = true }
        if isFew(difference) { nodes[i].decision = .withheld }
      }
    }

    /// How many people are in one of two rosters only.
    private func difference(_ a: [Int32], _ b: [Int32]) -> Int {
      var (i, j, same) = (0, 0, 0)
      while i < a.count, j < b.count {
        if a[i] == b[j] { same += 1 }
        (i, j) = (i + (a[i] <= b[j] ? 1 : 0), j + (b[j] <= a[i] ? 1 : 0))
      }
      return a.count + b.count - 2 * same
    }

    // MARK: - Rule 2

    /// Suppresses published nodes inside one that is known, until it leaves nobody or enough people.
    private mutating func completeInside(_ i: Int) {
      guard isPublished(i) || nodes[i].isPresumed else { return }
      var inside: [Int] = []
      collectPublished(inside: i, into: &inside)
      var rest = nodes[i].count - inside.reduce(0) { $0 + nodes[$1].count }
      while isFew(rest), let smallest = smallest(of: inside) {
        inside.removeAll { $0 == smallest }
        nodes[smallest].decision = .suppressed
        let known = inside.count
        collectPublished(inside: smallest, into: &inside)
        rest += nodes[smallest].count - inside[known...].reduce(0) { $0 + nodes[$1].count }
      }
    }

    /// The largest published nodes inside one.
    private func collectPublished(inside i: Int, into found: inout [Int]) {
      for child in nodes[i].children {
        if isPublished(child) {
          found.append(child)
        } else {
          collectPublished(inside: child, into: &found)
        }
      }
    }

    private func smallest(of candidates: [Int]) -> Int? {
      candidates.min { (nodes[$0].count, nodes[$0].order) < (nodes[$1].count, nodes[$1].order) }
    }

    // MARK: - Rule 4

    /// Holds back what tells a few people in a node's rosters from those inside it.
    private mutating func compareWithInside(_ i: Int) {
      if let members = nodes[i].members, !nodes[i].isUnchanged,
        isPublished(i) || nodes[i].isPresumed
      {
        let before = nodes
        if !holdInside(i, comparing: members) {
          nodes = before
          if !nodes[i].isPresumed { hold(i) }
        }
      }
      for earlier in nodes[i].earlier where hasNews(inside: i) {
        _ = holdInside(i, comparing: earlier)
      }
    }

    private func isNews(_ i: Int) -> Bool {
      isPublished(i) && nodes[i].members != nil && !nodes[i].isUnchanged
    }

    private func hasNews(inside i: Int) -> Bool {
      nodes[i].children.contains { isNews($0) || hasNews(inside: $0) }
    }

    /// Whether, once news inside a node are held back, a roster of it is safe.
    private mutating func holdInside(_ i: Int, comparing roster: [Int32]) -> Bool {
      mark += 1
      for member in roster { marks[Int(member)] = mark }
      while true {
        var news: [Int] = []
        let left = roster.count - nodes[i].children.reduce(0) { $0 + gain(of: $1, news: &news) }
        guard isFew(left) else { return true }
        guard let smallest = smallest(of: news) else { return false }
        hold(smallest)
      }
    }

    /// How much nearer to the marked people the rosters of a node, or of those inside it, can bring.
    ///
    /// Rosters of different subjects hardly share people, so that the nearest of each are the
    /// nearest together.
    private func gain(of i: Int, news: inout [Int]) -> Int {
      var best = 0
      var bestNews: [Int] = []
      for child in nodes[i].children { best += gain(of: child, news: &bestNews) }
      func consider(_ roster: [Int32], isNew: Bool) {
        let shared = roster.count { marks[Int($0)] == mark }
        let gain = 2 * shared - roster.count
        guard gain > best else { return }
        best = gain
        bestNews = isNew ? [i] : []
      }
      for earlier in nodes[i].earlier { consider(earlier, isNew: false) }
      if isNews(i) { consider(nodes[i].members!, isNew: true) }
      news += bestNews
      return best
    }
  }
}
