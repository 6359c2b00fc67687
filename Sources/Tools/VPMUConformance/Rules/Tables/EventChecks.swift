import CVPMU
import VPMUCore
import VPMUModel

/// Whether callbacks and tables say the same of events.
extension TableRules {
  /// Flags that say how and when to count, not what.
  private static let flags: [UInt64] = [
    0, VPMU_SELECT_USER | VPMU_SELECT_ENABLE, VPMU_SELECT_USER | VPMU_SELECT_OS | VPMU_SELECT_INTERRUPT,
    VPMU_SELECT_EDGE | VPMU_SELECT_PIN | VPMU_SELECT_INVERT | VPMU_SELECT_COUNTER_MASK,
  ]

  static func eventsAreFound(_ subject: Subject) throws(Finding) {
    let model = try subject.model
    for preset in try subject.presets {
      let guest = try TracedGuest(subject, preset, "")
      for (index, event) in try subject.declaration.events.enumerated() {
        for flags in flags {
          let found = model.findArchEvent(event.select | flags, guest.vpmu.state)
          guard found != event else { continue }
          throw .violated(
            "find_arch_event of \(hex(event.select | flags)): expected events[\(index)], \(event.text), got \(found.text)",
            model: preset.name)
        }
      }
    }
  }

  static func fixedEventsAreKnown(_ subject: Subject) throws(Finding) {
    var hasAny = false
    for preset in try subject.presets {
      let guest = try TracedGuest(subject, preset, "")
      let mask = guest.declaration.eventSelectMask | VPMU_SELECT_UNIT_MASK
      for pmc in PMCSet(guest.state.all_valid) where pmc.isFixed {
        hasAny = true
        let event = try subject.model.findFixedEvent(pmc.number, guest.vpmu.state)
        if event.generic == nil || event.quality == .none || event.select & ~mask != 0 {
          throw .violated("find_fixed_event of \(pmc.number) gives \(event.text)", model: preset.name)
        }
      }
    }
    guard hasAny else { throw .notApplicable("no preset has fixed counters") }
  }

  static func eventNumbersAreKnown(_ subject: Subject) throws(Finding) {
    let tables = try DeclaredTables(subject)
    for (index, event) in tables.events.enumerated() {
      if let fault = event.fault { throw .violated("events[\(index)] has \(fault)") }
    }
    guard let arch = tables.ops.find_arch_event, let fixed = tables.ops.find_fixed_event else { return }
    let context = tables.info.context
    for preset in try subject.presets {
      let guest = try TracedGuest(subject, preset, "")
      let state = guest.vpmu.state
      for selector in 0..<(1 << 16) as Range<UInt64> {
        guard let fault = arch(context, state, selector).fault else { continue }
        throw .violated("find_arch_event of \(hex(selector)) gives \(fault)", model: preset.name)
      }
      for pmc in PMCSet(guest.state.all_valid) where pmc.isFixed {
        guard let fault = fixed(context, state, pmc.number).fault else { continue }
        throw .violated("find_fixed_event of \(pmc.number) gives \(fault)", model: preset.name)
      }
    }
  }
}

extension ModelEvent {
  fileprivate var text: String {
    "\(hex(select)) as \(generic.map { "\($0)" } ?? "no generic event") (quality \(quality.rawValue))"
  }
}

extension vpmu_event {
  /// What is wrong with its numbers, nil if nothing.
  fileprivate var fault: String? {
    if generic != Int32(VPMU_GENERIC_NONE) && GenericEvent(rawValue: generic) == nil {
      return "the generic number \(generic), which the header does not name"
    }
    if MappingQuality(rawValue: quality) == nil {
      return "the quality \(quality), which the header does not name"
    }
    let hasGeneric = generic != Int32(VPMU_GENERIC_NONE)
    guard hasGeneric != (quality != Int32(VPMU_QUALITY_NONE)) else { return nil }
    return hasGeneric ? "a generic event and no quality" : "a quality and no generic event"
  }
}
