import CEL
import Diagnostics
public import Tables

/// A record whose names are bound once: the quick way from one decision to the next.
///
///     let record = try policy.prepare()
///     let visits = try record.input("visits_per_clinic_day")
///     record.set(visits, to: 24)
///     let decision = record.decide()
///     decision.score("support_risk")
///
/// An input keeps its value until it is set again; at first all are unknown. Deciding takes no
/// memory beyond its result. One thread uses it at a time; each thread prepares its own.
public final class PreparedRecord {
  /// An input of the policy, bound to its place in records that were prepared for the same scope.
  public struct Input: Hashable, Sendable {
    fileprivate let place: Int
  }

  /// What the assessment is about, for `assessment()` to carry.
  public var subject = "" {
    didSet { setSubject() }
  }
  /// The period, such as `2026-01`; nil leaves `period` unknown to expressions.
  public var period: Period? {
    didSet {
      memory.codes(columns.period)[0] =
        period?.firstDay.daysSince1970 ?? Column.unknownDate
    }
  }

  private let evaluator: RowEvaluator
  private let columns: ColumnPlan
  private let memory: ColumnMemory
  private let names: Decision.Names
  private var places: [String: Int] = [:]
  /// Why an input is unknown, where it is.
  private var reasons: [UnknownReason]
  /// For inputs that are texts, what is known of texts that came before.
  private var verdicts: [[Spelling: Verdict]]

  private enum Verdict {
    case code(Int32)
    case refused(UnknownReason)
  }

  /// A text as it is spelled: `String` takes texts of different scalars for the same, and
  /// expressions do not.
  private struct Spelling: Hashable {
    let text: String

    static func == (a: Spelling, b: Spelling) -> Bool {
      a.text.utf8.elementsEqual(b.text.utf8)
    }

    func hash(into hasher: inout Hasher) {
      var text = text
      text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }
  }

  init(_ evaluator: RowEvaluator, _ columns: ColumnPlan) {
    self.evaluator = evaluator
    self.columns = columns
    memory = ColumnMemory(columns.program.layout, capacity: 1)
    memory.count = 1
    names = Decision.Names(evaluator.plan)
    reasons = evaluator.plan.inputs.map { _ in .empty }
    verdicts = evaluator.plan.inputs.map { _ in [:] }
    for (place, input) in evaluator.plan.inputs.enumerated() { places[input.name] = place }
    period = nil
    memory.codes(columns.period)[0] = Column.unknownDate
    clear()
  }

  /// Binds a name.
  ///
  /// - Throws: When no input of the scope has that name.
  public func input(_ name: String) throws(RecordError) -> Input {
    guard let place = places[name] else {
      throw .unknownInput(name, nearest: nearestName(to: name, among: places.keys.sorted()))
    }
    return Input(place: place)
  }

  /// Whether the policy declares an input and nothing of the scope reads it.
  private func isIgnored(_ name: String) -> Bool { evaluator.plan.ignoredInputs.contains(name) }

  /// Makes all inputs unknown, but for the subject's id, which `subject` says.
  public func clear() {
    for place in reasons.indices { forget(place, .empty) }
    setSubject()
  }

  // MARK: Setting

  /// Sets a number; nil, and one that is outside the declared range or not finite, is unknown.
  ///
  /// - Precondition: the input is a number.
  public func set(_ input: Input, to number: Double?) {
    guard case .number(let register) = columns.inputs[input.place] else {
      preconditionFailure("input `\(evaluator.plan.inputs[input.place].name)` is no number")
    }
    guard let number, !number.isNaN else { return forget(input.place, .empty) }
    if let reason = evaluator.plan.inputs[input.place].type.refusal(of: number) {
      return forget(input.place, reason)
    }
    memory.numbers(register)[0] = number
  }

  /// Sets a text; nil, and one that the input does not list, is unknown.
  ///
  /// - Precondition: the input is a text.
  public func set(_ input: Input, to text: String?) {
    guard case .text(let register, let pool) = columns.inputs[input.place] else {
      preconditionFailure("input `\(evaluator.plan.inputs[input.place].name)` is no text")
    }
    guard let text else { return forget(input.place, .empty) }
    switch verdict(on: text, of: input.place, pool: pool) {
    case .code(let code): memory.codes(register)[0] = code
    case .refused(let reason): forget(input.place, reason)
    }
  }

