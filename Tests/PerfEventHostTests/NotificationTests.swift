import CLinux
import Glibc
import Testing
import VPMUCore
import VPMUModel

import PerfEventHost

extension Kernel {
  @Suite("Overflow notifications", .enabled(if: Kernel.hasSoftwareEvents, "perf_event_open is refused here"))
  struct NotificationTests {
    @Test(
      "one notification each period, for the event's own counter",
      .enabled(if: Kernel.faultsAreExact, "the thread sanitizer's memory faults as well"), arguments: [true, false])
    func eachPeriod(watchesThrottling: Bool) throws {
      let letters = Letters()
      let host = try PerfEventHost.ofPageFaults(
        letters, signal: try Kernel.signal(), watchesThrottling: watchesThrottling)
      var pages = FreshPages(40)
      let event = try host.create(Kernel.request(.fixed(2), period: 10))
      var taken = [UInt64](repeating: 0, count: 40)
      for page in 0..<40 {
        pages.touch(1)
        taken[page] = letters.take()
      }
      host.release(event)
      let expected = (1...40).map { $0 % 10 == 0 ? PMCIndex.fixed(2).bit : 0 }
      #expect(taken == expected)
    }

    @Test(
      "more than fills the ring buffer: each overflow still gives its notification, and none too many",
      .enabled(if: Kernel.faultsAreExact, "the thread sanitizer's memory faults as well"))
    func ringFills() throws {
      let letters = Letters()
      let host = try PerfEventHost.ofPageFaults(letters, signal: try Kernel.signal())
      let overflows = 9_000
      var pages = FreshPages(2 * overflows)
      let event = try host.create(Kernel.request(period: 2))
      var notifications = 0
      var early = 0
      for _ in 0..<overflows {
        pages.touch(1)
        if letters.take() != 0 { early += 1 }
        pages.touch(1)
        if letters.take() == 1 { notifications += 1 }
      }
      #expect(host.pauseAndReset(event) == UInt64(2 * overflows))
      #expect(notifications == overflows)
      #expect(early == 0)
      // Nobody drained the ring meanwhile.
      #expect(host.throttlings == 0)
    }

    @Test(
      "a period set while paused begins at the resume",
      .enabled(if: Kernel.faultsAreExact, "the thread sanitizer's memory faults as well"))
    func periodWhilePaused() throws {
      let letters = Letters()
      let host = try PerfEventHost.ofPageFaults(letters, signal: try Kernel.signal())
      var pages = FreshPages(40)
      let event = try host.create(Kernel.request(period: 10))
      pages.touch(7)
      _ = host.pauseAndReset(event)
      let accepted = host.setPeriod(3, of: event) && host.resume(event)
      pages.touch(2)
      let early = letters.take()
      pages.touch(1)
      let due = letters.take()
      #expect(accepted)
      #expect(early == 0 && due == 1)
    }

    @Test("periods that the kernel can't take are refused", arguments: [UInt64(0), 1 << 63, .max])
    func refusedPeriods(period: UInt64) throws {
      let letters = Letters()
      let host = try PerfEventHost.ofPageFaults(letters)
      let event = try host.create(Kernel.request())
      #expect(!host.setPeriod(period, of: event))
      #expect(host.setPeriod((1 << 63) - 1, of: event))
      #expect(host.queryFailure(of: event) == nil)
    }

    @Test(
      "without a signal an event counts and says nothing",
      .enabled(if: Kernel.faultsAreExact, "the thread sanitizer's memory faults as well"))
    func noSignal() throws {
      let letters = Letters()
      let host = try PerfEventHost.ofPageFaults(letters)
      var pages = FreshPages(20)
      let event = try host.create(Kernel.request(period: 2))
      pages.touch(20)
      #expect(letters.take() == 0)
      #expect(host.pauseAndReset(event) == 20)
    }

    @Test(
      "A full signal queue loses no overflow: every vCPU is asked to read all its events",
      .enabled(if: Kernel.faultsAreExact, "the thread sanitizer's memory faults as well"))
    func fullQueue() throws {
      let letters = [Letters(), Letters()]
      let signal = try Kernel.signal()
      let hosts = try letters.map { try PerfEventHost.ofPageFaults($0, signal: signal) }
      var pages = FreshPages(10)
      _ = try hosts[1].create(Kernel.request())
      let event = try hosts[0].create(Kernel.request(period: 4))
      // Whatever the way there faults by itself is over now: the first period begins with what is counted.
      var before = limitPendingSignals(to: 0)
      limitPendingSignals(to: before)
      _ = hosts[0].pauseAndReset(event)
      _ = letters.map { $0.take() }
      let resumed = hosts[0].setPeriod(4, of: event) && hosts[0].resume(event)

      before = limitPendingSignals(to: 0)
      pages.touch(4)
      let told = letters.map { $0.take() }
      limitPendingSignals(to: before)
      pages.touch(4)
      let later = letters.map { $0.take() }
      let count = hosts[0].pauseAndReset(event)
      #expect(resumed)
      #expect(told == [OverflowMailbox.rescan, OverflowMailbox.rescan])
      #expect(later == [1, 0])
      #expect(count == 8)
    }

