import TestSupport
import Testing
import VPMUCore
import VPMUModel

struct EmulationTests {
  @Test("emulated instructions wrap the counter once, however many there are", arguments: [1, 10, 1 << 20, UInt64.max])
  func overflow(count: UInt64) throws {
    let guest = try makeGuest()
    try guest.write(Architectural.counter0, 0 &- 1)
    try guest.write(Architectural.select0, Architectural.interruptingInstructions)
    _ = try guest.vpmu.enter()
    try guest.vpmu.emulated(Architectural.code, cpl: 3, count: count)
    #expect(try guest.read(Architectural.counter0) == (count &- 1) & 0xFFFF_FFFF_FFFF)
    #expect(try guest.vpmu.enter() == .injectPMI)
    #expect(try guest.vpmu.enter() == .run)
    #expect(try guest.read(Architectural.globalStatus) == 1)
  }

  @Test("counts that add up past 64 bits end in no trap")
  func saturation() throws {
    let guest = try makeGuest()
    try guest.write(Architectural.select0, Architectural.instructions)
    _ = try guest.vpmu.enter()
    for _ in 0..<3 { try guest.vpmu.emulated(Architectural.code, cpl: 3, count: .max) }
    _ = try guest.vpmu.enter()
    #expect(try guest.read(Architectural.globalStatus) == 1)
  }

  @Test("only counters that count this event in this ring go on", arguments: [0, 3] as [UInt8])
  func rings(cpl: UInt8) throws {
    let guest = try makeGuest()
    try guest.write(Architectural.select0, 0x41_00C0)  // ring 3
    try guest.write(Architectural.select1, 0x42_00C0)  // ring 0
    try guest.write(Architectural.fixedControl, 2)  // ring 3
    try guest.write(Architectural.globalControl, 0x1_0000_0003)
    _ = try guest.vpmu.enter()
    try guest.vpmu.emulated(Architectural.code, cpl: cpl, count: 7)
    try guest.vpmu.emulated(EventCode(number: 0xC4, unitMask: 0), cpl: cpl, count: 100)
    #expect(try guest.read(Architectural.counter0) == (cpl == 3 ? 7 : 0))
    #expect(try guest.read(Architectural.counter1) == (cpl == 0 ? 7 : 0))
    #expect(try guest.read(Architectural.fixed0) == (cpl == 3 ? 7 : 0))
  }

  @Test(
    "an emulated overflow interrupts as the guest says now, whether or not the host counts", arguments: [true, false])
  func interruptWithoutHostEvent(interrupts: Bool) throws {
    let guest = try makeGuest()
    guest.host.refuseNextCreations(.max)
    try guest.write(Architectural.counter0, 0 &- 1)
    try guest.write(
      Architectural.select0, interrupts ? Architectural.interruptingInstructions : Architectural.instructions)
    _ = try guest.vpmu.enter()
    try guest.vpmu.emulated(Architectural.code, cpl: 0)
    #expect(try guest.vpmu.enter() == (interrupts ? .injectPMI : .run))
    #expect(try guest.read(Architectural.globalStatus) == 1)
  }
}
