/// A callback on the path of a guest's access.
public enum HotCallback: String, CaseIterable, Sendable {
  case isValidMSR = "is_valid_msr"
  case msrIndexToPMC = "msr_idx_to_pmc"
  case checkRDPMCEarly = "check_rdpmc_early"
  case rdpmcECXToPMC = "rdpmc_ecx_to_pmc"
  case getMSR = "get_msr"
  case setMSR = "set_msr"
}

/// The time of one call, in hundredths of a ns.
public struct CallTime: Sendable, Equatable {
  /// Of the fastest round.
  public var best: UInt64
  /// Of the round in the middle.
  public var median: UInt64

  public init(best: UInt64, median: UInt64) {
    self.best = best
    self.median = median
  }
}

/// What a callback of a model costs, beside a plain C function of the same shape that does nothing.
public struct CallbackCost: Sendable {
  public var callback: HotCallback
  /// Through the boundary, with all that the model does.
  public var time: CallTime
  /// The plain C function, called through a pointer.
  public var plain: CallTime

  public init(callback: HotCallback, time: CallTime, plain: CallTime) {
    self.callback = callback
    self.time = time
    self.plain = plain
  }

  /// What a callback may cost more than a plain call, in hundredths of a ns.
  public static let bar: Int64 = 300

  /// The difference of the medians, in hundredths of a ns.
  public var overPlain: Int64 { Int64(clamping: time.median) - Int64(clamping: plain.median) }

  public var isWithinBar: Bool { overPlain < Self.bar }
}
