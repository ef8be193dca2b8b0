extension FunctionTable {
  static let encoders: [Overload] = [
    Overload("base64_encode_bytes", "base64.encode", doc: "The bytes in base 64.") {
      (bytes: [UInt8]) in
      let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
      var out: [UInt8] = []
      for start in stride(from: 0, to: bytes.count, by: 3) {
        let rest = bytes[start..<min(start + 3, bytes.count)]
        var group: UInt32 = 0
        for place in 0..<3 {
          group = group << 8 | (place < rest.count ? UInt32(rest[start + place]) : 0)
        }
        for place in 0..<4 {
          let digit = Int(group >> (18 - 6 * UInt32(place)) & 63)
          out.append(place <= rest.count ? alphabet[digit] : UInt8(ascii: "="))
        }
      }
      return String(decoding: out, as: UTF8.self)
    },
    Overload("base64_decode_string", "base64.decode", doc: "The bytes that base 64 spells.") {
      (text: String) throws(Fault) -> [UInt8] in
      var out: [UInt8] = []
      var group: UInt32 = 0
      var count = 0
      let trimmed = Array(text.utf8.reversed().drop { $0 == UInt8(ascii: "=") }.reversed())
      guard text.utf8.count - trimmed.count <= 2 else {
        throw .conversion(quoted(text), to: "bytes")
      }
      for byte in trimmed {
        let digit: UInt8
        switch byte {
        case 0x41...0x5A: digit = byte - 0x41
        case 0x61...0x7A: digit = byte - 0x61 + 26
        case 0x30...0x39: digit = byte - 0x30 + 52
        case UInt8(ascii: "+"): digit = 62
        case UInt8(ascii: "/"): digit = 63
        default: throw .conversion(quoted(text), to: "bytes")
        }
        group = group << 6 | UInt32(digit)
        count += 1
        if count == 4 {
          out += [UInt8(group >> 16 & 255), UInt8(group >> 8 & 255), UInt8(group & 255)]
          (group, count) = (0, 0)
        }
      }
      switch count {
      case 0: break
      case 2: out.append(UInt8(group >> 4 & 255))
      case 3: out += [UInt8(group >> 10 & 255), UInt8(group >> 2 & 255)]
      default: throw .conversion(quoted(text), to: "bytes")
      }
      return out
    },
  ]
}
