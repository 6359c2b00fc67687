import CLibc

/// What to change when the kernel refuses an event.
extension HostCapabilities {
  /// - Parameter hardware: it was a hardware event; a software one needs no counter.
  func advice(onRefusal errno: Int32, hardware: Bool) -> String {
    switch errno {
    case EPERM, ENOSYS, EACCES: accessAdvice(errno)
    case EMFILE, ENFILE: "no descriptor is left: raise RLIMIT_NOFILE (ulimit -n)"
    case EBUSY: competitorAdvice
    case EOPNOTSUPP where !isVirtualMachine: mediatedAdvice
    case ENOENT, ENXIO, ENODEV, EOPNOTSUPP: hardware ? noPMUAdvice : "the kernel was built without this event"
    default: "perf_event_open fails with \(Errno(errno).name): see its manual page"
    }
  }

  private func accessAdvice(_ errno: Int32) -> String {
    let name = Errno(errno).name
    // The kernel itself answers EACCES. Filters answer EPERM, some ENOSYS.
    if errno != EACCES, kernel.seccompMode == 2 {
      return """
        a seccomp filter refuses perf_event_open (\(name)): allow it in the profile of the container or service \
        (Docker: --cap-add PERFMON or an own --security-opt seccomp=; systemd: SystemCallFilter=perf_event_open)
        """
    }
    if errno == ENOSYS { return "the kernel has no perf events: build it with CONFIG_PERF_EVENTS" }
    if let paranoid = kernel.paranoid, paranoid > 2, !kernel.hasPerfmon {
      return """
        kernel.perf_event_paranoid is \(paranoid) (\(name)): set it to 2 (sysctl kernel.perf_event_paranoid=2), \
        or give CAP_PERFMON
        """
    }
    return "a security module refuses perf_event_open (\(name)): allow it there, or give CAP_PERFMON"
  }

  var noPMUAdvice: String {
    isVirtualMachine
      ? "the hypervisor offers this machine no PMU: turn it on there (QEMU: -cpu host,pmu=on), or use a machine that has one"
      : "the kernel drives no PMU of this processor: look for 'Performance Events' in its boot messages; firmware may hide it"
  }

  var noCounterAdvice: String {
    "hardware events open, but none counts: "
      + (isVirtualMachine
        ? "the hypervisor shows a PMU that does not work or that is in use; turn it on there, or use another machine"
        : competitorAdvice)
  }

  var competitorAdvice: String {
    kernel.nmiWatchdog == 1
      ? "the counters are taken: turn the NMI watchdog off (sysctl kernel.nmi_watchdog=0) and end other profilers"
      : "the counters are taken: end other profilers, or the virtual machine with a mediated PMU that holds them"
  }

  private var mediatedAdvice: String {
    "the counters are lent to a virtual machine with a mediated PMU: stop it, or turn its PMU off"
  }
}
