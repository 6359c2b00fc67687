import CVPMU

/// A vendor's performance-monitoring registers: the callbacks of the kernel's `kvm_pmu_ops`, in Swift.
///
/// A model knows what registers mean and nothing of host events. It is a constant: whatever a virtual CPU's registers
/// hold is in the ``PMUState`` it is given. It never calls the core; it *answers* (``ModelAnswer``), and sets bits in the
/// state's `reprogram` and `in_use` words.
///
/// A model that is mostly tables conforms to ``DeclaredModel``, which answers most callbacks from them.
///
/// A conforming type is linked in, or exported as a plugin by `VPMUPluginKit`, or stands for a plugin that `VPMULoader`
/// loaded. The contexts of the callbacks are those of `vpmu_plugin.h`; on an access there is no allocation, lock,
/// system call or logging. The guest chooses every number and value: use wrapping operators and masks, never an
/// operation that traps.
public protocol PMUModel: Sendable {
  /// What the model says of itself.
  var declaration: ModelDeclaration { get }

  /// CPUID was set: decode it into the shape and set `all_valid` anew. The state is zero but for its sizes.
  ///
  /// - Returns: false if this CPUID can't be presented. A CPUID that shows no PMU is no error: the counts stay 0.
  func refresh(_ state: PMUState, guest: GuestConfiguration, host: HostLimits) -> Bool

  /// RESET, and after each refresh: set the registers that are not zero then.
  func reset(_ state: PMUState)

  /// Whether this register exists for this guest.
  func isValidMSR(_ msr: MSRNumber, _ state: PMUState) -> Bool

  /// The counter whose value or event select this MSR is (a write marks it in use), nil if no single one.
  func msrIndexToPMC(_ msr: MSRNumber, _ state: PMUState) -> PMCIndex?

  /// The counter that RDPMC with this ECX reads, nil for #GP. Privilege is the core's matter.
  func rdpmcECXToPMC(_ ecx: RDPMCSelector, _ state: PMUState) -> PMCIndex?

  /// RDMSR: done with the value, a counter, fault, or not mine. Changes nothing.
  func getMSR(_ msr: MSRNumber, origin: AccessOrigin, _ state: PMUState) -> ModelAnswer

  /// WRMSR: done, a counter with the value to store, fault, or not mine. After a fault nothing has changed.
  func setMSR(_ msr: MSRNumber, _ value: UInt64, origin: AccessOrigin, _ state: PMUState) -> ModelAnswer

  /// What an event select asks for, as a generic event. Edge, invert and counter mask are the core's matter.
  func findArchEvent(_ selector: UInt64, _ state: PMUState) -> ModelEvent

  /// What fixed counter `index` (below `fixed_count`) counts.
  func findFixedEvent(_ index: UInt32, _ state: PMUState) -> ModelEvent

  /// Optional: whether RDPMC with this ECX is worth looking at; false is #GP before anything else is checked.
  func checkRDPMCEarly(_ ecx: RDPMCSelector, _ state: PMUState) -> Bool

  /// Optional: a PMI is about to be delivered; registers that change with it are changed here.
  func deliverPMI(_ state: PMUState)

  /// Optional: a time slice began and unused host events have been released.
  func cleanup(_ state: PMUState)

  /// ``refresh(_:guest:host:)`` as a status of `vpmu_plugin.h`: what the core calls, and checks. Not for an author: a model
  /// that stands for a plugin hands on here what the plugin returned, whatever that is.
  func refreshStatus(_ state: PMUState, guest: GuestConfiguration, host: HostLimits) -> Int32

  /// ``checkRDPMCEarly(_:_:)`` as a status, by the same rule.
  func earlyRDPMCStatus(_ ecx: RDPMCSelector, _ state: PMUState) -> Int32

  /// ``msrIndexToPMC(_:_:)`` as the core asks it at each write. Not for an author: a model that stands for a plugin answers
  /// from the plugin's table of registers what that table says.
  func pmcMarked(by msr: MSRNumber, _ state: PMUState) -> PMCIndex?
}

extension PMUModel {
  @inlinable
  public func checkRDPMCEarly(_ ecx: RDPMCSelector, _ state: PMUState) -> Bool { true }

  @inlinable
  public func deliverPMI(_ state: PMUState) {}

  @inlinable
  public func cleanup(_ state: PMUState) {}

  @inlinable
  public func refreshStatus(_ state: PMUState, guest: GuestConfiguration, host: HostLimits) -> Int32 {
    Int32(refresh(state, guest: guest, host: host) ? VPMU_DONE : VPMU_FAULT)
  }

  @inlinable
  public func earlyRDPMCStatus(_ ecx: RDPMCSelector, _ state: PMUState) -> Int32 {
    Int32(checkRDPMCEarly(ecx, state) ? VPMU_DONE : VPMU_FAULT)
  }

  @inlinable @inline(__always)
  public func pmcMarked(by msr: MSRNumber, _ state: PMUState) -> PMCIndex? { msrIndexToPMC(msr, state) }
}
