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
/// 4. Figures of this and of earlier periods, added and subtracted, leave a few people. The
///    smallest that is new is held back: withheld where an earlier figure stands, else suppressed.
///
/// People are numbers that the caller gives, the same in every period. A survey asks anew each
/// time, so a figure without members is not compared with earlier ones.
///
/// Rules 1 to 3 hold without exception. For rule 4 what follows from all figures is reduced to
/// independent sums, and each sum of a few people that these, or two of them and a new one, give is
/// found; that no longer chain of sums exists is not proved, since proving it takes time that grows
/// exponentially. Nothing is said about what follows from the values themselves: where a mean is the
/// end of its range, everybody's value is. `Gate` rounds against that, which makes such cases rare; it
/// does not exclude them.
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
    /// Decides between cells of the same size: the subject's place in byte order, over all scopes.
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
    package private(set) var rosters: [Int: [[Int32]]] = [:]

    package init() {}

    /// Takes down that a figure of these people was published.
    package mutating func record(_ members: [Int32], for subject: Int) {
      rosters[subject, default: []].removeAll { $0 == members }
      rosters[subject, default: []].append(members)
    }
  }

  /// What to do with each cell of a period; what is published goes into the ledger.
  ///
  /// Periods come in their order. The answer does not depend on the order of the cells.
  package func decide(_ cells: [Cell], ledger: inout Ledger) -> [Decision] {
    var round = Round(cells, minimum: minimum, ledger: ledger)
    round.compareWithEarlier()
    round.subtractEverything()
    round.completeContainers()
    for (cell, decision) in zip(cells, round.decisions) where decision == .published {
      if let members = cell.members { ledger.record(members, for: cell.subject) }
    }
    return round.decisions
  }
}

extension Disclosure {
  /// The cells of one period while they are decided.
  private struct Round {
    let minimum: Int
    let cells: [Cell]
    let earlier: [Int: [[Int32]]]
    var decisions: [Decision]
    /// The cells inside each cell; those that nothing contains come last.
    var inside: [[Int]]
    /// Containers without a figure whose total counts as known.
    var presumed: [Int] = []
    /// Whether the total of everybody does.
    var isWholePresumed: Bool

    init(_ cells: [Cell], minimum: Int, ledger: Ledger) {
      self.minimum = minimum
      self.cells = cells
      earlier = ledger.rosters
      decisions = cells.map { $0.isFigure && $0.count >= minimum ? .published : .suppressed }
      inside = [[Int]](repeating: [], count: cells.count + 1)
      isWholePresumed = false
      var isPresumed = [Bool](repeating: false, count: cells.count)
      for (i, cell) in cells.enumerated() {
        inside[cell.parent ?? cells.count].append(i)
        guard cell.isFigure else { continue }
        if let parent = cell.parent {
          isPresumed[parent] = !cells[parent].isFigure && cells[parent].count >= minimum
        } else {
          isWholePresumed = true
        }
      }
      presumed = cells.indices.filter { isPresumed[$0] }
      // A single cell that contains all others is the whole.
      if inside[cells.count].count == 1 { isWholePresumed = false }
    }

    private func isFew(_ count: Int) -> Bool { count != 0 && abs(count) < minimum }

    /// Whether a cell comes after another where only one of two can be shown.
    private func isSmaller(_ a: Int, _ b: Int) -> Bool {
      (cells[a].count, cells[a].order, cells[a].subject)
        < (cells[b].count, cells[b].order, cells[b].subject)
    }

    // MARK: - Rule 3

    mutating func compareWithEarlier() {
      for (i, cell) in cells.enumerated() where decisions[i] == .published {
        guard let members = cell.members, let earlier = earlier[cell.subject] else { continue }
        if earlier.contains(where: { isFew(difference(members, $0)) }) { decisions[i] = .withheld }
      }
    }

    /// How many people are in one of two rosters only.
    private func difference(_ a: [Int32], _ b: [Int32]) -> Int {
      var (i, j, same) = (0, 0, 0)
      while i < a.count, j < b.count {
        let (left, right) = (a[i], b[j])
        if left == right { same += 1 }
        if left <= right { i += 1 }
        if right <= left { j += 1 }
      }
      return a.count + b.count - 2 * same
    }

    // MARK: - Rule 4

