import Driver

@main enum FuzzYAML {
  static func main() {
    runFuzzer { start, count in
      fuzzYAML(input(start, count))
      return 0
    }
  }
}
