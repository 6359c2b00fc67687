/// Objects as C callers hold them: a pointer that owns a reference.
enum Handle {
  static func make(_ object: some AnyObject) -> OpaquePointer {
    OpaquePointer(Unmanaged.passRetained(object).toOpaque())
  }

  static func free<Object: AnyObject>(_ handle: OpaquePointer?, _ type: Object.Type) {
    guard let handle else { return }
    Unmanaged<Object>.fromOpaque(UnsafeRawPointer(handle)).release()
  }

  /// Calls `body` with the object, without counting a reference.
  @inline(__always)
  static func with<Object: AnyObject, Result>(
    _ handle: OpaquePointer, _ type: Object.Type, _ body: (Object) -> Result
  ) -> Result {
    Unmanaged<Object>.fromOpaque(UnsafeRawPointer(handle))._withUnsafeGuaranteedRef { body($0) }
  }

  static func object<Object: AnyObject>(_ handle: OpaquePointer?, _ type: Object.Type) throws(Failure) -> Object {
    guard let handle else { throw .argument("the object is NULL: make it first") }
    return Unmanaged<Object>.fromOpaque(UnsafeRawPointer(handle)).takeUnretainedValue()
  }
}
