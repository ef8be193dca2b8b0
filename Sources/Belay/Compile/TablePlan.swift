import Tables

/// Which columns the table of a scope has, and which input each is.
struct TablePlan {
  let scope: Scope
  let schema: TableSchema
  /// By input, its column's place in the schema.
  private(set) var columns: [Int: Int] = [:]
  /// The input that holds the subjects' own ids.
  let key: Int
  /// Inputs of the scope that nothing reads.
  private(set) var ignored: Set<String> = []

  /// - Precondition: an input holds the ids of the scope's subjects.
  init(_ compiler: Compiler, _ scope: Scope, _ read: Set<Int>) {
    let policy = compiler.policy
    guard let key = policy.inputs.firstIndex(where: { $0.role == .subject(scope) }) else {
      preconditionFailure("the scope \(scope.rawValue) has ids")
    }
    self.scope = scope
    self.key = key
    var columns: [ColumnSchema] = []
    var knownHeaders: Set<String> = []
    for (i, input) in policy.inputs.enumerated() where input.isColumn(of: scope) {
      guard read.contains(i) else {
        // A column that nothing reads is known all the same, but its cells are not looked at.
        ignored.insert(input.name.text)
        knownHeaders.insert(input.column)
        continue
      }
      guard i != key else { continue }
      self.columns[i] = columns.count
      columns.append(
        ColumnSchema(
          name: input.column, type: input.type,
          // The organization is one, whether or not its parts say so.
          isRequired: !input.isOptional && input.role != .subject(.organization)))
    }
    schema = TableSchema(
      key: policy.inputs[key].column,
      time: policy.time.map { TableSchema.Time(column: $0.column, every: $0.every) },
      columns: columns, knownHeaders: knownHeaders)
  }

  /// Where the rows of the scope find an input.
  func source(of input: Int) -> Operand.Source {
    input == key ? .id : .column(columns[input]!)
  }
}
