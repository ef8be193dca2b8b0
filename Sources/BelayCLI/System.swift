#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// What the command asks of the operating system.
enum System {
  /// The words for the last error of a system call.
  static var lastError: String { String(cString: strerror(errno)) }

  static func environment(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }
  }

  static func isTerminal(_ descriptor: Int32) -> Bool { isatty(descriptor) == 1 }

  /// Which file a path leads to, however it is spelled; nil when it leads to none.
  static func identity(of path: String) -> FileIdentity? {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    return FileIdentity(device: UInt64(status.st_dev), node: UInt64(status.st_ino))
  }

  /// A pipe whose reader is gone becomes an error of the write instead of a signal.
  static func ignoreBrokenPipes() { signal(SIGPIPE, SIG_IGN) }

  /// All bytes of standard input.
  static func readStandardInput() throws -> [UInt8] {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = try buffer.withUnsafeMutableBytes {
        try read(STDIN_FILENO, into: $0, name: "standard input")
      }
      guard count > 0 else { return bytes }
      bytes += buffer[..<count]
    }
  }

  /// Reads some bytes; gives how many, 0 at the end.
  static func read(
    _ descriptor: Int32, into buffer: UnsafeMutableRawBufferPointer, name: String
  ) throws(Failure) -> Int {
    while true {
      let count = systemRead(descriptor, buffer)
      if count < 0, errno == EINTR { continue }
      if count < 0, errno == EAGAIN {
        var wait = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        _ = poll(&wait, 1, -1)
        continue
      }
      guard count >= 0 else { throw Failure("\(name) cannot be read: \(lastError)") }
      return count
    }
  }

  static func write(_ bytes: [UInt8], to descriptor: Int32, name: String) throws {
    try bytes.withUnsafeBufferPointer { try write($0, to: descriptor, name: name) }
  }

  /// Writes all bytes, however many calls it takes.
  static func write(
    _ bytes: UnsafeBufferPointer<UInt8>, to descriptor: Int32, name: String
  ) throws {
    var rest = UnsafeRawBufferPointer(bytes)[...]
    while !rest.isEmpty {
      let part = UnsafeRawBufferPointer(rebasing: rest)
      let count = systemWrite(descriptor, part)
      if count < 0, errno == EINTR { continue }
      if count < 0, errno == EAGAIN {
        var wait = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        _ = poll(&wait, 1, -1)
        continue
      }
      if count < 0, errno == EPIPE { throw BrokenPipe() }
      guard count > 0 else { throw Failure("\(name) cannot be written: \(lastError)") }
      rest = rest.dropFirst(count)
    }
  }
}

/// `write` of the system, which `System.write` hides.
private func systemWrite(_ descriptor: Int32, _ buffer: UnsafeRawBufferPointer) -> Int {
  write(descriptor, buffer.baseAddress, buffer.count)
}

/// `read` of the system, which `System.read` hides.
private func systemRead(_ descriptor: Int32, _ buffer: UnsafeMutableRawBufferPointer) -> Int {
  read(descriptor, buffer.baseAddress, buffer.count)
}

/// Two paths with the same identity lead to the same file.
struct FileIdentity: Hashable {
  let device: UInt64
  let node: UInt64
}

/// Why the work could not be done, in a line for people: small first letter, no full stop.
struct Failure: Error {
  let message: String

  init(_ message: String) {
    self.message = message
  }
}

/// Whoever read the output has enough of it.
struct BrokenPipe: Error {}
