// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
/// A PMU that no CPU has, for teaching: small, but with one of everything that a model may need.
///
/// | file | content |
/// |---|---|
/// | `PrimerRegisters` | MSR numbers, reserved bits |
/// | `PrimerEvents` | events and their encodings |
/// | `PrimerCPUID` | the CPUID leaf of this PMU, and CPUs by name |
/// | `PrimerModel` | the tables together, `refresh`, and the one register that no table describes |
/// | `Entry` | makes it a plugin |
import CVPMU
import VPMUModel

/// The model of CPUs with CPUID vendor "PrimerOfAPMU".
struct PrimerModel: PMUModel {
  let tables = constant

  private static let constant = ModelTables(
    ModelDeclaration(
      id: "org.example.vpmu.primer", name: "primer", version: "0.1.0", license: "Apache-2.0 OR BSD-3-Clause",
      cpuidVendors: ["PrimerOfAPMU"], presets: PrimerCPUID.presets, ranges: PrimerRegisters.ranges,
      events: PrimerEvents.rows, fixedEvents: PrimerEvents.fixed, eventSelectMask: PrimerEvents.selectMask))

  func refresh(_ state: PMUState, guest: GuestConfiguration, host: HostLimits) -> Bool {
    let cpuid = PrimerCPUID(guest.leaf(PrimerCPUID.leaf))
    state.setCounters(generalPurpose: cpuid.generalPurpose, fixed: cpuid.fixed, host: host, registers: registers)
    state.fields.event_select_reserved = PrimerRegisters.eventSelectReserved
    // Every CPU with a counter has the registers that are common to all counters.
    if state.fields.all_valid != 0 { state.add(.globalControl) }
    if cpuid.hasInUse { state.add(PrimerRegisters.inUse) }
    return true
  }

  /// After RESET no counter is globally enabled: everything is zero, as the core has set it.
  func reset(_ state: PMUState) {}
}

/// PMU_IN_USE shows the counters that have been programmed. It holds nothing of its own; a guest reads it to see what
/// another driver left. That a guest can't write it is said in the table.
extension PrimerModel: SpecialRegisters {
  func getMSR(_ msr: MSRNumber, origin: AccessOrigin, _ state: PMUStateView) -> ModelAnswer? {
    guard msr == PrimerRegisters.pmuInUse, registers.isValid(msr, state) else { return nil }
    return .done(PMCSet(state.fields.all_valid).reduce(UInt64(0)) { $0 | (isProgrammed($1, state) ? $1.bit : 0) })
  }

  /// A VMM that restores writes back what it read: there is nothing to store.
  func setMSR(_ msr: MSRNumber, _ value: UInt64, origin: AccessOrigin, _ state: PMUState) -> ModelAnswer? {
    guard msr == PrimerRegisters.pmuInUse, origin == .host, registers.isValid(msr, state.view) else { return nil }
    return .done()
  }

  private func isProgrammed(_ pmc: PMCIndex, _ state: PMUStateView) -> Bool {
    pmc.isFixed ? state.fixedControl(pmc.number) != 0 : state.counter(pmc).selector != 0
  }
}
