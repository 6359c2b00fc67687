/// The callbacks by which a model answers what no table can describe.
import CVPMU

/// A model with registers of the role ``RegisterRole/other``.
///
/// It is asked for every number, and hands on to the tables what is not its own:
///
/// ```swift
///   func getMSR(_ msr: MSRNumber, origin: AccessOrigin, _ state: PMUStateView) -> ModelAnswer? {
///     msr.rawValue == 0x1020 ? .done(state.fields.model_words.0) : nil
///   }
/// ```
public protocol SpecialRegisters: PMUModel {
  /// RDMSR: done with the value, a counter, fault, or unhandled; nil: by the tables. Changes nothing.
  func getMSR(_ msr: MSRNumber, origin: AccessOrigin, _ state: PMUStateView) -> ModelAnswer?

  /// WRMSR: done, a counter with the value to store, fault, or unhandled; nil: by the tables. After a fault nothing has
  /// changed.
  func setMSR(_ msr: MSRNumber, _ value: UInt64, origin: AccessOrigin, _ state: PMUState) -> ModelAnswer?

  /// The counter whose value or event select this MSR is (a write marks it in use), nil if no single one. By default
  /// the tables say it.
  func msrIndexToPMC(_ msr: MSRNumber, _ state: PMUStateView) -> PMCIndex?

  /// Whether this register exists for this guest. By default the tables say it.
  func isValidMSR(_ msr: MSRNumber, _ state: PMUStateView) -> Bool
}

/// A model that decodes ECX of RDPMC itself.
public protocol SpecialSelectors: PMUModel {
  /// The counter that RDPMC with this ECX reads, nil for #GP. Privilege is the core's matter.
  func rdpmcECXToPMC(_ ecx: RDPMCSelector, _ state: PMUStateView) -> PMCIndex?

  /// Whether RDPMC with this ECX may name a counter at all; false is #GP before anything else is checked. True by
  /// default.
  func checkRDPMCEarly(_ ecx: RDPMCSelector, _ state: PMUStateView) -> Bool
}

/// A model that looks its events up itself.
public protocol SpecialEvents: PMUModel {
  /// The event of an event select, as a generic event; nil: by the tables. Edge, invert and counter mask are the core's
  /// matter.
  func findArchEvent(_ selector: UInt64, _ state: PMUStateView) -> ModelEvent?

  /// The event of fixed counter `index` (below `fixed_count`); nil: by the tables.
  func findFixedEvent(_ index: UInt32, _ state: PMUStateView) -> ModelEvent?
}

extension SpecialRegisters {
  @inlinable
  public static var _hasSpecialRegisters: Bool { true }

  @inlinable
  public func msrIndexToPMC(_ msr: MSRNumber, _ state: PMUStateView) -> PMCIndex? { registers.pmc(of: msr, state) }

  @inlinable
  public func isValidMSR(_ msr: MSRNumber, _ state: PMUStateView) -> Bool { registers.isValid(msr, state) }

  @inlinable
  public func _isValidMSR(_ msr: MSRNumber, _ state: PMUStateView) -> Bool { isValidMSR(msr, state) }

  @inlinable
  public func _msrIndexToPMC(_ msr: MSRNumber, _ state: PMUStateView) -> PMCIndex? { msrIndexToPMC(msr, state) }

  @inlinable
  public func _specialGetMSR(_ msr: MSRNumber, origin: AccessOrigin, _ state: PMUStateView) -> ModelAnswer? {
    getMSR(msr, origin: origin, state)
  }

  @inlinable
  public func _specialSetMSR(
    _ msr: MSRNumber, _ value: UInt64, origin: AccessOrigin, _ state: PMUState
  ) -> ModelAnswer? {
    setMSR(msr, value, origin: origin, state)
  }
}

extension SpecialSelectors {
  @inlinable
  public static var _hasSpecialSelectors: Bool { true }

  @inlinable
  public func checkRDPMCEarly(_ ecx: RDPMCSelector, _ state: PMUStateView) -> Bool { true }

  @inlinable
  public func _rdpmcECXToPMC(_ ecx: RDPMCSelector, _ state: PMUStateView) -> PMCIndex? { rdpmcECXToPMC(ecx, state) }

  @inlinable
  public func _checkRDPMCEarly(_ ecx: RDPMCSelector, _ state: PMUStateView) -> vpmu_status {
    checkRDPMCEarly(ecx, state) ? VPMU_DONE : VPMU_FAULT
  }
}

extension SpecialEvents {
  @inlinable
  public static var _hasSpecialEvents: Bool { true }

  @inlinable
  public func _specialArchEvent(_ selector: UInt64, _ state: PMUStateView) -> ModelEvent? {
    findArchEvent(selector, state)
  }

  @inlinable
  public func _specialFixedEvent(_ index: UInt32, _ state: PMUStateView) -> ModelEvent? {
    findFixedEvent(index, state)
  }
}
