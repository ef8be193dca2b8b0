import Driver

@main enum FuzzNDJSON {
  static func main() {
    runFuzzer { start, count in
      fuzzNDJSON(input(start, count))
      return 0
    }
  }
}
