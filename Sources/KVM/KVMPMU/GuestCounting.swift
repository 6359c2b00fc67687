import Glibc

/// What host counters see of a guest on this host.
public enum GuestCounting: String, Sendable, CaseIterable {
  /// KVM on VMX or SVM: host events with `exclude_host` count the guest, in its rings.
  case native
  /// KVM nested by software (kvm_pvm): the guest's ring 3 runs as user code of the vCPU's thread, and counts as that,
  /// with a constant of the VMM's own user code for each KVM_RUN; ring 0 is emulated, in no hardware counter, and its
  /// number of instructions is a statistic of the vCPU. `exclude_host` separates nothing there.
  case nestedInSoftware

  /// Which case this host is: whether the module that runs guests is kvm_pvm. It excludes the two native ones.
  public static func detect() -> GuestCounting { detect { access($0, F_OK) == 0 } }

  /// - Parameter exists: whether there is such a path
  package static func detect(exists: (String) -> Bool) -> GuestCounting {
    let isNative = exists("/sys/module/kvm_intel") || exists("/sys/module/kvm_amd")
    return exists("/sys/module/kvm_pvm") && !isNative ? .nestedInSoftware : .native
  }

  /// For people.
  public var explanation: String {
    switch self {
    case .native: "KVM runs natively: host events exclude the host"
    case .nestedInSoftware:
      "KVM is nested by kvm_pvm: ring 3 counts as user code of this thread, ring 0 is emulated and only its number of "
        + "instructions is known"
    }
  }
}
