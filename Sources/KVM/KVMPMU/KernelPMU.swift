import CKVM

/// The PMU that KVM itself gives to guests.
///
/// Ours is in its place, so it is turned off: it would take host counters, answer MSRs that no filter range names, and
/// let RDPMC through. ``RDPMCMethod/mirror`` alone needs it.
public enum KernelPMU {
  /// What became of it.
  public enum Outcome: Sendable, Hashable {
    case disabled
    /// KVM can't turn it off (no KVM_CAP_PMU_CAPABILITY), as where it has none. Then CPUID without PMU leaves and the
    /// MSR filter are what keeps it from the guest.
    case notOffered
  }

  /// KVM_ENABLE_CAP(KVM_CAP_PMU_CAPABILITY, KVM_PMU_CAP_DISABLE): before the VM's first vCPU.
  @discardableResult
  public static func disable(on vm: Int32) throws(KVMError) -> Outcome {
    let capability = UInt32(KVM_CAP_PMU_CAPABILITY)
    guard ckvm_check_extension(vm, capability) & KVM_PMU_CAP_DISABLE != 0 else { return .notOffered }
    try KVMError.check(
      "KVM_ENABLE_CAP(KVM_CAP_PMU_CAPABILITY)",
      ckvm_enable_cap(vm, capability, UInt64(KVM_PMU_CAP_DISABLE)))
    return .disabled
  }
}
