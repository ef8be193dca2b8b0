#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// A file that appears whole or not at all.
///
/// It is written beside its place under another name and takes its place when it is complete.
/// Until then what was there stays as it is, also when the command fails or is interrupted.
/// Devices and pipes are written as they are.
struct OutputFile {
  private let name: String
  private let descriptor: Int32
  /// The unfinished file and the place that it will take.
  private var pending: (temporary: String, place: String)?

  /// Writes what `body` hands to the sink: into a file, or to standard output when the path is
  /// nil or `-`.
  ///
  /// - Parameter isPrivate: whether a new file is for its owner alone.
  static func write(
    to path: String?, isPrivate: Bool = false,
    _ body: (_ sink: @escaping (UnsafeBufferPointer<UInt8>) throws -> Void) throws -> Void
  ) throws {
    guard let path, path != "-" else {
      try body { try System.write($0, to: STDOUT_FILENO, name: "standard output") }
      return
    }
    let file = try OutputFile(path, isPrivate: isPrivate)
    defer { file.close() }
    try body { [descriptor = file.descriptor, name = file.name] in
      try System.write($0, to: descriptor, name: name)
    }
    try file.finish()
  }

  /// Refuses what cannot be written, before work is done for it.
  static func check(_ path: String) throws(Failure) {
    try OutputFile(path, isPrivate: true).close()
  }

  /// Writes a text that is there as a whole.
  static func write(_ text: String, to path: String?) throws {
    try write(to: path) { sink in
      var text = text
      try text.withUTF8 { try sink($0) }
    }
  }

  private init(_ path: String, isPrivate: Bool) throws(Failure) {
    name = "`\(path)`"
    var status = stat()
    let exists = stat(path, &status) == 0
    let kind = status.st_mode & S_IFMT
    if exists, kind == S_IFDIR { throw Failure("\(name) is a folder, not a file") }
    if exists, access(path, W_OK) != 0 { throw Failure(Self.refusal(name)) }
    if exists, kind != S_IFREG {
      descriptor = open(path, O_WRONLY | O_CLOEXEC)
      guard descriptor >= 0 else { throw Failure(Self.refusal(name)) }
      return
    }
    // A link keeps pointing where it did.
    let place = exists ? Self.resolved(path) ?? path : path
    let (temporary, opened) = try Self.create(
      beside: place, name: name, mode: isPrivate ? 0o600 : 0o666)
    if exists { fchmod(opened, status.st_mode & 0o7777) }
    descriptor = opened
    pending = (temporary, place)
  }

  /// Puts the file in its place.
  private func finish() throws(Failure) {
    guard let pending else { return }
    guard fsync(descriptor) == 0, rename(pending.temporary, pending.place) == 0 else {
      throw Failure(Self.refusal(name))
    }
    UnfinishedFile.forget()
  }

  /// Lets go of the file, and removes it when it is not finished.
  private func close() {
    closeDescriptor(descriptor)
    UnfinishedFile.remove()
  }

  private static func refusal(_ name: String) -> String {
    "\(name) cannot be written: \(System.lastError)"
  }

  private static func resolved(_ path: String) -> String? {
    guard let resolved = realpath(path, nil) else { return nil }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  /// A new file in the same folder, so that it can be renamed.
  private static func create(
    beside place: String, name: String, mode: mode_t
  ) throws(Failure) -> (path: String, descriptor: Int32) {
    let slash = place.lastIndex(of: "/")
    let folder = slash.map { String(place[...$0]) } ?? ""
    for attempt in 0..<100 {
      // The place's own name may be as long as names can be, so it is no part of this one.
      let temporary = "\(folder).belay-\(getpid())-\(attempt).tmp"
      // Before the file is there, so that no signal comes between.
      UnfinishedFile.watch(temporary)
      let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
      if descriptor >= 0 { return (temporary, descriptor) }
      let code = errno
      UnfinishedFile.forget()
      errno = code
      guard code == EEXIST else { break }
    }
    throw Failure(refusal(name))
  }
}

/// `close` of the system, which `OutputFile.close` hides.
private func closeDescriptor(_ descriptor: Int32) { _ = close(descriptor) }

/// The file that is to be removed when the command fails or a signal ends it.
private enum UnfinishedFile {
  /// Read by the signal handler, so it is a plain C string that is set before the handler is.
  nonisolated(unsafe) private static var path: UnsafeMutablePointer<CChar>?
  private static let signals = [SIGINT, SIGTERM, SIGHUP]

  static func watch(_ file: String) {
    path = strdup(file)
    for number in signals {
      let before = signal(number) { number in
        if let path = UnfinishedFile.path { unlink(path) }
        signal(number, SIG_DFL)
        raise(number)
      }
      // What is ignored, as under nohup, stays so.
      if unsafeBitCast(before, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self) {
        signal(number, SIG_IGN)
      }
    }
  }

  static func remove() {
    guard let path else { return }
    unlink(path)
    forget()
  }

  static func forget() {
    let old = path
    path = nil
    free(old)
  }
}
