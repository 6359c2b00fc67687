import SeededRandom
import AMDModel
import Glibc
import IntelModel
import TestSupport
import Testing
import VPMUCore
import VPMULoader
import VPMUModel

/// The vendors' plugins, built into the directory that the tests run from.
private let catalogue = PluginCatalogue(PluginSearch.standard())

@Suite("The plugin of a vendor, loaded from its file")
struct BuiltPluginTests {
  @Test("is found beside the program", arguments: ["libVPMUIntel.so", "libVPMUAMD.so"])
  func isFound(name: String) throws {
    let entry = try #require(catalogue.entries.first { $0.path.hasSuffix("/" + name) })
    #expect(entry.place.origin == .besideExecutable)
    #expect(entry.abi == PluginABI.current)
    let plugin = try entry.result.get()
    #expect(plugin.abi == PluginABI.current)
  }

  @Test("declares what the model does, and answers as it does", arguments: 1...4 as ClosedRange<UInt64>)
  func answersAsTheModel(seed: UInt64) throws {
    let intel = try catalogue.plugin("intel")
    expectEqual(intel.declaration, IntelModel().declaration)
    ModelComparison(first: IntelModel(), second: intel.model).expectEqual(seed: seed, calls: 3000)
    let amd = try catalogue.plugin("amd")
    expectEqual(amd.declaration, AMDModel().declaration)
    ModelComparison(first: AMDModel(), second: amd.model).expectEqual(seed: seed, calls: 3000)
  }

  @Test("makes the same virtual PMU as the model that is linked in", arguments: VendorPreset.all)
  func sameVirtualPMU(preset: VendorPreset) throws {
    let plugin = try catalogue.model(preset.preset.name).plugin
    for seed in 1...3 as ClosedRange<UInt64> {
      try preset.vendor.accept(MachineComparison(plugin: plugin.model, preset: preset.preset, seed: seed))
    }
  }
}

/// A random guest on two machines, one with the plugin and one with the model that is linked in.
private struct MachineComparison: ModelVisitor {
  let plugin: PluginModel
  let preset: Preset
  let seed: UInt64

  func visit<Model: PMUModel>(_ model: Model) throws {
    let linked = try GuestMachine(model, preset.configuration, Reuse())
    let loaded = try GuestMachine(plugin, preset.configuration, Reuse())
    var guest = RandomGuest(model.declaration, generator: SeededGenerator(seed: seed))
    for step in 0..<5000 {
      let action = guest.next()
      let (one, two) = (try linked.perform(action), try loaded.perform(action))
      let isSame =
        one == two
        && memcmp(
          linked.vpmu.liveState.pointer, loaded.vpmu.liveState.pointer,
          Int(linked.vpmu.liveState.fields.struct_size)) == 0
      #expect(isSame, "\(preset.name), seed \(seed), step \(step): \(action): linked in \(one), loaded \(two)")
      guard isSame else { return }
    }
  }
}
