/// A PMU that no CPU has, for teaching: small, but with one of everything that a model may need.
///
/// | file | what |
/// |---|---|
/// | `PrimerRegisters` | MSR numbers, reserved bits |
/// | `PrimerEvents` | the generic events and their encodings |
/// | `PrimerCPUID` | what CPUID says of this PMU, and CPUs by name |
/// | `Entry` | makes it a plugin |
import CVPMU
import VPMUModel

/// The model of CPUs with CPUID vendor "PrimerOfAPMU".
struct PrimerModel: DeclaredModel {
  let registers = PrimerRegisters.file
  let events = PrimerEvents.table

  var declaration: ModelDeclaration { Self.declaration }

  private static let declaration = ModelDeclaration(
    id: "org.example.vpmu.primer", name: "primer", version: "0.1.0", license: "Apache-2.0",
    cpuidVendors: ["PrimerOfAPMU"], presets: PrimerCPUID.presets, ranges: PrimerRegisters.ranges,
    events: PrimerEvents.all, eventSelectMask: PrimerEvents.selectMask)

  func refresh(_ state: PMUState, guest: GuestConfiguration, host: HostLimits) -> Bool {
    let cpuid = PrimerCPUID(guest.leaf(PrimerCPUID.leaf))
    state.setCounters(generalPurpose: cpuid.generalPurpose, fixed: cpuid.fixed, host: host, registers: registers)
    state.pointee.event_select_reserved = PrimerRegisters.eventSelectReserved
    // Every CPU with a counter has the registers that are common to all counters.
    if state.pointee.all_valid != 0 { state.add(.globalControl) }
    if cpuid.hasInUse { state.add(PrimerRegisters.inUse) }
    return true
  }

  /// After RESET no counter is globally enabled: everything is zero, as the core has set it.
  func reset(_ state: PMUState) {}

  // MARK: The register that a table can't describe

  /// PMU_IN_USE: which counters have been programmed. It holds nothing of its own; a guest reads it to see what another
  /// driver left. That it can only be read is said in the table.
  func getMSR(_ msr: MSRNumber, origin: AccessOrigin, _ state: PMUState) -> ModelAnswer {
    guard msr == PrimerRegisters.pmuInUse, registers.isValid(msr, state) else {
      return registers.read(msr, origin: origin, state)
    }
    let used = PMCSet(state.pointee.all_valid).reduce(UInt64(0)) { $0 | (isProgrammed($1, state) ? $1.bit : 0) }
    return .done(used)
  }

  /// A guest's write of it is #GP, as the table says. A VMM that restores writes back what it read: there is nothing to
  /// store.
  func setMSR(_ msr: MSRNumber, _ value: UInt64, origin: AccessOrigin, _ state: PMUState) -> ModelAnswer {
    guard msr == PrimerRegisters.pmuInUse, origin == .host, registers.isValid(msr, state) else {
      return registers.write(msr, value, origin: origin, state)
    }
    return .done()
  }

  private func isProgrammed(_ pmc: PMCIndex, _ state: PMUState) -> Bool {
    pmc.isFixed ? state.fixedControl(pmc.number) != 0 : state.counter(pmc).pointee.selector != 0
  }
}
