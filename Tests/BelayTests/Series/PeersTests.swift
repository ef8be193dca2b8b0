import TestSupport
import Testing

@testable import Belay

@Suite struct PeersTests {
  static let takes: [PeerFunction] = [
    .percentile, .mean, .median, .zscore, .robustZscore, .rank, .ratio,
  ]

  private static let sd = 3.0.squareRoot()
  private static let unknown = Double.nan

  /// Known are 1, 2, 2 and 5: their mean is 2.5 and median 2, |x - 2| has the median 0.5, and the
  /// variance is (2.25 + 0.25 + 0.25 + 6.25) / 3 = 3.
  static let compared: [(PeerFunction, [Double])] = [
    (.percentile, [50, 87.5, unknown, 12.5, 50]),
    (.mean, [2.5, 2.5, 2.5, 2.5, 2.5]),
    (.median, [2, 2, 2, 2, 2]),
    (.zscore, [-0.5 / sd, 2.5 / sd, unknown, -1.5 / sd, -0.5 / sd]),
    (.robustZscore, [0, 3 / 0.7413, unknown, -1 / 0.7413, 0]),
    (.rank, [2, 4, unknown, 1, 2]),
    (.ratio, [1, 2.5, unknown, 0.5, 1]),
  ]

  @Test(arguments: compared)
  func `a member is compared with the known values of its group`(
    _ take: PeerFunction, _ expected: [Double]
  ) {
    let results = Peers(take: take, minimumN: 4).results([2, 5, .nan, 1, 2])
    #expect(results.bits == expected.bits)
  }

  @Test func `a small group tells nothing`() {
    for take in Self.takes {
      let results = Peers(take: take, minimumN: 5).results([2, 5, .nan, 1, 2])
      #expect(results.allSatisfy { $0.isNaN }, "\(take)")
      #expect(
        Peers(take: take, minimumN: 0).results([.nan, .nan]).allSatisfy { $0.isNaN }, "\(take)")
      #expect(Peers(take: take, minimumN: 0).results([]) == [])
    }
  }

  @Test func `among equals nobody stands out, however they are rounded`() {
    let equal = Array(repeating: 0.1, count: 6)
    func results(_ take: PeerFunction) -> [Double] {
      Peers(take: take, minimumN: 1).results(equal)
    }
    #expect(results(.zscore).allSatisfy { $0.isNaN })
    #expect(results(.robustZscore).allSatisfy { $0.isNaN })
    #expect(results(.percentile) == Array(repeating: 50, count: 6))
    #expect(results(.rank) == Array(repeating: 1, count: 6))
    #expect(results(.ratio) == Array(repeating: 1, count: 6))
  }

  @Test func `nothing is a multiple of 0`() {
    #expect(Peers(take: .ratio, minimumN: 1).results([-1, 0, 1]).allSatisfy { $0.isNaN })
  }

  @Test func `memory is used again without a trace`() {
    var random = SeededRandom.announced()
    let scratch = SeriesScratch()
    for _ in 0..<SeededRandom.cases(200) {
      let values = (0..<random.number(0...200)).map { _ in
        random.once(in: 5) ? Double.nan : Double(random.number(-50...50)) / 8
      }
      let peers = Peers(take: random.pick(Self.takes), minimumN: random.number(0...10))
      #expect(peers.results(values, scratch: scratch).bits == peers.results(values).bits)
      let known = values.filter { !$0.isNaN }
      guard peers.take == .percentile, known.count >= max(peers.minimumN, 1) else { continue }
      let expected = values.map { own in
        let (below, equal) = (known.count { $0 < own }, known.count { $0 == own })
        return own.isNaN
          ? .nan : 100 * (Double(below) + 0.5 * Double(equal)) / Double(known.count)
      }
      #expect(peers.results(values).bits == expected.bits)
    }
  }
}
