// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
import VPMUModel

/// Events by CPU family: the Processor Programming Reference of each, "Core Performance Monitor Counters".
enum AMDEvents {
  private static let beforeZen = ModelFeatures.ofModel(1)
  private static let (zen, zen1) = (ModelFeatures.ofModel(2), ModelFeatures.ofModel(3))
  /// Zen 2 and later, Zen 4 and later.
  private static let (zen2, zen4) = (ModelFeatures.ofModel(4), ModelFeatures.ofModel(5))

  static let rows: [EventRow] = [
    EventRow(0x76, .cycles, .exact, "CYCLES_NOT_IN_HALT"),
    EventRow(0xC0, .instructions, .exact, "RETIRED_INSTRUCTIONS"),
    EventRow(0xC2, .branches, .exact, "RETIRED_BRANCH_INSTRUCTIONS"),
    EventRow(0xC3, .branchMisses, .exact, "RETIRED_BRANCH_INSTRUCTIONS_MISPREDICTED"),
    // Of the second-level cache; elsewhere the generic events mean the last level.
    EventRow(0x077D, .cacheReferences, .approximate, "REQUESTS_TO_L2", features: beforeZen),
    EventRow(0x077E, .cacheMisses, .approximate, "L2_CACHE_MISS", features: beforeZen),
    EventRow(0xFF60, .cacheReferences, .approximate, "REQUESTS_TO_L2_GROUP1", features: zen),
    EventRow(0x0964, .cacheMisses, .approximate, "CORE_TO_L2_CACHEABLE_REQUEST_ACCESS_STATUS", features: zen),
    EventRow(0xD0, .stalledCyclesFrontend, .approximate, "DECODER_EMPTY", features: beforeZen),
    EventRow(0xD1, .stalledCyclesBackend, .approximate, "DISPATCH_STALLS", features: beforeZen),
    EventRow(0x0287, .stalledCyclesFrontend, .approximate, "IC_STALL_DQ_EMPTY", features: zen1),
    EventRow(0x0187, .stalledCyclesBackend, .approximate, "IC_STALL_BACK_PRESSURE", features: zen1),
    EventRow(0xA9, .stalledCyclesFrontend, .approximate, "MICRO_OP_QUEUE_EMPTY", features: zen2),
    EventRow(0x1_0000_0120, .referenceCycles, .sameUnit, "P0_FREQ_CYCLES_NOT_IN_HALT", features: zen4),
  ]

  /// By CPUID 1 EAX: AMD APM vol. 3, appendix E.
  static func features(signature: UInt32) -> ModelFeatures {
    let base = (signature >> 8) & 0xF
    let model = (signature >> 12) & 0xF0 | (signature >> 4) & 0xF
    switch (base == 0xF ? base + (signature >> 20) & 0xFF : base, model) {
    case (6...0x16, _): return beforeZen
    case (0x17, 0...0x2F), (0x17, 0x50...0x5F), (0x18, _): return [zen, zen1]
    case (0x19, 0x10...0x1F), (0x19, 0x60...0xAF), (0x1A, _): return [zen, zen2, zen4]
    case (0x17, _), (0x19, _): return [zen, zen2]
    default: return []
    }
  }
}
