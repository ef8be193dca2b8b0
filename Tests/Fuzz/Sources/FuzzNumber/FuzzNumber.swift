import Driver

@main enum FuzzNumber {
  static func main() {
    runFuzzer { start, count in
      fuzzNumber(input(start, count))
      return 0
    }
  }
}
