#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// The files of a policy: its root file and what that includes.
///
/// Every path stays below the folder that the root file is in; a link that leads out of it
/// counts as being outside.
public struct PolicyFiles: Sendable {
  /// A file's bytes and what to call it.
  public struct File: Sendable {
    /// The path to show to people, and to give as `from` for what this file includes.
    public var name: String
    public var bytes: [UInt8]
  }

  /// The path of the root file, as it was given.
  public let root: String
  /// The most bytes that a file may have.
  private let largest: Int
  private let folder: String

  /// - Parameter largest: the most bytes that a file may have.
  public init(root: String, largest: Int = 16 << 20) {
    self.root = root
    self.largest = largest
    folder = Self.folder(of: root)
  }

  /// The root file. It may be a link to anywhere, or a pipe.
  public func loadRoot() throws(FileError) -> File {
    File(name: root, bytes: try Self.read(root, largest: largest))
  }

  /// The files of a policy that another one extends.
  ///
  /// It may lie anywhere, and what it includes stays below its own folder.
  ///
  /// - Parameters:
  ///   - path: the path as written, relative to the folder of the file that names it.
  ///   - file: the name of that file.
  package static func extended(_ path: String, by file: String) -> PolicyFiles {
    guard !path.utf8.starts(with: "/".utf8), !path.isEmpty else { return PolicyFiles(root: path) }
    let folder = folder(of: file)
    let isAbsolute = folder.utf8.starts(with: "/".utf8)
    var steps: [String] = []
    for part in (folder + "/" + path).split(separator: "/").map(String.init) where part != "." {
      if part == "..", let last = steps.last, last != ".." {
        steps.removeLast()
      } else if part != ".." || !isAbsolute {
        steps.append(part)
      }
    }
    return PolicyFiles(root: (isAbsolute ? "/" : "") + steps.joined(separator: "/"))
  }

  /// The root file of a policy that another one extends: a plain file, or a link to one.
  package func loadBase() throws(FileError) -> File {
    File(name: root, bytes: try Self.read(root, largest: largest, onlyRegular: true))
  }

  /// A file that another one names.
  ///
  /// - Parameters:
  ///   - path: the path as written, relative to the folder of the file that names it.
  ///   - from: the name of that file; the root file if nil.
  public func load(_ path: String, from: String? = nil) throws(FileError) -> File {
    guard !path.isEmpty, !path.utf8.contains(0) else { throw FileError(.notFound, path) }
    guard !path.utf8.starts(with: "/".utf8) else { throw FileError(.absolute, path) }
    let start = from.map(Self.folder) ?? folder
    guard let parts = Self.parts(of: start, below: folder),
      let steps = Self.normalized(parts + path.split(separator: "/").map(String.init))
    else { throw FileError(.outside(folder), path) }
    let name = folder == "." ? steps.joined(separator: "/") : Self.join(folder, steps)
    guard let resolved = Self.realPath(name) else { throw FileError(.reason(errno), name) }
    guard let fence = Self.realPath(folder) else { throw FileError(.reason(errno), folder) }
    let inside = fence == "/" ? fence : fence + "/"
    guard resolved.utf8.starts(with: inside.utf8) else {
      throw FileError(.outside(folder), name)
    }
    return File(name: name, bytes: try Self.read(name, largest: largest, onlyRegular: true))
  }

