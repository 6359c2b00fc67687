import CGuestProgram
import CKVM
import KVMPMU
import VPMUModel

extension VirtualCPU {
  /// Runs the guest until it writes to the exit port.
  ///
  /// - Returns: what it wrote
  public func run() throws(GuestError) -> UInt32 {
    try Kicks.around(options) { () throws(GuestError) in try step() }
  }

  /// Enters the guest once.
  ///
  /// - Returns: what it wrote to the exit port, if that is why it stopped
  public func step() throws(GuestError) -> UInt32? {
    entries &+= 1
    guard try hookup.step(entersPMU: entersPMU, looksAtCounts: options.looksAtCounts) else { return nil }
    return try handle(hookup.vcpu.run)
  }

  /// The machine's own exits.
  private func handle(_ run: UnsafeMutablePointer<kvm_run>) throws(GuestError) -> UInt32? {
    if run.pointee.exit_reason == UInt32(KVM_EXIT_IO) { return ports.perform(run) }
    if !registers.answer(run) { try hookup.vcpu.endUnlessInterrupted() }
    return nil
  }

  /// What the guest wrote to its serial line since the last call.
  public func takeOutput() -> [UInt8] { ports.takeOutput() }
}
