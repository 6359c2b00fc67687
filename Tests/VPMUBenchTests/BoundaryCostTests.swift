import AMDModel
import IntelModel
import Testing
import VPMUBench
import VPMUModel

struct BoundaryCostTests {
  /// A model whose every read takes its time.
  private struct SlowModel: SpecialRegisters {
    private let good = IntelModel()

    let tables = IntelModel().tables
    func refresh(_ state: PMUState, guest: GuestConfiguration, host: HostLimits) -> Bool {
      good.refresh(state, guest: guest, host: host)
    }
    func getMSR(_ msr: MSRNumber, origin: AccessOrigin, _ state: PMUStateView) -> ModelAnswer? {
      let start = Clock.now()
      while Clock.now() &- start < 1000 {}
      return nil
    }
    func setMSR(_ msr: MSRNumber, _ value: UInt64, origin: AccessOrigin, _ state: PMUState) -> ModelAnswer? { nil }
  }

  @Test("each callback is measured once, in the header's names")
  func callbacks() throws {
    let costs = try BoundaryCost.costs(of: AMDModel())
    #expect(costs.map(\.callback) == HotCallback.allCases)
    #expect(costs.allSatisfy { $0.time.best <= $0.time.median && $0.plain.best <= $0.plain.median })
  }

  @Test("a callback that takes a microsecond is over the bar, by about that, and the others' times are their own")
  func slow() throws {
    let costs = try BoundaryCost.costs(of: SlowModel())
    let read = try #require(costs.first { $0.callback == .getMSR })
    #expect(read.overPlain > 50_000 && !read.isWithinBar)
    let write = try #require(costs.first { $0.callback == .setMSR })
    // An unoptimized build adds to both.
    #expect(write.overPlain < read.overPlain - 40_000)
  }

  @Test("bars are met below them only")
  func bars() {
    let plain = CallTime(best: 100, median: 150)
    let met = CallbackCost(callback: .getMSR, time: CallTime(best: 300, median: 449), plain: plain)
    let missed = CallbackCost(callback: .setMSR, time: CallTime(best: 300, median: 450), plain: plain)
    #expect(met.overPlain == 299 && met.isWithinBar && missed.overPlain == 300 && !missed.isWithinBar)
    let faster = CallbackCost(callback: .getMSR, time: CallTime(best: 20, median: 25), plain: plain)
    #expect(faster.overPlain == -125)
    let declaration = IntelModel().declaration
    let cost = PluginCost(declaration, path: "/p.so", loadTime: 999_999, callbacks: [met, faster])
    #expect(cost.isLoadWithinBar && cost.areCallbacksWithinBar)
    #expect(cost.json.contains(#""over_plain_ns":-1.25"#) && cost.table.contains("-1.25"))
    let slower = PluginCost(declaration, path: "/p.so", loadTime: 1_000_000, callbacks: [met, missed])
    #expect(!slower.isLoadWithinBar && !slower.areCallbacksWithinBar && slower.table.contains("NOT less than 3 ns"))
  }
}
