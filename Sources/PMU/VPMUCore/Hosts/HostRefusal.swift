/// The reason that nothing counts for a counter. The text says the cause and the remedy.
public enum HostRefusal: Error, Hashable, Sendable, BitwiseCopyable {
  /// EACCES or EPERM: this process may not open the event.
  case accessDenied
  /// EMFILE or ENFILE: no file descriptor is left.
  case outOfDescriptors
  /// ENOENT or ENXIO: the host has no such event.
  case noSuchEvent
  /// EBUSY: another user of the counters excludes this event.
  case busy
  /// EOPNOTSUPP: the host's counters can't do what the event asks, or a virtual machine with a mediated PMU runs.
  case notSupported
  /// EINVAL: the kernel refuses the event's attributes.
  case invalidEvent
  /// The event is in error state: the kernel could not place it on a counter.
  case errorState
  /// The event is enabled and not on a counter: another user took it.
  case notScheduled
  /// The event says that it runs and counts nothing: the hardware has fewer counters than it says.
  case deadCounter
  /// All counters that really count are in use.
  case capacity
  /// The kernel stopped the event because it interrupted too often.
  case throttled
  /// The event has no generic name here, and raw encodings are not allowed.
  case rawNotAllowed
  /// The event has no generic name, and a raw encoding of another vendor would mean something else here.
  case foreignEncoding
  /// Edge, invert or a counter mask: no generic event stands for that.
  case flagsNotCountable
  /// The counter asks for ring 0 only, and this guest's ring 0 is not on the host's counters.
  case ringNotCountable
  /// The guest's CPU counts this event on other counters only.
  case counterCannotCount
  /// The embedder, which reports the counts, does not report this event.
  case notReported
  /// Another error of perf_event_open(2), by its number.
  case system(errno: Int32)
}

extension HostRefusal: CustomStringConvertible {
  public var description: String {
    switch self {
    case .accessDenied:
      "access denied: lower the sysctl kernel.perf_event_paranoid, give the process CAP_PERFMON, "
        + "or allow perf_event_open in its seccomp profile"
    case .outOfDescriptors: "no file descriptor left: raise the limit RLIMIT_NOFILE (ulimit -n)"
    case .noSuchEvent: "the host has no such event: choose a model whose events it has (see vpmu doctor)"
    case .busy: "the counters are taken exclusively: end the other user (NMI watchdog, another profiler)"
    case .notSupported:
      "not supported by the host now: a virtual machine with a mediated PMU may hold the counters; "
        + "stop it or turn its PMU off"
    case .invalidEvent: "the kernel refuses the event's attributes"
    case .errorState:
      "the event is in error state, no counter was free for it: end the other user of the counters "
        + "(kernel.nmi_watchdog=0, other profilers)"
    case .notScheduled:
      "the event is off its counter, another user took it: end that user (kernel.nmi_watchdog=0, other profilers)"
    case .deadCounter: "the event is on a counter that does not count: the hardware offers fewer counters than it says"
    case .capacity: "all counters of the host that really count are in use: give the guest fewer counters"
    case .throttled:
      "the kernel stopped the event because it interrupted too often: raise kernel.perf_event_max_sample_rate "
        + "or sample less often"
    case .rawNotAllowed:
      "no generic event stands for it, and raw encodings are not allowed: allow them in the host's options"
    case .foreignEncoding:
      "no generic event stands for it, and the host's vendor is not the model's: use a model of the host's vendor"
    case .flagsNotCountable:
      "edge, invert or counter mask is set, which no generic event can do: allow raw encodings "
        + "on a host of the same vendor"
    case .ringNotCountable: "counts ring 0 only, which does not run on the host's counters: count ring 3 as well"
    case .counterCannotCount:
      "this counter can't count the event: the guest's CPU counts it on another general-purpose counter only"
    case .notReported:
      "the emulator does not count this event: choose one that it counts, or turn on the model that counts it"
    case .system(let errno): "perf_event_open failed with error \(errno)"
    }
  }
}

extension HostRefusal {
  /// Stable numbers, 1 to ``highestNumber``, for statistics and for other languages: `vpmu_reason` of `vpmu.h`.
  public var number: Int {
    switch self {
    case .accessDenied: 1
    case .outOfDescriptors: 2
    case .noSuchEvent: 3
    case .busy: 4
    case .notSupported: 5
    case .invalidEvent: 6
    case .errorState: 7
    case .notScheduled: 8
    case .deadCounter: 9
    case .capacity: 10
    case .throttled: 11
    case .rawNotAllowed: 12
    case .foreignEncoding: 13
    case .flagsNotCountable: 14
    case .ringNotCountable: 15
    case .counterCannotCount: 16
    case .system: 17
    case .notReported: 18
    }
  }

  public static let highestNumber = 18

  /// The reason of this number; nil if there is none. An error that has no name of its own has the number 0.
  public init?(number: Int) {
    let reasons: [HostRefusal] = [
      .accessDenied, .outOfDescriptors, .noSuchEvent, .busy, .notSupported, .invalidEvent, .errorState, .notScheduled,
      .deadCounter, .capacity, .throttled, .rawNotAllowed, .foreignEncoding, .flagsNotCountable, .ringNotCountable,
      .counterCannotCount, .system(errno: 0), .notReported,
    ]
    guard number >= 1, number <= reasons.count else { return nil }
    self = reasons[number - 1]
  }
}
