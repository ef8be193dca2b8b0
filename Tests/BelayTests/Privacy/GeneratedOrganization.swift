import Belay
import TestSupport

/// An organization whose people join, leave and move, and whose figures are published each period.
struct GeneratedOrganization {
  /// A subject in one period, with all who are in it and have a value.
  struct Place {
    var subject: Int
    var parent: Int?
    var isFigure: Bool
    var members: Set<Int>
  }

  var periods: [[Place]] = []
  /// Each person's value, a share of the range.
  var values: [Double] = []

  init(random: inout SeededRandom, periods count: Int = 3, people: ClosedRange<Int> = 20...60) {
    let sites = random.number(1...3)
    let teams = (0..<random.number(sites...sites * 4)).map { ($0, random.number(0...sites - 1)) }
    let hasSites = !random.once(in: 4)
    let hasOrganization = !random.once(in: 4)
    /// The team of each person, or none.
    var homes: [Int?] = []
    // Values in the middle, anywhere, or mostly at an end.
    let kind = random.number(0...3)
    func add() {
      let fraction = Double(random.number(0...1000)) / 1000
      switch kind {
      case 0: values.append(0.3 + fraction * 0.4)
      case 1: values.append(fraction)
      case 2: values.append(fraction < 0.8 ? 0 : fraction)
      default: values.append(random.once(in: 8) ? fraction : 1)
      }
      homes.append(random.once(in: 25) ? nil : random.pick(teams).0)
    }
    for _ in 0..<random.number(people) { add() }
    var placed = teams
    var present = Set(homes.indices)
    for period in 0..<count {
      if period > 0 {
        let moves = random.number(0...3)
        for person in present.sorted() {
          if random.once(in: 12) { present.remove(person) }
          if moves > 0, random.once(in: 5 * moves) { homes[person] = random.pick(placed).0 }
        }
        for _ in 0..<random.number(0...random.number(1...10)) {
          add()
          present.insert(homes.count - 1)
        }
        // Those who left come back, teams move or dissolve.
        for person in homes.indices where !present.contains(person) && random.once(in: 4) {
          present.insert(person)
        }
        if random.once(in: 8) { placed[random.number(0...placed.count - 1)].1 = 0 }
        if random.once(in: 8) {
          let (old, new) = (random.pick(placed).0, random.pick(placed).0)
          for person in homes.indices where homes[person] == old { homes[person] = new }
        }
      }
      // An answer is missing now and then.
      let known = present.sorted().filter { _ in !random.once(in: 40) }
      var places = [
        Place(subject: 0, parent: nil, isFigure: hasOrganization, members: Set(known))
      ]
      for site in 0..<sites {
        places.append(
          Place(subject: 1 + site, parent: 0, isFigure: hasSites, members: []))
      }
      for (team, site) in placed {
        let members = Set(known.filter { homes[$0] == team })
        places[1 + site].members.formUnion(members)
        if members.isEmpty && random.once(in: 2) { continue }
        places.append(
          Place(subject: 10 + team, parent: 1 + site, isFigure: true, members: members))
      }
      self.periods.append(places)
    }
  }

  func cells(in period: Int, withMembers: Bool = true) -> [Disclosure.Cell] {
    periods[period].enumerated().map { i, place in
      Disclosure.Cell(
        subject: place.subject, parent: place.parent, order: i, isFigure: place.isFigure,
        count: place.members.count,
        members: withMembers ? place.members.sorted().map { Int32($0) } : nil)
    }
  }

  /// What is published when figures of at least `minimum` people are, with suppression or without.
  func published(_ disclosure: Disclosure?) -> [Set<Int>] {
    var ledger = Disclosure.Ledger()
    var sets: [Set<Int>] = []
    for period in periods.indices {
      let decisions = disclosure?.decide(cells(in: period), ledger: &ledger)
      for (i, place) in periods[period].enumerated() where place.isFigure && !place.members.isEmpty
      {
        if decisions.map({ $0[i] == .published }) ?? true { sets.append(place.members) }
      }
    }
    return sets
  }

  /// The mean of people's values.
  func mean(of members: Set<Int>, in range: ClosedRange<Double>) -> Double {
    let width = range.upperBound - range.lowerBound
    let sum = members.sorted().reduce(0) {
      $0 + range.lowerBound + width * values[$1]
    }
    return sum / Double(members.count)
  }

  /// Groups that an attacker would look at: small cells, and who joined, left or moved.
  var groups: [Set<Int>] {
    var groups: Set<Set<Int>> = []
    for (period, places) in periods.enumerated() {
      for place in places {
        groups.insert(place.members)
        guard period > 0,
          let before = periods[period - 1].first(where: { $0.subject == place.subject })
        else { continue }
        groups.insert(place.members.subtracting(before.members))
        groups.insert(before.members.subtracting(place.members))
      }
    }
    return groups.sorted { $0.sorted().lexicographicallyPrecedes($1.sorted()) }
  }
}
