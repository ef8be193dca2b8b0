import CEL
import Tables

/// Turns the steps of a plan into operations over columns.
///
/// Each operation does for all rows of a chunk what the row evaluator does for one.
struct ColumnPlanner {
  /// A parameter's place among its settings: the same in all rows, or a register of places.
  private enum Choice {
    case fixed(Int)
    case register(Int)
  }

  private struct Factor {
    let points: NumberOperand
    let weight: NumberOperand
    /// The condition; nil where it always applies.
    let applies: TruthRegister?
  }

  private struct Domain {
    let weight: NumberOperand
    let blend: ColumnBlend.Result
  }

  static func columns(of plan: Plan, functions: FunctionTable) -> ColumnPlan {
    var planner = ColumnPlanner(plan, functions: functions)
    for step in plan.steps { planner.add(step) }
    return planner.finish()
  }

  /// The columns of a feed, and where its outputs are.
  static func columns(
    of feed: Feed, functions: FunctionTable
  ) -> (plan: ColumnPlan, outputs: [ColumnValue]) {
    var planner = ColumnPlanner(feed.plan, functions: functions)
    for step in feed.plan.steps { planner.add(step) }
    let outputs = feed.outputs.map { output -> ColumnValue in
      switch output {
      // Invariant: what a feed gives is among its plan's inputs and steps.
      case .slot(let slot): planner.builder.slots[slot]!
      case .expression(let expression): planner.builder.compile(expression)
      }
    }
    return (planner.finish(), outputs)
  }

  private let plan: Plan
  private var builder: ColumnBuilder
  private var inputs: [ColumnValue] = []
  private let period: Int
  private var choices: [Int: Choice] = [:]
  private var factors: [Int: Factor] = [:]
  private var domains: [Int: Domain] = [:]
  private var scores: [Int: ColumnPlan.Score] = [:]
  private var alerts: [Int: TruthRegister] = [:]
  /// By slot.
  private var interventions: [Int: Int] = [:]

  private init(_ plan: Plan, functions: FunctionTable) {
    self.plan = plan
    builder = ColumnBuilder(functions: functions)
    period = builder.layout.code()
    builder.slots[Slots.period] = .date(period)
    for input in plan.inputs {
      let value: ColumnValue
      switch input.type {
      case .number: value = .number(builder.layout.number())
      case .text: value = .text(builder.layout.code(), pool: builder.layout.pool())
      case .boolean: value = .truth(builder.layout.truth())
      case .date: value = .date(builder.layout.code())
      }
      inputs.append(value)
      builder.slots[input.slot] = value
    }
  }

  private mutating func add(_ step: Step) {
    switch step {
    case .parameter(let parameter): add(parameter)
    case .measure(let measure): add(measure)
    case .factor(let index): add(factor: index)
    case .domain(let index): add(domain: index)
    case .score(let index): add(score: index)
    case .alert(let index): add(alert: index)
    case .intervention(let index): add(intervention: index)
    }
  }

  private func finish() -> ColumnPlan {
    ColumnPlan(
      program: builder.program, inputs: inputs, period: period,
      scores: plan.scores.indices.map { scores[$0]! },
      alerts: plan.alerts.indices.map { alerts[$0]! },
      interventions: plan.ranking.map { interventions[plan.interventions[$0].slot]! })
  }

  // MARK: Values

  /// A number of a value that is one, or a whole number; NaN where it is neither.
  private mutating func number(_ value: ColumnValue) -> NumberOperand {
    if let operand = NumberOperand(value) { return operand }
    if case .constant(let constant) = value,
      case .value(let number) = Outcome.value(constant).asNumber
    {
      return .constant(number)
    }
    let result = builder.layout.number()
    builder.add { memory in
      let numbers = memory.numbers(result)
      for row in 0..<memory.count {
        numbers[row] = memory.outcome(value, row: row).asNumber.value ?? .nan
      }
    }
    return .register(result)
  }

  private func number(_ plan: NumberPlan) -> NumberOperand {
    switch plan {
    case .number(let number): .constant(number)
    // Invariant: the parameter gives numbers, and its step came before.
    case .slot(let slot): NumberOperand(builder.slots[slot]!)!
    }
  }

  /// A register of a number, which is filled where the number is the same in all rows.
  private mutating func register(_ operand: NumberOperand) -> Int {
    switch operand {
    case .register(let register): return register
    case .constant(let number):
      let result = builder.layout.number()
      builder.add { $0.numbers(result).update(repeating: number, count: $0.count) }
      return result
    }
  }

