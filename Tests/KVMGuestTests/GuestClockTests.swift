import CLinux
import GuestPerf
import IntelModel
import KVMGuest
import TestSupport
import Testing
import VPMUModel

extension Guest {
  @Suite struct GuestClockTests {
    private static func guest() throws -> GuestUnderTest<IntelModel> {
      try GuestUnderTest(IntelModel(), IntelModel().declaration.presets[0].configuration)
    }

    @Test func `The guest's time stamp counter is as fast as its comparison with the host's clock says`() throws {
      let (clock, ticks, elapsed) = try Guest.run { () -> (GuestClock, UInt64, UInt64) in
        let cpu = try Self.guest().cpu
        let clock = try cpu.calibrateClock()
        let start = clinux_monotonic_time()
        // Nothing but ring 0, so that most of the time is the guest's.
        let results = try cpu.perform([.readTSC, .kernelLoop(20_000), .readTSC])
        let elapsed = clinux_monotonic_time() - start
        guard case .value(let first) = results[0], case .value(let last) = results[2] else { return (clock, 0, 0) }
        return (clock, last - first, elapsed)
      }
      let measured = clock.nanoseconds(ticks)
      #expect(measured > 0)
      #expect(measured <= elapsed + elapsed / 50)
    }

    @Test func `Exits are timed by the guest, without its clock`() throws {
      let (clock, times, elapsed) = try Guest.run { () -> (GuestClock, [(exit: UInt64, clock: UInt64)], UInt64) in
        let cpu = try Self.guest().cpu
        let clock = try cpu.calibrateClock()
        let start = clinux_monotonic_time()
        return (clock, try cpu.exitTimes(50), clinux_monotonic_time() - start)
      }
      #expect(times.count == 50)
      #expect(times.allSatisfy { $0.exit > 0 })
      // Fifty exits and what is around them.
      #expect(times.map { clock.nanoseconds($0.exit) }.reduce(0, +) <= elapsed)
    }

    @Test func `A read is timed while all counters stand still`() throws {
      let (results, exits, count) = try Guest.run { () -> ([GuestResult], [UInt64], UInt64) in
        let guest = try Self.guest()
        let map = try guest.cpu.findRegisters(guest.model.declaration, widths: guest.widths)
        let set = CounterSet([GuestEvent(code: 0xC0, period: nil)], on: map)
        guest.cpu.handlePMIs(of: set, on: map)
        var program = CommandPort()
        PerfDriver(map).program(set, &program)
        _ = try guest.cpu.perform(program.commands)
        let before = guest.cpu.hookup.calls
        let registers = set.counters[0].registers
        let results = try guest.cpu.perform([
          .timeRDPMC(registers.selector ?? RDPMCSelector(0)), .timeRDMSR(registers.value),
        ])
        let after = guest.cpu.hookup.calls
        try guest.runInstructions(1000)
        let value = try guest.cpu.perform(.rdmsr(registers.value))
        guard case .value(let count) = value else { return (results, [], 0) }
        return (
          results, [after.msrExits - before.msrExits, after.rdpmcExits - before.rdpmcExits],
          set.counters[0].events(at: count)
        )
      }
      for result in results {
        guard case .value(let ticks) = result else {
          Issue.record("\(result)")
          continue
        }
        #expect(ticks > 0)
      }
      // Stop and start twice, and one of the two reads.
      #expect(exits == [5, 1])
      #expect(count == 1000, "it counts on after the reads")
    }

    @Test func `The handler's times are those of PMIs that found an overflow, each once`() throws {
      let (first, second, all) = try Guest.run { () -> ([UInt64], [UInt64], HandledPMIs) in
        let guest = try Self.guest()
        let map = try guest.cpu.findRegisters(guest.model.declaration, widths: guest.widths)
        try guest.cpu.setLVTPC(.nmi)
        let set = CounterSet([GuestEvent(code: 0xC0, period: 1000)], on: map)
        guest.cpu.handlePMIs(of: set, on: map)
        var program = CommandPort()
        PerfDriver(map).program(set, &program)
        _ = try guest.cpu.perform(program.commands)
        for _ in 0..<3 {
          try guest.runInstructions(1000)
          _ = try guest.cpu.perform(.userLoop(10))
        }
        // An interrupt for nothing.
        guest.cpu.hookup.pmiState.isDue = true
        _ = try guest.cpu.perform(.userLoop(10))
        return (guest.cpu.handlerTimes(after: 0), guest.cpu.handlerTimes(after: 2), guest.cpu.pmis)
      }
      #expect(all.count == 4)
      #expect(all.empty == 1)
      #expect(all.times == first)
      #expect(first.count == 3 && first.allSatisfy { $0 > 0 })
      #expect(second == [first[2]])
    }

    @Test func `Ticks become nanoseconds, rounded down, whatever their number`() {
      #expect(GuestClock(frequency: 3_000_000_000).nanoseconds(3_000) == 1_000)
      #expect(GuestClock(frequency: 3_000_000_000).nanoseconds(2) == 0)
      #expect(GuestClock(frequency: 2_000_000_000).nanoseconds(.max) == UInt64.max / 2)
      #expect(GuestClock(frequency: 1).nanoseconds(.max) == .max)
    }
  }
}
