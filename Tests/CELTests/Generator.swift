import CEL
import TestSupport

/// Writes random expressions: of any shape, or of a wanted type.
struct Generator {
  var random: SeededRandom

  mutating func pick<T>(_ options: [T]) -> T { options.randomElement(using: &random)! }

  /// An expression that follows the grammar and may mean nothing.
  mutating func anything(_ depth: Int) -> String {
    if depth == 0 {
      return pick([
        "a", "b_1", ".c", "1", "-7", "2.5", "-0.5", "1e3", "7u", "'t'", "b\"\\xff\"", "r'\\d'",
        "true", "null", "[]", "{}", "\"\\u00e9\\n\"", "9223372036854775807",
      ])
    }
    func sub(_ generator: inout Generator) -> String { generator.anything(depth - 1) }
    let (a, b, c) = (sub(&self), sub(&self), sub(&self))
    return pick([
      "(\(a))", "(\(a)) + (\(b))", "\(a) - \(b)", "\(a) * (\(b))", "\(a) / \(b)", "\(a) % \(b)",
      "\(a) && \(b) && \(c)", "(\(a) || \(b)) || \(c)", "\(a) ? \(b) : \(c)",
      "(\(a) ? \(b) : \(c)) ? \(a) : \(b)", "!\(a)", "!(\(a))", "-\(a)", "-(\(a))", "- -\(a)",
      "\(a) == \(b)", "\(a) in [\(b), ?\(c)]", "f(\(a), \(b))", "(\(a)).g(\(b))", "(\(a)).field",
      "(\(a)).`odd-name`", "(\(a)).?field", "(\(a))[\(b)]", "(\(a))[?\(b)]",
      "{\(a): \(b), ?'k': \(c)}", "pkg.Type{field: \(a)}", "(\(a)).all(v, \(b))",
      "(\(a)).in_", "\(a) < \(b)", "(\(a)) >= (\(b))", "[\(a)].map(v, \(b), \(c))",
    ])
  }

  /// An expression of a type, over the names of `Sample`.
  mutating func typed(_ type: CELType, _ depth: Int) -> String {
    func sub(_ type: CELType, _ generator: inout Generator) -> String {
      generator.typed(type, depth - 1)
    }
    if depth == 0 {
      switch type {
      case .double:
        return pick([
          "visits", "capacity", "absent", "zero", "points.inbox", "2.5", "-1.0", "0.0", "1e300",
          "not_a_number", "team.psych_safety_mean",
        ])
      case .bool: return pick(["on_leave", "true", "false", "absent_flag"])
      case .string: return pick(["specialty", "absent_text", "'pediatrics'", "''"])
      case .int: return pick(["size(scores)", "count", "size(specialty)", "int('7')"])
      case .list: return pick(["scores", "[1.0, absent]", "[visits]"])
      default: return pick(["period", "since", "timestamp('2026-01-01T00:00:00Z')"])
      }
    }
    switch type {
    case .double:
      let (a, b) = (sub(.double, &self), sub(.double, &self))
      let (flag, list, whole) = (sub(.bool, &self), sub(.list(.double), &self), sub(.int, &self))
      return pick([
        "(\(a) + \(b))", "(\(a) - \(b))", "(\(a) * \(b))", "(\(a) / \(b))", "-(\(a))",
        "(\(flag) ? \(a) : \(b))", "\(list)[\(whole)]", "double(\(whole))", "or_else(\(a), \(b))",
        "sqrt(\(a))", "interpolate(\(a), [[0.0, 1.0], [10.0, 2.0]])", "interpolate(\(a), curve)",
        "days(\(sub(.timestamp, &self)) - \(sub(.timestamp, &self)))", "math.greatest(\(a), \(b))",
        "math.round(\(a))", "cel.bind(v\(depth), \(a), v\(depth) * v\(depth))",
      ])
    case .bool:
      let (a, b) = (sub(.bool, &self), sub(.bool, &self))
      let (x, y) = (sub(.double, &self), sub(.double, &self))
      let (s, t) = (sub(.string, &self), sub(.string, &self))
      let list = sub(.list(.double), &self)
      return pick([
        "(\(a) && \(b))", "(\(a) || \(b))", "!\(a)", "(\(a) ? \(b) : \(a))", "(\(x) < \(y))",
        "(\(x) == \(y))", "(\(x) >= \(y))", "(\(s) == \(t))", "(\(s) != \(t))", "(\(x) in \(list))",
        "(\(s) in sites)", "\(s).startsWith(\(t))", "known(\(x))", "or_else(\(a), \(b))",
        "\(list).exists(v\(depth), v\(depth) > \(x))", "\(list).all(v\(depth), v\(depth) > \(x))",
        "\(list).exists_one(v\(depth), v\(depth) == \(x))", "has(fte.a)", "\(s).matches('p.*s')",
        "at_least(2, [\(a), \(b), \(a)])", "(\(sub(.int, &self)) <= 3)",
        "(\(sub(.timestamp, &self)) > \(sub(.timestamp, &self)))",
      ])
    case .string:
      let (s, t) = (sub(.string, &self), sub(.string, &self))
      return pick([
        "(\(s) + \(t))", "string(\(sub(.double, &self)))", "\(s).trim()", "\(s).upperAscii()",
        "(\(sub(.bool, &self)) ? \(s) : \(t))", "\(s).substring(\(sub(.int, &self)))",
        "\(s).replace(\(t), 'x')", "[\(s), \(t)].join('-')", "or_else(\(s), \(t))",
        "\(s).charAt(0)",
      ])
    case .int:
      let (a, b) = (sub(.int, &self), sub(.int, &self))
      return pick([
        "(\(a) + \(b))", "(\(a) - \(b))", "(\(a) * \(b))", "(\(a) / \(b))", "(\(a) % \(b))",
        "size(\(sub(.list(.double), &self)))", "int(\(sub(.double, &self)))",
        "\(sub(.string, &self)).indexOf('a')", "\(sub(.timestamp, &self)).getMonth()", "-\(a)",
      ])
    case .list:
      let list = sub(.list(.double), &self)
      let x = sub(.double, &self)
      return pick([
        "[\(x), \(sub(.double, &self))]", "(\(list) + [\(x)])",
        "\(list).map(v\(depth), v\(depth) + \(x))", "\(list).filter(v\(depth), v\(depth) > \(x))",
        "(\(sub(.bool, &self)) ? \(list) : scores)",
      ])
    default:
      return pick([
        "(\(sub(.timestamp, &self)) + duration('36h'))",
        "(\(sub(.timestamp, &self)) - duration('1h'))", "timestamp(\(sub(.int, &self)))",
        "(\(sub(.bool, &self)) ? period : since)",
      ])
    }
  }
}
