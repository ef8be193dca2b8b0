/// What one evaluation may still take of its limits.
struct Meter {
  let limits: Limits
  private(set) var steps: Int
  private(set) var iterations: Int

  private let allowed: Int

  init(_ limits: Limits, steps: Int? = nil) {
    self.limits = limits
    allowed = steps ?? limits.steps
    self.steps = allowed
    iterations = limits.iterations
  }

  var stepsTaken: Int { allowed - steps }

  /// Whether a limit was passed, so that the evaluation is over.
  var isExhausted: Bool { steps < 0 || iterations < 0 }

  /// Takes the step of one sub-expression. False when there was none left.
  mutating func step() -> Bool {
    steps -= 1
    return steps >= 0
  }

  mutating func spend(_ count: Int) throws(Fault) {
    steps -= count
    if steps < 0 { throw .exhausted }
  }

  /// Going through a text or bytes takes a step for each 16 bytes.
  mutating func spend(bytes: Int) throws(Fault) {
    try spend(bytes >> 4)
  }

  /// Going through a text or bytes; other values take nothing.
  mutating func spend(reading value: Value) throws(Fault) {
    switch value {
    case .string(let text): try spend(bytes: text.utf8.count)
    case .bytes(let bytes): try spend(bytes: bytes.count)
    default: break
    }
  }

  mutating func visit(_ count: Int) throws(Fault) {
    iterations -= count
    if iterations < 0 { throw .exhausted }
  }

  /// Refuses a text or bytes that are too long to be made.
  func admit(bytes: Int) throws(Fault) {
    if bytes > limits.textLength { throw .tooLarge }
  }

  func admit(elements: Int) throws(Fault) {
    if elements > limits.listLength { throw .tooLarge }
  }

  /// Refuses a value that is too large to be made.
  func admit(_ value: Value) throws(Fault) {
    switch value {
    case .string(let text): try admit(bytes: text.utf8.count)
    case .bytes(let bytes): try admit(bytes: bytes.count)
    case .list(let list): try admit(elements: list.count)
    default: break
    }
  }

  /// Refuses a value that holds more than anyone could go through: lists share their elements, so
  /// a small expression can name an immense one.
  func admit(whole value: Value) throws(Fault) {
    switch value {
    case .list, .map, .optional:
      var budget = limits.listLength
      try count(value, &budget)
    default: break
    }
  }

  private func count(_ value: Value, _ budget: inout Int) throws(Fault) {
    switch value {
    case .list(let list):
      budget -= list.count
      if budget < 0 { throw .tooLarge }
      for element in list {
        switch element {
        case .list, .map, .optional: try count(element, &budget)
        default: break
        }
      }
    case .map(let map):
      budget -= map.count
      if budget < 0 { throw .tooLarge }
      for entry in map.entries { try count(entry.value, &budget) }
    case .optional(let content?): try count(content, &budget)
    default: break
    }
  }
}
