public import CEL

/// Everything Belay says about one subject in one period.
///
/// An assessment organises evidence for a conversation about the work. It does not diagnose,
/// predict, or rank people for reward or punishment.
public struct Assessment: Sendable {
  public let scope: Scope
  /// The subject's id as the data spells it; empty for a record that names none.
  public let subject: String
  /// The period as the data spells it; nil where the policy has no `time`.
  public let period: String?
  /// The scores of this scope, in policy order.
  public let scores: [ScoreResult]
  /// The alerts that fire, in policy order.
  public let alerts: [AlertResult]
  /// The alerts whose condition holds and that do not fire yet, in policy order.
  public let pending: [PendingAlert]
  /// The alerts whose condition is unknown, in policy order, each with what was missing.
  public let undetermined: [UndeterminedAlert]
  /// What to change in the work: by ascending priority number, then in policy order.
  public let interventions: [Recommendation]
  /// The measures that the policy marks with `show`, in policy order.
  public let measures: [ShownMeasure]
  /// What evaluation ran into, beside the quantity that met it; each counts as unknown.
  public let faults: [QuantityFault]
  /// The parameters that took their default since their key was empty or not listed.
  public let defaulted: [DefaultedParameter]

  /// The score of that name, or nil when the policy has none of it in this scope.
  public func score(_ name: String) -> ScoreResult? {
    scores.first { $0.id == name }
  }
}

/// A weighted combination of domains: always concern, higher is worse.
public struct ScoreResult: Sendable {
  /// The score's name in the policy.
  public let id: String
  /// What to call it for people.
  public let label: String
  /// What reports show beside it; nil where the policy says nothing of it.
  public let presentation: Presentation?
  /// 0 to 100, or nil when too little is known.
  public let value: Double?
  /// The level's name in the policy, `insufficient_data` when coverage is below the minimum,
  /// or nil when nothing is known and the minimum is 0, or the bound that decides is unknown.
  public let level: String?
  /// The share, 0 to 1, of the weight whose points are known.
  public let coverage: Double
  /// The least and the greatest that the score could be if everything unknown were known.
  public let interval: ClosedRange<Double>?
  /// True when the coverage is too low and the score is that of its floors alone.
  public let isPartial: Bool
  /// What the factors and floors contribute, in policy order; they add up to the value.
  public let drivers: [Driver]
  /// The score's domains, in policy order.
  public let domains: [DomainResult]
  /// Why parts of the score are unknown.
  public let missing: Unknown

  /// The level that stands for too little data.
  public static let insufficientData = "insufficient_data"
}

/// Another number for a score, for reports alone: nothing computes on it.
public struct Presentation: Sendable, Hashable {
  /// What to call it for people.
  public let label: String
  /// True when it is 100 minus the score, so that higher is better.
  public let isInverted: Bool

  /// The number that stands for a score, 0 to 100.
  public func value(of score: Double) -> Double { isInverted ? 100 - score : score }
}

/// A weighted group of factors.
public struct DomainResult: Sendable {
  /// The domain's name in the policy.
  public let id: String
  /// What to call it for people.
  public let label: String
  /// 0 to 100, or nil when too little is known.
  public let value: Double?
  /// The domain's weight in the score; nil when a parameter that sets it is unknown.
  public let weight: Double?
  /// The share, 0 to 1, of the factors' weight whose points are known.
  public let coverage: Double
  /// In policy order, those that do not apply or count included.
  public let factors: [FactorResult]
}

/// A measure turned into points.
public struct FactorResult: Sendable {
  /// The factor's name in the policy.
  public let id: String
  /// What to call it for people.
  public let label: String
  /// 0 (no concern) to 100, or nil when unknown.
  public let points: Double?
  /// The factor's weight in its domain; nil when a parameter that sets it is unknown.
  public let weight: Double?
  /// False takes the factor out of weights and coverage; nil when the condition is unknown.
  public let applies: Bool?
  /// Why the points are unknown; empty when they are known.
  public let missing: Unknown
  /// Whether they are made of values kept from earlier periods.
  public let isCarried: Bool
  /// Ids of the facts behind the factor.
  public let evidence: [String]
}

/// What a factor or a floor contributes to a score.
public struct Driver: Sendable {
  public enum Source: Hashable, Sendable {
    /// A factor, by its name in the policy.
    case factor(String)
    /// A floor of a domain: its index in the domain's list.
    case domainFloor(domain: String, index: Int)
    /// A floor of the score: its index in the score's list.
    case scoreFloor(index: Int)
  }

