/// Where libyaml 0.2 reads YAML otherwise than the test suite, by what a text has in it.
///
/// A case may differ only if a class of its kind fits its text, and each class must have a case.
struct KnownDifference: Sendable {
  enum Kind: Sendable {
    /// libyaml rejects what the suite accepts.
    case rejects
    /// libyaml accepts what the suite rejects.
    case accepts
    /// Both accept, and the events differ.
    case reads
  }

  var kind: Kind
  var reason: String
  var fits: @Sendable (String) -> Bool

  private init(_ kind: Kind, _ reason: String, _ fits: @escaping @Sendable (String) -> Bool) {
    self.kind = kind
    self.reason = reason
    self.fits = fits
  }

  static let all: [KnownDifference] = [
    KnownDifference(.rejects, "directives that are reserved") {
      $0.contains(/(?m)^%(?!(YAML|TAG)[ \t])/)
    },
    KnownDifference(.rejects, "anchors of other characters than letters, digits, `_` and `-`") {
      $0.contains(oddAnchor)
    },
    KnownDifference(.reads, "anchors of other characters than letters, digits, `_` and `-`") {
      $0.contains(oddAnchor)
    },
    KnownDifference(.rejects, "a key in a flow mapping whose colon is on another line") {
      $0.contains(/[{,][^{},:]*[^{},:\s][^{},:]*\n[^{},:]*:/)
    },
    KnownDifference(.rejects, "a colon beside a comma, a bracket or a colon in a flow collection") {
      $0.contains(/[\[{][^\]}]*(:[,\]}]|::)/)
    },
    KnownDifference(.reads, "a plain scalar in a flow collection that begins with `?`") {
      $0.contains(/[\[{,]\s*\?[^\s]/)
    },
    KnownDifference(.rejects, "tabs as separation at the beginning of a line") {
      $0.contains(/(?m)^[ ]*([\-?:][ ]*)*\t/)
    },
    KnownDifference(.rejects, "entries of a block mapping that begin with their colon") {
      $0.contains(/(?m)^[ ]*:([ \t]|$)/)
    },
    KnownDifference(.rejects, "a document behind `...` that has no `---`, or none at all") {
      $0.contains(/(?m)^\.\.\.\s*($|\n[^\-%#])/)
    },
    KnownDifference(.rejects, "a block scalar at the root without indentation") {
      $0.contains(/(?m)^--- [>|][+\-]?\n\S/)
    },
    KnownDifference(.accepts, "lines of a flow collection or quotes with too little indentation") {
      $0.contains(/(?m)[\[{"'][^\]}"']*\n(\t|\S)/)
    },
    KnownDifference(.accepts, "directives without `...` before them") {
      $0.contains(/(?m)\n%(YAML|TAG)/)
    },
    KnownDifference(.accepts, "comments without space before them") {
      $0.contains(/[\]},"'>|]#/)
    },
    KnownDifference(.accepts, "`-` as a plain scalar in a flow collection") {
      $0.contains(/[\[,]\s*-[,\]]/)
    },
    KnownDifference(
      .accepts, "a block scalar of empty lines that are indented further than its end"
    ) {
      $0.contains(/[>|]\n( +\n)+ *#/)
    },
  ]

  private nonisolated(unsafe) static let oddAnchor =
    /(?m)(^|[\s\[{,])[&*][0-9A-Za-z_\-]*[^0-9A-Za-z_\-\s,\[\]{}]/
}
