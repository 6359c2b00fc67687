import CVPMU

/// One CPUID leaf as the guest sees it.
public typealias CPUIDLeaf = vpmu_cpuid_leaf

/// What a host can offer to one virtual CPU: numbers of counters, widths in bits.
public typealias HostLimits = vpmu_host_limits

extension HostLimits {
  /// - Parameters:
  ///   - gpCounters: general-purpose counters
  ///   - fixedCounters: fixed counters
  ///   - gpWidth: bits of a general-purpose counter
  ///   - fixedWidth: bits of a fixed counter
  ///   - archEvents: architectural events that the host enumerates (CPUID.0AH:EAX[31:24])
  public init(gpCounters: UInt32, fixedCounters: UInt32, gpWidth: UInt32, fixedWidth: UInt32, archEvents: UInt32) {
    self.init(
      struct_size: UInt32(MemoryLayout<vpmu_host_limits>.size), gp_counters: gpCounters,
      fixed_counters: fixedCounters, gp_width: gpWidth, fixed_width: fixedWidth, arch_events: archEvents)
  }
}

/// The CPU that a guest sees, as far as its PMU depends on it.
public struct GuestConfiguration: Sendable {
  /// CPUID leaves. One that is not there reads as zero.
  public var leaves: [CPUIDLeaf]
  /// IA32_PERF_CAPABILITIES (MSR 0x345), 0 if the guest has none.
  public var perfCapabilities: UInt64

  public init(leaves: [CPUIDLeaf], perfCapabilities: UInt64 = 0) {
    self.leaves = leaves
    self.perfCapabilities = perfCapabilities
  }

  /// The leaf `leaf`/`subleaf`, all zero if the guest has none.
  public func leaf(_ leaf: UInt32, subleaf: UInt32 = 0) -> CPUIDLeaf {
    leaves.first { $0.leaf == leaf && $0.subleaf == subleaf }
      ?? CPUIDLeaf(leaf: leaf, subleaf: subleaf, eax: 0, ebx: 0, ecx: 0, edx: 0)
  }

  /// Calls `body` with this configuration in the boundary's form; the pointer is valid during the call.
  public func withBoundary<Result>(_ body: (UnsafePointer<vpmu_guest_config>) -> Result) -> Result {
    leaves.withUnsafeBufferPointer { leaves in
      var config = vpmu_guest_config(
        struct_size: UInt32(MemoryLayout<vpmu_guest_config>.size),
        leaf_size: UInt32(MemoryLayout<CPUIDLeaf>.stride), leaves: leaves.baseAddress,
        leaf_count: UInt32(truncatingIfNeeded: leaves.count), reserved0: 0, perf_capabilities: perfCapabilities)
      return body(&config)
    }
  }
}
