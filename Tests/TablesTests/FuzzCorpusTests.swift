import Foundation
import TestSupport
import Testing

@Suite struct FuzzCorpusTests {
  private static func corpus(_ name: String) -> [URL] {
    let folder = Conformance.checkout.appending(path: "Tests/Fuzz/Corpus/\(name)")
    let files = try? FileManager.default.contentsOfDirectory(
      at: folder, includingPropertiesForKeys: nil)
    return (files ?? []).sorted { $0.path < $1.path }
  }

  @Test(arguments: [
    ("FuzzCSV", fuzzCSV), ("FuzzNDJSON", fuzzNDJSON), ("FuzzJSON", fuzzJSON),
    ("FuzzNumber", fuzzNumber),
  ])
  func `the corpus of a fuzzer runs without harm`(
    _ name: String, _ body: @Sendable ([UInt8]) -> Void
  ) throws {
    let files = Self.corpus(name)
    #expect(files.count >= 20)
    for file in files { body(Array(try Data(contentsOf: file))) }
  }
}
