import Foundation
import Testing
import VPMULoader

@Suite("A catalogue of plugins", .enabled(if: CFixture.compiler != nil, "\(CFixture.noCompiler)"))
struct CatalogueTests {
  /// A plugin called `name`, with one model `name-v1`, for CPUs of `vendor`.
  static func adjust(_ name: String, vendor: String = "TestTestTest") -> String {
    "ADJUST=info->id=\"org.example.\(name)\";info->name=\"\(name)\";model->name=\"\(name)-v1\";"
      + "info->model_count=1;vendors[0]=\"\(vendor)\";"
  }

  static func search(_ directory: URL, _ origin: PluginOrigin = .named) -> PluginCatalogue {
    PluginCatalogue(PluginSearch(places: [PluginSearch.Place(directory.path, origin)]))
  }

  @Test("lists a directory by name: plugins, refused candidates, and nothing else")
  func directory() throws {
    let directory = try CFixture.newDirectory()
    let good = try CFixture.build(Self.adjust("zebra"), name: "z-anything.so", in: directory)
    let wrong = try CFixture.build("IDENTITY_MAJOR=9", name: "m.so", in: directory)
    let broken = try CFixture.file([1, 2, 3], name: "libVPMUBroken.so", in: directory)
    let alsoBroken = try CFixture.file([1, 2, 3], name: "a.vpmu.so", in: directory)
    _ = try CFixture.file([1, 2, 3], name: "unrelated.so", in: directory)
    _ = try CFixture.build("NO_IDENTITY", name: "library.so", in: directory)
    _ = try CFixture.file([1, 2, 3], name: "libVPMUBroken.txt", in: directory)
    let catalogue = Self.search(directory)
    #expect(catalogue.entries.map(\.path) == [alsoBroken, broken, wrong, good])
    #expect(catalogue.plugins.map(\.declaration.name) == ["zebra"])
    #expect(catalogue.refusals.count == 3)
    #expect(catalogue.refusals.last == .abiMajor(path: wrong, found: 9, supported: 1))
  }

  @Test("takes a file once, whatever paths lead to it")
  func sameFileTwice() throws {
    let directory = try CFixture.newDirectory()
    let path = try CFixture.build(Self.adjust("once"), name: "b.so", in: directory)
    try FileManager.default.createSymbolicLink(atPath: directory.path + "/a.so", withDestinationPath: path)
    let catalogue = PluginCatalogue(
      PluginSearch(places: [.init(path, .named), .init(directory.path, .environment)]))
    #expect(catalogue.entries.map(\.path) == [path])
    #expect(catalogue.entries.first?.place.origin == .named)
  }

  @Test("refuses a second plugin of the same id and names both files")
  func duplicateID() throws {
    let directory = try CFixture.newDirectory()
    let first = try CFixture.build(Self.adjust("double"), name: "a.so", in: directory)
    let second = try CFixture.build(Self.adjust("double"), name: "b.so", in: directory)
    let catalogue = Self.search(directory)
    #expect(catalogue.plugins.map(\.path) == [first])
    #expect(catalogue.refusals == [.duplicateID(path: second, id: "org.example.double", first: first)])
  }

  @Test("tells of a named place where nothing is, and is silent of its own", arguments: PluginOrigin.allCases)
  func nothingThere(origin: PluginOrigin) {
    let catalogue = PluginCatalogue(PluginSearch(places: [.init("/no/such/place", origin)]))
    let isTold = origin == .named || origin == .environment
    #expect(catalogue.refusals == (isTold ? [.notFound(path: "/no/such/place")] : []))
  }

  @Test("selects by vendor string, name, id, path and model")
  func selection() throws {
    let directory = try CFixture.newDirectory()
    _ = try CFixture.build(Self.adjust("one", vendor: "VendorOfOne."), name: "a.so", in: directory)
    let path = try CFixture.build(Self.adjust("two", vendor: "VendorOfTwo."), name: "b.so", in: directory)
    let catalogue = Self.search(directory)
    #expect(try catalogue.select(vendor: "VendorOfTwo.").plugin.path == path)
    #expect(try catalogue.select(vendor: "two").plugin.path == path)
    #expect(try catalogue.select(plugin: "two").preset.name == "two-v1")
    #expect(try catalogue.select(plugin: "org.example.two").plugin.path == path)
    #expect(try catalogue.select(plugin: path).plugin.path == path)
    #expect(try catalogue.select(model: "two-v1").plugin.path == path)
    #expect(try catalogue.select(plugin: "two", model: "two-v1").preset.name == "two-v1")
  }

  @Test("without an answer lists what there is")
  func selectionErrors() throws {
    let directory = try CFixture.newDirectory()
    _ = try CFixture.build(Self.adjust("one", vendor: "VendorOfOne."), name: "a.so", in: directory)
    _ = try CFixture.build(Self.adjust("two", vendor: "VendorOfTwo."), name: "b.so", in: directory)
    let catalogue = Self.search(directory)
    #expect(throws: PluginSelectionError.unknownPlugin("three", available: ["one", "two"])) {
      try catalogue.select(plugin: "three")
    }
    #expect(throws: PluginSelectionError.noPluginForVendor("x", available: ["VendorOfOne.", "VendorOfTwo."])) {
      try catalogue.select(vendor: "x")
    }
    #expect(throws: PluginSelectionError.unknownModel("three-v1", available: ["one-v1", "two-v1"])) {
      try catalogue.select(model: "three-v1")
    }
    #expect(throws: PluginSelectionError.unknownModel("two-v1", available: ["one-v1"])) {
      try catalogue.select(plugin: "one", model: "two-v1")
    }
    #expect(throws: PluginSelectionError.notLoaded(.notFound(path: "/no/such.so"))) {
      try catalogue.select(plugin: "/no/such.so")
    }
  }

  @Test("that is empty says where it looked")
  func empty() throws {
    let directory = try CFixture.newDirectory()
    let error = #expect(throws: PluginSelectionError.noPlugins(searched: [directory.path], refused: [])) {
      try Self.search(directory).select(model: "any")
    }
    #expect("\(try #require(error))".contains("VPMU_PLUGIN_PATH"))
  }
}

@Suite("The places to look in")
struct PluginSearchTests {
  @Test("begin with what is named and end beside the program")
  func standard() {
    let places = PluginSearch.standard(named: ["/some/plugin.so"]).places
    #expect(places.first == .init("/some/plugin.so", .named))
    #expect(places.suffix(2).map(\.origin) == [.besideExecutable, .libraryDirectory])
    #expect(places.suffix(2).allSatisfy { $0.path.hasPrefix("/") })
  }

  @Test("in the environment are separated by colons", arguments: [(nil, []), ("", []), ("/a::/b:", ["/a", "/b"])])
  func environment(value: String?, paths: [String]) {
    #expect(PluginSearch.paths(inEnvironment: value) == paths)
  }
}

@Suite("This machine's CPU")
struct HostCPUTests {
  @Test("has a vendor string of twelve characters, the one that the kernel shows")
  func vendor() throws {
    let vendor = HostCPU.vendor
    #expect(vendor.utf8.count == 12)
    let shown = try String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)
    #expect(shown.split(separator: "\n").contains { $0.hasPrefix("vendor_id") && $0.hasSuffix(vendor) })
  }
}
