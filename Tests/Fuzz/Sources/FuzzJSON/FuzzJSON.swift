import Driver

@main enum FuzzJSON {
  static func main() {
    runFuzzer { start, count in
      fuzzJSON(input(start, count))
      return 0
    }
  }
}
