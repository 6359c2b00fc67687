import TestSupport
import Testing
import VPMULoader

/// Whoever adds a vendor changes nothing outside `Examples`.
struct VendorNameTests {
  /// An example may add CPUs of a vendor that the package has a model for.
  private static let vendorsOfThePackage = ["GenuineIntel", "AuthenticAMD", "HygonGenuine"]

  /// What is built, and what builds it.
  private static let places = ["Package.swift", "Makefile", ".ci", "Plugins", "Sources", "Tests"]
    .map { Example.repository.appending(path: $0).path }

  @Test(
    "what an example, its plugin, its models and their vendors are called stands nowhere else",
    arguments: Example.tested)
  func names(example: Example) throws {
    let declarations = try example.plugins.map(\.declaration)
    let words = declarations.flatMap { declaration in
      [declaration.name, declaration.id] + declaration.presets.map(\.name)
        + declaration.cpuidVendors.filter { !Self.vendorsOfThePackage.contains($0) }
    }
    for word in words + [example.description] {
      let found = try Program.run(
        ["grep", "--recursive", "--ignore-case", "--files-with-matches", "--fixed-strings", "-e", word, "--"]
          + Self.places, limit: 60)
      // 1: it read all, and found nothing.
      #expect(found.status == 1, "\(word) is in \(found.output)\(found.errors)")
    }
  }
}
