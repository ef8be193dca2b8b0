import Foundation
import TestSupport
import Testing

@Suite struct GoldenTests {
  /// A file's output sections say which reports are made of its policy and tables.
  @Test(arguments: Golden.files(in: Golden.folder()))
  func `reports are those of the golden file`(_ file: URL) throws {
    var sections = try GoldenSections(contentsOf: file)
    let sample = try ReportSample(sections)
    for format in ReportSample.formats where sections[format] != nil {
      sections[format] = sample.text(format)
    }
    try Golden.check(file, sections.description)
  }
}
