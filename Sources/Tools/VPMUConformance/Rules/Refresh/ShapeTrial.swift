import CVPMU
import SimulatedHost
import VPMUCore
import VPMULoader
import VPMUModel

/// What becomes of a CPUID on a host with certain limits.
enum ShapeTrial {
  /// A virtual CPU, in its state after RESET.
  case made(TracedGuest.Machine)
  /// The model says that it can't be presented.
  case refused
  /// What the model made of it can't be: why.
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

  /// For messages.
  var text: String {
    "\(gp_counters) general-purpose counters of \(gp_width) bits and \(fixed_counters) fixed ones of \(fixed_width)"
  }
}
