import Testing
import VPMUCore
import VPMUModel

import PerfEventHost

extension Kernel {
  @Suite("Software clock", .enabled(if: Kernel.hasSoftwareEvents, "perf_event_open is refused here"))
  struct SoftwareClockTests {
    static func host(_ letters: Letters, signal: OverflowSignal? = nil) throws -> PerfEventHost {
      let host = try PerfEventHost(
        Kernel.capabilities, options: PerfEventOptions(source: .softwareClock, signal: signal))
      host.attach(letters.attachment)
      host.bindToCurrentThread()
      return host
    }

    @Test("an event counts the nanoseconds of this thread, not more than passed")
    func counts() throws {
      let letters = Letters()
      let host = try Self.host(letters)
      let start = SystemCall.monotonicTime()
      let event = try host.create(Kernel.request(.generalPurpose(0), .branchMisses))
      KnownWork().run(rounds: 100_000)
      let count = host.pauseAndReset(event)
      let passed = SystemCall.monotonicTime() - start
      #expect(count > 0 && count <= passed)
      KnownWork().run(rounds: 1000)
      #expect(host.read(event) == 0)
      #expect(!host.options.source.countsTheEvent)
    }

    @Test("it overflows, and a period below the kernel's least is made longer and shown")
    func overflows() throws {
      let letters = Letters()
      let host = try Self.host(letters, signal: try Kernel.signal())
      let event = try host.create(Kernel.request(.generalPurpose(6), .cycles, period: 100))
      #expect(host.adjustedPeriods == 1)
      var notifications: UInt64 = 0
      let end = SystemCall.monotonicTime() + 2_000_000_000
      let work = KnownWork()
      while notifications == 0, SystemCall.monotonicTime() < end {
        work.run(rounds: 1000)
        notifications |= letters.take()
      }
      host.release(event)
      #expect(notifications == 1 << 6)
    }

    // Not with page faults: the kernel lets those overflow at the first event after a period was set while running.
    @Test("a running event starts over with a new period")
    func periodWhileRunning() throws {
      let letters = Letters()
      let host = try Self.host(letters, signal: try Kernel.signal())
      let work = KnownWork()
      let event = try host.create(Kernel.request(period: 1 << 45))
      work.run(rounds: 10_000)
      let before = host.read(event)
      let accepted = host.setPeriod(3_000_000, of: event)
      let end = SystemCall.monotonicTime() + 2_000_000_000
      var notifications: UInt64 = 0
      while notifications == 0, SystemCall.monotonicTime() < end {
        work.run(rounds: 100)
        notifications = letters.take()
      }
      let counted = host.pauseAndReset(event) - before
      #expect(accepted)
      #expect(notifications == 1)
      #expect(counted >= 3_000_000)
    }

    @Test("a counter on it counts approximately, one of no ring exactly, one that is refused not at all")
    func quality() throws {
      let letters = Letters()
      let host = try Self.host(letters)
      #expect(host.quality(of: Kernel.request(.generalPurpose(0), .cycles)) == .approximate)
      #expect(host.quality(of: Kernel.request(rings: [])) == .exact)
      #expect(host.quality(of: Kernel.request(rings: .kernel)) == .none)
    }

    @Test("it shows the guest eight counters of 48 bits and three fixed ones")
    func limits() throws {
      let letters = Letters()
      let limits = try Self.host(letters).limits
      #expect(limits.gp_counters == 8 && limits.fixed_counters == 3)
      #expect(limits.gp_width == 48 && limits.fixed_width == 48 && limits.arch_events == 7)
    }
  }
}
