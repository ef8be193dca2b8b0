// swift-tools-version: 6.1

import PackageDescription

// Micro benchmarks. Without traits, so that no allocator has to be installed.
let package = Package(
  name: "Benchmarks",
  platforms: [.macOS(.v15)],
  dependencies: [
    .package(name: "belay", path: "../.."),
    .package(url: "https://github.com/ordo-one/benchmark", from: "1.38.0", traits: []),
  ],
  targets: [
    .executableTarget(
      name: "Expressions",
      dependencies: [
        .product(name: "Benchmark", package: "benchmark"),
        .product(name: "CEL", package: "belay"),
        .product(name: "Diagnostics", package: "belay"),
      ],
      path: "Benchmarks/Expressions",
      plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")]),
    // The tables of Docs/Performance.md; needs no plugin.
    .executableTarget(
      name: "Figures",
      dependencies: [
        .product(name: "CEL", package: "belay"),
        .product(name: "Diagnostics", package: "belay"),
      ],
      path: "Benchmarks/Figures"),
    // Tables in memory and single decisions, for the side-by-side benchmark.
    .executableTarget(
      name: "Engine",
      dependencies: [
        .product(name: "Belay", package: "belay"),
        .product(name: "Tables", package: "belay"),
      ],
      path: "Benchmarks/Engine"),
    // How long policies take to compile; needs no plugin.
    .executableTarget(
      name: "Compile",
      dependencies: [
        .product(name: "Belay", package: "belay"),
        .product(name: "BelayYAML", package: "belay"),
        .product(name: "Diagnostics", package: "belay"),
      ],
      path: "Benchmarks/Compile"),
  ],
  swiftLanguageModes: [.v6]
)
