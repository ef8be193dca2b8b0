import Belay
import TestSupport
import Testing

@Suite struct DisclosureTests {
  private let disclosure = Disclosure(minimum: 5)

  /// A tree of counts: each line is a name, the container's name and a count; `~` has no figure.
  private func survey(_ lines: String) -> [String: Disclosure.Decision] {
    var ledger = Disclosure.Ledger()
    var places: [String: Int] = [:]
    var cells: [Disclosure.Cell] = []
    let rows = lines.split(separator: ",").map { $0.split(separator: " ").map(String.init) }
    for (i, row) in rows.enumerated() { places[row[0]] = i }
    for (i, row) in rows.enumerated() {
      cells.append(
        .init(
          subject: i, parent: places[row[1]], order: i, isFigure: !row[0].hasPrefix("~"),
          count: Int(row[2])!))
    }
    let decisions = disclosure.decide(cells, ledger: &ledger)
    return Dictionary(uniqueKeysWithValues: zip(rows.map { $0[0] }, decisions))
  }

  @Test(arguments: [
    // Rule 1
    ("a . 5,b . 6", "a b"), ("a . 4,b . 6,c . 7", "c"), ("a . 0,b . 6", "b"),
    // The whole counts as known: 4 hidden people take the smallest with them, the first of equals.
    ("a . 4,b . 9,c . 9,d . 10", "c d"), ("a . 2,b . 3,c . 9", "c"),
    // A published container
    ("s . 19,a s 9,b s 10", "s a b"), ("s . 22,a s 3,b s 9,c s 10", "s c"),
    ("s . 12,a s 3,b s 9", "s"),
    // People of the container that are in none of its cells
    ("s . 20,a s 9,b s 10", "s b"), ("s . 25,a s 9,b s 10", "s a b"),
    // A container without a figure counts as known, unless it is small itself.
    ("~s . 22,a s 3,b s 9,c s 10", "b c"), ("~s . 22,a ~s 3,b ~s 9,c ~s 10", "c"),
    ("~s . 3,a ~s 3,~t . 9,b ~t 9", "b"),
    // but not against what contains it.
    ("o . 40,~s o 17,a ~s 8,b ~s 9,~t o 23,c ~t 11,d ~t 12", "o a b c d"),
    ("o . 23,~s o 20,a ~s 8,b ~s 12,~t o 3,c ~t 3", "o b"),
    // What is inside a suppressed cell is looked at against its container.
    ("o . 40,s o 3,t o 17,u o 20,a t 8,b t 9", "o b u"),
    ("o . 40,s o 3,t o 17,u o 20,a t 5,b t 6,c t 6", "o b c u"),
    // Two levels
    ("o . 42,s o 20,t o 22,a s 10,b s 10,c t 4,d t 8,e t 10", "o s t a b e"),
  ])
  func `counts of a period`(_ tree: String, _ published: String) {
    let decisions = survey(tree)
    let shown = Set(published.split(separator: " ").map(String.init))
    for (name, decision) in decisions {
      #expect((decision == .published) == shown.contains(name), "\(name)")
      #expect(decision != .withheld)
    }
  }

  /// Each period's cells: name, container's name and ranges of members.
  private typealias Row = (name: String, container: String, members: [ClosedRange<Int32>])

  private func run(_ periods: [[Row]]) -> [[String: Disclosure.Decision]] {
    var ledger = Disclosure.Ledger()
    return periods.map { rows in
      let cells = rows.map { row in
        let members = row.members.flatMap { Array($0) }.sorted()
        return Disclosure.Cell(
          subject: Int(row.name.utf8.first!), parent: rows.firstIndex { $0.name == row.container },
          order: Int(row.name.utf8.first!), count: members.count, members: members)
      }
      let decisions = disclosure.decide(cells, ledger: &ledger)
      return Dictionary(uniqueKeysWithValues: zip(rows.map(\.name), decisions))
    }
  }

  @Test(
    arguments: [
      // the same people; one joins; one leaves; one for another; four of them; five
      ([1...10], .published), ([1...11], .withheld), ([2...10], .withheld),
      ([2...11], .withheld), ([1...14], .withheld), ([1...15], .published),
      ([3...12], .withheld), ([4...13], .published), ([1...4], .suppressed),
      ([1...5], .published), ([], .suppressed), ([50...59], .published),
    ] as [([ClosedRange<Int32>], Disclosure.Decision)])
  func `a roster a few people off is withheld`(
    _ members: [ClosedRange<Int32>], _ decision: Disclosure.Decision
  ) {
    let decisions = run([[("a", "", [1...10])], [("a", "", members)]])
    #expect(decisions[0]["a"] == .published)
    #expect(decisions[1]["a"] == decision)
  }

  @Test func `every earlier roster stays known`() {
    // Ten join; then all of them but one leave again.
    let decisions = run([
      [("a", "", [1...10])], [("a", "", [1...20])], [("a", "", [1...11])],
      [("a", "", [1...10])],
    ])
    #expect(decisions.map { $0["a"] } == [.published, .published, .withheld, .published])
  }

