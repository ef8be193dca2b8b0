/// One key that a policy may use in one place: what it is called, means and takes.
///
/// Reading, suggestions for misspelt keys and the reference of all keys come from these rows.
package struct KeySpec: Sendable {
  package enum Status: Sendable {
    case required, optional
  }

  package let name: String
  package let status: Status
  /// What it takes, in a few words: `number`, `expression`, `list of names`.
  package let takes: String
  package let doc: String

  init(_ name: String, _ takes: String, _ doc: String) {
    self.init(name, .optional, takes, doc)
  }

  init(_ name: String, _ status: Status, _ takes: String, _ doc: String) {
    self.name = name
    self.status = status
    self.takes = takes
    self.doc = doc
  }
}

/// A place in a policy that has keys of its own.
package struct KeyTable: Sendable {
  /// What the place is called in messages: `an input`, `a factor`.
  package let place: String
  package let doc: String
  package let keys: [KeySpec]
  /// What it looks like, where that says more than its keys do.
  let example: String?

  init(_ place: String, _ doc: String, example: String? = nil, _ keys: [KeySpec]) {
    self.place = place
    self.doc = doc
    self.example = example
    self.keys = keys
  }

  package subscript(name: String) -> KeySpec? {
    keys.first { $0.name == name }
  }
}

extension KeyTable {
  /// All places, in the order of the reference.
  package static let all: [KeyTable] = [
    policy, time, input, instrument, parameter, parameterRow, measure, over, baseline, audience,
    factor, part, when, domain, score, presentation, floor,
    alert, intervention, effect, range, effort, privacy, crisisResource, fact,
  ]

  package static let policy = KeyTable(
    "a policy file", "The top of a file; an included file may have the sections alone.",
    [
      KeySpec("belay", "1", "The version of the file format. Required in the root file."),
      KeySpec("policy", "name", "The policy's name. Required in the root file, and only there."),
      KeySpec("version", "text", "The policy's own version."),
      KeySpec("title", "text", "A title for people."),
      KeySpec("permitted_use", "list of texts", "What results may be used for; in every output."),
      KeySpec("prohibited_use", "list of texts", "What results must not be used for."),
      KeySpec(
        "include", "list of paths",
        "Files whose sections come before this file's own. They add and never override, and lie in "
          + "or below the root file's folder."),
      KeySpec(
        "extends", "list of policies",
        "Policies that this one adds to and changes, from left to right: paths, or `belay:NAME` for "
          + "what is shipped."),
      KeySpec(
        "override", "map of sections",
        "What changes in what is inherited, by name: maps merge, everything else is replaced."),
      KeySpec(
        "remove", "list of paths",
        "What goes from what is inherited, such as `factors.note_time`."),
      KeySpec("time", "map", "Which column holds the period, and how long a period is."),
      KeySpec("inputs", "map of inputs", "The columns that the policy reads."),
      KeySpec("parameters", "map of parameters", "Numbers, texts and curves that authors set."),
      KeySpec("measures", "map of measures", "Quantities computed from others."),
      KeySpec("factors", "map of factors", "Measures turned into points, with a weight."),
      KeySpec("domains", "map of domains", "Weighted groups of factors."),
      KeySpec("scores", "map of scores", "Weighted combinations of domains, with levels."),
      KeySpec("alerts", "map of alerts", "Conditions that somebody is told about."),
      KeySpec("interventions", "map of interventions", "Recommended changes."),
      KeySpec("population", "map", "Which rows are assessed and counted."),
      KeySpec("audiences", "map", "Audiences of the policy's own."),
      KeySpec("privacy", "map", "The minimum group size."),
      KeySpec(
        "crisis_resources", "list",
        "Where a person in crisis finds help. Required once an input is confidential or has an "
          + "instrument."),
      KeySpec("evidence", "map of facts", "The facts that `evidence` lists name."),
    ])

  /// The keys of a policy file under which something is declared.
  static let sections = KeyTable(
    "`override`", "What changes in what is inherited.",
    example: "{parameters: {visit_capacity: {default: 18}}}",
    policy.keys.filter { key in
      ![
        "belay", "policy", "version", "title", "permitted_use", "prohibited_use", "include",
        "extends", "override", "remove",
      ].contains(key.name)
    })

  package static let time = KeyTable(
    "`time`", "The time step of the data.",
    example: "{column: month, every: month}",
    [
      KeySpec("column", .required, "header", "The column that holds the period, in every table."),
      KeySpec("every", .required, "day, week, month or quarter", "How long a period is."),
    ])

