import Belay
import BelayReport
import BelayYAML
import Tables
import TestSupport
import Testing

@Suite struct CSVStreamTests {
  private typealias Way = StreamSample.Way
  private static let blockSizes = [1, 2, 7, 63, 64, 65, 1009, 1 << 20]
  private static let chunkSizes: [Int?] = [1, 2, 7, 63, 64, 65, 101, nil]

  private func way(_ random: inout SeededRandom) -> Way {
    Way(
      blockSize: random.pick(Self.blockSizes), chunkRows: random.pick(Self.chunkSizes),
      jobs: random.number(1...4), readsAgain: random.once(in: 2),
      readSize: random.pick([1, 3, 100, .max]))
  }

  @Test(arguments: [TableFormat.csv, .ndjson], StreamSample.Order.allCases)
  func `a stream writes and finds what a table as a whole does`(
    _ format: TableFormat, _ order: StreamSample.Order
  ) {
    var random = SeededRandom.announced()
    for _ in 0..<SeededRandom.cases(5) {
      let count = random.pick([0, 1, 2, 5, 40, 130])
      // NDJSON without a record is no file of records at all.
      let records = StreamSample.records(max(count, format == .csv ? 0 : 1), order, &random)
      let bytes =
        format == .csv
        ? StreamSample.csv(records, &random) : StreamSample.ndjson(records, &random)
      let decimals = random.pick([nil, nil, 0, 2, 15])
      let expected = StreamSample.whole(bytes, format, decimals: decimals)
      #expect(expected.error == nil)
      for _ in 0..<4 {
        var way = way(&random)
        way.decimals = decimals
        let streamed = StreamSample.streamed(bytes, format, way)
        #expect(streamed.difference(from: expected) == nil, "\(count) rows, \(way)")
      }
    }
  }

  @Test func `every size of blocks and number of threads gives the same bytes`() {
    var random = SeededRandom.announced()
    for order in [StreamSample.Order.sorted, .shuffled, .repeated] {
      let bytes = StreamSample.csv(StreamSample.records(50, order, &random), &random)
      let expected = StreamSample.whole(bytes, .csv)
      for blockSize in Self.blockSizes {
        for jobs in 1...4 {
          for readsAgain in [true, false] {
            let way = Way(blockSize: blockSize, jobs: jobs, readsAgain: readsAgain)
            let streamed = StreamSample.streamed(bytes, .csv, way)
            #expect(streamed.difference(from: expected) == nil, "\(order), \(way)")
          }
        }
      }
    }
  }

  @Test(arguments: [true, false])
  func `a row that repeats one of a far earlier block is left out`(_ readsAgain: Bool) {
    var rows = (0..<600).map { "p\(1000 + $0),2026-01,50,1,family,n,true,2025-01-01\n" }
    rows.insert("p1003,2026-01,much,1,family,n,true,2025-01-01\n", at: 400)
    rows.append("p1599,2026-01,50,much,family,n,true,2025-01-01\n")
    rows.append("p1600,2026-01,50,much,family,n,true,2025-01-01\n")
    let text = StreamSample.header.joined(separator: ",") + "\n" + rows.joined()
    let bytes = Array(text.utf8)
    let expected = StreamSample.whole(bytes, .csv)
    #expect(expected.output.split(separator: "\n").count == 602)
    for jobs in 1...4 {
      let way = Way(blockSize: 500, jobs: jobs, readsAgain: readsAgain)
      let streamed = StreamSample.streamed(bytes, .csv, way)
      #expect(streamed.difference(from: expected) == nil, "\(way)")
    }
  }

  @Test func `cells are reported too where rows begin to come in no order`() {
    // The block in which order ends is looked at twice; what its cells say is said all the same.
    let keys = ["b", "c", "a", "d"]
    let rows = keys.map { "\($0),2026-01,much,1,family,n,true,2025-01-01\n" }
    let bytes = Array(
      (StreamSample.header.joined(separator: ",") + "\n" + rows.joined()).utf8)
    let expected = StreamSample.whole(bytes, .csv)
    #expect(expected.diagnostics.contains("4 warnings"))
    for blockSize in [1, 60, 1000] {
      for jobs in 1...4 {
        let way = Way(blockSize: blockSize, jobs: jobs)
        let streamed = StreamSample.streamed(bytes, .csv, way)
        #expect(streamed.difference(from: expected) == nil, "\(way)")
      }
    }
  }

