import CKernelFixtures
import CLinux
import Glibc
import Testing
import VPMUModel

import PerfEventHost
import VPMUCore

/// Tests on real events of the kernel. One at a time: they look at descriptors and limits of the process.
@Suite("Events of this kernel", .serialized)
enum Kernel {
  static let capabilities = HostProbe.run()

  static var hasSoftwareEvents: Bool { capabilities.softwareAccess.isAvailable }
  static var hasHardwareEvents: Bool { capabilities.obstacle(to: .hardware) == nil }

  /// For tests that count page faults to the last one.
  static var faultsAreExact: Bool { has_thread_sanitizer() == 0 }

  /// The signal of these tests, let through to the calling thread.
  static func signal() throws -> OverflowSignal {
    let signal = try OverflowSignal.install(OverflowSignal.range.lowerBound + 9)
    signal.unblockHere()
    return signal
  }

  static func request(
    _ pmc: PMCIndex = .generalPurpose(0), _ generic: GenericEvent = .instructions, period: UInt64 = 1 << 40,
    rings: Rings = .user
  ) -> EventRequest {
    EventRequest(
      pmc: pmc, selector: 0x53_00C0, code: EventCode(number: 0xC0, unitMask: 0), generic: generic, quality: .exact,
      rings: rings, period: period, interrupts: true)
  }

  /// Runs `body` on a thread of its own.
  static func onOwnThread<Result: Sendable>(_ body: @escaping @Sendable () -> Result) -> Result {
    nonisolated(unsafe) var result: Result?
    let call = Call { result = body() }
    var thread = pthread_t()
    let error = pthread_create(
      &thread, nil,
      { argument in
        if let argument { Unmanaged<Call>.fromOpaque(argument).takeRetainedValue().body() }
        return nil
      }, Unmanaged.passRetained(call).toOpaque())
    guard error == 0, pthread_join(thread, nil) == 0, let result else { fatalError("no thread: error \(error)") }
    return result
  }

  private final class Call {
    let body: () -> Void
    init(_ body: @escaping () -> Void) { self.body = body }
  }

  /// Descriptors of perf events that this process has.
  static func eventDescriptors() -> Set<Int32> {
    Set((Int32(0)..<4096).filter { linkTarget("/proc/self/fd/\($0)") == "anon_inode:[perf_event]" })
  }

  /// readlink(2)
  private static func linkTarget(_ path: String) -> String {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { name in
      guard let start = name.baseAddress else { return "" }
      return String(
        decoding: UnsafeRawBufferPointer(start: start, count: max(0, readlink(path, start, 64))), as: UTF8.self)
    }
  }
}

/// Fresh memory, each page of which faults once when it is touched; nothing else is to fault from now on.
struct FreshPages: ~Copyable {
  private let start: UnsafeMutableRawPointer
  private let pages: Int
  private var touched = 0

  init(_ pages: Int) {
    self.pages = pages
    start = mmap(nil, pages * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    madvise(start, pages * 4096, 15)  // MADV_NOHUGEPAGE
    map_what_faults_by_itself()
  }

  deinit { munmap(start, pages * 4096) }

  /// Touches the next `count` pages.
  mutating func touch(_ count: Int) {
    precondition(touched + count <= pages)
    touch_pages(start + touched * 4096, count)
    touched += count
  }
}

/// A mailbox as a vCPU has it, and what came in.
final class Letters {
  let mailbox = OverflowMailbox()

  var attachment: HostAttachment { HostAttachment(mailbox: mailbox, modelVendors: ["GenuineIntel"]) }

  func take() -> UInt64 { mailbox.takeNotifications() }
}

extension PerfEventHost {
  /// A host of page faults, warmed up: what its code faults by itself has happened.
  static func ofPageFaults(
    _ letters: Letters, signal: OverflowSignal? = nil, capacity: Int? = nil, watchesThrottling: Bool = true
  ) throws -> PerfEventHost {
    let host = try PerfEventHost(
      Kernel.capabilities,
      options: PerfEventOptions(
        source: .pageFaults, signal: signal, capacity: capacity, watchesThrottling: watchesThrottling))
    host.attach(letters.attachment)
    host.bindToCurrentThread()
    var pages = FreshPages(8)
    let event = try host.create(Kernel.request(period: 2))
    pages.touch(4)
    _ = host.read(event)
    _ = host.setPeriod(1000, of: event)
    _ = host.pauseAndReset(event)
    _ = host.resume(event)
    _ = host.queryFailure(of: event)
    pages.touch(4)
    _ = host.pauseAndReset(event)
    host.release(event)
    _ = letters.take()
    return host
  }
}
