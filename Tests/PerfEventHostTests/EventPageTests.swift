import CLinux
import Glibc
import Testing
import VPMUCore

import PerfEventHost

/// A page in memory as the kernel would write it (perf_event_open(2), `struct perf_event_mmap_page`).
private final class FakePage {
  let start = UnsafeMutableRawPointer.allocate(byteCount: 4096, alignment: 4096)

  init(lock: UInt32 = 2, index: UInt32, offset: Int64, width: UInt16 = 48, allowsRDPMC: Bool = true) {
    start.initializeMemory(as: UInt8.self, repeating: 0, count: 4096)
    start.storeBytes(of: lock, toByteOffset: 8, as: UInt32.self)
    start.storeBytes(of: index, toByteOffset: 12, as: UInt32.self)
    start.storeBytes(of: offset, toByteOffset: 16, as: Int64.self)
    start.storeBytes(of: allowsRDPMC ? 1 << 2 : 0, toByteOffset: 40, as: UInt64.self)
    start.storeBytes(of: width, toByteOffset: 48, as: UInt16.self)
  }

  deinit { start.deallocate() }

  func setTimes(enabled: UInt64, running: UInt64) {
    start.storeBytes(of: enabled, toByteOffset: 24, as: UInt64.self)
    start.storeBytes(of: running, toByteOffset: 32, as: UInt64.self)
  }

  /// Nil: only read(2) can tell.
  func value(_ rdpmc: clinux_rdpmc_function = { _ in 5 }) -> UInt64? {
    var count = clinux_page_count()
    return clinux_page_read_by(start, rdpmc, &count) == 1 ? count.value : nil
  }
}

@Suite("An event's page")
struct EventPageTests {
  @Test("the count is the offset plus the counter, whose number is one less than the index")
  func counter() {
    #expect(FakePage(index: 3, offset: 1000).value { $0 == 2 ? 34 : 0 } == 1034)
    #expect(FakePage(index: 0x4000_0002, offset: 7).value { $0 == 0x4000_0001 ? 1 : 0 } == 8)
  }

  @Test("a counter that the kernel started below 0 counts up to it", arguments: [UInt16(32), 40, 48, 64])
  func signExtension(width: UInt16) {
    #expect(FakePage(index: 1, offset: 1000, width: width).value { _ in .max &- 99 } == 900)
  }

  @Test("on no counter the offset alone is the count")
  func noCounter() {
    #expect(FakePage(index: 0, offset: 77, allowsRDPMC: false).value { _ in fatalError("not to be executed") } == 77)
  }

  @Test("RDPMC is not executed where it is not allowed, or of a width that there is not")
  func notAllowed() {
    #expect(FakePage(index: 1, offset: 0, allowsRDPMC: false).value { _ in fatalError("not to be executed") } == nil)
    for width in [UInt16(0), 65] {
      #expect(FakePage(index: 1, offset: 0, width: width).value { _ in fatalError("not to be executed") } == nil)
    }
  }

