// swift-tools-version: 6.2

import PackageDescription

// A package of its own, so that the library builds without a fuzzer. It takes the library's
// sources, by way of the link `Library`, and not its products: an entry may then use what is
// `package` in the library, and every module is instrumented.
//
// `./run NAME SECONDS` builds and runs one entry; the flags that make it a fuzzer stand there.
let package = Package(
  name: "fuzz",
  platforms: [.macOS(.v15)],
  targets: [
    .target(name: "Driver"),
    library("Diagnostics"),
    library("Tables", ["Diagnostics"]),
    library("CEL", ["Tables", "Diagnostics"]),
    library("Belay", ["CEL", "Tables", "Diagnostics"]),
    .systemLibrary(name: "CLibYAML", path: "Library/CLibYAML", pkgConfig: "yaml-0.1"),
    .target(name: "CShippedRules", path: "Library/CShippedRules"),
    library("BelayYAML", ["Belay", "Tables", "Diagnostics", "CLibYAML", "CShippedRules"]),
    entry("FuzzCSV", ["Tables", "Diagnostics"]),
    entry("FuzzNDJSON", ["Tables", "Diagnostics"]),
    entry("FuzzJSON", ["Tables", "Diagnostics"]),
    entry("FuzzNumber", ["Tables", "Diagnostics"]),
    entry("FuzzExpression", ["CEL", "Diagnostics"]),
    entry("FuzzParse", ["CEL", "Diagnostics"]),
    entry("FuzzPattern", ["CEL"]),
    entry("FuzzState", ["Belay", "Tables"]),
    entry("FuzzYAML", ["BelayYAML", "Belay", "Diagnostics"]),
  ],
  swiftLanguageModes: [.v6],
  cLanguageStandard: .c2x
)

func library(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(
    name: name, dependencies: dependencies, path: "Library/\(name)",
    swiftSettings: [
      .enableUpcomingFeature("ExistentialAny"),
      .enableUpcomingFeature("InternalImportsByDefault"),
      .enableUpcomingFeature("MemberImportVisibility"),
    ])
}

/// An executable that libFuzzer drives. Its body is a link to the function that the tests run
/// over the corpus.
func entry(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .executableTarget(name: name, dependencies: dependencies + ["Driver"])
}
