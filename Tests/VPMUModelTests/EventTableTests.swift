import TestSupport
import Testing
import VPMUModel

@Suite struct EventTableTests {
  private static let rows = [
    EventRow(0x3C, .cycles, .exact, "CYCLES"),
    EventRow(0x1_0000_0276, .cacheMisses, .approximate, "MISSES"),
    EventRow(0x3C, .instructions, .exact, "SHADOWED"),
    EventRow(0xD1, .branches, .exact, "OF_NEWER_CPUS", features: .ofModel(1)),
    EventRow(0xD1, .stalledCyclesBackend, .approximate, "OF_OLDER_CPUS", features: .ofModel(2)),
    EventRow(0xC1, nil, .none, "ON_COUNTER_0", counters: 1),
  ]
  private let table = EventTable(rows, fixed: [rows[1], EventRow(0x99, nil, .none)], eventSelectMask: 0xF_0000_00FF)

  @Test(
    "An event table finds an event by number and unit mask, whatever flags an event select has",
    arguments: rows.prefix(2))
  func find(row: EventRow) {
    withState { state in
      for flags in [0, 0x53_0000, 0xFF_0000 | 1 << 63, 0xFFFF_FFF0_FFFF_0000] as [UInt64] {
        #expect(table.event(selector: row.select | flags, state.view) == row.event)
      }
    }
  }

  @Test(
    "An event table has no generic event for another number or unit mask",
    arguments: [0, 0x3D, 0x13C, 0x1_0000_003C, 0x276] as [UInt64])
  func unknown(select: UInt64) {
    withState { state in
      #expect(table.event(selector: select | 0x53_0000, state.view) == ModelEvent(unnamed: select))
    }
  }

  @Test func `An encoding means what the row for the guest's features says, and nothing on another CPU`() {
    withState { state in
      #expect(table.event(selector: 0xD1, state.view).generic == nil)
      state.add(.ofModel(2))
      #expect(table.event(selector: 0xD1, state.view).generic == .stalledCyclesBackend)
      state.add(.ofModel(1))
      #expect(table.event(selector: 0xD1, state.view).generic == .branches)
    }
  }

  @Test func `An event that only some counters can count says so`() {
    withState { state in
      let event = table.event(selector: 0xC1, state.view)
      #expect(event.canBeCounted(on: .generalPurpose(0)) && !event.canBeCounted(on: .generalPurpose(1)))
      #expect(event.canBeCounted(on: .fixed(0)))
      #expect(table.event(selector: 0x3C, state.view).canBeCounted(on: .generalPurpose(15)))
    }
  }

  @Test func `A fixed counter without a row counts event 0 without a generic event`() {
    withState { state in
      #expect(table.fixedEvent(0, state.view) == Self.rows[1].event)
      #expect(table.fixedEvent(1, state.view) == ModelEvent(unnamed: 0x99))
      for index in [2, 16, .max] as [UInt32] { #expect(table.fixedEvent(index, state.view) == ModelEvent(unnamed: 0)) }
    }
  }

  @Test func `An event table may be empty`() {
    withState { state in
      let table = EventTable([], eventSelectMask: 0xFF)
      #expect(table.event(selector: 0x53_4F2E, state.view) == ModelEvent(unnamed: 0x4F2E))
      #expect(table.fixedEvent(0, state.view) == ModelEvent(unnamed: 0))
    }
  }
}
