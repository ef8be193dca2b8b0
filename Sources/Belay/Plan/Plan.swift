import CEL
import Tables

/// What evaluating one subject in one period takes, in order: each step reads slots that the
/// steps before it have filled, and fills its own.
struct Plan: Sendable {
  let scope: Scope
  /// The inputs that steps of this scope read, with their columns.
  let inputs: [InputPlan]
  /// By name, the columns of all inputs that rows or derivations of the scope read.
  let tableInputs: [String: Int]
  /// Inputs of the scope that nothing reads.
  let ignoredInputs: Set<String>
  let steps: [Step]
  /// In policy order.
  let factors: [FactorPlan]
  let domains: [DomainPlan]
  let scores: [ScorePlan]
  let alerts: [AlertPlan]
  let interventions: [InterventionPlan]
  let shown: [ShownPlan]
  /// Who may see a score, alert, intervention or shown measure, by slot.
  let access: [Int: Access]
  /// For slots of factors and shown measures, the derivations that carry values into them.
  let carriers: [Int: [Int]]
  /// Interventions by ascending priority, then in policy order.
  let ranking: [Int]
  let schema: TableSchema
}

/// One quantity to compute.
enum Step: Sendable {
  case parameter(ParameterPlan)
  case measure(MeasurePlan)
  /// An index into the plan's list of that kind.
  case factor(Int)
  case domain(Int)
  case score(Int)
  case alert(Int)
  case intervention(Int)
}

/// An input and how its cells become outcomes.
struct InputPlan: Sendable {
  let name: String
  let slot: Int
  let type: ColumnType
  let source: Operand.Source

  /// The column's place in the schema; nil for a subject's own id, and for what is derived.
  var column: Int? {
    if case .column(let column) = source { column } else { nil }
  }

  /// The derivation that gives it; nil for what the table holds.
  var derived: Int? {
    if case .derived(let derived) = source { derived } else { nil }
  }

  var isID: Bool {
    if case .id = source { true } else { false }
  }
}

struct ParameterPlan: Sendable {
  enum Choice: Sendable {
    /// Its default, always.
    case fallback
    /// An input's text chooses; for each text the place of its value among the settings.
    case listed(key: (name: String, slot: Int), places: [String: Int])
    case rows(ParameterRows)
  }

  let name: String
  let slot: Int
  /// Every value that it can have.
  let settings: [Value]
  /// The default's place among the settings; there is one unless something chooses.
  let fallback: Int?
  let choice: Choice
}

struct MeasurePlan: Sendable {
  let name: String
  let label: String
  let unit: String?
  let slot: Int
  let expression: CheckedExpression
  let range: ClosedRange<Double>?
}

/// A measure that is shown beside the scores.
struct ShownPlan: Sendable {
  let name: String
  let label: String
  let unit: String?
  let slot: Int
  /// There when the value is a figure that went through the gate.
  let gate: Gate?
}

/// A number from the policy, or the slot of the parameter that gives it.
enum NumberPlan: Sendable {
  case number(Double)
  case slot(Int)
}

struct FactorPlan: Sendable {
  enum Rule: Sendable {
    case scaled(PartPlan)
    case when(CheckedExpression, then: NumberPlan, otherwise: NumberPlan)
    case points(CheckedExpression)
    case worst([PartPlan])
  }

  let name: String
  let label: String
  /// The slot of `points.NAME`.
  let slot: Int
  let rule: Rule
  let applies: CheckedExpression?
  let weight: NumberPlan
  let evidence: [String]
}

struct PartPlan: Sendable {
  let from: CheckedExpression
  let scale: ScalePlan
}

enum ScalePlan: Sendable {
  case curve(Curve)
  /// A parameter's slot, and its settings.
  case parameter(slot: Int, curves: [Curve])
  case bands([Band])
}

struct FloorPlan: Sendable {
  let condition: CheckedExpression
  let atLeast: NumberPlan
  let label: String
  let evidence: [String]
}

struct DomainPlan: Sendable {
  let name: String
  let label: String
  /// The slot of `domain.NAME`.
  let slot: Int
  let weight: NumberPlan
  /// Indices into the plan's factors.
  let factors: [Int]
  let combination: Combination
  let minimumCoverage: Double
  let floors: [FloorPlan]
}

struct ScorePlan: Sendable {
  struct Level: Sendable {
    let name: String
    let bound: NumberPlan
  }

  let name: String
  let label: String
  let presentation: Presentation?
  /// The slots of `score.NAME`, `level.NAME` and `coverage.NAME`.
  let slot: Int
  let levelSlot: Int
  let coverageSlot: Int
  /// Indices into the plan's domains.
  let domains: [Int]
  let levels: [Level]
  let combination: Combination
  let minimumCoverage: Double
  let floors: [FloorPlan]
}

struct AlertPlan: Sendable {
  enum SeverityPlan: Sendable {
    case fixed(Severity)
    case graded([(severity: Severity, condition: CheckedExpression)])
  }

  let name: String
  let label: String
  /// The slot of `alert.NAME`.
  let slot: Int
  let condition: CheckedExpression
  let clearWhen: CheckedExpression?
  let life: AlertLife
  /// Whether its slot is given, since earlier periods decide it.
  var isDerived: Bool
  let severity: SeverityPlan
  let audience: [String]
  let owner: String?
  let due: String?
  let message: MessagePlan
  let caution: String?
  let evidence: [String]
}

struct MessagePlan: Sendable {
  enum Piece: Sendable {
    case text(String)
    /// The gate is there when the value went through it.
    case value(slot: Int, decimals: Int?, gate: Gate?)
  }

  let pieces: [Piece]
}

struct InterventionPlan: Sendable {
  let name: String
  let slot: Int
  let condition: CheckedExpression?
  let unless: CheckedExpression?
  /// The slots of the interventions that it requires.
  let requires: [Int]
  /// What is said when it is recommended.
  let recommendation: Recommendation
}
