import CVPMU

/// The callbacks of `vpmu_ops`, by the numbers under which calls of them are recorded (`clinux_call.h`).
enum Callback: UInt32, CaseIterable {
  case refresh = 1
  case reset
  case isValidMSR
  case msrIndexToPMC
  case rdpmcECXToPMC
  case getMSR
  case setMSR
  case findArchEvent
  case findFixedEvent
  case checkRDPMCEarly
  case deliverPMI
  case cleanup

  /// Its name in the header.
  var name: String {
    switch self {
    case .refresh: "refresh"
    case .reset: "reset"
    case .isValidMSR: "is_valid_msr"
    case .msrIndexToPMC: "msr_idx_to_pmc"
    case .rdpmcECXToPMC: "rdpmc_ecx_to_pmc"
    case .getMSR: "get_msr"
    case .setMSR: "set_msr"
    case .findArchEvent: "find_arch_event"
    case .findFixedEvent: "find_fixed_event"
    case .checkRDPMCEarly: "check_rdpmc_early"
    case .deliverPMI: "deliver_pmi"
    case .cleanup: "cleanup"
    }
  }

  /// Whether the header tags it `[hot]`: no allocation, no lock, no system call, no logging.
  var isHot: Bool {
    switch self {
    case .isValidMSR, .msrIndexToPMC, .rdpmcECXToPMC, .getMSR, .setMSR, .checkRDPMCEarly: true
    case .refresh, .reset, .findArchEvent, .findFixedEvent, .deliverPMI, .cleanup: false
    }
  }

  /// Whether the table holds it: NULL means that the model's tables answer.
  func isGiven(in ops: vpmu_ops) -> Bool {
    switch self {
    case .refresh: ops.refresh != nil
    case .reset: ops.reset != nil
    case .isValidMSR: ops.is_valid_msr != nil
    case .msrIndexToPMC: ops.msr_idx_to_pmc != nil
    case .rdpmcECXToPMC: ops.rdpmc_ecx_to_pmc != nil
    case .getMSR: ops.get_msr != nil
    case .setMSR: ops.set_msr != nil
    case .findArchEvent: ops.find_arch_event != nil
    case .findFixedEvent: ops.find_fixed_event != nil
    case .checkRDPMCEarly: ops.check_rdpmc_early != nil
    case .deliverPMI: ops.deliver_pmi != nil
    case .cleanup: ops.cleanup != nil
    }
  }
}
