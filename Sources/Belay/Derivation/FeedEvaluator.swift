import CEL
import Tables

/// Evaluates the outputs of a feed for all rows of its scope, on as many threads as asked for.
struct FeedEvaluator: Sendable {
  private let feed: Feed
  private let frame: Frame
  private let world: World
  private let loader: TableLoader
  private let outputs: [ColumnValue]

  init(_ feed: Feed, _ frame: Frame, _ world: World, _ functions: FunctionTable) {
    self.feed = feed
    self.frame = frame
    self.world = world
    let (columns, outputs) = ColumnPlanner.columns(of: feed, functions: functions)
    self.outputs = outputs
    loader = TableLoader(
      table: frame.table, plan: feed.plan, columns: columns,
      cells: feed.plan.inputs.map { world.cells(of: $0, frame) }, rows: nil)
  }

  func columns(jobs: Int) -> [DerivedColumn] {
    let count = frame.rowCount
    let stretch = max(64, ((count + jobs - 1) / jobs + 63) / 64 * 64)
    let parts = Parts<[CellBuilder]>(count: (count + stretch - 1) / stretch)
    Threads.run(parts.count) { number in
      guard number < parts.count else { return }
      let start = number * stretch
      parts[number] = cells(start..<min(start + stretch, count))
    }
    return outputs.indices.map { place in
      var all = CellBuilder(type(of: place))
      for part in 0..<parts.count { all.append(parts[part]![place]) }
      return DerivedColumn(all.column)
    }
  }

  private func type(of output: Int) -> CellBuilder.Kind {
    switch outputs[output] {
    case .number: .number
    case .truth: .truth
    case .date: .date
    case .text: .text
    case .constant(let value): CellBuilder.Kind(value)
    case .choice(_, let values): values.first.map { CellBuilder.Kind($0) } ?? .text
    case .boxed:
      if case .expression(let expression) = feed.outputs[output] {
        CellBuilder.Kind(expression.type)
      } else {
        .text
      }
    }
  }

  private func cells(_ range: Range<Int>) -> [CellBuilder] {
    let memory = ColumnMemory(loader.columns.program.layout, capacity: loader.columns.chunkRows)
    loader.prepare(memory)
    var cells = outputs.indices.map { CellBuilder(type(of: $0)) }
    let evaluator = RowEvaluator(plan: feed.plan, slotCount: world.program.slotCount)
    for start in stride(from: range.lowerBound, to: range.upperBound, by: memory.capacity) {
      let chunk = start..<min(start + memory.capacity, range.upperBound)
      loader.load(chunk, into: memory)
      loader.columns.program.run(memory)
      for (place, output) in outputs.enumerated() { cells[place].append(memory, output) }
      memory.forEachFlaggedRow { row in
        let state = world.state(of: start + row, in: frame, evaluator)
        for (place, output) in feed.outputs.enumerated() {
          let outcome: Outcome<Value> =
            switch output {
            case .slot(let slot): state.slots[slot]
            case .expression(let expression): expression.evaluate(state)
            }
          cells[place].replace(start - range.lowerBound + row, by: outcome.value)
        }
      }
    }
    return cells
  }
}

/// Results of threads, each of which sets its own.
final class Parts<Element: Sendable>: @unchecked Sendable {
  let count: Int
  private let base: UnsafeMutablePointer<Element?>

  init(count: Int) {
    self.count = count
    base = .allocate(capacity: max(1, count))
    base.initialize(repeating: nil, count: count)
  }

  deinit {
    base.deinitialize(count: count)
    base.deallocate()
  }

  subscript(place: Int) -> Element? {
    get {
      precondition(place < count)
      return base[place]
    }
    set {
      precondition(place < count)
      base[place] = newValue
    }
  }
}

/// The cells of a column while they are gathered.
struct CellBuilder: Sendable {
  enum Kind: Sendable {
    case number, truth, text, date

    init(_ value: Value) {
      switch value {
      case .bool: self = .truth
      case .string: self = .text
      case .timestamp: self = .date
      default: self = .number
      }
    }

    init(_ type: CELType) {
      switch type {
      case .bool: self = .truth
      case .string: self = .text
      case .timestamp: self = .date
      default: self = .number
      }
    }
  }

  private let kind: Kind
  private var numbers: [Double] = []
  private var isTrue = BitColumn()
  private var isKnown = BitColumn()
  private var codes: [Int32] = []
  private var texts: [String] = []
  private var places: [ContainerID: Int32] = [:]

  init(_ kind: Kind) {
    self.kind = kind
  }

  var column: Column {
    switch kind {
    case .number: .number(numbers)
    case .truth: .boolean(BooleanColumn(isTrue: isTrue.words, isKnown: isKnown.words, isTrue.count))
    case .text: .text(TextColumn(codes: codes, dictionary: texts))
    case .date: .date(codes)
    }
  }

  /// Appends a chunk's values.
  mutating func append(_ memory: ColumnMemory, _ value: ColumnValue) {
    switch (kind, value) {
    case (.number, .number(let register)):
      numbers.append(
        contentsOf: UnsafeBufferPointer(start: memory.numbers(register), count: memory.count))
    case (.truth, .truth(let register)):
      isTrue.append(memory.plane(register.isTrue), count: memory.count)
      isKnown.append(memory.plane(register.isKnown), count: memory.count)
    case (.date, .date(let register)):
      codes.append(
        contentsOf: UnsafeBufferPointer(start: memory.codes(register), count: memory.count))
    default:
      for row in 0..<memory.count { append(memory.outcome(value, row: row).value) }
    }
  }

  private mutating func append(_ value: Value?) {
    switch kind {
    case .number: numbers.append(number(value))
    case .truth:
      var truth: UInt64 = 0
      var known: UInt64 = 0
      if case .bool(let value)? = value { (truth, known) = (value ? 1 : 0, 1) }
      isTrue.append(&truth, count: 1)
      isKnown.append(&known, count: 1)
    case .text: codes.append(code(value))
    case .date: codes.append(day(value))
    }
  }

  mutating func replace(_ row: Int, by value: Value?) {
    switch kind {
    case .number: numbers[row] = number(value)
    case .truth:
      var truth: Bool?
      if case .bool(let value)? = value { truth = value }
      isTrue[row] = truth == true
      isKnown[row] = truth != nil
    case .text: codes[row] = code(value)
    case .date: codes[row] = day(value)
    }
  }

  mutating func append(_ other: CellBuilder) {
    numbers += other.numbers
    isTrue.append(other.isTrue)
    isKnown.append(other.isKnown)
    guard kind == .text else {
      codes += other.codes
      return
    }
    let codes = other.texts.map { code(.string($0)) }
    self.codes += other.codes.map { $0 < 0 ? -1 : codes[Int($0)] }
  }

  private func number(_ value: Value?) -> Double {
    value.flatMap { Outcome.value($0).asNumber.value } ?? .nan
  }

  private mutating func code(_ value: Value?) -> Int32 {
    guard case .string(let text)? = value else { return -1 }
    let key = ContainerID(text)
    if let code = places[key] { return code }
    places[key] = Int32(texts.count)
    texts.append(text)
    return Int32(texts.count - 1)
  }

  private func day(_ value: Value?) -> Int32 {
    guard case .timestamp(let time)? = value else { return Column.unknownDate }
    return Int32(clamping: time.seconds.floorDivided(by: 86_400))
  }
}

extension Int64 {
  fileprivate func floorDivided(by divisor: Int64) -> Int64 {
    self >= 0 ? self / divisor : -((divisor - 1 - self) / divisor)
  }
}
