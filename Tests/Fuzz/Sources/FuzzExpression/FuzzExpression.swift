import Driver

@main enum FuzzExpression {
  static func main() {
    runFuzzer { start, count in
      fuzzExpression(input(start, count))
      return 0
    }
  }
}
