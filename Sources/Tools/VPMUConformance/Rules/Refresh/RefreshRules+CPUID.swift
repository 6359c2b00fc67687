import SeededRandom
import CVPMU
import VPMUCore
import VPMULoader
import VPMUModel

/// Extreme and random CPUIDs.
extension RefreshRules {
  static func anyCPUIDIsHandled(_ subject: Subject) throws(Finding) {
    let model = try subject.model
    for preset in try subject.presets {
      var generator = subject.generator("any CPUID")
      let hosts = [HostLimits.ample, .ample.with(gp: 2, fixed: 1), .ample.with(gpWidth: 64, fixedWidth: 64)]
      for configuration in configurations(preset.configuration, &generator) {
        for host in hosts {
          switch ShapeTrial(model, configuration, host) {
          case .refused: continue
          case .impossible(let reason): throw .violated("with \(configuration.text): \(reason)", model: preset.name)
          case .made(let machine): try callEverything(machine, configuration, preset)
          }
        }
      }
    }
  }

  /// Reads and writes every claimed register and selector: the core reports invalid answers.
  private static func callEverything(
    _ machine: TracedGuest.Machine, _ configuration: GuestConfiguration, _ preset: Preset
  ) throws(Finding) {
    do {
      for range in machine.model.declaration.ranges {
        // All of a range of counters, and the first of a longer one.
        for n in 0..<min(range.count, 16) {
          let msr = MSRNumber(range.first.rawValue &+ n &* range.stride)
          _ = try machine.readMSR(msr)
          _ = try machine.writeMSR(msr, 1)
          if let base = range.rdpmcBase {
            _ = try machine.readPMC(RDPMCSelector(base.rawValue &+ n), cpl: 0, cr4PCE: false)
          }
        }
      }
      _ = try machine.enter()
    } catch {
      throw .violated("with \(configuration.text): \(error)", model: preset.name)
    }
    guard let fault = machine.pluginFaults.last else { return }
    throw .violated("with \(configuration.text) the plugin \(fault)", model: preset.name)
  }

  /// A preset's leaves with one or all of their registers at an extreme, and with random values.
  private static func configurations(
    _ preset: GuestConfiguration, _ generator: inout SeededGenerator
  ) -> [GuestConfiguration] {
    var result: [GuestConfiguration] = []
    let registers: [WritableKeyPath<CPUIDLeaf, UInt32>] = [\.eax, \.ebx, \.ecx, \.edx]
    for value in [0, UInt32.max, 0x8000_0000, 0xFF, 0xFF00, 0x00FF_0000, 0x5555_5555] {
      for index in preset.leaves.indices {
        for register in registers {
          var changed = preset
          changed.leaves[index][keyPath: register] = value
          result.append(changed)
        }
      }
      var changed = preset
      for index in changed.leaves.indices {
        for register in registers { changed.leaves[index][keyPath: register] = value }
      }
      changed.perfCapabilities = .max
      result.append(changed)
    }
    for _ in 0..<100 {
      var changed = preset
      changed.perfCapabilities = generator.value()
      for index in changed.leaves.indices {
        for register in registers where generator.below(2) == 0 {
          // Single bytes too: counts and widths are bytes.
          let mask = generator.below(2) == 0 ? UInt32.max : 0xFF << UInt32(8 * generator.below(4))
          let old = changed.leaves[index][keyPath: register]
          let new = UInt32(truncatingIfNeeded: generator.value())
          changed.leaves[index][keyPath: register] = old & ~mask | new & mask
        }
      }
      result.append(changed)
    }
    return result
  }
}

extension GuestConfiguration {
  /// The text for messages.
  fileprivate var text: String {
    leaves.map { leaf in
      "CPUID.\(hex(leaf.leaf))" + (leaf.subleaf == 0 ? "" : ".\(leaf.subleaf)")
        + " = \(hex(leaf.eax)) \(hex(leaf.ebx)) \(hex(leaf.ecx)) \(hex(leaf.edx))"
    }.joined(separator: ", ")
      + (perfCapabilities == 0 ? "" : ", IA32_PERF_CAPABILITIES = \(hex(perfCapabilities))")
  }
}
