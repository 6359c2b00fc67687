import CVPMU
import VPMUModel

/// Invalid results of a model's callbacks. The embedder sees them here; a guest whose access it was got #GP.
@frozen
public struct PluginFaults: Sendable, BitwiseCopyable, Equatable {
  /// How many so far.
  public var count: UInt64 = 0
  /// The last one, nil if there was none.
  public var last: PluginFault?

  @usableFromInline
  init() {}

  // Out of line: it stays off the path of an access.
  @usableFromInline @inline(never)
  mutating func add(_ fault: PluginFault) {
    count &+= 1
    last = fault
  }

  /// For people, nil if there was no fault.
  ///
  /// - Parameter plugin: ``ModelDeclaration/id``
  public func report(plugin: String) -> String? {
    guard let last else { return nil }
    return "the plugin \(plugin) is faulty (\(count) times so far), the last time it \(last): report it to its author"
  }
}

/// One invalid result of a callback.
@frozen
public enum PluginFault: Sendable, BitwiseCopyable, Equatable {
  /// `get_msr` or `set_msr` answered with a status that does not exist. #GP.
  case status(vpmu_status, msr: MSRNumber)
  /// `get_msr` or `set_msr` named a counter that does not exist. #GP.
  case counter(UInt32, msr: MSRNumber)
  /// `msr_idx_to_pmc` named a counter that does not exist. #GP.
  case register(MSRNumber)
  /// `check_rdpmc_early` returned neither VPMU_DONE nor VPMU_FAULT. #GP.
  case earlyStatus(vpmu_status, RDPMCSelector)
  /// `rdpmc_ecx_to_pmc` named a counter that does not exist. #GP.
  case selector(RDPMCSelector)
  /// `find_arch_event` or `find_fixed_event` gave the event of this encoding a generic number or a quality that does
  /// not exist: it has no generic event then.
  case event(select: UInt64)
  /// `refresh` or `reset` changed a size field of `vpmu_state`, which the core has set right again.
  case sizes
}

extension PluginFault: CustomStringConvertible {
  public var description: String {
    switch self {
    case .status(let status, let msr):
      "answered \(msr) with status \(Int32(bitPattern: status.rawValue)), which does not exist"
    case .counter(let pmc, let msr): "answered \(msr) with PMC index \(pmc), a counter that does not exist"
    case .register(let msr): "took \(msr) for a register of a counter that does not exist"
    case .earlyStatus(let status, let ecx):
      "answered \(ecx) with status \(Int32(bitPattern: status.rawValue)), neither VPMU_DONE nor VPMU_FAULT"
    case .selector(let ecx): "took \(ecx) for a counter that does not exist"
    case .event(let select):
      "gave the event 0x\(String(select, radix: 16)) a generic number or a quality that does not exist"
    case .sizes: "changed a size field of vpmu_state in refresh or reset"
    }
  }
}
