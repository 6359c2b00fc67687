import SeededRandom
import PerfEventHost
import TestSupport
import Testing
import VPMUCore
import VPMUModel

extension Kernel {
  /// A guest that does anything, on events of the kernel.
  @Suite("A random guest", .enabled(if: Kernel.hasSoftwareEvents, "perf_event_open is refused here"))
  struct RandomGuestTests {
    private struct Life: ModelVisitor {
      let preset: Preset
      let host: PerfEventHost
      let generator: SeededGenerator
      let steps: Int

      func visit<Model: PMUModel>(_ model: Model) throws -> HostEventStatistics {
        let vpmu = try VirtualPMU(model: model, configuration: preset.configuration, host: host)
        var guest = RandomGuest(model.declaration, generator: generator)
        var work: UInt64 = 1
        for step in 0..<steps {
          switch guest.next() {
          case .write(let msr, let value, let origin): _ = try vpmu.writeMSR(msr, value, origin: origin)
          case .read(let msr, let origin): _ = try vpmu.readMSR(msr, origin: origin)
          case .readPMC(let ecx, let cpl, let cr4PCE): _ = try vpmu.readPMC(ecx, cpl: cpl, cr4PCE: cr4PCE)
          case .scheduledIn: try vpmu.scheduledIn()
          case .emulated(let code, let cpl, let count): try vpmu.emulated(code, cpl: cpl, count: count)
          case .enter, .filter: _ = try vpmu.enter()
          case .run:
            _ = try vpmu.enter()
            for turn in 0..<2000 as Range<UInt64> { work = work &* 3 &+ turn }
          }
          if step % 1000 == 0 { for pmc in vpmu.existingCounters { _ = try vpmu.counterState(pmc) } }
          if step % 4000 == 3999 { try vpmu.reset() }
        }
        #expect(work != 0)
        #expect(vpmu.statistics.live <= 32)
        return vpmu.statistics
      }
    }

    @Test("each of its accesses is answered, and no descriptor is left", arguments: VendorPreset.all)
    func life(preset: VendorPreset) throws {
      let before = Kernel.eventDescriptors()
      do {
        let signal = try Kernel.signal()
        let host = try PerfEventHost(
          Kernel.capabilities, options: PerfEventOptions(source: .softwareClock, signal: signal))
        let generator = SeededGenerator.fresh("random guest on real events, \(preset)")
        let life = Life(preset: preset.preset, host: host, generator: generator, steps: 8000)
        let statistics = try preset.vendor.accept(life)
        #expect(statistics.created > 0)
      }
      #expect(Kernel.eventDescriptors() == before)
    }
  }
}
