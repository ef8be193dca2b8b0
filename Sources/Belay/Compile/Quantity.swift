import CEL
import Diagnostics

/// A named quantity of a policy while it is being compiled.
///
/// Inputs, parameters, measures, factors, domains, scores, alerts and interventions are all
/// quantities: they read others, have a scope, and fill a slot.
struct Quantity {
  enum Kind: Hashable {
    case input(Int)
    case parameter(Int)
    case measure(Int)
    case factor(Int)
    case domain(Int)
    case score(Int)
    case alert(Int)
    case intervention(Int)
    /// Which rows of a scope are assessed and counted.
    case population(Scope)
    /// A declaration that has been reported as wrong: its name is known, and nothing more.
    case broken(Int)

    /// What it is called in messages; nil for what is broken.
    var words: String? {
      switch self {
      case .input: "an input"
      case .parameter: "a parameter"
      case .measure: "a measure"
      case .factor: "a factor"
      case .domain: "a domain"
      case .score: "a score"
      case .alert: "an alert"
      case .intervention: "an intervention"
      case .population: "a population"
      case .broken: nil
      }
    }
  }

  /// As expressions write it: `inbox_minutes`, `points.inbox`, `alert.overload`.
  var name: String
  var span: SourceSpan
  var kind: Kind
  var reads: [Read] = []
  /// The scope that the author gave.
  var declaredScope: Scope?
}

/// A place where a quantity reads another.
struct Read {
  /// Where the value is taken from.
  enum Manner {
    /// An expression, which says by `team.` that it reads from a containing scope.
    case expression(prefix: Scope?)
    /// A setting, or a part of what it is made of: a containing scope's applies to all inside.
    case part
    /// An expression about the members of the subject, of a roll-up.
    case members(prefix: Scope?)
  }

  /// As written.
  var name: String
  var span: SourceSpan
  /// The quantity meant.
  var index: Int
  var manner: Manner

  var isOfMembers: Bool {
    if case .members = manner { true } else { false }
  }
}

/// The scope of a quantity, as far as what it reads decides it.
enum ScopeFinding: Equatable {
  /// It reads nothing that belongs to one scope, and can be used in all up to this one.
  case upTo(Scope)
  case one(Scope)
  /// What it reads has been reported as wrong.
  case unsure
}
