// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "MinimalVMM",
  dependencies: [.package(name: "vpmu", path: "../..")],
  targets: [
    .target(name: "Guest"),
    .executableTarget(
      name: "MinimalVMM",
      dependencies: [
        "Guest", .product(name: "KVMPMU", package: "vpmu"), .product(name: "PerfEventHost", package: "vpmu"),
        .product(name: "VPMUCore", package: "vpmu"), .product(name: "VPMULoader", package: "vpmu"),
        // Built with the example, so that the search finds the plugins beside it.
        .product(name: "VPMUIntel", package: "vpmu"), .product(name: "VPMUAMD", package: "vpmu"),
      ]),
  ],
  swiftLanguageModes: [.v6]
)
