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
    .target(name: "Timing", path: "Benchmarks/Timing"),
    .executableTarget(
      name: "Expressions",
      dependencies: [
        .product(name: "Benchmark", package: "benchmark"),
        .product(name: "CEL", package: "belay"),
        .product(name: "Diagnostics", package: "belay"),
      ],
      path: "Benchmarks/Expressions",
      plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")]),
    // The tables of expressions and patterns in Docs/Performance.md; needs no plugin.
    .executableTarget(
      name: "Figures",
      dependencies: [
        "Timing",
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
        "Timing",
        .product(name: "Belay", package: "belay"),
        .product(name: "BelayYAML", package: "belay"),
        .product(name: "Diagnostics", package: "belay"),
      ],
      path: "Benchmarks/Compile"),
    // The steps of an assessment, one by one; needs no plugin.
    .executableTarget(
      name: "Micro",
      dependencies: [
        "Timing",
        .product(name: "Belay", package: "belay"),
        .product(name: "BelayReport", package: "belay"),
        .product(name: "CEL", package: "belay"),
        .product(name: "Diagnostics", package: "belay"),
        .product(name: "Tables", package: "belay"),
      ],
      path: "Benchmarks/Micro",
      packageAccess: false,
      swiftSettings: asLibrary),
    // Checks and times reading and writing numbers; needs no plugin.
    .executableTarget(
      name: "Numbers",
      dependencies: ["Timing", .product(name: "Tables", package: "belay")],
      path: "Benchmarks/Numbers",
      packageAccess: false,
      swiftSettings: asLibrary),
  ],
  swiftLanguageModes: [.v6]
)

/// Settings for what calls declarations that are `package` in the library, as the engine does: it
/// takes the name of that package, which the build makes of its folder.
var asLibrary: [SwiftSetting] {
  let folder = Context.packageDirectory.split(separator: "/").dropLast(2).last!
  return [
    .enableUpcomingFeature("InternalImportsByDefault"),
    .unsafeFlags(["-package-name", folder.lowercased()]),
  ]
}
