import CVPMU
import VPMUModel

/// The callbacks of `vpmu_ops`, for any model. A C function can't be generic: each of these finds the model's own by
/// `context`, without allocation and reference counting.
enum Callbacks {
  static var table: vpmu_ops {
    var ops = vpmu_ops()
    ops.struct_size = UInt32(MemoryLayout<vpmu_ops>.size)
    setUp(&ops)
    access(&ops)
    events(&ops)
    return ops
  }

  private static func setUp(_ ops: inout vpmu_ops) {
    ops.refresh = { context, state, guest, host in
      let guest = GuestConfiguration(copying: guest)
      let host = HostLimits(copying: host)
      let accepts = CallbackTarget.call(context) { $0.refresh(state, guest, host) }
      return Int32(accepts ? VPMU_DONE : VPMU_FAULT)
    }
    ops.reset = { context, state in CallbackTarget.call(context) { $0.reset(state) } }
  }

  private static func access(_ ops: inout vpmu_ops) {
    ops.is_valid_msr = { context, state, msr in
      CallbackTarget.call(context) { $0.isValidMSR(MSRNumber(msr), PMUState(mutating: state)) }
    }
    ops.msr_idx_to_pmc = { context, state, msr in
      CallbackTarget.call(context) { $0.msrIndexToPMC(MSRNumber(msr), PMUState(mutating: state)) }.boundary
    }
    ops.rdpmc_ecx_to_pmc = { context, state, ecx in
      CallbackTarget.call(context) { $0.rdpmcECXToPMC(RDPMCSelector(ecx), PMUState(mutating: state)) }.boundary
    }
    ops.get_msr = { context, state, msr, flags in
      CallbackTarget.call(context) {
        $0.getMSR(MSRNumber(msr), AccessOrigin(flags: flags), PMUState(mutating: state))
      }
    }
    ops.set_msr = { context, state, msr, value, flags in
      CallbackTarget.call(context) { $0.setMSR(MSRNumber(msr), value, AccessOrigin(flags: flags), state) }
    }
    ops.check_rdpmc_early = { context, state, ecx in
      let passes = CallbackTarget.call(context) {
        $0.checkRDPMCEarly(RDPMCSelector(ecx), PMUState(mutating: state))
      }
      return Int32(passes ? VPMU_DONE : VPMU_FAULT)
    }
  }

  private static func events(_ ops: inout vpmu_ops) {
    ops.find_arch_event = { context, state, selector in
      CallbackTarget.call(context) { $0.findArchEvent(selector, PMUState(mutating: state)) }.boundary
    }
    ops.find_fixed_event = { context, state, index in
      CallbackTarget.call(context) { $0.findFixedEvent(index, PMUState(mutating: state)) }.boundary
    }
    ops.deliver_pmi = { context, state in CallbackTarget.call(context) { $0.deliverPMI(state) } }
    ops.cleanup = { context, state in CallbackTarget.call(context) { $0.cleanup(state) } }
  }
}
