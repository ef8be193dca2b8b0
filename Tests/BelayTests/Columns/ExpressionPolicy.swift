import TestSupport

/// Writes policies whose expressions use what columns do not compute by kernels alone: texts,
/// dates, lists, macros, whole numbers, what runs into faults. And data for them.
struct ExpressionPolicy {
  var random: SeededRandom
  private var numbers = ["n0", "n1", "n2", "limit", "factor"]
  private var truths = ["yes", "no"]
  private var texts = ["t0", "t1", "kind", "unit", "word"]

  static let words = [
    "", "p", "pediatrics", "psychiatry", "é", "e\u{301}", "日本", "a b", "x\"y", "1.5", "P",
  ]

  init(seed: UInt64) { random = SeededRandom(seed: seed) }

  mutating func yaml() -> String {
    var lines = """
      belay: 1
      policy: expressions
      time: {column: month, every: month}
      inputs:
        id: {type: text, role: provider}
        n0: {type: number}
        n1: {type: number, range: [-100, 1000]}
        n2: {type: number}
        yes: {type: boolean}
        no: {type: boolean}
        t0: {type: text}
        t1: {type: text}
        kind: {type: text, one_of: [pediatrics, p, é]}
        unit: {type: text, role: group}
        since: {type: date}
        until: {type: date}
      parameters:
        limit: {by: unit, values: {p: 2, pediatrics: 0.5, psychiatry: 0}}
        factor: {default: 30, by: unit, values: {p: 10, "é": 0, pediatrics: 100}}
        word: {default: p, by: unit, values: {p: pediatrics, psychiatry: "日本"}}
        shape: {by: unit, values: {p: [[0, 0], [10, 100]], psychiatry: [[-1, 80], [1, 20], [5, 60]]}}
      measures:

      """
    for place in 0..<random.number(3...6) {
      let (kind, text): (Int, String) =
        switch random.number(0...5) {
        case 0: (0, whole(2))
        case 1: (1, condition(3))
        case 2: (2, text(2))
        default: (0, number(3))
        }
      let range = kind == 0 && random.once(in: 3) ? ", range: [-5, 400]" : ""
      lines += "  m\(place): {expr: \(quoted(text))\(range)}\n"
      switch kind {
      case 0: numbers.append("m\(place)")
      case 1: truths.append("m\(place)")
      default: texts.append("m\(place)")
      }
    }
    lines += "factors:\n"
    for place in 0..<random.number(2...6) {
      let rule: String
      switch random.number(0...4) {
      case 0: rule = "points: \(quoted(number(2)))"
      case 1: rule = "when: {if: \(quoted(condition(3))), then: 80, else: factor}"
      case 2: rule = "from: \(quoted(number(2))), curve: shape"
      case 3: rule = "from: \(quoted(whole(1))), curve: [[0, 5], [3, 90]]"
      default:
        rule = "from: \(quoted(number(2))), curve: [[-3, 0], [0.5, 30], [7, 30], [90, 100]]"
      }
      let applies = random.once(in: 4) ? ", applies: \(quoted(condition(2)))" : ""
      let weight = random.pick(["1", "3", "0.1", "limit", "factor"])
      let domain = place < 2 ? place : random.number(0...1)
      lines += "  f\(place): {domain: d\(domain), \(rule), weight: \(weight)\(applies)}\n"
      numbers.append("points.f\(place)")
    }
    lines += """
      domains:
        d0: {weight: 2, combine: \(random.pick(["mean", "max"]))}
        d1: {weight: \(random.pick(["1", "limit"])), floors: [\(floor())]}
      scores:
        risk:
          combine: \(random.pick(["mean", "mean", "max"]))
          minimum_coverage: \(random.pick(["0", "0.4", "1"]))
          levels: {low: 0, elevated: factor, high: 60}
          floors: [\(floor()), \(floor())]
      alerts:

      """
    numbers += ["score.risk", "coverage.risk", "domain.d1"]
    texts.append("level.risk")
    for place in 0..<random.number(2...4) {
      let severity =
        random.once(in: 3) ? "{low: \"true\", high: \(quoted(condition(2)))}" : "medium"
      lines += "  a\(place): {when: \(quoted(condition(3))), severity: \(severity), "
      lines += "owner: lead, message: \"{n0}\"}\n"
      truths.append("alert.a\(place)")
    }
    lines += "interventions:\n"
    for place in 0..<random.number(1...3) {
      let unless = random.once(in: 2) ? ", unless: \(quoted(condition(2)))" : ""
      lines += "  i\(place): {kind: structural, title: T, when: \(quoted(condition(2)))\(unless)}\n"
    }
    return lines
  }

  private mutating func floor() -> String {
    "{when: \(quoted(condition(2))), at_least: \(random.pick(["75", "factor", "limit"]))}"
  }

  private func quoted(_ text: String) -> String {
    "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
  }

