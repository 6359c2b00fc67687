import Glibc
import Testing
import VPMUModel

import PerfEventHost

@Suite("The doctor's report")
struct DoctorReportTests {
  /// A machine on which all is well.
  static var healthy: HostCapabilities {
    var host = HostCapabilities(vendor: "GenuineIntel", isVirtualMachine: false)
    host.softwareAccess = .available
    host.hardwareAccess = .available
    host.rawAccess = .available
    host.excludeHost = .available
    host.capacity = 8
    host.genericEvents = GenericEvent.allCases.map {
      GenericEventProbe(event: $0, availability: .available, count: 10)
    }
    host.userRDPMC = .available
    host.hardwareNotifications = .arrived
    host.softwareNotifications = .arrived
    host.throttleRecords = .available
    host.kernel = settings
    host.descriptorLimit = 1024
    host.pendingSignalLimit = 10_000
    host.kvm = .available
    host.probeTime = 1
    return host
  }

  static var settings: KernelSettings {
    var settings = KernelSettings()
    settings.paranoid = 2
    settings.nmiWatchdog = 0
    settings.maxSampleRate = 100_000
    settings.cpuTimeMaxPercent = 25
    settings.mlockKiB = 516
    settings.rdpmc = 1
    settings.seccompMode = 0
    return settings
  }

  /// What is wrong, and what its advice must name.
  struct Case: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var finding: String
    var named: String
    var change: @Sendable (inout HostCapabilities) -> Void
  }

  static let cases = [
    Case(testDescription: "paranoid", finding: "hardware events", named: "kernel.perf_event_paranoid=2") {
      $0.hardwareAccess = .refused(errno: EACCES)
      $0.kernel.paranoid = 3
    },
    Case(testDescription: "security module", finding: "hardware events", named: "security module") {
      $0.hardwareAccess = .refused(errno: EACCES)
    },
    Case(testDescription: "seccomp", finding: "software events", named: "seccomp") {
      $0.softwareAccess = .refused(errno: EPERM)
      $0.kernel.seccompMode = 2
    },
    Case(testDescription: "no PMU in a VM", finding: "hardware events", named: "hypervisor") {
      $0.hardwareAccess = .refused(errno: ENOENT)
      $0.isVirtualMachine = true
    },
    Case(testDescription: "no PMU driver", finding: "hardware events", named: "kernel drives no PMU") {
      $0.hardwareAccess = .refused(errno: ENOENT)
    },
    Case(testDescription: "mediated VM", finding: "hardware events", named: "mediated") {
      $0.hardwareAccess = .refused(errno: EOPNOTSUPP)
    },
    Case(testDescription: "NMI watchdog", finding: "kernel.nmi_watchdog", named: "kernel.nmi_watchdog=0") {
      $0.kernel.nmiWatchdog = 1
    },
    Case(testDescription: "watchdog and busy", finding: "hardware events", named: "kernel.nmi_watchdog=0") {
      $0.hardwareAccess = .refused(errno: EBUSY)
      $0.kernel.nmiWatchdog = 1
    },
    Case(testDescription: "dead counters", finding: "counters that count", named: "hypervisor") {
      $0.capacity = 0
      $0.isVirtualMachine = true
    },
    Case(testDescription: "descriptors", finding: "RLIMIT_NOFILE", named: "ulimit -n") { $0.descriptorLimit = 20 },
    Case(testDescription: "signal queue", finding: "RLIMIT_SIGPENDING", named: "ulimit -i") {
      $0.pendingSignalLimit = 0
    },
    Case(testDescription: "sample rate", finding: "kernel.perf_event_max_sample_rate", named: "raise") {
      $0.kernel.maxSampleRate = 8000
    },
    Case(testDescription: "locked memory", finding: "kernel.perf_event_mlock_kb", named: "raise") {
      $0.kernel.mlockKiB = 8
    },
    Case(testDescription: "no ring", finding: "throttling noticed", named: "kernel.perf_event_mlock_kb") {
      $0.throttleRecords = .refused(errno: EPERM)
    },
    Case(testDescription: "full queue", finding: "overflow signal, hardware", named: "RLIMIT_SIGPENDING") {
      $0.hardwareNotifications = .queueFull
    },
    Case(testDescription: "no interrupts", finding: "overflow signal, hardware", named: "PMI") {
      $0.hardwareNotifications = .absent
    },
    Case(testDescription: "busy event", finding: "event cycles", named: "profilers") {
      $0.genericEvents[0].availability = .refused(errno: EBUSY)
    },
  ]

  @Test("on a healthy machine there is no shortfall and hardware is best")
  func good() {
    let report = DoctorReport(Self.healthy)
    #expect(report.shortfalls == [])
    #expect(report.bestHost == .hardware)
    #expect(report.reason == "8 hardware counters count")
  }

  @Test("each shortfall names what to change", arguments: cases)
  func shortfall(sick: Case) throws {
    var host = Self.healthy
    sick.change(&host)
    let report = DoctorReport(host)
    let finding = try #require(report.shortfalls.first { $0.name == sick.finding })
    #expect(finding.advice?.contains(sick.named) == true, "\(finding)")
    for shortfall in report.shortfalls { #expect(shortfall.advice != nil, "\(shortfall.name)") }
  }

  @Test("an event that the processor lacks is a note and known as missing")
  func missingEvent() {
    var host = Self.healthy
    host.genericEvents[6].availability = .refused(errno: ENOENT)
    host.genericEvents[0].availability = .refused(errno: EBUSY)
    #expect(host.missingEvents == GenericEventSet(.busCycles))
    #expect(DoctorReport(host).findings.first { $0.name == "event bus-cycles" }?.verdict == .note)
  }

  @Test("counters that take one event only are named beside those that take all")
  func fixedCounters() {
    var host = Self.healthy
    func shown() -> String? { DoctorReport(host).findings.first { $0.name == "counters that count" }?.value }
    #expect(shown() == "8")
    host.capacity = 4
    host.fixedEvents = [GenericEventSet(.cycles), GenericEventSet(.instructions), GenericEventSet(.referenceCycles)]
    #expect(host.extraFixed == 3)
    #expect(shown() == "4, and 3 more for cycles, instructions, ref-cycles only")
  }

  @Test("without hardware the software clock is best, without perf events nothing is")
  func best() {
    var host = Self.healthy
    host.capacity = 0
    #expect(host.bestHost == .softwareClock)
    host.softwareAccess = .refused(errno: EPERM)
    host.hardwareAccess = .refused(errno: EPERM)
    #expect(host.bestHost == .none)
    #expect(host.bestHost.source == nil)
    #expect(throws: PerfEventHostError.self) { try PerfEventHost(host) }
  }

  @Test("the text has every finding")
  func text() {
    let report = DoctorReport(Self.healthy)
    for finding in report.findings { #expect(report.text.contains(finding.name)) }
  }
}
