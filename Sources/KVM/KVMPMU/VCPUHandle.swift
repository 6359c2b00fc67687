import CKVM
import Glibc

/// A vCPU that belongs to the VMM: its descriptor and its kvm_run page, both open for as long as this is used.
public struct VCPUHandle: @unchecked Sendable {
  /// From KVM_CREATE_VCPU.
  public let fd: Int32
  /// The descriptor of its VM.
  public let vm: Int32
  /// The mapping of `fd`.
  public let run: UnsafeMutablePointer<kvm_run>

  public init(fd: Int32, vm: Int32, run: UnsafeMutablePointer<kvm_run>) {
    self.fd = fd
    self.vm = vm
    self.run = run
  }

  /// `kvm_run->immediate_exit`
  @inlinable
  public var immediateExit: UnsafeMutablePointer<UInt8> { ckvm_immediate_exit(run) }

  /// Lets the next KVM_RUN of this vCPU return at once, unless ``PMUHookup/enter()`` comes first, which takes it back.
  ///
  /// It does not end a KVM_RUN that is under way: that takes a signal to the vCPU's thread, whose handler calls this.
  /// On any thread, and in signal handlers.
  @inlinable
  public func kick() { ckvm_kick(run) }

  /// KVM_RUN.
  ///
  /// - Returns: false: interrupted by a signal or by `immediate_exit`; what was pending of the last exit is completed
  @inlinable
  public func enterGuest() throws(KVMError) -> Bool {
    let returned = ckvm_run(fd)
    if returned == -EINTR || returned == -EAGAIN { return false }
    try KVMError.check("KVM_RUN", returned)
    return true
  }
}
