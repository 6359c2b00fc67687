import VPMUModel

/// The answer of a vPMU to WRMSR.
@frozen
public enum WriteAnswer: Sendable, BitwiseCopyable, Equatable {
  /// Done; go on after the instruction.
  case done
  /// Inject #GP(0).
  case generalProtection
  /// No register of this PMU: the VMM decides.
  case unhandled
}

/// The answer of a vPMU to RDMSR and RDPMC.
@frozen
public enum ReadAnswer: Sendable, BitwiseCopyable, Equatable {
  /// The value for EDX:EAX.
  case value(UInt64)
  /// Inject #GP(0).
  case generalProtection
  /// No register of this PMU: the VMM decides. Never the answer to RDPMC.
  case unhandled
}

/// The VMM's duty right before it lets the guest run.
@frozen
public enum EntryAction: Sendable, BitwiseCopyable, Equatable {
  /// Nothing.
  case run
  /// Deliver one performance-monitoring interrupt, as the guest's local APIC says (LVTPC).
  case injectPMI
}

/// Whether a counter counts, and if not why: for embedders, never shown to the guest.
public enum CounterState: Sendable, Equatable {
  /// It does not exist, or the guest has not enabled it.
  case off
  /// The guest enabled it, the event filter says no.
  case filtered
  /// Its change is handled at the next `enter`.
  case pending
  /// It counts the guest's event, as well as the quality says.
  case counting(MappingQuality)
  /// It should count and does not, for this reason.
  case notCounting(HostRefusal)
}
