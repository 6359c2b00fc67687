import CVPMU
import SimulatedHost
import VPMUCore
import VPMULoader
import VPMUModel

/// The result of `refresh` with a CPUID and a host's limits.
enum ShapeTrial {
  /// A virtual CPU, in its state after RESET.
  case made(TracedGuest.Machine)
  /// The model refuses the CPUID.
  case refused
  /// The shape is invalid: the reason.
  case impossible(String)

  init(_ model: PluginModel, _ configuration: GuestConfiguration, _ limits: HostLimits) {
    do {
      self = .made(
        try VirtualPMU(
          model: model, configuration: configuration, host: SimulatedHost(limits: limits), policy: Reuse()))
    } catch .configurationRefused {
      self = .refused
    } catch {
      self = .impossible("\(error)")
    }
  }
}

extension HostLimits {
  /// This host with other numbers.
  func with(gp: UInt32? = nil, fixed: UInt32? = nil, gpWidth: UInt32? = nil, fixedWidth: UInt32? = nil) -> HostLimits {
    HostLimits(
      gpCounters: gp ?? gp_counters, fixedCounters: fixed ?? fixed_counters, gpWidth: gpWidth ?? gp_width,
      fixedWidth: fixedWidth ?? fixed_width, archEvents: arch_events)
  }

  /// The text for messages.
  var text: String {
    "\(gp_counters) general-purpose counters of \(gp_width) bits and \(fixed_counters) fixed ones of \(fixed_width)"
  }
}
