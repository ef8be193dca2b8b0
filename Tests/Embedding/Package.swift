// swift-tools-version: 6.2

import PackageDescription

// An embedder's program, as the README shows it: proof of what the libraries need.
let package = Package(
  name: "Embedding",
  platforms: [.macOS(.v15)],
  dependencies: [.package(name: "belay", path: "../..")],
  targets: [
    .executableTarget(
      name: "Embedding",
      dependencies: [
        .product(name: "Belay", package: "belay"),
        .product(name: "BelayYAML", package: "belay"),
        .product(name: "CEL", package: "belay"),
      ])
  ],
  swiftLanguageModes: [.v6]
)
