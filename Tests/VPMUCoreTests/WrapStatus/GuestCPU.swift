import AMDModel
import IntelModel
import TestSupport
import VPMUCore
import VPMUModel

/// The CPUs of the guests whose wraps are checked: their registers by number, as the processor manuals have them.
enum GuestCPU: CaseIterable, Sendable {
  case intel, intelFullWidth
  /// Counters of 10 bits, which wrap by themselves, again and again.
  case intelNarrow
  case amdV2
  /// Without a status register: status bits are kept inside.
  case amdF15H, amdK7

  var vendor: Vendor {
    switch self {
    case .intel, .intelFullWidth, .intelNarrow: .intel
    case .amdV2, .amdF15H, .amdK7: .amd
    }
  }

  var configuration: GuestConfiguration {
    switch self {
    case .intel: preset("intel-v2")
    case .intelFullWidth: preset("intel-v2-fullwidth")
    case .intelNarrow:
      GuestConfiguration(leaves: [
        CPUIDLeaf(leaf: 0xA, subleaf: 0, eax: 7 << 24 | 10 << 16 | 4 << 8 | 2, ebx: 0, ecx: 0, edx: 10 << 5 | 3)
      ])
    case .amdV2: preset("amd-v2")
    case .amdF15H: preset("amd-f15h")
    case .amdK7: preset("amd-k7")
    }
  }

  private func preset(_ name: String) -> GuestConfiguration {
    guard let preset = vendor.presets.first(where: { $0.name == name }) else { fatalError("no preset \(name)") }
    return preset.configuration
  }

  /// 2^width - 1.
  var mask: UInt64 { self == .intelNarrow ? 0x3FF : 0xFFFF_FFFF_FFFF }

  var hasGlobalControl: Bool { self != .amdF15H && self != .amdK7 }

  /// The counters that the guest uses. Fewer than there are: more of what it does meets the same counter.
  var counters: [PMCIndex] {
    switch vendor {
    case .intel: [.generalPurpose(0), .generalPurpose(1), .fixed(0), .fixed(1)]
    case .amd: [.generalPurpose(0), .generalPurpose(1), .generalPurpose(3)]
    }
  }

  /// Event and unit mask of an event select: instructions, a second and a third event.
  var events: [UInt64] { vendor == .intel ? [0xC0, 0x3C, 0xC4] : [0xC0, 0x76, 0xC2] }

  /// What fixed counter `i` counts.
  func fixedEvent(_ i: UInt32) -> UInt64 { [0xC0, 0x3C, 0x300][Int(i)] }

  func code(_ select: UInt64) -> EventCode {
    EventCode(selector: select, mask: vendor == .intel ? 0xFF : 0xF_0000_00FF)
  }

  /// The MSRs that are this counter's value.
  func values(_ pmc: PMCIndex) -> [MSRNumber] {
    let n = pmc.number
    if pmc.isFixed { return [MSRNumber(0x309 + n)] }
    return switch self {
    case .intel, .intelNarrow: [MSRNumber(0xC1 + n)]
    case .intelFullWidth: [MSRNumber(0xC1 + n), MSRNumber(0x4C1 + n)]
    case .amdV2, .amdF15H: [MSRNumber(0xC001_0004 + n), MSRNumber(0xC001_0201 + 2 * n)]
    case .amdK7: [MSRNumber(0xC001_0004 + n)]
    }
  }

  func eventSelect(_ pmc: PMCIndex) -> MSRNumber {
    switch self {
    case .intel, .intelFullWidth, .intelNarrow: MSRNumber(0x186 + pmc.number)
    case .amdV2, .amdF15H: MSRNumber(0xC001_0200 + 2 * pmc.number)
    case .amdK7: MSRNumber(0xC001_0000 + pmc.number)
    }
  }

  func selector(_ pmc: PMCIndex) -> RDPMCSelector {
    RDPMCSelector(pmc.isFixed ? 0x4000_0000 | pmc.number : pmc.number)
  }

  var fixedControl: MSRNumber? { vendor == .intel ? MSRNumber(0x38D) : nil }
  var globalControl: MSRNumber? { global(intel: 0x38F, amd: 0xC000_0301) }
  var globalStatus: MSRNumber? { global(intel: 0x38E, amd: 0xC000_0300) }
  var statusClear: MSRNumber? { global(intel: 0x390, amd: 0xC000_0302) }
  var statusSet: MSRNumber? { self == .amdV2 ? MSRNumber(0xC000_0303) : nil }

  private func global(intel: UInt32, amd: UInt32) -> MSRNumber? {
    hasGlobalControl ? MSRNumber(vendor == .intel ? intel : amd) : nil
  }
}
