import CEL
import Diagnostics
import Tables

/// A policy as its author declared it: every name, number and text in place, nothing resolved.
///
/// Declarations stand in policy order: those of included files first, then the file's own.
struct PolicyDeclaration {
  var name = ""
  var version: String?
  var title: String?
  var permittedUse: [String] = []
  var prohibitedUse: [String] = []
  var time: TimeDeclaration?
  var inputs: [InputDeclaration] = []
  var parameters: [ParameterDeclaration] = []
  var measures: [MeasureDeclaration] = []
  var factors: [FactorDeclaration] = []
  var domains: [DomainDeclaration] = []
  var scores: [ScoreDeclaration] = []
  var alerts: [AlertDeclaration] = []
  var interventions: [InterventionDeclaration] = []
  var minimumGroupSize = 8
  var crisisResources: [CrisisResource] = []
  var facts: [FactDeclaration] = []
  /// Full names, such as `points.inbox`, of what is declared and has been reported as wrong:
  /// what refers to it is not wrong for that.
  var broken: [DeclaredName] = []
  /// The ids of facts that have been reported as wrong.
  var brokenFacts: Set<String> = []
  /// Keys that need periods, and where they stand.
  var timeUses: [(key: String, span: SourceSpan)] = []
  /// Which rows of a scope are assessed and counted.
  var population: [(scope: Scope, condition: ExpressionText)] = []
  /// Audiences of the policy's own, in policy order.
  var ownAudiences: [AudienceDeclaration] = []
  /// Where the names stand that come from policies which this one extends, and their sections.
  var inherited: [SourceSpan: String] = [:]
  /// Where inherited names are removed, by what refers to them: `points.inbox`.
  var removed: [String: SourceSpan] = [:]
  /// False when a file could not be read or a policy below it is not evaluated: names may then
  /// be declared where nobody has looked.
  var isComplete = true
  /// The root file's `policy` line, or its start: where diagnostics about the whole point.
  var span: SourceSpan
}

/// A declared name, and where it is declared.
struct DeclaredName {
  var text: String
  var span: SourceSpan
}

/// A name that refers to something declared elsewhere.
struct NameReference {
  var text: String
  var span: SourceSpan
}

/// An expression as written.
struct ExpressionText {
  var text: String
  var map: ScalarMap
  var span: SourceSpan
}

/// A number, or the parameter that gives it.
enum NumberSetting {
  case number(Double, SourceSpan)
  case parameter(NameReference)

  var span: SourceSpan {
    switch self {
    case .number(_, let span): span
    case .parameter(let reference): reference.span
    }
  }
}

/// A curve, or the parameter that gives it.
enum CurveSetting {
  case curve(Curve, SourceSpan)
  case parameter(NameReference)
}

struct TimeDeclaration {
  var column: String
  var every: Granularity
  var span: SourceSpan
}

struct InputDeclaration {
  enum Role: Equatable {
    /// The id of a subject of that scope.
    case subject(Scope)
    case group
  }

  struct Instrument {
    var name: String
    var version: String?
  }

  var name: DeclaredName
  var type: ColumnType
  var role: Role?
  var scope: Scope
  var column: String
  var unit: String?
  var range: ClosedRange<Double>?
  var isOptional: Bool
  var label: String
  var isActionable: Bool
  var isConfidential: Bool
  var respondents: NameReference?
  var instrument: Instrument?
  /// For how many periods a value stands in for later ones that are missing.
  var carry: Int?
  /// A time step of its own, longer than the policy's.
  var every: Granularity?
  /// Audiences that a person may consent to, each with the input that says so.
  var shareWith: [(audience: NameReference, consent: NameReference)] = []
  /// Who may see what reads it; nil for all.
  var audience: [NameReference]?
  var evidence: [NameReference]
  var span: SourceSpan
}

/// An audience of the policy's own.
struct AudienceDeclaration {
  var name: DeclaredName
  var label: String
  /// Whether it is part of the line management.
  var isLine: Bool
}

struct ParameterDeclaration {
  enum Setting {
    case number(Double)
    case text(String)
    case curve(Curve)
  }

  struct Case {
    var key: String
    var keySpan: SourceSpan
    var value: Setting
    var span: SourceSpan
  }

  struct Row {
    struct Key {
      var input: NameReference
      var texts: [DeclaredName]
    }

    var keys: [Key]
    /// Days since 1970-01-01.
    var from: Int32?
    var until: Int32?
    /// The first key that asks for a date.
    var dateKey: DeclaredName?
    var value: Setting
    var valueSpan: SourceSpan
    var span: SourceSpan
  }

