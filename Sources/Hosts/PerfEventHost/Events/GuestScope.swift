import CLinux
import VPMUCore
import VPMUModel

/// Whose instructions count as the guest's, and so what an event excludes.
public enum GuestScope: Hashable, Sendable {
  /// The guest is user code of the bound thread: host user mode is its ring 3. Its ring 0 is nowhere on the counters.
  case thread
  /// The guest is what the bound thread runs by KVM_RUN, on VMX or SVM: events exclude the host, and count the guest in
  /// the rings that it asks for.
  case virtualMachine
  /// The same on a host whose KVM is nested by software (kvm_pvm), where `exclude_host` is ignored: ring 3 is host user
  /// mode, together with the VMM's own. Ring 0 is emulated: its instructions are reported to the core
  /// (`VirtualPMU.emulated`), its other events are nowhere.
  case nestedVirtualMachine

  /// The rings whose counts of `generic` the guest gets, from counters or otherwise.
  func countedRings(_ generic: GenericEvent?) -> Rings {
    switch self {
    case .thread: .user
    case .virtualMachine: [.user, .kernel]
    case .nestedVirtualMachine: generic == .instructions ? [.user, .kernel] : .user
    }
  }

  /// The rings that counters see.
  var ringsOnCounters: Rings { self == .virtualMachine ? [.user, .kernel] : .user }

  /// The `exclude_*` attributes of an event for `rings`, as flags of `clinux_event`.
  package func exclusions(_ rings: Rings) -> UInt32 {
    switch self {
    case .thread, .nestedVirtualMachine:
      UInt32(CLINUX_EVENT_EXCLUDE_KERNEL) | UInt32(CLINUX_EVENT_EXCLUDE_HYPERVISOR)
    case .virtualMachine:
      UInt32(CLINUX_EVENT_EXCLUDE_HOST)
        | (rings.contains(.user) ? 0 : UInt32(CLINUX_EVENT_EXCLUDE_USER))
        | (rings.contains(.kernel) ? 0 : UInt32(CLINUX_EVENT_EXCLUDE_KERNEL))
    }
  }
}
