import CEL
import Foundation
import TestSupport
import Testing

@testable import BelayCLI

@Suite struct ZoneFileTests {
  static let folder = "/usr/share/zoneinfo"

  /// 1900 to 2100.
  private static let moments: ClosedRange<Int64> = -2_208_988_800...4_102_444_800
  private static let names = TimeZone.knownTimeZoneIdentifiers.filter {
    FileManager.default.fileExists(atPath: "\(folder)/\($0)")
  }

  /// Before 1970 Foundation's own data differ from the system's.
  @Test(.enabled(if: !names.isEmpty))
  func `offsets since 1970 are those that Foundation gives`() throws {
    var random = SeededRandom.announced()
    let zones = ZoneFiles(folder: Self.folder)
    for _ in 0..<3000 {
      let name = Self.names.randomElement(using: &random)!
      let seconds = Int64.random(in: 0...Self.moments.upperBound, using: &random)
      let zone = try #require(TimeZone(identifier: name))
      let date = Date(timeIntervalSince1970: TimeInterval(seconds))
      let moment = try #require(Timestamp(seconds: seconds))
      #expect(
        zones.secondsAheadOfUTC(in: name, at: moment) == Int64(zone.secondsFromGMT(for: date)),
        "\(name) at \(moment)")
    }
  }

  #if os(Linux)
    @Test(.enabled(if: !names.isEmpty))
    func `offsets are those that the C library reads from the same files`() throws {
      var random = SeededRandom.announced()
      let zones = ZoneFiles(folder: Self.folder)
      let folder = try ScratchFolder()
      for name in Self.names.shuffled(using: &random).prefix(60) {
        let seconds = (0..<50).map { _ in Int64.random(in: Self.moments, using: &random) }
        try folder.write("dates", seconds.map { "@\($0)\n" }.joined())
        let run = try Command.shell("TZ='\(name)' date -f dates '+%::z'", in: folder.url)
        guard run.status == 0 else { continue }
        let ours = try seconds.map { seconds in
          let moment = try #require(Timestamp(seconds: seconds))
          return Self.text(try #require(zones.secondsAheadOfUTC(in: name, at: moment)))
        }
        // An offset that nobody kept is written `-00`.
        #expect(run.output.replacing("-00:00:00", with: "+00:00:00") == ours.joined(), "\(name)")
      }
    }

    /// As `date` writes it: `-02:30:00`.
    private static func text(_ offset: Int64) -> String {
      let parts = [offset.magnitude / 3600, offset.magnitude / 60 % 60, offset.magnitude % 60]
      return (offset < 0 ? "-" : "+")
        + parts.map { ($0 < 10 ? "0" : "") + String($0) }.joined(separator: ":") + "\n"
    }
  #endif

  @Test func `offsets change at the second of a transition`() throws {
    let zone = try #require(
      ZoneFile(Self.file(times: [0, 100], kinds: [1, 0], offsets: [3600, 7200], footer: "")))
    #expect(
      try Self.offsets(zone, at: [-1, 0, 99, 100, 9_999_999]) == [3600, 7200, 7200, 3600, 3600])
    let old = try #require(
      ZoneFile(
        Self.file(times: [0], kinds: [1], offsets: [3600, 7200], footer: nil)))
    #expect(try Self.offsets(old, at: [-1, 0]) == [3600, 7200])
  }

  /// Rules with moments and offsets in seconds.
  @Test(arguments: [
    ("UTC0", "2026-07-01T00:00:00Z", 0),
    ("<-03>3", "2026-07-01T00:00:00Z", -10800),
    ("<+0530>-5:30", "1900-07-01T00:00:00Z", 19800),
    ("CET-1CEST,M3.5.0,M10.5.0/3", "2026-03-29T00:59:59Z", 3600),
    ("CET-1CEST,M3.5.0,M10.5.0/3", "2026-03-29T01:00:00Z", 7200),
    ("CET-1CEST,M3.5.0,M10.5.0/3", "2026-10-25T00:59:59Z", 7200),
    ("CET-1CEST,M3.5.0,M10.5.0/3", "2026-10-25T01:00:00Z", 3600),
    // Summer spans the new year.
    ("<-04>4<-03>,M9.1.6/24,M4.1.6/24", "2026-01-01T00:00:00Z", -10800),
    ("<-04>4<-03>,M9.1.6/24,M4.1.6/24", "2026-06-01T00:00:00Z", -14400),
    // Winter time as the exception.
    ("IST-1GMT0,M10.5.0,M3.5.0/1", "2026-01-01T00:00:00Z", 0),
    ("IST-1GMT0,M10.5.0,M3.5.0/1", "2026-07-01T00:00:00Z", 3600),
    // Times days away.
    ("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "2026-03-29T00:59:59Z", -7200),
    ("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "2026-03-29T01:00:00Z", -3600),
    ("EST5EDT,0/0,J365/25", "2026-12-31T12:00:00Z", -14400),
    // Summer all year.
    ("XXX3EDT4,0/0,J365/23", "2026-01-01T02:59:59Z", -14400),
    ("XXX3EDT4,0/0,J365/23", "2026-01-01T03:00:00Z", -14400),
    // The 60th day is the 1st of March, in leap years too.
    ("AAA0BBB,J60/0,J61/0", "2024-03-01T00:00:00Z", 3600),
    ("AAA0BBB,J60/0,J61/0", "2024-02-29T12:00:00Z", 0),
    ("AAA0BBB,59/0,60/0", "2024-02-29T12:00:00Z", 3600),
    ("AAA0BBB,59/0,60/0", "0001-03-01T12:00:00Z", 3600),
    ("AAA0BBB,59/0,60/0", "9999-03-01T12:00:00Z", 3600),
  ])
  func `rules hold for all years`(_ rule: String, _ moment: String, _ offset: Int64) throws {
    let rule = try #require(ZoneRule(Array(rule.utf8)))
    #expect(rule.secondsAheadOfUTC(at: try #require(Timestamp(moment))) == offset)
  }

  @Test(arguments: [
    "", "C", "CET", "CET-25", "CET-1CEST", "CET-1CEST,M3.5.0", "CET-1CEST,M13.5.0,M10.5.0",
    "CET-1CEST,M3.6.0,M10.5.0", "CET-1CEST,M3.5.7,M10.5.0", "CET-1CEST,J0,J5", "CET-1CEST,366,1",
    "<CET-1", "CET-1CEST,M3.5.0,M10.5.0 ", "CET-1CEST,M3.5.0/168,M10.5.0",
    "CET-99999999999999999999",
  ])
  func `what is no rule is refused`(_ text: String) {
    #expect(ZoneRule(Array(text.utf8)) == nil)
  }

  @Test func `broken files are refused and never end the process`() throws {
    let whole = Self.file(
      times: [0, 100], kinds: [1, 0], offsets: [3600, 7200], footer: "CET-1CEST,M3.5.0,M10.5.0/3")
    #expect(ZoneFile(whole) != nil)
    for count in 0..<whole.count { #expect(ZoneFile(Array(whole[..<count])) == nil) }
    #expect(ZoneFile(Self.file(times: [5, 5], kinds: [0, 0], offsets: [0], footer: "")) == nil)
    #expect(ZoneFile(Self.file(times: [5], kinds: [1], offsets: [0], footer: "")) == nil)
    #expect(ZoneFile(Self.file(times: [], kinds: [], offsets: [], footer: "")) == nil)
    #expect(ZoneFile(Self.file(times: [], kinds: [], offsets: [93_600], footer: "")) == nil)
    #expect(ZoneFile(Self.file(times: [], kinds: [], offsets: [0], footer: "nonsense")) == nil)
    #expect(
      ZoneFile(Self.file(times: [], kinds: [], offsets: [0], leaps: 1, footer: "")) == nil)
    // The largest counts there are.
    for place in [20, 24, 28, 32, 36, 40] {
      var bytes = whole
      for index in place..<(place + 4) { bytes[index] = 0xFF }
      #expect(ZoneFile(bytes) == nil)
    }
    var random = SeededRandom.announced()
    let sample =
      FileManager.default.contents(atPath: "\(Self.folder)/Europe/Berlin").map(Array.init) ?? whole
    for _ in 0..<20_000 {
      var bytes = Bool.random(using: &random) ? sample : whole
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        bytes[Int.random(in: bytes.indices, using: &random)] = UInt8.random(
          in: 0...255, using: &random)
      }
      guard let zone = ZoneFile(bytes) else { continue }
      for offset in try Self.offsets(zone, at: [-62_135_596_800, 0, 253_402_300_799]) {
        #expect(abs(offset) < 100_000)
      }
    }
  }

  @Test(arguments: [
    "", ".", "..", "../etc/passwd", "/etc/passwd", "Europe/../Berlin", "Europe//Berlin", "Europe/",
    "Europe", "localtime", "Europe/Berlin\0", "Europe/Ber lin", "tzdata.zi", "zone.tab", "Nowhere",
    String(repeating: "a", count: 300), "-", "Ümlaut",
  ])
  func `names that are no zones are not looked for outside`(_ name: String) throws {
    let zones = ZoneFiles(folder: Self.folder)
    let moment = try #require(Timestamp(seconds: 0))
    #expect(zones.secondsAheadOfUTC(in: name, at: moment) == nil)
    // The second time what was found is remembered.
    #expect(zones.secondsAheadOfUTC(in: name, at: moment) == nil)
    #expect(ZoneFiles(folder: nil).secondsAheadOfUTC(in: "Europe/Berlin", at: moment) == nil)
  }

  @Test func `links and large files in the folder do no harm`() throws {
    let folder = try ScratchFolder()
    let moment = try #require(Timestamp(seconds: 0))
    let whole = Self.file(times: [], kinds: [], offsets: [60], footer: "")
    try Data(whole).write(to: folder.url("Good"))
    try Data(whole + [UInt8](repeating: 0, count: 1 << 19)).write(to: folder.url("Large"))
    try FileManager.default.createSymbolicLink(
      atPath: folder.url("Zero").path, withDestinationPath: "/dev/zero")
    let zones = ZoneFiles(folder: folder.url.path)
    #expect(zones.secondsAheadOfUTC(in: "Good", at: moment) == 60)
    #expect(zones.secondsAheadOfUTC(in: "Large", at: moment) == nil)
    #expect(zones.secondsAheadOfUTC(in: "Zero", at: moment) == nil)
  }

  private static func offsets(_ zone: ZoneFile, at seconds: [Int64]) throws -> [Int64] {
    try seconds.map { zone.secondsAheadOfUTC(at: try #require(Timestamp(seconds: $0))) }
  }

  /// A zone file of version 2, or of version 1 when there is no footer.
  private static func file(
    times: [Int64], kinds: [UInt8], offsets: [Int32], leaps: Int = 0, footer: String?
  ) -> [UInt8] {
    func big(_ value: some FixedWidthInteger) -> [UInt8] {
      withUnsafeBytes(of: value.bigEndian, Array.init)
    }
    func block(_ timeSize: Int) -> [UInt8] {
      var bytes = Array("TZif".utf8) + [footer == nil ? 0 : 0x32]
      bytes += [UInt8](repeating: 0, count: 15)
      for count in [0, 0, leaps, times.count, offsets.count, 4] { bytes += big(UInt32(count)) }
      for time in times { bytes += timeSize == 4 ? big(Int32(time)) : big(time) }
      bytes += kinds
      for offset in offsets { bytes += big(offset) + [0, 0] }
      bytes += Array("ABC\0".utf8)
      bytes += [UInt8](repeating: 0, count: leaps * (timeSize + 4))
      return bytes
    }
    guard let footer else { return block(4) }
    return block(4) + block(8) + Array("\n\(footer)\n".utf8)
  }
}
