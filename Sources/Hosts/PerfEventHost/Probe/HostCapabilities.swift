import CLibc
import VPMUModel

/// What this machine, as this process may use it, can do for host events. Made by ``HostProbe/run()``; a plain value.
public struct HostCapabilities: Sendable, Equatable {
  /// CPUID vendor string, 12 bytes.
  public var vendor: String
  /// CPUID.01H:ECX[31]: the machine is a virtual one.
  public var isVirtualMachine: Bool

  /// Software events of this thread open, user mode only.
  public var softwareAccess = Availability.notTried
  /// Hardware events do.
  public var hardwareAccess = Availability.notTried
  /// Raw encodings do.
  public var rawAccess = Availability.notTried
  /// Hardware events that count only in guests (`exclude_host`) do. Some hosts accept them and ignore it.
  public var excludeHost = Availability.notTried

  /// General counters: branch events that really count side by side. Found by counting; CPUID may say more. 0 without
  /// hardware.
  public var capacity = 0
  /// Which of cycles, instructions and reference cycles count in addition to so many: they have a counter of their own.
  public var fixedEvents = GenericEventSet()
  /// The ten generic events, in the order of their numbers.
  public var genericEvents: [GenericEventProbe] = []

  /// User code may read counters by RDPMC, if their pages are mapped: see ``readPlan(source:scope:)``.
  public var userRDPMC = Availability.notTried
  /// The first overflow of a hardware event sends a signal to the thread.
  public var hardwareNotifications = NotificationProbe.notTried
  /// That of a software clock does.
  public var softwareNotifications = NotificationProbe.notTried
  /// Events may write their records into another one's buffer, through which throttling is noticed.
  public var throttleRecords = Availability.notTried

  public var kernel = KernelSettings()
  /// RLIMIT_NOFILE of this process, nil if unlimited. An event takes one descriptor.
  public var descriptorLimit: UInt64?
  /// RLIMIT_SIGPENDING, nil if unlimited: signals that can be queued for the user.
  public var pendingSignalLimit: UInt64?
  /// /dev/kvm can be opened for reading and writing.
  public var kvm = Availability.notTried
  /// How long the probe took, in ns.
  public var probeTime: UInt64 = 0

  /// Nothing was tried yet.
  package init(vendor: String, isVirtualMachine: Bool) {
    self.vendor = vendor
    self.isVirtualMachine = isVirtualMachine
  }

  /// Events, 0 to 3, that count in addition to ``capacity`` others.
  public var extraFixed: Int { fixedEvents.rawValue.nonzeroBitCount }

  /// Generic events that the host does not have: ENOENT and its like, not a refusal that may pass.
  public var missingEvents: GenericEventSet {
    var missing = GenericEventSet()
    for probe in genericEvents where probe.isMissing { missing.insert(GenericEventSet(probe.event)) }
    return missing
  }
}

/// What became of opening one generic event.
public struct GenericEventProbe: Sendable, Equatable {
  public var event: GenericEvent
  public var availability: Availability
  /// What it counted around a short piece of work. 0 is nothing bad for misses and stalls.
  public var count: UInt64

  public init(event: GenericEvent, availability: Availability, count: UInt64 = 0) {
    self.event = event
    self.availability = availability
    self.count = count
  }

  /// The host has no such event, now or later.
  public var isMissing: Bool {
    guard case .refused(let error) = availability else { return false }
    return error == ENOENT || error == ENXIO || error == ENODEV
  }
}

/// What became of the wait for an overflow's signal.
public enum NotificationProbe: Hashable, Sendable {
  case arrived
  /// The kernel could not queue it and sent SIGIO.
  case queueFull
  case absent
  case notTried
}
