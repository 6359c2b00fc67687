import PerfEventHost
import VPMUCore
import VPMULoader
import VPMUModel

/// A trial of what the C face needs: makes a PMU of a preset by a plugin that the loader finds, over perf events.
///
/// - Returns: the handle, or nil
@c(vpmu_trial)
public func trial(_ preset: UnsafePointer<CChar>, _ policy: UnsafePointer<CChar>) -> UnsafeMutableRawPointer? {
  guard let policy = PolicyKind(rawValue: String(cString: policy)) else { return nil }
  do throws(PluginSelectionError) {
    let selection = try PluginCatalogue().model(String(cString: preset))
    return Trial.make(selection, policy)
  } catch {
    print(error.description)
    return nil
  }
}

@c(vpmu_trial_write)
public func write(_ handle: UnsafeMutableRawPointer, _ msr: UInt32, _ value: UInt64) -> Int32 {
  let trial = Unmanaged<Trial>.fromOpaque(handle).takeUnretainedValue()
  do throws(VPMUError) {
    let answer = try trial.pmu.writeMSR(MSRNumber(msr), value)
    _ = try trial.pmu.enter()
    return answer == .done ? 0 : 1
  } catch { return -1 }
}

@c(vpmu_trial_read)
public func read(_ handle: UnsafeMutableRawPointer, _ msr: UInt32, _ value: UnsafeMutablePointer<UInt64>) -> Int32 {
  let trial = Unmanaged<Trial>.fromOpaque(handle).takeUnretainedValue()
  do throws(VPMUError) {
    switch try trial.pmu.readMSR(MSRNumber(msr)) {
    case .value(let read): value.pointee = read; return 0
    default: return 1
    }
  } catch { return -1 }
}

final class Trial {
  let pmu: any AnyVirtualPMU
  init(_ pmu: any AnyVirtualPMU) { self.pmu = pmu }

  static func make(_ selection: PluginSelection, _ policy: PolicyKind) -> UnsafeMutableRawPointer? {
    let capabilities = HostProbe.run()
    guard let source = capabilities.bestHost.source else { print(capabilities.bestHostReason); return nil }
    let host: PerfEventHost
    do {
      host = try PerfEventHost(capabilities, options: PerfEventOptions(source: source, signal: nil))
    } catch { return nil }
    do {
      let pmu = try policy.makePMU(
        model: selection.plugin.model, configuration: selection.preset.configuration, host: host)
      return Unmanaged.passRetained(Trial(pmu)).toOpaque()
    } catch { return nil }
  }
}
