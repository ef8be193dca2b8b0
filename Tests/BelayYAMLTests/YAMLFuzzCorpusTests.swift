import Foundation
import TestSupport
import Testing

@Suite struct YAMLFuzzCorpusTests {
  private static let corpus: [URL] = {
    let folder = Conformance.checkout.appending(path: "Tests/Fuzz/Corpus/FuzzYAML")
    let files = try? FileManager.default.contentsOfDirectory(
      at: folder, includingPropertiesForKeys: nil)
    return (files ?? []).sorted { $0.path < $1.path }
  }()

  @Test func `the corpus of the fuzzer runs without harm`() throws {
    #expect(Self.corpus.count >= 20)
    for file in Self.corpus { fuzzYAML(Array(try Data(contentsOf: file))) }
  }
}
