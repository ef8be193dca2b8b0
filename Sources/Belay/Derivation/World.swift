import CEL
import Tables

/// The tables of a policy's scopes, with every column derived that their rows read.
final class World: Sendable {
  let program: PolicyProgram
  let frames: [Scope: Frame]
  /// For each derivation its column; nil where no row that is assessed reads it.
  let columns: [DerivedColumn?]
  /// For each scope with a population, the rows that are left out.
  let leftOut: [Scope: BitColumn]
  /// For each row of a scope the row of its container.
  let containers: [ContainerPath: ContainerRows]

  init(
    program: PolicyProgram, frames: [Scope: Frame], columns: [DerivedColumn?],
    leftOut: [Scope: BitColumn], containers: [ContainerPath: ContainerRows]
  ) {
    self.program = program
    self.frames = frames
    self.columns = columns
    self.leftOut = leftOut
    self.containers = containers
  }

  /// The cells of an input, as far as there are any.
  func cells(of input: InputPlan, _ frame: Frame) -> Column? {
    switch input.source {
    case .column(let column): frame.table.columns[column]
    case .derived(let id): columns[id]?.column
    case .id, .fed: nil
    }
  }

  // MARK: Single rows

  /// A row of a scope with all that can be said of it.
  func state(of row: Int, in scope: Scope) -> RowState {
    let evaluator = RowEvaluator(plan: program.plan(of: scope)!, slotCount: program.slotCount)
    return state(of: row, in: frames[scope]!, evaluator)
  }

  func state(of row: Int, in frame: Frame, _ evaluator: RowEvaluator) -> RowState {
    var state = evaluator.start(
      period: frame.table.periods.map { .value($0[row].firstDay.value) }
        ?? .unknown(.init("period", .absent))
    ) { outcome(of: $0, row, in: frame) }
    evaluator.run(&state)
    return state
  }

  private func outcome(of input: InputPlan, _ row: Int, in frame: Frame) -> Outcome<Value> {
    guard let id = input.derived else { return input.load(from: frame.table, row: row) }
    guard let column = columns[id] else { return .unknown(Unknown(input.name, .absent)) }
    if let value = column.column.value(at: row) { return .value(value) }
    return .unknown(missing(program.derivations[id], column, input, row, in: frame))
  }

  /// Why a derived value is unknown.
  private func missing(
    _ derivation: Derivation, _ column: DerivedColumn, _ input: InputPlan, _ row: Int,
    in frame: Frame
  ) -> Unknown {
    if column.suppressed?[row] == true { return Unknown(input.name, .suppressed) }
    switch derivation.operation {
    case .lookup(_, let from):
      let path = ContainerPath(from: frame.scope, to: from)
      guard let container = containers[path]?.rows[row], container >= 0 else {
        return Unknown(input.name, .absent)
      }
      // The container's own row knows best.
      guard program.plan(of: from)?.reads(input.slot) == true,
        case .unknown(let unknown) = state(of: Int(container), in: from).slots[input.slot],
        !unknown.causes.isEmpty
      else { return Unknown(input.name, .absent) }
      return unknown
    case .window, .peers, .rollUp, .chart: return Unknown(input.name, .tooFew)
    case .carry(let operand, _, _), .ago(let operand, _):
      return missing(operand, input, row, in: frame)
    case .gate(let figure, let screen):
      return missing(program.screens[screen].figures[figure].raw, input, row, in: frame)
    case .life: return Unknown(input.name, .absent)
    }
  }

  /// Why a cell of the data is not there.
  private func missing(
    _ operand: Operand, _ input: InputPlan, _ row: Int, in frame: Frame
  ) -> Unknown {
    guard case .column(let column) = operand.source,
      let reason = frame.table.reason(column: column, row: row)
    else { return Unknown(input.name, .absent) }
    return Unknown(input.name, InputPlan.reason(reason))
  }
}

/// From the rows of a scope to those of a containing one.
struct ContainerPath: Hashable, Sendable {
  let from: Scope
  let to: Scope
}

extension Plan {
  /// Whether rows of the plan have something in a slot.
  func reads(_ slot: Int) -> Bool {
    if inputs.contains(where: { $0.slot == slot }) { return true }
    return steps.contains { step in
      switch step {
      case .parameter(let parameter): parameter.slot == slot
      case .measure(let measure): measure.slot == slot
      case .factor(let index): factors[index].slot == slot
      case .domain(let index): domains[index].slot == slot
      case .score(let index):
        [scores[index].slot, scores[index].levelSlot, scores[index].coverageSlot].contains(slot)
      case .alert(let index): alerts[index].slot == slot
      case .intervention(let index): interventions[index].slot == slot
      }
    }
  }
}
