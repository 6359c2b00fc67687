import CVPMU
import VPMUModel

/// The callbacks of `vpmu_ops`, for any model. A C function can't be generic: each of these finds the model's own by
/// `context`, without allocation and reference counting.
enum Callbacks {
  /// NULL stands where the model leaves the answer to its tables.
  static func table(_ given: ModelCallbacks) -> vpmu_ops {
    var ops = vpmu_ops()
    ops.struct_size = UInt32(MemoryLayout<vpmu_ops>.size)
    setUp(&ops)
    if given.contains(.registers) { registers(&ops) }
    if given.contains(.selectors) { selectors(&ops) }
    if given.contains(.events) { events(&ops) }
    return ops
  }

  private static func setUp(_ ops: inout vpmu_ops) {
    ops.refresh = { context, state, guest, host in
      let guest = GuestConfiguration(copying: guest)
      let host = HostLimits(copying: host)
      return CallbackTarget.call(context) { $0.refresh(PMUState(state), guest, host) }
    }
    ops.reset = { context, state in CallbackTarget.call(context) { $0.reset(PMUState(state)) } }
    ops.deliver_pmi = { context, state in CallbackTarget.call(context) { $0.deliverPMI(PMUState(state)) } }
    ops.cleanup = { context, state in CallbackTarget.call(context) { $0.cleanup(PMUState(state)) } }
  }

  private static func registers(_ ops: inout vpmu_ops) {
    ops.is_valid_msr = { context, state, msr in
      CallbackTarget.call(context) { $0.isValidMSR(MSRNumber(msr), PMUStateView(state)) }
    }
    ops.msr_idx_to_pmc = { context, state, msr in
      CallbackTarget.call(context) { $0.msrIndexToPMC(MSRNumber(msr), PMUStateView(state)) }.boundary
    }
    ops.get_msr = { context, state, msr, flags in
      CallbackTarget.call(context) { $0.getMSR(MSRNumber(msr), AccessOrigin(flags: flags), PMUStateView(state)) }
    }
    ops.set_msr = { context, state, msr, value, flags in
      CallbackTarget.call(context) { $0.setMSR(MSRNumber(msr), value, AccessOrigin(flags: flags), PMUState(state)) }
    }
  }

  private static func selectors(_ ops: inout vpmu_ops) {
    ops.rdpmc_ecx_to_pmc = { context, state, ecx in
      CallbackTarget.call(context) { $0.rdpmcECXToPMC(RDPMCSelector(ecx), PMUStateView(state)) }.boundary
    }
    ops.check_rdpmc_early = { context, state, ecx in
      CallbackTarget.call(context) { $0.checkRDPMCEarly(RDPMCSelector(ecx), PMUStateView(state)) }
    }
  }

  private static func events(_ ops: inout vpmu_ops) {
    ops.find_arch_event = { context, state, selector in
      CallbackTarget.call(context) { $0.findArchEvent(selector, PMUStateView(state)) }
    }
    ops.find_fixed_event = { context, state, index in
      CallbackTarget.call(context) { $0.findFixedEvent(index, PMUStateView(state)) }
    }
  }
}
