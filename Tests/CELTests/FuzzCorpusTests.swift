import CEL
import Foundation
import TestSupport
import Testing

struct FuzzCorpusTests {
  @Test(arguments: ["FuzzParse", "FuzzPattern"])
  func `no bytes break a reader`(_ entry: String) throws {
    let files = try FileManager.default.contentsOfDirectory(
      at: Conformance.checkout.appending(path: "Tests/Fuzz/Corpus/\(entry)")
        .resolvingSymlinksInPath(),
      includingPropertiesForKeys: nil)
    #expect(files.count > 15)
    func fuzz(_ bytes: [UInt8]) {
      if entry == "FuzzParse" { fuzzParse(bytes) } else { fuzzPattern(bytes) }
    }
    var random = SeededRandom.announced()
    for file in files.sorted(by: { $0.path < $1.path }) {
      let bytes = Array(try Data(contentsOf: file))
      fuzz(bytes)
      guard !bytes.isEmpty else { continue }
      for _ in 0..<20 {
        var damaged = bytes
        for _ in 0..<Int.random(in: 1...3, using: &random) {
          let place = Int.random(in: damaged.indices, using: &random)
          damaged[place] =
            Bool.random(using: &random)
            ? bytes.randomElement(using: &random)! : .random(in: 0...255, using: &random)
        }
        fuzz(damaged)
      }
    }
  }
}
