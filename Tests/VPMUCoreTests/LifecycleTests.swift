import AMDModel
import IntelModel
import SimulatedHost
import TestSupport
import Testing
import VPMUCore
import VPMUModel

struct LifecycleTests {
  @Test("reset releases every host event, and no PMI comes afterwards", arguments: [0x53_00C0, 0x43_00C0] as [UInt64])
  func reset(select: UInt64) throws {
    let guest = try makeGuest()
    try guest.write(Architectural.counter0, 0 &- 10)
    try guest.write(Architectural.select0, select)
    try guest.run(10)
    #expect(guest.host.liveEvents == 1)
    try guest.vpmu.reset()
    #expect(guest.host.liveEvents == 0)
    #expect(try guest.vpmu.enter() == .run)
    #expect(try guest.read(Architectural.counter0) == 0)
    #expect(try guest.read(Architectural.select0) == 0)
    #expect(try guest.read(Architectural.globalStatus) == 0)
    #expect(try guest.read(Architectural.globalControl) == 0xF)
    #expect(guest.vpmu.statistics.live == 0)
  }

  @Test("a refresh to fewer counters leaves none of the former ones")
  func refreshToFewer() throws {
    let guest = try makeGuest()
    try guest.write(Architectural.select1, Architectural.instructions)
    try guest.run(10)
    let leaf = CPUIDLeaf(leaf: 0xA, subleaf: 0, eax: 0x0730_0102, ebx: 0, ecx: 0, edx: 0x600)
    try guest.vpmu.refresh(GuestConfiguration(leaves: [leaf]))
    #expect(guest.host.liveEvents == 0)
    #expect(Array(guest.vpmu.existingCounters) == [.generalPurpose(0)])
    #expect(try guest.vpmu.readMSR(Architectural.counter1) == .generalProtection)
    #expect(try guest.vpmu.readMSR(Architectural.fixed0) == .generalProtection)
  }

  @Test("a guest without a PMU gets #GP for all of it, and other registers are not ours")
  func noPMU() throws {
    let guest = try GuestMachine(IntelModel(), GuestConfiguration(leaves: []), Reuse())
    for msr in [Architectural.counter0, Architectural.select0, Architectural.fixed0, Architectural.globalControl] {
      #expect(try guest.vpmu.readMSR(msr) == .generalProtection)
      #expect(try guest.vpmu.writeMSR(msr, 0) == .generalProtection)
    }
    #expect(try guest.vpmu.readPMC(RDPMCSelector(0), cpl: 0, cr4PCE: true) == .generalProtection)
    #expect(try guest.vpmu.readMSR(MSRNumber(0x10)) == .unhandled)
  }

  @Test("a saved state goes on where it was, in another vPMU")
  func saveAndRestore() throws {
    let guest = try makeGuest()
    try guest.write(Architectural.counter0, 0 &- 100)
    try guest.write(Architectural.select0, Architectural.interruptingInstructions)
    try guest.run(60)
    let saved = try guest.vpmu.save()
    let copy = try makeGuest()
    try copy.vpmu.restore(saved)
    for machine in [guest, copy] {
      #expect(try machine.read(Architectural.counter0) == (0 &- 40) & 0xFFFF_FFFF_FFFF)
      try machine.run(39)
      #expect(try machine.run(1) == .run)
      #expect(try machine.vpmu.enter() == .injectPMI)
    }
  }

  @Test("a PMI that is due is saved")
  func pendingPMIIsSaved() throws {
    let guest = try makeGuest()
    try guest.write(Architectural.counter0, 0 &- 10)
    try guest.write(Architectural.select0, Architectural.interruptingInstructions)
    try guest.run(10)
    let copy = try makeGuest()
    try copy.vpmu.restore(try guest.vpmu.save())
    #expect(try copy.vpmu.enter() == .injectPMI)
  }

  @Test("a saved state of other counters is refused")
  func foreignState() throws {
    let other = try GuestMachine(IntelModel(), IntelModel().declaration.presets[2].configuration, Reuse())
    let saved = try other.vpmu.save()
    let guest = try makeGuest()
    #expect(throws: VPMUError.self) { try guest.vpmu.restore(saved) }
  }

  @Test("a state of the same counters, but other settings, is refused")
  func otherSettings() throws {
    let presets = IntelModel().declaration.presets
    let saved = try GuestMachine(IntelModel(), presets[1].configuration, Reuse()).vpmu.save()
    #expect(throws: VPMUError.self) { try makeGuest().vpmu.restore(saved) }
    #expect(throws: VPMUError.self) {
      let amd = AMDModel().declaration.presets[0].configuration
      try makeGuest().vpmu.restore(try GuestMachine(AMDModel(), amd, Reuse()).vpmu.save())
    }
  }

  @Test("a saved state goes on after a way as bytes; bytes that are cut off or longer are refused")
  func bytes() throws {
    let guest = try makeGuest()
    try guest.write(Architectural.counter0, 0 &- 100)
    try guest.write(Architectural.select0, Architectural.instructions)
    try guest.run(60)
    let bytes = try guest.vpmu.save().bytes
    let copy = try makeGuest()
    try copy.vpmu.restore(try SavedState(bytes: bytes))
    #expect(try copy.read(Architectural.counter0) == (0 &- 40) & 0xFFFF_FFFF_FFFF)
    for length in [0, 1, 2, 10, bytes.count - 1] {
      #expect(throws: SavedStateError.self) { try SavedState(bytes: bytes.prefix(length)) }
    }
    #expect(throws: SavedStateError.self) { try SavedState(bytes: bytes + [0]) }
  }

  @Test("saving keeps the emulated overflow of a counter that the guest has stopped meanwhile")
  func saveOfAStoppedCounter() throws {
    let guest = try makeGuest()
    try guest.write(Architectural.counter0, 0 &- 1)
    try guest.write(Architectural.select0, Architectural.interruptingInstructions)
    _ = try guest.vpmu.enter()
    try guest.vpmu.emulated(Architectural.code, cpl: 3)
    try guest.write(Architectural.select0, 0)
    _ = try guest.vpmu.save()
    #expect(try guest.vpmu.enter() == .injectPMI)
  }
}