  /// What contributes.
  public let source: Source
  /// What to call it for people.
  public let label: String
  /// Points of the score that are due to it. All drivers together are the score.
  public let contribution: Double
  /// The factor's points, or the floor's level.
  public let points: Double
  /// Ids of the facts behind it.
  public let evidence: [String]
}

/// How grave an alert is.
public enum Severity: String, CaseIterable, Comparable, Sendable {
  case low, medium, high, critical

  public static func < (a: Severity, b: Severity) -> Bool {
    a.rank < b.rank
  }

  private var rank: Int {
    switch self {
    case .low: 0
    case .medium: 1
    case .high: 2
    case .critical: 3
    }
  }
}

/// An alert that fires.
public struct AlertResult: Sendable {
  /// The alert's name in the policy.
  public let id: String
  /// What to call it for people.
  public let label: String
  /// The gravest whose condition holds.
  public let severity: Severity
  /// `firing`, or `clearing` where it stays a while after its condition has cleared.
  public let state: AlertState
  /// Who may see it, by audience name.
  public let audience: [String]
  /// Who acts on it.
  public let owner: String?
  /// How soon the owner is to act, as the policy says it (`14 days`).
  public let due: String?
  /// The policy's message with its values filled in.
  public let message: String
  /// What the alert is not, where the policy says so.
  public let caution: String?
  /// Ids of the facts behind it.
  public let evidence: [String]
}

/// An alert whose condition holds, but not for long enough, or too soon after it fired.
public struct PendingAlert: Sendable {
  /// The alert's name in the policy.
  public let id: String
  /// What to call it for people.
  public let label: String
  /// Who may see it, by audience name.
  public let audience: [String]
}

/// An alert that neither fires nor does not: its condition is unknown.
public struct UndeterminedAlert: Sendable {
  /// The alert's name in the policy.
  public let id: String
  /// What to call it for people.
  public let label: String
  /// Who may see it, by audience name.
  public let audience: [String]
  /// What was missing, and why.
  public let missing: Unknown
}

/// What kind of change an intervention is.
public enum InterventionKind: String, CaseIterable, Sendable {
  case structural, communication, alignment, peer, individual, perk
}

/// An intervention that is recommended.
public struct Recommendation: Sendable {
  /// The intervention's name in the policy.
  public let id: String
  public let kind: InterventionKind
  /// What to do, for people.
  public let title: String
  /// Lower comes first.
  public let priority: Double
  /// What it is meant to change: names such as `points.inbox`, `domain.recovery`, `alert.overload`.
  public let addresses: [String]
  /// What it is expected to change.
  public let effects: [ExpectedEffect]
  /// What it costs, where the policy says so.
  public let effort: Effort?
  /// How soon, as the policy says it (`30 days`).
  public let due: String?
  /// How one sees that it worked.
  public let success: String?
  /// What would look like it and change nothing.
  public let facade: String?
  /// Ids of the facts behind it.
  public let evidence: [String]
}

/// What an intervention is expected to do to a quantity.
public struct ExpectedEffect: Sendable, Hashable {
  public enum Change: String, Sendable, CaseIterable {
    case multiply, add
  }

  /// The input that changes.
  public let quantity: String
  public let change: Change
  /// The cautious figure: a factor for `multiply`, an amount in the input's unit for `add`.
  public let low: Double
  /// The likely figure.
  public let likely: Double
  /// The hopeful figure.
  public let high: Double
}

/// What an intervention costs, and who carries it.
public struct Effort: Sendable, Hashable {
  /// Working hours a week.
  public let hoursPerWeek: Double?
  /// Who carries it.
  public let owner: String?
}

/// A measure that the policy wants shown beside the scores.
public struct ShownMeasure: Sendable {
  /// The measure's name in the policy.
  public let id: String
  /// What to call it for people.
  public let label: String
  /// The unit of measurement, for people.
  public let unit: String?
  public let value: Outcome<Value>
  /// How a figure of a group is to be read: the end steps are bounds.
  public let bound: Bound
  /// Whether it is made of values kept from earlier periods.
  public let isCarried: Bool

  public enum Bound: String, Sendable {
    case exact
    case atMost = "at_most"
    case atLeast = "at_least"
  }
}

/// A quantity whose evaluation ran into a fault.
public struct QuantityFault: Sendable, Hashable {
  /// The quantity's name as expressions write it.
  public let quantity: String
  /// What it ran into: overflow, a bad conversion.
  public let fault: Fault
}

/// A parameter that took its default.
public struct DefaultedParameter: Sendable, Hashable {
  /// The parameter's name in the policy.
  public let parameter: String
  /// The input that chooses its value.
  public let key: String
  /// The key's value when it is known and not listed; nil when it is unknown.
  public let value: String?
}
