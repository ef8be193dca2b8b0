import BelayReport

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// How data are best read.
enum DataSource {
  /// A file to be read whole, since it is small.
  case small
  /// All that a pipe held.
  case whole([UInt8])
  /// Piece by piece.
  case large(LargeData)

  /// What is larger than this is not held whole.
  private static let smallSize = 8 << 20

  init(_ data: DataArgument) throws {
    let descriptor = data.path == "-" ? STDIN_FILENO : open(data.path, O_RDONLY | O_CLOEXEC)
    // Reading it whole will say what is wrong with it.
    guard descriptor >= 0 else {
      self = .small
      return
    }
    let large = LargeData(descriptor, name: data.name)
    if let size = large.size {
      self = size > Self.smallSize ? .large(large) : .small
      return
    }
    // How much a pipe holds is known only when it has been read.
    var bytes: [UInt8] = []
    while bytes.count <= Self.smallSize {
      let more = try large.read(upTo: 1 << 16)
      if more.isEmpty {
        self = .whole(bytes)
        return
      }
      bytes += more
    }
    large.putBack(bytes)
    self = .large(large)
  }
}

/// Data that are too large to be held whole.
final class LargeData {
  /// How many bytes there are; nil where that is not known.
  let size: Int?
  private let descriptor: Int32
  private let name: String
  /// What was read and put back, and how much of it has been read again.
  private var beginning: [UInt8] = []
  private var taken = 0

  fileprivate init(_ descriptor: Int32, name: String) {
    self.descriptor = descriptor
    self.name = descriptor == STDIN_FILENO ? name : "`\(name)`"
    var status = stat()
    let isKnown = fstat(descriptor, &status) == 0
    let kind = status.st_mode & S_IFMT
    // A file that somebody else has begun to read has no start to go back to. A folder is small.
    let isFile = isKnown && kind == S_IFREG && lseek(descriptor, 0, SEEK_CUR) == 0
    size = isFile || kind == S_IFDIR ? Int(status.st_size) : nil
  }

  deinit {
    if descriptor != STDIN_FILENO { close(descriptor) }
  }

  func read(_ buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    guard taken < beginning.count else {
      beginning = []
      taken = 0
      return try System.read(descriptor, into: buffer, name: name)
    }
    let part = beginning[taken...].prefix(buffer.count)
    buffer.copyBytes(from: part)
    taken += part.count
    return part.count
  }

  /// Gives what reads the data once more; nil for a pipe.
  var readAgain: (() -> CSVStream.Read)? {
    guard size != nil else { return nil }
    return { [self] in
      var place = 0
      return { [self] buffer in
        while true {
          let count = pread(descriptor, buffer.baseAddress, buffer.count, place)
          if count < 0, errno == EINTR { continue }
          guard count >= 0 else { throw Failure("\(name) cannot be read: \(System.lastError)") }
          place += count
          return count
        }
      }
    }
  }

  fileprivate func read(upTo count: Int) throws -> [UInt8] {
    var buffer = [UInt8](repeating: 0, count: count)
    let read = try buffer.withUnsafeMutableBytes { try self.read($0) }
    return Array(buffer[..<read])
  }

  fileprivate func putBack(_ bytes: [UInt8]) { beginning = bytes }
}
