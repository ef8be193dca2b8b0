/// A double as CEL writes it: shortest text that reads back the same, always with `.` or `e`.
func printed(_ value: Double) -> String {
  if value.isNaN { return "double(\"NaN\")" }
  if value.isInfinite { return value < 0 ? "double(\"-Infinity\")" : "double(\"Infinity\")" }
  return value.description
}

/// Text as a CEL literal in double quotes.
func quoted(_ text: String) -> String {
  var out = "\""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "\"": out += "\\\""
    case "\\": out += "\\\\"
    case "\n": out += "\\n"
    case "\r": out += "\\r"
    case "\t": out += "\\t"
    default:
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator:
        let hex = String(scalar.value, radix: 16)
        out += scalar.value > 0xFFFF ? "\\U" : "\\u"
        out += String(repeating: "0", count: (scalar.value > 0xFFFF ? 8 : 4) - hex.count) + hex
      default: out.unicodeScalars.append(scalar)
      }
    }
  }
  return out + "\""
}

/// Bytes as a CEL literal.
func quoted(bytes: [UInt8]) -> String {
  var out = "b\""
  for byte in bytes {
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"):
      out += "\\"
      out.unicodeScalars.append(Unicode.Scalar(byte))
    case 0x20..<0x7F: out.unicodeScalars.append(Unicode.Scalar(byte))
    default:
      let hex = String(byte, radix: 16)
      out += hex.count == 1 ? "\\x0\(hex)" : "\\x\(hex)"
    }
  }
  return out + "\""
}
