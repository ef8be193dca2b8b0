/// What operations over columns do, one after the other.
package struct ColumnProgram: Sendable {
  package let layout: ColumnLayout
  private let steps: [Step]

  init(_ layout: ColumnLayout, _ steps: [Step]) {
    self.layout = layout
    self.steps = steps
  }

  /// How many operations there are.
  package var count: Int { steps.count }

  /// Runs over the chunk that a memory of this layout holds. No row is flagged before.
  package func run(_ memory: ColumnMemory) {
    for word in 0..<memory.wordCount { memory.flags[word] = 0 }
    // The array keeps its steps alive. Counting references to each would take longer than
    // running it over a single row.
    steps.withUnsafeBufferPointer { steps in
      guard let first = steps.baseAddress else { return }
      let references = UnsafeRawPointer(first).assumingMemoryBound(to: Unmanaged<Step>.self)
      for place in 0..<steps.count {
        references[place]._withUnsafeGuaranteedRef { $0.operation(memory) }
      }
    }
  }

  final class Step: Sendable {
    let operation: ColumnOperation

    init(_ operation: @escaping ColumnOperation) { self.operation = operation }
  }
}
