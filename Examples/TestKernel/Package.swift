// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "TestKernel",
  dependencies: [.package(name: "vpmu", path: "../..")],
  targets: [
    .executableTarget(
      name: "TestKernel",
      dependencies: [
        .product(name: "KVMGuest", package: "vpmu"), .product(name: "KVMPMU", package: "vpmu"),
        .product(name: "PerfEventHost", package: "vpmu"), .product(name: "SimulatedHost", package: "vpmu"),
        .product(name: "VPMUCore", package: "vpmu"), .product(name: "VPMULoader", package: "vpmu"),
        // Built with the example, so that the search finds the plugins beside it.
        .product(name: "VPMUIntel", package: "vpmu"), .product(name: "VPMUAMD", package: "vpmu"),
      ])
  ],
  swiftLanguageModes: [.v6]
)
