import CEL
import Diagnostics
import Foundation
import TestSupport
import Testing

/// The Swift of `CEL.docc`, as it stands there.
struct DocumentationExamplesTests {
  @Test func `the first example runs`() throws {
    var environment = Environment()
    environment.declare("visits", .int)
    let isBusy = try environment.compile("visits > 20")
    let outcome = isBusy.evaluate(["visits": 24])  // .value(true)
    #expect(outcome == .value(true))
  }

  @Test func `getting started runs`() throws {
    var environment = Environment()
    environment.declare("visits", .int)
    environment.declare("specialty", .string)
    let isBusy = try environment.compile("visits > 20 && specialty != 'psychiatry'")

    do throws(CompilationError) {
      _ = try environment.compile("visist > 20")
    } catch {
      print(error)  // error[unknown-name]: unknown name `visist`, and where
    }

    switch isBusy.evaluate(["visits": 24]) {
    case .value(let value): print(value)
    case .unknown(let unknown): print("missing:", unknown.causes.map(\.name))  // ["specialty"]
    case .fault(let fault): print(fault)
    }
    let early = isBusy.evaluate(["visits": 3])  // .value(false), whatever the specialty

    #expect(isBusy.evaluate(["visits": 24]) == .unknown(Unknown("specialty")))
    #expect(early == .value(false))

    let scores = try Value(json: "[1, 2.5, 4]")
    environment.declare("scores", .list(.double))
    let best = try environment.compile("math.greatest(scores)")
    let highest = best.evaluate(["scores": scores])  // .value(.double(4))
    #expect(highest == .value(.double(4)))

    struct Provider: Activation {
      var visits: Int64
      var specialty: String?

      func outcome(at slot: Int) -> Outcome<Value> {
        switch slot {
        case 0: .value(.int(visits))
        default: specialty.map { .value(.string($0)) } ?? .unknown(Unknown("specialty"))
        }
      }
    }
    let provider = Provider(visits: 24, specialty: "pediatrics")
    let busy = isBusy.evaluate(provider)  // .value(true)
    #expect(busy == .value(true))
  }

  @Test func `functions can be added`() throws {
    var functions = FunctionTable.standard
    functions.add(
      Overload("per_week_int", "perWeek", [.int], .double, doc: "The visits of five days.") {
        (values: [Value]) throws(Fault) -> Value in
        guard case .int(let visits) = values[0] else { throw Fault(.noSuchOverload, "perWeek") }
        return .double(Double(visits) * 5)
      })
    let weekly = Environment(functions: functions)
    let isFull = try weekly.compile("perWeek(20) > 90.0")
    let constant = isFull.constant  // true, known without any record
    #expect(constant == true)
  }

  @Test func `profiles differ as described`() throws {
    var plain = Environment()
    var policy = Environment(profile: .policy)
    for name in ["minutes", "days"] {
      plain.declare(name, .double)
      policy.declare(name, .double)
    }
    let record: [String: Value] = ["minutes": 90.0, "days": 0.0]
    let infinite = try plain.compile("minutes / days").evaluate(record)  // infinite
    let unknown = try policy.compile("minutes / days").evaluate(record)  // unknown
    let zero = try policy.compile("or_else(minutes / days, 0)").evaluate(record)  // 0.0
    #expect(
      infinite == .value(.double(.infinity)))
    #expect(
      unknown == .unknown(Unknown("minutes / days", .notFinite)))
    #expect(zero == .value(0.0))
  }

  @Test func `limits hold`() throws {
    var limits = Limits()
    limits.iterations = 10_000
    var bounded = Environment(limits: limits)
    bounded.declare("l", .list(.int))
    let tower = try bounded.compile("l.map(x, l.map(y, l.map(z, x + y + z)))")
    let large = Value.list((0..<1000).map { .int($0) })
    let stopped = tower.evaluate(["l": large])  // a fault of the kind `limit`
    guard case .fault(let fault) = stopped else {
      Issue.record("a tower has no end")
      return
    }
    #expect(fault.kind == .limit)
  }

  @Test func `zones come from Foundation`() throws {
    struct FoundationZones: TimeZones {
      func secondsAheadOfUTC(in zone: String, at moment: Timestamp) -> Int64? {
        guard let zone = TimeZone(identifier: zone) else { return nil }
        return Int64(zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(moment.seconds))))
      }
    }
    var local = Environment(functions: .standard(timeZones: FoundationZones()))
    local.declare("t", .timestamp)
    let hour = try local.compile("t.getHours('Europe/Berlin')")
    let july = Timestamp(year: 2026, month: 7, day: 1)!
    let two = hour.evaluate(["t": .timestamp(july)])  // .value(.int(2))
    #expect(
      two == .value(2))
  }

  private static let catalogue = Conformance.checkout.appending(path: "Sources/CEL/CEL.docc")

  @Test func `every example of the catalogue stands in this file`() throws {
    func lines(_ text: some StringProtocol) -> [String] {
      text.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
        .filter { !$0.isEmpty }
    }
    let here = lines(try String(contentsOf: URL(filePath: #filePath), encoding: .utf8))
    var count = 0
    for file in Golden.files(in: Self.catalogue, extension: "md") {
      let text = try String(contentsOf: file, encoding: .utf8)
      for block in text.components(separatedBy: "```swift\n").dropFirst() {
        let example = lines(block.components(separatedBy: "\n```")[0])
        #expect(here.contains(example), "\(file.lastPathComponent): \(example[0])")
        count += 1
      }
    }
    #expect(count >= 9)
  }

  @Test func `every public type has its place in the catalogue`() throws {
    let page = try String(contentsOf: Self.catalogue.appending(path: "CEL.md"), encoding: .utf8)
    let declaration = /^public (?:indirect )?(?:struct|enum|protocol|final class|class) (\w+)/
      .anchorsMatchLineEndings()
    for file in Golden.files(in: Self.catalogue.deletingLastPathComponent(), extension: "swift") {
      let text = try String(contentsOf: file, encoding: .utf8)
      for match in text.matches(of: declaration) {
        #expect(page.contains("- ``\(match.1)``"), "\(match.1)")
      }
    }
  }
}
