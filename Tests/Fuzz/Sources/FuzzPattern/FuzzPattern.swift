import Driver

@main enum FuzzPattern {
  static func main() {
    runFuzzer { start, count in
      fuzzPattern(input(start, count))
      return 0
    }
  }
}
