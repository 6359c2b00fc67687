// swift-tools-version: 6.2
import PackageDescription

/// A row of the architecture imports only rows above it (docs/architecture.md).
let package = Package(
  name: "vpmu",
  products: [
    .library(name: "VPMUCore", targets: ["VPMUCore", "VPMUModel"]),
    .library(name: "VPMUPluginKit", targets: ["VPMUPluginKit", "VPMUModel"]),
    .library(name: "VPMULoader", targets: ["VPMULoader"]),
    .library(name: "PerfEventHost", targets: ["PerfEventHost"]),
    .library(name: "SimulatedHost", targets: ["SimulatedHost"]),
    .library(name: "VPMUTrace", targets: ["VPMUTrace"]),
    .library(name: "KVMPMU", targets: ["KVMPMU", "CLinux"]),
    .library(name: "KVMGuest", targets: ["KVMGuest"]),
    .library(name: "VPMUConformance", targets: ["VPMUConformance"]),
    .library(name: "VPMUIntel", type: .dynamic, targets: ["VPMUIntel"]),
    .library(name: "VPMUAMD", type: .dynamic, targets: ["VPMUAMD"]),
    .executable(name: "vpmu", targets: ["vpmu"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0")
  ],
  targets: [
    .target(name: "CVPMU", path: "Sources/C/CVPMU"),
    .target(name: "CLinux", path: "Sources/C/CLinux"),
    .target(name: "VPMUModel", dependencies: ["CVPMU"], path: "Sources/PMU/VPMUModel"),
    .target(name: "VPMUCore", dependencies: ["VPMUModel", "CLinux"], path: "Sources/PMU/VPMUCore"),
    .target(name: "VPMUPluginKit", dependencies: ["VPMUModel"], path: "Sources/PMU/VPMUPluginKit"),

    .target(name: "IntelModel", dependencies: ["VPMUModel"], path: "Plugins/Intel/Model"),
    .target(name: "VPMUIntel", dependencies: ["IntelModel", "VPMUPluginKit"], path: "Plugins/Intel/Plugin"),
    .target(name: "AMDModel", dependencies: ["VPMUModel"], path: "Plugins/AMD/Model"),
    .target(name: "VPMUAMD", dependencies: ["AMDModel", "VPMUPluginKit"], path: "Plugins/AMD/Plugin"),

    .target(name: "VPMULoader", dependencies: ["CLinux", "VPMUCore"], path: "Sources/PMU/VPMULoader"),
    .target(name: "PerfEventHost", dependencies: ["CLinux", "VPMUCore"], path: "Sources/Hosts/PerfEventHost"),
    .target(name: "SimulatedHost", dependencies: ["VPMUCore"], path: "Sources/Hosts/SimulatedHost"),
    .target(name: "VPMUTrace", dependencies: ["SimulatedHost", "VPMUCore"], path: "Sources/Tools/VPMUTrace"),
    .target(name: "GuestPerf", dependencies: ["VPMUCore"], path: "Sources/Tools/GuestPerf"),
    .target(name: "KVMPMU", dependencies: ["CLinux", "VPMUCore"], path: "Sources/KVM/KVMPMU"),
    .target(name: "CGuestProgram", path: "Sources/C/CGuestProgram"),
    .target(
      name: "KVMGuest", dependencies: ["CGuestProgram", "CLinux", "KVMPMU", "GuestPerf", "SimulatedHost", "VPMUTrace"],
      path: "Sources/KVM/KVMGuest"),
    .target(name: "CPlainCalls", dependencies: ["CVPMU"], path: "Sources/C/CPlainCalls"),
    .target(
      name: "VPMUBench",
      dependencies: [
        "CLinux", "CPlainCalls", "GuestPerf", "KVMGuest", "KVMPMU", "VPMUTrace", "PerfEventHost", "SimulatedHost",
      ], path: "Sources/Tools/VPMUBench"),
    .target(name: "SeededRandom", path: "Sources/Tools/SeededRandom"),
    .target(
      name: "VPMUConformance", dependencies: ["CLinux", "SeededRandom", "VPMULoader", "VPMUTrace"],
      path: "Sources/Tools/VPMUConformance"),
    .target(name: "CSkeleton", path: "Sources/C/CSkeleton", exclude: ["Templates"]),
    .target(name: "VPMUSkeleton", dependencies: ["CSkeleton", "VPMULoader"], path: "Sources/Tools/VPMUSkeleton"),
    .executableTarget(
      name: "vpmu",
      dependencies: [
        "KVMGuest", "VPMUBench", "VPMUConformance", "VPMULoader", "VPMUSkeleton", "VPMUTrace", "PerfEventHost",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ], path: "Sources/Tools/vpmu"),

    .target(name: "CAllocations", path: "Tests/CAllocations"),
    .target(
      name: "TestSupport", dependencies: ["SeededRandom", "VPMUCore", "SimulatedHost", "IntelModel", "AMDModel"],
      path: "Tests/TestSupport"),
    .testTarget(name: "VPMUModelTests", dependencies: ["SeededRandom", "VPMUModel", "TestSupport"]),
    .testTarget(
      name: "VPMUCoreTests",
      dependencies: [
        "SeededRandom", "VPMUCore", "SimulatedHost", "IntelModel", "AMDModel", "TestSupport", "CAllocations",
      ]),
    .testTarget(
      name: "VPMUTraceTests", dependencies: ["SeededRandom", "VPMUTrace", "IntelModel", "AMDModel", "TestSupport"]),
    .testTarget(
      name: "GuestPerfTests",
      dependencies: ["GuestPerf", "VPMUTrace", "SimulatedHost", "IntelModel", "AMDModel", "CAllocations"]),
    .testTarget(
      name: "VPMULoaderTests",
      dependencies: [
        "SeededRandom", "VPMULoader", "VPMUPluginKit", "IntelModel", "AMDModel", "TestSupport", "CKernelFixtures",
      ],
      exclude: ["Fixtures"]),
    .target(name: "CKernelFixtures", path: "Tests/CKernelFixtures"),
    .testTarget(
      name: "PerfEventHostTests",
      dependencies: ["PerfEventHost", "SeededRandom", "CKernelFixtures", "CAllocations", "TestSupport"]),
    .executableTarget(name: "ConformanceJudge", dependencies: ["VPMUConformance"], path: "Tests/ConformanceJudge"),
    .testTarget(
      name: "VPMUConformanceTests",
      dependencies: ["vpmu", "ConformanceJudge", "VPMUConformance", "VPMUTrace", "IntelModel"], exclude: ["Mutants"]),
    .testTarget(name: "VPMUSkeletonTests", dependencies: ["VPMUSkeleton", "TestSupport"]),
    .testTarget(name: "VPMUCommandTests", dependencies: ["vpmu", "KVMGuest", "CKernelFixtures", "TestSupport"]),
    .testTarget(
      name: "ExamplesTests", dependencies: ["vpmu", "GuestPerf", "SeededRandom", "TestSupport", "VPMULoader"]),
    .testTarget(
      name: "DocumentationTests", dependencies: ["KVMPMU", "CLinux", "PerfEventHost", "VPMULoader", "VPMUCore"]),
    .testTarget(
      name: "KVMPMUTests", dependencies: ["KVMPMU", "CLinux", "SimulatedHost", "IntelModel", "AMDModel", "TestSupport"]),
    .testTarget(
      name: "KVMGuestTests",
      dependencies: [
        "KVMGuest", "CLinux", "PerfEventHost", "SeededRandom", "VPMUTrace", "IntelModel", "AMDModel", "TestSupport",
      ]),
    .testTarget(
      name: "VPMUBenchTests",
      dependencies: [
        "VPMUBench", "GuestPerf", "KVMGuest", "KVMPMU", "SimulatedHost", "PerfEventHost", "IntelModel", "AMDModel",
      ]),
  ],
  swiftLanguageModes: [.v6]
)

// For the project's own checks, not for those who depend on it.
if Context.environment["VPMU_WARNINGS_AS_ERRORS"] == "1" {
  for target in package.targets {
    target.swiftSettings = (target.swiftSettings ?? []) + [.treatAllWarnings(as: .error)]
    target.cSettings = (target.cSettings ?? []) + [.enableWarning("all"), .treatAllWarnings(as: .error)]
  }
}
