/// A policy of as many rules as are asked for, written in YAML or JSON.
///
/// Of a hundred rules thirty are measures, thirty factors, thirty alerts and ten interventions, in
/// three domains of one score; ten inputs, five parameters and ten facts go with them. The rules
/// read one another.
struct LargePolicy {
  private let hundreds: Int
  /// What comes behind each name that a rule reads: nothing, or what makes it an unknown name.
  private let slip: String

  /// - Parameters:
  ///   - rules: A multiple of 100.
  ///   - hasMistakes: Whether each rule reads a name that nothing declares.
  init(rules: Int, hasMistakes: Bool = false) {
    precondition(rules > 0 && rules % 100 == 0, "rules come by the hundred")
    hundreds = rules / 100
    slip = hasMistakes ? "x" : ""
  }

  /// One key on each line, as people write it.
  var yaml: String {
    document.map { key, value in "\(key):\(value.yaml(indent: "  "))\n" }.joined()
  }

  /// All on one line, as programs write it.
  var json: String { Item.map(document).json }

  // MARK: What is in it

  private var document: [(String, Item)] {
    [
      ("belay", .bare("1")), ("policy", .text("large")), ("inputs", .map(inputs)),
      ("parameters", .map(parameters)), ("measures", .map(measures)), ("factors", .map(factors)),
      ("domains", .map(domains)), ("scores", .map(scores)), ("alerts", .map(alerts)),
      ("interventions", .map(interventions)), ("evidence", .map(facts)),
    ]
  }

  /// So many declarations for each hundred rules.
  private func declarations(
    _ count: Int, _ name: String, _ item: (Int) -> Item
  ) -> [(String, Item)] {
    (0..<(count * hundreds)).map { ("\(name)_\($0)", item($0)) }
  }

  private var inputs: [(String, Item)] {
    [("provider_id", .map([("type", .text("text")), ("role", .text("provider"))]))]
      + declarations(10, "input") { _ in
        .map([
          ("type", .text("number")), ("unit", .text("h")),
          ("range", .list([.bare("0"), .bare("100")])),
        ])
      }
  }

  private var parameters: [(String, Item)] {
    declarations(5, "limit") { .map([("default", .bare("\(10 + $0 % 80)"))]) }
  }

  private var measures: [(String, Item)] {
    declarations(30, "measure") { i in
      let before = i % 30 == 0 ? "" : " + measure_\(i - 1) / 4"
      return .text("input_\(i / 3)\(slip) * 2 / limit_\(i / 6)\(before)")
    }
  }

  private var factors: [(String, Item)] {
    declarations(30, "factor") { i in
      .map([
        ("domain", .text("domain_\(i / 10)")), ("from", .text("measure_\(i)\(slip)")),
        (
          "curve",
          .list([("0", "0"), ("4", "60"), ("8", "100")].map { .list([.bare($0), .bare($1)]) })
        ),
        ("weight", .bare("\(1 + i % 9)")), ("evidence", .list([.text("F\(i / 3)")])),
      ])
    }
  }

  private var domains: [(String, Item)] {
    declarations(3, "domain") { .map([("weight", .bare("\(1 + $0 % 5)"))]) }
  }

  private var scores: [(String, Item)] {
    [("risk", .map([("levels", .map([("low", .bare("0")), ("high", .bare("50"))]))]))]
  }

  private var alerts: [(String, Item)] {
    declarations(30, "alert") { i in
      .map([
        ("when", .text("points.factor_\(i)\(slip) >= 50 && measure_\(i) > limit_\(i / 6)")),
        ("severity", .text("high")), ("owner", .text("operations")),
        ("message", .text("Measure \(i) is {measure_\(i):.1f}.")),
      ])
    }
  }

  private var interventions: [(String, Item)] {
    declarations(10, "intervention") { i in
      .map([
        ("kind", .text("structural")), ("title", .text("Change \(i)")),
        ("addresses", .list([.text("points.factor_\(i * 3)\(slip)")])),
        ("when", .text("alert.alert_\(i * 3) || domain.domain_\(i * 3 / 10) > 60")),
        ("priority", .bare("\(i % 50)")),
        ("effect", .map([("input_\(i)", .map([("multiply", .bare("0.8"))]))])),
      ])
    }
  }

  private var facts: [(String, Item)] {
    (0..<(10 * hundreds)).map { i in
      (
        "F\(i)",
        .map([
          ("claim", .text("Claim \(i)")), ("status", .text("derived")),
          ("source", .text("Source \(i)")),
        ])
      )
    }
  }
}

/// A part of a document.
private indirect enum Item {
  case text(String)
  /// A number.
  case bare(String)
  case list([Item])
  case map([(String, Item)])

  var json: String {
    switch self {
    case .text(let text): "\"\(text)\""
    case .bare(let text): text
    case .list(let items): "[\(items.map(\.json).joined(separator: ", "))]"
    case .map(let entries):
      "{\(entries.map { "\"\($0)\": \($1.json)" }.joined(separator: ", "))}"
    }
  }

  /// With what separates it from its key.
  func yaml(indent: String) -> String {
    guard case .map(let entries) = self else { return " " + json }
    return entries.map { "\n\(indent)\($0):\($1.yaml(indent: indent + "  "))" }.joined()
  }
}
