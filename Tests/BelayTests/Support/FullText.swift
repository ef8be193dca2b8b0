/// Everything in a value as text, each number with its bits: two values that differ anywhere
/// have different texts.
func fullText(_ value: Any) -> String {
  var text = ""
  write(value, "", &text)
  return text
}

private func write(_ value: Any, _ path: String, _ text: inout String) {
  if let number = value as? Double {
    text += "\(path) = \(number) \(String(number.bitPattern, radix: 16))\n"
    return
  }
  let mirror = Mirror(reflecting: value)
  if mirror.children.isEmpty {
    text += "\(path) = \(value)\n"
    return
  }
  for (place, child) in mirror.children.enumerated() {
    write(child.value, "\(path).\(child.label ?? String(place))", &text)
  }
}
