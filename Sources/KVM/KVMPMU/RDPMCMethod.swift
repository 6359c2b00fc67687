/// How a guest's RDPMC gets its value. KVM hands the instruction to no user space, so a choice has to be made.
public enum RDPMCMethod: Sendable, Hashable {
  /// RDPMC is KVM's: #GP with its PMU off. The guest reads its counters by RDMSR. A guest such as Linux, which reads by
  /// RDPMC, should then see no PMU in CPUID.
  case none
  /// RDPMC in the guest's code was replaced by an OUT to this port (``RDPMCRewrite``), which exits. For test kernels
  /// whose code is known before it runs; it changes the guest's code.
  case rewrite(port: UInt8 = RDPMCRewrite.usualPort)
  /// KVM's own PMU stays on and answers RDPMC from counters that the hook-up writes before each entry
  /// (``RDPMCMirror``). Exact while a counter stands still; of one that counts, the value at the last entry. Needs a
  /// host of the model's vendor whose KVM has a PMU, else ``PMUHookup`` is not made and says why
  /// (``HookupError/noMirror(reason:)``). It has not run yet.
  case mirror
}