  package static let input = KeyTable(
    "an input", "A column of the data.",
    example: "{type: number, unit: h, range: [0, 24]}",
    [
      KeySpec("type", .required, "number, text, boolean or date", "What its cells hold."),
      KeySpec(
        "role", "provider, team, site, organization or group",
        "`group`: a key that parameters vary by. The others: the ids of such subjects."
      ),
      KeySpec("scope", "provider, team, site or organization", "Whose table it is in: `provider`."),
      KeySpec("column", "header", "The header in the data, where it differs from the name."),
      KeySpec("unit", "text", "The unit of measurement, for people."),
      KeySpec("range", "[least, greatest]", "A value outside is reported and counts as unknown."),
      KeySpec("one_of", "list of texts", "The only texts it may hold."),
      KeySpec("optional", "true or false", "True: a table may lack the column altogether."),
      KeySpec("label", "text", "What to call it in output."),
      KeySpec("actionable", "true or false", "True: the organisation can change it directly."),
      KeySpec(
        "confidential", "true or false",
        "True: a group's answers, shown only through the gate (needs `respondents` and `range`)."),
      KeySpec("respondents", "input", "The input that counts the people behind a survey figure."),
      KeySpec("instrument", "map", "The questionnaire behind the figure."),
      KeySpec("evidence", "list of facts", "The facts behind the definition."),
      KeySpec("carry", "periods", "How long a value stands in for missing ones."),
      KeySpec("every", "granularity", "A time step of the input's own."),
      KeySpec("share_with", "map", "Audiences that a person may consent to."),
      KeySpec("audience", "list of audiences", "Who may see what reads it."),
      KeySpec("direction", "direction", "Which way is worse, for analysis."),
    ])

  package static let instrument = KeyTable(
    "an instrument", "A questionnaire, by its scoring and never by its items.",
    example: "{name: Edmondson 7-item, direction: higher_is_better}",
    [
      KeySpec("name", .required, "text", "Its name."),
      KeySpec("version", "text", "Its version or year."),
      KeySpec("scale", "[least, greatest]", "The scale of its score; the range lies within it."),
      KeySpec(
        "direction", .required, "higher_is_better or higher_is_worse", "Which way a score is good."),
    ])

  package static let parameter = KeyTable(
    "a parameter", "A number, text or curve that authors set.",
    example: "{default: 20}",
    [
      KeySpec("default", "number, text or curve", "The value where no other is given."),
      KeySpec("by", "input", "The text input whose value chooses."),
      KeySpec("values", "map of values", "The value for each of its texts."),
      KeySpec("rows", "list of rows", "Values by several keys and dates; the first hit counts."),
      KeySpec("unit", "text", "The unit, for people."),
      KeySpec("label", "text", "What to call it in output."),
      KeySpec("evidence", "list of facts", "The facts behind the values."),
    ])

  package static let parameterRow = KeyTable(
    "a row of a parameter", "A value by several keys and dates.",
    example: "{when: {unit_type: icu}, value: 2}",
    [
      KeySpec("when", "map of inputs", "For each text input the text, or the texts, that hit."),
      KeySpec("from", "date or period", "The first day on which a period that hits starts."),
      KeySpec("until", "date or period", "The last day on which a period that hits starts."),
      KeySpec("value", .required, "number, text or curve", "The value."),
    ])

  package static let measure = KeyTable(
    "a measure", "A quantity computed from others; an expression alone is its short form.",
    [
      KeySpec("expr", "expression", "What it is computed by."),
      KeySpec("scope", "scope", "Its scope, where nothing that it reads says so."),
      KeySpec("label", "text", "What to call it in output."),
      KeySpec("unit", "text", "The unit, for people."),
      KeySpec("range", "[least, greatest]", "A value outside counts as unknown."),
      KeySpec("show", "true or false", "True: it is shown beside the scores."),
      KeySpec("evidence", "list of facts", "The facts behind it."),
      KeySpec("of", "expression", "What a window, roll-up or peer group looks at."),
      KeySpec("over", "map", "How many periods a window has."),
      KeySpec("take", "function", "What is taken of the values."),
      KeySpec("p", "0 to 100", "Which percentile of the values, with `take: percentile`."),
      KeySpec("within", "inputs or scopes", "The groups whose members are peers."),
      KeySpec("ago", "periods", "How many periods back."),
      KeySpec(
        "minimum_n", "whole number", "With fewer values known it is unknown: 1; of peers 8."),
      KeySpec("weight", "expression", "The weight of each member in a mean."),
      KeySpec("where", "expression", "Which members count: those for which it is true."),
      KeySpec("rules", "name", "The rules of a control chart."),
      KeySpec("baseline", "map", "The baseline of a control chart: {first: 12} or {from, to}."),
      KeySpec("improvement", "lower, higher or neither", "Which way is better."),
      KeySpec("alpha", "number", "The smoothing of an ewma."),
    ])

  package static let over = KeyTable(
    "`over`", "The periods that a window looks at, the current one included.",
    example: "{last: 6, minimum: 4}",
    [
      KeySpec("last", .required, "whole number", "How many periods."),
      KeySpec("minimum", "whole number", "How many of them must be known: all."),
    ])

