// swift-tools-version: 6.2

import PackageDescription

let package = Package(
  name: "belay",
  platforms: [.macOS(.v15)],
  products: [
    .library(name: "Belay", targets: ["Belay"]),
    .library(name: "BelayYAML", targets: ["BelayYAML"]),
    .library(name: "BelayReport", targets: ["BelayReport"]),
    .library(name: "BelayAuthoring", targets: ["BelayAuthoring"]),
    .library(name: "CEL", targets: ["CEL"]),
    .library(name: "Tables", targets: ["Tables"]),
    .library(name: "Diagnostics", targets: ["Diagnostics"]),
    .executable(name: "belay", targets: ["BelayCLI"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0")
  ],
  targets: [
    .target(name: "Diagnostics", swiftSettings: strict),
    .target(name: "Tables", dependencies: ["Diagnostics"], swiftSettings: strict),
    .target(
      name: "CEL", dependencies: ["Diagnostics", "Tables"], swiftSettings: strict,
      // `pow`, `floor` and their kin are the C library's where there is no Foundation.
      linkerSettings: [.linkedLibrary("m", .when(platforms: [.linux]))]),
    .target(name: "Belay", dependencies: ["CEL", "Tables", "Diagnostics"], swiftSettings: strict),
    .target(
      name: "BelayAuthoring", dependencies: ["Belay", "CEL", "Diagnostics"], swiftSettings: strict),
    .target(
      name: "BelayReport", dependencies: ["Belay", "CEL", "Tables", "Diagnostics"],
      swiftSettings: strict),
    .systemLibrary(
      name: "CLibYAML", pkgConfig: "yaml-0.1",
      providers: [.apt(["libyaml-dev"]), .brew(["libyaml"])]),
    .target(name: "CShippedRules"),
    .target(
      name: "BelayYAML",
      dependencies: ["Belay", "Tables", "Diagnostics", "CLibYAML", "CShippedRules"],
      swiftSettings: strict),
    .executableTarget(
      name: "BelayCLI",
      dependencies: [
        "Belay", "BelayAuthoring", "BelayReport", "BelayYAML", "CEL", "Tables", "Diagnostics",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: strict),

    .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: strict),
    .testTarget(
      name: "DiagnosticsTests", dependencies: ["Diagnostics", "TestSupport"], exclude: ["Golden"],
      swiftSettings: strict),
    .testTarget(
      name: "TablesTests", dependencies: ["Tables", "Diagnostics", "TestSupport"],
      exclude: ["Golden"],
      swiftSettings: strict),
    .testTarget(
      name: "CELTests", dependencies: ["CEL", "Tables", "Diagnostics", "TestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "BelayTests",
      dependencies: ["Belay", "BelayYAML", "CEL", "Tables", "Diagnostics", "TestSupport"],
      exclude: ["Golden", "Series/expectations.json", "Series/expectations.py"],
      swiftSettings: strict),
    .testTarget(
      name: "BelayYAMLTests",
      dependencies: ["BelayYAML", "Belay", "Tables", "Diagnostics", "TestSupport"],
      exclude: ["Golden"], swiftSettings: strict),
    .testTarget(
      name: "BelayAuthoringTests",
      dependencies: [
        "BelayAuthoring", "BelayYAML", "Belay", "CEL", "Tables", "Diagnostics", "TestSupport",
      ],
      exclude: ["Golden"],
      swiftSettings: strict),
    .testTarget(
      name: "BelayReportTests",
      dependencies: ["BelayReport", "BelayYAML", "Belay", "Tables", "Diagnostics", "TestSupport"],
      exclude: ["Golden"], swiftSettings: strict),
    .testTarget(
      name: "BelayCLITests", dependencies: ["BelayCLI", "CEL", "TestSupport"],
      swiftSettings: strict),
  ],
  swiftLanguageModes: [.v6],
  cLanguageStandard: .c2x
)

var strict: [SwiftSetting] {
  [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
  ] + (Context.environment["CI"] == nil ? [] : [.treatAllWarnings(as: .error)])
}