  @Test func `a container is compared with what its cells have shown`() {
    // One joins a, six join b: the site is seven off, and minus b's and a's figures it is the one.
    let start: [Row] = [("s", "", [1...30]), ("a", "s", [1...10]), ("b", "s", [11...30])]
    let decisions = run([
      start,
      [("s", "", [1...37]), ("a", "s", [1...10, 31...31]), ("b", "s", [11...30, 32...37])],
    ])
    #expect(decisions[0].values.allSatisfy { $0 == .published })
    #expect(decisions[1] == ["s": .published, "a": .withheld, "b": .withheld])
  }

  @Test func `a new cell is held back where the known ones leave a few`() {
    let decisions = run([
      [("s", "", [1...30]), ("a", "s", [1...13])],
      [("s", "", [1...30]), ("a", "s", [1...13]), ("b", "s", [14...28])],
    ])
    #expect(decisions[1] == ["s": .published, "a": .published, "b": .suppressed])
  }

  @Test func `a new container is held back where nothing inside is new`() {
    let cells: [Row] = [("a", "", [1...10]), ("b", "", [11...20])]
    let decisions = run([
      cells, [("a", "s", [1...10]), ("b", "s", [11...20]), ("s", "", [1...23])],
    ])
    #expect(decisions[1] == ["s": .suppressed, "a": .published, "b": .published])
  }

  @Test func `a dissolved cell stays known`() {
    let decisions = run([
      [("s", "", [1...30]), ("a", "s", [1...10]), ("b", "s", [11...30])],
      // a's people but two go to the new c.
      [("s", "", [1...30]), ("b", "s", [11...30]), ("c", "s", [1...8])],
    ])
    #expect(decisions[1]["c"] == .suppressed)
    #expect(decisions[1]["s"] == .published)
  }

  @Test func `a move shows in no figure of either cell`() {
    let decisions = run([
      [("s", "", [1...30]), ("a", "s", [1...15]), ("b", "s", [16...30])],
      [("s", "", [1...30]), ("a", "s", [1...14]), ("b", "s", [15...30])],
    ])
    #expect(decisions[1] == ["s": .published, "a": .withheld, "b": .withheld])
  }

  // MARK: - Properties

  /// People told apart by the figures of one period, and by the total of a container without one.
  private func isSafe(
    _ organization: GeneratedOrganization, _ period: Int, _ decisions: [Disclosure.Decision],
    minimum: Int
  ) -> Bool {
    let places = organization.periods[period]
    let published = places.indices.filter { decisions[$0] == .published }
    func isSafe(_ sets: [Set<Int>]) -> Bool {
      var pieces: [[Bool]: Int] = [:]
      for person in sets.reduce(into: Set<Int>(), { $0.formUnion($1) }) {
        pieces[sets.map { $0.contains(person) }, default: 0] += 1
      }
      return pieces.values.allSatisfy { $0 >= minimum }
    }
    func isInside(_ i: Int, _ container: Int) -> Bool {
      var place: Int? = i
      while let here = place {
        if here == container { return true }
        place = places[here].parent
      }
      return false
    }
    guard isSafe(published.map { places[$0].members }) else { return false }
    for (i, place) in places.enumerated() where !place.isFigure && place.members.count >= minimum {
      guard places.contains(where: { $0.parent == i && $0.isFigure }) else { continue }
      let inside = published.filter { isInside($0, i) }.map { places[$0].members }
      guard isSafe([place.members] + inside) else { return false }
    }
    return true
  }

  @Test func `what a period shows is never about few people`() {
    var random = SeededRandom.announced()
    for _ in 0..<SeededRandom.cases(400) {
      let organization = GeneratedOrganization(random: &random, people: 10...150)
      let disclosure = Disclosure(minimum: random.number(5...10))
      let hasMembers = !random.once(in: 3)
      var ledger = Disclosure.Ledger()
      for period in organization.periods.indices {
        let cells = organization.cells(in: period, withMembers: hasMembers)
        let decisions = disclosure.decide(cells, ledger: &ledger)
        #expect(isSafe(organization, period, decisions, minimum: disclosure.minimum))
        for (cell, decision) in zip(cells, decisions) {
          if cell.count < disclosure.minimum { #expect(decision == .suppressed) }
          if !cell.isFigure { #expect(decision == .suppressed) }
          if decision == .withheld { #expect(ledger.rosters[cell.subject]?.isEmpty == false) }
        }
      }
    }
  }

  @Test func `the order of the cells does not matter`() {
    var random = SeededRandom.announced()
    for _ in 0..<SeededRandom.cases(100) {
      let organization = GeneratedOrganization(random: &random)
      var ledgers = (Disclosure.Ledger(), Disclosure.Ledger())
      for period in organization.periods.indices {
        let cells = organization.cells(in: period)
        let order = Array(cells.indices).shuffled(using: &random)
        var place = order
        for (i, old) in order.enumerated() { place[old] = i }
        let shuffled = order.map { old in
          var cell = cells[old]
          cell.parent = cell.parent.map { place[$0] }
          return cell
        }
        let first = disclosure.decide(cells, ledger: &ledgers.0)
        let second = disclosure.decide(shuffled, ledger: &ledgers.1)
        #expect(order.map { first[$0] } == second)
      }
    }
  }
}
