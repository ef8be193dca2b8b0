import Tables

/// Hands out what earlier runs left, and gathers what this one leaves.
final class StateKeeper {
  /// Empty in a first run.
  let past: PolicyState
  private(set) var next: PolicyState
  /// What a reader of the results has to know, a sentence each.
  private(set) var notes: [String] = []
  private var knownIDs: [Scope: [ContainerID]] = [:]

  init(_ past: PolicyState, _ program: PolicyProgram) {
    self.past = past
    next = past
    let keys = Set(program.derivations.compactMap { PolicyState.SeriesKey($0) })
    for key in past.series.keys.sorted() where !keys.contains(key) {
      next.series[key] = nil
      notes.append(
        "the policy no longer looks back at `\(key.name)` (\(key.scope.rawValue)): what the state "
          + "had of it is dropped")
    }
  }

  /// The subjects of a frame in byte order; there is one frame for each scope.
  private func ids(_ frame: Frame) -> [ContainerID] {
    if let known = knownIDs[frame.scope] { return known }
    knownIDs[frame.scope] = frame.subjectIDs
    return knownIDs[frame.scope]!
  }

  // MARK: Rows

  /// A table without the rows of periods that the state has passed.
  func admitted(_ table: Table, _ scope: Scope) -> Table {
    guard let last = past.scopes[scope]?.last, let periods = table.periods else { return table }
    let rows = periods.indices.filter { periods[$0].index > Int(last) }
    let late = periods.count - rows.count
    guard late > 0 else { return table }
    let what = late == 1 ? "1 row is" : "\(late) rows are"
    let reached = past.lastPeriod(of: scope).map { ", which ends with \($0)" } ?? ""
    notes.append(
      "\(what) of periods that the state has passed\(reached) (\(scope.rawValue)): neither "
        + "assessed again nor counted")
    return table.keeping(rows)
  }

  /// Takes down which subjects a scope has rows of, gaps among them.
  func see(_ frame: Frame) {
    guard frame.table.periods != nil, let last = frame.periods.max() else { return }
    var seen = next.scopes[frame.scope] ?? .init(last: last, subjects: [:])
    seen.last = max(seen.last, last)
    let ids = ids(frame)
    for subject in ids.indices {
      guard let place = frame.places(of: subject).last else { continue }
      seen.subjects[ids[subject]] = frame.periods[Int(frame.order[place])]
    }
    next.scopes[frame.scope] = seen
  }

  // MARK: Series

  /// What earlier runs kept of a derivation; nil where that is nothing, or of another definition.
  private func memory(_ derivation: Derivation) -> PolicyState.SeriesMemory? {
    guard let key = PolicyState.SeriesKey(derivation), let memory = past.series[key] else {
      return nil
    }
    return memory.definition == derivation.definition && memory.type == derivation.keptType
      ? memory : nil
  }

  /// For each subject of a frame its earlier observations, in period order; empty where nobody
  /// has any.
  func observations(_ derivation: Derivation, _ frame: Frame) -> [[PolicyState.Observation]] {
    guard let memory = memory(derivation), !memory.observations.isEmpty else { return [] }
    return ids(frame).map { memory.observations[$0] ?? [] }
  }

  /// For each subject of a frame where its alert stood; empty where none stood anywhere.
  func memories(_ derivation: Derivation, _ frame: Frame) -> [AlertLife.Memory] {
    guard let memory = memory(derivation), !memory.memories.isEmpty else { return [] }
    return ids(frame).map { memory.memories[$0] ?? AlertLife.Memory() }
  }

  /// Keeps the observations of a derivation that can still matter.
  ///
  /// - Parameters:
  ///   - added: for each subject of the frame the new ones, in period order.
  ///   - periods: how many periods back from a new one are looked at; nil for all.
  ///   - isLatestEnough: whether of each subject the latest is all that matters.
  func keep(
    _ derivation: Derivation, _ frame: Frame, added: [[PolicyState.Observation]], periods: Int?,
    isLatestEnough: Bool = false
  ) {
    begin(derivation) { kept in
      for (id, new) in zip(ids(frame), added) where !new.isEmpty {
        kept.observations[id, default: []] += new
      }
      let last = next.scopes[derivation.scope]?.last
      for (id, all) in kept.observations {
        var still = all
        // The earliest period that can be new is the one after the last.
        if let periods, let last { still.removeAll { Int($0.period) + periods <= Int(last) } }
        if isLatestEnough { still = Array(still.suffix(1)) }
        kept.observations[id] = still.isEmpty ? nil : still
      }
    }
  }

  /// Keeps where the alerts of a frame's subjects stand.
  func keep(_ derivation: Derivation, _ frame: Frame, memories: [AlertLife.Memory]) {
    begin(derivation) { kept in
      for (subject, id) in ids(frame).enumerated() where !frame.places(of: subject).isEmpty {
        kept.memories[id] = memories[subject]
      }
    }
  }

