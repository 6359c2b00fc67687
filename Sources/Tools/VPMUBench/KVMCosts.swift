/// What a guest behind /dev/kvm asked of KVM, apart from what host events cost. All 0 of a guest on a thread.
public struct KVMCosts: Sendable, Equatable {
  /// MSR exits of the PMU, and those of rewritten RDPMC.
  public var exits: UInt64 = 0
  /// KVM_RUN that entered the guest.
  public var runs: UInt64 = 0
  /// KVM_RUN only to complete an exit.
  public var completions: UInt64 = 0
  /// PMIs that reached the local APIC.
  public var pmis: UInt64 = 0
  /// PMIs that LVTPC masked.
  public var maskedPMIs: UInt64 = 0
  /// Calls to deliver PMIs.
  public var pmiCalls: UInt64 = 0

  package init() {}

  /// In reports, in their order.
  var named: [(name: String, count: UInt64)] {
    [
      ("exits", exits), ("runs", runs), ("completions", completions), ("pmis", pmis), ("masked_pmis", maskedPMIs),
      ("pmi_calls", pmiCalls),
    ]
  }

  /// Adds the difference of two moments.
  package mutating func add(_ now: KVMCosts, since before: KVMCosts = KVMCosts()) {
    exits &+= now.exits &- before.exits
    runs &+= now.runs &- before.runs
    completions &+= now.completions &- before.completions
    pmis &+= now.pmis &- before.pmis
    maskedPMIs &+= now.maskedPMIs &- before.maskedPMIs
    pmiCalls &+= now.pmiCalls &- before.pmiCalls
  }
}