  /// A register of a number where it lies in a range; unknown elsewhere.
  private mutating func number(_ operand: NumberOperand, within range: ClosedRange<Double>) -> Int {
    let number = register(operand)
    let result = builder.layout.number()
    builder.add { memory in
      let (number, result) = (memory.numbers(number), memory.numbers(result))
      for row in 0..<memory.count {
        let isInside = number[row] >= range.lowerBound && number[row] <= range.upperBound
        result[row] = isInside ? number[row] : .nan
      }
    }
    return result
  }

  private mutating func condition(_ expression: CheckedExpression) -> TruthRegister {
    let value = builder.compile(expression)
    // Invariant: conditions are checked to be true or false.
    return builder.truth(value)!
  }

  // MARK: Parameters, measures

  private mutating func add(_ parameter: ParameterPlan) {
    let choice: Int
    switch parameter.choice {
    case .fallback:
      choices[parameter.slot] = .fixed(parameter.fallback!)
      builder.slots[parameter.slot] = .constant(parameter.settings[parameter.fallback!])
      return
    case .listed(let key, let places):
      choice = place(by: builder.slots[key.slot]!, places, otherwise: parameter.fallback)
    case .rows(let rows): choice = place(by: rows, otherwise: parameter.fallback)
    }
    choices[parameter.slot] = .register(choice)
    let numbers = parameter.settings.compactMap { Outcome.value($0).asNumber.value }
    guard numbers.count == parameter.settings.count else {
      builder.slots[parameter.slot] = .choice(choice, parameter.settings)
      return
    }
    let result = builder.layout.number()
    builder.add { memory in
      let (choices, result) = (memory.codes(choice), memory.numbers(result))
      for row in 0..<memory.count {
        result[row] = choices[row] < 0 ? .nan : numbers[Int(choices[row])]
      }
    }
    builder.slots[parameter.slot] = .number(result)
  }

  /// A register of the places of a parameter's values among its settings.
  private mutating func place(
    by keys: ColumnValue, _ places: [String: Int], otherwise fallback: Int?
  ) -> Int {
    let choice = builder.layout.code()
    builder.add { memory in
      let choices = memory.codes(choice)
      // The rows of a group often follow one another.
      var last = (code: Int32(-1), choice: Int32(fallback ?? -1))
      for row in 0..<memory.count {
        if case .text(let codes, _) = keys, memory.codes(codes)[row] == last.code {
          choices[row] = last.choice
          continue
        }
        var place = fallback
        if case .value(.string(let text)) = memory.outcome(keys, row: row) {
          place = places[text] ?? place
        }
        choices[row] = Int32(place ?? -1)
        if case .text(let codes, _) = keys {
          last = (memory.codes(codes)[row], choices[row])
        }
      }
    }
    return choice
  }

  private mutating func place(by rows: ParameterRows, otherwise fallback: Int?) -> Int {
    let choice = builder.layout.code()
    let keys = rows.keys.map { builder.slots[$0.slot]! }
    let period = period
    // What a row is chosen by, where codes say all of it.
    let codes = keys.compactMap { if case .text(let codes, _) = $0 { codes } else { nil } }
    let registers = codes.count == keys.count ? codes + [period] : nil
    builder.add { memory in
      let (choices, days) = (memory.codes(choice), memory.codes(period))
      for row in 0..<memory.count {
        if row > 0,
          registers?.allSatisfy({ memory.codes($0)[row] == memory.codes($0)[row - 1] }) ?? false
        {
          choices[row] = choices[row - 1]
          continue
        }
        let day = days[row] == Column.unknownDate ? nil : days[row]
        let place = rows.place(day: day) { key in
          guard case .value(.string(let text)) = memory.outcome(keys[key], row: row) else {
            return nil
          }
          return text
        }
        choices[row] = Int32(place ?? fallback ?? -1)
      }
    }
    return choice
  }

  private mutating func add(_ measure: MeasurePlan) {
    var value = builder.compile(measure.expression)
    if [.int, .uint].contains(measure.expression.type) { value = .number(register(number(value))) }
    if let range = measure.range, let operand = NumberOperand(value) {
      value = .number(self.number(operand, within: range))
    }
    builder.slots[measure.slot] = value
  }

  // MARK: Factors

