package import Belay

/// The reference of all keys of a policy, printed from the tables that reading uses.
package enum PolicyReference {
  /// Markdown: a section for each place of a policy, a row for each of its keys.
  package static func markdown(_ tables: [KeyTable] = KeyTable.all) -> String {
    tables.map(section).joined(separator: "\n")
  }

  private static func section(_ table: KeyTable) -> String {
    var text = "### \(capitalized(table.place))\n\n\(table.doc)\n\n"
    text += "| key | takes | meaning |\n| --- | --- | --- |\n"
    for key in table.keys {
      let mark = key.status == .required ? " (required)" : ""
      text += "| `\(key.name)`\(mark) | \(escaped(key.takes)) | \(escaped(key.doc)) |\n"
    }
    return text
  }

  private static func capitalized(_ place: String) -> String {
    // Places that are keys start with a backtick and stay as they are.
    place.prefix(1).uppercased() + place.dropFirst()
  }

  private static func escaped(_ text: String) -> String {
    text.split(separator: "|", omittingEmptySubsequences: false).joined(separator: "\\|")
  }
}
