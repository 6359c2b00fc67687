import SeededRandom
import TestSupport
import Testing
import VPMUCore
import VPMUModel

struct EventFilterTests {
  private func filter(
    _ action: EventFilter.Action, _ entries: [UInt64], masked: Bool = false, fixedBitmap: UInt64 = 0,
    mask: UInt64 = 0xFF
  ) throws -> EventFilter {
    try EventFilter(
      action: action, entries: entries, masked: masked, fixedBitmap: fixedBitmap, eventSelectMask: mask)
  }

  @Test("300 entries are the most")
  func limit() throws {
    _ = try filter(.deny, Array(repeating: 0xC0, count: 300))
    #expect(throws: FilterError.tooManyEntries(301)) { try filter(.deny, Array(repeating: 0xC0, count: 301)) }
  }

  @Test("a plain entry with another bit set matches nothing, a masked one is refused")
  func otherBits() throws {
    #expect(try filter(.allow, [0x1_00C0]).allows(selector: 0xC0) == false)
    #expect(throws: FilterError.invalidEntry(index: 1, entry: 0x1_00C0)) {
      try filter(.allow, [0xC0, 0x1_00C0], masked: true)
    }
    #expect(throws: FilterError.self) { try filter(.allow, [0x1_0000_00C0], masked: true) }
    #expect(try filter(.allow, [0x1_0000_00C0], masked: true, mask: 0xF_0000_00FF).allows(selector: 0x1_0000_00C0))
  }

  @Test("an exclude entry takes back what an include entry hits")
  func exclude() throws {
    let entries: [UInt64] = [0xC0, 0xFF80_0000_0000_01C0]
    let filter = try filter(.allow, entries, masked: true)
    #expect(filter.allows(selector: 0xC0))
    #expect(filter.allows(selector: 0x2C0))
    #expect(!filter.allows(selector: 0x1C0))
    #expect(!filter.allows(selector: 0xC1))
  }

  @Test("the search agrees with a look at every entry", arguments: [false, true])
  func agreesWithLinearSearch(masked: Bool) throws {
    var generator = SeededGenerator.fresh("event filter, masked \(masked)")
    for _ in 0..<300 {
      let entries = (0..<generator.below(40)).map { _ in
        generator.below(6) | generator.below(4) << 8
          | (masked ? generator.below(4) << 56 | generator.below(2) << 55 : 0)
      }
      let filter = try filter(.allow, entries, masked: masked)
      for event in 0..<6 as Range<UInt64> {
        for unitMask in 0..<4 as Range<UInt64> {
          func hits(_ entry: UInt64) -> Bool {
            let mask = masked ? entry >> 56 : 0xFF
            return entry & 0xFF == event && unitMask & mask == (entry >> 8) & 0xFF
          }
          let isExclude = { (entry: UInt64) in masked && entry & 1 << 55 != 0 }
          let isIncluded = entries.contains { !isExclude($0) && hits($0) }
          let isExcluded = entries.contains { isExclude($0) && hits($0) }
          #expect(filter.allows(selector: event | unitMask << 8 | 0x43_0000) == (isIncluded && !isExcluded))
        }
      }
    }
  }

  @Test("fixed counters are judged by the bitmap alone")
  func fixed() throws {
    let allow = try filter(.allow, [0xC0], fixedBitmap: 0b10)
    #expect(!allow.allows(fixed: 0))
    #expect(allow.allows(fixed: 1))
    let deny = try filter(.deny, [0xC0], fixedBitmap: 0b10)
    #expect(deny.allows(fixed: 0))
    #expect(!deny.allows(fixed: 1))
  }
}
