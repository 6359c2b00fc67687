import Foundation
import Testing
import VPMULoader
import VPMUModel

@Suite("Loading", .enabled(if: CFixture.compiler != nil, "\(CFixture.noCompiler)"))
struct PluginLoadTests {
  @Test("a good plugin gives all that it declares")
  func good() throws {
    let plugin = try Plugin.load(CFixture.build())
    Self.expectFixture(plugin)
  }

  @Test("structs and elements longer than ours gives what we know of them")
  func longer() throws {
    let plugin = try Plugin.load(CFixture.build("LONGER"))
    Self.expectFixture(plugin)
  }

  static func expectFixture(_ plugin: Plugin) {
    let declaration = plugin.declaration
    #expect(plugin.abi == PluginABI.current)
    #expect(declaration.id == "org.example.test")
    #expect(declaration.name == "test")
    #expect(declaration.version == "1.2")
    #expect(declaration.license == "Apache-2.0")
    #expect(declaration.cpuidVendors == ["TestTestTest"])
    #expect(declaration.eventSelectMask == 0xFF)
    #expect(declaration.presets.map(\.name) == ["test-v1", "test-v2"])
    #expect(declaration.presets.map(\.summary) == ["one", "two"])
    #expect(declaration.presets.map(\.configuration.leaves.count) == [2, 1])
    #expect(declaration.presets[0].configuration.leaf(7, subleaf: 1).edx == 5)
    #expect(declaration.presets.map(\.configuration.perfCapabilities) == [5, 6])
    #expect(
      declaration.ranges == [
        RegisterRange(.gpCounter, first: 0, count: 4, rdpmcBase: 0, traits: .signExtends),
        RegisterRange(.other, first: 0x100, traits: .readOnly, features: .ofModel(47)),
      ])
    #expect(
      declaration.events == [
        EventRow(0x3C, .cycles, .exact, "CPU_CYCLES", features: .ofModel(1)),
        EventRow(0xC0, .instructions, .sameUnit, counters: 5),
      ])
    #expect(declaration.fixedEvents == [EventRow(0xC0, .instructions, .exact, "INST")])
  }

  @Test("the same file by another path gives the same plugin")
  func sameFile() throws {
    let path = try CFixture.build()
    let link = path + ".link.so"
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: path)
    let first = try Plugin.load(path)
    #expect(try Plugin.load(link) === first)
    #expect(try Plugin.load(path) === first)
  }

  @Test("one file from many threads at once gives one plugin")
  func concurrently() async throws {
    let path = try CFixture.build()
    let plugins = try await withThrowingTaskGroup(of: Plugin.self) { group in
      for _ in 0..<32 { group.addTask { try Plugin.load(path) } }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(plugins.count == 32 && plugins.allSatisfy { $0 === plugins[0] })
  }

  @Test("a file without the entry says so")
  func missingEntry() throws {
    let path = try CFixture.build("ENTRY=something_else")
    #expect(throws: PluginLoadError.missingEntry(path: path, other: nil)) { try Plugin.load(path) }
  }

  @Test("a file with the entry of another version names that version")
  func otherEntry() throws {
    let path = try CFixture.build("ENTRY=vpmu_plugin_entry_v3")
    let error = #expect(throws: PluginLoadError.missingEntry(path: path, other: 3)) { try Plugin.load(path) }
    #expect(error?.reason.contains("vpmu_plugin_entry_v3") == true)
  }

  @Test("an undefined symbol gives dlopen's own words")
  func undefinedSymbol() throws {
    let path = try CFixture.build("UNDEFINED")
    let error = #expect(throws: PluginLoadError.self) { try Plugin.load(path) }
    guard case .dlopen(path, let text) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(text.contains("undefined symbol: vpmu_no_such_function"))
  }

  @Test("an entry that returns NULL is refused")
  func refused() throws {
    let path = try CFixture.build("REFUSES")
    #expect(throws: PluginLoadError.entryRefused(path: path)) { try Plugin.load(path) }
  }

  @Test("a plugin without the required callback names it")
  func missingCallback() throws {
    let path = try CFixture.build("ADJUST=ops->refresh=NULL;")
    #expect(throws: PluginLoadError.missingCallback(path: path, name: "refresh")) { try Plugin.load(path) }
  }

  @Test(
    "a struct or element shorter than in version 1.0 gives its size and the least one",
    arguments: [
      ("info->struct_size=143;", "vpmu_plugin_info", 143, 144),
      ("info->struct_size=0;", "vpmu_plugin_info", 0, 144),
      ("ops->struct_size=15;", "vpmu_ops", 15, 16),
      ("preset->struct_size=40;", "vpmu_preset", 40, 48),
      ("info->preset_size=8;", "vpmu_preset", 8, 48),
      ("info->range_size=0;", "vpmu_register_range", 0, 40),
      ("info->event_size=39;", "vpmu_event_row", 39, 40),
      ("info->fixed_event_size=24;", "vpmu_event_row", 24, 40),
      ("preset->leaf_size=4;", "vpmu_cpuid_leaf", 4, 24),
    ] as [(String, String, UInt32, UInt32)])
  func tooSmall(adjust: String, name: String, size: UInt32, minimum: UInt32) throws {
    let path = try CFixture.build("ADJUST=\(adjust)")
    #expect(throws: PluginLoadError.structTooSmall(path: path, name: name, size: size, minimum: minimum)) {
      try Plugin.load(path)
    }
  }

  @Test("tables of another major version than the section's are refused")
  func tablesOfOtherMajor() throws {
    let path = try CFixture.build("ADJUST=info->abi_major=2;")
    #expect(throws: PluginLoadError.abiMajor(path: path, found: 2, supported: 1)) { try Plugin.load(path) }
  }

  @Test(
    "a table that can't be says which field",
    arguments: [
      ("info->id=NULL;", "id is NULL"),
      ("info->name=\"a/b\";", "name \"a/b\""),
      ("info->name=\"\";", "name \"\""),
      ("info->version=\"\\xFF\";", "version is not UTF-8"),
      ("info->license=\"a\\x1b[2J\";", "license holds control characters"),
      ("info->vendor_count=0;", "cpuid_vendors"),
      ("info->cpuid_vendors=NULL;", "cpuid_vendors"),
      ("vendors[0]=\"Short\";", "cpuid_vendors[0] \"Short\""),
      ("info->preset_count=0;", "preset_count is 0"),
      ("info->presets=NULL;", "vpmu_preset is NULL"),
      ("info->preset_count=0xFFFFFFFF;", "beyond reason"),
      ("info->preset_size=0x7FFFFFFF;", "beyond reason"),
      ("preset->name=NULL;", "presets[0].name"),
      ("preset->summary=NULL;", "presets[0].summary"),
      ("preset->name=\"test-v2\";", "two presets are called test-v2"),
      ("preset->leaves=NULL;", "vpmu_cpuid_leaf is NULL"),
      ("range->count=0;", "ranges[0]"),
      ("range->role=VPMU_ROLE_CONSTANT;range->word=1;", "ranges[0]"),
      ("ranges[1].known.count=65533;", "ranges claim 65537 registers, 65536 is the limit"),
      ("ranges[1].known.count=0x7FFFFFFF;", "ranges claim 2147483651 registers, 65536 is the limit"),
      ("range->count=17;", "ranges[0]"),
      ("range->first=0xFFFFFFFE;", "ranges[0]"),
      ("range->first_pmc=0xFFFFFFFF;", "ranges[0]"),
      ("range->role=VPMU_ROLE_FIXED_COUNTER;", "ranges[0]"),
      ("range->rdpmc_base=0xFFFFFFFE;", "ranges[0]"),
      ("info->events=NULL;", "vpmu_event_row is NULL"),
      ("info->fixed_events=NULL;", "vpmu_event_row is NULL"),
      ("events[1].known.name=\"\\x1b\";", "events[1].name holds control characters"),
      ("fixed_events[0].known.name=\"\\xFF\";", "fixed_events[0].name is not UTF-8"),
      ("info->event_select_mask=0;", "event_select_mask"),
      ("info->event_select_mask=0xFFFF;", "event_select_mask"),
      ("info->ops=NULL;", "ops is NULL"),
    ])
  func invalid(adjust: String, what: String) throws {
    let path = try CFixture.build("ADJUST=\(adjust)")
    let error = #expect(throws: PluginLoadError.self) { try Plugin.load(path) }
    guard case .invalidDeclaration(path, let text) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(text.contains(what))
  }
}
