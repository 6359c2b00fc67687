import AMDModel
import GuestPerf
import IntelModel
import KVMGuest
import KVMPMU
import TestSupport
import Testing
import VPMUModel

extension Guest {
  /// How the PMI is to arrive, and in which mode the local APIC is.
  struct Route: Sendable, CustomStringConvertible {
    let preset: VendorPreset
    let isNMI: Bool
    let isX2APIC: Bool

    var lvtpc: LVTPC { isNMI ? .nmi : .programInterrupt }
    var description: String { "\(preset), \(isNMI ? "NMI" : "interrupt"), \(isX2APIC ? "x2APIC" : "xAPIC")" }

    static let all = VendorPreset.all.flatMap { preset in
      [true, false].flatMap { isNMI in
        [true, false].map { Route(preset: preset, isNMI: isNMI, isX2APIC: $0) }
      }
    }
  }

  @Suite struct InterruptTests {
    @Test(arguments: Route.all)
    func `Each overflow is one PMI in the guest, and none follows`(_ route: Route) throws {
      let (pmis, calls) = try route.preset.vendor.accept(Overflows(route: route, lvtpc: route.lvtpc, count: 5))
      #expect(pmis.count == 5)
      #expect(pmis.empty == 0)
      #expect(pmis.overflows == [5])
      #expect(pmis.times.count == 5 && pmis.times.allSatisfy { $0 > 0 })
      #expect(calls.pmis == 5)
      #expect(calls.maskedPMIs == 0)
    }

    @Test(arguments: Route.all)
    func `With LVTPC masked there is none`(_ route: Route) throws {
      let (pmis, calls) = try route.preset.vendor.accept(Overflows(route: route, lvtpc: route.lvtpc.masked, count: 3))
      #expect(pmis.count == 0)
      #expect(calls.pmis == 0)
      #expect(calls.maskedPMIs > 0)
    }

    @Test(arguments: Route.all)
    func `With the event's interrupt bit off there is none`(_ route: Route) throws {
      let visitor = Overflows(route: route, lvtpc: route.lvtpc, count: 3, interrupts: false)
      let (pmis, calls) = try route.preset.vendor.accept(visitor)
      #expect(pmis.count == 0)
      #expect(calls.pmis == 0 && calls.maskedPMIs == 0 && calls.pmiCalls == 0)
    }

    @Test(arguments: [true, false])
    func `A CPU that masks LVTPC on delivery gives no second PMI until the guest allows it`(_ isX2APIC: Bool) throws {
      let calls = try Guest.run {
        let model = IntelModel()
        let guest = try GuestUnderTest(
          model, model.declaration.presets[0].configuration, options: VCPUOptions(isX2APIC: isX2APIC))
        let map = try guest.cpu.findRegisters(model.declaration, widths: guest.widths)
        try guest.cpu.setLVTPC(.nmi)
        let set = CounterSet([GuestEvent(code: 0xC0, period: 100), GuestEvent(code: 0xC0, period: 100)], on: map)
        guest.cpu.handlePMIs(of: set, on: map)
        var program = CommandPort()
        PerfDriver(map).program(set, &program)
        _ = try guest.cpu.perform(program.commands)
        // Overflow after overflow, and the guest does not run: nothing may pile up in its local APIC.
        for _ in 0..<3 {
          try guest.runInstructions(100)
          try guest.cpu.hookup.enter()
          // Another 100 to the next one.
          _ = try guest.pmu.writeMSR(set.counters[0].registers.value, (1 << 48) - 100, origin: .host)
        }
        let before = guest.cpu.hookup.calls
        _ = try guest.cpu.perform(.userLoop(1000))
        _ = try guest.cpu.perform(.userLoop(1000))
        return (before, guest.cpu.hookup.calls, guest.cpu.pmis)
      }
      #expect(calls.0.pmis == 1)
      #expect(calls.0.maskedPMIs == (isX2APIC ? 2 : 0))
      #expect(calls.2.overflows == [1, 1], "the handler found both counters at its first look")
      // Where LVTPC could not be masked, one that was due meanwhile comes after the guest's handler began.
      #expect(calls.2.count == (isX2APIC ? 1 : 2))
      #expect(calls.2.empty == (isX2APIC ? 0 : 1))
    }
  }

  /// Overflows of one counter, each followed by a loop in ring 3.
  struct Overflows: ModelVisitor {
    let route: Route
    let lvtpc: LVTPC
    let count: Int
    var interrupts = true

    func visit<Model: PMUModel>(_ model: Model) throws -> (HandledPMIs, KVMCallCounts) {
      try Guest.run { [self] in
        let declaration = model.declaration
        let guest = try GuestUnderTest(
          model, route.preset.preset.configuration, options: VCPUOptions(isX2APIC: route.isX2APIC))
        let map = try guest.cpu.findRegisters(declaration, widths: guest.widths)
        let event = try #require(declaration.event(for: .instructions))
        let sampling = CounterSet([GuestEvent(code: event.select, period: 1000)], on: map)
        let counting = CounterSet([GuestEvent(code: event.select, period: nil)], on: map)
        try guest.cpu.setLVTPC(lvtpc)
        guest.cpu.handlePMIs(of: sampling, on: map, lvtpc: lvtpc)
        var program = CommandPort()
        PerfDriver(map).program(interrupts ? sampling : counting, &program)
        #expect(try guest.cpu.perform(program.commands).allSatisfy { $0 == .done })
        for _ in 0..<count {
          try guest.runInstructions(interrupts ? 1000 : 1 << 47)
          _ = try guest.cpu.perform(.userLoop(1000))
          _ = try guest.cpu.perform(.userLoop(1000))
        }
        return (guest.cpu.pmis, guest.cpu.hookup.calls)
      }
    }
  }
}
