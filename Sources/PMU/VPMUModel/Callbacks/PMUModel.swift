/// A model: one vendor's performance-monitoring registers and events. The callbacks of the kernel's `kvm_pmu_ops`, as
/// far as tables can't answer them.
///
/// A model is mostly tables (``ModelTables``). Its registers and events are declared, and the core runs them; left to
/// write is ``refresh(_:guest:host:)``, which makes a shape of CPUID:
///
/// ```swift
/// struct AcmeModel: PMUModel {
///   let tables = AcmeModel.constant
///
///   private static let constant = ModelTables(
///     ModelDeclaration(
///       id: "org.acme.pmu", name: "acme", version: "1.0", license: "Apache-2.0", cpuidVendors: ["AcmeAcmeAcme"],
///       presets: […],
///       ranges: [
///         RegisterRange(.eventSelect, first: 0x1000, count: 4),
///         RegisterRange(.gpCounter, first: 0x1010, count: 4, rdpmcBase: 0),
///       ],
///       events: [EventRow(0x3C, .cycles, .exact, "CPU_CYCLES")], eventSelectMask: 0xFF))
///
///   func refresh(_ state: PMUState, guest: GuestConfiguration, host: HostLimits) -> Bool {
///     state.setCounters(
///       generalPurpose: CounterShape(count: guest.leaf(0x8765_0000).eax, width: 48), host: host,
///       registers: tables.registers)
///     state.fields.event_select_reserved = ~0x53_FFFF
///     return true
///   }
/// }
/// ```
///
/// What no table can describe a model answers itself: ``SpecialRegisters``, ``SpecialSelectors``, ``SpecialEvents``.
///
/// A model is a constant and knows nothing of host events. A virtual CPU's registers are in the ``PMUState`` that the
/// model is handed. It never calls the core: it *answers*, and sets bits in the state's `reprogram` and `in_use` words.
///
/// A conforming type is linked in, or exported as a plugin by `VPMUPluginKit`, or stands for a plugin that `VPMULoader`
/// loaded. The contexts of the callbacks are those of `vpmu_plugin.h`; on an access there is no allocation, lock,
/// system call or logging. The guest chooses every number and value: use wrapping operators and masks, never an
/// operation that traps.
import CVPMU

public protocol PMUModel: Sendable {
  /// The model's names, registers and events. A constant, in a stored property.
  var tables: ModelTables { get }

  /// CPUID was set: decode it into the shape and set `all_valid`. The state is zero but for its sizes.
  ///
  /// - Returns: false if this CPUID can't be presented. A CPUID that shows no PMU is no error: the counts stay 0.
  func refresh(_ state: PMUState, guest: GuestConfiguration, host: HostLimits) -> Bool

  /// RESET, and after each refresh: set the registers that are not zero then. By default the global control register,
  /// where there is one, enables all general-purpose counters, as Intel's and AMD's do.
  func reset(_ state: PMUState)

  /// Optional: a PMI is about to be delivered; registers that change with it are changed here.
  func deliverPMI(_ state: PMUState)

  /// Optional: a time slice began and unused host events have been released.
  func cleanup(_ state: PMUState)

  // Not for an author: how core, kit and loader call a model. Defaults answer by the tables.

  /// The callbacks that the model has in place of the tables.
  var _callbacks: ModelCallbacks { get }
  /// Whether the type is one of ``SpecialRegisters``, ``SpecialSelectors``, ``SpecialEvents``, which say so themselves:
  /// Embedded Swift can't ask for it.
  static var _hasSpecialRegisters: Bool { get }
  static var _hasSpecialSelectors: Bool { get }
  static var _hasSpecialEvents: Bool { get }
  func _isValidMSR(_ msr: MSRNumber, _ state: PMUStateView) -> Bool
  func _msrIndexToPMC(_ msr: MSRNumber, _ state: PMUStateView) -> PMCIndex?
  func _rdpmcECXToPMC(_ ecx: RDPMCSelector, _ state: PMUStateView) -> PMCIndex?
  func _getMSR(_ msr: MSRNumber, origin: AccessOrigin, _ state: PMUStateView) -> ModelAnswer
  func _setMSR(_ msr: MSRNumber, _ value: UInt64, origin: AccessOrigin, _ state: PMUState) -> ModelAnswer
  func _findArchEvent(_ selector: UInt64, _ state: PMUStateView) -> ModelEvent
  func _findFixedEvent(_ index: UInt32, _ state: PMUStateView) -> ModelEvent
  /// The answers of the model's own callbacks, nil where the tables answer.
  func _specialGetMSR(_ msr: MSRNumber, origin: AccessOrigin, _ state: PMUStateView) -> ModelAnswer?
  func _specialSetMSR(_ msr: MSRNumber, _ value: UInt64, origin: AccessOrigin, _ state: PMUState) -> ModelAnswer?
  func _specialArchEvent(_ selector: UInt64, _ state: PMUStateView) -> ModelEvent?
  func _specialFixedEvent(_ index: UInt32, _ state: PMUStateView) -> ModelEvent?
  /// The statuses as `vpmu_plugin.h` has them: a model that stands for a plugin hands on whatever the plugin returned.
  func _checkRDPMCEarly(_ ecx: RDPMCSelector, _ state: PMUStateView) -> vpmu_status
  func _refresh(_ state: PMUState, guest: GuestConfiguration, host: HostLimits) -> vpmu_status
}

