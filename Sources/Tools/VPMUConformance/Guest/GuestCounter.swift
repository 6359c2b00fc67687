import CVPMU
import VPMUCore
import VPMUModel
import VPMUTrace

/// One counter of one preset, with the registers by which a guest programs it. ``guest(_:)`` makes a fresh guest for
/// it.
struct GuestCounter {
  let subject: Subject
  let preset: Preset
  let pmc: PMCIndex
  /// Its event select, or the control register of the fixed counters: the one declared last, which is to be preferred.
  let control: GuestRegister
  /// The event select whose enable bit is that of its whole range (VPMU_RANGE_SHARED_ENABLE); nil if its own enables
  /// it.
  let sharedEnable: GuestRegister?
  /// The register of its value: the one declared last, too.
  let value: GuestRegister
  /// Event and unit mask that a fixed counter counts.
  let fixedEvent: UInt64
  /// 2^width - 1.
  let mask: UInt64
  /// The rings that its control has a bit for.
  let rings: [TraceRing]
  /// Whether its control has a bit for the interrupt.
  let canInterrupt: Bool

  /// A fresh guest, all of whose counters are globally enabled, and by the enable bit that they share.
  func guest(_ title: String) throws(Finding) -> TracedGuest {
    let guest = try TracedGuest(subject, preset, title)
    try guest.enableGlobally(guest.state.all_valid)
    if let sharedEnable, sharedEnable != control { try guest.write(sharedEnable.msr, VPMU_SELECT_ENABLE) }
    return guest
  }

  /// The field of its control that counts in these rings.
  ///
  /// - Parameter code: event and unit mask, which a fixed counter does not have
  func field(_ code: UInt64, _ rings: [TraceRing], interrupts: Bool) -> UInt64 {
    var field: UInt64 = 0
    if pmc.isFixed {
      if rings.contains(.user) { field |= VPMU_FIXED_USER }
      if rings.contains(.kernel) { field |= VPMU_FIXED_OS }
      return interrupts ? field | VPMU_FIXED_INTERRUPT : field
    }
    field = code | VPMU_SELECT_ENABLE
    if rings.contains(.user) { field |= VPMU_SELECT_USER }
    if rings.contains(.kernel) { field |= VPMU_SELECT_OS }
    return interrupts ? field | VPMU_SELECT_INTERRUPT : field
  }
}

extension Subject {
  enum CounterKind {
    case generalPurpose, fixed, any

    func contains(_ pmc: PMCIndex) -> Bool { self == .any || pmc.isFixed == (self == .fixed) }

    var name: String {
      switch self {
      case .generalPurpose: "general-purpose "
      case .fixed: "fixed "
      case .any: ""
      }
    }
  }

  /// The counters of all presets that a guest can program and read.
  ///
  /// - Throws: ``Finding/notApplicable(_:)`` if there is none
  func counters(_ kind: CounterKind, interrupting: Bool = false) throws(Finding) -> [GuestCounter] {
    var all: [GuestCounter] = []
    for preset in try presets { all += try counters(kind, of: preset).filter { !interrupting || $0.canInterrupt } }
    guard !all.isEmpty else {
      throw .notApplicable(
        "no preset has a \(kind.name)counter that a guest can program and read"
          + (interrupting ? " and that can interrupt" : ""))
    }
    return all
  }

  /// The counters of one preset; empty if there are none.
  func counters(_ kind: CounterKind, of preset: Preset) throws(Finding) -> [GuestCounter] {
    let guest = try TracedGuest(self, preset, "")
    let registers = guest.registers
    let state = guest.state
    let view = guest.vpmu.liveState.view
    var counters: [GuestCounter] = []
    for pmc in PMCSet(state.all_valid) where kind.contains(pmc) {
      let controls = pmc.isFixed ? registers.all(.fixedControl) : registers.all(.eventSelect, of: pmc)
      guard let control = controls.last(where: \.isWritable),
        let value = registers.values(of: pmc).last(where: \.isWritable)
      else { continue }
      let has = ~control.reserved(view) >> (pmc.isFixed ? UInt64(4 * pmc.number) : 0)
      var rings: [TraceRing] = []
      if has & (pmc.isFixed ? VPMU_FIXED_USER : VPMU_SELECT_USER) != 0 { rings.append(.user) }
      if has & (pmc.isFixed ? VPMU_FIXED_OS : VPMU_SELECT_OS) != 0 { rings.append(.kernel) }
      guard !rings.isEmpty else { continue }
      counters.append(
        GuestCounter(
          subject: self, preset: preset, pmc: pmc, control: control,
          sharedEnable: control.traits.contains(.sharedEnable)
            ? registers.first(.eventSelect, .sharedEnable) : nil,
          value: value,
          fixedEvent: pmc.isFixed ? try model._findFixedEvent(pmc.number, view).select : 0,
          mask: pmc.isFixed ? state.fixed_mask : state.gp_mask, rings: rings,
          canInterrupt: has & (pmc.isFixed ? VPMU_FIXED_INTERRUPT : VPMU_SELECT_INTERRUPT) != 0))
    }
    return withExtendedLifetime(guest) { counters }
  }

  /// Event and unit mask of the declared events, each once.
  ///
  /// - Throws: ``Finding/notApplicable(_:)`` if there is none
  var eventCodes: [UInt64] {
    get throws(Finding) {
      var codes: [UInt64] = []
      for event in try declaration.events where !codes.contains(event.select) { codes.append(event.select) }
      guard !codes.isEmpty else { throw .notApplicable("the plugin declares no event") }
      return codes
    }
  }
}

extension GuestRegister {
  fileprivate var isWritable: Bool { !traits.contains(.readOnly) }
}