  private mutating func add(factor index: Int) {
    let factor = plan.factors[index]
    let weight = number(factor.weight)
    let applies = factor.applies.map { condition($0) }
    var points = points(of: factor)
    if let applies {
      let (all, result) = (points, builder.layout.number())
      builder.add { memory in
        let (all, result) = (memory.numbers(all), memory.numbers(result))
        for row in 0..<memory.count {
          result[row] = memory.bit(row, of: applies.isTrue) ? all[row] : .nan
        }
      }
      points = result
    }
    factors[index] = Factor(points: .register(points), weight: weight, applies: applies)
    builder.slots[factor.slot] = .number(points)
  }

  private mutating func points(of factor: FactorPlan) -> Int {
    switch factor.rule {
    case .scaled(let part): return points(of: part)
    case .points(let expression):
      let value = builder.compile(expression)
      return number(number(value), within: 0...100)
    case .when(let expression, let then, let otherwise):
      let condition = condition(expression)
      return builder.number(number(then), where: condition, otherwise: number(otherwise))
    case .worst(let parts):
      var worst = points(of: parts[0])
      for part in parts.dropFirst() {
        let (one, other) = (worst, points(of: part))
        let result = builder.layout.number()
        builder.add { memory in
          let (one, other) = (memory.numbers(one), memory.numbers(other))
          let result = memory.numbers(result)
          for row in 0..<memory.count {
            let worst = max(one[row], other[row])
            result[row] = one[row] == one[row] && other[row] == other[row] ? worst : .nan
          }
        }
        worst = result
      }
      return worst
    }
  }

  private mutating func points(of part: PartPlan) -> Int {
    let value = builder.compile(part.from)
    let measure = register(number(value))
    let result = builder.layout.number()
    switch part.scale {
    case .curve(let curve): builder.add(CurveKernel(curve).operation(measure, into: result))
    case .parameter(let slot, let curves):
      switch choices[slot]! {
      case .fixed(let place):
        builder.add(CurveKernel(curves[place]).operation(measure, into: result))
      case .register(let choice):
        builder.add { memory in
          let (choices, measure) = (memory.codes(choice), memory.numbers(measure))
          let result = memory.numbers(result)
          for row in 0..<memory.count {
            let points =
              choices[row] < 0 ? .nan : curves[Int(choices[row])].points(at: measure[row])
            result[row] = points.isFinite ? points : .nan
          }
        }
      }
    case .bands(let bands):
      builder.add { memory in
        let (measure, result) = (memory.numbers(measure), memory.numbers(result))
        for row in 0..<memory.count { result[row] = .nan }
        for band in bands {
          for row in 0..<memory.count {
            result[row] = measure[row] >= band.bound ? band.points : result[row]
          }
        }
      }
    }
    return result
  }

  // MARK: Domains, scores

  private mutating func add(domain index: Int) {
    let domain = plan.domains[index]
    var members: [ColumnBlend.Member] = []
    for factor in domain.factors.map({ factors[$0]! }) {
      guard factor.weight != .constant(0) else { continue }
      var weight = factor.weight
      if let applies = factor.applies {
        let (all, taken) = (weight, builder.layout.number())
        builder.add { memory in
          for row in 0..<memory.count {
            memory.numbers(taken)[row] =
              memory.truth(row, of: applies) == false ? 0 : memory.number(all, row: row)
          }
        }
        weight = .register(taken)
      }
      members.append(.init(weight: weight, value: factor.points, known: nil))
    }
    let blend = blend(members, domain.combination, domain.minimumCoverage, domain.floors)
    domains[index] = Domain(weight: number(domain.weight), blend: blend)
    builder.slots[domain.slot] = .number(blend.value)
  }

