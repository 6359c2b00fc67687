// swift-tools-version: 6.2
import PackageDescription

/// A package of its own: who uses or tests the library does not build the benchmark's dependencies.
let package = Package(
  name: "Performance",
  dependencies: [
    .package(name: "vpmu", path: "../.."),
    // Without its interposers: allocations are counted by a test of the library.
    .package(url: "https://github.com/ordo-one/benchmark", from: "1.38.0", traits: []),
  ],
  targets: [
    .executableTarget(
      name: "PMUBenchmarks",
      dependencies: [
        .product(name: "VPMUCore", package: "vpmu"), .product(name: "VPMULoader", package: "vpmu"),
        .product(name: "SimulatedHost", package: "vpmu"),
        // Built with it, so that the search finds the plugins beside the program.
        .product(name: "VPMUIntel", package: "vpmu"), .product(name: "VPMUAMD", package: "vpmu"),
        .product(name: "Benchmark", package: "benchmark"),
      ], path: "Benchmarks/VPMU", plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")]),
    .executableTarget(
      name: "CFace",
      dependencies: [
        .product(name: "VPMUCore", package: "vpmu"), .product(name: "VPMULoader", package: "vpmu"),
        .product(name: "SimulatedHost", package: "vpmu"), .product(name: "CLibVPMU", package: "vpmu"),
      ], path: "CFace"),
  ],
  swiftLanguageModes: [.v6]
)