  /// All bytes of a file.
  ///
  /// - Parameters:
  ///   - largest: the most bytes that it may have.
  ///   - onlyRegular: whether pipes and devices are refused.
  public static func read(
    _ path: String, largest: Int = 16 << 20, onlyRegular: Bool = false
  ) throws(FileError) -> [UInt8] {
    guard !path.isEmpty, !path.utf8.contains(0) else { throw FileError(.notFound, path) }
    // A pipe without a writer must not hold up who asked for a plain file.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | (onlyRegular ? O_NONBLOCK : 0))
    guard descriptor >= 0 else { throw FileError(.reason(errno), path) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw FileError(.reason(errno), path) }
    let kind = status.st_mode & S_IFMT
    guard kind != S_IFDIR else { throw FileError(.directory, path) }
    if onlyRegular, kind != S_IFREG { throw FileError(.notRegular, path) }
    if kind == S_IFREG, status.st_size > largest { throw FileError(.tooLarge(largest), path) }

    var bytes: [UInt8] = []
    bytes.reserveCapacity(kind == S_IFREG ? Int(status.st_size) : 0)
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = buffer.withUnsafeMutableBytes { systemRead(descriptor, $0) }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw FileError(.reason(errno), path) }
      guard count > 0 else { return bytes }
      bytes += buffer[..<count]
      guard bytes.count <= largest else { throw FileError(.tooLarge(largest), path) }
    }
  }

  // MARK: Paths

  private static func folder(of path: String) -> String {
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  private static func join(_ folder: String, _ steps: [String]) -> String {
    (folder == "/" ? "" : folder) + "/" + steps.joined(separator: "/")
  }

  /// The steps from one folder down to another; nil if it is not below.
  private static func parts(of folder: String, below root: String) -> [String]? {
    if folder == root { return [] }
    if root == "." { return folder.split(separator: "/").map(String.init) }
    let prefix = root == "/" ? root : root + "/"
    guard folder.utf8.starts(with: prefix.utf8) else { return nil }
    return folder.dropFirst(prefix.count).split(separator: "/").map(String.init)
  }

  /// The steps without `.` and `..`; nil if they lead out.
  private static func normalized(_ parts: [String]) -> [String]? {
    var steps: [String] = []
    for part in parts {
      switch part {
      case ".": continue
      case "..":
        guard steps.popLast() != nil else { return nil }
      default: steps.append(part)
      }
    }
    return steps
  }

  static func realPath(_ path: String) -> String? {
    guard let resolved = realpath(path, nil) else { return nil }
    defer { free(resolved) }
    return String(cString: resolved)
  }
}

/// `read` of the system, which `PolicyFiles.read` hides.
private func systemRead(_ descriptor: Int32, _ buffer: UnsafeMutableRawBufferPointer) -> Int {
  read(descriptor, buffer.baseAddress, buffer.count)
}

/// Why a file could not be read.
public struct FileError: Error, Hashable, Sendable, CustomStringConvertible {
  public enum Reason: Hashable, Sendable {
    case notFound
    case directory
    /// A pipe, a device or a socket where a plain file is wanted.
    case notRegular
    case notPermitted
    /// The file has more than this many bytes.
    case tooLarge(Int)
    /// The path does not start from the file that names it.
    case absolute
    /// The path leads out of this folder.
    case outside(String)
    /// Anything else, in the system's words.
    case system(String)
  }

  public var reason: Reason
  public var path: String

  init(_ reason: Reason, _ path: String) {
    self.reason = reason
    self.path = path
  }

  /// One line for people: small first letter, no full stop.
  public var description: String {
    switch reason {
    case .notFound: "there is no file `\(path)`"
    case .directory: "`\(path)` is a folder, not a file"
    case .notRegular: "`\(path)` is not a plain file"
    case .notPermitted: "`\(path)` may not be read: permission denied"
    case .tooLarge(let bytes): "`\(path)` has more than \(bytes) bytes"
    case .absolute: "`\(path)` is an absolute path; write it relative to this file"
    case .outside(let folder): "`\(path)` leads out of the folder `\(folder)`"
    case .system(let words): "`\(path)` cannot be read: \(words)"
    }
  }
}

extension FileError.Reason {
  /// The system's reason.
  static func reason(_ code: Int32) -> FileError.Reason {
    switch code {
    case ENOENT, ENOTDIR: .notFound
    case EISDIR: .directory
    case EACCES, EPERM: .notPermitted
    default: .system(String(cString: strerror(code)))
    }
  }
}
