import Belay
import BelayYAML
import Tables
import TestSupport
import Testing

@Suite struct PreparedRecordTests {
  private func sample() throws -> CompiledPolicy {
    try CompiledPolicy(
      yaml: """
        belay: 1
        policy: prepared
        time: {column: month, every: month}
        inputs:
          id: {type: text, role: provider}
          hours: {type: number, range: [0, 100]}
          ratio: {type: number}
          kind: {type: text, one_of: [family, surgery]}
          note: {type: text}
          on_leave: {type: boolean}
          since: {type: date}
          unread: {type: number}
        factors:
          hours: {domain: work, from: hours, curve: [[10, 0], [80, 100]], weight: 2}
          ratio: {domain: work, points: "[1.0, 2.0][int(ratio)]", weight: 1, applies: "!on_leave"}
          note: {domain: talk, points: "size(note) * 1.5", weight: 1}
        domains: {work: {weight: 3}, talk: {weight: 1}}
        scores:
          load: {levels: {low: 0, high: 50}, minimum_coverage: 0.3}
        alerts:
          tired: {when: "hours > 60 && kind != 'surgery'", severity: low, owner: lead, message: "{hours} {note}"}
          named: {when: "id.startsWith('p1')", severity: low, owner: lead, message: "{id}"}
          long: {when: "days(period - since) > 90", severity: low, owner: lead, message: m}
          accent: {when: "note == 'é'", severity: low, owner: lead, message: m}
        interventions:
          rest: {kind: structural, title: Rest, when: "alert.tired || known(since)"}
        """)
  }

  private func record(_ random: inout SeededRandom) -> Record {
    var record = Record([:])
    let gaps = random.pick([100, 5, 2])
    func keep(_ random: inout SeededRandom) -> Bool { !random.once(in: gaps) }
    let numbers = [0, -0.0, 12.5, 61, 80, 100, 101, -1, .infinity, .nan, 1e300, 0.99]
    if keep(&random) { record.entries["hours"] = .number(random.pick(numbers)) }
    if keep(&random) { record.entries["ratio"] = .number(random.pick(numbers)) }
    if keep(&random) {
      record.entries["kind"] = .text(random.pick(["family", "surgery", "x", ""]))
    }
    if keep(&random) {
      record.entries["note"] = .text(random.pick(["", "é", "e\u{301}", "日本", "\(random.next())"]))
    }
    if keep(&random) { record.entries["on_leave"] = .boolean(random.once(in: 2)) }
    if keep(&random) {
      let days: [Int32] = [0, 20_000, 20_400, -719_162, 2_932_896]
      record.entries["since"] = .date(CalendarDate(daysSince1970: random.pick(days)))
    }
    if random.once(in: 9) { record.entries["unread"] = .number(1) }
    if random.once(in: 9) { record.entries["id"] = .text(random.pick(["p1x", "q", ""])) }
    record.subject = random.pick(["", "p12", "q", "p1"])
    record.period =
      random.once(in: 4) ? nil : Period("2026-0\(random.number(1...9))", every: .month)
    return record
  }

  /// What a decision leaves out of an assessment, or says otherwise.
  private func differences(_ decision: Decision, _ expected: Assessment) -> [String] {
    var found: [String] = []
    func compare<T: Equatable>(_ what: String, _ value: T, _ expected: T) {
      if value != expected { found.append("\(what) is \(value), not \(expected)") }
    }
    for score in expected.scores {
      compare(score.id, decision.score(score.id)?.bitPattern, score.value?.bitPattern)
      compare("coverage", decision.coverage(score.id), score.coverage)
      compare("level", decision.level(score.id), score.level)
      for domain in score.domains {
        compare(domain.id, decision.domain(domain.id)?.bitPattern, domain.value?.bitPattern)
      }
    }
    compare("alerts", decision.alerts, expected.alerts.map(\.id))
    compare("undetermined", decision.undetermined, expected.undetermined.map(\.id))
    compare("interventions", decision.interventions, expected.interventions.map(\.id))
    for alert in expected.alerts { compare(alert.id, decision.isFiring(alert.id), true) }
    for alert in expected.undetermined { compare(alert.id, decision.isFiring(alert.id), nil) }
    return found
  }

  @Test func `a prepared record decides and says what assessing the record says`() throws {
    var random = SeededRandom.announced()
    let policy = try sample()
    let prepared = try policy.prepare()
    for _ in 0..<SeededRandom.cases(600) {
      let record = record(&random)
      let expected = try policy.assess(record)
      let decision = try prepared.decide(record)
      #expect(differences(decision, expected) == [], "\(record)")
      let (one, other) = (fullText(prepared.assessment()), fullText(expected))
      let isSame = one == other
      #expect(isSame, "\(record)")
    }
  }

  @Test func `generated policies decide as they assess`() throws {
    var random = SeededRandom.announced()
    for _ in 0..<SeededRandom.cases(160) / 20 {
      let seed = random.next()
      var generator = PolicyGenerator(seed: seed)
      let model = generator.policy()
      let policy = try CompiledPolicy(json: model.json)
      let prepared = try policy.prepare()
      for _ in 0..<20 {
        let record = Record(generator.record(model), period: generator.period())
        let expected = try policy.assess(record)
        #expect(differences(try prepared.decide(record), expected) == [], "seed \(seed)")
        let isSame = fullText(prepared.assessment()) == fullText(expected)
        #expect(isSame, "seed \(seed)")
      }
    }
  }

