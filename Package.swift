// swift-tools-version: 6.2
import PackageDescription

/// For the modules that a plugin's author links; `make lib` builds the others so. Only for those: where the package
/// manager finds the feature it compiles and links by it, whether the condition holds or not.
let embedded: [SwiftSetting] = [.enableExperimentalFeature("Embedded", .when(traits: ["Embedded"]))]

/// What Embedded Swift's standard library needs of others: rounding, and the tables by which strings are compared. They
/// are in a folder of the toolchain where the linker does not search.
let libraries: [LinkerSetting] = [
  .linkedLibrary("m", .when(traits: ["Embedded"])),
  .linkedLibrary(":../embedded/x86_64-unknown-linux-gnu/libswiftUnicodeDataTables.a", .when(traits: ["Embedded"])),
]

/// A row of the architecture imports only rows above it (docs/architecture.md). A target declares exactly the modules
/// that its files import, besides the programs that tests run: `PackageTests` compares the two.
let package = Package(
  name: "vpmu",
  products: [
    .library(name: "VPMU", targets: ["VPMU"]),
    .library(name: "VPMUCore", targets: ["VPMUCore", "VPMUModel"]),
    .library(name: "VPMUPluginKit", targets: ["VPMUPluginKit", "VPMUModel"]),
    .library(name: "VPMULoader", targets: ["VPMULoader"]),
    .library(name: "PerfEventHost", targets: ["PerfEventHost"]),
    .library(name: "SimulatedHost", targets: ["SimulatedHost"]),
    .library(name: "VPMUTrace", targets: ["VPMUTrace"]),
    .library(name: "KVMPMU", targets: ["KVMPMU", "CKVM"]),
    .library(name: "KVMGuest", targets: ["KVMGuest"]),
    .library(name: "VPMUConformance", targets: ["VPMUConformance"]),
    .library(name: "VPMUIntel", type: .dynamic, targets: ["VPMUIntel"]),
    .library(name: "VPMUAMD", type: .dynamic, targets: ["VPMUAMD"]),
    .library(name: "LibVPMU", type: .static, targets: ["LibVPMU"]),
    .library(name: "CLibVPMU", targets: ["CLibVPMU"]),
    .executable(name: "vpmu", targets: ["vpmu"]),
    .executable(name: "vpmu-guest-init", targets: ["vpmu-guest-init"]),
  ],
  traits: [
    .trait(name: "Embedded", description: "Embedded Swift, for libraries that need no Swift runtime: libvpmu, plugins")
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0")
  ],
  targets: [
    .target(
      name: "CVPMU", path: "Sources/C/CVPMU", exclude: ["vpmu_plugin.map"],
      cSettings: [.define("VPMU_EMBEDDED", .when(traits: ["Embedded"]))]),
    .target(name: "CLibc", path: "Sources/C/CLibc"),
    .target(name: "CLibVPMU", path: "Sources/C/CLibVPMU"),
    .target(name: "CLinux", path: "Sources/C/CLinux"),
    .target(name: "CKVM", path: "Sources/C/CKVM"),
    .target(
      name: "VPMUModel", dependencies: ["CVPMU"], path: "Sources/PMU/VPMUModel",
      swiftSettings: embedded, linkerSettings: libraries),
    .target(name: "Locking", dependencies: ["CLibc"], path: "Sources/PMU/Locking"),
    .target(
      name: "VPMUCore", dependencies: ["CLinux", "CVPMU", "Locking", "VPMUModel"], path: "Sources/PMU/VPMUCore"),
    .target(name: "CPluginIdentity", dependencies: ["CVPMU"], path: "Sources/C/CPluginIdentity"),
    .target(
      name: "VPMUPluginKit", dependencies: ["CPluginIdentity", "CVPMU", "VPMUModel"], path: "Sources/PMU/VPMUPluginKit",
      swiftSettings: embedded),

    .target(name: "IntelModel", dependencies: ["CVPMU", "VPMUModel"], path: "Plugins/Intel/Model"),
    .target(name: "VPMUIntel", dependencies: ["CVPMU", "IntelModel", "VPMUPluginKit"], path: "Plugins/Intel/Plugin"),
    .target(name: "AMDModel", dependencies: ["CVPMU", "VPMUModel"], path: "Plugins/AMD/Model"),
    .target(name: "VPMUAMD", dependencies: ["CVPMU", "AMDModel", "VPMUPluginKit"], path: "Plugins/AMD/Plugin"),

    .target(
      name: "VPMULoader", dependencies: ["CLibc", "CLinux", "CVPMU", "Locking", "VPMUModel"],
      path: "Sources/PMU/VPMULoader"),
    .target(
      name: "PerfEventHost", dependencies: ["CLibc", "CLinux", "VPMUCore", "VPMUModel"],
      path: "Sources/Hosts/PerfEventHost"),
    .target(
      name: "VPMU", dependencies: ["PerfEventHost", "VPMUCore", "VPMULoader", "VPMUModel"], path: "Sources/PMU/VPMU"),
    .target(name: "SimulatedHost", dependencies: ["VPMUCore", "VPMUModel"], path: "Sources/Hosts/SimulatedHost"),
    .target(name: "TraceFormat", dependencies: ["CVPMU", "VPMUModel"], path: "Sources/Tools/TraceFormat"),
    .target(
      name: "VPMUTrace", dependencies: ["SimulatedHost", "TraceFormat", "VPMUCore", "VPMUModel"],
      path: "Sources/Tools/VPMUTrace"),
    .target(
      name: "LibVPMU",
      dependencies: [
        "CLibVPMU", "CLinux", "CVPMU", "PerfEventHost", "SimulatedHost", "TraceFormat", "VPMUCore",
        "VPMULoader", "VPMUModel",
      ], path: "Sources/PMU/LibVPMU", exclude: ["vpmu.abi", "vpmu.map", "vpmu.pc.in"]),
    .target(name: "GuestPerf", dependencies: ["CVPMU", "VPMUCore", "VPMUModel"], path: "Sources/Tools/GuestPerf"),
    .target(name: "KVMPMU", dependencies: ["CKVM", "CLinux", "VPMUCore", "VPMUModel"], path: "Sources/KVM/KVMPMU"),
    .target(name: "CGuestProgram", path: "Sources/C/CGuestProgram"),
    .target(
      name: "KVMGuest",
      dependencies: ["CGuestProgram", "CKVM", "CLinux", "GuestPerf", "KVMPMU", "VPMUCore", "VPMUModel"],
      path: "Sources/KVM/KVMGuest"),
    .target(name: "CPlainCalls", dependencies: ["CVPMU"], path: "Sources/C/CPlainCalls"),
    .target(
      name: "VPMUBench",
      dependencies: [
        "CLinux", "CPlainCalls", "CVPMU", "GuestPerf", "PerfEventHost", "SimulatedHost", "VPMUCore", "VPMULoader",
        "VPMUModel", "VPMUTrace",
      ], path: "Sources/Tools/VPMUBench"),
    .target(
      name: "VPMUBenchKVM",
      dependencies: [
        "GuestPerf", "KVMGuest", "KVMPMU", "PerfEventHost", "SimulatedHost", "VPMUBench", "VPMUCore", "VPMULoader",
        "VPMUModel",
      ], path: "Sources/Tools/VPMUBenchKVM"),
    .target(name: "SeededRandom", path: "Sources/Tools/SeededRandom"),
    .target(
      name: "VPMUConformance",
      dependencies: [
        "CLinux", "CVPMU", "SeededRandom", "SimulatedHost", "VPMUCore", "VPMULoader", "VPMUModel", "VPMUTrace",
      ],
      path: "Sources/Tools/VPMUConformance"),
    .target(name: "CSkeleton", path: "Sources/C/CSkeleton", exclude: ["Templates"]),
    .target(name: "VPMUSkeleton", dependencies: ["CSkeleton", "VPMULoader"], path: "Sources/Tools/VPMUSkeleton"),
    .executableTarget(name: "vpmu-guest-init", path: "Sources/C/CGuestInit"),
    .target(
      name: "LinuxGuest", dependencies: ["CLinux", "VPMULoader"], path: "Sources/Tools/LinuxGuest",
      exclude: ["make-guest"]),
    .executableTarget(
      name: "vpmu",
      dependencies: [
        "GuestPerf", "KVMGuest", "KVMPMU", "LinuxGuest", "PerfEventHost", "SimulatedHost", "VPMUBench", "VPMUBenchKVM",
        "VPMUConformance", "VPMUCore", "VPMULoader", "VPMUModel", "VPMUSkeleton", "VPMUTrace",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ], path: "Sources/Tools/vpmu", exclude: ["Manual"]),

    .target(name: "CAllocations", path: "Tests/CAllocations"),
    .target(
      name: "TestSupport",
      dependencies: ["AMDModel", "CVPMU", "IntelModel", "SeededRandom", "SimulatedHost", "VPMUCore", "VPMUModel"],
      path: "Tests/TestSupport"),
    .testTarget(name: "PackageTests"),
    .testTarget(name: "VPMUTests", dependencies: ["VPMU"]),
    .testTarget(name: "VPMUModelTests", dependencies: ["CVPMU", "SeededRandom", "TestSupport", "VPMUModel"]),
    .testTarget(
      name: "VPMUCoreTests",
      dependencies: [
        "AMDModel", "CAllocations", "CVPMU", "IntelModel", "SeededRandom", "SimulatedHost", "TestSupport", "VPMUCore",
        "VPMUModel",
      ]),
    .testTarget(
      name: "VPMUTraceTests",
      dependencies: ["AMDModel", "IntelModel", "SeededRandom", "TestSupport", "VPMUCore", "VPMUModel", "VPMUTrace"]),
    .testTarget(
      name: "GuestPerfTests",
      dependencies: [
        "AMDModel", "CAllocations", "GuestPerf", "IntelModel", "SimulatedHost", "VPMUCore", "VPMUModel", "VPMUTrace",
      ]),
    .testTarget(
      name: "VPMULoaderTests",
      dependencies: [
        "AMDModel", "CKernelFixtures", "CVPMU", "IntelModel", "SeededRandom", "TestSupport", "VPMUCore", "VPMULoader",
        "VPMUModel", "VPMUPluginKit",
      ],
      exclude: ["Fixtures"]),
    .target(name: "CKernelFixtures", path: "Tests/CKernelFixtures"),
    .testTarget(
      name: "PerfEventHostTests",
      dependencies: [
        "CAllocations", "CKernelFixtures", "CLinux", "PerfEventHost", "SeededRandom", "TestSupport", "VPMUCore",
        "VPMUModel",
      ]),
    .executableTarget(name: "ConformanceJudge", dependencies: ["VPMUConformance"], path: "Tests/ConformanceJudge"),
    .testTarget(
      name: "VPMUConformanceTests",
      dependencies: ["ConformanceJudge", "vpmu", "IntelModel", "VPMUConformance", "VPMUModel", "VPMUTrace"],
      exclude: ["Mutants"]),
    .testTarget(
      name: "LibVPMUTests", dependencies: ["vpmu", "TestSupport"], exclude: ["C", "Python", "States"]),
    .testTarget(name: "QEMUPluginTests", dependencies: ["vpmu", "TestSupport"], exclude: ["Guest"]),
    .testTarget(name: "VPMUSkeletonTests", dependencies: ["TestSupport", "VPMUSkeleton"]),
    .testTarget(
      name: "VPMUCommandTests",
      dependencies: ["vpmu", "CKernelFixtures", "KVMGuest", "LinuxGuest", "TestSupport"]),
    .testTarget(name: "LinuxGuestTests", dependencies: ["LinuxGuest", "TestSupport"]),
    .testTarget(
      name: "ExamplesTests",
      dependencies: [
        "vpmu", "CVPMU", "GuestPerf", "SeededRandom", "SimulatedHost", "TestSupport", "VPMUCore", "VPMULoader",
        "VPMUModel",
      ]),
    .testTarget(
      name: "DocumentationTests", dependencies: ["vpmu", "CKVM", "CLinux", "PerfEventHost", "TestSupport"],
      exclude: ["Checks"]),
    .testTarget(
      name: "KVMPMUTests",
      dependencies: [
        "AMDModel", "CKVM", "CLinux", "IntelModel", "KVMPMU", "SimulatedHost", "TestSupport", "VPMUCore", "VPMUModel",
      ]),
    .testTarget(
      name: "KVMGuestTests",
      dependencies: [
        "AMDModel", "CKVM", "CLinux", "GuestPerf", "IntelModel", "KVMGuest", "KVMPMU", "PerfEventHost", "SeededRandom",
        "SimulatedHost", "TestSupport", "VPMUCore", "VPMUModel", "VPMUTrace",
      ]),
    .testTarget(
      name: "VPMUBenchTests",
      dependencies: [
        "AMDModel", "CVPMU", "GuestPerf", "IntelModel", "KVMGuest", "KVMPMU", "PerfEventHost", "SimulatedHost",
        "VPMUBench", "VPMUBenchKVM", "VPMUCore", "VPMUModel",
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
