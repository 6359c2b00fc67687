import VPMUModel

/// A ``VirtualPMU`` whose model, host and policy were chosen at run time. Made by
/// ``PolicyKind/makePMU(model:configuration:host:filter:)``.
///
/// A call costs some 100 ns more than that of a `VirtualPMU` whose types are known: the compiler does not specialise a
/// generic class behind a protocol (docs/measurements.md, "The C face").
public protocol AnyVirtualPMU: GuestFacingPMU {
  /// The words that other threads and signal handlers touch.
  var mailbox: OverflowMailbox { get }
  /// The model's names and tables.
  var declaration: ModelDeclaration { get }
  /// The counters that exist.
  var existingCounters: PMCSet { get }
  /// Whether the calling thread is the one that the vPMU is bound to.
  var isOnItsThread: Bool { get }
  /// Host events so far.
  var statistics: HostEventStatistics { get }
  /// Refused host events so far, by reason.
  var refusals: RefusalCounts { get }
  /// The model's invalid results so far.
  var pluginFaults: PluginFaults { get }
  /// The model's invalid results so far, for people; nil if there was none.
  var pluginFaultReport: String? { get }

  /// Whether a counter counts, and if not why.
  func counterState(_ pmc: PMCIndex) throws(VPMUError) -> CounterState
  /// The event that a counter is programmed for, enabled or not; nil: there is no such counter.
  func programmedEvent(_ pmc: PMCIndex) throws(VPMUError) -> EventCode?
  /// The guest's CPUID was set.
  func refresh(_ configuration: GuestConfiguration) throws(VPMUError)
  /// RESET of the vCPU.
  func reset() throws(VPMUError)
  /// Binds the vPMU to the calling thread.
  func bind()
  /// The state, with all counts accumulated.
  func save() throws(VPMUError) -> SavedState
  /// Puts a saved state in the place of this one.
  func restore(_ saved: SavedState) throws(VPMUError)
  /// The registers of this guest that hold state.
  func saveMSRs() throws(VPMUError) -> [MSRValue]
  /// Sets registers as the host's own accesses. Returns how many were set.
  func restoreMSRs(_ values: [MSRValue]) throws(VPMUError) -> Int
}

extension VirtualPMU: AnyVirtualPMU {
  public var declaration: ModelDeclaration { model.declaration }

  public func restoreMSRs(_ values: [MSRValue]) throws(VPMUError) -> Int {
    try restoreMSRs(values[...])
  }
}

extension GuestFacingPMU {
  /// The guest's WRMSR.
  public func writeMSR(_ msr: MSRNumber, _ value: UInt64) throws(VPMUError) -> WriteAnswer {
    try writeMSR(msr, value, origin: .guest)
  }

  /// The guest's RDMSR.
  public func readMSR(_ msr: MSRNumber) throws(VPMUError) -> ReadAnswer { try readMSR(msr, origin: .guest) }

  /// The guest's RDPMC, in protected mode.
  public func readPMC(_ ecx: RDPMCSelector, cpl: UInt8, cr4PCE: Bool) throws(VPMUError) -> ReadAnswer {
    try readPMC(ecx, cpl: cpl, cr4PCE: cr4PCE, protectedMode: true)
  }
}

extension PolicyKind {
  /// Makes a vPMU with the policy of this name, in its state after RESET, bound to the calling thread.
  ///
  /// - Throws: as ``VirtualPMU/init(model:configuration:host:policy:filter:)``
  @inlinable
  public func makePMU(
    model: some PMUModel, configuration: GuestConfiguration, host: some HostEvents, filter: VMEventFilter? = nil
  ) throws(VPMUError) -> any AnyVirtualPMU {
    switch self {
    case .recreate:
      try VirtualPMU(model: model, configuration: configuration, host: host, policy: Recreate(), filter: filter)
    case .reuseKeep:
      try VirtualPMU(model: model, configuration: configuration, host: host, policy: ReuseKeep(), filter: filter)
    case .reuse:
      try VirtualPMU(model: model, configuration: configuration, host: host, policy: Reuse(), filter: filter)
    case .adaptive:
      try VirtualPMU(model: model, configuration: configuration, host: host, policy: Adaptive(), filter: filter)
    }
  }
}
