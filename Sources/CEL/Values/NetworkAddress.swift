/// An address of the internet protocol, version 4 or 6.
public struct NetworkAddress: Hashable, Sendable {
  public let isVersion4: Bool
  /// 32 bits of version 4, or 128 of version 6.
  let bits: UInt128

  init(isVersion4: Bool, bits: UInt128) {
    self.isVersion4 = isVersion4
    self.bits = bits
  }

  var width: Int { isVersion4 ? 32 : 128 }

  /// Reads `192.168.0.1` or `2001:db8::1`. Version 4 in the form of version 6 counts as version 4.
  public init?(_ text: String) {
    guard let parsed = Self.parse(text) else { return nil }
    self = parsed.isMapped ? parsed.address.unmapped : parsed.address
  }

  /// Whether the text has the form `::ffff:…` that stands for version 4.
  static func parse(_ text: String) -> (address: NetworkAddress, isMapped: Bool)? {
    let bytes = Array(text.utf8)
    if !bytes.contains(UInt8(ascii: ":")) {
      guard let bits = version4(bytes[...]) else { return nil }
      return (NetworkAddress(isVersion4: true, bits: UInt128(bits)), false)
    }
    guard let bits = version6(bytes) else { return nil }
    return (NetworkAddress(isVersion4: false, bits: bits), bits >> 32 == 0xFFFF)
  }

  private var unmapped: NetworkAddress {
    NetworkAddress(isVersion4: true, bits: bits & 0xFFFF_FFFF)
  }

  private static func version4(_ bytes: ArraySlice<UInt8>) -> UInt32? {
    let parts = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard parts.count == 4 else { return nil }
    var bits: UInt32 = 0
    for part in parts {
      guard (1...3).contains(part.count), part.allSatisfy({ (0x30...0x39).contains($0) }),
        part.count == 1 || part.first != 0x30,
        let value = UInt8(String(decoding: part, as: UTF8.self))
      else { return nil }
      bits = bits << 8 | UInt32(value)
    }
    return bits
  }

  private static func version6(_ bytes: [UInt8]) -> UInt128? {
    // The gap `::` stands at most once.
    var gap: Int?
    for place in bytes.indices.dropLast()
    where bytes[place] == UInt8(ascii: ":") && bytes[place + 1] == UInt8(ascii: ":") {
      if let gap, gap != place { return nil }
      gap = place
    }
    func groups(_ part: ArraySlice<UInt8>) -> [UInt16]? {
      if part.isEmpty { return [] }
      var result: [UInt16] = []
      let pieces = part.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
      for (place, piece) in pieces.enumerated() {
        if piece.contains(UInt8(ascii: ".")) {
          guard place == pieces.count - 1, let bits = version4(piece) else { return nil }
          result += [UInt16(bits >> 16), UInt16(bits & 0xFFFF)]
          continue
        }
        guard (1...4).contains(piece.count),
          piece.allSatisfy({
            (0x30...0x39).contains($0) || (0x61...0x66).contains($0 | 0x20)
          }),
          let value = UInt16(String(decoding: piece, as: UTF8.self), radix: 16)
        else { return nil }
        result.append(value)
      }
      return result
    }
    var all: [UInt16]
    if let gap {
      guard let before = groups(bytes[..<gap]), let after = groups(bytes[(gap + 2)...]),
        before.count + after.count <= 7
      else { return nil }
      all = before + Array(repeating: 0, count: 8 - before.count - after.count) + after
    } else {
      guard let whole = groups(bytes[...]), whole.count == 8 else { return nil }
      all = whole
    }
    return all.reduce(0) { $0 << 16 | UInt128($1) }
  }

  public var isLoopback: Bool {
    isVersion4 ? bits >> 24 == 127 : bits == 1
  }

  public var isUnspecified: Bool { bits == 0 }

  public var isLinkLocalUnicast: Bool {
    isVersion4 ? bits >> 16 == 0xA9FE : bits >> 118 == 0x3FA
  }

  public var isLinkLocalMulticast: Bool {
    isVersion4 ? bits >> 8 == 0xE0_0000 : bits >> 112 & 0xFF0F == 0xFF02
  }

  private var isMulticast: Bool {
    isVersion4 ? bits >> 28 == 0xE : bits >> 120 == 0xFF
  }

  public var isGlobalUnicast: Bool {
    !(isUnspecified || isLoopback || isMulticast || isLinkLocalUnicast
      || isVersion4 && bits == 0xFFFF_FFFF)
  }
}

extension NetworkAddress: CustomStringConvertible {
  /// The canonical form: small letters, the longest run of zeros as `::`.
  public var description: String {
    if isVersion4 {
      return [24, 16, 8, 0].map { String(bits >> UInt128($0) & 255) }.joined(separator: ".")
    }
    let groups = (0..<8).map { UInt16(truncatingIfNeeded: bits >> UInt128(112 - 16 * $0)) }
    var best = 0..<0
    var start = 0
    while start < 8 {
      var end = start
      while end < 8, groups[end] == 0 { end += 1 }
      if end - start >= 2, end - start > best.count { best = start..<end }
      start = max(end, start + 1)
    }
    func text(_ part: ArraySlice<UInt16>) -> String {
      part.map { String($0, radix: 16) }.joined(separator: ":")
    }
    if best.isEmpty { return text(groups[...]) }
    return text(groups[..<best.lowerBound]) + "::" + text(groups[best.upperBound...])
  }
}

/// A range of addresses: those that begin with the same bits.
public struct NetworkRange: Hashable, Sendable, CustomStringConvertible {
  public let address: NetworkAddress
  public let prefixLength: Int

  /// Reads `192.168.0.0/24`.
  public init?(_ text: String) {
    let parts = text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    guard parts.count == 2,
      let (address, isMapped) = NetworkAddress.parse(String(Substring(parts[0]))),
      !isMapped, (1...3).contains(parts[1].count),
      parts[1].allSatisfy({ (0x30...0x39).contains($0) }),
      parts[1].count == 1 || parts[1].first != 0x30,
      let length = Int(Substring(parts[1])), length <= address.width
    else { return nil }
    self.address = address
    prefixLength = length
  }

  private init(_ address: NetworkAddress, _ prefixLength: Int) {
    self.address = address
    self.prefixLength = prefixLength
  }

  private func network(_ address: NetworkAddress) -> UInt128 {
    prefixLength == 0 ? 0 : address.bits >> UInt128(address.width - prefixLength)
  }

  /// The range with the bits behind the prefix set to zero.
  public var masked: NetworkRange {
    let shift = UInt128(address.width - prefixLength)
    let bits = prefixLength == 0 ? 0 : network(address) << shift
    return NetworkRange(.init(isVersion4: address.isVersion4, bits: bits), prefixLength)
  }

  public func contains(_ other: NetworkAddress) -> Bool {
    other.isVersion4 == address.isVersion4 && network(other) == network(address)
  }

  public func contains(_ other: NetworkRange) -> Bool {
    other.prefixLength >= prefixLength && contains(other.address)
  }

  public var description: String { "\(address)/\(prefixLength)" }
}