  private func begin(
    _ derivation: Derivation, _ change: (inout PolicyState.SeriesMemory) -> Void
  ) {
    guard let key = PolicyState.SeriesKey(derivation) else { return }
    var kept =
      memory(derivation)
      ?? PolicyState.SeriesMemory(definition: derivation.definition, type: derivation.keptType)
    if past.series[key] != nil, memory(derivation) == nil { noteChange(key.name, key.scope) }
    change(&kept)
    next.series[key] = kept
  }

  private func noteChange(_ name: String, _ scope: Scope) {
    notes.append(
      "`\(name)` (\(scope.rawValue)) is defined otherwise than in the state: it begins anew")
  }

  // MARK: Screens

  /// What earlier runs published of the figures of a source.
  ///
  /// A figure that is defined otherwise has nothing that could stand for it. Who stood behind
  /// published figures stays known all the same.
  func screen(_ plan: ScreenPlan) -> PolicyState.ScreenMemory {
    var all = PolicyState.ScreenMemory()
    let keys = plan.figures.map(\.key)
    for screen in past.screens where keys.contains(where: { screen.figures[$0] != nil }) {
      for figure in plan.figures {
        guard let known = screen.figures[figure.key] else { continue }
        if known.definition == figure.definition {
          all.figures[figure.key] = known
        } else {
          noteChange(figure.name, figure.scope)
        }
      }
      for (subject, rosters) in screen.rosters {
        for roster in rosters where !(all.rosters[subject] ?? []).contains(roster) {
          all.rosters[subject, default: []].append(roster)
        }
      }
    }
    return all
  }

  func keep(_ screen: PolicyState.ScreenMemory, of plan: ScreenPlan) {
    let keys = plan.figures.map(\.key)
    next.screens.removeAll { old in keys.contains { old.figures[$0] != nil } }
    next.screens.append(screen)
  }
}

extension PolicyState.SeriesKey {
  /// Nil for what does not look back.
  init?(_ derivation: Derivation) {
    let kind: Kind
    switch derivation.operation {
    case .window: kind = .window
    case .chart: kind = .chart
    case .ago: kind = .ago
    case .carry(let operand, _, _):
      if case .derived = operand.source { kind = .carryGated } else { kind = .carry }
    case .life: kind = .life
    case .lookup, .peers, .rollUp, .gate: return nil
    }
    self.init(scope: derivation.scope, name: derivation.name, kind: kind)
  }
}

extension Derivation {
  /// What is kept of it: series of windows and charts are numbers, whatever comes of them.
  fileprivate var keptType: PolicyState.CellType {
    switch operation {
    case .window, .chart: .number
    case .life: .boolean
    default: PolicyState.CellType(type)
    }
  }
}

extension ScreenPlan.Figure {
  var key: PolicyState.FigureKey { .init(scope: scope, name: name) }
}

extension Frame {
  /// The subjects' ids in byte order.
  var subjectIDs: [ContainerID] {
    var ids = [ContainerID](repeating: ContainerID(""), count: ranks.count)
    for (code, rank) in ranks.enumerated() {
      ids[Int(rank)] = ContainerID(table.ids.dictionary[code])
    }
    return ids
  }
}

// MARK: Cells

extension Column {
  func stateCell(at row: Int) -> PolicyState.Cell? {
    guard isKnown(at: row) else { return nil }
    return switch self {
    case .number(let numbers): .number(numbers[row])
    case .text(let texts): .text(texts.dictionary[Int(texts.codes[row])])
    case .boolean(let truths): .boolean(truths[row]!)
    case .date(let days): .date(days[row])
    }
  }

  /// The column with further cells behind it, those of another type left unknown.
  func appending(_ cells: [PolicyState.Cell]) -> Column {
    switch self {
    case .number(var numbers):
      for cell in cells {
        if case .number(let number) = cell { numbers.append(number) } else { numbers.append(.nan) }
      }
      return .number(numbers)
    case .text(let texts):
      var codes = texts.codes
      var dictionary = texts.dictionary
      var places = Dictionary(
        dictionary.enumerated().map { (ContainerID($1), Int32($0)) }
      ) { first, _ in first }
      for cell in cells {
        guard case .text(let text) = cell else {
          codes.append(-1)
          continue
        }
        let id = ContainerID(text)
        if places[id] == nil {
          places[id] = Int32(dictionary.count)
          dictionary.append(text)
        }
        codes.append(places[id]!)
      }
      return .text(TextColumn(codes: codes, dictionary: dictionary))
    case .boolean(var truths):
      for cell in cells {
        if case .boolean(let truth) = cell { truths.append(truth) } else { truths.append(nil) }
      }
      return .boolean(truths)
    case .date(var days):
      for cell in cells {
        if case .date(let day) = cell { days.append(day) } else { days.append(Self.unknownDate) }
      }
      return .date(days)
    }
  }
}
