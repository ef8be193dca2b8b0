import Tables

/// What a derivation gives: a cell for each row of its scope.
struct DerivedColumn: Sendable {
  var column: Column
  /// The rows whose value was kept from an earlier period; nil for none.
  var carried: BitColumn?
  /// The rows whose value is there and may not be used; nil for none.
  var suppressed: BitColumn?
  /// Of an alert, where it stands in each row.
  var states: [AlertState]?

  init(_ column: Column) {
    self.column = column
  }
}

extension BitColumn {
  /// So many bits, all unset.
  init(count: Int) {
    self.init(words: Array(repeating: 0, count: (count + 63) / 64), count: count)
  }
}
