import Benchmark
import CEL

let benchmarks: @Sendable () -> Void = {
  Benchmark.defaultConfiguration = .init(
    metrics: [.wallClock, .throughput], scalingFactor: .kilo, maxDuration: .seconds(2))
  for sample in Sample.all {
    let environment = sample.environment
    let parsed = sample.parse()
    let checked = sample.check(parsed, in: environment)
    let record = SampleRecord(values: sample.variables.map(\.value))
    Benchmark("parse: \(sample.name)") { benchmark in
      for _ in benchmark.scaledIterations { blackHole(sample.parse()) }
    }
    Benchmark("check: \(sample.name)") { benchmark in
      for _ in benchmark.scaledIterations { blackHole(sample.check(parsed, in: environment)) }
    }
    Benchmark("evaluate: \(sample.name)") { benchmark in
      for _ in benchmark.scaledIterations { blackHole(checked.evaluate(record)) }
    }
  }
}
