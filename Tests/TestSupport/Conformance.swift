public import Foundation

/// The outside test suites: in `BELAY_CONFORMANCE`, or beside the checkout.
///
/// One suite's folder may be named by itself, as in `BELAY_CEL_CONFORMANCE`.
public enum Conformance {
  /// A suite's file, or nil where the suites are absent.
  ///
  /// Where `CI` is set their absence is a failure, so the runner throws there.
  public static func file(_ path: String) throws -> Data? {
    let environment = ProcessInfo.processInfo.environment
    let root =
      environment["BELAY_CONFORMANCE"].map { URL(filePath: $0) }
      ?? checkout.appending(path: "../shared/conformance")
    var file = root.appending(path: path)
    if let slash = path.firstIndex(of: "/"),
      let folder = environment["BELAY_\(path[..<slash].uppercased())_CONFORMANCE"]
    {
      file = URL(filePath: folder).appending(path: path[path.index(after: slash)...])
    }
    if FileManager.default.fileExists(atPath: file.path) { return try Data(contentsOf: file) }
    if environment["CI"] != nil { throw Absent(path: path) }
    print("skipped: the outside test suite \(path) is not here")
    return nil
  }

  public struct Absent: Error {
    public let path: String
  }

  /// The folder that holds `Package.swift`.
  public static let checkout = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
}
