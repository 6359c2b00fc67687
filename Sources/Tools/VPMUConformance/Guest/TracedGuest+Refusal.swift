import CVPMU
import VPMUModel

/// The two ways in which a model refuses an access.
enum Refusal {
  case fault
  case unhandled

  var status: vpmu_status { self == .fault ? VPMU_FAULT : VPMU_UNHANDLED }

  /// Its name in the header.
  static func name(_ status: vpmu_status) -> String {
    switch status {
    case VPMU_DONE: "VPMU_DONE"
    case VPMU_COUNTER: "VPMU_COUNTER"
    case VPMU_FAULT: "VPMU_FAULT"
    case VPMU_UNHANDLED: "VPMU_UNHANDLED"
    case VPMU_BY_TABLES: "VPMU_BY_TABLES"
    default: "status \(status.rawValue)"
    }
  }
}

extension TracedGuest {
  /// A number that this guest does not have: reads and writes by guest and host are refused in this one way, and no
  /// callback finds a register or a counter for it.
  ///
  /// A trace distinguishes an answer from a refusal, but not the two refusals: the finding has none for these.
  func lacks(_ msr: MSRNumber, _ refusal: Refusal, because reason: String) throws(Finding) {
    let model = vpmu.model
    for origin in [AccessOrigin.guest, .host] {
      let status = model._getMSR(msr, origin: origin, vpmu.liveState.view).status
      if status != refusal.status {
        if status == VPMU_DONE || status == VPMU_COUNTER {
          try read(msr, origin: origin, gives: nil, because: reason)
        }
        throw differs("get_msr", msr, origin, status, refusal, reason)
      }
      for value in [0, 1, UInt64.max] {
        let status = model._setMSR(msr, value, origin: origin, vpmu.liveState).status
        guard status != refusal.status else { continue }
        if status == VPMU_DONE || status == VPMU_COUNTER {
          try write(msr, value, origin: origin, expect: .generalProtection, because: reason)
        }
        throw differs("set_msr", msr, origin, status, refusal, reason)
      }
    }
    if model._isValidMSR(msr, vpmu.liveState.view) {
      throw .violated("is_valid_msr says that \(msr) exists (\(reason))", model: preset.name)
    }
    if let pmc = model._msrIndexToPMC(msr, vpmu.liveState.view) {
      throw .violated("msr_idx_to_pmc names the counter \(pmc) for \(msr) (\(reason))", model: preset.name)
    }
  }

  private func differs(
    _ callback: String, _ msr: MSRNumber, _ origin: AccessOrigin, _ status: vpmu_status, _ refusal: Refusal,
    _ reason: String
  ) -> Finding {
    .violated(
      "\(callback) of \(msr)\(origin.text): expected \(Refusal.name(refusal.status)), got \(Refusal.name(status)) "
        + "(\(reason))", model: preset.name)
  }
}
