/// Where an alert stands in one period.
public enum AlertState: String, CaseIterable, Sendable {
  /// Its condition does not hold.
  case inactive
  /// Its condition holds, and it does not fire yet: not for long enough, or too soon after.
  case pending
  case firing
  /// It clears, and has not been clear for long enough.
  case clearing
  /// Not known: neither whether its condition holds nor, with it, where it stands.
  case undetermined
}

/// How an alert lives from period to period: when it starts to fire, and when it stops.
///
/// A fold over a subject's periods in order. What an unknown condition leaves open freezes it; time
/// goes on all the same, also through periods that have no row.
package struct AlertLife: Sendable, Hashable {
  /// The periods in a row in which the condition has to hold, and to be observed, before it fires;
  /// nil where it fires at once.
  package var holdFor: Int?
  /// The periods that it stays while it is clear.
  package var keepFor: Int
  /// The periods after its end in which it does not fire again.
  package var cooldown: Int
  /// The periods in a row without knowledge after which nothing is remembered; nil where it is
  /// remembered forever.
  package var staleAfter: Int?
  /// Whether a condition of its own clears it; it clears when its condition no longer holds,
  /// otherwise.
  package var hasClearWhen: Bool

  package init(
    holdFor: Int? = nil, keepFor: Int = 0, cooldown: Int = 0, staleAfter: Int? = nil,
    hasClearWhen: Bool = false
  ) {
    self.holdFor = holdFor
    self.keepFor = keepFor
    self.cooldown = cooldown
    self.staleAfter = staleAfter
    self.hasClearWhen = hasClearWhen
  }

  /// True when the state depends on earlier periods.
  package var hasMemory: Bool { holdFor != nil || keepFor > 0 || cooldown > 0 || hasClearWhen }

  /// What is kept of the periods so far.
  package struct Memory: Sendable, Hashable {
    fileprivate enum Phase: Int32 {
      /// Inactive or pending.
      case quiet
      case firing, clearing
    }

    fileprivate var phase = Phase.quiet
    /// Of a quiet one the observed periods in which the condition held in a row, of one that clears
    /// those in which it was clear.
    fileprivate var count: Int32 = 0
    /// The last period of the cooldown, and the last in which the state was known.
    fileprivate var quietThrough = Int32.min
    fileprivate var lastKnown = Int32.min

    package init() {}

    /// What `init(fields:)` reads.
    package var fields: [Int32] { [phase.rawValue, count, quietThrough, lastKnown] }

    /// Nil where these are not the fields of a memory.
    package init?(fields: [Int32]) {
      guard fields.count == 4, let phase = Phase(rawValue: fields[0]), fields[1] >= 0 else {
        return nil
      }
      self.phase = phase
      (count, quietThrough, lastKnown) = (fields[1], fields[2], fields[3])
    }
  }

  /// The state in a period that is later than all before it.
  ///
  /// Periods left out since then are gaps, in which nothing was known: a row in which both
  /// conditions are unknown does the same.
  ///
  /// - Parameters:
  ///   - period: The period's number, one more for each period.
  ///   - condition: Whether the condition holds; nil where that is unknown.
  ///   - clear: Whether the clear condition holds; not looked at where the alert has none.
  ///   - isObserved: Whether every value that the condition read was observed, and none carried.
  package func step(
    _ memory: inout Memory, period: Int32, condition: Bool?, clear: Bool?, isObserved: Bool
  ) -> AlertState {
    forget(&memory, at: period, gap: 1)
    let state = next(
      &memory, period, condition, clear: hasClearWhen ? clear : condition.map { !$0 }, isObserved)
    if state == .undetermined {
      forget(&memory, at: period, gap: 0)
    } else {
      memory.lastKnown = period
    }
    return state
  }

  /// Forgets what has been unknown for too long, with or without the period itself.
  private func forget(_ memory: inout Memory, at period: Int32, gap: Int) {
    guard let staleAfter, memory.lastKnown != .min else { return }
    if Int(period) - Int(memory.lastKnown) - gap > staleAfter { memory = Memory() }
  }

  private func next(
    _ memory: inout Memory, _ period: Int32, _ condition: Bool?, clear: Bool?, _ isObserved: Bool
  ) -> AlertState {
    if memory.phase == .quiet {
      switch condition {
      case nil: return .undetermined
      case false?:
        memory.count = 0
        return .inactive
      case true?: break
      }
      let needed = holdFor ?? 0
      if isObserved, memory.count < needed { memory.count += 1 }
      guard memory.count >= needed, period > memory.quietThrough else { return .pending }
    } else if condition != true {
      switch (condition, clear) {
      // Whatever the unknown condition is, it goes on.
      case (_, false?): break
      case (false?, true?):
        guard memory.count < keepFor else {
          memory.phase = .quiet
          memory.count = 0
          if cooldown > 0 {
            memory.quietThrough = Int32(clamping: Int(period) + cooldown)
          }
          return .inactive
        }
        memory.phase = .clearing
        memory.count += 1
        return .clearing
      default: return .undetermined
      }
    }
    memory.phase = .firing
    memory.count = 0
    return .firing
  }
}