  @Test func `inputs keep their values until they are set again`() throws {
    let record = try sample().prepare()
    #expect(record.decide().score("load") == nil)
    #expect(record.decide().coverage("load") == 0)
    #expect(record.decide().level("load") == "insufficient_data")
    let (hours, kind, leave, since) = (
      try record.input("hours"), try record.input("kind"), try record.input("on_leave"),
      try record.input("since")
    )
    record.set(hours, to: 80)
    record.set(kind, to: "family")
    record.set(leave, to: true)
    #expect(record.decide().domain("work") == 100)
    #expect(record.decide().alerts == ["tired"])
    record.set(kind, to: "surgery")
    #expect(record.decide().isFiring("tired") == false)
    record.set(kind, to: "nobody knows")
    #expect(record.decide().isFiring("tired") == nil)
    record.set(kind, to: "family")
    #expect(record.decide().isFiring("tired") == true)
    record.set(hours, to: 101)
    #expect(record.decide().domain("work") == nil)
    record.set(hours, to: nil as Double?)
    #expect(record.decide().isFiring("tired") == nil)
    record.set(hours, to: 10)
    #expect(record.decide().coverage("load") == 0.75)
    record.set(leave, to: nil as Bool?)
    #expect(record.decide().coverage("load") == 0.5)
    record.set(leave, to: false)
    record.set(leave, to: true)
    #expect(record.decide().coverage("load") == 0.75)
    #expect(record.decide().interventions == [])
    record.set(since, to: CalendarDate("2026-01-31"))
    #expect(record.decide().interventions == ["rest"])
    #expect(record.decide().undetermined.contains("long"))
    record.period = Period("2026-09", every: .month)
    #expect(record.decide().isFiring("long") == true)
    record.period = Period("2026-02", every: .month)
    #expect(record.decide().isFiring("long") == false)
    record.period = nil
    #expect(record.decide().isFiring("long") == nil)
    record.set(since, to: nil as CalendarDate?)
    #expect(record.decide().interventions == [])
    record.clear()
    #expect(record.decide().domain("work") == nil)
    #expect(record.decide().undetermined == ["tired", "named", "long", "accent"])
  }

  @Test func `the subject is an input where the policy reads it`() throws {
    let record = try sample().prepare()
    #expect(record.decide().isFiring("named") == nil)
    record.subject = "p17"
    #expect(record.decide().isFiring("named") == true)
    #expect(record.assessment().subject == "p17")
    record.clear()
    #expect(record.decide().isFiring("named") == true)
    record.subject = "q"
    #expect(record.decide().isFiring("named") == false)
    record.subject = ""
    #expect(record.decide().isFiring("named") == nil)
  }

  @Test func `more texts than are remembered change nothing`() throws {
    let policy = try sample()
    let record = try policy.prepare()
    let note = try record.input("note")
    let kind = try record.input("kind")
    for place in 0..<10_000 {
      let text = String(repeating: "x", count: place % 50) + "\(place)"
      record.set(note, to: text)
      record.set(kind, to: place % 2 == 0 ? "family" : text)
      let decision = record.decide()
      let points = Double(text.utf8.count) * 1.5
      let isSame = decision.domain("talk") == (points <= 100 ? points : nil)
      #expect(isSame, "\(text)")
    }
    // A text from the start comes again, after it was forgotten.
    record.set(note, to: "0")
    #expect(record.decide().domain("talk") == 1.5)
  }

  @Test func `no more texts are remembered than a few thousand, refused ones too`() throws {
    let record = try sample().prepare()
    for name in ["note", "kind"] {
      let input = try record.input(name)
      for place in 0..<10_000 { record.set(input, to: "\(place)") }
    }
    let verdicts = Mirror(reflecting: record).children.first { $0.label == "verdicts" }
    let counts = Mirror(reflecting: verdicts!.value).children.map {
      Mirror(reflecting: $0.value).children.count
    }
    #expect(!counts.isEmpty)
    #expect(counts.allSatisfy { $0 <= 4096 }, "\(counts)")
  }

  @Test func `texts of the same look and other scalars are kept apart`() throws {
    let record = try sample().prepare()
    let note = try record.input("note")
    for _ in 0..<2 {
      record.set(note, to: "é")
      #expect(record.decide().domain("talk") == 1.5)
      #expect(record.decide().isFiring("accent") == true)
      record.set(note, to: "e\u{301}")
      #expect(record.decide().domain("talk") == 3)
      #expect(record.decide().isFiring("accent") == false)
    }
  }

  @Test func `what a policy lacks is no decision of it`() throws {
    let decision = try sample().prepare().decide()
    #expect(decision.score("risk") == nil)
    #expect(decision.coverage("risk") == nil)
    #expect(decision.level("risk") == nil)
    #expect(decision.domain("load") == nil)
    #expect(decision.isFiring("rest") == nil)
  }

  @Test func `names that are not there and values of other types are refused`() throws {
    let policy = try sample()
    let record = try policy.prepare()
    #expect(throws: RecordError.unknownInput("hour", nearest: "hours")) {
      try record.input("hour")
    }
    #expect(throws: RecordError.unknownInput("salary", nearest: nil)) {
      try record.input("salary")
    }
    #expect(throws: RecordError.unknownInput("ratoi", nearest: "ratio")) {
      try record.decide(["ratoi": 1])
    }
    for wrong in [
      ("hours", "much"), ("note", 1), ("on_leave", 1), ("since", "2026-01-31"), ("id", true),
    ] as [(String, Record.Entry)] {
      let record = Record([wrong.0: wrong.1])
      let expected = #expect(throws: RecordError.self) { try policy.assess(record) }
      let found = #expect(throws: RecordError.self) { try policy.prepare().decide(record) }
      #expect(found == expected)
    }
    #expect(throws: RecordError.noScope(.team)) { try policy.prepare(.team) }
    // What is declared and nothing reads may be given.
    #expect(try record.decide(["unread": 1, "hours": 80]).alerts == [])
  }
}
