import CVPMU
import VPMUModel

/// The object behind `context`. A constant that lives as long as the process: a callback uses it in place, without
/// copying or retaining anything.
@usableFromInline
final class CallbackTarget: Sendable {
  @usableFromInline let model: ModelClosures

  @inlinable
  init(_ model: ModelClosures) { self.model = model }

  @inline(__always)
  static func call<Result>(_ context: UnsafeMutableRawPointer?, _ body: (ModelClosures) -> Result) -> Result {
    Unmanaged<CallbackTarget>.fromOpaque(context.unsafelyUnwrapped)._withUnsafeGuaranteedRef { body($0.model) }
  }
}

/// A model's callbacks as closures. They are made where the model's type is known, so that the model is compiled into
/// them, which a call through `any PMUModel` would prevent.
@usableFromInline
struct ModelClosures: Sendable {
  /// The callbacks that the model has in place of the tables.
  @usableFromInline let callbacks: ModelCallbacks
  @usableFromInline let refresh: @Sendable (PMUState, GuestConfiguration, HostLimits) -> vpmu_status
  @usableFromInline let reset: @Sendable (PMUState) -> Void
  @usableFromInline let isValidMSR: @Sendable (MSRNumber, PMUStateView) -> Bool
  @usableFromInline let msrIndexToPMC: @Sendable (MSRNumber, PMUStateView) -> PMCIndex?
  @usableFromInline let rdpmcECXToPMC: @Sendable (RDPMCSelector, PMUStateView) -> PMCIndex?
  @usableFromInline let getMSR: @Sendable (MSRNumber, AccessOrigin, PMUStateView) -> ModelAnswer
  @usableFromInline let setMSR: @Sendable (MSRNumber, UInt64, AccessOrigin, PMUState) -> ModelAnswer
  @usableFromInline let findArchEvent: @Sendable (UInt64, PMUStateView) -> vpmu_event
  @usableFromInline let findFixedEvent: @Sendable (UInt32, PMUStateView) -> vpmu_event
  @usableFromInline let checkRDPMCEarly: @Sendable (RDPMCSelector, PMUStateView) -> vpmu_status
  @usableFromInline let deliverPMI: @Sendable (PMUState) -> Void
  @usableFromInline let cleanup: @Sendable (PMUState) -> Void

  @inlinable
  init<Model: PMUModel>(_ model: Model) {
    callbacks = model._callbacks
    refresh = { model._refresh($0, guest: $1, host: $2) }
    reset = { model.reset($0) }
    isValidMSR = { model._isValidMSR($0, $1) }
    msrIndexToPMC = { model._msrIndexToPMC($0, $1) }
    rdpmcECXToPMC = { model._rdpmcECXToPMC($0, $1) }
    getMSR = { model._specialGetMSR($0, origin: $1, $2) ?? .byTables }
    setMSR = { model._specialSetMSR($0, $1, origin: $2, $3) ?? .byTables }
    findArchEvent = { model._specialArchEvent($0, $1)?.boundary ?? Self.eventByTables }
    findFixedEvent = { model._specialFixedEvent($0, $1)?.boundary ?? Self.eventByTables }
    checkRDPMCEarly = { model._checkRDPMCEarly($0, $1) }
    deliverPMI = { model.deliverPMI($0) }
    cleanup = { model.cleanup($0) }
  }

  @usableFromInline static var eventByTables: vpmu_event {
    vpmu_event(select: 0, generic: VPMU_GENERIC_BY_TABLES, quality: VPMU_QUALITY_NONE)
  }
}
