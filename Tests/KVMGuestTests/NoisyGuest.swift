import IntelModel
import KVMGuest
import KVMPMU
import SimulatedHost
import TestSupport
import VPMUCore
import VPMUModel

/// A vPMU on a simulated host that counts what a VMM on a nested host makes by itself: the same for each run of the
/// guest.
final class NoisyPMU: GuestFacingPMU {
  static let beforeRun: UInt64 = 21
  static let afterRun: UInt64 = 35

  let base = SimulatedHost(limits: .generous)
  let runs = RunCounter()
  let host: ShareCorrectedHost<SimulatedHost>
  let pmu: VirtualPMU<IntelModel, ShareCorrectedHost<SimulatedHost>, Reuse>

  init(_ guest: GuestConfiguration) throws {
    host = ShareCorrectedHost(base, runs: runs)
    pmu = try VirtualPMU(model: IntelModel(), configuration: guest, host: host)
  }

  private func makeNoise(_ count: UInt64) {
    for event in IntelModel().declaration.events where event.generic != nil {
      base.run(EventCode(selector: event.select, mask: 0xFF), ring: .user, count: count)
    }
  }

  func guestRan() { makeNoise(Self.afterRun) }

  func enter() throws(VPMUError) -> EntryAction {
    let action = try pmu.enter()
    makeNoise(Self.beforeRun)
    return action
  }

  func writeMSR(_ msr: MSRNumber, _ value: UInt64, origin: AccessOrigin) throws(VPMUError) -> WriteAnswer {
    try pmu.writeMSR(msr, value, origin: origin)
  }
  func readMSR(_ msr: MSRNumber, origin: AccessOrigin) throws(VPMUError) -> ReadAnswer {
    try pmu.readMSR(msr, origin: origin)
  }
  func readPMC(_ ecx: RDPMCSelector, cpl: UInt8, cr4PCE: Bool, protectedMode: Bool) throws(VPMUError) -> ReadAnswer {
    try pmu.readPMC(ecx, cpl: cpl, cr4PCE: cr4PCE, protectedMode: protectedMode)
  }
  func scheduledIn() throws(VPMUError) { try pmu.scheduledIn() }
  func emulated(_ event: EventCode, cpl: UInt8, count: UInt64) throws(VPMUError) {
    try pmu.emulated(event, cpl: cpl, count: count)
  }
  func lookAtCounts() { pmu.lookAtCounts() }
}