  var name: DeclaredName
  var fallback: Setting?
  var fallbackSpan: SourceSpan?
  var by: NameReference?
  var cases: [Case]
  var rows: [Row]
  var evidence: [NameReference]
}

struct MeasureDeclaration {
  /// How it is computed.
  enum Formula {
    case expression(ExpressionText)
    /// Over the last periods of the same subject.
    case window(ExpressionText, Window)
    /// The signals of a control chart.
    case chart(ExpressionText, ControlChart)
    /// So many periods back.
    case ago(ExpressionText, Int)
    /// Compared with the subjects of the same groups.
    case peers(ExpressionText, Peers, within: [NameReference])
    case rollUp(RollUpDeclaration)
  }

  struct RollUpDeclaration {
    /// Nil counts members.
    var of: ExpressionText?
    var function: RollUpFunction
    var weight: ExpressionText?
    var condition: ExpressionText?
    var minimumN: Int?
  }

  var name: DeclaredName
  var formula: Formula
  var scope: Scope?
  var label: String
  var unit: String?
  var range: ClosedRange<Double>?
  var isShown: Bool
  var evidence: [NameReference]
}

/// How a measure becomes points.
enum Scale {
  case curve(CurveSetting)
  case bands([Band])
}

/// The points from a bound up, until the next bound.
struct Band: Hashable, Sendable {
  var bound: Double
  var points: Double
}

struct FactorDeclaration {
  enum Rule {
    case scaled(Part)
    case when(condition: ExpressionText, then: NumberSetting, otherwise: NumberSetting)
    case points(ExpressionText)
    case worst([Part])
  }

  struct Part {
    var from: ExpressionText
    var scale: Scale
  }

  var name: DeclaredName
  var domain: NameReference
  var rule: Rule
  var applies: ExpressionText?
  var weight: NumberSetting
  var label: String
  var evidence: [NameReference]
}

struct FloorDeclaration {
  var condition: ExpressionText
  var atLeast: NumberSetting
  var label: String?
  var evidence: [NameReference]
}

/// How members combine: to their weighted mean, or the largest alone.
enum Combination: String, CaseIterable {
  case mean, max
}

struct DomainDeclaration {
  var name: DeclaredName
  var weight: NumberSetting
  var label: String
  var nature: InterventionKind?
  var combination: Combination
  var minimumCoverage: Double
  var floors: [FloorDeclaration]
  var evidence: [NameReference]
}

struct ScoreDeclaration {
  struct Level {
    var name: String
    var bound: NumberSetting
  }

  var name: DeclaredName
  var scope: Scope?
  var domains: [NameReference]?
  var levels: [Level]
  var audience: [NameReference]?
  var label: String
  var presentation: Presentation?
  var combination: Combination
  var minimumCoverage: Double
  var floors: [FloorDeclaration]
  var evidence: [NameReference]
}

struct AlertDeclaration {
  struct Grade {
    var severity: Severity
    var condition: ExpressionText
  }

  enum SeverityRule {
    case fixed(Severity)
    case graded([Grade])
  }

  var name: DeclaredName
  var condition: ExpressionText
  var clearWhen: ExpressionText?
  var holdFor: Int?
  var keepFor: Int
  var cooldown: Int
  var staleAfter: Int?
  /// The first key that counts periods.
  var periodsKey: DeclaredName?
  var scope: Scope?
  var severity: SeverityRule
  var audience: [NameReference]?
  var owner: String?
  var due: String?
  var message: MessageTemplate
  var label: String
  var caution: String?
  var evidence: [NameReference]
}

struct InterventionDeclaration {
  struct Effect {
    var quantity: NameReference
    var change: ExpectedEffect.Change
    var low: Double
    var likely: Double
    var high: Double
  }

  var name: DeclaredName
  var kind: InterventionKind
  var title: String
  var scope: Scope?
  var condition: ExpressionText?
  var unless: ExpressionText?
  var requires: [NameReference]
  var addresses: [NameReference]
  var priority: Double
  var audience: [NameReference]?
  var effects: [Effect]
  var effort: Effort?
  var due: String?
  var success: String?
  var facade: String?
  var evidence: [NameReference]
}

struct FactDeclaration {
  var name: DeclaredName
  var fact: Fact
}

/// Something known, with its source.
public struct Fact: Sendable, Hashable {
  public let id: String
  public let claim: String
  public let figure: String?
  /// How well it is known, in the policy's word: `verified`, `derived`, `memory` ...
  public let status: String
  public let source: String
}

/// Where a person in crisis finds help.
public struct CrisisResource: Sendable, Hashable {
  public let region: String
  public let name: String
  public let contact: String
}
