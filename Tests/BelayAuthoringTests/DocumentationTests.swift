import Belay
import BelayAuthoring
import BelayYAML
import CEL
import Diagnostics
import Foundation
import Tables
import TestSupport
import Testing

@Suite struct DocumentationTests {
  @Test(arguments: try Markdown.blocks("yaml policy"))
  func `policies in the documents compile without a warning`(_ block: Markdown.Block) throws {
    let policy = try CompiledPolicy(yaml: block.text, name: block.description)
    #expect(policy.warnings.isEmpty, "\(TextRenderer().render(policy.warnings))")
  }

  @Test func `the policy that the README shows is the one that its command reads`() throws {
    let file = Conformance.checkout.appending(path: "Docs/Example/inbox.yaml")
    let shown = try #require(Markdown.blocks("yaml policy").first { $0.file == "README.md" })
    #expect(try String(contentsOf: file, encoding: .utf8) == shown.text)
  }

  @Test func `the reference of keys is up to date`() throws {
    let file = Conformance.checkout.appending(path: "Docs/Policy.md")
    let text = String(decoding: try Data(contentsOf: file), as: UTF8.self)
    let marker = "<!-- Printed from the tables that reading uses. -->\n"
    let prose = try #require(text.range(of: marker))
    try Golden.check(file, text[..<prose.upperBound] + "\n" + PolicyReference.markdown())
  }

  @Test func `the list of refused inputs is up to date`() throws {
    let file = Conformance.checkout.appending(path: "Docs/Confidentiality.md")
    let text = String(decoding: try Data(contentsOf: file), as: UTF8.self)
    let start = try #require(
      text.range(of: "<!-- Printed from the table that reading uses. -->\n\n"))
    let end = try #require(text.range(of: "\n<!-- End of the table. -->\n"))
    try Golden.check(
      file,
      text[..<start.upperBound] + RefusedInputsReference.markdown() + text[end.lowerBound...])
  }

  private static let chapters = [
    DiagnosticCatalogue.Chapter(
      title: "Documents", codes: DiagnosticCode.documentCodes + DiagnosticCode.yamlCodes),
    DiagnosticCatalogue.Chapter(title: "Policies", codes: DiagnosticCode.policyCodes),
    DiagnosticCatalogue.Chapter(title: "Expressions", codes: DiagnosticCode.expressionCodes),
    DiagnosticCatalogue.Chapter(title: "Data", codes: DiagnosticCode.dataCodes),
    DiagnosticCatalogue.Chapter(title: "States", codes: DiagnosticCode.stateCodes),
  ]

  @Test func `every code is in the catalogue, once`() throws {
    let listed = Self.chapters.flatMap(\.codes).map(\.slug)
    #expect(Set(listed).count == listed.count)
    let declaration = /DiagnosticCode\(\s*"(?<slug>[a-z0-9-]+)"/
    let sources = Golden.files(
      in: Conformance.checkout.appending(path: "Sources"), extension: "swift")
    let declared = try sources.flatMap { file in
      String(decoding: try Data(contentsOf: file), as: UTF8.self)
        .matches(of: declaration).map { String($0.slug) }
    }
    #expect(declared.sorted() == listed.sorted())
  }

  @Test func `the catalogue of diagnostics is up to date`() throws {
    let intro = """
      # Diagnostics

      Everything that can be reported about a policy or its data. A code never changes its meaning.


      """
    try Golden.check(
      Conformance.checkout.appending(path: "Docs/Diagnostics.md"),
      intro + DiagnosticCatalogue.markdown(Self.chapters))
  }
}
