import Belay
import TestSupport
import Testing

@Suite struct AlertLifeTests {
  /// A history in one text, a word for each period: the condition `T`, `F` or `?`, then the clear
  /// condition where there is one; `c` behind them for values that were carried; `-` for a gap.
  struct Example: Sendable, CustomTestStringConvertible {
    let rule: String
    let life: AlertLife
    let history: String
    /// The first letter of the state in each row.
    let states: String

    init(_ rule: String, _ life: AlertLife, _ history: String, _ states: String) {
      (self.rule, self.life, self.history, self.states) = (rule, life, history, states)
    }

    var testDescription: String { rule }
  }

  static let examples: [Example] = [
    Example("without `for` it fires at once", .init(), "F T T F T", "i f f i f"),
    Example("without `for` it fires on what was carried", .init(), "F Tc T F", "i f f i"),
    Example("unknown is undetermined", .init(), "? F ? T ? F", "u i u f u i"),
    Example("it fires in the period that completes `for`", .init(holdFor: 3), "T T T T", "p p f f"),
    Example("`for` of one fires at once", .init(holdFor: 1), "F T F", "i f i"),
    Example("false starts `for` anew", .init(holdFor: 2), "T F T T", "p i p f"),
    Example("unknown freezes `for`", .init(holdFor: 2), "T ? ? T", "p u u f"),
    Example("a gap freezes `for`", .init(holdFor: 2), "T - - T", "p f"),
    Example("what was carried is not counted", .init(holdFor: 2), "Tc Tc T Tc T", "p p p p f"),
    Example("what was carried ends `for` when false", .init(holdFor: 2), "T Fc T", "p i p"),
    Example("what was carried keeps it firing", .init(holdFor: 2), "T T Tc Fc", "p f f i"),

    Example(
      "between the conditions it keeps its state", .init(hasClearWhen: true), "FF TF FF FT FF",
      "i f f i i"),
    Example("true wins over clear", .init(hasClearWhen: true), "TT TT FT", "f f i"),
    Example(
      "not clear settles an unknown condition", .init(hasClearWhen: true), "TF ?F ?? ?T FT",
      "f f u u i"),
    Example(
      "false with clear unknown is undetermined", .init(hasClearWhen: true), "TF F? FF FT",
      "f u f i"),
    Example(
      "clear does not settle an alert that is quiet", .init(hasClearWhen: true), "?T ?F F?",
      "u u i"),

    Example("it stays for `keep_for` clear periods", .init(keepFor: 2), "T F F F F", "f c c i i"),
    Example("it fires again while it clears", .init(keepFor: 2), "T F T F F F", "f c f c c i"),
    Example("firing again needs no `for`", .init(holdFor: 2, keepFor: 2), "T T F T", "p f c f"),
    Example("unknown freezes clearing", .init(keepFor: 2), "T F ? F - F", "f c u c i"),
    Example(
      "not clear while it clears is firing", .init(keepFor: 2, hasClearWhen: true),
      "TF FT FF FT ?F FT F? FT FT", "f c f c f c u c i"),

    Example("in `cooldown` it cannot fire", .init(cooldown: 2), "T F T T T", "f i p p f"),
    Example(
      "`cooldown` starts after it has cleared", .init(keepFor: 1, cooldown: 1),
      "T F F T T", "f c i p f"),
    Example("`cooldown` goes on through gaps", .init(cooldown: 2), "T F - - T", "f i f"),
    Example("`cooldown` goes on through unknowns", .init(cooldown: 2), "T F ? T T", "f i u p f"),
    Example(
      "`for` counts in `cooldown`", .init(holdFor: 2, cooldown: 2), "T T F T T T",
      "p f i p p f"),
    Example(
      "no `cooldown` before it has fired", .init(holdFor: 2, cooldown: 5), "T F T T",
      "p i p f"),

    Example(
      "what has been unknown for long enough is forgotten", .init(holdFor: 2, staleAfter: 1),
      "T ? T T ? ? T", "p u f f u u p"),
    Example(
      "what lies in gaps for long enough is forgotten", .init(holdFor: 2, staleAfter: 2),
      "T - - T F T - - - T T", "p f i p p f"),
    Example(
      "gaps and unknowns are counted together", .init(holdFor: 2, staleAfter: 2),
      "T - ? - T T", "p u p f"),
    Example(
      "a known period starts `stale_after` anew", .init(holdFor: 2, staleAfter: 1),
      "T T ? T ? T", "p f u f u f"),
    Example(
      "`cooldown` is forgotten too", .init(cooldown: 9, staleAfter: 1), "T F T ? ? T",
      "f i p u u f"),
    Example(
      "half an answer is no knowledge", .init(keepFor: 1, staleAfter: 1, hasClearWhen: true),
      "TF F? F? FF", "f u u i"),
    Example(
      "with `stale_after` 0 nothing freezes", .init(holdFor: 2, staleAfter: 0), "T ? T T",
      "p u p f"),
  ]

