import Diagnostics
import Foundation
import Tables
import TestSupport
import Testing

/// What people see when their data are broken: schema, data, diagnostics and table in one file.
@Suite struct BrokenDataTests {
  @Test(arguments: Golden.files(in: Golden.folder()))
  func `broken data are shown with their place and what to do`(_ file: URL) throws {
    var golden = try GoldenSections(contentsOf: file)
    let schema = TableSamples.schema(try #require(golden["schema"]))
    let format = try #require(TableFormat.allCases.first { golden.bytes("data.\($0)") != nil })
    let bytes = try #require(golden.bytes("data.\(format)"))
    var shown: [Diagnostic]
    do {
      let (table, diagnostics) = try TableReader(schema: schema)
        .read(bytes, name: "data.\(format)", format: format)
      shown = diagnostics.shown
      golden["diagnostics"] = TextRenderer().render(shown)
      golden["table"] = TableSamples.text(table)
    } catch {
      shown = error.diagnostics
      golden["diagnostics"] = TextRenderer().render(shown)
      golden["table"] = nil
    }
    #expect(!shown.isEmpty)
    for diagnostic in shown { #expect(!diagnostic.message.contains("invalid")) }
    try Golden.check(file, golden.description)
  }

  @Test func `there are thirty of them at least`() {
    #expect(Golden.files(in: Golden.folder()).count >= 30)
  }
}
