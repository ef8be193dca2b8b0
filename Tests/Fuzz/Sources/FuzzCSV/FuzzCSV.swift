import Driver

@main enum FuzzCSV {
  static func main() {
    runFuzzer { start, count in
      fuzzCSV(input(start, count))
      return 0
    }
  }
}
