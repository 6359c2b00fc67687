import CKVM
import VPMUCore
import VPMUModel

/// MSR exits. The answer is in the exit's own fields; KVM carries it out at the next KVM_RUN, so RIP is not to be
/// changed before that.
extension PMUHookup {
  func handleRead() throws(HookupError) -> ExitAnswer {
    let exit = ckvm_msr(vcpu.run)
    guard reasonCounts(exit) else { return .unhandled }
    do throws(VPMUError) {
      switch try pmu.readMSR(MSRNumber(exit.pointee.index), origin: .guest) {
      case .value(let value):
        exit.pointee.data = value
        exit.pointee.error = 0
      case .generalProtection: fault(exit)
      case .unhandled: return .unhandled
      }
    } catch { throw .pmu(error) }
    calls.msrExits &+= 1
    return .handled
  }

  func handleWrite() throws(HookupError) -> ExitAnswer {
    let exit = ckvm_msr(vcpu.run)
    guard reasonCounts(exit) else { return .unhandled }
    let msr = MSRNumber(exit.pointee.index)
    do throws(VPMUError) {
      switch try pmu.writeMSR(msr, exit.pointee.data, origin: .guest) {
      case .done: exit.pointee.error = 0
      case .generalProtection: fault(exit)
      case .unhandled: return .unhandled
      }
    } catch { throw .pmu(error) }
    calls.msrExits &+= 1
    pmi.guestWrote(msr)
    return .handled
  }

  private func reasonCounts(_ exit: UnsafeMutablePointer<ckvm_msr_exit>) -> Bool {
    options.reasons.contains(MSRExitReasons(rawValue: exit.pointee.reason))
  }

  private func fault(_ exit: UnsafeMutablePointer<ckvm_msr_exit>) {
    exit.pointee.error = 1
    calls.faults &+= 1
  }
}
