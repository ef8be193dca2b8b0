import CEL
import Diagnostics

import struct CEL.Duration

/// Takes any bytes for an expression and tries all that can be done with it, in both profiles.
///
/// Returns; a mistake in the library ends it otherwise.
func fuzzExpression(_ bytes: [UInt8]) {
  var limits = Limits()
  limits.iterations = 1000
  guard let parsed = fuzzParse(bytes) else { return }
  for profile in [Profile.cel, .policy] {
    var environment = Environment(profile: profile, limits: limits)
    for (name, type) in FuzzRecord.names { environment.declare(name, type) }
    var diagnostics: [Diagnostic] = []
    if let checked = environment.check(parsed, diagnostics: &diagnostics) {
      let outcome = checked.evaluate(FuzzRecord())
      if case .fault(let fault) = outcome, profile == .policy {
        precondition(
          fault.kind != .noSuchOverload && fault.kind != .unknownName,
          "a checked expression never meets a type fault")
      }
    } else {
      precondition(diagnostics.hasErrors, "what is refused is reported")
    }
    _ = TextRenderer().render(diagnostics)
    if profile == .cel { _ = environment.resolve(parsed).evaluate(FuzzRecord()) }
  }
}

private struct FuzzRecord: Activation {
  static let names: [(String, CELType)] = [
    ("x", .double), ("n", .int), ("u", .uint), ("s", .string), ("b", .bool), ("t", .timestamp),
    ("d", .duration), ("l", .list(.double)), ("m", .map(.string, .double)), ("missing", .double),
    ("points.inbox", .double),
  ]

  func outcome(at slot: Int) -> Outcome<Value> {
    switch slot {
    case 0: .value(.double(1.5))
    case 1: .value(.int(3))
    case 2: .value(.uint(4))
    case 3: .value(.string("añb"))
    case 4: .value(.bool(true))
    case 5: .value(.timestamp(Timestamp(seconds: 1_782_000_000)!))
    case 6: .value(.duration(Duration(seconds: 90)!))
    case 7: .value(.list([.double(1), .double(2)]))
    case 8: .value(.map(ValueMap()))
    case 10: .value(.double(60))
    default: .unknown(Unknown("missing"))
    }
  }
}
