import Testing
import VPMUModel

import PerfEventHost

@Suite("How many events are enabled at a time")
struct CounterBudgetTests {
  static let all: GenericEventSet = [
    GenericEventSet(.cycles), GenericEventSet(.instructions), GenericEventSet(.referenceCycles),
  ]

  @Test("without counters of their own, all events share the general ones", arguments: [1, 4, 6])
  func general(number: Int) {
    var budget = CounterBudget(general: number)
    #expect(budget.most == number)
    for _ in 0..<number {
      #expect(budget.admits(.cycles) && budget.admits(nil))
      budget.enable(.cycles)
    }
    #expect(!budget.admits(.cycles) && !budget.admits(.branches) && !budget.admits(nil))
    budget.disable(.cycles)
    #expect(budget.admits(.branches))
  }

  @Test("where the general counters are full, each event with a counter of its own goes on it, once")
  func ownCounters() {
    var budget = CounterBudget(general: 4, fixed: Self.all)
    #expect(budget.most == 7)
    for event in [GenericEvent.branches, .cacheMisses, .branchMisses, nil] { budget.enable(event) }
    #expect(!budget.admits(.branches) && !budget.admits(nil))
    for event in Self.all.events {
      #expect(budget.admits(event))
      budget.enable(event)
      #expect(!budget.admits(event))
    }
    #expect(budget.enabledCount == budget.most)
  }

  @Test("where the own counters are full, the general ones are as many as ever")
  func ownFirst() {
    var budget = CounterBudget(general: 2, fixed: Self.all)
    for event in Self.all.events { budget.enable(event) }
    budget.enable(.instructions)
    #expect(budget.admits(.instructions) && budget.admits(.branches))
    budget.enable(.branches)
    #expect(!budget.admits(.instructions) && !budget.admits(.branches))
    // One of the two moves to the counter of its own.
    budget.disable(.instructions)
    #expect(budget.admits(.branches))
  }

  @Test("an event has a counter of its own only where the probe found one", arguments: GenericEvent.allCases)
  func found(event: GenericEvent) {
    var budget = CounterBudget(general: 1, fixed: GenericEventSet(event))
    budget.enable(nil)
    #expect(budget.admits(event) == Self.all.contains(event))
    for other in GenericEvent.allCases where other != event { #expect(!budget.admits(other)) }
    #expect(budget.most == (Self.all.contains(event) ? 2 : 1))
  }

  @Test("on hardware a host takes what the probe found; a limit that was chosen holds for all events")
  func host() throws {
    var found = DoctorReportTests.healthy
    found.capacity = 4
    found.fixedEvents = Self.all
    let host = try PerfEventHost(found)
    #expect(host.capacity == 7 && host.limits.gp_counters == 4 && host.limits.fixed_counters == 3)
    #expect(try PerfEventHost(found, options: PerfEventOptions(capacity: 2)).capacity == 2)
    #expect(try PerfEventHost(found, options: PerfEventOptions(source: .softwareClock)).capacity == 64)
  }
}
