import Foundation
import Testing
import VPMULoader

@Suite("A catalogue of plugins", .enabled(if: CFixture.compiler != nil, "\(CFixture.noCompiler)"))
struct CatalogueTests {
  /// A plugin called `name`, with one model `name-v1`, for CPUs of `vendor`.
  static func adjust(_ name: String, vendor: String = "TestTestTest") -> String {
    "ADJUST=info->id=\"org.example.\(name)\";info->name=\"\(name)\";preset->name=\"\(name)-v1\";"
      + "info->preset_count=1;vendors[0]=\"\(vendor)\";"
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

  @Test("refuses plugins of the same id in one place, all of them, and names both files", arguments: [2, 3])
  func duplicateID(count: Int) throws {
    let directory = try CFixture.newDirectory()
    let paths = try ["a.so", "b.so", "c.so"].prefix(count).map {
      try CFixture.build(Self.adjust("double"), name: $0, in: directory)
    }
    let single = try CFixture.build(Self.adjust("single"), name: "d.so", in: directory)
    let catalogue = Self.search(directory)
    #expect(catalogue.plugins.map(\.path) == [single])
    let id = "org.example.double"
    let others = [paths[1]] + Array(repeating: paths[0], count: count - 1)
    #expect(catalogue.refusals == zip(paths, others).map { .duplicateID(path: $0, id: id, other: $1) })
    for (path, error) in zip(paths, catalogue.refusals) {
      #expect("\(error)".contains(path) && "\(error)".contains(error.path == paths[0] ? paths[1] : paths[0]))
    }
    #expect(throws: PluginSelectionError.unknownPlugin("double", available: ["single"])) {
      try catalogue.select(plugin: "double")
    }
  }

  @Test("uses the first place's plugin of an id, and shows the others as shadowed by it")
  func shadowing() throws {
    let directories = try (0..<3).map { _ in try CFixture.newDirectory() }
    let paths = try directories.map { try CFixture.build(Self.adjust("same"), name: "x.so", in: $0) }
    let other = try CFixture.build(Self.adjust("other"), name: "y.so", in: directories[1])
    let origins: [PluginOrigin] = [.environment, .userDirectory, .libraryDirectory]
    let places = zip(directories, origins).map { PluginSearch.Place($0.path, $1) }
    let catalogue = PluginCatalogue(PluginSearch(places: places))
    #expect(catalogue.plugins.map(\.path) == [paths[0], other])
    #expect(catalogue.refusals.isEmpty)
    #expect(catalogue.entries.map(\.path) == [paths[0], paths[1], other, paths[2]])
    #expect(catalogue.entries.map(\.shadowedBy) == [nil, paths[0], nil, paths[0]])
    #expect(try catalogue.plugin("same").path == paths[0])
    // By its path a shadowed one is still to be had; named, it shadows the others.
    #expect(try catalogue.plugin(paths[2]).path == paths[2])
    let named = PluginCatalogue(PluginSearch(places: [.init(paths[2], .named)] + places))
    #expect(named.plugins.map(\.path) == [paths[2], other])
    #expect(named.entries.map(\.shadowedBy) == [nil, paths[2], paths[2], nil])
  }

  @Test("lets no pair of one id in an earlier place stand in the way of a later place")
  func pairAndOne() throws {
    let directories = try (0..<2).map { _ in try CFixture.newDirectory() }
    for name in ["a.so", "b.so"] { _ = try CFixture.build(Self.adjust("thrice"), name: name, in: directories[0]) }
    let good = try CFixture.build(Self.adjust("thrice"), name: "a.so", in: directories[1])
    let catalogue = PluginCatalogue(
      PluginSearch(places: directories.map { PluginSearch.Place($0.path, .environment) }))
    #expect(catalogue.plugins.map(\.path) == [good])
    #expect(catalogue.refusals.count == 2)
  }

  @Test("tells how long each load took")
  func loadTime() throws {
    let directory = try CFixture.newDirectory()
    _ = try CFixture.build(Self.adjust("timed"), name: "a.so", in: directory)
    let entry = try #require(Self.search(directory).entries.first)
    #expect(entry.loadTime > 1000 && entry.loadTime < 10_000_000_000)
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
