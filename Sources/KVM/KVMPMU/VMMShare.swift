import VPMUModel

/// What the VMM's own user code adds to counts, where KVM is nested by software and a guest's ring 3 is host user mode:
/// the same for each run of the guest, and so it can be measured with an empty one and taken out.
public struct VMMShare: Sendable, Equatable {
  /// The share of one event.
  public struct Constant: Sendable, Equatable, BitwiseCopyable {
    /// From the event's start to the first KVM_RUN, and from the last one's return to its stop.
    public var edges: UInt64
    /// From one KVM_RUN's return to the next one.
    public var betweenRuns: UInt64

    public init(edges: UInt64, betweenRuns: UInt64) {
      self.edges = edges
      self.betweenRuns = betweenRuns
    }

    /// Of so many runs.
    func total(_ runs: UInt64) -> UInt64 {
      runs == 0 ? .max : edges &+ betweenRuns &* (runs &- 1)
    }
  }

  private var constants: [GenericEvent: Constant] = [:]

  /// None.
  public init() {}

  public subscript(event: GenericEvent) -> Constant? {
    get { constants[event] }
    set { constants[event] = newValue }
  }
}

/// How often the guest has run: counted by the hook-up, read by a ``ShareCorrectedHost``. One vCPU's, on its thread.
public final class RunCounter {
  public private(set) var runs: UInt64 = 0

  public init() {}

  package func count() { runs &+= 1 }
}
