import Belay
import Tables

/// Reads bytes as a state; what is one is written again as the same bytes, and a run goes on from
/// it.
func fuzzState(_ bytes: [UInt8]) {
  guard let state = try? StateSample.policy.state(json: bytes) else { return }
  let written = state.json
  guard let again = try? StateSample.policy.state(json: written) else {
    preconditionFailure("what was written cannot be read")
  }
  precondition(again.json == written)
  guard let run = try? StateSample.policy.assess(StateSample.tables, from: state) else {
    preconditionFailure("no table is missing")
  }
  precondition((try? StateSample.policy.state(json: run.state.json)) != nil)
}

/// A policy that looks back in several ways, and a month of data for it.
enum StateSample {
  static let policy: CompiledPolicy = {
    let json = """
      {
        "belay": 1, "policy": "fuzz", "time": {"column": "month", "every": "month"},
        "crisis_resources": [{"region": "US", "name": "Lifeline", "contact": "988"}],
        "privacy": {"minimum_group_size": 5},
        "inputs": {
          "id": {"type": "text", "role": "provider"},
          "team": {"type": "text", "role": "team"},
          "a": {"type": "number", "carry": 2},
          "group": {"type": "text", "role": "group"},
          "lonely": {"type": "number", "range": [0, 10], "confidential": true}
        },
        "measures": {
          "trend": {"of": "a", "over": {"last": 3, "minimum": 1}, "take": "mean"},
          "smooth": {"of": "a", "take": "ewma", "alpha": 0.5},
          "before": {"of": "group", "ago": 1, "show": true},
          "signal": {"of": "a", "take": "spc", "improvement": "lower", "show": true},
          "share": {
            "scope": "team", "of": "lonely > 5", "take": "share", "minimum_n": 5, "show": true
          }
        },
        "alerts": {
          "high": {
            "when": "trend + smooth > 4", "for": 2, "clear_when": "trend < 1", "cooldown": 1,
            "stale_after": 2, "severity": "low", "owner": "operations", "message": "m"
          }
        }
      }
      """
    do { return try CompiledPolicy(json: json) } catch { preconditionFailure("\(error)") }
  }()

  static let tables = tables(month: "2026-03")

  static func tables(month: String) -> [Scope: Table] {
    var text = "id,month,team,a,group,lonely\n"
    for person in 0..<7 { text += "p\(person),\(month),t,\(person),x,\(person)\n" }
    let reader = TableReader(schema: policy.tableSchema(for: .provider)!)
    guard let read = try? reader.read(Array(text.utf8), name: "data.csv", format: .csv) else {
      preconditionFailure("the sample can be read")
    }
    return [.provider: read.table]
  }
}
