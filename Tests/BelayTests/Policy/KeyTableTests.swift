import Belay
import Diagnostics
import Foundation
import TestSupport
import Testing

/// Every key that the tables promise is one that the reader takes.
@Suite struct KeyTableTests {
  /// A policy with every key of every place, and where each place stands in it.
  private static let policy = #"""
    {
      "belay": 1,
      "policy": "every-key",
      "version": "1",
      "title": "Every key",
      "permitted_use": ["review"],
      "prohibited_use": ["pay"],
      "include": ["empty.json"],
      "extends": ["base.json"],
      "override": {"measures": {"inherited": "2"}},
      "remove": ["measures.gone"],
      "time": {"column": "month", "every": "month"},
      "inputs": {
        "provider_id": {"type": "text", "role": "provider"},
        "specialty": {
          "type": "text", "role": "group", "one_of": ["psychiatry"], "scope": "provider"},
        "team": {"type": "text", "role": "team"},
        "answers": {"type": "number", "scope": "team"},
        "safety": {
          "type": "number", "scope": "team", "column": "Safety", "unit": "points",
          "range": [1, 7], "optional": true, "label": "Safety", "actionable": true,
          "confidential": true, "respondents": "answers",
          "instrument": {
            "name": "Safety", "version": "1", "scale": [1, 7], "direction": "higher_is_better"},
          "evidence": ["F1"]
        },
        "hours": {"type": "number"},
        "contacts": {
          "type": "number", "carry": 2, "every": "quarter", "direction": "higher_is_better",
          "audience": ["operations", "guardian"]},
        "wants_contact": {"type": "boolean"},
        "loneliness": {
          "type": "number", "range": [3, 9], "confidential": true,
          "share_with": {"peer_support": "wants_contact"}}
      },
      "parameters": {
        "limit": {
          "default": 60, "by": "specialty", "values": {"psychiatry": 50}, "unit": "h",
          "label": "Limit", "evidence": ["F1"]},
        "ratio": {
          "default": 5,
          "rows": [
            {"when": {"specialty": ["psychiatry"]}, "from": "2026-01", "until": "2026-Q3",
              "value": 2}]}
      },
      "measures": {
        "load": {
          "expr": "hours / limit / ratio", "scope": "provider", "label": "Load", "unit": "1",
          "range": [0, 2], "show": true, "evidence": ["F1"]},
        "usual": {
          "of": "hours", "over": {"last": 6, "minimum": 4}, "take": "percentile", "p": 90,
          "show": true},
        "smooth": {"of": "hours", "take": "ewma", "alpha": 0.2, "show": true},
        "before": {"of": "hours", "ago": 3, "show": true},
        "rank": {
          "of": "hours", "within": "specialty", "take": "percentile", "minimum_n": 8,
          "show": true},
        "busy": {
          "scope": "team", "of": "hours", "take": "mean", "weight": "limit", "where": "hours > 0",
          "show": true},
        "signal": {
          "of": "hours", "take": "spc", "rules": "xmr", "baseline": {"first": 12},
          "improvement": "lower", "show": true},
        "locked": {
          "of": "hours", "take": "spc", "baseline": {"from": "2025-01", "to": "2025-12"},
          "improvement": "lower", "show": true}
      },
      "factors": {
        "curved": {
          "domain": "time", "from": "load", "curve": [[0, 0], [1, 100]], "applies": "hours > 0",
          "weight": 1, "label": "Curved", "evidence": ["F1"]},
        "banded": {"domain": "time", "from": "load", "bands": [["-inf", 0]], "weight": 1},
        "conditional": {
          "domain": "time", "when": {"if": "load > 1", "then": 60, "else": 0}, "weight": 1},
        "pointed": {"domain": "time", "points": "load", "weight": 1},
        "parted": {
          "domain": "time", "combine": "max", "weight": 1,
          "parts": [
            {"from": "load", "curve": [[0, 0]]}, {"from": "load", "bands": [["-inf", 0]]}]}
      },
      "domains": {
        "time": {
          "weight": 1, "label": "Time", "nature": "structural", "combine": "mean",
          "minimum_coverage": 0.5, "evidence": ["F1"],
          "floors": [
            {"when": "load > 2", "at_least": 75, "label": "Twice", "evidence": ["F1"]}]}
      },
      "scores": {
        "strain": {
          "domains": ["time"], "levels": {"low": 0, "high": 50}, "scope": "provider",
          "audience": ["operations"],
          "label": "Strain", "combine": "mean", "minimum_coverage": 0.5,
          "floors": [{"when": "load > 2", "at_least": 75}], "evidence": ["F1"],
          "present_as": {"label": "Balance", "invert": true}}
      },
      "alerts": {
        "overload": {
          "when": "load > 1", "scope": "provider", "severity": "high", "audience": ["operations"],
          "owner": "operations", "due": "14 days", "message": "{load:.1f}", "label": "Overload",
          "caution": "Not a diagnosis", "evidence": ["F1"], "for": 2,
          "clear_when": "load < 0.9", "keep_for": 1, "cooldown": 3, "stale_after": 6},
        "unsafe": {
          "when": "safety < 4", "severity": "high", "owner": "operations", "message": "Unsafe"},
        "apart": {
          "when": "contacts < 1", "severity": "low", "owner": "operations", "message": "Apart"},
        "lonely": {
          "when": "loneliness > 5", "severity": "low", "owner": "operations", "message": "Alone"}
      },
      "interventions": {
        "relief": {
          "kind": "structural", "title": "Relieve", "scope": "provider", "when": "load > 1",
          "audience": ["operations"],
          "unless": "load > 3", "requires": ["first"], "addresses": ["points.curved"],
          "priority": 10, "effort": {"hours_per_week": 2, "owner": "operations"},
          "effect": {
            "hours": {"multiply": {"low": 0.9, "likely": 0.8, "high": 0.7}},
            "safety": {"add": 1}},
          "due": "30 days", "success": "Fewer hours", "facade": "A leaflet", "label": "Relief",
          "evidence": ["F1"]},
        "first": {"kind": "structural", "title": "Begin", "when": "load > 0"}
      },
      "population": {"provider": "hours >= 0"},
      "audiences": {"guardian": {"label": "Guardian", "line": false}},
      "privacy": {"minimum_group_size": 8},
      "crisis_resources": [{"region": "US", "name": "Lifeline", "contact": "988"}],
      "evidence": {"F1": {"claim": "A", "figure": "1", "status": "derived", "source": "B"}}
    }
    """#

  /// The places in that policy which together have all keys of a table.
  private static let places: [String: [String]] = [
    "a policy file": [""], "`time`": ["time"],
    "an input": [
      "inputs/safety", "inputs/specialty", "inputs/contacts", "inputs/loneliness",
    ],
    "an instrument": ["inputs/safety/instrument"],
    "a parameter": ["parameters/limit", "parameters/ratio"],
    "a row of a parameter": ["parameters/ratio/rows/0"],
    "a measure": [
      "measures/load", "measures/usual", "measures/smooth", "measures/before", "measures/rank",
      "measures/busy", "measures/signal",
    ],
    "`over`": ["measures/usual/over"],
    "`baseline`": ["measures/signal/baseline", "measures/locked/baseline"],
    "an audience": ["audiences/guardian"],
    "a factor": [
      "factors/curved", "factors/banded", "factors/conditional", "factors/pointed",
      "factors/parted",
    ],
    "a part": ["factors/parted/parts/0", "factors/parted/parts/1"],
    "`when` of a factor": ["factors/conditional/when"], "a domain": ["domains/time"],
    "`present_as`": ["scores/strain/present_as"],
    "a floor": ["domains/time/floors/0"], "a score": ["scores/strain"],
    "an alert": ["alerts/overload"], "an intervention": ["interventions/relief"],
    "an effect": ["interventions/relief/effect/hours", "interventions/relief/effect/safety"],
    "a range of effects": ["interventions/relief/effect/hours/multiply"],
    "`effort`": ["interventions/relief/effort"], "`privacy`": ["privacy"],
    "a crisis resource": ["crisis_resources/0"], "a fact": ["evidence/F1"],
  ]

  @Test func `a policy with every key compiles`() {
    #expect(Self.diagnostics(Self.policy).map(\.message) == [])
  }

  /// What no key takes is said of each key whose value is read.
  @Test(arguments: KeyTable.all.map(\.place))
  func `the reader takes every key of its table`(_ place: String) throws {
    let table = try #require(KeyTable.all.first { $0.place == place })
    let whole = try JSONSerialization.jsonObject(with: Data(Self.policy.utf8))
    for key in table.keys {
      var wasSet = false
      for path in try #require(Self.places[place]) {
        let steps = path.split(separator: "/").map(String.init) + [key.name]
        guard let changed = Self.setting(whole, steps[...]) else { continue }
        wasSet = true
        let text = String(
          decoding: try JSONSerialization.data(withJSONObject: changed), as: UTF8.self)
        let isSaid = Self.diagnostics(text).contains {
          $0.code != .unknownKey && $0.primary.span.text.contains("[]")
        }
        #expect(isSaid, "`\(key.name)` of \(place)")
      }
      #expect(wasSet, "`\(key.name)` of \(place) is not in the policy")
    }
  }

  /// The document with a value that no key takes at a path; nil where there is no such path.
  private static func setting(_ document: Any, _ path: ArraySlice<String>) -> Any? {
    guard let step = path.first else { return [[[] as [Any]]] }
    let rest = path.dropFirst()
    if var members = document as? [String: Any] {
      guard let old = members[step], let new = setting(old, rest) else { return nil }
      members[step] = new
      return members
    }
    if var items = document as? [Any], let place = Int(step), items.indices.contains(place) {
      guard let new = setting(items[place], rest) else { return nil }
      items[place] = new
      return items
    }
    return nil
  }

  private static func diagnostics(_ policy: String) -> [Diagnostic] {
    MemoryFiles([
      ("policy.json", policy), ("empty.json", #"{"belay": 1}"#),
      ("base.json", #"{"belay": 1, "measures": {"inherited": "1", "gone": "1"}}"#),
    ]).diagnostics
  }
}
