import Tables

/// The figures that come from the same confidential source, and pass the gate together: what one
/// of them shows may tell what another hides.
struct ScreenPlan: Sendable {
  struct Figure: Sendable {
    /// How many people stand behind a figure.
    enum Count: Sendable {
      case respondents(Operand)
      /// The members whose value is known.
      case members(RollUpPlan)
      /// The respondents of the members whose value is known.
      case respondentsOfMembers(RollUpPlan, Operand)

      var operands: [Operand] {
        switch self {
        case .respondents(let operand): [operand]
        case .members(let plan): plan.operands
        case .respondentsOfMembers(let plan, let operand): plan.operands + [operand]
        }
      }
    }

    /// The quantity, by its place in the policy.
    let index: Int
    let name: String
    let scope: Scope
    /// The declared range, in steps of which the figure is shown.
    let range: ClosedRange<Double>
    /// What published values depend on.
    let definition: String
    var raw: Operand
    var count: Count
    /// Whether it is the share of people of whom something is true.
    var isShare = false
  }

  let family: Int
  let minimum: Int
  var figures: [Figure]
  /// What it reads is of this level at most.
  let level: Int

  func resolved(_ tables: [Scope: TablePlan]) -> ScreenPlan {
    var resolved = self
    for i in resolved.figures.indices {
      resolved.figures[i].raw = figures[i].raw.resolved(tables)
      resolved.figures[i].count =
        switch figures[i].count {
        case .respondents(let operand): .respondents(operand.resolved(tables))
        case .members(let plan): .members(plan.mapOperands { $0.resolved(tables) })
        case .respondentsOfMembers(let plan, let operand):
          .respondentsOfMembers(
            plan.mapOperands { $0.resolved(tables) }, operand.resolved(tables))
        }
    }
    return resolved
  }
}