    @Test("an event that was given back leaves no entry in the handler's table")
    func entriesGo() throws {
      let letters = Letters()
      let host = try PerfEventHost.ofPageFaults(letters, signal: try Kernel.signal())
      let before = clinux_notification_count()
      let event = try host.create(Kernel.request())
      let during = clinux_notification_count()
      host.release(event)
      #expect(during == before + 1)
      #expect(clinux_notification_count() == before)
    }

    @Test(
      "a notification that a closed event left behind is not taken for one of another thread's event with its descriptor",
      .enabled(if: Kernel.faultsAreExact, "the thread sanitizer hands signals on when it likes"),
      arguments: [true, false])
    func leftBehind(isOnOtherThread: Bool) throws {
      let signal = try Kernel.signal()
      let (letters, others) = (Letters(), Letters())
      let host = try PerfEventHost.ofPageFaults(letters, signal: signal)
      var pages = FreshPages(8)
      let event = try host.create(Kernel.request(period: 2))
      let fd = try #require(host.slots[event.index].descriptor?.fd)
      // Held back, as between close and the return to user mode.
      signal.blockHere()
      pages.touch(8)
      host.release(event)
      nonisolated(unsafe) let word = others.mailbox.notificationWord
      let register: @Sendable () -> Int32 = { clinux_notification_register(fd, word, 1 << 5) }
      let registered = isOnOtherThread ? Kernel.onOwnThread(register) : register()
      defer { clinux_notification_clear(fd) }
      signal.unblockHere()
      #expect(registered == 0)
      #expect(letters.take() == 0)
      // On its own thread the kernel delivers before the next call, so that it comes to this only if it is blocked.
      #expect(others.take() == (isOnOtherThread ? 0 : 1 << 5))
    }

    @Test(
      "bound to another thread, events count and notify that one",
      .enabled(if: Kernel.faultsAreExact, "the thread sanitizer's memory faults as well"))
    func otherThread() throws {
      let signal = try Kernel.signal()
      struct Seen: Sendable, Equatable { var count: UInt64, notifications: UInt64 }
      let letters = Letters()
      let host = try PerfEventHost.ofPageFaults(letters, signal: signal)
      nonisolated(unsafe) let shared = (host, letters)
      let seen = Kernel.onOwnThread {
        let (host, letters) = shared
        host.bindToCurrentThread()
        guard let event = try? host.create(Kernel.request(.generalPurpose(3), period: 5)) else {
          return Seen(count: 0, notifications: 0)
        }
        // The new thread's stack and code fault too: only what comes after a first look counts.
        var pages = FreshPages(16)
        pages.touch(1)
        _ = host.pauseAndReset(event)
        _ = host.setPeriod(5, of: event)
        _ = letters.take()
        _ = host.resume(event)
        pages.touch(5)
        let notifications = letters.take()
        let count = host.pauseAndReset(event)
        host.release(event)
        return Seen(count: count, notifications: notifications)
      }
      #expect(seen == Seen(count: 5, notifications: 1 << 3))
      #expect(host.notificationsThrottling)
    }
  }
}

/// setrlimit(2) of RLIMIT_SIGPENDING, the soft limit only. Returns what it was.
@discardableResult
private func limitPendingSignals(to soft: rlim_t) -> rlim_t {
  let resource = __rlimit_resource_t(__RLIMIT_SIGPENDING.rawValue)
  var limit = rlimit()
  getrlimit(resource, &limit)
  let before = limit.rlim_cur
  limit.rlim_cur = soft
  setrlimit(resource, &limit)
  return before
}

extension OverflowSignal {
  /// pthread_sigmask(3): the calling thread's notifications wait.
  fileprivate func blockHere() {
    var set = sigset_t()
    sigemptyset(&set)
    sigaddset(&set, number)
    pthread_sigmask(SIG_BLOCK, &set, nil)
  }
}