  package static let baseline = KeyTable(
    "`baseline`", "The periods that the limits of a control chart rest on.",
    example: "{first: 12}",
    [
      KeySpec("first", "whole number", "The first so many known values."),
      KeySpec("from", "period", "The first period; needs `to`."),
      KeySpec("to", "period", "The last period."),
    ])

  package static let audience = KeyTable(
    "an audience", "Somebody who may see results, besides those that Belay knows.",
    example: "{label: Freedom to speak up guardian, line: false}",
    [
      KeySpec("label", "text", "What to call it in output."),
      KeySpec("line", "true or false", "True: it is part of the line management."),
    ])

  package static let factor = KeyTable(
    "a factor", "A measure turned into points. It has one of `from`, `when`, `points` and `parts`.",
    [
      KeySpec("domain", .required, "name of a domain", "The domain that it belongs to."),
      KeySpec("from", "expression", "The measure; needs `curve` or `bands`."),
      KeySpec("curve", "curve or parameter", "[[x, points], ...], x increasing, straight between."),
      KeySpec("bands", "bands", "[[bound, points], ...]: the points from that bound up."),
      KeySpec("when", "map", "Points by a condition."),
      KeySpec("points", "expression", "The points themselves, 0 to 100."),
      KeySpec("parts", "list of parts", "Several measures, of which the worst counts."),
      KeySpec("combine", "max", "How `parts` combine."),
      KeySpec("applies", "expression", "False takes it out of weights and coverage."),
      KeySpec(
        "weight", .required, "number or parameter", "Its weight in the domain; 0 computes it."),
      KeySpec("label", "text", "What to call it in output."),
      KeySpec("evidence", "list of facts", "The facts behind curve and weight."),
    ])

  package static let part = KeyTable(
    "a part", "One of several measures of a factor.",
    [
      KeySpec("from", .required, "expression", "The measure."),
      KeySpec("curve", "curve or parameter", "As of a factor."),
      KeySpec("bands", "bands", "As of a factor."),
    ])

  package static let when = KeyTable(
    "`when` of a factor", "Points by a condition.",
    example: "{if: \"on_call > 4\", then: 60, else: 0}",
    [
      KeySpec("if", .required, "expression", "The condition."),
      KeySpec("then", .required, "number or parameter", "The points where it holds."),
      KeySpec("else", .required, "number or parameter", "The points where it does not."),
    ])

  package static let domain = KeyTable(
    "a domain", "A weighted group of factors.",
    example: "{weight: 10}",
    [
      KeySpec("weight", .required, "number or parameter", "Its weight in the scores."),
      KeySpec("label", "text", "What to call it in output."),
      KeySpec("nature", "kind", "What kind of cause it gathers: structural, peer ..."),
      KeySpec("combine", "mean or max", "How factors combine: `mean`."),
      KeySpec("minimum_coverage", "0 to 1", "Below it the domain is unknown: 0."),
      KeySpec("floors", "list of floors", "Conditions that lift the domain."),
      KeySpec("evidence", "list of facts", "The facts behind the weight."),
    ])

  package static let score = KeyTable(
    "a score", "A weighted combination of the domains of one scope.",
    example: "{levels: {low: 0, high: 50}}",
    [
      KeySpec("domains", "list of domains", "May be left out when the scope has one score."),
      KeySpec(
        "levels", .required, "map of bounds, such as {low: 0, high: 50}",
        "Each level's least score; the lowest is 0."),
      KeySpec("scope", "scope", "Its scope, where its domains do not say so."),
      KeySpec("audience", "list of audiences", "Who may see it."),
      KeySpec("label", "text", "What to call it in output."),
      KeySpec("combine", "mean or max", "How domains combine: `mean`."),
      KeySpec("minimum_coverage", "0 to 1", "Below it the level is insufficient_data: 0.5."),
      KeySpec("floors", "list of floors", "Conditions that lift the score."),
      KeySpec("evidence", "list of facts", "The facts behind the levels."),
      KeySpec("present_as", "map", "What reports for people and JSON show beside it."),
    ])

  package static let presentation = KeyTable(
    "`present_as`", "Another number for a score, in reports alone; nothing computes on it.",
    example: "{label: Balanced productivity, invert: true}",
    [
      KeySpec("label", .required, "text", "What to call it."),
      KeySpec(
        "invert", "true or false", "True: it is 100 minus the score, so that more is better."),
    ])

  package static let floor = KeyTable(
    "a floor", "A condition under which a score or domain is at least so high.",
    example: "{when: \"hours_worked >= 80\", at_least: 75}",
    [
      KeySpec("when", .required, "expression", "The condition."),
      KeySpec("at_least", .required, "number or parameter", "The least value, 0 to 100."),
      KeySpec("label", "text", "What to call it among the drivers."),
      KeySpec("evidence", "list of facts", "The facts behind it."),
    ])

