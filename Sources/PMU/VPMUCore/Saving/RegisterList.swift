import CVPMU
import VPMUModel

/// A register and its value, as KVM_GET_MSRS and KVM_SET_MSRS have them.
public struct MSRValue: Sendable, Hashable {
  public var msr: MSRNumber
  public var value: UInt64

  public init(_ msr: MSRNumber, _ value: UInt64) {
    self.msr = msr
    self.value = value
  }
}

/// The state as a list of registers: for a VM that moves between the kernel's PMU and this one.
extension VirtualPMU {
  /// The registers of this guest that hold state, each once, in the order of the kernel's list of MSRs to save: fixed
  /// counters, their control, the global registers, then general-purpose counters and event selects. A PMI that is due
  /// is not in them.
  ///
  /// - Throws: ``VPMUError/wrongThread``
  public func saveMSRs() throws(VPMUError) -> [MSRValue] {
    try checkThread()
    var values: [MSRValue] = []
    for role in RegisterRole.saved {
      var named: UInt64 = 0
      for range in model.declaration.ranges where range.role == role {
        for n in 0..<range.count {
          guard let msr = range.register(n), model._isValidMSR(msr, liveState.view) else { continue }
          if role.isOfCounter {
            // A second name of a counter that has been saved.
            let bit = PMCIndex(rawValue: range.firstPMC.rawValue &+ n).bit
            guard named & bit == 0 else { continue }
            named |= bit
          }
          if case .value(let value) = try readMSR(msr, origin: .host) { values.append(MSRValue(msr, value)) }
        }
      }
    }
    return values
  }

  /// Sets registers, in any order, as the host's own accesses. Numbers that the model does not claim are skipped.
  ///
  /// - Returns: the number of registers that were set
  /// - Throws: ``VPMUError/stateRefused(_:)`` if a register can't have that value; then nothing has changed.
  ///   ``VPMUError/wrongThread``
  @discardableResult
  public func restoreMSRs(_ values: some Sequence<MSRValue>) throws(VPMUError) -> Int {
    let before = try save()
    var count = 0
    for entry in values {
      switch try writeMSR(entry.msr, entry.value, origin: .host) {
      case .done: count += 1
      case .unhandled: break
      case .generalProtection:
        try restore(before)
        throw .stateRefused(
          .impossible(reason: "\(entry.msr) can't be 0x\(String(entry.value, radix: 16)) on this guest's CPU"))
      }
    }
    return count
  }
}

extension RegisterRole {
  /// Roles whose registers hold state, in the order of the kernel's list.
  fileprivate static var saved: [RegisterRole] {
    [.fixedCounter, .fixedControl, .globalStatus, .globalControl, .other, .gpCounter, .eventSelect]
  }

  fileprivate var isOfCounter: Bool { self == .fixedCounter || self == .gpCounter || self == .eventSelect }
}
