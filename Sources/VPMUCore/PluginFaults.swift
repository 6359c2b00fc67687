import VPMUModel

/// Answers of a model that can't be. The guest got #GP for each; the embedder sees them here.
@frozen
public struct PluginFaults: Sendable, BitwiseCopyable, Equatable {
  /// How many so far.
  public var count: UInt64 = 0
  /// The last one, nil if there was none.
  public var last: PluginFault?

  @usableFromInline
  init() {}

  @usableFromInline
  mutating func add(_ fault: PluginFault) {
    count &+= 1
    last = fault
  }
}

/// One answer of a model that can't be.
@frozen
public enum PluginFault: Sendable, BitwiseCopyable, Equatable {
  /// `get_msr` or `set_msr` answered with a status that does not exist.
  case status(Int32, msr: MSRNumber)
  /// `get_msr` or `set_msr` named a counter that does not exist.
  case counter(UInt32, msr: MSRNumber)
  /// `rdpmc_ecx_to_pmc` named a counter that does not exist.
  case selector(RDPMCSelector)
}

extension PluginFault: CustomStringConvertible {
  public var description: String {
    switch self {
    case .status(let status, let msr): "answered \(msr) with status \(status), which does not exist"
    case .counter(let pmc, let msr): "answered \(msr) with PMC index \(pmc), a counter that does not exist"
    case .selector(let ecx):
      "took RDPMC selector 0x\(String(ecx.rawValue, radix: 16)) for a counter that does not exist"
    }
  }
}
