import Driver

@main enum FuzzParse {
  static func main() {
    runFuzzer { start, count in
      fuzzParse(input(start, count))
      return 0
    }
  }
}