  @Test func `texts that outgrow their dictionaries change nothing`() {
    var random = SeededRandom.announced()
    let records = StreamSample.records(12_000, .sorted, &random, freshTexts: true)
    let bytes = StreamSample.csv(records, &random)
    let whole = StreamSample.whole(bytes, .csv)
    for jobs in [1, 3] {
      let streamed = StreamSample.streamed(
        bytes, .csv, Way(blockSize: 1 << 16, jobs: jobs, readsAgain: false))
      // Compared by parts, for texts this long make long messages.
      #expect(streamed.output.utf8.elementsEqual(whole.output.utf8))
      #expect(streamed.diagnostics == whole.diagnostics)
    }
  }

  // MARK: What cannot be read

  private static let breakages: [(TableFormat, String)] = [
    (.csv, "p1,2026-01,1\n"), (.csv, "p1,2026-01,\"1\"x,1,family,n,true,2025-01-01\n"),
    (.csv, "p1,2026-01,1,1,family,\u{0},true,2025-01-01\n"),
    (.csv, "p1,2026-01,1,1,family,n,true,2025-01-01,more\n"),
    (.ndjson, "{\"id\":\"p1\",\n"), (.ndjson, "[1]\n"),
    (.ndjson, "{\"id\":\"p1\",\"id\":\"p2\"}\n"),
  ]

  @Test(arguments: breakages)
  func `the earliest error is said, after the rows before it`(
    _ format: TableFormat, _ breakage: String
  ) throws {
    var random = SeededRandom.announced()
    let records = StreamSample.records(200, .sorted, &random)
    func data(_ records: ArraySlice<[String]>) -> [UInt8] {
      format == .csv
        ? StreamSample.csv(Array(records), &random)
        : StreamSample.ndjson(Array(records), &random)
    }
    var bytes = data(records[..<120])
    if bytes.last != 10 { bytes.append(10) }
    let before = StreamSample.whole(bytes, format)
    let rest = data(records[120...]).drop { $0 != 10 }.dropFirst()
    // A second breakage stands behind the first.
    bytes += Array(breakage.utf8) + rest + Array(("\n" + breakage).utf8)
    let error = try #require(StreamSample.whole(bytes, format).error)
    for blockSize in [1, 64, 1009] {
      for jobs in 1...4 {
        let way = Way(blockSize: blockSize, jobs: jobs, readsAgain: random.once(in: 2))
        let streamed = StreamSample.streamed(bytes, format, way)
        let first = try #require(streamed.error, "\(way)")
        #expect(error.hasPrefix(first.prefix { $0 != "\n" }), "\(way): \(first)\n\(error)")
        // What stands in the block of the breakage is not written: small blocks hold few records.
        let isBefore = before.output.hasPrefix(streamed.output)
        let written = streamed.output.split(separator: "\n").count
        let isMostly = written >= before.output.split(separator: "\n").count - 8
        #expect(isBefore && (isMostly || blockSize > 1), "\(way)")
      }
    }
  }

  @Test(arguments: 1...4)
  func `an error of reading comes out, after the rows before it`(_ jobs: Int) {
    var random = SeededRandom.announced()
    let bytes = StreamSample.csv(StreamSample.records(100, .sorted, &random), &random)
    let whole = StreamSample.whole(bytes, .csv)
    for blockSize in [1, 65, 1009, 1 << 20] {
      for failure in [0, 70, bytes.count / 2, bytes.count] {
        var way = Way(blockSize: blockSize, jobs: jobs)
        way.readFailure = failure
        let streamed = StreamSample.streamed(bytes, .csv, way)
        #expect(streamed.error == "Broken()", "\(way)")
        let isPrefix = whole.output.hasPrefix(streamed.output)
        #expect(isPrefix, "\(way)")
      }
    }
  }

  @Test(arguments: 1...4)
  func `an error of writing comes out and stops the work`(_ jobs: Int) {
    var random = SeededRandom.announced()
    let bytes = StreamSample.csv(StreamSample.records(100, .shuffled, &random), &random)
    let whole = StreamSample.whole(bytes, .csv)
    for blockSize in [1, 65, 1009, 1 << 20] {
      for failure in [0, 500, whole.output.utf8.count - 1] {
        for readsAgain in [true, false] {
          var way = Way(blockSize: blockSize, jobs: jobs, readsAgain: readsAgain)
          way.writeFailure = failure
          let streamed = StreamSample.streamed(bytes, .csv, way)
          #expect(streamed.error == "Broken()", "\(way)")
          let isPrefix = whole.output.hasPrefix(streamed.output)
          #expect(isPrefix, "\(way)")
        }
      }
    }
  }

  @Test(arguments: ["", "\n\n", "hours\n1\n", "id,month,id\n"])
  func `what is no table is refused before anything is written`(_ text: String) {
    let whole = StreamSample.whole(Array(text.utf8), .csv)
    #expect(whole.error != nil)
    #expect(StreamSample.streamed(Array(text.utf8), .csv, Way(jobs: 2)) == whole)
  }
}
