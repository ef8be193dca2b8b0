/// How many steps an evaluation takes, as far as that can be told before it.
///
/// A step is the evaluation of one sub-expression. Operations take more for what they go
/// through: one for each element of a list that is compared, searched or copied, one for each
/// 16 bytes of a text, and one for each 8 states of a regular expression that are looked at. On
/// the machines of 2026 a step takes about 20 to 50 nanoseconds.
///
/// The estimate takes lists, maps and texts to be as large as the environment says. Sums
/// and products that are too large for an `Int` stay at its largest.
public struct CostEstimate: Hashable, Sendable {
  /// When what is read first settles the outcome, or is unknown.
  public var minimum: Int
  /// When nothing ends early.
  public var maximum: Int

  public init(minimum: Int, maximum: Int) {
    self.minimum = minimum
    self.maximum = maximum
  }

  static func + (a: CostEstimate, b: CostEstimate) -> CostEstimate {
    CostEstimate(minimum: plus(a.minimum, b.minimum), maximum: plus(a.maximum, b.maximum))
  }
}

extension CostEstimate {
  /// Estimates every node of a program from its children, which precede it.
  ///
  /// - Parameter environment: says how many elements or bytes the value of a slot may have.
  init(_ program: Program, in environment: Environment) {
    let assumed = environment.assumedSize
    var costs: [CostEstimate] = []
    costs.reserveCapacity(program.nodes.count)
    var extents: [Extent] = []
    extents.reserveCapacity(program.nodes.count)
    var binders: [Program.ID: Int] = [:]
    for node in program.nodes {
      // Invariant: what is bound precedes the first use of its variable.
      if case .bind(let local, let bound, _) = node.operation {
        for (place, id) in bound.enumerated() { binders[id] = local + place }
      }
    }
    var locals = Array(repeating: Extent(assumed), count: program.locals)
    for (place, node) in program.nodes.enumerated() {
      func cost(_ id: Program.ID) -> CostEstimate { costs[Int(id)] }
      func extent(_ id: Program.ID) -> Extent { extents[Int(id)] }
      let children = program.children(node.operation)
      var total = CostEstimate(minimum: 1, maximum: 1)
      var size = Extent(node.type.isSized ? assumed : 0)
      switch node.operation {
      case .constant(let value): size = Extent(value)
      case .variable(let slot):
        size = node.type.isSized ? Extent(environment.size(ofSlot: slot)) : size
      case .local(let local): size = node.type.isSized ? locals[local] : size
      case .fault: break
      case .logic(_, _, let ids):
        total = total + cost(ids[0])
        for id in ids.dropFirst() { total.maximum = plus(total.maximum, cost(id).maximum) }
      case .conditional(let condition, let then, let otherwise):
        let (a, b) = (cost(then), cost(otherwise))
        total = total + cost(condition)
        total.maximum = plus(total.maximum, max(a.maximum, b.maximum))
        size = extent(then).union(extent(otherwise))
      case .list(let elements):
        for element in elements { total = total + cost(element.value) }
        size = Extent(elements.count)
      case .map(let entries):
        for entry in entries { total = total + cost(entry.key) + cost(entry.value) }
        size = Extent(entries.count)
      case .comprehension(let one):
        var range = extent(one.range)
        if one.macro == .optMap || one.macro == .optFlatMap { range = Extent(1) }
        let body = [one.condition, one.result].compactMap { $0 }
        let once = body.reduce(0) { plus($0, cost($1).maximum) }
        total = total + cost(one.range)
        total.maximum = plus(total.maximum, times(range.most, once))
        switch one.macro {
        case .filter, .transformMap, .transformMapEntry: size = Extent(range.most)
        case .map, .transformList: size = Extent(range.most)
        default: break
        }
      case .bind:
        for child in children { total = total + cost(child) }
        size = extent(children[children.count - 1])
      default:
        var through = 0
        var most = 0
        for child in children {
          total = total + cost(child)
          through = plus(through, extent(child).steps)
          if node.type.isText, !extent(child).isText {
            // Text made of a list: its elements may be texts, each as long as any.
            let bytes = times(extent(child).most, assumed)
            through = plus(through, plus(bytes >> 4, 1))
            most = plus(most, bytes)
          } else {
            most = plus(most, extent(child).most)
          }
        }
        if case .prepared(_, let text, let pattern) = node.operation, extent(pattern).isText {
          through = plus(through, looks(at: extent(text), states: extent(pattern).most))
        }
        switch program.preparedOperands[Program.ID(place)] {
        case .string(let pattern):
          let states = (try? Pattern(pattern))?.size ?? 0
          through = plus(through, looks(at: extent(children[0]), states: states))
        case let operand?: through = plus(through, Extent(operand).steps)
        case nil: break
        }
        total.maximum = plus(total.maximum, through)
        if node.type.isSized { size = Extent(max(most, assumed)) }
      }
      size.isText = node.type.isText
      costs.append(total)
      if let local = binders[Program.ID(extents.count)] { locals[local] = size }
      extents.append(size)
    }
    self = costs[Int(program.root)]
  }
}

/// What a regular expression of so many states takes at most to go through a text.
private func looks(at text: Extent, states: Int) -> Int {
  plus(times(plus(text.most, 1), plus(states, 1)) >> 3, plus(states >> 6, 1))
}

/// How many elements or bytes a value may have.
private struct Extent {
  var most: Int
  var isText = false

  init(_ most: Int) { self.most = most }

  init(_ value: Value) {
    switch value {
    case .string(let text): self.init(text.utf8.count)
    case .bytes(let bytes): self.init(bytes.count)
    case .list(let list): self.init(list.count)
    case .map(let map): self.init(map.count)
    default: self.init(0)
    }
  }

  /// What going through the value takes.
  var steps: Int { isText ? plus(most >> 4, 1) : most }

  func union(_ other: Extent) -> Extent {
    Extent(max(most, other.most))
  }
}

extension CELType {
  fileprivate var isText: Bool {
    switch self {
    case .string, .bytes: true
    case .wrapper(let type): type.isText
    default: false
    }
  }

  /// Whether values of the type have a size that matters.
  fileprivate var isSized: Bool {
    switch self {
    case .string, .bytes, .list, .map, .dyn, .parameter, .wrapper, .opaque: true
    default: false
    }
  }
}

private func plus(_ a: Int, _ b: Int) -> Int {
  let (sum, overflow) = a.addingReportingOverflow(b)
  return overflow ? .max : sum
}

private func times(_ a: Int, _ b: Int) -> Int {
  let (product, overflow) = a.multipliedReportingOverflow(by: b)
  return overflow ? .max : product
}
