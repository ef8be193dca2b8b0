import CEL
import Foundation
import Testing

struct StackTests {
  @Test(arguments: [
    "(", "[", "{1:", "!", "-", "f(", "a.map(v,", "a ? b : ", "a + (", "a[", "cel.bind(x, 1, ",
  ])
  func `the deepest expressions fit a small stack`(_ opening: String) async {
    await withCheckedContinuation { continuation in
      let thread = Thread {
        for depth in [60, 120, 190, 250] {
          let closing: String
          switch opening.last {
          case "(", ",", " ": closing = opening.contains("?") ? "" : ")"
          case "[": closing = "]"
          case ":": closing = "}"
          default: closing = ""
          }
          let text =
            String(repeating: opening, count: depth) + "1"
            + String(repeating: closing, count: depth)
          fuzzExpression(Array(text.utf8))
        }
        continuation.resume()
      }
      // Without optimization frames are large.
      #if DEBUG
        thread.stackSize = 8 << 20
      #else
        thread.stackSize = 4 << 20
      #endif
      thread.start()
    }
  }
}
