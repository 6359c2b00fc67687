import CVPMU
import VPMUModel

extension TraceConfiguration {
  /// The first line of a trace of this guest.
  package init(vendor: String, title: String, guest: GuestConfiguration, limits: HostLimits) {
    self.init(
      vendor: vendor, title: title,
      leaves: guest.leaves.map {
        TraceLeaf(leaf: $0.leaf, subleaf: $0.subleaf, eax: $0.eax, ebx: $0.ebx, ecx: $0.ecx, edx: $0.edx)
      },
      perfCapabilities: guest.perfCapabilities == 0 ? nil : guest.perfCapabilities,
      host: TraceHostLimits(
        gpCounters: limits.gp_counters, fixedCounters: limits.fixed_counters, gpWidth: limits.gp_width,
        fixedWidth: limits.fixed_width, archEvents: limits.arch_events))
  }
}
