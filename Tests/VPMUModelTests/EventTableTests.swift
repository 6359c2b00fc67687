import Testing
import VPMUModel

@Suite("A table of events")
struct EventTableTests {
  private static let events = [
    ModelEvent(select: 0x3C, generic: .cycles, quality: .exact),
    ModelEvent(select: 0x1_0000_0276, generic: .cacheMisses, quality: .approximate),
    ModelEvent(select: 0x3C, generic: .instructions, quality: .exact),
  ]
  private let table = EventTable(
    events, fixed: [events[1], ModelEvent(unnamed: 0x99)], eventSelectMask: 0xF_0000_00FF)

  @Test("finds an event by its number and unit mask, whatever flags are beside it", arguments: events.prefix(2))
  func find(event: ModelEvent) {
    for flags in [0, 0x53_0000, 0xFF_0000 | 1 << 63, 0xFFFF_FFF0_FFFF_0000] as [UInt64] {
      #expect(table.event(selector: event.select | flags) == event)
    }
  }

  @Test("has no name for another number or unit mask", arguments: [0, 0x3D, 0x13C, 0x1_0000_003C, 0x276] as [UInt64])
  func unknown(select: UInt64) {
    #expect(table.event(selector: select | 0x53_0000) == ModelEvent(unnamed: select))
  }

  @Test("says what a fixed counter counts, and event 0 for one that it does not have")
  func fixed() {
    #expect(table.fixedEvent(0) == Self.events[1])
    #expect(table.fixedEvent(1) == ModelEvent(unnamed: 0x99))
    for index in [2, 16, .max] as [UInt32] { #expect(table.fixedEvent(index) == ModelEvent(unnamed: 0)) }
  }

  @Test("may be empty")
  func empty() {
    let table = EventTable([], eventSelectMask: 0xFF)
    #expect(table.event(selector: 0x53_4F2E) == ModelEvent(unnamed: 0x4F2E))
    #expect(table.fixedEvent(0) == ModelEvent(unnamed: 0))
  }
}