  @Test("a page that is half written for ever is given up")
  func halfWritten() { #expect(FakePage(lock: 3, index: 0, offset: 77).value() == nil) }

  /// What the C function in RDPMC's place changes.
  nonisolated(unsafe) private static var changing: UnsafeMutableRawPointer?
  nonisolated(unsafe) private static var changesLeft = 0

  @Test(
    "a page that changes meanwhile is read again, and given up if it goes on", arguments: [(2, true), (100, false)])
  func changes(times: Int, isRead: Bool) {
    let page = FakePage(index: 1, offset: 10)
    defer { withExtendedLifetime(page) {} }
    Self.changing = page.start
    Self.changesLeft = times
    let value = page.value { _ in
      guard EventPageTests.changesLeft > 0, let start = EventPageTests.changing else { return 5 }
      EventPageTests.changesLeft -= 1
      start.storeBytes(of: start.load(fromByteOffset: 8, as: UInt32.self) &+ 2, toByteOffset: 8, as: UInt32.self)
      return 999
    }
    #expect(value == (isRead ? 15 : nil))
  }

  @Test("a glance takes what a disabled event's page says only if it was on its counter until then")
  func settled() {
    let page = FakePage(index: 0, offset: 123)
    defer { withExtendedLifetime(page) {} }
    for wasOnCounter in [true, false] {
      var slot = EventSlot(page: EventPage(inMemory: page.start), wasOnCounter: wasOnCounter)
      let isTaken = slot.glance()
      #expect(isTaken == wasOnCounter)
      #expect(slot.count == (wasOnCounter ? 123 : 0))
    }
  }

  @Test("an enabled event on no counter, one that has waited, and one that stands still are for read(2) to judge")
  func judged() {
    let page = FakePage(index: 0, offset: 123)
    defer { withExtendedLifetime(page) {} }
    var enabled = EventSlot(isEnabled: true, page: EventPage(inMemory: page.start))
    let ofEnabled = enabled.glance()
    page.setTimes(enabled: 100, running: 90)
    var waited = EventSlot(page: EventPage(inMemory: page.start), wasOnCounter: true)
    let ofWaited = waited.glance()
    let still = FakePage(index: 0, offset: 0)
    defer { withExtendedLifetime(still) {} }
    var dead = EventSlot(neverStandsStill: true, page: EventPage(inMemory: still.start), wasOnCounter: true)
    let ofDead = dead.glance()
    #expect(!ofEnabled && !ofWaited && !ofDead)
  }

  @Test("pages are for hardware counters whose guest can't execute RDPMC")
  func plan() {
    let able = DoctorReportTests.healthy
    var unable = able
    unable.userRDPMC = .refused(errno: EACCES)
    for scope in [GuestScope.thread, .virtualMachine, .nestedVirtualMachine] {
      let isNested = scope == .nestedVirtualMachine
      #expect(able.readPlan(source: .hardware, scope: scope).way == (isNested ? .read : .page))
      #expect(unable.readPlan(source: .hardware, scope: scope).way == .read)
      #expect(able.readPlan(source: .softwareClock, scope: scope).way == .read)
    }
  }
}

extension Kernel {
  @Suite("Counts by page", .enabled(if: Kernel.hasSoftwareEvents, "perf_event_open is refused here"))
  struct PageTests {
    @Test("a software event's page is of no use: counts are right all the same, and the page goes with the event")
    func software() throws {
      let letters = Letters()
      let host = try PerfEventHost(
        Kernel.capabilities, options: PerfEventOptions(source: .softwareClock), readWay: .page)
      host.attach(letters.attachment)
      host.bindToCurrentThread()
      let event = try host.create(Kernel.request())
      #expect(host.readWay == .page && host.slots[event.index].page != nil)
      KnownWork().run(rounds: 10_000)
      let first = host.read(event)
      KnownWork().run(rounds: 10_000)
      let second = host.pauseAndReset(event)
      #expect(first > 0 && second > first)
      #expect(host.read(event) == 0)
      host.release(event)
      #expect(Kernel.eventDescriptors().isEmpty)
    }

    @Test(
      "on hardware a page's count is that of read(2)",
      .enabled(if: Kernel.hasHardwareEvents, "no hardware counters here"))
    func hardware() throws {
      let letters = Letters()
      let host = try PerfEventHost(Kernel.capabilities)
      try #require(host.readWay == .page)
      host.attach(letters.attachment)
      host.bindToCurrentThread()
      let event = try host.create(Kernel.request())
      KnownWork().run(rounds: 1000)
      let glanced = host.slots[event.index].glance()
      let before = host.slots[event.index].count
      _ = host.queryFailure(of: event)
      let asked = host.slots[event.index].count
      #expect(glanced && before > 5000 && asked > before)
    }

    @Test("a suspended event's count stands still and is kept, and goes on at the resume")
    func suspends() throws {
      let letters = Letters()
      let host = try SoftwareClockTests.host(letters)
      let event = try host.create(Kernel.request())
      KnownWork().run(rounds: 10_000)
      host.disable(event)
      let kept = host.read(event)
      KnownWork().run(rounds: 10_000)
      #expect(kept > 0 && host.read(event) == kept)
      #expect(host.resume(event))
      KnownWork().run(rounds: 10_000)
      #expect(host.pauseAndReset(event) > kept)
    }

    @Test("a routed event's notifications are for the other counter")
    func routes() throws {
      let letters = Letters()
      let host = try SoftwareClockTests.host(letters, signal: try Kernel.signal())
      let event = try host.create(Kernel.request(.generalPurpose(0), period: 1_000_000))
      host.assign(event, to: .generalPurpose(3))
      _ = letters.take()
      var notifications: UInt64 = 0
      let end = SystemCall.monotonicTime() + 2_000_000_000
      while notifications == 0, SystemCall.monotonicTime() < end {
        KnownWork().run(rounds: 1000)
        notifications = letters.take()
      }
      host.release(event)
      #expect(notifications == 1 << 3)
    }
  }
}
