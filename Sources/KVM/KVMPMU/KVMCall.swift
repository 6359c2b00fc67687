import CLinux

/// A call of the kernel that failed.
public struct KVMError: Error, Hashable, Sendable {
  /// The C function, or the ioctl: `KVM_SET_SREGS`.
  public var call: String
  public var errno: Int32

  public init(call: String, errno: Int32) {
    self.call = call
    self.errno = errno
  }

  /// `returned` of a shim: minus the errno, or a result.
  @discardableResult
  @inlinable
  public static func check(_ call: @autoclosure () -> String, _ returned: Int32) throws(KVMError) -> Int32 {
    if returned < 0 { throw KVMError(call: call(), errno: -returned) }
    return returned
  }
}

extension KVMError: CustomStringConvertible {
  public var description: String {
    "\(call) failed with \(clinux_error_name(errno).map { String(cString: $0) } ?? "errno \(errno)")"
  }
}