  private mutating func add(score index: Int) {
    let score = plan.scores[index]
    var members: [ColumnBlend.Member] = []
    for domain in score.domains.map({ domains[$0]! }) {
      guard domain.weight != .constant(0) else { continue }
      var weight = domain.weight
      if let takesPart = domain.blend.takesPart {
        let (all, taken) = (weight, builder.layout.number())
        builder.add { memory in
          for row in 0..<memory.count {
            memory.numbers(taken)[row] =
              memory.bit(row, of: takesPart) ? memory.number(all, row: row) : 0
          }
        }
        weight = .register(taken)
      }
      members.append(
        .init(
          weight: weight, value: .register(domain.blend.value),
          known: (domain.blend.known, domain.blend.all)))
    }
    let blend = blend(members, score.combination, score.minimumCoverage, score.floors)
    let coverage = builder.layout.number()
    builder.add { memory in
      let (known, coverage) = (memory.numbers(blend.known), memory.numbers(coverage))
      for row in 0..<memory.count {
        let share = known[row] / memory.number(blend.all, row: row)
        coverage[row] = share.isFinite ? share : 0
      }
    }
    let levels = levels(of: score, blend, coverage)
    scores[index] = ColumnPlan.Score(
      value: blend.value, coverage: coverage,
      domains: score.domains.map { domains[$0]!.blend.value }, levels: levels)
    builder.slots[score.slot] = .number(blend.value)
    builder.slots[score.coverageSlot] = .number(coverage)
    builder.slots[score.levelSlot] = .choice(
      levels, (score.levels.map(\.name) + [ScoreResult.insufficientData]).map { .string($0) })
  }

  private mutating func blend(
    _ members: [ColumnBlend.Member], _ combination: Combination, _ minimumCoverage: Double,
    _ floors: [FloorPlan]
  ) -> ColumnBlend.Result {
    ColumnBlend(
      members: members, combination: combination, minimumCoverage: minimumCoverage,
      floors: floors.map { (condition($0.condition), number($0.atLeast)) }
    ).add(to: &builder)
  }

  /// The register of a score's level: its place among the levels, or that of too little data.
  private mutating func levels(
    of score: ScorePlan, _ blend: ColumnBlend.Result, _ coverage: Int
  ) -> Int {
    let result = builder.layout.code()
    let bounds = score.levels.map { number($0.bound) }
    let fixed = bounds.compactMap { if case .constant(let bound) = $0 { bound } else { nil } }
    let minimum = score.minimumCoverage
    let insufficient = Int32(score.levels.count)
    builder.add { memory in
      let (known, coverage) = (memory.numbers(blend.known), memory.numbers(coverage))
      let (value, result) = (memory.numbers(blend.value), memory.codes(result))
      let count = memory.count
      for row in 0..<count {
        let isInsufficient = coverage[row] < minimum || known[row] != known[row]
        result[row] = isInsufficient ? insufficient : -1
      }
      if fixed.count == bounds.count {
        for row in 0..<count { result[row] = value[row] == value[row] ? 0 : result[row] }
        for place in 1..<max(1, fixed.count) {
          let bound = fixed[place]
          for row in 0..<count {
            result[row] = value[row] >= bound ? Int32(truncatingIfNeeded: place) : result[row]
          }
        }
        return
      }
      for row in 0..<count where value[row] == value[row] {
        result[row] = Self.level(of: value[row], bounds.map { memory.number($0, row: row) })
      }
    }
    return result
  }

  /// The place of the last bound that a value reaches; -1 when one that is unknown may be it.
  private static func level(of value: Double, _ bounds: [Double]) -> Int32 {
    for (place, bound) in bounds.enumerated().reversed() {
      if bound <= value { return Int32(place) }
      if bound.isNaN { return -1 }
    }
    return 0
  }

  // MARK: Alerts, interventions

  private mutating func add(alert index: Int) {
    let alert = plan.alerts[index]
    let condition: TruthRegister
    if alert.isDerived, case .truth(let state)? = builder.slots[alert.slot] {
      condition = state
    } else {
      condition = self.condition(alert.condition)
      builder.slots[alert.slot] = .truth(condition)
    }
    alerts[index] = condition
    guard case .graded(let grades) = alert.severity else { return }
    for grade in grades { builder.compileFaults(of: grade.condition) }
  }

  private mutating func add(intervention index: Int) {
    let intervention = plan.interventions[index]
    let when = intervention.condition.map { condition($0) }
    let unless = intervention.unless.map { condition($0) }
    let requires = intervention.requires.map { interventions[$0] }
    let result = builder.layout.plane()
    interventions[intervention.slot] = result
    // One that requires what is not computed before it is recommended never.
    guard let when, !requires.contains(nil) else { return }
    builder.add { memory in
      for word in 0..<memory.wordCount {
        var isRecommended = memory.plane(when.isTrue)[word]
        if let unless {
          isRecommended &= memory.plane(unless.isKnown)[word] & ~memory.plane(unless.isTrue)[word]
        }
        for plane in requires { isRecommended &= memory.plane(plane!)[word] }
        memory.plane(result)[word] = isRecommended
      }
    }
  }
}