    mutating func subtractEverything() {
      let known = earlier.keys.sorted().flatMap { earlier[$0]! }
      let candidates = cells.indices.filter {
        decisions[$0] == .published && cells[$0].members != nil
      }
      .sorted { isSmaller($1, $0) }
      let containers = presumed.filter { cells[$0].members != nil }.sorted { isSmaller($1, $0) }
      let rosters =
        known.sorted { $0.count < $1.count } + (containers + candidates).map { cells[$0].members! }
      let pieces = Pieces(rosters)
      var sums = KnownSums(sizes: pieces.sizes, minimum: minimum)
      for i in known.indices { _ = sums.add(pieces.pieces(of: i), isCertain: true) }
      for i in containers.indices {
        // A total that tells about a few people tells it without us.
        _ = sums.add(pieces.pieces(of: known.count + i), isCertain: false)
      }
      for (place, i) in candidates.enumerated() {
        let row = pieces.pieces(of: known.count + containers.count + place)
        if !sums.add(row, isCertain: false) {
          decisions[i] = earlier[cells[i].subject] == nil ? .suppressed : .withheld
        }
      }
    }

    // MARK: - Rule 2

    mutating func completeContainers() {
      // Every cell after those that contain it.
      var downwards = inside[cells.count]
      var next = 0
      while next < downwards.count {
        downwards += inside[downwards[next]]
        next += 1
      }
      let isPresumed = Set(presumed)
      for i in downwards.reversed() where decisions[i] == .published || isPresumed.contains(i) {
        complete(i, count: cells[i].count)
      }
      if isWholePresumed {
        complete(cells.count, count: inside[cells.count].reduce(0) { $0 + cells[$1].count })
      }
    }

    /// Suppresses published cells inside one until they leave nobody or enough people.
    private mutating func complete(_ container: Int, count: Int) {
      var shown: [Int] = []
      collectPublished(inside: container, into: &shown)
      var rest = count - shown.reduce(0) { $0 + cells[$1].count }
      while isFew(rest), let smallest = shown.min(by: isSmaller) {
        shown.removeAll { $0 == smallest }
        decisions[smallest] = .suppressed
        let others = shown.count
        collectPublished(inside: smallest, into: &shown)
        rest += cells[smallest].count - shown[others...].reduce(0) { $0 + cells[$1].count }
      }
    }

    /// The largest published cells inside one.
    private func collectPublished(inside container: Int, into found: inout [Int]) {
      for i in inside[container] {
        if decisions[i] == .published {
          found.append(i)
        } else {
          collectPublished(inside: i, into: &found)
        }
      }
    }
  }

  /// The groups of people who are in the same rosters.
  private struct Pieces {
    private(set) var sizes: [Int] = []
    private let rosters: [[Int32]]
    /// The piece of each person.
    private var piece: [Int32]

    init(_ rosters: [[Int32]]) {
      self.rosters = rosters
      let people = rosters.reduce(0) { max($0, Int($1.last ?? -1) + 1) }
      piece = [Int32](repeating: 0, count: people)
      sizes = [people]
      // Each roster splits the pieces that it has a part of.
      var part: [Int32] = [-1]
      for roster in rosters {
        var split: [Int32] = []
        for person in roster {
          let old = Int(piece[Int(person)])
          if part[old] < 0 {
            part[old] = Int32(sizes.count)
            split.append(Int32(old))
            sizes.append(0)
            part.append(-1)
          }
          sizes[old] -= 1
          sizes[Int(part[old])] += 1
          piece[Int(person)] = part[old]
        }
        for old in split { part[Int(old)] = -1 }
      }
      // Where a roster took all of a piece, nobody is left in it.
      let places = sizes.indices.filter { sizes[$0] > 0 }
      for (place, old) in places.enumerated() { part[old] = Int32(place) }
      for person in piece.indices { piece[person] = part[Int(piece[person])] }
      sizes = places.map { sizes[$0] }
    }

    /// The pieces that make up a roster.
    func pieces(of roster: Int) -> [Int] {
      var found: [Int32] = rosters[roster].map { piece[Int($0)] }
      found.sort()
      var distinct: [Int] = []
      for piece in found where distinct.last != Int(piece) { distinct.append(Int(piece)) }
      return distinct
    }
  }
}