/// Callbacks that a model has in place of the tables.
@frozen
public struct ModelCallbacks: OptionSet, Sendable, BitwiseCopyable {
  public let rawValue: UInt8

  @inlinable
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// is_valid_msr, msr_idx_to_pmc, get_msr or set_msr.
  @inlinable
  public static var registers: ModelCallbacks { ModelCallbacks(rawValue: 1) }
  /// rdpmc_ecx_to_pmc or check_rdpmc_early.
  @inlinable
  public static var selectors: ModelCallbacks { ModelCallbacks(rawValue: 2) }
  /// find_arch_event or find_fixed_event.
  @inlinable
  public static var events: ModelCallbacks { ModelCallbacks(rawValue: 4) }
}

extension PMUModel {
  /// The tables that tools read, and the model's names.
  public var declaration: ModelDeclaration { tables.declaration }

  /// The registers in the form that the core runs.
  @inlinable
  public var registers: RegisterFile { tables.registers }

  /// The events in the form that the core runs.
  @inlinable
  public var events: EventTable { tables.events }

  @inlinable
  public func reset(_ state: PMUState) {
    if state.hasGlobalControl { state.fields.global_control = state.generalPurposeCounters }
  }

  @inlinable
  public func deliverPMI(_ state: PMUState) {}

  @inlinable
  public func cleanup(_ state: PMUState) {}

  /// By the protocols that the model's type conforms to.
  public var _callbacks: ModelCallbacks {
    var callbacks: ModelCallbacks = []
    if Self._hasSpecialRegisters { callbacks.insert(.registers) }
    if Self._hasSpecialSelectors { callbacks.insert(.selectors) }
    if Self._hasSpecialEvents { callbacks.insert(.events) }
    return callbacks
  }

  @inlinable
  public static var _hasSpecialRegisters: Bool { false }

  @inlinable
  public static var _hasSpecialSelectors: Bool { false }

  @inlinable
  public static var _hasSpecialEvents: Bool { false }

  @inlinable @inline(__always)
  public func _isValidMSR(_ msr: MSRNumber, _ state: PMUStateView) -> Bool { registers.isValid(msr, state) }

  @inlinable @inline(__always)
  public func _msrIndexToPMC(_ msr: MSRNumber, _ state: PMUStateView) -> PMCIndex? { registers.pmc(of: msr, state) }

  @inlinable @inline(__always)
  public func _rdpmcECXToPMC(_ ecx: RDPMCSelector, _ state: PMUStateView) -> PMCIndex? {
    registers.pmc(selector: ecx, state)
  }

  @inlinable @inline(__always)
  public func _getMSR(_ msr: MSRNumber, origin: AccessOrigin, _ state: PMUStateView) -> ModelAnswer {
    _specialGetMSR(msr, origin: origin, state) ?? registers.read(msr, origin: origin, state)
  }

  @inlinable @inline(__always)
  public func _setMSR(_ msr: MSRNumber, _ value: UInt64, origin: AccessOrigin, _ state: PMUState) -> ModelAnswer {
    _specialSetMSR(msr, value, origin: origin, state) ?? registers.write(msr, value, origin: origin, state)
  }

  @inlinable @inline(__always)
  public func _findArchEvent(_ selector: UInt64, _ state: PMUStateView) -> ModelEvent {
    _specialArchEvent(selector, state) ?? events.event(selector: selector, state)
  }

  @inlinable @inline(__always)
  public func _findFixedEvent(_ index: UInt32, _ state: PMUStateView) -> ModelEvent {
    _specialFixedEvent(index, state) ?? events.fixedEvent(index, state)
  }

  @inlinable @inline(__always)
  public func _specialGetMSR(_ msr: MSRNumber, origin: AccessOrigin, _ state: PMUStateView) -> ModelAnswer? { nil }

  @inlinable @inline(__always)
  public func _specialSetMSR(
    _ msr: MSRNumber, _ value: UInt64, origin: AccessOrigin, _ state: PMUState
  ) -> ModelAnswer? { nil }

  @inlinable @inline(__always)
  public func _specialArchEvent(_ selector: UInt64, _ state: PMUStateView) -> ModelEvent? { nil }

  @inlinable @inline(__always)
  public func _specialFixedEvent(_ index: UInt32, _ state: PMUStateView) -> ModelEvent? { nil }

  @inlinable
  public func _checkRDPMCEarly(_ ecx: RDPMCSelector, _ state: PMUStateView) -> vpmu_status { VPMU_DONE }

  @inlinable
  public func _refresh(_ state: PMUState, guest: GuestConfiguration, host: HostLimits) -> vpmu_status {
    refresh(state, guest: guest, host: host) ? VPMU_DONE : VPMU_FAULT
  }
}
