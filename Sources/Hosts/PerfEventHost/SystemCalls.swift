/// The only place of this module that calls the kernel. Each wrapper names the C function that it is.
import CLinux
import CLibc

/// An errno, thrown.
struct Errno: Error, Hashable, Sendable, BitwiseCopyable {
  var code: Int32

  init(_ code: Int32) { self.code = code }

  /// `returned` of a shim: minus the errno, or a result.
  @discardableResult
  static func check(_ returned: Int32) throws(Errno) -> Int32 {
    if returned < 0 { throw Errno(-returned) }
    return returned
  }

  /// strerrorname_np(3): `EACCES`.
  var name: String { clinux_error_name(code).map { String(cString: $0) } ?? "errno \(code)" }
}

/// The descriptor of an event of perf_event_open(2).
package struct EventDescriptor: Hashable, Sendable, BitwiseCopyable {
  package let fd: Int32

  /// perf_event_open(2): of the calling thread, disabled, closed on exec.
  static func open(_ event: clinux_event, output: EventDescriptor? = nil) throws(Errno) -> EventDescriptor {
    var event = event
    return EventDescriptor(fd: try Errno.check(clinux_perf_event_open(&event, output?.fd ?? -1)))
  }

  /// ioctl(2): PERF_EVENT_IOC_ENABLE
  func enable() throws(Errno) { try Errno.check(clinux_event_enable(fd)) }

  /// ioctl(2): PERF_EVENT_IOC_DISABLE
  func disable() throws(Errno) { try Errno.check(clinux_event_disable(fd)) }

  /// ioctl(2): PERF_EVENT_IOC_PERIOD
  func setPeriod(_ period: UInt64) throws(Errno) { try Errno.check(clinux_event_set_period(fd, period)) }

  /// ioctl(2): PERF_EVENT_IOC_ID
  func id() throws(Errno) -> UInt64 {
    var id: UInt64 = 0
    try Errno.check(clinux_event_id(fd, &id))
    return id
  }

  /// read(2). Nil at end of file: the event is in error state.
  func read() throws(Errno) -> clinux_count? {
    var count = clinux_count()
    return try Errno.check(clinux_event_read(fd, &count)) == 1 ? count : nil
  }

  /// fcntl(2): F_SETSIG, F_SETOWN_EX, O_ASYNC
  func notify(thread: Int32, by signal: Int32) throws(Errno) {
    try Errno.check(clinux_event_notify(fd, signal, thread))
  }

  /// mmap(2) and munmap(2) of its page: cap_user_rdpmc
  func allowsRDPMC() throws(Errno) -> Bool { try Errno.check(clinux_event_allows_rdpmc(fd)) == 1 }

  /// close(2)
  func close() { _ = CLibc.close(fd) }
}

/// What is mapped of an event: its page, also the control page of its ring buffer if it has one, and the length of all
/// pages in bytes.
struct RingMapping: BitwiseCopyable {
  let control: UnsafeMutableRawPointer
  let length: Int
}

package enum SystemCall {
  /// gettid(2)
  static func threadID() -> Int32 { clinux_gettid() }

  /// mmap(2) of an event's ring buffer
  static func mapRing(_ event: EventDescriptor, pages: UInt32) throws(Errno) -> RingMapping {
    var start: UnsafeMutableRawPointer?
    var length = 0
    try Errno.check(clinux_ring_map(event.fd, pages, &start, &length))
    guard let start else { throw Errno(ENOMEM) }
    return RingMapping(control: start, length: length)
  }

  /// mmap(2) of an event's page, read-only
  static func mapPage(_ event: EventDescriptor) throws(Errno) -> RingMapping {
    var start: UnsafeMutableRawPointer?
    var length = 0
    try Errno.check(clinux_page_map(event.fd, &start, &length))
    guard let start else { throw Errno(ENOMEM) }
    return RingMapping(control: start, length: length)
  }

  /// munmap(2)
  static func unmap(_ ring: RingMapping) { _ = munmap(ring.control, ring.length) }

  /// open(2), read(2), close(2): up to 64 KiB of a text file, nil if it can't be read
  package static func text(ofFile path: String) -> String? {
    let fd = CLibc.open(path, O_RDONLY | O_CLOEXEC)
    guard fd >= 0 else { return nil }
    defer { _ = CLibc.close(fd) }
    var bytes: [UInt8] = []
    while bytes.count < 65536 {
      let piece = [UInt8](unsafeUninitializedCapacity: 4096) { buffer, count in
        count = max(0, CLibc.read(fd, buffer.baseAddress, buffer.count))
      }
      if piece.isEmpty { break }
      bytes += piece
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// access(2)
  static func access(_ path: String, mode: Int32) throws(Errno) {
    if CLibc.access(path, mode) != 0 { throw Errno(errno) }
  }

  /// getrlimit(2): the soft limit, nil if there is none
  static func descriptorLimit() -> UInt64? { softLimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue)) }

  /// getrlimit(2): the soft limit, nil if there is none
  static func pendingSignalLimit() -> UInt64? { softLimit(__rlimit_resource_t(__RLIMIT_SIGPENDING.rawValue)) }

  private static func softLimit(_ resource: __rlimit_resource_t) -> UInt64? {
    var limit = rlimit()
    guard getrlimit(resource, &limit) == 0, limit.rlim_cur != .max else { return nil }
    return UInt64(limit.rlim_cur)
  }
}

extension SystemCall {
  /// clock_gettime(2): CLOCK_MONOTONIC in ns
  package static func monotonicTime() -> UInt64 {
    var time = timespec()
    _ = clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }

  /// sigaction(2): the highest real-time signal that nobody handles
  static func unusedRealtimeSignal() -> Int32? {
    (clinux_first_realtime_signal()...clinux_last_realtime_signal()).last { number in
      var action = sigaction()
      return sigaction(number, nil, &action) == 0 && action.__sigaction_handler.sa_handler == nil
    }
  }

  /// pthread_sigmask(3): `body` with these signals blocked on this thread
  static func blocking<Result>(
    _ signals: Int32..., body: () throws(Errno) -> Result
  ) throws(Errno) -> Result {
    var set = signalSet(signals)
    var before = sigset_t()
    let error = pthread_sigmask(SIG_BLOCK, &set, &before)
    if error != 0 { throw Errno(error) }
    defer { _ = pthread_sigmask(SIG_SETMASK, &before, nil) }
    return try body()
  }

  /// sigtimedwait(2) without waiting: takes one of these signals from the thread's queue
  static func takePending(_ signals: Int32...) -> Int32? {
    var set = signalSet(signals)
    var noTime = timespec(tv_sec: 0, tv_nsec: 0)
    let taken = sigtimedwait(&set, nil, &noTime)
    return taken > 0 ? taken : nil
  }

  private static func signalSet(_ signals: [Int32]) -> sigset_t {
    var set = sigset_t()
    sigemptyset(&set)
    for signal in signals { sigaddset(&set, signal) }
    return set
  }
}
