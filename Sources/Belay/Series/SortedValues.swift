/// Known values in rising order, in memory that somebody else holds.
struct SortedValues {
  private let memory: UnsafeMutableBufferPointer<Double>
  private(set) var count = 0

  init(_ memory: UnsafeMutableBufferPointer<Double>) {
    self.memory = memory
  }

  var values: UnsafeBufferPointer<Double> {
    UnsafeBufferPointer(rebasing: memory[..<count])
  }

  /// - Precondition: there is room for it.
  mutating func insert(_ value: Double) {
    var place = count
    while place > 0, memory[place &- 1] > value {
      memory[place] = memory[place &- 1]
      place &-= 1
    }
    memory[place] = value
    count &+= 1
  }

  /// - Precondition: the value was inserted.
  mutating func remove(_ value: Double) {
    var place = values.lowerBound(of: value)
    count &-= 1
    while place < count {
      memory[place] = memory[place &+ 1]
      place &+= 1
    }
  }
}

extension UnsafeBufferPointer<Double> {
  /// Of rising values, the percentile as `WindowFunction.percentile` says; unknown of none.
  func percentile(_ percent: Double) -> Double {
    guard count > 0 else { return .nan }
    let h = Double(count - 1) * percent / 100
    let place = Int(h)
    let low = self[place]
    guard place + 1 < count else { return (low + 0).orUnknown }
    // Adding 0 makes 0 of -0: which of the two comes first among equals is chance.
    return (low + (self[place + 1] - low) * (h - Double(place)) + 0).orUnknown
  }

  /// How many of rising values are less.
  func lowerBound(of value: Double) -> Int {
    search { $0 < value }
  }

  /// How many of rising values are not greater.
  func upperBound(of value: Double) -> Int {
    search { $0 <= value }
  }

  /// How many of the first values meet a condition that no later one does.
  private func search(_ condition: (Double) -> Bool) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low &+ high) >> 1
      if condition(self[middle]) { low = middle &+ 1 } else { high = middle }
    }
    return low
  }
}

/// Memory for the known values of a group, used again for the next.
///
/// One thread at a time may use it.
final class SeriesScratch {
  private var memory = UnsafeMutableBufferPointer<Double>.allocate(capacity: 64)

  deinit {
    memory.deallocate()
  }

  /// The known ones of the values, in their order, until the next call.
  func known(of values: UnsafeBufferPointer<Double>) -> UnsafeMutableBufferPointer<Double> {
    if memory.count < values.count {
      memory.deallocate()
      memory = .allocate(capacity: Swift.max(values.count, 2 * memory.count))
    }
    var count = 0
    for value in values where value.isKnown {
      memory[count] = value
      count &+= 1
    }
    return UnsafeMutableBufferPointer(rebasing: memory[..<count])
  }
}
