import Testing
import VPMUCore
import VPMUModel

import PerfEventHost

extension Kernel {
  @Suite("Counting", .enabled(if: Kernel.hasSoftwareEvents, "perf_event_open is refused here"))
  struct CountingTests {
    @Test(
      "every event is counted once",
      .enabled(if: Kernel.faultsAreExact, "the thread sanitizer's memory faults as well"), arguments: [1, 7, 200])
    func exact(number: Int) throws {
      let letters = Letters()
      let host = try PerfEventHost.ofPageFaults(letters)
      var pages = FreshPages(number)
      let event = try host.create(Kernel.request())
      pages.touch(number)
      let read = host.read(event)
      let paused = host.pauseAndReset(event)
      #expect(read == UInt64(number) && paused == UInt64(number))
    }

    @Test(
      "A pause resets the count, and the event counts nothing until the resume",
      .enabled(if: Kernel.faultsAreExact, "the thread sanitizer's memory faults as well"))
    func pauses() throws {
      let letters = Letters()
      let host = try PerfEventHost.ofPageFaults(letters)
      var pages = FreshPages(100)
      let event = try host.create(Kernel.request())
      pages.touch(10)
      let first = host.pauseAndReset(event)
      pages.touch(20)
      let whilePaused = host.read(event)
      let again = host.pauseAndReset(event)
      let resumed = host.resume(event)
      pages.touch(30)
      let second = host.read(event)
      let last = host.pauseAndReset(event)
      #expect(resumed)
      #expect([first, whilePaused, again, second, last] == [10, 0, 0, 30, 30])
    }

    @Test("two events count apart", .enabled(if: Kernel.faultsAreExact, "the thread sanitizer's memory faults as well"))
    func two() throws {
      let letters = Letters()
      let host = try PerfEventHost.ofPageFaults(letters)
      var pages = FreshPages(30)
      let first = try host.create(Kernel.request(.generalPurpose(0)))
      pages.touch(10)
      let second = try host.create(Kernel.request(.generalPurpose(1)))
      pages.touch(10)
      let early = host.pauseAndReset(first)
      pages.touch(5)
      let late = host.pauseAndReset(second)
      #expect(early == 20 && late == 15)
    }

    @Test("an event of no ring opens nothing, counts nothing and takes no capacity")
    func noRing() throws {
      let letters = Letters()
      let host = try PerfEventHost.ofPageFaults(letters, capacity: 1)
      let before = Kernel.eventDescriptors().count
      let event = try host.create(Kernel.request(rings: []))
      #expect(Kernel.eventDescriptors().count == before)
      #expect(host.setPeriod(5, of: event) && host.resume(event))
      let other = try host.create(Kernel.request())
      #expect(host.read(event) == 0 && host.pauseAndReset(event) == 0)
      #expect(host.queryFailure(of: event) == nil && host.knownFailure(of: event) == nil)
      host.release(event)
      host.release(other)
      #expect(host.freeSlots == .max)
    }

    @Test("no more events are enabled than count; a paused one takes no place")
    func capacity() throws {
      let letters = Letters()
      let host = try PerfEventHost.ofPageFaults(letters, capacity: 2)
      let first = try host.create(Kernel.request(.generalPurpose(0)))
      let second = try host.create(Kernel.request(.generalPurpose(1)))
      #expect(throws: HostRefusal.capacity) { try host.create(Kernel.request(.generalPurpose(2))) }
      _ = host.pauseAndReset(first)
      let third = try host.create(Kernel.request(.generalPurpose(2)))
      #expect(!host.resume(first))
      host.release(second)
      #expect(host.resume(first))
      #expect(host.budget.enabledCount == 2)
      host.release(first)
      host.release(third)
      #expect(host.budget.enabledCount == 0)
    }

    @Test(
      "a shortfall is what the last look gave, without asking the kernel",
      arguments: [HostRefusal.errorState, .notScheduled, .deadCounter])
    func shortfall(failure: HostRefusal) throws {
      let letters = Letters()
      let host = try PerfEventHost.ofPageFaults(letters)
      let event = try host.create(Kernel.request())
      host.slots[event.index].failure = failure
      #expect(host.knownFailure(of: event) == failure)
      #expect(host.knownFailure(of: event) == failure)
      var pages = FreshPages(1)
      pages.touch(1)
      #expect(host.queryFailure(of: event) == nil)
      #expect(host.knownFailure(of: event) == nil)
    }

    @Test("the table's places are used again, and no more than there are")
    func slots() throws {
      let letters = Letters()
      let host = try PerfEventHost.ofPageFaults(letters)
      var events: [PerfEventHost.Event] = []
      for _ in 0..<64 { events.append(try host.create(Kernel.request(rings: []))) }
      #expect(Set(events).count == 64)
      #expect(throws: HostRefusal.capacity) { try host.create(Kernel.request(rings: [])) }
      host.release(events[17])
      #expect(try host.create(Kernel.request(rings: [])) == events[17])
    }

    @Test("descriptors are closed on exec, and none is left when the host is gone", arguments: [true, false])
    func descriptors(watchesThrottling: Bool) throws {
      let letters = Letters()
      var host: PerfEventHost? = try .ofPageFaults(letters, watchesThrottling: watchesThrottling)
      let idle = try PerfEventHost(Kernel.capabilities, options: PerfEventOptions(source: .pageFaults))
      idle.attach(letters.attachment)
      idle.bindToCurrentThread()
      #expect(idle.descriptors.isEmpty, "an idle host holds nothing")
      _ = try host?.create(Kernel.request(.generalPurpose(0)))
      #expect(host?.notificationsThrottling == watchesThrottling)
      let paused = try #require(try host?.create(Kernel.request(.generalPurpose(1))))
      _ = host?.pauseAndReset(paused)
      let mine = try #require(host).descriptors
      #expect(mine.count == (watchesThrottling ? 3 : 2))
      for descriptor in mine { #expect(closesOnExec(descriptor)) }
      #expect(Kernel.eventDescriptors().isSuperset(of: mine))
      host = nil
      #expect(Kernel.eventDescriptors().isDisjoint(with: mine))
    }

    @Test("on hardware, instructions are counted", .enabled(if: Kernel.hasHardwareEvents, "no hardware counters here"))
    func hardware() throws {
      let letters = Letters()
      let host = try PerfEventHost(Kernel.capabilities)
      host.attach(letters.attachment)
      host.bindToCurrentThread()
      let event = try host.create(Kernel.request())
      KnownWork().run(rounds: 1000)
      #expect(host.pauseAndReset(event) > 5000)
      #expect(host.queryFailure(of: event) == nil)
    }
  }
}

extension PerfEventHost {
  var descriptors: Set<Int32> {
    var all = Set((0..<Self.slotCount).compactMap { slots[$0].descriptor?.fd })
    if let output = throttleWatch?.output { all.insert(output.fd) }
    return all
  }
}
