package import Belay

/// The list of what a policy may not take in, printed from the table that reading uses.
package enum RefusedInputsReference {
  package static func markdown(_ entries: [RefusedInputs.Entry] = RefusedInputs.entries) -> String {
    var text = "| refused | known by | not beside | why | instead |\n"
    text += "| --- | --- | --- | --- | --- |\n"
    for entry in entries {
      let words = entry.phrases.map { phrase in
        phrase.split(separator: " ").map { word in
          word.split(separator: "|").joined(separator: "/")
        }.joined(separator: " ")
      }
      let isWork = Set(entry.unless).isSuperset(of: RefusedInputs.work)
      let others = entry.unless.filter { !isWork || !RefusedInputs.work.contains($0) }
      let beside = (isWork ? ["words of work"] : []) + others
      let known = words + entry.alone.map { "\($0) alone" }
      text +=
        "| \(entry.topic)\(entry.isOfPeopleAlone ? ", of single people" : "") "
        + "| \(known.joined(separator: ", ")) | \(beside.joined(separator: ", ")) "
        + "| \(entry.reason) | \(entry.instead) |\n"
    }
    return text + "\nWords of work: \(RefusedInputs.work.joined(separator: ", ")).\n"
  }
}
