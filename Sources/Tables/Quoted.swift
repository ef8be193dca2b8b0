/// The reader's own text, between backticks: at most 40 characters, all on one line.
package func quoted(_ text: String) -> String {
  var shown = ""
  for (count, character) in text.enumerated() {
    if count == 40 {
      shown += "…"
      break
    }
    // A character may be any number of scalars.
    for scalar in character.unicodeScalars.prefix(8) {
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator: shown += "\u{FFFD}"
      default: shown.unicodeScalars.append(scalar)
      }
    }
  }
  return "`\(shown)`"
}

func quoted(_ bytes: ArraySlice<UInt8>) -> String {
  // Beyond these many bytes nothing is shown.
  quoted(String(decoding: bytes.prefix(1024), as: UTF8.self))
}