  private mutating func number(_ depth: Int) -> String {
    if depth == 0 {
      return random.pick(
        numbers + numbers + ["0.0", "-0.0", "1e300", "-1e300", "5e-324", "0.5", "3.0"])
    }
    let (a, b) = (number(depth - 1), number(depth - 1))
    return switch random.number(0...22) {
    case 0: "(\(a) + \(b))"
    case 1: "(\(a) - \(b))"
    case 2: "(\(a) * \(b))"
    case 3, 4: "(\(a) / \(b))"
    case 5: "-(\(a))"
    case 6: "or_else(\(a), \(b))"
    case 7: "(\(condition(depth - 1)) ? \(a) : \(b))"
    case 8: "sqrt(\(a))"
    case 9: "math.greatest(\(a), \(b))"
    case 10: "math.least(\(a), 7.5, \(b))"
    case 11: "math.\(random.pick(["abs", "ceil", "floor", "round", "trunc", "sign"]))(\(a))"
    case 12: "interpolate(\(a), [[0.0, 1.0], [10.0, 2.5], [1e9, -0.0]])"
    case 13: "interpolate(\(a), shape)"
    case 14: "days(period - since)"
    case 15: "days(until - since)"
    case 16: "double(\(whole(depth - 1)))"
    case 17: "[1.0, \(a)][int(\(b))]"
    case 18: "(\(text(depth - 1)) == \(text(0)) ? \(a) : \(b))"
    case 19: "cel.bind(v\(depth), \(a), v\(depth) * v\(depth) - \(b))"
    case 20: "[\(a), \(b)].map(v\(depth), v\(depth) / 2.0)[0]"
    case 21: "(size(\(text(0))) * 1.5)"
    default: "{'p': \(a), 'x': 2.0}[\(text(0))]"
    }
  }

  private mutating func condition(_ depth: Int) -> String {
    if depth == 0 {
      return random.pick(truths + ["true", "false", "(n0 > 1.0)", "(kind == 'p')"])
    }
    let (a, b) = (condition(depth - 1), condition(depth - 1))
    let (x, y) = (number(depth - 1), number(0))
    let (s, t) = (text(depth - 1), text(0))
    return switch random.number(0...21) {
    case 0: "(\(a) && \(b))"
    case 1: "(\(a) || \(b) || \(condition(0)))"
    case 2: "!(\(a))"
    case 3: "(\(a) ? \(b) : \(condition(0)))"
    case 4: "(\(x) \(random.pick(["<", "<=", ">", ">=", "==", "!="])) \(y))"
    case 5: "\(s).startsWith(\(random.pick(["'p'", "''", t])))"
    case 6: "\(s).matches('^p.*[sy]$')"
    case 7: "(\(s) in ['pediatrics', 'é', '', 'level'])"
    case 8: "(\(s) == \(t))"
    case 9: "(\(s) != \(t))"
    case 10: "(size(\(s)) > 2)"
    case 11: "known(\(random.pick([x, s, a, "since", "period"])))"
    case 12: "or_else(\(a), \(b))"
    case 13: "at_least(2, [\(a), \(b), \(condition(0))])"
    case 14: "[\(x), \(y), 2.0].exists(v\(depth), v\(depth) > n1)"
    case 15: "[\(s), 'p'].all(v\(depth), v\(depth) != \(t))"
    case 16: "(since < until)"
    case 17: "(days(period - since) > 90)"
    case 18: "(period.getMonth() == \(random.number(0...4)))"
    case 19: "(\(a) == \(b))"
    case 20: "(\(whole(depth - 1)) >= 2)"
    default: "(\(x) in [1.0, 2.0, \(y)])"
    }
  }

  private mutating func text(_ depth: Int) -> String {
    if depth == 0 { return random.pick(texts + texts + ["'p'", "'é'", "''"]) }
    let (s, t) = (text(depth - 1), text(depth - 1))
    return switch random.number(0...5) {
    case 0: "(\(condition(depth - 1)) ? \(s) : \(t))"
    case 1: "or_else(\(s), \(t))"
    case 2: "(\(s) + \(t))"
    case 3: "\(s).upperAscii()"
    case 4: "\(s).substring(1)"
    default: "(\(s) == \(t) ? \(t) : 'other')"
    }
  }

  private mutating func whole(_ depth: Int) -> String {
    switch random.number(0...5) {
    case 0: "size(\(text(depth)))"
    case 1: "int(\(number(depth)))"
    case 2: "(size(t0) - size(t1))"
    case 3: "period.getMonth()"
    case 4: "(7 % size(t0))"
    default: "since.getFullYear()"
    }
  }

  // MARK: Data

  /// - Parameter freshTexts: whether each row has texts that no other row has.
  mutating func csv(rows: Int, freshTexts: Bool) -> String {
    var lines = "id,month,n0,n1,n2,yes,no,t0,t1,kind,unit,since,until\n"
    for row in 0..<rows {
      func quoted(_ text: String) -> String {
        "\"" + text.replacing("\"", with: "\"\"") + "\""
      }
      var cells = ["p\(row)", "2026-0\(random.number(1...9))"]
      let gaps = random.pick([100, 6, 3])
      for _ in 0..<3 {
        let special = [
          "0", "-0", "1", "-1", "2", "0.5", "3", "1e300", "-1e300", "5e-324", "-1e-310", "1e18",
          "9.3e18", "1.7976931348623157e308", "40", "100", "0.1", "60", "2.5",
        ]
        cells.append(random.once(in: gaps) ? "" : random.pick(special))
      }
      for _ in 0..<2 { cells.append(random.once(in: gaps) ? "" : random.pick(["true", "false"])) }
      for _ in 0..<2 {
        let fresh = freshTexts && random.once(in: 2)
        cells.append(
          random.once(in: gaps)
            ? "" : quoted(fresh ? "p\(random.next())" : random.pick(Self.words)))
      }
      cells.append(random.once(in: gaps) ? "" : random.pick(["pediatrics", "p", "é", "other"]))
      cells.append(
        random.once(in: gaps) ? "" : random.pick(["p", "pediatrics", "é", "psychiatry"]))
      for _ in 0..<2 {
        let dates = ["2025-01-01", "2026-01-31", "2026-03-15", "1969-12-31", "2024-02-29"]
        cells.append(random.once(in: gaps) ? "" : random.pick(dates))
      }
      lines += cells.joined(separator: ",") + "\n"
    }
    return lines
  }
}
