import Belay
import BelayYAML
import Diagnostics
import Foundation
import Tables
import TestSupport
import Testing

@Suite struct PolicyFilesTests {
  private func reason(_ load: () throws(FileError) -> some Any) -> FileError.Reason? {
    do throws(FileError) {
      _ = try load()
      return nil
    } catch {
      return error.reason
    }
  }

  @Test func `includes are relative to the file that names them`() throws {
    let folder = try ScratchPolicies([
      "rules/root.yaml": "r", "rules/a/b.yaml": "b", "rules/c.yaml": "c",
    ])
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
    let folder = try ScratchPolicies([
      "rules/root.yaml": "", "rules/a/b.yaml": "", "secret.yaml": "s",
    ])
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
    let folder = try ScratchPolicies(["root.yaml": "12345", "a/b.yaml": ""])
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

@Suite struct LayeredFilesTests {
  private static let base = """
    belay: 1
    policy: base
    include: [parts/inputs.yaml]
    alerts:
      busy: {when: "hours > limit", severity: low, owner: x, message: Busy}

    """
  private static let inputs = """
    inputs:
      provider_id: {type: text, role: provider}
      hours: {type: number}
    parameters:
      limit: {default: 60}

    """
  private static let overlay = """
    belay: 1
    policy: overlay
    extends: [../base/base.yaml]
    override: {parameters: {limit: {default: 50}}}

    """

  private func folder(_ files: [String: String]) throws -> ScratchPolicies {
    try ScratchPolicies(
      ["base/base.yaml": Self.base, "base/parts/inputs.yaml": Self.inputs].merging(files) { $1 })
  }

  private func problems(_ path: String) throws -> [String] {
    do {
      _ = try CompiledPolicy(contentsOf: path)
      return []
    } catch let error as CompilationError {
      return error.diagnostics.map { "\($0.code) \($0.primary.text)" }
    }
  }

  @Test func `a policy extends one in another folder, which includes from its own`() throws {
    let folder = try folder(["ours/policy.yaml": Self.overlay])
    let policy = try CompiledPolicy(contentsOf: folder.path + "/ours/policy.yaml")
    #expect(try policy.assess(["hours": 55]).alerts.map(\.id) == ["busy"])
    let base = try CompiledPolicy(contentsOf: folder.path + "/base/base.yaml")
    #expect(try base.assess(["hours": 55]).alerts.isEmpty)
  }

  @Test func `what an extended policy includes stays below its folder`() throws {
    let folder = try folder([
      "ours/policy.yaml": Self.overlay, "secret.yaml": "",
      "base/base.yaml": Self.base.replacing("parts/inputs.yaml", with: "../secret.yaml"),
    ])
    let problems = try problems(folder.path + "/ours/policy.yaml")
    #expect(problems.count == 1)
    #expect(problems[0].hasPrefix("cannot-include"))
    #expect(problems[0].hasSuffix("/ours/../base`") || problems[0].hasSuffix("/base`"))
  }

  @Test func `a file counts once however it is spelled`() throws {
    let folder = try folder([
      "ours/policy.yaml": Self.overlay.replacing(
        "[../base/base.yaml]",
        with: "[../base/base.yaml, ./../ours/../base/base.yaml, ../link.yaml]")
    ])
    try FileManager.default.createSymbolicLink(
      atPath: folder.path + "/link.yaml", withDestinationPath: "base/base.yaml")
    #expect(try problems(folder.path + "/ours/policy.yaml") == [])
  }

  @Test func `policies that extend each other are no endless work`() throws {
    let folder = try folder([
      "ours/policy.yaml": Self.overlay,
      "base/base.yaml": "belay: 1\npolicy: base\nextends: [../ours/../ours/policy.yaml]\n",
    ])
    #expect(
      try problems(folder.path + "/ours/policy.yaml") == [
        "cannot-extend `../ours/../ours/policy.yaml` extends this file, directly or through others"
      ])
  }

  @Test func `shipped policies are extended by name`() throws {
    for name in ["belay:provider-support", "belay:provider-support.yaml"] {
      let text = "belay: 1\npolicy: ours\nextends: [\(name)]\n"
      let policy = try CompiledPolicy(yaml: text)
      let shipped = try CompiledPolicy.shipped()
      #expect(policy.warnings.isEmpty)
      #expect(policy.permittedUse == shipped.permittedUse)
      #expect(policy.facts == shipped.facts)
      #expect(policy.tableSchema(for: .team) == shipped.tableSchema(for: .team))
    }
    func label(_ name: String) -> String? {
      do throws(CompilationError) {
        _ = try CompiledPolicy(yaml: "belay: 1\npolicy: ours\nextends: [\(name)]\n")
        return nil
      } catch {
        return error.diagnostics[0].primary.text
      }
    }
    #expect(
      label("belay:provider-suport")
        == "there is no shipped policy `provider-suport`; did you mean `belay:provider-support`?")
    #expect(
      label("base.yaml")
        == "this policy extends shipped ones alone, such as `belay:provider-support`")
  }

  @Test func `a file of the same name as a shipped one is another file`() throws {
    let folder = try folder([
      "workload.yaml": "measures: {tired: {expr: \"hours_worked_per_week\", show: true}}\n",
      "policy.yaml":
        "belay: 1\npolicy: ours\nextends: [belay:provider-support]\ninclude: [workload.yaml]\n",
    ])
    #expect(try problems(folder.path + "/policy.yaml") == [])
  }

  @Test func `a pipe is no policy to extend`() throws {
    let folder = try folder([
      "policy.yaml": "belay: 1\npolicy: ours\nextends: [/dev/zero]\n"
    ])
    #expect(
      try problems(folder.path + "/policy.yaml") == [
        "cannot-extend `/dev/zero` is not a plain file"
      ])
  }

  // MARK: What is printed

  /// Texts that mean something else without quotes, or that YAML cannot take as they are.
  @Test func `what is printed reads back as the same policy`() throws {
    let titles = [
      "plain words", "5", "1e3", ".5", "-3", "yes", "null", "~", "a: b", "a #b", "#b", "- a", "-",
      "--- a", "[a]", "{a}", "*a", "&a", "!a", "|", "a, b", " a ", "\t", "two\nlines\n",
      "\"q\" \\ '",
      "\u{7}bell", "\u{85}\u{2028}\u{FEFF}", "é 漢 👍🏽", "%a", "@a", "`a`", "a\u{200B}b", "<<", "?",
    ]
    let measures = titles.indices.map {
      "\"m\($0)\": {\"expr\": \"\($0)\", \"show\": true, \"label\": "
    }
    let folder = try folder([:])
    let body = zip(measures, titles).map { $0 + JSONString.quoted($1) + "}" }.joined(
      separator: ",\n")
    let json = """
      {"belay": 1, "policy": "texts", "prohibited_use": [\(titles.map(JSONString.quoted).joined(separator: ", "))],
      "inputs": {"provider_id": {"type": "text", "role": "provider"},
      "group": {"type": "text", "role": "group"}},
      "parameters": {"t": {"default": "x", "by": "group",
      "values": {\(titles.map { JSONString.quoted($0) + ": " + JSONString.quoted($0) }.joined(separator: ", "))}}},
      "measures": {\(body), "chosen": {"expr": "t == \\"x\\" ? 1 : 2", "show": true}}}
      """
    try Data(json.utf8).write(to: URL(filePath: folder.path + "/policy.json"))
    let (policy, yaml) = try CompiledPolicy.resolved(contentsOf: folder.path + "/policy.json")
    let again = try CompiledPolicy(yaml: yaml)
    #expect(again.prohibitedUse == titles)
    #expect(policy.prohibitedUse == titles)
    for group in titles {
      let one = try policy.assess(["group": .text(group)])
      #expect("\(try again.assess(["group": .text(group)]))" == "\(one)")
      #expect(one.measures.map(\.label).filter(titles.contains).count == titles.count)
    }
  }

  @Test func `each value is printed with its file and line`() throws {
    let folder = try folder(["ours/policy.yaml": Self.overlay])
    let path = folder.path + "/ours/policy.yaml"
    let lines = try CompiledPolicy.resolved(contentsOf: path).yaml.split(separator: "\n")
    func place(_ value: String) -> String? {
      lines.first { $0.contains(value + " ") }?.split(separator: "# ").last.map(String.init)
    }
    #expect(place("policy: overlay") == "\(path):2")
    #expect(place("default: 50") == "\(path):4")
    #expect(place("when: \"hours > limit\"")?.hasSuffix("base/base.yaml:5") == true)
    #expect(place("role: provider")?.hasSuffix("base/parts/inputs.yaml:2") == true)
  }

  @Test func `the shipped rules are printed as a policy that means the same`() throws {
    let rules = Conformance.checkout.appending(path: "Rules/provider-support.yaml").path
    let (policy, yaml) = try CompiledPolicy.resolved(contentsOf: rules)
    let again = try CompiledPolicy(yaml: yaml)
    #expect(again.warnings.isEmpty)
    #expect(again.facts == policy.facts)
    let record: Record = [
      "specialty": "pediatrics", "hours_worked_per_week": 66, "work_outside_work_per_8h": 3.1,
      "visits_per_clinic_day": 27, "inbox_messages_per_week_cfte": 390,
    ]
    #expect("\(try again.assess(record))" == "\(try policy.assess(record))")
  }
}

/// A folder of policies that is gone afterwards.
private final class ScratchPolicies {
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

/// Texts as JSON writes them.
private enum JSONString {
  static func quoted(_ text: String) -> String {
    let data = try? JSONSerialization.data(withJSONObject: [text])
    return String(String(decoding: data!, as: UTF8.self).dropFirst().dropLast())
  }
}
