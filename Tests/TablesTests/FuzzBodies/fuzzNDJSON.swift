import Tables

/// Reads bytes as a table in both of the JSON formats.
func fuzzNDJSON(_ bytes: [UInt8]) {
  fuzzTable(bytes, .ndjson)
  fuzzTable(bytes, .json)
}
