/// Where a chunk's values of a quantity or sub-expression are.
package enum ColumnValue: Hashable, Sendable {
  case constant(Value)
  /// A register of numbers, NaN where unknown.
  case number(Int)
  case truth(TruthRegister)
  /// A register of codes, -1 where unknown, and the pool of texts that they mean.
  case text(Int, pool: Int)
  /// A register of days since 1970-01-01; `Column.unknownDate` where unknown.
  case date(Int)
  /// A register of places among fixed values, -1 where unknown.
  case choice(Int, [Value])
  /// A register of outcomes.
  case boxed(Int)
}

/// A number in every row, or a register of them.
@frozen package enum NumberOperand: Hashable, Sendable {
  case constant(Double)
  case register(Int)
}

extension ColumnMemory {
  /// The outcome in a row. What is unknown has no name here.
  package func outcome(_ value: ColumnValue, row: Int) -> Outcome<Value> {
    switch value {
    case .constant(let value): return .value(value)
    case .number(let register):
      let number = numbers(register)[row]
      return number.isNaN ? Self.unknown : .value(.double(number))
    case .truth(let register):
      return truth(row, of: register).map { .value(.bool($0)) } ?? Self.unknown
    case .text(let register, let pool):
      let code = codes(register)[row]
      return code < 0 ? Self.unknown : .value(.string(pools[pool].texts[Int(code)]))
    case .date(let register):
      let day = codes(register)[row]
      return Timestamp(seconds: Int64(day) * 86_400).map { .value(.timestamp($0)) }
        ?? Self.unknown
    case .choice(let register, let values):
      let code = codes(register)[row]
      return code < 0 ? Self.unknown : .value(values[Int(code)])
    case .boxed(let register): return boxes[register][row]
    }
  }

  static let unknown = Outcome<Value>.unknown(Unknown([]))
}
