extension Unicode.Scalar {
  /// Columns on a terminal: 0 for combining marks, 2 for wide East Asian characters and emoji.
  package var displayWidth: Int {
    switch properties.generalCategory {
    // The emoji selector makes the character before it wide.
    case .nonspacingMark, .enclosingMark: return self == "\u{FE0F}" ? 1 : 0
    default: break
    }
    switch value {
    case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7A3,
      0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x16FE0...0x18DFF,
      0x1AFF0...0x1B2FF, 0x1F300...0x1F64F, 0x1F680...0x1F6FF, 0x1F900...0x1FAFF,
      0x20000...0x3FFFD:
      return 2
    default: return properties.isEmojiPresentation ? 2 : 1
    }
  }

  /// Whether it would reach past its place on a terminal: control and format characters.
  package var isControl: Bool {
    switch properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator: true
    default: false
    }
  }
}
