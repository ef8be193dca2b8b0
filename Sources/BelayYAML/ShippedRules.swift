import CShippedRules

/// The rules that are part of the library, in bytes as they stand in `Rules/`.
public enum ShippedRules {
  /// The names of all files, sorted.
  public static let names: [String] = table.map(\.name).sorted()

  /// A file by its name, such as `provider-support.yaml`, or nil if there is none of that name.
  public static func file(_ name: String) -> [UInt8]? {
    guard let entry = table.first(where: { $0.name == name }) else { return nil }
    return Array(UnsafeBufferPointer(start: entry.bytes, count: entry.size))
  }

  /// The bytes are constants of the program, so they may be read from anywhere.
  private struct Entry: @unchecked Sendable {
    let name: String
    let bytes: UnsafePointer<UInt8>
    let size: Int
  }

  private static let table: [Entry] = {
    var count = 0
    let files = UnsafeBufferPointer(start: belay_shipped_files(&count), count: count)
    return files.map { Entry(name: String(cString: $0.name), bytes: $0.bytes, size: $0.size) }
  }()
}
