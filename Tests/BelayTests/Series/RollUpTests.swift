import Testing

@testable import Belay

@Suite struct RollUpTests {
  static let takes: [RollUpFunction] = [
    .mean, .sum, .count, .share, .min, .max, .median, .percentile(90), .distinct,
  ]

  /// Of 0, 1, 2, 2 and 5. Seven eighths of the four steps are 3.5: half way from 2 to 5.
  static let values: [(RollUpFunction, Double)] = [
    (.mean, 2), (.sum, 10), (.count, 4), (.share, 0.8), (.min, 0), (.max, 5), (.median, 2),
    (.percentile(87.5), 3.5), (.percentile(0), 0), (.percentile(100), 5), (.distinct, 4),
  ]

  @Test(arguments: values)
  func `a group's value is made of what is known`(_ take: RollUpFunction, _ expected: Double) {
    let (value, n) = RollUp(take: take, minimumN: 5).value([2, 5, .nan, 1, 2, 0])
    #expect(value == expected)
    #expect(n == 5)
  }

  @Test func `a small group has no value`() {
    for take in Self.takes {
      let (value, n) = RollUp(take: take, minimumN: 6).value([2, 5, .nan, 1, 2, 0])
      #expect(value.isNaN && n == 5, "\(take)")
    }
  }

  @Test func `nothing known can be counted, and nothing else`() {
    for take in Self.takes {
      for values in [[], [Double.nan]] {
        let (value, n) = RollUp(take: take, minimumN: 0).value(values)
        let isCount = take == .count || take == .distinct
        #expect(isCount ? value == 0 : value.isNaN, "\(take)")
        #expect(n == 0)
      }
    }
  }

  @Test func `weights count, and members without one do not`() {
    let values: [Double] = [4, 1, .nan, 9, 9, 9]
    let weights: [Double] = [1, 3, 5, .nan, 0, -2]
    // (4 + 3) / 4, of two members
    let mean = RollUp(take: .mean, minimumN: 2).value(values, weights: weights)
    #expect(mean == (1.75, 2))
    let small = RollUp(take: .mean, minimumN: 3).value(values, weights: weights)
    #expect(small.value.isNaN && small.n == 2)
    let share = RollUp(take: .share, minimumN: 1).value([1, 0, .nan, 1], weights: [1, 3, 5, .nan])
    #expect(share == (0.25, 2))
    let none = RollUp(take: .mean, minimumN: 0).value([1], weights: [0])
    #expect(none.value.isNaN && none.n == 0)
    #expect(Self.takes.filter { $0.isWeighted } == [.mean, .share])
  }

  @Test func `what is not finite is unknown`() {
    let large = Double.greatestFiniteMagnitude
    for take in [RollUpFunction.sum, .mean] {
      #expect(RollUp(take: take, minimumN: 1).value([large, large]).value.isNaN, "\(take)")
    }
  }
}
