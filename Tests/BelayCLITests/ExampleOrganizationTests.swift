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

  @Test func `nothing is to be said about the example policies`() throws {
    let example = Conformance.checkout.appending(path: "Docs/Example")
    // One of them is there to be refused.
    let policies = Golden.files(in: example, extension: "yaml")
      .filter { $0.lastPathComponent != "mark.yaml" }
    #expect(policies.count > 5)
    let result = try Command.run(["check", "--strict"] + policies.map { $0.path() })
    #expect(result.status == 0, "\(result.output)")
  }
}
