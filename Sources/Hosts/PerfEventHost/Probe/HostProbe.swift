/// What this host can do, found by trying: a few milliseconds, and nothing stays behind.
import CLinux
import CLibc
import VPMUCore
import VPMUModel

public enum HostProbe {
  /// Tries everything on the calling thread, on which no host's events should be enabled meanwhile: they take counters.
  ///
  /// Maps the page of one event for a moment, to see whether RDPMC is allowed: not for a thread whose process runs a
  /// guest.
  public static func run() -> HostCapabilities {
    let start = SystemCall.monotonicTime()
    let work = KnownWork()
    var found = HostCapabilities.untried(processor: Processor())
    found.softwareAccess = Availability { () throws(Errno) in try open(.clock).close() }
    found.hardwareAccess = Availability { () throws(Errno) in try open(.instructions).close() }
    if found.softwareAccess.isAvailable {
      found.softwareNotifications = notifications(of: .clock, period: 100_000, during: work)
    }
    let best: KernelEvent = found.hardwareAccess.isAvailable ? .instructions : .clock
    found.throttleRecords = Availability { () throws(Errno) in
      let watch = try ThrottleWatch()
      defer { withExtendedLifetime(watch) {} }
      try open(best, output: watch.output).close()
    }
    if found.hardwareAccess.isAvailable {
      probeHardware(&found, work)
    } else {
      found.genericEvents = GenericEvent.allCases.map { probe($0, work) }
    }
    found.probeTime = SystemCall.monotonicTime() &- start
    return found
  }

  private static func probeHardware(_ found: inout HostCapabilities, _ work: KnownWork) {
    (found.capacity, found.fixedEvents) = CapacityProbe.run(during: work)
    found.genericEvents = GenericEvent.allCases.map { probe($0, work) }
    found.excludeHost = Availability { () throws(Errno) in
      try open(.instructions, flags: UInt32(CLINUX_EVENT_EXCLUDE_HOST)).close()
    }
    // 0xC0 is instructions for both vendors.
    let raw = KernelEvent(type: UInt32(CLINUX_TYPE_RAW), config: 0xC0, neverStandsStill: false)
    found.rawAccess = Availability { () throws(Errno) in try open(raw).close() }
    found.userRDPMC = userRDPMC()
    found.hardwareNotifications = notifications(of: .instructions, period: 20_000, during: work)
  }

  /// Opens an event as a host for a thread guest would, disabled and with a long period.
  static func open(
    _ event: KernelEvent, flags: UInt32 = 0, output: EventDescriptor? = nil
  ) throws(Errno) -> EventDescriptor {
    try EventDescriptor.open(
      clinux_event(
        type: event.type, flags: UInt32(CLINUX_EVENT_PINNED) | GuestScope.thread.exclusions(.user) | flags,
        config: event.config, sample_period: 1 << 46), output: output)
  }

  private static func probe(_ event: GenericEvent, _ work: KnownWork) -> GenericEventProbe {
    do throws(Errno) {
      let descriptor = try open(.generic(event))
      defer { descriptor.close() }
      try descriptor.enable()
      work.run(rounds: 2_000)
      try descriptor.disable()
      return GenericEventProbe(event: event, availability: .available, count: try descriptor.read()?.value ?? 0)
    } catch {
      return GenericEventProbe(event: event, availability: .refused(errno: error.code))
    }
  }

  private static func userRDPMC() -> Availability {
    do throws(Errno) {
      let descriptor = try open(.instructions)
      defer { descriptor.close() }
      try descriptor.enable()
      return try descriptor.allowsRDPMC() ? .available : .refused(errno: EACCES)
    } catch {
      return .refused(errno: error.code)
    }
  }

  /// Waits for the signal of an overflow without a handler: the thread blocks it and takes it from the queue.
  private static func notifications(of event: KernelEvent, period: UInt64, during work: KnownWork) -> NotificationProbe
  {
    guard let signal = SystemCall.unusedRealtimeSignal() else { return .notTried }
    do throws(Errno) {
      return try SystemCall.blocking(signal, SIGIO) { () throws(Errno) -> NotificationProbe in
        let descriptor = try open(event)
        defer {
          // Whatever happened: no signal may meet the thread once they are let through.
          descriptor.close()
          while SystemCall.takePending(signal, SIGIO) != nil {}
        }
        try descriptor.setPeriod(period)
        try descriptor.notify(thread: SystemCall.threadID(), by: signal)
        try descriptor.enable()
        for _ in 0..<100 {
          work.run(rounds: 5_000)
          if let taken = SystemCall.takePending(signal, SIGIO) { return taken == signal ? .arrived : .queueFull }
        }
        return .absent
      }
    } catch {
      return .absent
    }
  }
}

extension HostCapabilities {
  /// All that needs no event to be known.
  fileprivate static func untried(processor: Processor) -> HostCapabilities {
    var found = HostCapabilities(vendor: processor.vendor, isVirtualMachine: processor.isVirtual)
    found.kernel = .read()
    found.descriptorLimit = SystemCall.descriptorLimit()
    found.pendingSignalLimit = SystemCall.pendingSignalLimit()
    found.kvm = Availability { () throws(Errno) in try SystemCall.access("/dev/kvm", mode: R_OK | W_OK) }
    return found
  }
}
