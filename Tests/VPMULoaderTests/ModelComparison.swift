import SeededRandom
import CVPMU
import Glibc
import TestSupport
import Testing
import VPMUModel

/// Two models, driven by the same calls: every answer and every byte of their states must be equal. Names the seed and
/// the first call that differs.
struct ModelComparison<First: PMUModel, Second: PMUModel> {
  let first: First
  let second: Second

  func expectEqual(seed: UInt64, calls: Int) {
    for preset in first.declaration.presets {
      withState { one in
        withState { two in
          let limits = HostLimits(gpCounters: 6, fixedCounters: 3, gpWidth: 48, fixedWidth: 47, archEvents: 7)
          let accepted = first.refresh(one, guest: preset.configuration, host: limits)
          #expect(second.refresh(two, guest: preset.configuration, host: limits) == accepted)
          first.reset(one)
          second.reset(two)
          var random = SeededGenerator(seed: seed)
          for call in 0..<calls {
            let text = perform(one, two, &random)
            let isSame = text == nil && memcmp(one.pointer, two.pointer, MemoryLayout<vpmu_state>.size) == 0
            #expect(isSame, "\(preset.name), seed \(seed), call \(call): \(text ?? "the states differ")")
            guard isSame else { return }
          }
        }
      }
    }
  }

  /// One call on both; a text if the answers differ.
  private func perform(_ one: PMUState, _ two: PMUState, _ random: inout SeededGenerator) -> String? {
    let msr = register(&random)
    let value = random.value()
    let word = UInt32(truncatingIfNeeded: value)
    let origin: AccessOrigin = random.below(8) == 0 ? .host : .guest
    func differ<Answer>(_ name: String, _ isSame: (Answer, Answer) -> Bool, _ left: Answer, _ right: Answer) -> String?
    {
      isSame(left, right) ? nil : "\(name) of \(msr), 0x\(String(value, radix: 16)): \(left) and \(right)"
    }
    func same(_ left: ModelAnswer, _ right: ModelAnswer) -> Bool {
      left.status == right.status && left.pmc == right.pmc && left.value == right.value
    }
    switch random.below(16) {
    case 0..<6:
      return differ(
        "set_msr", same, first._setMSR(msr, value, origin: origin, one), second._setMSR(msr, value, origin: origin, two)
      )
    case 6..<9:
      return differ(
        "get_msr", same, first._getMSR(msr, origin: origin, one.view), second._getMSR(msr, origin: origin, two.view))
    case 9: return differ("is_valid_msr", ==, first._isValidMSR(msr, one.view), second._isValidMSR(msr, two.view))
    case 10:
      return differ("msr_idx_to_pmc", ==, first._msrIndexToPMC(msr, one.view), second._msrIndexToPMC(msr, two.view))
    case 11:
      let ecx = RDPMCSelector(random.below(2) == 0 ? word : UInt32(random.below(8)) | (word & 0x4000_0000))
      let early = differ(
        "check_rdpmc_early", ==, first._checkRDPMCEarly(ecx, one.view), second._checkRDPMCEarly(ecx, two.view))
      return early
        ?? differ("rdpmc_ecx_to_pmc", ==, first._rdpmcECXToPMC(ecx, one.view), second._rdpmcECXToPMC(ecx, two.view))
    case 12:
      return differ(
        "find_arch_event", ==, first._findArchEvent(value, one.view), second._findArchEvent(value, two.view))
    case 13:
      let index = UInt32(random.below(UInt64(max(one.fields.fixed_count, 1))))
      return differ(
        "find_fixed_event", ==, first._findFixedEvent(index, one.view), second._findFixedEvent(index, two.view))
    case 14:
      first.deliverPMI(one)
      second.deliverPMI(two)
    default:
      first.cleanup(one)
      second.cleanup(two)
    }
    return nil
  }

  private func register(_ random: inout SeededGenerator) -> MSRNumber {
    let range = random.pick(first.declaration.ranges)
    switch random.below(10) {
    case 0: return MSRNumber(UInt32(truncatingIfNeeded: random.next()))
    case 1: return MSRNumber(range.first.rawValue &- 4 &+ UInt32(random.below(32)))
    default: return range.register(UInt32(random.below(UInt64(range.count)))) ?? range.first
    }
  }
}

/// Declarations that say the same.
func expectEqual(_ left: ModelDeclaration, _ right: ModelDeclaration) {
  #expect(left.id == right.id && left.name == right.name)
  #expect(left.version == right.version && left.license == right.license)
  #expect(left.cpuidVendors == right.cpuidVendors)
  #expect(left.ranges == right.ranges)
  #expect(left.events == right.events)
  #expect(left.fixedEvents == right.fixedEvents)
  #expect(left.masksLVTPC == right.masksLVTPC)
  #expect(left.eventSelectMask == right.eventSelectMask)
  #expect(left.presets.map(\.name) == right.presets.map(\.name))
  #expect(left.presets.map(\.summary) == right.presets.map(\.summary))
  #expect(left.presets.map(\.configuration.perfCapabilities) == right.presets.map(\.configuration.perfCapabilities))
  #expect(words(left) == words(right))
}

private func words(_ declaration: ModelDeclaration) -> [[UInt32]] {
  declaration.presets.flatMap(\.configuration.leaves).map { [$0.leaf, $0.subleaf, $0.eax, $0.ebx, $0.ecx, $0.edx] }
}
