import VPMUModel

/// What `context` points to: the model, where a callback uses it in place. A constant of an object that lives for ever
/// is neither copied nor retained.
@usableFromInline
class CallbackTarget {
  let model: any PMUModel

  init(model: any PMUModel) { self.model = model }

  @inline(__always)
  static func call<Result>(_ context: UnsafeMutableRawPointer?, _ body: (any PMUModel) -> Result) -> Result {
    Unmanaged<CallbackTarget>.fromOpaque(context.unsafelyUnwrapped)._withUnsafeGuaranteedRef { body($0.model) }
  }
}

/// The same, for callbacks that know the model's type.
@usableFromInline
final class TypedTarget<Model: PMUModel>: CallbackTarget {
  @usableFromInline let typed: Model

  init(_ model: Model) {
    typed = model
    super.init(model: model)
  }

  @inlinable @inline(__always)
  static func direct<Result>(_ context: UnsafeMutableRawPointer?, _ body: (Model) -> Result) -> Result {
    Unmanaged<TypedTarget>.fromOpaque(context.unsafelyUnwrapped)._withUnsafeGuaranteedRef { body($0.typed) }
  }
}
