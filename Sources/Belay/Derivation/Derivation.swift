import CEL
import Tables

/// A column that is computed from whole columns, before the rows that read it are evaluated.
///
/// Expressions see one subject in one period. What joins rows, windows, scans, roll-ups, peers and
/// what is read from a containing scope, is a derivation: to the rows it is one more input.
struct Derivation: Sendable {
  enum Operation: Sendable {
    /// The value of the subject's own container of a scope, in the same period.
    case lookup(Operand, from: Scope)
    case window(Operand, Window)
    case chart(Operand, ControlChart)
    /// The value of so many periods before.
    case ago(Operand, Int)
    /// The last value of so many periods, or of the same longer period.
    case carry(Operand, periods: Int?, every: Granularity?)
    case peers(Operand, Peers, within: [Group])
    case rollUp(RollUpPlan)
    /// A figure of a group as it may be used.
    case gate(figure: Int, of: Int)
    case life(AlertLife, condition: Operand, clear: Operand?)
  }

  enum Group: Sendable {
    case operand(Operand)
    /// The subjects of one container.
    case scope(Scope)
  }

  let name: String
  /// Whose rows it belongs to.
  let scope: Scope
  /// Where rows of the scope keep it.
  let slot: Int
  let type: ColumnType
  /// A number outside is unknown.
  let range: ClosedRange<Double>?
  let operation: Operation
  /// Derivations of a level read those of lower levels alone.
  let level: Int
  /// Of one that looks back, what the values that it keeps depend on.
  let definition: String

  var operands: [Operand] {
    switch operation {
    case .lookup(let operand, _), .window(let operand, _), .chart(let operand, _),
      .ago(let operand, _), .carry(let operand, _, _):
      [operand]
    case .peers(let operand, _, let groups):
      [operand]
        + groups.compactMap { if case .operand(let operand) = $0 { operand } else { nil } }
    case .rollUp(let plan): plan.operands
    case .gate: []
    case .life(_, let condition, let clear): [condition] + (clear.map { [$0] } ?? [])
    }
  }
}

extension Derivation {
  func mapOperands(_ change: (Operand) -> Operand) -> Derivation {
    let changed: Operation =
      switch operation {
      case .lookup(let operand, let from): .lookup(change(operand), from: from)
      case .window(let operand, let window): .window(change(operand), window)
      case .chart(let operand, let chart): .chart(change(operand), chart)
      case .ago(let operand, let periods): .ago(change(operand), periods)
      case .carry(let operand, let periods, let every):
        .carry(change(operand), periods: periods, every: every)
      case .peers(let operand, let peers, let groups):
        .peers(
          change(operand), peers,
          within: groups.map { group in
            if case .operand(let operand) = group { .operand(change(operand)) } else { group }
          })
      case .rollUp(let plan): .rollUp(plan.mapOperands(change))
      case .gate: operation
      case .life(let life, let condition, let clear):
        .life(life, condition: change(condition), clear: clear.map(change))
      }
    return Derivation(
      name: name, scope: scope, slot: slot, type: type, range: range, operation: changed,
      level: level, definition: definition)
  }
}

/// A column that a derivation reads.
struct Operand: Sendable {
  enum Source: Sendable {
    /// The subjects' own ids.
    case id
    /// A column of the scope's table.
    case column(Int)
    case derived(Int)
    /// An output of a feed.
    case fed(feed: Int, output: Int)
  }

  let scope: Scope
  var source: Source
  /// The derivations that carry values into it.
  let carriers: [Int]
}

struct RollUpPlan: Sendable {
  let rollUp: RollUp
  /// The scope of the members.
  let members: Scope
  /// Nil counts members.
  let of: Operand?
  let weight: Operand?
  let condition: Operand?
  /// Whether members count whose number is known, rather than those for which a condition is true.
  let countsKnown: Bool

  var operands: [Operand] { [of, weight, condition].compactMap { $0 } }

  var withoutCondition: RollUpPlan {
    RollUpPlan(
      rollUp: rollUp, members: members, of: of, weight: weight, condition: nil,
      countsKnown: countsKnown)
  }

  func mapOperands(_ change: (Operand) -> Operand) -> RollUpPlan {
    RollUpPlan(
      rollUp: rollUp, members: members, of: of.map(change), weight: weight.map(change),
      condition: condition.map(change), countsKnown: countsKnown)
  }
}

/// Expressions that are evaluated for all rows of a scope, since derivations read them.
struct Feed: Sendable {
  enum Output: Sendable {
    case slot(Int)
    case expression(CheckedExpression)
  }

  let scope: Scope
  let plan: Plan
  let outputs: [Output]
}
