import ArgumentParser
import Diagnostics

/// When to use colours.
enum ColorChoice: String, WordArgument {
  case auto, always, never

  /// Whether to use them on a stream: by itself only on a terminal that shows them, and not
  /// where the environment says `NO_COLOR`.
  func isOn(_ descriptor: Int32) -> Bool {
    switch self {
    case .always: true
    case .never: false
    case .auto:
      System.isTerminal(descriptor) && System.environment("NO_COLOR") ?? "" == ""
        && System.environment("TERM") != "dumb"
    }
  }
}

/// Standard error, where everything goes that is no result.
struct Console {
  private let renderer: TextRenderer

  init(color: ColorChoice) {
    renderer = TextRenderer(color: color.isOn(2))
  }

  /// A line; what cannot be written there is lost.
  func say(_ line: String) {
    try? System.write(Array((line + "\n").utf8), to: 2, name: "standard error")
  }

  func show(_ diagnostics: [Diagnostic]) {
    guard !diagnostics.isEmpty else { return }
    say(String(renderer.render(diagnostics).dropLast()))
  }
}
