import Foundation
import Testing
import VPMUSkeleton

@Suite("The skeleton of a new plugin")
struct SkeletonTests {
  static let repository = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  static func text(_ path: String) throws -> String {
    try String(contentsOf: repository.appending(path: path), encoding: .utf8)
  }

  private static let languages: [SkeletonLanguage] = [.c, .swift(package: repository.path)]

  @Test("in C holds the header as it is in this repository")
  func header() throws {
    let header = try Skeleton(name: "acme", language: .c).files.first { $0.path == "vpmu_plugin.h" }
    #expect(try header?.text == Self.text("Sources/C/CVPMU/include/vpmu_plugin.h"))
  }

  @Test("has no placeholder left, and names the plugin throughout", arguments: languages)
  func placeholders(language: SkeletonLanguage) throws {
    let skeleton = try Skeleton(
      name: "zebra9", language: language, vendor: "  {{name}}  ", id: "com.stripes.pmu-9.zebra")
    for file in skeleton.files {
      for text in [file.path, file.text.replacing("\"  {{name}}  \"", with: "")] {
        #expect(!text.contains(/\{\{[A-Za-z]+\}\}/), "\(file.path): \(text)")
      }
    }
    let all = skeleton.files.map(\.text).joined()
    for word in [
      "\"zebra9\"", "\"zebra9-basic\"", "VPMUZebra9", "\"  {{name}}  \"", "\"com.stripes.pmu-9.zebra\"",
    ] {
      #expect(all.contains(word), "\(word)")
    }
  }

  @Test("in Swift depends on the package where it is", arguments: ["/Sources/..", ""])
  func package(suffix: String) throws {
    let skeleton = try Skeleton(name: "acme", language: .swift(package: Self.repository.path + suffix))
    let manifest = try #require(skeleton.files.first { $0.path == "Package.swift" })
    let path = Self.repository.resolvingSymlinksInPath().path
    #expect(manifest.text.contains(".package(name: \"vpmu\", path: \"\(path)\", traits: [\"Embedded\"])"))
  }

  @Test("is called by a word that a library and a module can have", arguments: ["a", "Acme", "x86pmu2"])
  func names(name: String) throws {
    let files = try Skeleton(name: name, language: .c).files
    #expect(files.map(\.path).contains("\(name.lowercased()).c"))
  }

  @Test(
    "is refused a name that is none",
    arguments: [
      "", "9lives", "two words", "a-b", "a/b", "../a", ".a", "é", "K\u{301}", "\u{212A}",
      String(repeating: "a", count: 33),
    ])
  func badNames(name: String) {
    #expect(throws: SkeletonError.name(name)) { try Skeleton(name: name, language: .c) }
  }

  @Test("is refused the name of each module, and of each plugin, that comes with vpmu")
  func takenNames() throws {
    let modules = try Self.text("Package.swift").matches(of: /name: "VPMU([A-Za-z]+)"/).map { String($0.1) }
    #expect(modules.contains("Model") && modules.contains("Intel"))
    for name in modules + ["PMU", "pmu"] {
      guard !name.hasSuffix("Tests") else { continue }
      #expect(throws: SkeletonError.nameTaken(name)) { try Skeleton(name: name, language: .c) }
    }
  }

  @Test(
    "is made a vendor of 12 bytes of its name",
    arguments: [
      ("a", "AAAAAAAAAAAA"), ("acme", "AcmeAcmeAcme"), ("zebra", "ZebraZebraZe"), ("abcdefghijklm", "Abcdefghijkl"),
    ])
  func vendor(name: String, vendor: String) throws {
    let text = try Skeleton(name: name, language: .c).files.map(\.text).joined()
    #expect(text.contains("cpuid_vendors[] = {\"\(vendor)\"}"))
  }

  @Test(
    "is refused a vendor that CPUID, C or Swift can't hold",
    arguments: [
      "", "ElevenBytes", "ThirteenBytes", "With\"Quotes\"", "Back\\slashes", "What is ??/", "Line\nbreaks.",
      "Zwölf Bytes",
    ])
  func badVendors(vendor: String) {
    #expect(throws: SkeletonError.vendor(vendor)) { try Skeleton(name: "acme", language: .c, vendor: vendor) }
  }

  @Test(
    "is refused an id that is no reverse domain name",
    arguments: ["", "acme", "org.", ".org", "org..acme", "org.a b", "org.\"a\"", "org.ä"])
  func badIDs(id: String) {
    #expect(throws: SkeletonError.id(id)) { try Skeleton(name: "acme", language: .c, id: id) }
  }

  @Test("tells what to do instead of what it is refused")
  func descriptions() {
    #expect("\(SkeletonError.vendor("Twelve"))".contains("6 bytes"))
    #expect("\(SkeletonError.unwritable(path: "/x", errno: EACCES))".contains("Permission denied"))
    #expect("\(SkeletonError.packageNotFound)".contains("--path"))
  }
}
