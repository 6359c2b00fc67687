import CVPMU
import VPMUCore
import VPMUModel

/// The agreement of callbacks with the table of events.
extension TableRules {
  /// Flags that do not change which event is counted.
  private static let flags: [UInt64] = [
    0, VPMU_SELECT_USER | VPMU_SELECT_ENABLE, VPMU_SELECT_USER | VPMU_SELECT_OS | VPMU_SELECT_INTERRUPT,
    VPMU_SELECT_EDGE | VPMU_SELECT_PIN | VPMU_SELECT_INVERT | VPMU_SELECT_COUNTER_MASK,
  ]

  static func eventsAreFound(_ subject: Subject) throws(Finding) {
    let model = try subject.model
    for preset in try subject.presets {
      let guest = try TracedGuest(subject, preset, "")
      let features = ModelFeatures(rawValue: guest.state.features)
      var known: Set<UInt64> = []
      for (index, row) in try subject.declaration.events.enumerated()
      where row.features.isSubset(of: features) && known.insert(row.select).inserted {
        let event = row.event
        for flags in flags {
          let found = model._findArchEvent(event.select | flags, guest.vpmu.liveState.view)
          // A callback can't name the counters of an event, and its numbers are another rule's.
          let isSame = (found.select, found.generic, found.quality) == (event.select, event.generic, event.quality)
          if isSame { continue }
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
        let event = try subject.model._findFixedEvent(pmc.number, guest.vpmu.liveState.view)
        if event.generic == nil || event.quality == .none || event.select & ~mask != 0 {
          throw .violated("find_fixed_event of \(pmc.number) gives \(event.text)", model: preset.name)
        }
      }
    }
    guard hasAny else { throw .notApplicable("no preset has fixed counters") }
  }

  static func eventNumbersAreKnown(_ subject: Subject) throws(Finding) {
    let tables = try DeclaredTables(subject)
    for (name, rows) in [("events", tables.events), ("fixed_events", tables.fixedEvents)] {
      for (index, row) in rows.enumerated() {
        let event = vpmu_event(select: row.select, generic: row.generic, quality: row.quality)
        if let fault = event.fault { throw .violated("\(name)[\(index)] has \(fault)") }
      }
    }
    let context = tables.info.context
    for preset in try subject.presets {
      let guest = try TracedGuest(subject, preset, "")
      let state = guest.vpmu.liveState.pointer
      for selector in 0..<(1 << 16) as Range<UInt64> {
        guard let arch = tables.ops.find_arch_event, let fault = arch(context, state, selector).fault else { continue }
        throw .violated("find_arch_event of \(hex(selector)) gives \(fault)", model: preset.name)
      }
      for pmc in PMCSet(guest.state.all_valid) where pmc.isFixed {
        guard let fixed = tables.ops.find_fixed_event, let fault = fixed(context, state, pmc.number).fault else {
          continue
        }
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
  /// The first invalid number, nil if there is none.
  fileprivate var fault: String? {
    if generic == VPMU_GENERIC_BY_TABLES { return nil }
    let hasGeneric = generic != VPMU_GENERIC_NONE
    if hasGeneric && GenericEvent(rawValue: generic.rawValue) == nil {
      return "the generic number \(generic.rawValue), which the header does not name"
    }
    if MappingQuality(rawValue: Int32(bitPattern: quality.rawValue)) == nil {
      return "the quality \(quality.rawValue), which the header does not name"
    }
    guard hasGeneric != (quality != VPMU_QUALITY_NONE) else { return nil }
    return hasGeneric ? "a generic event and no quality" : "a quality and no generic event"
  }
}
