import Foundation
import TestSupport
import Testing

struct ExampleOrganizationTests {
  @Test(arguments: ["providers.csv", "teams.csv", "sites.csv", "organization.csv"])
  func `the example tables are what the program writes`(_ name: String) throws {
    let file = Conformance.checkout.appending(path: "Docs/Example/\(name)")
    let expected =
      switch name {
      case "providers.csv": ExampleOrganization.providers()
      case "teams.csv": ExampleOrganization.teams()
      case "sites.csv": ExampleOrganization.sites()
      default: ExampleOrganization.organization()
      }
    let committed = try? String(contentsOf: file, encoding: .utf8)
    // Not `==` inside the expectation: a failure would print both tables.
    let same = committed == expected
    #expect(same, "Docs/Example/\(name) is stale; rewrite it with BELAY_UPDATE=1")
    if !same, ProcessInfo.processInfo.environment["BELAY_UPDATE"] == "1" {
      try FileManager.default.createDirectory(
        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(expected.utf8).write(to: file)
    }
  }
}
