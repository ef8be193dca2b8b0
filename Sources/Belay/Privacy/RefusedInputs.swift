package import Diagnostics

/// What a policy may not take in, known by the words of its names.
///
/// Names say what somebody meant; they prove nothing. The list is there so that nobody builds on
/// such data without noticing, and so that the reason is read when it matters.
package struct RefusedInputs: Sendable {
  /// Something that is refused, and how it is known.
  package struct Entry: Sendable {
    /// What it is about, for messages: `a person's diagnosis`.
    package let topic: String
    /// Words that stand side by side in a name, with `|` between alternatives.
    package let phrases: [String]
    /// Texts that are refused where they are all that stands there.
    package let alone: [String]
    /// Words beside which the phrases mean something else: mostly the work on patients' affairs.
    package let unless: [String]
    /// Whether it is refused about single people alone; of groups it may be counted.
    package let isOfPeopleAlone: Bool
    /// Whether what a policy computes may not be called so either.
    package let isRefusedAsResult: Bool
    package let reason: String
    package let instead: String

    fileprivate init(
      _ topic: String, _ phrases: [String], alone: [String] = [], unless: [String] = [],
      isOfPeopleAlone: Bool = false, isRefusedAsResult: Bool = false, reason: String,
      instead: String
    ) {
      self.topic = topic
      self.phrases = phrases
      self.alone = alone
      self.unless = unless
      self.isOfPeopleAlone = isOfPeopleAlone
      self.isRefusedAsResult = isRefusedAsResult
      self.reason = reason
      self.instead = instead
    }
  }

  /// Words of the work on patients' diagnoses, medication and forms.
  package static let work = [
    "patient", "patients", "order", "orders", "ordered", "refill", "refills", "renewal",
    "renewals", "request", "requests", "reconciliation", "reconciliations", "administrations",
    "round", "rounds", "entry", "entries", "form", "forms", "paperwork", "documentation", "notes",
    "coding", "codes", "authorization", "authorizations", "authorisation", "authorisations",
    "imaging", "screenings", "review", "reviews", "visits", "sessions", "rooms",
    "plans", "lists", "updates", "alerts", "messages", "inbox", "queue", "tasks", "error",
    "errors", "missed", "delayed", "clinic", "ward",
  ]

  package static let entries: [Entry] = [
    Entry(
      "suicidality",
      [
        "suicide|suicides|suicidal|suicidality", "self harm|harming|injury", "selfharm", "phq",
        "c ssrs", "cssrs",
      ], isRefusedAsResult: true,
      reason:
        "an answer neither predicts nor rules out a suicide, and a low figure would look safe",
      instead: "show `crisis_resources`, whatever the figures say; count work with patients at "
        + "risk as work, such as `one_to_one_observation_hours`"),
    Entry(
      "a person's diagnosis",
      [
        "diagnosis|diagnoses|diagnosed", "dx", "icd 9|10|11|code",
        "depression|depressive|depressed",
        "anxiety disorder|score", "gad 2|7", "ptsd", "adhd", "bipolar",
      ], unless: work + ["respiratory"], isRefusedAsResult: true,
      reason: "Belay looks at the work; who is ill is for a person and their physician",
      instead: "take what the work does: hours, rest, load, and surveys of a team"),
    Entry(
      "a person's medication",
      ["medication|medications|medicated|meds", "antidepressant|antidepressants"], unless: work,
      reason:
        "what an employer records of health is no health record: in the US, HIPAA does not cover it",
      instead: "take nothing; for work with patients' medication its orders or refills, such as "
        + "`medication_orders_per_day`"),
    Entry(
      "a person's treatment",
      [
        "treatment|treatments", "in|own|receives|receiving|has therapy", "psychotherapy", "rehab",
      ],
      unless: work + [
        "fair", "unfair", "fairness", "equal", "unequal", "respectful", "disrespectful",
      ],
      reason: "whoever seeks treatment would have to fear that it shows",
      instead: "take whether support is offered and time for it is kept, such as "
        + "`protected_time_honoured_pct`"),
    Entry(
      "the use of an assistance programme",
      [
        "eap", "assistance program|programme",
        "physician|practitioner|clinician health program|programme",
      ],
      unless: [
        "offered", "available", "availability", "advertised", "awareness", "funded", "budget",
        "contract",
      ],
      reason: "support that is watched is not used",
      instead: "take what is offered, such as `eap_available` or `peer_support_offer_rate_pct`"),
    Entry(
      "pregnancy",
      ["pregnant|pregnancy|pregnancies", "maternity leave"], unless: work,
      reason: "it is a ground of discrimination and says nothing about the work",
      instead: "take `on_leave` without a reason"),
    Entry(
      "disability",
      [
        "disability|disabilities", "is|staff|employee|person disabled",
        "reasonable|workplace accommodation|accommodations",
      ], alone: ["disabled"], unless: work,
      reason: "it is a ground of discrimination, and supervisors may know of restrictions alone",
      instead: "put a restriction into the schedule or the target itself"),
    Entry(
      "union activity",
      [
        "union member|members|membership|activity|activities|status|rep|reps|representative|dues",
        "union meeting|meetings|vote|votes|organizer|organiser|organizing|organising",
        "trade|labor|labour union|unions", "strike participation|participant|participants",
      ], alone: ["union"],
      reason: "organising is a right, and watching it chills it",
      instead: "take the working conditions themselves"),
    Entry(
      "a named person's grievance",
      ["grievance|grievances", "whistleblower|whistleblowing"],
      unless: ["patient", "patients", "handled", "caseload"], isOfPeopleAlone: true,
      reason: "whoever speaks up would be marked for it",
      instead: "count them for a team or above, with `scope: team`"),
    Entry(
      "who complained", ["complainant|complainants", "grievant|grievants"],
      reason: "whoever speaks up would be marked for it",
      instead: "count complaints for a team or above"),
    Entry(
      "a person's location",
      [
        "location", "geolocation", "latitude", "longitude", "whereabouts", "home address",
        "gps position|track|tracking|coordinate|coordinates|data|log", "badge swipe|swipes",
      ], alone: ["gps"],
      unless: [
        "site", "clinic", "practice", "unit", "ward", "building", "department", "hospital",
        "facility", "service", "care", "work", "patient", "patients", "decision",
      ],
      reason: "following people about is surveillance, not support",
      instead: "take the site or the unit; an input that holds a site's id has `role: site`"),
    Entry(
      "what messages say",
      [
        "message|messages|email|emails|mail|mails|chat|chats|sms "
          + "content|contents|text|texts|body|bodies|transcript|transcripts|sentiment|tone",
        "content|contents|text|body|transcript|transcripts|sentiment|tone of "
          + "message|messages|email|emails|chat|chats",
      ], unless: ["template", "templates"],
      reason: "people stop writing what is read",
      instead: "take how many messages there are, when, and who sends them"),
  ]

  /// Words by which a person's own affairs are meant, whatever stands beside them.
  private static let own: Set<String> = ["own", "personal", "employee", "employees"]

  /// What a text is refused for.
  struct Finding {
    let entry: Entry
    /// The words by which it is known, as they stand in the table.
    let words: String
  }

  /// Phrases by their first words.
  private struct Phrase {
    let words: [Set<Substring>]
    let entry: Int
  }

  private static let phrases: [Substring: [Phrase]] = {
    var phrases: [Substring: [Phrase]] = [:]
    for (i, entry) in entries.enumerated() {
      for phrase in entry.phrases {
        let words = phrase.split(separator: " ").map { Set($0.split(separator: "|")) }
        for first in words[0] { phrases[first, default: []].append(Phrase(words: words, entry: i)) }
      }
    }
    return phrases
  }()

  private static let unless = entries.map { Set($0.unless) }
  private static let alone = Dictionary(
    entries.enumerated().flatMap { i, entry in entry.alone.map { ($0, i) } },
    uniquingKeysWith: { first, _ in first })

  /// What a name or a label is refused for; nil where nothing is wrong with it.
  static func finding(in text: String, where isMeant: (Entry) -> Bool) -> Finding? {
    let tokens = tokens(of: text)
    if tokens.count == 1, let i = alone[tokens[0]], isMeant(entries[i]) {
      return Finding(entry: entries[i], words: tokens[0])
    }
    for start in tokens.indices {
      for phrase in phrases[tokens[start][...]] ?? [] {
        let entry = entries[phrase.entry]
        let found = tokens[start...].prefix(phrase.words.count)
        guard found.count == phrase.words.count,
          zip(phrase.words, found).allSatisfy({ $0.contains($1[...]) }), isMeant(entry)
        else { continue }
        if !unless[phrase.entry].isDisjoint(with: tokens), own.isDisjoint(with: tokens) { continue }
        return Finding(entry: entry, words: found.joined(separator: " "))
      }
    }
    return nil
  }

  /// The words of a name, in small letters: it is cut at whatever is neither letter nor digit,
  /// between letters and digits, and before a capital that begins a word.
  static func tokens(of text: String) -> [String] {
    enum Kind { case small, capital, digit, other }
    func kind(_ scalar: Unicode.Scalar) -> Kind {
      switch scalar {
      case "a"..."z": .small
      case "A"..."Z": .capital
      case "0"..."9": .digit
      default: !scalar.isASCII && scalar.properties.isAlphabetic ? .small : .other
      }
    }
    var tokens: [String] = []
    var word = ""
    var last = Kind.other
    for scalar in text.unicodeScalars {
      let kind = kind(scalar)
      switch (last, kind) {
      case (.digit, .digit), (.small, .small), (.capital, .capital), (.other, _): break
      case (.capital, .small):
        // The last of several capitals begins a word: `EAPUse`.
        if word.count > 1 {
          let first = word.removeLast()
          tokens.append(word)
          word = String(first)
        }
      default:
        tokens.append(word)
        word = ""
      }
      if kind != .other {
        word.unicodeScalars.append(kind == .capital ? Unicode.Scalar(scalar.value + 32)! : scalar)
      }
      last = kind
    }
    if !word.isEmpty { tokens.append(word) }
    return tokens
  }
}

