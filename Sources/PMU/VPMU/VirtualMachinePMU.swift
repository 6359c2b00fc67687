import PerfEventHost
import VPMUCore
import VPMULoader
import VPMUModel

/// The PMU of a virtual machine, chosen by names: from it each of its vCPUs gets one of its own.
///
/// ```swift
/// let machine = try VirtualMachinePMU(preset: "intel-v2", policy: "adaptive")
/// // On the thread that runs the vCPU:
/// let pmu = try machine.makePMU()
/// ```
public struct VirtualMachinePMU: Sendable {
  /// The plugin, and the CPU that the guest sees.
  public let selection: PluginSelection
  public let policy: PolicyKind
  /// What this machine can count.
  public let capabilities: HostCapabilities
  /// How host events are made.
  public let options: PerfEventOptions
  /// The event filter of all vCPUs. May be set from any thread.
  public let filter = VMEventFilter()

  /// Finds and loads the plugin, tries what this machine can count, and installs the overflow signal.
  ///
  /// - Parameters:
  ///   - preset: the name of a preset, such as `intel-v2`
  ///   - policy: the name of a policy: `reuse`, `adaptive`, `reuse-keep`, `recreate`
  ///   - signal: the signal that carries overflow notifications; nil: the first real-time signal that has no handler
  /// - Throws: `PluginSelectionError`, ``VirtualMachinePMUError``, `OverflowSignalError`
  public init(preset: String, policy: String = "reuse", signal: OverflowSignal? = nil) throws {
    guard let policy = PolicyKind(rawValue: policy) else { throw VirtualMachinePMUError.unknownPolicy(policy) }
    self.policy = policy
    selection = try PluginCatalogue().select(model: preset)
    capabilities = HostProbe.run()
    guard let source = capabilities.bestHost.source else {
      throw VirtualMachinePMUError.noHostEvents(reason: capabilities.bestHostReason)
    }
    options = PerfEventOptions(source: source, signal: try signal ?? .installFirstFree())
  }

  /// Makes the PMU of one vCPU, in its state after RESET, bound to the calling thread.
  ///
  /// Host events count this thread: with the hardware's counters if any of them counts here
  /// (``HostCapabilities/bestHost``), else with the kernel's software clock, which counts nanoseconds;
  /// ``HostCapabilities/bestHostReason`` says which and why.
  ///
  /// - Throws: ``VPMUError``, `PerfEventHostError`
  public func makePMU() throws -> any AnyVirtualPMU {
    try policy.makePMU(
      model: selection.plugin.model, configuration: selection.preset.configuration,
      host: try PerfEventHost(capabilities, options: options), filter: filter)
  }
}

/// Why a virtual machine gets no PMU.
public enum VirtualMachinePMUError: Error, Equatable {
  /// No policy has this name.
  case unknownPolicy(String)
  /// perf_event_open gives no event on this machine.
  case noHostEvents(reason: String)
}

extension VirtualMachinePMUError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .unknownPolicy(let name):
      "there is no policy \(name): use one of \(PolicyKind.allCases.map { $0.rawValue }.joined(separator: ", "))"
    case .noHostEvents(let reason): "\(reason): vpmu doctor says what to change"
    }
  }
}
