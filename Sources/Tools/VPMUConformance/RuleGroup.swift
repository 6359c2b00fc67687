/// The subject of a rule; the middle of its id.
public enum RuleGroup: String, Sendable, CaseIterable {
  case abi = "ABI"
  case tab = "TAB"
  case ref = "REF"
  case msr = "MSR"
  case pmc = "PMC"
  case cnt = "CNT"
  case pmi = "PMI"
  case laz = "LAZ"
  case thr = "THR"
  case fuz = "FUZ"
  case vec = "VEC"

  public var title: String {
    switch self {
    case .abi: "The file, its entry and the memory it shares with the core"
    case .tab: "The declared tables"
    case .ref: "refresh and reset"
    case .msr: "Registers"
    case .pmc: "RDPMC"
    case .cnt: "Counting"
    case .pmi: "Overflow and interrupt"
    case .laz: "Lazy release of host events"
    case .thr: "Several virtual CPUs"
    case .fuz: "Any guest"
    case .vec: "Recorded traces"
    }
  }

  /// Rules that every rule of the group stands on: a callback that crashes does so under every rule that calls it,
  /// without tables there are no registers, and without a virtual PMU there is no guest.
  var foundation: [String] {
    switch self {
    case .abi: []
    case .tab: ["VPMU-ABI-021", "VPMU-TAB-001"]
    case .ref, .msr, .pmc, .cnt, .pmi, .laz, .thr, .fuz, .vec: ["VPMU-ABI-021", "VPMU-TAB-001", "VPMU-TAB-002"]
    }
  }
}