extension PolicyReader {
  /// Refuses an input whose name, column, label or instrument says that it is what may not be here.
  mutating func refuse(_ name: DeclaredName, _ fields: Fields, scope: Scope, hasRole: Bool) {
    var texts = [(name.text, name.span)]
    for key in ["column", "label"] { texts += Self.text(fields[key]) }
    if case .mapping(let entries)? = fields["instrument"]?.content {
      texts += Self.text(entries.first { $0.key.text == "name" }?.value)
    }
    for (text, span) in texts {
      let finding = RefusedInputs.finding(in: text) { entry in
        // The id of a site or a group is no person's.
        (!entry.isOfPeopleAlone || scope == .provider)
          && !(hasRole && entry.topic == "a person's location")
      }
      if let finding {
        diagnostics.append(.refused("input", name, finding, at: span))
        return
      }
    }
  }

  /// Refuses a result that would say of somebody what Belay does not say.
  mutating func refuse(_ kind: String, _ name: DeclaredName, _ fields: Fields) {
    for (text, span) in [(name.text, name.span)] + Self.text(fields["label"]) {
      if let finding = RefusedInputs.finding(in: text, where: \.isRefusedAsResult) {
        diagnostics.append(.refused(kind, name, finding, at: span))
        return
      }
    }
  }

  private static func text(_ node: Node?) -> [(String, SourceSpan)] {
    guard let node, case .scalar(let scalar) = node.content else { return [] }
    return [(scalar.text, node.span)]
  }
}

extension Diagnostic {
  fileprivate static func refused(
    _ kind: String, _ name: DeclaredName, _ finding: RefusedInputs.Finding, at span: SourceSpan
  ) -> Diagnostic {
    let entry = finding.entry
    var notes = ["\(entry.reason)", "instead, \(entry.instead)"]
    if !entry.unless.isEmpty {
      notes.append("if it is about something else, call it by what it counts")
    }
    return Diagnostic(
      code: .refusedInput,
      message: "\(kind) `\(name.text)` is about \(entry.topic), which has no place in a policy",
      primary: Label(span: span, text: "`\(finding.words)` says so"), notes: notes)
  }
}

extension DiagnosticCode {
  package static let refusedInput = DiagnosticCode(
    "refused-input", "An input, or a result, is about what may not be known of people here.")
}
