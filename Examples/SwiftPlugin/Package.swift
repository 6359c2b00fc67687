// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "SwiftPlugin",
  // The name of the library's file: libVPMUPrimer.so.
  products: [.library(name: "VPMUPrimer", type: .dynamic, targets: ["VPMUPrimer"])],
  // Embedded Swift: the plugin needs the C library only, no Swift runtime.
  dependencies: [.package(name: "vpmu", path: "../..", traits: ["Embedded"])],
  targets: [
    .target(
      name: "VPMUPrimer", dependencies: [.product(name: "VPMUPluginKit", package: "vpmu")],
      swiftSettings: [.enableExperimentalFeature("Embedded")],
      // It exports the entry, nothing else, and what it lacks is an error here and not where it is loaded.
      linkerSettings: [
        .unsafeFlags([
          "-use-ld=lld", "-Xlinker", "--version-script=\(Context.packageDirectory)/vpmu_plugin.map",
          "-Xlinker", "-z", "-Xlinker", "defs",
        ])
      ])
  ],
  swiftLanguageModes: [.v6]
)
