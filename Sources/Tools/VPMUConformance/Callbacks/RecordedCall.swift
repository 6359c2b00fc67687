import CLinux
import CVPMU
import VPMUModel

/// A callback and its arguments, as numbers: the form in which a rule's process records the call that it is executing,
/// for the process that started it.
struct RecordedCall: Equatable {
  let callback: Callback
  /// Up to three; the others are 0. `get_msr`: MSR, 0, flags. `set_msr`: MSR, value, flags. `refresh`: CPUID leaves.
  /// Others: their one argument.
  let arguments: [UInt64]

  init(_ callback: Callback, _ first: UInt64 = 0, _ second: UInt64 = 0, _ third: UInt64 = 0) {
    self.callback = callback
    arguments = [first, second, third]
  }

  /// Nil if the number is no callback's.
  init?(_ call: clinux_call) {
    guard let callback = Callback(rawValue: call.number) else { return nil }
    self.init(callback, call.arguments.0, call.arguments.1, call.arguments.2)
  }

  /// The arguments in words, to follow "when asked"; nil if there are none.
  var request: String? {
    switch callback {
    case .reset, .deliverPMI, .cleanup: nil
    case .refresh: "for the shape of a CPUID with \(arguments[0] == 1 ? "1 leaf" : "\(arguments[0]) leaves")"
    case .isValidMSR, .msrIndexToPMC: "about MSR \(hex(arguments[0]))"
    case .getMSR: "for MSR \(hex(arguments[0])), \(origin)"
    case .setMSR: "to write \(hex(arguments[1])) to MSR \(hex(arguments[0])), \(origin)"
    case .rdpmcECXToPMC, .checkRDPMCEarly: "about ECX \(hex(arguments[0]))"
    case .findArchEvent: "about the event select \(hex(arguments[0]))"
    case .findFixedEvent: "about fixed counter \(arguments[0])"
    }
  }

  /// "get_msr crashed when asked for MSR 0x186, by the guest".
  func sentence(_ predicate: String) -> String {
    "\(callback.name) \(predicate)" + (request.map { " when asked \($0)" } ?? "")
  }

  private var origin: String { arguments[2] & UInt64(VPMU_HOST_INITIATED) == 0 ? "by the guest" : "by the host" }
}

extension RecordedCall {
  init(_ call: CallbackCall) {
    switch call {
    case .getMSR(let msr, let origin): self.init(.getMSR, UInt64(msr.rawValue), 0, origin.flags)
    case .setMSR(let msr, let value, let origin): self.init(.setMSR, UInt64(msr.rawValue), value, origin.flags)
    case .isValidMSR(let msr): self.init(.isValidMSR, UInt64(msr.rawValue))
    case .msrIndexToPMC(let msr): self.init(.msrIndexToPMC, UInt64(msr.rawValue))
    case .rdpmcECXToPMC(let ecx): self.init(.rdpmcECXToPMC, UInt64(ecx.rawValue))
    case .checkRDPMCEarly(let ecx): self.init(.checkRDPMCEarly, UInt64(ecx.rawValue))
    case .findArchEvent(let selector): self.init(.findArchEvent, selector)
    case .findFixedEvent(let index): self.init(.findFixedEvent, UInt64(index))
    case .deliverPMI: self.init(Callback.deliverPMI)
    case .cleanup: self.init(Callback.cleanup)
    }
  }
}

extension AccessOrigin {
  /// As flags of an access.
  fileprivate var flags: UInt64 { self == .host ? UInt64(VPMU_HOST_INITIATED) : 0 }
}
