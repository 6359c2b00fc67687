import CKVM
import VPMUCore
import VPMUModel

/// A PMI on its way to the guest.
///
/// A CPU that masks LVTPC when it delivers is imitated by that one register: MSR 0x834 of an APIC in x2APIC mode,
/// written by KVM_SET_MSRS. In xAPIC mode there is only KVM_SET_LAPIC, which copies a whole page over the live APIC and
/// loses the interrupts that arrive meanwhile; so there the mask is not set, and one PMI is outstanding at a time
/// instead: from its delivery to the guest's next write to a PMU register. One that is due meanwhile is delivered after
/// that, so that none is lost; it may find nothing to do.
struct PMIDelivery {
  let masksOnDelivery: Bool
  var state = PMIState()
  /// The vCPU has run, and kvm_run has its APIC base since. Else the VMM may have set another one.
  var knowsAPICBase = false

  init(masksOnDelivery: Bool) { self.masksOnDelivery = masksOnDelivery }

  mutating func guestWrote(_ msr: MSRNumber) { state.isOutstanding = false }
}

/// How far the hook-up is with a PMI: to be saved and restored beside the vPMU's state.
public struct PMIState: Sendable, Hashable, BitwiseCopyable {
  /// The core asked for one that has not been delivered.
  public var isDue: Bool
  /// One was delivered, LVTPC could not be masked, and the guest has not written a PMU register since: the next one
  /// waits.
  public var isOutstanding: Bool

  /// Neither, unless it is said.
  public init(isDue: Bool = false, isOutstanding: Bool = false) {
    self.isDue = isDue
    self.isOutstanding = isOutstanding
  }
}

extension PMUHookup {
  /// Delivers the PMI that is due, as LVTPC says.
  func deliverPMI() throws(HookupError) {
    do throws(KVMError) {
      guard !pmi.state.isOutstanding else { return }
      pmi.state.isDue = false
      let (lvtpc, id, isX2APIC) = try readLVTPC()
      guard !lvtpc.isMasked else {
        calls.maskedPMIs &+= 1
        return
      }
      switch lvtpc.delivery {
      case .nmi:
        calls.pmiCalls &+= 1
        try KVMError.check("KVM_NMI", ckvm_nmi(vcpu.fd))
      case .fixed(let vector):
        calls.pmiCalls &+= 1
        // A guest that turned its local APIC off gets none: that is its affair and no error.
        guard ckvm_signal_msi(vcpu.vm, Self.address(ofAPIC: id), UInt32(vector)) > 0 else {
          calls.maskedPMIs &+= 1
          return
        }
      case .other:
        calls.maskedPMIs &+= 1
        return
      }
      calls.pmis &+= 1
      guard pmi.masksOnDelivery else { return }
      if isX2APIC {
        calls.pmiCalls &+= 1
        let masked = UInt64(lvtpc.masked.rawValue)
        if try KVMError.check("KVM_SET_MSRS", ckvm_set_msr(vcpu.fd, LVTPC.msr.rawValue, masked)) == 1 { return }
      }
      pmi.state.isOutstanding = true
    } catch { throw .kvm(error) }
  }

  /// LVTPC and the APIC's number: two registers in x2APIC mode, else from the whole page. An APIC that is off is
  /// masked.
  private func readLVTPC() throws(KVMError) -> (lvtpc: LVTPC, id: UInt32, isX2APIC: Bool) {
    let none = LVTPC(rawValue: 0).masked
    let base = try apicBase()
    guard base.isEnabled else { return (none, 0, false) }
    guard base.isX2APIC else {
      var lapic = kvm_lapic_state()
      calls.pmiCalls &+= 1
      try KVMError.check("KVM_GET_LAPIC", ckvm_get_lapic(vcpu.fd, &lapic))
      return withUnsafeBytes(of: lapic) { page in
        (
          LVTPC(rawValue: page.loadUnaligned(fromByteOffset: LVTPC.pageOffset, as: UInt32.self)),
          page.loadUnaligned(fromByteOffset: APICRegister.id.pageOffset, as: UInt32.self) >> 24, false
        )
      }
    }
    let lvtpc = try register(LVTPC.msr).map { LVTPC(rawValue: UInt32(truncatingIfNeeded: $0)) } ?? none
    guard case .fixed = lvtpc.delivery, !lvtpc.isMasked else { return (lvtpc, 0, true) }
    return (lvtpc, UInt32(truncatingIfNeeded: try register(APICRegister.id.msr) ?? 0), true)
  }

  /// KVM leaves it in kvm_run at each return of KVM_RUN; before the first one, since the vCPU was attached or restored,
  /// it is asked for.
  private func apicBase() throws(KVMError) -> APICBase {
    APICBase(rawValue: pmi.knowsAPICBase ? vcpu.run.pointee.apic_base : try register(APICBase.msr) ?? 0)
  }

  /// KVM_GET_MSRS; nil: there is none.
  private func register(_ msr: MSRNumber) throws(KVMError) -> UInt64? {
    var value: UInt64 = 0
    calls.pmiCalls &+= 1
    return try KVMError.check("KVM_GET_MSRS", ckvm_get_msr(vcpu.fd, msr.rawValue, &value)) == 1 ? value : nil
  }

  /// The address of a message to one local APIC, physical destination: bits 19:12, and what is above 8 bits in 63:40
  /// (KVM_X2APIC_API_USE_32BIT_IDS).
  private static func address(ofAPIC id: UInt32) -> UInt64 {
    0xFEE0_0000 | UInt64(id & 0xFF) << 12 | UInt64(id & 0xFFFF_FF00) << 32
  }
}
