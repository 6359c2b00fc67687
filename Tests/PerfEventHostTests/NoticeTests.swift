import CLinux
import Glibc
import Testing
import VPMUCore
import VPMUModel

@testable import PerfEventHost

extension Kernel {
  @Suite("Overflow notices", .enabled(if: Kernel.hasSoftwareEvents, "perf_event_open is refused here"))
  struct NoticeTests {
    @Test("one notice each period, for the event's own counter", arguments: [true, false])
    func eachPeriod(watchesThrottling: Bool) throws {
      let letters = Letters()
      let host = try PerfEventHost.ofPageFaults(
        letters, signal: try Kernel.signal(), watchesThrottling: watchesThrottling)
      var pages = FreshPages(40)
      let event = try host.create(Kernel.request(.fixed(2), period: 10))
      var taken: [UInt64] = []
      for _ in 0..<40 {
        pages.touch(1)
        taken.append(letters.take())
      }
      host.release(event)
      let expected = (1...40).map { $0 % 10 == 0 ? PMCIndex.fixed(2).bit : 0 }
      #expect(taken == expected)
    }

    @Test("more than fills the ring buffer: each overflow still gives its notice, and none too many")
    func ringFills() throws {
      let letters = Letters()
      let host = try PerfEventHost.ofPageFaults(letters, signal: try Kernel.signal())
      let event = try host.create(Kernel.request(period: 2))
      var notices = 0
      var wrong = 0
      for _ in 0..<30 {
        var pages = FreshPages(1000)
        for page in 0..<1000 {
          pages.touch(1)
          let notice = letters.take()
          if notice != 0 { notices += 1 }
          if (notice != 0) != (page % 2 == 1) { wrong += 1 }
        }
        // mmap and munmap are system calls: their faults are not user mode's.
      }
      #expect(host.pause(event) == 30_000)
      #expect(notices == 15_000)
      #expect(wrong == 0)
      // Nobody drained the ring meanwhile.
      #expect(host.throttlings == 0)
    }

    @Test("a period set while paused begins at the resume")
    func periodWhilePaused() throws {
      let letters = Letters()
      let host = try PerfEventHost.ofPageFaults(letters, signal: try Kernel.signal())
      var pages = FreshPages(40)
      let event = try host.create(Kernel.request(period: 10))
      pages.touch(7)
      _ = host.pause(event)
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
      #expect(host.inspect(event) == nil)
    }

    @Test("without a signal an event counts and says nothing")
    func noSignal() throws {
      let letters = Letters()
      let host = try PerfEventHost.ofPageFaults(letters)
      var pages = FreshPages(20)
      let event = try host.create(Kernel.request(period: 2))
      pages.touch(20)
      #expect(letters.take() == 0)
      #expect(host.pause(event) == 20)
    }

    @Test("a full signal queue loses nothing: every vCPU is told to look at all its events")
    func fullQueue() throws {
      let letters = [Letters(), Letters()]
      let signal = try Kernel.signal()
      let hosts = try letters.map { try PerfEventHost.ofPageFaults($0, signal: signal) }
      let event = try hosts[0].create(Kernel.request(period: 4))
      _ = try hosts[1].create(Kernel.request())
      var pages = FreshPages(10)

      let before = limitPendingSignals(to: 0)
      pages.touch(4)
      let told = letters.map { $0.take() }
      limitPendingSignals(to: before)
      #expect(told == [Mailbox.lostNotices, Mailbox.lostNotices])

      pages.touch(4)
      #expect(letters.map { $0.take() } == [1, 0])
      #expect(hosts[0].pause(event) == 8)
    }

    @Test("an event that was given back leaves no entry in the handler's table")
    func entriesGo() throws {
      let letters = Letters()
      let host = try PerfEventHost.ofPageFaults(letters, signal: try Kernel.signal())
      let before = clinux_notice_count()
      let event = try host.create(Kernel.request())
      let during = clinux_notice_count()
      host.release(event)
      #expect(during == before + 1)
      #expect(clinux_notice_count() == before)
    }

    @Test("bound to another thread, events count and notify that one")
    func otherThread() throws {
      let signal = try Kernel.signal()
      struct Seen: Sendable, Equatable { var count: UInt64, notices: UInt64 }
      let letters = Letters()
      let host = try PerfEventHost.ofPageFaults(letters, signal: signal)
      nonisolated(unsafe) let shared = (host, letters)
      let seen = Kernel.onOwnThread {
        let (host, letters) = shared
        host.bindToCurrentThread()
        guard let event = try? host.create(Kernel.request(.generalPurpose(3), period: 5)) else {
          return Seen(count: 0, notices: 0)
        }
        // The new thread's stack and code fault too: only what comes after a first look counts.
        var pages = FreshPages(16)
        pages.touch(1)
        _ = host.pause(event)
        _ = host.setPeriod(5, of: event)
        _ = letters.take()
        _ = host.resume(event)
        pages.touch(5)
        let notices = letters.take()
        let count = host.pause(event)
        host.release(event)
        return Seen(count: count, notices: notices)
      }
      #expect(seen == Seen(count: 5, notices: 1 << 3))
      #expect(host.noticesThrottling)
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
