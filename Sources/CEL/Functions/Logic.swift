extension FunctionTable {
  static let logic: [Overload] = [
    Overload(
      lenient: "logical_and", "_&&_", absorbing: false,
      doc: "False when either side is false, whatever the other is.",
      truths: { a, b in
        let isFalse = a.isKnown & ~a.isTrue | b.isKnown & ~b.isTrue
        let isTrue = a.isTrue & b.isTrue
        return Truth(isTrue: isTrue, isKnown: isTrue | isFalse)
      }
    ) { (a: Outcome<Bool>, b: Outcome<Bool>) -> Outcome<Bool> in
      switch (a, b) {
      case (.value(false), _), (_, .value(false)): .value(false)
      case (.unknown(let missing), .unknown(let more)): .unknown(missing.union(more))
      case (.unknown(let missing), _), (_, .unknown(let missing)): .unknown(missing)
      case (.fault(let fault), _), (_, .fault(let fault)): .fault(fault)
      case (.value(true), .value(true)): .value(true)
      }
    },
    Overload(
      lenient: "logical_or", "_||_", absorbing: true,
      doc: "True when either side is true, whatever the other is.",
      truths: { a, b in
        let isTrue = a.isTrue | b.isTrue
        return Truth(isTrue: isTrue, isKnown: isTrue | a.isKnown & b.isKnown)
      }
    ) { (a: Outcome<Bool>, b: Outcome<Bool>) -> Outcome<Bool> in
      switch (a, b) {
      case (.value(true), _), (_, .value(true)): .value(true)
      case (.unknown(let missing), .unknown(let more)): .unknown(missing.union(more))
      case (.unknown(let missing), _), (_, .unknown(let missing)): .unknown(missing)
      case (.fault(let fault), _), (_, .fault(let fault)): .fault(fault)
      case (.value(false), .value(false)): .value(false)
      }
    },
    Overload("logical_not", "!_", doc: "True for false and false for true.") { (a: Bool) in !a },
    Overload(
      "conditional", "_?_:_", [.bool, .parameter("A"), .parameter("A")], .parameter("A"),
      doc: "The second when the first is true, the third when it is false; the other is not read.",
      body: .conditional, kernel: .conditional),
  ]
}
