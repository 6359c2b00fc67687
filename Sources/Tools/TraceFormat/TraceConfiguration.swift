import CVPMU
import VPMUModel

/// What a trace's virtual PMU is made of: the guest's CPU and what the host offers.
public struct TraceConfiguration: Sendable, Equatable {
  /// The short name of the model's plugin: `intel`, `amd`, or another one's.
  public var vendor: String
  /// What the trace shows, for people.
  public var title: String
  /// Whether CPUID 0x80000001 ECX[23] is set; nil: not stated, and clear.
  public var perfctrCore: Bool?
  public var leaves: [TraceLeaf]
  /// IA32_PERF_CAPABILITIES; nil: not stated, and 0.
  public var perfCapabilities: UInt64?
  public var host: TraceHostLimits

  public init(
    vendor: String, title: String, perfctrCore: Bool? = nil, leaves: [TraceLeaf], perfCapabilities: UInt64? = nil,
    host: TraceHostLimits
  ) {
    self.vendor = vendor
    self.title = title
    self.perfctrCore = perfctrCore
    self.leaves = leaves
    self.perfCapabilities = perfCapabilities
    self.host = host
  }

  /// The guest's CPU, for a virtual PMU.
  public var guest: GuestConfiguration {
    var cpuid = leaves.map {
      CPUIDLeaf(leaf: $0.leaf, subleaf: $0.subleaf, eax: $0.eax, ebx: $0.ebx, ecx: $0.ecx ?? 0, edx: $0.edx ?? 0)
    }
    if perfctrCore == true {
      if let features = cpuid.firstIndex(where: { $0.leaf == Self.extendedFeatures && $0.subleaf == 0 }) {
        cpuid[features].ecx |= Self.perfctrCoreBit
      } else {
        cpuid.append(
          CPUIDLeaf(leaf: Self.extendedFeatures, subleaf: 0, eax: 0, ebx: 0, ecx: Self.perfctrCoreBit, edx: 0))
      }
    }
    return GuestConfiguration(leaves: cpuid, perfCapabilities: perfCapabilities ?? 0)
  }

  /// Extended feature identifiers, whose ECX[23] is PerfCtrExtCore (AMD APM vol. 3, appendix E.4.2).
  static let extendedFeatures: UInt32 = 0x8000_0001
  static let perfctrCoreBit: UInt32 = 1 << 23
}

/// A CPUID leaf as it stands in a trace. Registers that are not stated read as 0.
public struct TraceLeaf: Sendable, Equatable {
  public var leaf: UInt32
  public var subleaf: UInt32
  public var eax: UInt32
  public var ebx: UInt32
  public var ecx: UInt32?
  public var edx: UInt32?

  public init(
    leaf: UInt32, subleaf: UInt32 = 0, eax: UInt32, ebx: UInt32, ecx: UInt32? = nil, edx: UInt32? = nil
  ) {
    self.leaf = leaf
    self.subleaf = subleaf
    self.eax = eax
    self.ebx = ebx
    self.ecx = ecx
    self.edx = edx
  }
}

/// What the host offers: numbers of counters, widths in bits.
public struct TraceHostLimits: Sendable, Equatable {
  public var gpCounters: UInt32
  public var fixedCounters: UInt32
  public var gpWidth: UInt32
  /// nil: not stated, and that of the general-purpose counters.
  public var fixedWidth: UInt32?
  /// Architectural events that the host enumerates; nil: not stated, and none.
  public var archEvents: UInt32?

  public init(
    gpCounters: UInt32, fixedCounters: UInt32, gpWidth: UInt32, fixedWidth: UInt32? = nil, archEvents: UInt32? = nil
  ) {
    self.gpCounters = gpCounters
    self.fixedCounters = fixedCounters
    self.gpWidth = gpWidth
    self.fixedWidth = fixedWidth
    self.archEvents = archEvents
  }

  /// The same, as a host states it.
  public var limits: HostLimits {
    HostLimits(
      gpCounters: gpCounters, fixedCounters: fixedCounters, gpWidth: gpWidth, fixedWidth: fixedWidth ?? gpWidth,
      archEvents: archEvents ?? 0)
  }
}
