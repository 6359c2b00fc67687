import CVPMU
import VPMUModel

/// What `context` points to: the model's callbacks as closures. They are made where the model's type is known, so that
/// the model is compiled into them, which a call through `any PMUModel` would prevent.
///
/// A constant that lives for ever: a callback uses it in place, without copying or retaining anything.
@usableFromInline
final class CallbackTarget: Sendable {
  @usableFromInline let refresh: @Sendable (PMUState, GuestConfiguration, HostLimits) -> Bool
  @usableFromInline let reset: @Sendable (PMUState) -> Void
  @usableFromInline let isValidMSR: @Sendable (MSRNumber, PMUState) -> Bool
  @usableFromInline let msrIndexToPMC: @Sendable (MSRNumber, PMUState) -> PMCIndex?
  @usableFromInline let rdpmcECXToPMC: @Sendable (RDPMCSelector, PMUState) -> PMCIndex?
  @usableFromInline let getMSR: @Sendable (MSRNumber, AccessOrigin, PMUState) -> ModelAnswer
  @usableFromInline let setMSR: @Sendable (MSRNumber, UInt64, AccessOrigin, PMUState) -> ModelAnswer
  @usableFromInline let findArchEvent: @Sendable (UInt64, PMUState) -> ModelEvent
  @usableFromInline let findFixedEvent: @Sendable (UInt32, PMUState) -> ModelEvent
  @usableFromInline let checkRDPMCEarly: @Sendable (RDPMCSelector, PMUState) -> Bool
  @usableFromInline let deliverPMI: @Sendable (PMUState) -> Void
  @usableFromInline let cleanup: @Sendable (PMUState) -> Void

  @inlinable
  init<Model: PMUModel>(_ model: Model) {
    refresh = { model.refresh($0, guest: $1, host: $2) }
    reset = { model.reset($0) }
    isValidMSR = { model.isValidMSR($0, $1) }
    msrIndexToPMC = { model.msrIndexToPMC($0, $1) }
    rdpmcECXToPMC = { model.rdpmcECXToPMC($0, $1) }
    getMSR = { model.getMSR($0, origin: $1, $2) }
    setMSR = { model.setMSR($0, $1, origin: $2, $3) }
    findArchEvent = { model.findArchEvent($0, $1) }
    findFixedEvent = { model.findFixedEvent($0, $1) }
    checkRDPMCEarly = { model.checkRDPMCEarly($0, $1) }
    deliverPMI = { model.deliverPMI($0) }
    cleanup = { model.cleanup($0) }
  }

  @inline(__always)
  static func call<Result>(_ context: UnsafeMutableRawPointer?, _ body: (CallbackTarget) -> Result) -> Result {
    Unmanaged<CallbackTarget>.fromOpaque(context.unsafelyUnwrapped)._withUnsafeGuaranteedRef { body($0) }
  }
}
