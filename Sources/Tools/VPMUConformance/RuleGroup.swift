/// What a rule is about; the middle of its id.
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
    case .tab: "What the plugin declares"
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

  /// Rules that every rule of the group stands on. One that did not pass says enough: without tables there is nothing
  /// to judge, and without a virtual PMU there is no guest.
  var foundation: [String] {
    switch self {
    case .abi: []
    case .tab: ["VPMU-TAB-001"]
    case .ref, .msr, .pmc, .cnt, .pmi, .laz, .thr, .fuz, .vec: ["VPMU-TAB-001", "VPMU-TAB-002"]
    }
  }
}
