// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "SwiftPlugin",
  // The name of the library's file: libVPMUPrimer.so.
  products: [.library(name: "VPMUPrimer", type: .dynamic, targets: ["VPMUPrimer"])],
  dependencies: [.package(name: "vpmu", path: "../..")],
  targets: [
    .target(name: "VPMUPrimer", dependencies: [.product(name: "VPMUPluginKit", package: "vpmu")])
  ],
  swiftLanguageModes: [.v6]
)