  package static let alert = KeyTable(
    "an alert", "A condition that somebody is told about.",
    example: "{when: \"hours > 60\", severity: high, message: \"...\"}",
    [
      KeySpec("when", .required, "expression", "The condition."),
      KeySpec("scope", "scope", "Its scope, where nothing that it reads says so."),
      KeySpec(
        "severity", .required, "low, medium, high or critical; or a map of conditions",
        "low, medium, high, critical; or by condition."),
      KeySpec("audience", "list of audiences", "Who may see it."),
      KeySpec("owner", "text", "Who acts on it."),
      KeySpec("due", "text", "How soon, such as `14 days`."),
      KeySpec(
        "message", .required, "text with `{name}` for values",
        "What it says: `{name}` and `{name:.1f}` are filled in."),
      KeySpec("label", "text", "What to call it in output."),
      KeySpec("caution", "text", "What the alert is not."),
      KeySpec("evidence", "list of facts", "The facts behind it."),
      KeySpec("for", "periods", "The periods in a row in which `when` holds before it fires."),
      KeySpec("clear_when", "expression", "When it clears: when `when` no longer holds."),
      KeySpec("keep_for", "periods", "How many periods it stays while it is clear: 0."),
      KeySpec("cooldown", "periods", "How many periods it does not fire again afterwards: 0."),
      KeySpec(
        "stale_after", "periods",
        "After more unknown periods in a row it starts anew; without it they freeze it."),
    ])

  package static let intervention = KeyTable(
    "an intervention", "A recommended action.",
    example: "{kind: structural, title: Pool the inbox}",
    [
      KeySpec(
        "kind", .required, "structural, communication, alignment, peer, individual or perk",
        "What kind of action it is."),
      KeySpec("title", .required, "text", "What to do."),
      KeySpec("scope", "scope", "Its scope, where nothing that it reads says so."),
      KeySpec("when", "expression", "When it is recommended; never where there is none."),
      KeySpec("unless", "expression", "When it is not, all the same."),
      KeySpec("requires", "list of interventions", "What must be recommended with it."),
      KeySpec(
        "addresses", "list of names", "What it changes: points.X, domain.X, score.X, alert.X."),
      KeySpec("priority", "number", "Lower comes first: 100."),
      KeySpec("audience", "list of audiences", "Who may see it."),
      KeySpec("effect", "map of effects", "What it is expected to do to an input."),
      KeySpec("effort", "map", "What it costs and who carries it."),
      KeySpec("due", "text", "How soon, such as `30 days`."),
      KeySpec("success", "text", "How one sees that it worked."),
      KeySpec("facade", "text", "What would look like it and change nothing."),
      KeySpec("label", "text", "A short name."),
      KeySpec("evidence", "list of facts", "The facts behind it."),
    ])

  package static let effect = KeyTable(
    "an effect", "What becomes of a quantity.",
    example: "{multiply: 0.7}",
    [
      KeySpec("multiply", "number or range", "Times what, such as 0.7."),
      KeySpec("add", "number or range", "Plus what, such as -6."),
    ])

  package static let range = KeyTable(
    "a range of effects", "From the least to the greatest effect that is likely.",
    [
      KeySpec("low", .required, "number", "The cautious figure."),
      KeySpec("likely", .required, "number", "The likely figure."),
      KeySpec("high", .required, "number", "The hopeful figure."),
    ])

  package static let effort = KeyTable(
    "`effort`", "What an intervention costs.",
    example: "{hours_per_week: 2, owner: operations}",
    [
      KeySpec("hours_per_week", "number", "Working hours a week."),
      KeySpec("owner", "text", "Who carries it."),
    ])

  package static let privacy = KeyTable(
    "`privacy`", "How results of groups are kept from pointing at people.",
    example: "{minimum_group_size: 8}",
    [
      KeySpec("minimum_group_size", "whole number", "Smaller groups are suppressed: 8, at least 5.")
    ])

  package static let crisisResource = KeyTable(
    "a crisis resource", "Where a person in crisis finds help.",
    example: "{region: US, name: \"...\", contact: \"988\"}",
    [
      KeySpec("region", .required, "text", "Where it serves."),
      KeySpec("name", .required, "text", "What it is called."),
      KeySpec("contact", .required, "text", "How to reach it."),
    ])

  package static let fact = KeyTable(
    "a fact", "Something known, with its source.",
    example: "{claim: \"...\", status: derived, source: \"...\"}",
    [
      KeySpec("claim", .required, "text", "What is known."),
      KeySpec("figure", "text", "The figure, with its unit."),
      KeySpec("status", .required, "text", "How well it is known: verified, derived, memory ..."),
      KeySpec("source", .required, "text", "Where it is from."),
    ])
}
