import CLinux
import Testing
import VPMUCore
import VPMUModel

import PerfEventHost

@Suite("What is opened for a request")
struct EventPlanTests {
  static let edge: UInt64 = 1 << 18
  static let invert: UInt64 = 1 << 23
  static let counterMask: UInt64 = 2 << 24

  static func host(
    _ source: EventSource = .hardware, raw: Bool = false, sameVendor: Bool = true, missing: GenericEventSet = []
  ) -> CountableEvents {
    CountableEvents(source: source, scope: .thread, allowsRaw: raw, isModelsVendor: sameVendor, missing: missing)
  }

  static func request(
    _ generic: GenericEvent?, rings: Rings = .user, selector: UInt64 = 0x41_00C0
  ) -> EventRequest {
    EventRequest(
      pmc: .generalPurpose(0), selector: selector, code: EventCode(selector: selector, mask: 0xFF), generic: generic,
      quality: generic == nil ? .none : .exact, rings: rings, period: 1000, interrupts: true)
  }

  static func refusal(_ request: EventRequest, on host: CountableEvents) -> HostRefusal? {
    do throws(HostRefusal) {
      _ = try EventPlan(request, on: host)
      return nil
    } catch {
      return error
    }
  }

  @Test("a generic event is opened by its number", arguments: GenericEvent.allCases)
  func generic(event: GenericEvent) throws {
    for raw in [false, true] {
      for sameVendor in [false, true] {
        let plan = try EventPlan(Self.request(event), on: Self.host(raw: raw, sameVendor: sameVendor))
        let expected = KernelEvent(
          type: 0, config: UInt64(event.rawValue), neverStandsStill: event == .cycles || event == .instructions)
        #expect(plan == .open(expected), "raw \(raw), same vendor \(sameVendor)")
      }
    }
  }

  @Test("a generic event that the host lacks is refused without asking", arguments: GenericEvent.allCases)
  func missing(event: GenericEvent) {
    let host = Self.host(missing: GenericEventSet(event))
    for asked in GenericEvent.allCases {
      #expect(Self.refusal(Self.request(asked), on: host) == (asked == event ? .noSuchEvent : nil))
    }
  }

  @Test("without a generic event: the refusal by flags, vendor and the embedder's choice")
  func unnamed() {
    let flags = [Self.edge, Self.invert, Self.counterMask, Self.edge | Self.counterMask]
    for raw in [false, true] {
      let native = Self.host(raw: raw)
      let foreign = Self.host(raw: raw, sameVendor: false)
      #expect(Self.refusal(Self.request(nil), on: native) == (raw ? nil : .rawNotAllowed))
      #expect(Self.refusal(Self.request(nil), on: foreign) == .foreignEncoding)
      for flag in flags {
        let request = Self.request(nil, selector: 0x41_00C0 | flag)
        #expect(Self.refusal(request, on: native) == (raw ? nil : .flagsNotCountable))
        #expect(Self.refusal(request, on: foreign) == .flagsNotCountable)
      }
    }
  }

  @Test("a raw event carries event, unit mask and flags, and neither rings nor enable nor interrupt")
  func rawConfig() throws {
    let plan = try EventPlan(Self.request(nil, selector: .max), on: Self.host(raw: true))
    #expect(plan == .open(KernelEvent(type: 4, config: 0xF_FF84_FFFF, neverStandsStill: false)))
    let usual = try EventPlan(Self.request(nil, selector: 0x5_0273_01C5 & 0xF_FFFF_FFFF), on: Self.host(raw: true))
    #expect(usual == .open(KernelEvent(type: 4, config: 0x5_0200_01C5, neverStandsStill: false)))
  }

  @Test("rings of a thread guest: none counts nothing, ring 0 only is refused, ring 3 counts")
  func rings() throws {
    for source in [EventSource.hardware, .softwareClock, .pageFaults] {
      let host = Self.host(source)
      #expect(try EventPlan(Self.request(.cycles, rings: []), on: host) == .nothing)
      #expect(Self.refusal(Self.request(.cycles, rings: .kernel), on: host) == .ringNotCountable)
      #expect(Self.refusal(Self.request(.cycles, rings: .user), on: host) == nil)
      #expect(Self.refusal(Self.request(.cycles, rings: [.user, .kernel]), on: host) == nil)
    }
    // Where nothing is counted, it does not matter what.
    #expect(try EventPlan(Self.request(nil, rings: []), on: Self.host()) == .nothing)
  }

  @Test("the software sources take generic events for their own and know no raw ones")
  func software() throws {
    for event in GenericEvent.allCases {
      #expect(
        try EventPlan(Self.request(event), on: Self.host(.softwareClock))
          == .open(KernelEvent(type: 1, config: 1, neverStandsStill: false)))
      #expect(
        try EventPlan(Self.request(event), on: Self.host(.pageFaults))
          == .open(KernelEvent(type: 1, config: 2, neverStandsStill: false)))
    }
    for source in [EventSource.softwareClock, .pageFaults] {
      let host = Self.host(source, raw: true)
      #expect(Self.refusal(Self.request(nil), on: host) == .noSuchEvent)
      #expect(Self.refusal(Self.request(nil, selector: Self.edge), on: host) == .flagsNotCountable)
    }
  }

  @Test("a mapping is at best approximate where counts are not the event's")
  func quality() {
    #expect(EventSource.hardware.quality(.exact) == .exact)
    #expect(EventSource.softwareClock.quality(.exact) == .approximate)
    #expect(EventSource.softwareClock.quality(.none) == .none)
  }

  @Test("what is opened counts as well as the source; a raw encoding and an event of no ring count exactly")
  func qualityOfPlan() throws {
    for quality in [MappingQuality.approximate, .sameUnit, .exact] {
      var request = Self.request(.branches)
      request.quality = quality
      let plan = try EventPlan(request, on: Self.host())
      #expect(plan.quality(of: request, on: Self.host()) == quality)
      #expect(plan.quality(of: request, on: Self.host(.softwareClock)) == .approximate)
    }
    let raw = Self.request(nil)
    #expect(try EventPlan(raw, on: Self.host(raw: true)).quality(of: raw, on: Self.host()) == .exact)
    let nowhere = Self.request(nil, rings: [])
    #expect(try EventPlan(nowhere, on: Self.host()).quality(of: nowhere, on: Self.host(.softwareClock)) == .exact)
  }

  @Test("where only ring 3 of what was asked for is counted, the count is approximate at best")
  func qualityOfRings() throws {
    let host = Self.host(raw: true)
    for request in [Self.request(.branches, rings: [.user, .kernel]), Self.request(nil, rings: [.user, .kernel])] {
      #expect(try EventPlan(request, on: host).quality(of: request, on: host) == .approximate)
      var userOnly = request
      userOnly.rings = .user
      #expect(try EventPlan(userOnly, on: host).quality(of: userOnly, on: host) == .exact)
    }
  }

  @Test("no event overflows so often that its thread only handles signals", arguments: GenericEvent.allCases)
  func shortestPeriod(event: GenericEvent) throws {
    let isRare = [.cacheReferences, .cacheMisses, .branchMisses].contains(event)
    let expected: [(EventSource, UInt64)] = [(.hardware, isRare ? 100 : 1000), (.softwareClock, 100_000)]
    for (source, period) in expected {
      guard case .open(let kernelEvent) = try EventPlan(Self.request(event), on: Self.host(source)) else {
        Issue.record("\(event) is not opened")
        continue
      }
      #expect(kernelEvent.shortestPeriod == period)
    }
  }
}