  @Test(arguments: examples)
  func `an alert lives as its rules say`(_ example: Example) {
    var rows: [Row] = []
    for (period, word) in example.history.split(separator: " ").enumerated() where word != "-" {
      let marks = word.filter { $0 != "c" }.map { mark -> Bool? in
        switch mark {
        case "T": true
        case "F": false
        default: nil
        }
      }
      rows.append(
        Row(
          period: Int32(period), condition: marks[0], clear: marks.count > 1 ? marks[1] : nil,
          isObserved: !word.hasSuffix("c")))
    }
    #expect(
      rows.states(example.life).map { "\($0.rawValue.first!)" }
        .joined(separator: " ") == example.states)
  }

  @Test func `wherever a history is cut, its states are the same`() {
    var random = SeededRandom.announced()
    for _ in 0..<SeededRandom.cases(300) {
      let life = AlertLife(&random)
      let rows = [Row](&random)
      let whole = rows.states(life)
      for cut in 0...rows.count {
        var memory = AlertLife.Memory()
        let before = Array(rows[..<cut]).states(life, &memory)
        var read = AlertLife.Memory(fields: memory.fields)!
        #expect(read == memory)
        #expect(before + Array(rows[cut...]).states(life, &read) == whole, "\(life) \(rows)")
      }
    }
  }

  @Test func `a gap is the same as rows in which nothing is known`() {
    var random = SeededRandom.announced()
    for _ in 0..<SeededRandom.cases(300) {
      let life = AlertLife(&random)
      let rows = [Row](&random)
      var filled: [Row] = []
      for row in rows {
        while let last = filled.last, last.period + 1 < row.period {
          filled.append(
            Row(period: last.period + 1, condition: nil, clear: nil, isObserved: random.once(in: 2))
          )
        }
        filled.append(row)
      }
      var (memory, other) = (AlertLife.Memory(), AlertLife.Memory())
      let states = zip(filled, filled.states(life, &memory))
      let present = Set(rows.map(\.period))
      #expect(
        states.filter { present.contains($0.0.period) }.map(\.1) == rows.states(life, &other),
        "\(life) \(rows)")
      #expect(memory == other)
      #expect(
        states.filter { !present.contains($0.0.period) }.allSatisfy { $0.1 == .undetermined })
    }
  }

  @Test func `without memory a period says all`() {
    var random = SeededRandom.announced()
    for _ in 0..<SeededRandom.cases(300) {
      let life = AlertLife(&random)
      guard !life.hasMemory else { continue }
      let rows = [Row](&random)
      #expect(rows.states(life) == rows.flatMap { [$0].states(life) }, "\(life) \(rows)")
    }
    #expect(!AlertLife(staleAfter: 3).hasMemory)
  }

  @Test func `what was never written is no memory`() {
    for fields: [Int32] in [
      [], [0, 0, 0], [0, 0, 0, 0, 0], [3, 0, 0, 0], [-1, 0, 0, 0], [0, -1, 0, 0],
    ] {
      #expect(AlertLife.Memory(fields: fields) == nil, "\(fields)")
    }
  }

  @Test func `the first and the last period there can be are periods`() {
    let life = AlertLife(holdFor: 1000, keepFor: 1, cooldown: 1000, staleAfter: 1000)
    for fields: [Int32] in [
      [0, .max, .max, .min], [2, .max, .min, .max], [1, 0, .min, .min + 1],
    ] {
      for period: Int32 in [.min, .max] {
        for condition in [true, false, nil] {
          var memory = AlertLife.Memory(fields: fields)!
          _ = life.step(
            &memory, period: period, condition: condition, clear: nil, isObserved: true)
          #expect(AlertLife.Memory(fields: memory.fields) == memory)
        }
      }
    }
  }
}

/// What is known of an alert's conditions in one period.
private struct Row {
  var period: Int32
  var condition: Bool?
  var clear: Bool?
  var isObserved: Bool
}

extension AlertLife {
  fileprivate init(_ random: inout SeededRandom) {
    self.init(
      holdFor: random.once(in: 2) ? random.number(1...4) : nil,
      keepFor: random.once(in: 2) ? random.number(1...3) : 0,
      cooldown: random.once(in: 2) ? random.number(1...4) : 0,
      staleAfter: random.once(in: 2) ? random.number(0...3) : nil,
      hasClearWhen: random.once(in: 2))
  }
}

extension [Row] {
  fileprivate init(_ random: inout SeededRandom) {
    self = []
    var period = Int32(random.number(-3...3))
    for _ in 0..<random.number(0...14) {
      append(
        Row(
          period: period, condition: random.pick([true, true, false, nil]),
          clear: random.pick([true, true, false, nil]), isObserved: !random.once(in: 4)))
      period += random.once(in: 4) ? Int32(random.number(2...6)) : 1
    }
  }

  fileprivate func states(_ life: AlertLife) -> [AlertState] {
    var memory = AlertLife.Memory()
    return states(life, &memory)
  }

  fileprivate func states(_ life: AlertLife, _ memory: inout AlertLife.Memory) -> [AlertState] {
    map { row in
      life.step(
        &memory, period: row.period, condition: row.condition, clear: row.clear,
        isObserved: row.isObserved)
    }
  }
}
