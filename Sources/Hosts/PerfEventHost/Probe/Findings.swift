import CLibc
import VPMUModel

/// The findings of a ``DoctorReport``, by subject.
extension HostCapabilities {
  private typealias Finding = DoctorReport.Finding

  var machineFindings: [DoctorReport.Finding] {
    [
      Finding(name: "processor", value: vendor, verdict: .note),
      Finding(
        name: "virtual machine", value: isVirtualMachine ? "yes" : "no", verdict: .note,
        advice: isVirtualMachine
          ? "counters belong to the hypervisor: each access may trap, and fewer may count than CPUID says" : nil),
      Finding(name: "probe time", value: "\(probeTime / 1000) µs", verdict: .note),
    ]
  }

  var accessFindings: [DoctorReport.Finding] {
    [
      finding("software events", softwareAccess, hardware: false),
      finding("hardware events", hardwareAccess, hardware: true),
      rawFinding,
      Finding(
        name: "kernel.perf_event_paranoid", value: text(kernel.paranoid),
        verdict: (kernel.paranoid ?? 0) > 2 && !kernel.hasPerfmon ? .shortfall : .good,
        advice: (kernel.paranoid ?? 0) > 2 && !kernel.hasPerfmon
          ? "sysctl kernel.perf_event_paranoid=2, or give CAP_PERFMON" : nil),
      Finding(
        name: "seccomp", value: kernel.seccompMode == 2 ? "filter" : "none",
        verdict: kernel.seccompMode == 2 ? .note : .good,
        advice: kernel.seccompMode == 2 ? "if perf_event_open is refused, look at its profile first" : nil),
      Finding(
        name: "/dev/kvm", value: kvm.description, verdict: kvm.isAvailable ? .good : .note,
        advice: kvm.isAvailable ? nil : "only a virtual machine's monitor needs it"),
    ]
  }

  var counterFindings: [DoctorReport.Finding] {
    guard hardwareAccess.isAvailable else {
      let names = ["counters that count", "generic events", "exclude_host", "RDPMC in user mode"]
      return [watchdogFinding]
        + names.map { Finding(name: $0, value: "not tried, there are no hardware events", verdict: .note) }
    }
    return [capacityFinding, watchdogFinding] + genericEvents.map(finding) + [
      Finding(
        name: "exclude_host", value: excludeHost.description, verdict: excludeHost.isAvailable ? .good : .note,
        advice: excludeHost.isAvailable ? nil : "the counters can't distinguish guest and host"),
      Finding(
        name: "RDPMC in user mode", value: userRDPMC.description, verdict: .note,
        advice: userRDPMC.isAvailable ? "where an event's page is mapped" : nil),
    ] + readFindings
  }

  /// How counts are read, by whose instructions are counted.
  private var readFindings: [DoctorReport.Finding] {
    let scopes: [(String, GuestScope)] = [
      ("a thread", .thread), ("a virtual machine", .virtualMachine), ("a nested one", .nestedVirtualMachine),
    ]
    return scopes.map { name, scope in
      let plan = readPlan(source: .hardware, scope: scope)
      return Finding(
        name: "counts of \(name) are read", value: plan.way == .page ? "from pages" : "by read(2)", verdict: .note,
        advice: plan.reason)
    }
  }

  var notificationFindings: [DoctorReport.Finding] {
    let notifications = [
      finding("overflow signal, hardware", hardwareNotifications),
      finding("overflow signal, software clock", softwareNotifications),
    ]
    return notifications.filter { $0.value != "not tried" } + throttleFindings
  }

  private var throttleFindings: [DoctorReport.Finding] {
    guard softwareAccess.isAvailable || hardwareAccess.isAvailable else { return [] }
    return [
      Finding(
        name: "throttling noticed", value: throttleRecords.description,
        verdict: throttleRecords.isAvailable ? .good : .shortfall,
        advice: throttleRecords.isAvailable
          ? nil
          : "an event that the kernel stopped for a while looks like one that counts: raise kernel.perf_event_mlock_kb")
    ]
  }

  var limitFindings: [DoctorReport.Finding] {
    [
      sampleRateFinding,
      Finding(
        name: "kernel.perf_cpu_time_max_percent", value: text(kernel.cpuTimeMaxPercent), verdict: .note,
        advice: "the share of time above which the kernel lowers the sample rate; 0 or 100: never"),
      Finding(
        name: "kernel.perf_event_mlock_kb", value: text(kernel.mlockKiB),
        verdict: (kernel.mlockKiB ?? 516) < 68 ? .shortfall : .good,
        advice: (kernel.mlockKiB ?? 516) < 68
          ? "throttling is noticed through a ring buffer of up to 68 KiB a vCPU: raise it" : nil),
      limit("RLIMIT_NOFILE", descriptorLimit, least: 256, "an event takes a descriptor: raise it (ulimit -n)"),
      limit(
        "RLIMIT_SIGPENDING", pendingSignalLimit, least: 64,
        "a full signal queue makes every vCPU read all its events: raise it (ulimit -i)"),
    ]
  }

