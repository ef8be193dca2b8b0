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
  }

  /// As expressions write it: `inbox_minutes`, `points.inbox`, `alert.overload`.
  var name: String
  var span: SourceSpan
  var kind: Kind
  /// What it reads, each with the place where it is read.
  var reads: [(name: String, span: SourceSpan)] = []
  /// The scope that the author gave.
  var declaredScope: Scope?
}

/// The scope of a quantity, as far as what it reads decides it.
enum ScopeFinding: Equatable {
  /// It reads nothing that belongs to a scope, and can be used in any.
  case any
  case one(Scope)
}
