import CVPMU
import TestSupport
import Testing
import VPMULoader
import VPMUModel

@Suite("Through the boundary", .enabled(if: CFixture.compiler != nil, "\(CFixture.noCompiler)"))
struct BoundaryTests {
  @Test("accesses, their origin and answers arrive unchanged")
  func passage() throws {
    let model = try Plugin.load(CFixture.build()).model
    withState { state in
      let guest = GuestConfiguration(leaves: [CPUIDLeaf(leaf: 10, subleaf: 0, eax: 0x1234, ebx: 0, ecx: 0, edx: 0)])
      let limits = HostLimits(gpCounters: 3, fixedCounters: 0, gpWidth: 48, fixedWidth: 48, archEvents: 7)
      #expect(model.refresh(state, guest: guest, host: limits))
      #expect(state.fields.gp_count == 3 && state.fields.version == 0x1234)
      model.reset(state)
      #expect(state.fields.global_control == 0xF)
      #expect(model._isValidMSR(MSRNumber(3), state.view) && !model._isValidMSR(MSRNumber(4), state.view))
      let read = model._getMSR(MSRNumber(.max), origin: .host, state.view)
      #expect(read.value == 0x1_FFFF_FFFF)
      let write = model._setMSR(MSRNumber(7), .max - 1, origin: .guest, state)
      #expect(write.status == VPMU_COUNTER && write.pmc == 3 && write.value == .max)
      #expect(state.fields.model_words.0 == .max - 1 && state.fields.model_words.1 == 7)
      #expect(model._findFixedEvent(9, state.view) == ModelEvent(select: 9, generic: .cycles, quality: .exact))
    }
  }

  @Test("a CPUID that the plugin refuses is refused")
  func refusedConfiguration() throws {
    let model = try Plugin.load(CFixture.build()).model
    withState { state in
      let limits = HostLimits(gpCounters: 3, fixedCounters: 0, gpWidth: 48, fixedWidth: 48, archEvents: 7)
      #expect(!model.refresh(state, guest: GuestConfiguration(leaves: [], perfCapabilities: 0xBAD), host: limits))
    }
  }

  @Test("-1 is no counter")
  func noIndex() throws {
    let model = try Plugin.load(CFixture.build("INDEX=-1")).model
    withState { state in
      #expect(model._msrIndexToPMC(MSRNumber(0), state.view) == nil)
      #expect(model._rdpmcECXToPMC(RDPMCSelector(0), state.view) == nil)
    }
  }

  @Test(
    "an index out of range becomes one that no counter has, for the core to refuse",
    arguments: [-2, 64, 65, 1 << 20, Int32.max, Int32.min])
  func indexOutOfRange(index: Int32) throws {
    let model = try Plugin.load(CFixture.build("INDEX=(int32_t)(\(index)ll)")).model
    withState { state in
      #expect(model._msrIndexToPMC(MSRNumber(0), state.view)?.rawValue == 63)
      #expect(model._rdpmcECXToPMC(RDPMCSelector(0), state.view)?.rawValue == 63)
    }
  }

  @Test("the first and last index in range are counters", arguments: [0, 63] as [Int32])
  func indexInRange(index: Int32) throws {
    let model = try Plugin.load(CFixture.build("INDEX=\(index)")).model
    withState { state in
      #expect(model._msrIndexToPMC(MSRNumber(0), state.view)?.rawValue == UInt32(index))
      #expect(model._rdpmcECXToPMC(RDPMCSelector(0), state.view)?.rawValue == UInt32(index))
    }
  }

  @Test("an event with numbers that we do not know is an event without a generic name, and says so")
  func unknownEvent() throws {
    let model = try Plugin.load(CFixture.build()).model
    withState { state in
      let event = model._findArchEvent(0x12, state.view)
      #expect(event.select == 0x12 && event.generic == nil && event.quality == .none)
      #expect(event.isMisnumbered && !model._findFixedEvent(0, state.view).isMisnumbered)
    }
  }

  @Test(
    "optional callbacks that are NULL, or that an older plugin does not have, are the defaults",
    arguments: [
      "",
      // Bytes behind the size that an older plugin gives are not its own: they must not be called.
      "ops->struct_size=80;ops->check_rdpmc_early=(void*)1;ops->deliver_pmi=(void*)1;ops->cleanup=(void*)1;",
    ])
  func optionalCallbacks(adjust: String) throws {
    let model = try Plugin.load(CFixture.build("ADJUST=\(adjust)")).model
    withState { state in
      #expect(model._checkRDPMCEarly(RDPMCSelector(.max), state.view) == VPMU_DONE)
      let before = state.fields.model_words.0
      model.deliverPMI(state)
      model.cleanup(state)
      #expect(state.fields.model_words.0 == before)
    }
  }
}
