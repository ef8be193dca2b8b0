import Tables

/// Values of a parameter by several keys and by dates; the first row that hits counts.
struct ParameterRows: Sendable {
  struct Row: Sendable {
    /// For each key that it asks for, its place among the keys and the texts that hit.
    let texts: [(key: Int, texts: Set<String>)]
    /// The first days of the periods that hit, since 1970-01-01; nil where all do.
    let days: ClosedRange<Int32>?
    /// The place of its value among the parameter's settings.
    let place: Int
  }

  /// The inputs that rows ask for.
  let keys: [(name: String, slot: Int)]
  let rows: [Row]

  var hasDates: Bool { rows.contains { $0.days != nil } }

  /// The place of the value, where a row hits. What is unknown hits no row that asks for it.
  func place(day: Int32?, text: (_ key: Int) -> String?) -> Int? {
    rows.first { row in
      if let days = row.days {
        guard let day, days.contains(day) else { return false }
      }
      return row.texts.allSatisfy { texts in text(texts.key).map(texts.texts.contains) ?? false }
    }?.place
  }
}
