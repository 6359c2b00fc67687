import CVPMU
import VPMUModel

/// What a state must be to be restored.
extension SavedState {
  /// - Parameter own: the state of the vPMU that it is for
  func check(against own: PMUState, model id: String) throws(SavedStateError) {
    guard model == id else { throw .foreign(reason: "it is of the model \(model), this is \(id)") }
    guard own.hasShape(of: state) else { throw .foreign(reason: "it has other counters or settings") }
    if let reason = impossibility { throw .impossible(reason: reason) }
  }

  /// A value that no access of a guest or host stores.
  private var impossibility: String? {
    if state.fixed_control & state.fixed_control_reserved != 0 { return "reserved bits of the fixed counters' control" }
    if state.global_control & state.global_control_reserved != 0 { return "reserved bits of the global control" }
    // The core sets the bit of each counter that wraps, whether or not the guest has the register.
    if state.global_status & state.global_status_reserved & ~state.all_valid != 0 {
      return "reserved bits of the global status"
    }
    if (state.in_use | state.interrupts) & ~state.all_valid != 0 { return "counters that are not there" }
    if state.pmi_pending > 1 || state.need_cleanup > 1 { return "a flag that is neither 0 nor 1" }
    for pmc in PMCSet(state.all_valid) {
      let counter = state.counter(pmc)
      let mask = pmc.isFixed ? state.fixed_mask : state.gp_mask
      if counter.base & ~mask != 0 { return "counter \(pmc.rawValue) is wider than it can be" }
      if counter.selector & (pmc.isFixed ? .max : state.event_select_reserved) != 0 {
        return "reserved bits of the event select of counter \(pmc.rawValue)"
      }
    }
    return nil
  }
}
