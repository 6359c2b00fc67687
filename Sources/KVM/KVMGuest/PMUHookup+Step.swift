import CLinux
import KVMPMU

extension PMUHookup {
  /// Enters the guest once, and answers its exit if it is the PMU's.
  ///
  /// - Parameters:
  ///   - entersPMU: off: the caller calls ``enter()`` itself, when it wants deferred work to be done
  ///   - looksAtCounts: as ``VCPUOptions/looksAtCounts``
  /// - Returns: whether the guest stopped with an exit that is the machine's own to answer
  func step(entersPMU: Bool = true, looksAtCounts: Bool) throws(GuestError) -> Bool {
    do throws(HookupError) {
      // Without it, an `immediate_exit` of before would keep the guest out.
      if entersPMU { try enter() } else { clinux_kick_clear(vcpu.immediateExit) }
    } catch { throw .hookup(error) }
    let hasExit: Bool
    do throws(KVMError) { hasExit = try vcpu.enterGuest() } catch { throw .kvm(error) }
    do throws(HookupError) {
      try guestRan()
      guard hasExit else {
        if looksAtCounts { pmu.lookAtCounts() }
        return false
      }
      return try handle() == .unhandled
    } catch { throw .hookup(error) }
  }
}
