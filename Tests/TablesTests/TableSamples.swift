import Tables

/// Schemas and tables as text, for tests.
enum TableSamples {
  /// Reads lines such as `key: id`, `time: month every month`, `wow: number 0 10`,
  /// `kind: text a|b`, `seen: date optional`.
  static func schema(_ text: String) -> TableSchema {
    var schema = TableSchema(key: "id", columns: [])
    for line in text.split(separator: "\n") {
      let parts = line.split(separator: ": ", maxSplits: 1).map(String.init)
      var words = parts[1].split(separator: " ").map(String.init)
      switch parts[0] {
      case "key": schema.key = parts[1]
      case "time":
        schema.time = TableSchema.Time(column: words[0], every: Granularity(rawValue: words[2])!)
      default:
        let isOptional = words.last == "optional"
        if isOptional { words.removeLast() }
        let type: ColumnType =
          switch words[0] {
          case "number":
            .number(range: words.count > 2 ? Double(words[1])!...Double(words[2])! : nil)
          case "text":
            .text(oneOf: words.count > 1 ? words[1].split(separator: "|").map(String.init) : nil)
          case "boolean": .boolean
          default: .date
          }
        schema.columns.append(ColumnSchema(name: parts[0], type: type, isRequired: !isOptional))
      }
    }
    return schema
  }

  /// Everything that a table says, a line for each row.
  static func text(_ table: Table) -> String {
    var lines: [String] = []
    for row in 0..<table.rowCount {
      var cells = [table.id(at: row)]
      if let periods = table.periods {
        cells.append("\(table.periodText(at: row) ?? "")=\(periods[row])")
      }
      for (place, column) in table.columns.enumerated() {
        let value =
          switch column {
          case nil: String?.none
          case .number(let values): values[row].isNaN ? nil : NumberText.shortest(values[row])
          case .text(let values): values[row]
          case .boolean(let values): values[row].map(String.init)
          case .date(let values):
            values[row] == Column.unknownDate
              ? nil : CalendarDate(daysSince1970: values[row]).description
          }
        let reason = table.reason(column: place, row: row)
        precondition((value == nil) == (reason != nil))
        cells.append(value ?? "?\(reason!)")
      }
      lines.append(cells.joined(separator: " | "))
    }
    return lines.map { $0 + "\n" }.joined()
  }

  /// A table as CSV, its unknown cells empty.
  static func csv(_ table: Table) -> [UInt8] {
    var writer = CSVWriter()
    writer.record(headers(table))
    for row in 0..<table.rowCount {
      for (_, text) in cells(table, row) { writer.cell(text ?? "") }
      writer.endRecord()
    }
    return writer.bytes
  }

  static func headers(_ table: Table) -> [String] {
    var headers = [table.schema.key]
    if let time = table.schema.time { headers.append(time.column) }
    for (schema, column) in zip(table.schema.columns, table.columns) where column != nil {
      headers.append(schema.name)
    }
    return headers
  }

  /// The cells of a row as text, nil where unknown; and whether they are bare words in JSON.
  static func cells(_ table: Table, _ row: Int) -> [(isBare: Bool, text: String?)] {
    var cells: [(Bool, String?)] = [(false, table.id(at: row))]
    if table.periods != nil { cells.append((false, table.periodText(at: row))) }
    for column in table.columns {
      switch column {
      case nil: break
      case .number(let values):
        cells.append((true, values[row].isNaN ? nil : NumberText.shortest(values[row])))
      case .text(let values): cells.append((false, values[row]))
      case .boolean(let values): cells.append((true, values[row].map(String.init)))
      case .date(let values):
        let days = values[row]
        cells.append(
          (
            false,
            days == Column.unknownDate ? nil : CalendarDate(daysSince1970: days).description
          ))
      }
    }
    return cells
  }
}
