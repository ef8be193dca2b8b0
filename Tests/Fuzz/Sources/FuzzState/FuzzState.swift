import Driver

@main enum FuzzState {
  static func main() {
    runFuzzer { start, count in
      fuzzState(input(start, count))
      return 0
    }
  }
}
