// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
import VPMUModel

/// The architectural events: Intel SDM vol. 3B, table 21-1. An event that CPUID calls absent is still accepted.
enum IntelEvents {
  private static let instructions = EventRow(0xC0, .instructions, .exact, "INST_RETIRED.ANY_P")
  private static let coreCycles = EventRow(0x3C, .cycles, .exact, "CPU_CLK_UNHALTED.THREAD_P")

  /// In the order of their bits in CPUID.0AH:EBX.
  static let rows: [EventRow] = [
    coreCycles,
    instructions,
    EventRow(0x013C, .busCycles, .sameUnit, "CPU_CLK_UNHALTED.REF_XCLK"),
    // Which accesses are references to, or misses of, the last-level cache differs from vendor to vendor.
    EventRow(0x4F2E, .cacheReferences, .approximate, "LONGEST_LAT_CACHE.REFERENCE"),
    EventRow(0x412E, .cacheMisses, .approximate, "LONGEST_LAT_CACHE.MISS"),
    EventRow(0xC4, .branches, .exact, "BR_INST_RETIRED.ALL_BRANCHES"),
    EventRow(0xC5, .branchMisses, .exact, "BR_MISP_RETIRED.ALL_BRANCHES"),
  ]

  /// Of the fixed counters: SDM vol. 3B, table 21-2. The third counts at the TSC's rate, other hosts' reference clocks
  /// tick at another; its pseudo encoding means nothing on a general-purpose counter.
  static let fixed = [
    instructions, coreCycles, EventRow(0x0300, .referenceCycles, .sameUnit, "CPU_CLK_UNHALTED.REF_TSC"),
  ]
}
