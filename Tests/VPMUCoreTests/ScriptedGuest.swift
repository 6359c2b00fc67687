import IntelModel
import SimulatedHost
import TestSupport
import VPMUCore
import VPMUModel

/// Registers and values of the architectural PMU that the tests of the core speak of.
enum Architectural {
  static let counter0 = MSRNumber(0xC1)
  static let counter1 = MSRNumber(0xC2)
  static let select0 = MSRNumber(0x186)
  static let select1 = MSRNumber(0x187)
  static let fixed0 = MSRNumber(0x309)
  static let fixedControl = MSRNumber(0x38D)
  static let globalStatus = MSRNumber(0x38E)
  static let globalControl = MSRNumber(0x38F)

  /// Instructions in all rings with EN, with and without INT.
  static let instructions: UInt64 = 0x43_00C0
  static let interruptingInstructions: UInt64 = 0x53_00C0
  static let code = EventCode(number: 0xC0, unitMask: 0)
}

/// A guest with four general-purpose and three fixed counters, on a simulated host.
func makeGuest<Policy: EventPolicy>(_ policy: Policy = Reuse()) throws -> GuestMachine<IntelModel, Policy> {
  try GuestMachine(IntelModel(), IntelModel().declaration.presets[0].configuration, policy)
}

extension GuestMachine {
  func write(_ msr: MSRNumber, _ value: UInt64) throws {
    guard try vpmu.writeMSR(msr, value) == .done else { throw UnexpectedAnswer.write(msr) }
  }

  func read(_ msr: MSRNumber) throws -> UInt64 {
    guard case .value(let value) = try vpmu.readMSR(msr) else { throw UnexpectedAnswer.read(msr) }
    return value
  }

  /// The guest enters and makes `count` occurrences of an instruction in ring 3.
  @discardableResult
  func run(_ count: UInt64) throws -> EntryAction {
    let action = try vpmu.enter()
    host.run(Architectural.code, ring: .user, count: count)
    return action
  }
}

enum UnexpectedAnswer: Error {
  case write(MSRNumber)
  case read(MSRNumber)
}
