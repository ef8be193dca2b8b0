public import Diagnostics

/// How an expression came to its outcome: the outcome of every sub-expression.
public struct Trace: Sendable {
  /// What `evaluate` gives for the same record.
  public let outcome: Outcome<Value>
  /// The sub-expressions in the order in which they were done, so operands stand before what is
  /// made of them. Those inside a macro come once for each element; those that were not needed,
  /// such as the other branch of a condition, do not come.
  public let steps: [Step]
  /// How many steps were left out, beyond the number asked for.
  public let omitted: Int

  /// A sub-expression and what it gave.
  public struct Step: Sendable {
    /// Where it stands in its file.
    public let span: SourceSpan
    /// What is written there.
    public let text: String
    /// Its type, as far as it is known before evaluation.
    public let type: CELType
    public let outcome: Outcome<Value>
    /// Whether it was evaluated when the expression was checked, since no record can change it.
    public let isConstant: Bool
  }
}

extension CheckedExpression {
  /// Evaluates over one record and keeps what every sub-expression gave.
  ///
  /// Much slower than `evaluate`, since nothing is taken from what was evaluated beforehand.
  ///
  /// - Parameter limit: how many steps are kept; comprehensions over long lists make many.
  public func trace(_ record: some Activation, limit: Int = 10_000) -> Trace {
    let recorder = TraceRecorder(limit: limit)
    let unfolded = unfolded
    var evaluator = Evaluator(unfolded, record, recorder: recorder)
    let outcome = evaluator.outcome(of: unfolded.root)
    var steps: [Trace.Step] = []
    for (place, one) in recorder.outcomes.enumerated() {
      let node = unfolded.nodes[Int(one.node)]
      // Parts that the checker put in, such as a conversion, stand where their operand does.
      if place + 1 < recorder.outcomes.count,
        unfolded.nodes[Int(recorder.outcomes[place + 1].node)].range == node.range
      {
        continue
      }
      // Invariant: both programs keep the same nodes in the same order.
      let isConstant =
        if case .constant = program.nodes[Int(one.node)].operation { true } else { false }
      steps.append(
        Trace.Step(
          span: parsed.span(node.range), text: parsed.text(node.range), type: node.type,
          outcome: one.outcome, isConstant: isConstant))
    }
    return Trace(outcome: outcome, steps: steps, omitted: recorder.dropped)
  }

  /// Evaluates over named values, as `evaluate` does, and keeps what every sub-expression gave.
  public func trace(_ values: [String: Value], limit: Int = 10_000) -> Trace {
    trace(NamedValues(self, values), limit: limit)
  }

  /// How many steps an evaluation takes, folded parts counting as one.
  package func steps(_ record: some Activation) -> Int {
    var evaluator = Evaluator(program, record)
    _ = evaluator.outcome(of: program.root)
    return evaluator.stepsTaken
  }
}
