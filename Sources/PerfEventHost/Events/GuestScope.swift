import CLinux
import VPMUCore

/// Whose instructions count as the guest's, and so what an event excludes.
public enum GuestScope: Hashable, Sendable {
  /// The guest is user code of the bound thread: host user mode is its ring 3. Its ring 0 is nowhere on the counters.
  case thread

  /// The rings that counters see.
  var countedRings: Rings {
    switch self {
    case .thread: .user
    }
  }

  /// Whether something of `rings` can be counted.
  func canCount(_ rings: Rings) -> Bool { !rings.isDisjoint(with: countedRings) }

  /// The `exclude_*` attributes, as flags of `clinux_event`.
  var exclusions: UInt32 {
    switch self {
    case .thread: UInt32(CLINUX_EVENT_EXCLUDE_KERNEL) | UInt32(CLINUX_EVENT_EXCLUDE_HYPERVISOR)
    }
  }
}
