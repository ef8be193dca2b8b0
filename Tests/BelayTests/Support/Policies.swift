import Belay
import BelayYAML
import Testing

/// A policy over the numbers `a` to `d`, the text `group` and the booleans `yes` and `no`, with
/// what a test adds to it.
func policy(_ sections: String) throws -> CompiledPolicy {
  try CompiledPolicy(
    yaml: """
      belay: 1
      policy: test
      inputs:
        id: {type: text, role: provider}
        a: {type: number, range: [-1000, 1000]}
        b: {type: number, range: [-1000, 1000]}
        c: {type: number, range: [-1000, 1000]}
        d: {type: number, range: [-1000, 1000]}
        group: {type: text, role: group, one_of: [red, green, blue]}
        yes: {type: boolean}
        no: {type: boolean}
      \(sections)
      """)
}

/// A factor that earns the value of a number as points.
func plainFactor(_ name: String, _ domain: String, weight: String = "1", more: String = "")
  -> String
{
  "  \(name): {domain: \(domain), points: \(name), weight: \(weight)\(more)}"
}

extension Assessment {
  /// The policy's only score.
  var score: ScoreResult { scores[0] }
}

extension ScoreResult {
  func domain(_ name: String) -> DomainResult? { domains.first { $0.id == name } }

  /// Where each driver is from and what it contributes.
  var contributions: [String: Double] {
    Dictionary(
      uniqueKeysWithValues: drivers.map { driver in
        switch driver.source {
        case .factor(let name): (name, driver.contribution)
        case .domainFloor(let domain, let index): ("\(domain)[\(index)]", driver.contribution)
        case .scoreFloor(let index): ("[\(index)]", driver.contribution)
        }
      })
  }
}

/// Whether drivers add up to the score, as every score's do.
func driversAddUp(_ score: ScoreResult) -> Bool {
  let sum = score.drivers.reduce(0) { $0 + $1.contribution }
  return abs(sum - (score.value ?? 0)) <= 1e-9
}
