import CKernelFixtures
import Glibc
import Testing
import VPMUModel

import PerfEventHost

extension Kernel {
  @Suite("The probe")
  struct HostProbeTests {
    @Test("it leaves no descriptor and no blocked signal behind")
    func leavesNothing() throws {
      struct Left: Sendable { var descriptors: Int, isBlocked: Bool }
      let signal = try Kernel.signal()
      let left = Kernel.onOwnThread {
        signal.unblockHere()
        let before = Kernel.eventDescriptors()
        _ = HostProbe.run()
        return Left(
          descriptors: Kernel.eventDescriptors().subtracting(before).count, isBlocked: signal.isBlockedHere)
      }
      #expect(left.descriptors == 0)
      #expect(!left.isBlocked)
    }

    @Test("what it says fits together")
    func consistent() {
      let found = HostProbe.run()
      #expect(found.vendor.utf8.count == 12)
      #expect(found.genericEvents.map(\.event) == GenericEvent.allCases)
      #expect(found.hardwareAccess.isAvailable || found.capacity == 0)
      #expect((0...16).contains(found.capacity))
      #expect((0...3).contains(found.extraFixed))
      #expect(found.capacity > 0 || found.fixedEvents == [])
      #expect(found.probeTime > 0)
      print("HostProbe.run() took \(found.probeTime / 1000) µs")
    }

    @Test(
      "software clock overflows reach a thread",
      .enabled(if: Kernel.hasSoftwareEvents, "perf_event_open is refused here"))
    func notifications() {
      #expect(HostProbe.run().softwareNotifications == .arrived)
    }

    @Test(
      "events may write into another one's buffer",
      .enabled(if: Kernel.hasSoftwareEvents, "perf_event_open is refused here"))
    func throttleRecords() {
      #expect(HostProbe.run().throttleRecords == .available)
    }

    @Test("a refusal by seccomp is seen, named and survived", arguments: [EPERM, ENOSYS])
    func seccomp(errno: Int32) throws {
      struct Outcome: Sendable {
        var installed: Int32
        var found: HostCapabilities
        var creation: PerfEventHostError?
      }
      let outcome = Kernel.onOwnThread {
        let installed = refuse_perf_event_open(errno)
        let found = HostProbe.run()
        do throws(PerfEventHostError) {
          _ = try PerfEventHost(found, options: PerfEventOptions(source: .softwareClock))
          return Outcome(installed: installed, found: found, creation: nil)
        } catch {
          return Outcome(installed: installed, found: found, creation: error)
        }
      }
      try #require(outcome.installed == 0)
      #expect(outcome.found.softwareAccess == .refused(errno: errno))
      #expect(outcome.found.hardwareAccess == .refused(errno: errno))
      #expect(outcome.found.missingEvents == [])
      let report = DoctorReport(outcome.found)
      #expect(report.bestHost == .none)
      #expect(report.reason.contains("seccomp"))
      #expect(report.shortfalls.contains { $0.name == "hardware events" && $0.advice?.contains("seccomp") == true })
      #expect(outcome.creation.map { "\($0)" }?.contains("seccomp") == true)
    }
  }
}
