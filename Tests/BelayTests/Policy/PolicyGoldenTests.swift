import Belay
import Diagnostics
import Foundation
import TestSupport
import Testing

@Suite struct PolicyGoldenTests {
  private static let folder = Conformance.checkout.appending(
    path: "Tests/BelayTests/Golden/Policies")
  static let names = Golden.files(in: folder).map(\.lastPathComponent)

  /// Each golden file holds the files of a policy, the root file first, and what is said of them.
  @Test(arguments: names)
  func `a policy shows what is wrong with it`(_ name: String) throws {
    let file = Self.folder.appending(path: name)
    var golden = try GoldenSections(contentsOf: file)
    golden["diagnostics"] = TextRenderer().render(Self.files(golden).diagnostics)
    try Golden.check(file, golden.description)
  }

  @Test func `every code of policies occurs in a golden file`() throws {
    let said = Set(
      try Self.names.flatMap { name in
        Self.files(try GoldenSections(contentsOf: Self.folder.appending(path: name)))
          .diagnostics.map(\.code)
      })
    #expect(DiagnosticCode.policyCodes.filter { !said.contains($0) } == [])
  }

  private static func files(_ golden: GoldenSections) -> MemoryFiles {
    MemoryFiles(golden.sections.filter { $0.name != "diagnostics" })
  }
}