  /// Sets true or false; nil is unknown.
  ///
  /// - Precondition: the input is a boolean.
  public func set(_ input: Input, to truth: Bool?) {
    guard case .truth(let register) = columns.inputs[input.place] else {
      preconditionFailure("input `\(evaluator.plan.inputs[input.place].name)` is no boolean")
    }
    forget(input.place, .empty)
    memory.set(0, of: register, to: truth)
  }

  /// Sets a date; nil is unknown.
  ///
  /// - Precondition: the input is a date.
  public func set(_ input: Input, to date: CalendarDate?) {
    guard case .date(let register) = columns.inputs[input.place] else {
      preconditionFailure("input `\(evaluator.plan.inputs[input.place].name)` is no date")
    }
    guard let date else { return forget(input.place, .empty) }
    memory.codes(register)[0] = date.daysSince1970
  }

  private func forget(_ place: Int, _ reason: UnknownReason) {
    reasons[place] = reason
    switch columns.inputs[place] {
    case .number(let register): memory.numbers(register)[0] = .nan
    case .text(let register, _): memory.codes(register)[0] = -1
    case .date(let register): memory.codes(register)[0] = Column.unknownDate
    case .truth(let register): memory.clear(register)
    case .constant, .choice, .boxed: break
    }
  }

  /// How many texts of an input are remembered.
  private static let rememberedTexts = 4096

  private func verdict(on text: String, of place: Int, pool: Int) -> Verdict {
    let spelling = Spelling(text: text)
    if let verdict = verdicts[place][spelling] { return verdict }
    if verdicts[place].count >= Self.rememberedTexts {
      verdicts[place] = [:]
      memory.pools[pool].replace(with: [])
    }
    let verdict: Verdict
    if let reason = evaluator.plan.inputs[place].type.refusal(of: text) {
      verdict = .refused(reason)
    } else {
      verdict = .code(Int32(memory.pools[pool].texts.count))
      memory.pools[pool].append(text)
    }
    verdicts[place][spelling] = verdict
    return verdict
  }

  /// The subject's own id is an input too, where the policy reads it.
  private func setSubject() {
    guard let place = evaluator.plan.inputs.firstIndex(where: { $0.isID }) else { return }
    set(Input(place: place), to: subject.isEmpty ? nil : subject)
  }

  /// Sets every input: those that a record lacks are unknown.
  ///
  /// - Throws: When the record names an input that the scope does not have, or gives it a value
  ///   of another type. What is set then is unspecified.
  public func set(_ record: Record) throws(RecordError) {
    clear()
    period = record.period
    subject = record.subject
    for (name, entry) in record.entries {
      guard let place = places[name] else {
        if isIgnored(name) { continue }
        throw .unknownInput(name, nearest: nearestName(to: name, among: places.keys.sorted()))
      }
      let input = Input(place: place)
      switch (entry, columns.inputs[place]) {
      case (.number(let number), .number): set(input, to: number)
      case (.text(let text), .text): set(input, to: text)
      case (.boolean(let truth), .truth): set(input, to: truth)
      case (.date(let date), .date): set(input, to: date)
      default: throw .wrongType(name, expected: evaluator.plan.inputs[place].type.word)
      }
    }
  }

  // MARK: Deciding

  /// Scores, levels, alerts and interventions of what is set.
  public func decide() -> Decision {
    columns.program.run(memory)
    guard memory.flags[0] & 1 != 0 else { return Decision(names, memory, columns) }
    var results = ResultColumns(evaluator.plan)
    results.append(memory, columns)
    results.replace(0, by: state(), of: evaluator.plan)
    return Decision(names, results)
  }

  /// The same, of a record.
  public func decide(_ record: Record) throws(RecordError) -> Decision {
    try set(record)
    return decide()
  }

  /// Everything there is to say about what is set: drivers, missing names, messages.
  ///
  /// This takes many times as long as deciding.
  public func assessment() -> Assessment {
    AssessmentBuilder(plan: evaluator.plan, row: state())
      .assessment(subject: subject, period: period?.description)
  }

  private func state() -> RowState {
    var outcomes: [Int: Outcome<Value>] = [:]
    for (place, input) in evaluator.plan.inputs.enumerated() {
      let outcome = memory.outcome(columns.inputs[place], row: 0)
      outcomes[input.slot] =
        if case .unknown = outcome {
          .unknown(Unknown(input.name, InputPlan.reason(reasons[place])))
        } else {
          outcome
        }
    }
    var state = evaluator.start(
      period: period.map { .value($0.firstDay.value) } ?? .unknown(.init("period", .absent))
    ) { outcomes[$0.slot]! }
    evaluator.run(&state)
    return state
  }
}
