import CVPMU
import TestSupport
import Testing
import VPMULoader
import VPMUModel
import VPMUPluginKit

private let fixture = FixtureModel(salt: 0x0123_4567_89AB_CDEF)
private let exported = PluginExport(fixture)

/// One after the other: an entry is called by one thread at a time.
@Suite("A model that is exported and taken in again", .serialized)
struct PluginKitTests {
  @Test("declares the same")
  func declaration() throws {
    let plugin = try Plugin { exported.enter($0) }
    expectEqual(plugin.declaration, fixture.declaration)
    expectEqual(plugin.model.declaration, fixture.declaration)
  }

  @Test("answers the same", arguments: 1...8 as ClosedRange<UInt64>)
  func answers(seed: UInt64) throws {
    let model = try Plugin { exported.enter($0) }.model
    ModelComparison(first: fixture, second: model).expectEqual(seed: seed, calls: 4000)
  }

  @Test("has the counters of its event rows, also where it looks other events up itself")
  func countersOfEvents() throws {
    let model = try Plugin { exported.enter($0) }.model
    withState { state in
      let event = model._findArchEvent(0xF_0000_FFFF, state.view)
      #expect(event.counters == 0b101 && event == fixture._findArchEvent(0xF_0000_FFFF, state.view))
    }
  }

  @Test("gives the same table at every call")
  func idempotent() {
    #expect(exported.info == exported.info)
  }

  @Test("does not work for a core of another major version")
  func otherMajor() throws {
    let version = try #require(exported.info.pointee.version)
    var services = vpmu_services(
      struct_size: UInt32(MemoryLayout<vpmu_services>.size), abi_major: 2, abi_minor: 0,
      core_version: version, report: { _, _ in })
    #expect(exported.enter(&services) == nil)
  }

  @Test("says the header's version in its identity section")
  func identity() {
    #expect(pluginIdentity.magic == VPMU_ABI_MAGIC)
    #expect(pluginIdentity.major == UInt16(VPMU_ABI_MAJOR) && pluginIdentity.minor == UInt16(VPMU_ABI_MINOR))
  }
}