  private func finding(_ name: String, _ access: Availability, hardware: Bool) -> DoctorReport.Finding {
    guard case .refused(let errno) = access else {
      return Finding(name: name, value: access.description, verdict: access.isAvailable ? .good : .note)
    }
    return Finding(
      name: name, value: access.description, verdict: .shortfall, advice: advice(onRefusal: errno, hardware: hardware))
  }

  private var rawFinding: DoctorReport.Finding {
    Finding(
      name: "raw encodings", value: rawAccess.description, verdict: .note,
      advice: rawAccess.isAvailable
        ? "used only where the embedder allows them and the model is of this processor's vendor" : nil)
  }

  private var capacityFinding: DoctorReport.Finding {
    Finding(
      name: "counters that count", value: countersText, verdict: capacity >= 4 ? .good : .shortfall,
      advice: capacity >= 4 ? nil : (capacity == 0 ? noCounterAdvice : competitorAdvice))
  }

  /// `4, and 3 more for cycles, instructions, ref-cycles only`
  private var countersText: String {
    let names = fixedEvents.events.map { $0.description }.joined(separator: ", ")
    return names.isEmpty ? "\(capacity)" : "\(capacity), and \(extraFixed) more for \(names) only"
  }

  private var watchdogFinding: DoctorReport.Finding {
    let isOn = kernel.nmiWatchdog == 1
    return Finding(
      name: "kernel.nmi_watchdog", value: text(kernel.nmiWatchdog), verdict: isOn ? .shortfall : .good,
      advice: isOn ? "it holds one counter of every processor: sysctl kernel.nmi_watchdog=0" : nil)
  }

  private func finding(_ probe: GenericEventProbe) -> DoctorReport.Finding {
    let name = "event \(probe.event)"
    switch probe.availability {
    case .available:
      return Finding(name: name, value: "counted \(probe.count)", verdict: .good)
    case .notTried: return Finding(name: name, value: probe.availability.description, verdict: .note)
    case .refused(let errno):
      return Finding(
        name: name, value: probe.availability.description, verdict: probe.isMissing ? .note : .shortfall,
        advice: probe.isMissing
          ? "this processor or its driver has no such event: guest counters of it do not count"
          : advice(onRefusal: errno, hardware: true))
    }
  }

  private func finding(_ name: String, _ notification: NotificationProbe) -> DoctorReport.Finding {
    switch notification {
    case .arrived: Finding(name: name, value: "yes", verdict: .good)
    case .notTried: Finding(name: name, value: "not tried", verdict: .note)
    case .queueFull:
      Finding(
        name: name, value: "queue full", verdict: .shortfall,
        advice: "the user's signal queue is full: raise RLIMIT_SIGPENDING (ulimit -i), or end who fills it")
    case .absent:
      Finding(
        name: name, value: "no", verdict: .shortfall,
        advice: isVirtualMachine
          ? "overflow interrupts do not come, guests get no PMI: the hypervisor's virtual PMU must deliver them"
          : "overflow interrupts do not come, guests get no PMI: look for 'perf' in the kernel's messages")
    }
  }

  private var sampleRateFinding: DoctorReport.Finding {
    let rate = kernel.maxSampleRate ?? 0
    let isLow = kernel.maxSampleRate != nil && rate < 20_000
    return Finding(
      name: "kernel.perf_event_max_sample_rate", value: text(kernel.maxSampleRate), verdict: isLow ? .shortfall : .good,
      advice: isLow
        ? "an event that overflows more often stops counting for a while: raise it, and set kernel.perf_cpu_time_max_percent=0 to keep it"
        : nil)
  }

  private func limit(_ name: String, _ value: UInt64?, least: UInt64, _ advice: String) -> DoctorReport.Finding {
    let isLow = value.map { $0 < least } ?? false
    return Finding(
      name: name, value: value.map { "\($0)" } ?? "unlimited", verdict: isLow ? .shortfall : .good,
      advice: isLow ? advice : nil)
  }

  private func text(_ value: Int?) -> String { value.map { "\($0)" } ?? "not there" }
}
