/// What a sub-expression of one text gives for each text of a pool.
struct LiftedTexts {
  /// What is evaluated.
  struct Subject: Sendable {
    let program: Program
    let root: Program.ID
    /// The only slot that it reads.
    let slot: Int
    let steps: Int
  }

  /// By code, after that of the unknown text: NaN where unknown.
  fileprivate(set) var numbers: [Double] = []
  /// By code, after that of the unknown text: 1 for true and 2 for known.
  fileprivate(set) var truths: [UInt8] = []
  /// Whether the truth of every text is known, and that of the unknown one is not.
  fileprivate(set) var isKnownWhereTextIs = true
  /// The codes whose text is a fault, or takes more steps than its share.
  fileprivate(set) var faults: Set<Int32> = []
  fileprivate var generation = 0
}

extension ColumnMemory {
  /// Evaluates the texts that came into a pool since the last time.
  func lift(_ place: Int, _ subject: LiftedTexts.Subject, pool: Int) {
    if lifted[place].generation != pools[pool].generation { lifted[place] = LiftedTexts() }
    lifted[place].generation = pools[pool].generation
    let record = SingleValue()
    for code in lifted[place].truths.count - 1..<pools[pool].texts.count {
      record.outcome = code < 0 ? Self.unknown : .value(.string(pools[pool].texts[code]))
      var evaluator = Evaluator(subject.program, record, steps: subject.steps)
      let outcome = evaluator.outcome(of: subject.root)
      var (number, truth) = (Double.nan, UInt8(0))
      switch outcome {
      case .value(.double(let value)): number = value
      case .value(.bool(let value)): truth = value ? 3 : 2
      case .fault: lifted[place].faults.insert(Int32(code))
      default: break
      }
      lifted[place].numbers.append(number)
      lifted[place].truths.append(truth)
      if (truth != 0) != (code >= 0) { lifted[place].isKnownWhereTextIs = false }
    }
  }

  func flagFaults(of place: Int, codes: UnsafePointer<Int32>) {
    guard !lifted[place].faults.isEmpty else { return }
    for row in 0..<count where lifted[place].faults.contains(codes[row]) { flag(row) }
  }
}

private final class SingleValue: Activation {
  var outcome = ColumnMemory.unknown

  func outcome(at slot: Int) -> Outcome<Value> { outcome }
}

/// Which parts of a program read one text slot and nothing else.
struct SingleTexts {
  enum Reading: Hashable {
    case nothing
    case text(Int)
    case more
  }

  private var readings: [Reading] = []

  init(_ program: Program, _ slots: [Int: ColumnValue]) {
    // Children precede their parent.
    for node in program.nodes {
      let reading: Reading
      switch node.operation {
      case .variable(let slot):
        if case .text? = slots[slot] { reading = .text(slot) } else { reading = .more }
      // The variables of a macro have their values from outside of what reads them.
      case .local: reading = .more
      default:
        let all = Set(program.children(node.operation).map { readings[Int($0)] })
          .subtracting([.nothing])
        reading = all.count > 1 ? .more : all.first ?? .nothing
      }
      readings.append(reading)
    }
  }

  subscript(id: Program.ID) -> Reading { readings[Int(id)] }
}

extension Program {
  /// The slots that a sub-expression reads, each once, in order.
  func slots(under root: ID) -> [Int] {
    var slots: Set<Int> = []
    var pending = [root]
    while let id = pending.popLast() {
      if case .variable(let slot) = nodes[Int(id)].operation { slots.insert(slot) }
      pending += children(nodes[Int(id)].operation)
    }
    return slots.sorted()
  }
}
