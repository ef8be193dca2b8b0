import BelayYAML
import Foundation
import TestSupport
import Testing

@Suite struct PolicyFilesTests {
  /// A folder of files that is gone afterwards.
  private final class Folder {
    let path: String

    init(_ files: [String: String]) throws {
      let url = FileManager.default.temporaryDirectory.appending(path: "belay-\(UUID())")
      path = url.path
      for (name, text) in files {
        let file = url.appending(path: name)
        try FileManager.default.createDirectory(
          at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: file)
      }
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
  }

  private func reason(_ load: () throws(FileError) -> some Any) -> FileError.Reason? {
    do throws(FileError) {
      _ = try load()
      return nil
    } catch {
      return error.reason
    }
  }

  @Test func `includes are relative to the file that names them`() throws {
    let folder = try Folder(["rules/root.yaml": "r", "rules/a/b.yaml": "b", "rules/c.yaml": "c"])
    let files = PolicyFiles(root: folder.path + "/rules/root.yaml")
    #expect(try files.loadRoot().bytes == Array("r".utf8))
    let b = try files.load("a/b.yaml")
    #expect(b.name == folder.path + "/rules/a/b.yaml")
    #expect(b.bytes == Array("b".utf8))
    let c = try files.load("../c.yaml", from: b.name)
    #expect(c.name == folder.path + "/rules/c.yaml")
    #expect(try files.load("./a/../c.yaml").name == c.name)
  }

  @Test func `paths stay below the root file's folder`() throws {
    let folder = try Folder(["rules/root.yaml": "", "rules/a/b.yaml": "", "secret.yaml": "s"])
    let rules = folder.path + "/rules"
    let files = PolicyFiles(root: rules + "/root.yaml")
    #expect(reason { () throws(FileError) in try files.load("/etc/hosts") } == .absolute)
    for path in ["../secret.yaml", "a/../../secret.yaml", "../rules/root.yaml"] {
      #expect(reason { () throws(FileError) in try files.load(path) } == .outside(rules))
    }
    #expect(
      reason { () throws(FileError) in
        try files.load("../../secret.yaml", from: rules + "/a/b.yaml")
      } == .outside(rules))

    try FileManager.default.createSymbolicLink(
      atPath: rules + "/out.yaml", withDestinationPath: "../secret.yaml")
    try FileManager.default.createSymbolicLink(atPath: rules + "/up", withDestinationPath: "..")
    try FileManager.default.createSymbolicLink(
      atPath: rules + "/in.yaml", withDestinationPath: "a/b.yaml")
    #expect(reason { () throws(FileError) in try files.load("out.yaml") } == .outside(rules))
    #expect(reason { () throws(FileError) in try files.load("up/secret.yaml") } == .outside(rules))
    #expect(reason { () throws(FileError) in try files.load("in.yaml") } == nil)
  }

  @Test func `what cannot be read says why`() throws {
    let folder = try Folder(["root.yaml": "12345", "a/b.yaml": ""])
    let files = PolicyFiles(root: folder.path + "/root.yaml", largest: 4)
    #expect(reason { () throws(FileError) in try files.load("b.yaml") } == .notFound)
    #expect(reason { () throws(FileError) in try files.load("root.yaml/x") } == .notFound)
    #expect(reason { () throws(FileError) in try files.load("") } == .notFound)
    #expect(reason { () throws(FileError) in try files.load("a\0b") } == .notFound)
    #expect(reason { () throws(FileError) in try files.load("a") } == .directory)
    #expect(reason { () throws(FileError) in try files.loadRoot() } == .tooLarge(4))
    #expect(FileError.Reason.notFound != .directory)
    let exact = PolicyFiles(root: folder.path + "/root.yaml", largest: 5)
    #expect(try exact.loadRoot().bytes.count == 5)
    #expect(
      reason { () throws(FileError) in try PolicyFiles.read("/dev/zero", largest: 100_000) }
        == .tooLarge(100_000))
    do throws(FileError) {
      _ = try PolicyFiles.read(folder.path + "/none.yaml")
    } catch {
      #expect(error.description == "there is no file `\(folder.path)/none.yaml`")
    }
  }

  @Test func `a root file without a folder has the current one`() throws {
    let files = PolicyFiles(root: "root.yaml")
    #expect(reason { () throws(FileError) in try files.load("../x") } == .outside("."))
    #expect(reason { () throws(FileError) in try files.load("no-such-file.yaml") } == .notFound)
  }
}

@Suite struct ShippedRulesTests {
  @Test func `all rules are embedded as they are`() throws {
    let rules = Conformance.checkout.appending(path: "Rules")
    let names = try FileManager.default.contentsOfDirectory(atPath: rules.path)
      .filter { $0.hasSuffix(".yaml") && !$0.hasSuffix(".test.yaml") }
    #expect(ShippedRules.names == names.sorted())
    for name in names {
      let file = try Data(contentsOf: rules.appending(path: name))
      #expect(ShippedRules.file(name) == Array(file), "\(name)")
    }
    #expect(ShippedRules.file("none.yaml") == nil)
  }
}
