import BelayYAML
import CEL
import Synchronization

/// The time zones of the system's zone files, read when they are first asked for.
///
/// They stand in `TZDIR`, if that is set, or where systems keep them.
final class ZoneFiles: TimeZones {
  private let folder: String?
  private let zones = Mutex<[String: ZoneFile?]>([:])

  /// The largest in use has 4 kB.
  private static let largestFile = 1 << 18
  /// Names can come from data.
  private static let mostZones = 1000

  init() {
    let standard = [
      "/usr/share/zoneinfo", "/usr/share/lib/zoneinfo", "/var/db/timezone/zoneinfo",
      "/etc/zoneinfo",
    ]
    let given = System.environment("TZDIR").flatMap { $0.isEmpty ? nil : [$0] }
    folder = (given ?? standard).first { System.identity(of: $0) != nil }
  }

  /// - Parameter folder: holds the files; nil is a machine without any.
  init(folder: String?) {
    self.folder = folder
  }

  func secondsAheadOfUTC(in zone: String, at moment: Timestamp) -> Int64? {
    guard let folder, Self.isName(zone) else { return nil }
    let known = zones.withLock { $0[zone] }
    let file =
      known
      ?? zones.withLock { zones in
        let bytes = try? PolicyFiles.read(
          "\(folder)/\(zone)", largest: Self.largestFile, onlyRegular: true)
        let file = bytes.flatMap(ZoneFile.init)
        if zones.count >= Self.mostZones { zones.removeAll() }
        zones[zone] = .some(file)
        return file
      }
    return file?.secondsAheadOfUTC(at: moment)
  }

  /// Why no zone is known, when that is so.
  var note: String? {
    folder == nil
      ? "this machine has no zone files, so UTC and offsets such as `+02:00` are all there is; "
        + "install `tzdata`, or set TZDIR to a folder of zone files"
      : nil
  }

  /// Names such as `America/Argentina/Buenos_Aires`: a path that cannot lead out of the folder.
  ///
  /// `localtime` would be another zone on every machine.
  static func isName(_ text: String) -> Bool {
    let parts = text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    return text.utf8.count <= 255 && !["localtime", "posixrules"].contains(text)
      && parts.allSatisfy { part in
        part.first.map { $0 != UInt8(ascii: ".") && $0 != UInt8(ascii: "-") } ?? false
          && part.allSatisfy {
            (0x61...0x7A).contains($0 | 0x20) || (0x30...0x39).contains($0)
              || "_+-.".utf8.contains($0)
          }
      }
  }
}
