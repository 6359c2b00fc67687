import CLinux
import Testing
import VPMUCore
import VPMUModel

import PerfEventHost

@Suite("Whose instructions count")
struct GuestScopeTests {
  static func host(_ scope: GuestScope) -> CountableEvents {
    CountableEvents(source: .hardware, scope: scope, allowsRaw: false, isModelsVendor: true, missing: [])
  }

  @Test(
    "a virtual machine counts in the rings that are asked for", arguments: [Rings.user, .kernel, [.user, .kernel]])
  func native(rings: Rings) throws {
    for event in GenericEvent.allCases {
      let request = EventPlanTests.request(event, rings: rings)
      let plan = try EventPlan(request, on: Self.host(.virtualMachine))
      #expect(plan != .nothing)
      #expect(plan.quality(of: request, on: Self.host(.virtualMachine)) == .exact)
    }
  }

  @Test("the host is excluded, and the ring that is not asked for")
  func exclusions() {
    let (host, user, kernel) = (CLINUX_EVENT_EXCLUDE_HOST, CLINUX_EVENT_EXCLUDE_USER, CLINUX_EVENT_EXCLUDE_KERNEL)
    #expect(GuestScope.virtualMachine.exclusions([.user, .kernel]) == UInt32(host))
    #expect(GuestScope.virtualMachine.exclusions(.user) == UInt32(host) | UInt32(kernel))
    #expect(GuestScope.virtualMachine.exclusions(.kernel) == UInt32(host) | UInt32(user))
    #expect(GuestScope.nestedVirtualMachine.exclusions(.user) == GuestScope.thread.exclusions(.user))
  }

  @Test("nested by software: ring 0 counts instructions, which the VMM reports, and nothing else")
  func nested() throws {
    let host = Self.host(.nestedVirtualMachine)
    for event in GenericEvent.allCases {
      let kernel = EventPlanTests.request(event, rings: .kernel)
      if event == .instructions {
        #expect(try EventPlan(kernel, on: host) == .nothing)
        #expect(try EventPlan(kernel, on: host).quality(of: kernel, on: host) == .exact)
      } else {
        #expect(EventPlanTests.refusal(kernel, on: host) == .ringNotCountable)
      }
      let both = EventPlanTests.request(event, rings: [.user, .kernel])
      let quality = try EventPlan(both, on: host).quality(of: both, on: host)
      #expect(quality == (event == .instructions ? .exact : .approximate))
    }
  }
}
