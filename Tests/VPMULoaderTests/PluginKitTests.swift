import CVPMU
import Testing
import VPMULoader
import VPMUModel

import VPMUPluginKit

private let fixture = FixtureModel(salt: 0x0123_4567_89AB_CDEF)
private let exported = PluginExport(fixture)

private typealias Direct = DirectCallbacks<FixtureModel>
private let exportedDirectly = PluginExport(fixture) { ops in
  ops.is_valid_msr = { Direct.isValidMSR($0, $1, $2) }
  ops.msr_idx_to_pmc = { Direct.msrIndexToPMC($0, $1, $2) }
  ops.rdpmc_ecx_to_pmc = { Direct.rdpmcECXToPMC($0, $1, $2) }
  ops.get_msr = { Direct.getMSR($0, $1, $2, $3) }
  ops.set_msr = { Direct.setMSR($0, $1, $2, $3, $4) }
}

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

  @Test("with direct callbacks answers the same", arguments: 1...8 as ClosedRange<UInt64>)
  func directAnswers(seed: UInt64) throws {
    let model = try Plugin { exportedDirectly.enter($0) }.model
    ModelComparison(first: fixture, second: model).expectEqual(seed: seed, calls: 4000)
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
  func identity() { #expect(identityMatchesHeader) }
}
