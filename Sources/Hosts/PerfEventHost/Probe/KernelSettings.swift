/// The kernel's settings for perf events, and the limits of this process. A value that can't be read is nil.
public struct KernelSettings: Sendable, Equatable {
  /// kernel.perf_event_paranoid: 2 or lower lets everyone open events of user mode.
  public var paranoid: Int?
  /// kernel.nmi_watchdog: 1 takes one counter on every processor.
  public var nmiWatchdog: Int?
  /// kernel.perf_event_max_sample_rate: overflows a second, above which an event is stopped. The kernel lowers it by
  /// itself.
  public var maxSampleRate: Int?
  /// kernel.perf_cpu_time_max_percent: what makes the kernel lower it.
  public var cpuTimeMaxPercent: Int?
  /// kernel.perf_event_mlock_kb: ring buffers of a user, KiB a processor.
  public var mlockKiB: Int?
  /// /sys/bus/event_source/devices/cpu/rdpmc: 0 nobody, 1 where pages are mapped, 2 everybody.
  public var rdpmc: Int?
  /// Seccomp of /proc/self/status: 2 is a filter.
  public var seccompMode: Int?
  /// CAP_PERFMON or CAP_SYS_ADMIN is effective.
  public var hasPerfmon = false

  /// None could be read.
  package init() {}

  /// As they are now.
  static func read() -> KernelSettings {
    let status = SystemCall.text(ofFile: "/proc/thread-self/status") ?? ""
    let capabilities = field("CapEff", of: status).flatMap { UInt64($0, radix: 16) } ?? 0
    var settings = KernelSettings()
    settings.paranoid = sysctl("perf_event_paranoid")
    settings.nmiWatchdog = sysctl("nmi_watchdog")
    settings.maxSampleRate = sysctl("perf_event_max_sample_rate")
    settings.cpuTimeMaxPercent = sysctl("perf_cpu_time_max_percent")
    settings.mlockKiB = sysctl("perf_event_mlock_kb")
    settings.rdpmc = number(inFile: "/sys/bus/event_source/devices/cpu/rdpmc")
    settings.seccompMode = field("Seccomp", of: status).flatMap { Int($0) }
    settings.hasPerfmon = capabilities & (Self.perfmon | Self.systemAdministrator) != 0
    return settings
  }

  private static let systemAdministrator: UInt64 = 1 << 21
  private static let perfmon: UInt64 = 1 << 38

  private static func sysctl(_ name: String) -> Int? { number(inFile: "/proc/sys/kernel/" + name) }

  private static func number(inFile path: String) -> Int? {
    guard let text = SystemCall.text(ofFile: path) else { return nil }
    return Int(text.prefix { !$0.isWhitespace })
  }

  /// The word behind `name:` in a file like /proc/self/status.
  package static func field(_ name: String, of status: String) -> String? {
    for line in status.split(separator: "\n") {
      let parts = line.split(separator: ":", maxSplits: 1)
      guard parts.count == 2, parts[0] == name else { continue }
      return parts[1].split { $0.isWhitespace }.first.map(String.init)
    }
    return nil
  }
}
