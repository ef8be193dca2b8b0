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
    // Checks and times reading and writing numbers; needs no plugin. It calls what is `package` in
    // the library, as the engine does, and so takes the name of that package.
    .executableTarget(
      name: "Numbers",
      dependencies: [.product(name: "Tables", package: "belay")],
      path: "Benchmarks/Numbers",
      packageAccess: false,
      swiftSettings: [
        .enableUpcomingFeature("InternalImportsByDefault"),
        .unsafeFlags(["-package-name", library]),
      ]),
  ],
  swiftLanguageModes: [.v6]
)

/// The name that the build gives the library's package: that of its folder.
var library: String {
  Context.packageDirectory.split(separator: "/").dropLast(2).last!.lowercased()
}
