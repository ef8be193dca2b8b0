package import Diagnostics

extension DiagnosticCode {
  /// All that reading data can report.
  package static let dataCodes: [DiagnosticCode] = [
    .badEncoding, .emptyFile, .emptyHeader, .duplicateColumn, .missingColumn, .wrongSeparator,
    .raggedRow, .unterminatedQuote, .strayQuote, .loneReturn, .recordTooLong, .tooManyColumns,
    .notARecord, .nestedValue, .duplicateField, .unknownColumns, .badNumber, .badBoolean,
    .badDate, .outOfRange, .notListed, .badPeriod, .mixedSpellings, .emptyPeriod, .emptyID,
    .duplicateRow,
  ]
}
