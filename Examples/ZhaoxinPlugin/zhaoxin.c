/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * A PMU model in C: processors by Zhaoxin. It needs vpmu_plugin.h and a C compiler, nothing else.
 *
 * Registers are those of Intel's architectural performance monitoring, version 2, under the same MSR numbers. Encodings
 * of events are their own, and differ from one processor to the next.
 *
 * Where it is from
 *   CPUID leaves 1 and 0AH      dumps of a KX-U5581, a KX-U6780A and a KH-40000
 *   registers                   Intel SDM vol. 3B, 21.2 (architectural performance monitoring), and vol. 4 (MSRs)
 *   writes to IA32_PMCx         observed on a KX-U5581: bits above 31 are stored too; perf drivers of guests rely on it
 *   encodings, fixed counters   as public perf drivers for these processors program them; no manual was at hand
 */
#include "vpmu_plugin.h"

/* ---- Features ------------------------------------------------------------------------------------------------- */

/* From version 2 on. */
#define GLOBAL VPMU_FEATURE_GLOBAL_CONTROL
/* The guest has IA32_A_PMCx: IA32_PERF_CAPABILITIES[13]. */
#define FULL_WIDTH VPMU_FEATURE_OF_MODEL(0)
#define PERF_CAPABILITIES_FULL_WIDTH (1ull << 13)
/* Which processor it is. One that is none of these has the events that all share. */
#define WUDAOKOU VPMU_FEATURE_OF_MODEL(1)
#define LUJIAZUI VPMU_FEATURE_OF_MODEL(2)
#define YONGFENG VPMU_FEATURE_OF_MODEL(3)

/* CPUID leaf 1 EAX without the stepping: family 7 and the model. */
static uint64_t processor(uint32_t signature) {
  switch (signature & 0x0FFF0FF0u) {
  case 0x000107B0: return WUDAOKOU;
  case 0x000307B0: return LUJIAZUI;
  case 0x000507B0: return YONGFENG;
  default: return 0;
  }
}

/* ---- Events --------------------------------------------------------------------------------------------------- */

#define CYCLES VPMU_EVENT(0x0082, CYCLES, EXACT, NULL)
#define INSTRUCTIONS VPMU_EVENT(0x00C0, INSTRUCTIONS, EXACT, NULL)
/* Other hosts' buses tick at other rates. */
#define BUS_CYCLES VPMU_EVENT(0x0083, BUS_CYCLES, SAME_UNIT, NULL)

/* Approximate: at which cache, whether retired or executed branches, and which cycles are taken for stalled is not
 * published, nor are names. Stalled cycles of the front end are an inverted count, and so no generic event. */
static const vpmu_event_row events[] = {
    CYCLES,
    INSTRUCTIONS,
    BUS_CYCLES,
    VPMU_EVENT(0x040F, STALLED_CYCLES_BACKEND, APPROXIMATE, NULL),
    VPMU_EVENT(0x0700, BRANCHES, APPROXIMATE, NULL, .features = WUDAOKOU),
    VPMU_EVENT(0x0709, BRANCH_MISSES, APPROXIMATE, NULL, .features = WUDAOKOU),
    VPMU_EVENT(0x0515, CACHE_REFERENCES, APPROXIMATE, NULL, .features = WUDAOKOU),
    VPMU_EVENT(0x051A, CACHE_MISSES, APPROXIMATE, NULL, .features = WUDAOKOU),
    VPMU_EVENT(0x0028, BRANCHES, APPROXIMATE, NULL, .features = LUJIAZUI),
    VPMU_EVENT(0x0029, BRANCH_MISSES, APPROXIMATE, NULL, .features = LUJIAZUI),
    VPMU_EVENT(0x0515, CACHE_REFERENCES, APPROXIMATE, NULL, .features = LUJIAZUI),
    VPMU_EVENT(0x051A, CACHE_MISSES, APPROXIMATE, NULL, .features = LUJIAZUI),
    VPMU_EVENT(0x0028, BRANCHES, APPROXIMATE, NULL, .features = YONGFENG),
    VPMU_EVENT(0x0029, BRANCH_MISSES, APPROXIMATE, NULL, .features = YONGFENG),
    /* Its caches are others: the miss of the others is a reference here, and no event is known for a miss. */
    VPMU_EVENT(0x051A, CACHE_REFERENCES, APPROXIMATE, NULL, .features = YONGFENG),
};

/* By the number of the fixed counter. */
static const vpmu_event_row fixed_events[] = {INSTRUCTIONS, CYCLES, BUS_CYCLES};

/* ---- Registers ------------------------------------------------------------------------------------------------ */

/* Behind IA32_PMC7 and IA32_PERFEVTSEL7 are other registers. */
#define MAXIMUM_GP 8u
#define MAXIMUM_FIXED 3u

/* IA32_PERFEVTSELx: bits 63:32, and 21, AnyThread, which would observe another tenant's thread. */
#define EVENT_SELECT_RESERVED 0xFFFFFFFF00200000ull
/* IA32_PERF_GLOBAL_STATUS: 62 buffer overflow, 63 condition changed. */
#define STATUS_CONDITIONS (3ull << 62)

/* Of the fixed counters, as of the global registers. */
#define FIXED .first_pmc = VPMU_FIXED_BASE, .flags = VPMU_RANGE_RDPMC, .rdpmc_base = 0x40000000u, .features = GLOBAL

static const vpmu_register_range ranges[] = {
    /* IA32_PMCx: a write stores all bits; unlike Intel's, it does not sign-extend. */
    VPMU_REGISTERS(0x0C1, MAXIMUM_GP, GP_COUNTER, .flags = VPMU_RANGE_RDPMC),
    /* IA32_PERFEVTSELx */
    VPMU_REGISTERS(0x186, MAXIMUM_GP, EVENT_SELECT),
    /* IA32_FIXED_CTRx, IA32_FIXED_CTR_CTRL */
    VPMU_REGISTERS(0x309, MAXIMUM_FIXED, FIXED_COUNTER, FIXED),
    VPMU_REGISTERS(0x38D, 1, FIXED_CONTROL, .features = GLOBAL),
    /* IA32_PERF_GLOBAL_STATUS, IA32_PERF_GLOBAL_CTRL, IA32_PERF_GLOBAL_OVF_CTRL */
    VPMU_REGISTERS(0x38E, 1, GLOBAL_STATUS, .flags = VPMU_RANGE_READ_ONLY, .features = GLOBAL),
    VPMU_REGISTERS(0x38F, 1, GLOBAL_CONTROL, .features = GLOBAL),
    VPMU_REGISTERS(0x390, 1, GLOBAL_STATUS_CLEAR, .features = GLOBAL),
    /* IA32_A_PMCx: the counters once more, the better ones to use where they exist */
    VPMU_REGISTERS(0x4C1, MAXIMUM_GP, GP_COUNTER, .flags = VPMU_RANGE_RDPMC | VPMU_RANGE_FULL_WIDTH,
                   .features = FULL_WIDTH),
};

/* ---- CPUID ---------------------------------------------------------------------------------------------------- */

/* Version 2, four counters and three fixed ones, of 48 bits each. */
#define LEAF_0AH {0xA, 0, 0x07300402, 0, 0, 0x00000603}

static const vpmu_cpuid_leaf kx6000[] = {{1, 0, 0x000307B1, 0, 0, 0}, LEAF_0AH};
static const vpmu_cpuid_leaf kx5000[] = {{1, 0, 0x000107B5, 0, 0, 0}, LEAF_0AH};
static const vpmu_cpuid_leaf kh40000[] = {{1, 0, 0x000507B3, 0, 0, 0}, LEAF_0AH};

static const vpmu_preset presets[] = {
    VPMU_PRESET("zhaoxin-kx6000", "KX-6000 (Lujiazui): 4 general-purpose counters, 3 fixed ones, 48 bits", kx6000),
    VPMU_PRESET("zhaoxin-kx5000", "KX-5000 (Wudaokou): the same counters, other encodings of branches", kx5000),
    VPMU_PRESET("zhaoxin-kh40000", "KH-40000 (Yongfeng): the same counters, other encodings of the cache", kh40000),
};

static const char *const cpuid_vendors[] = {"CentaurHauls", "  Shanghai  "};

/* CPUID leaf 0AH, cut to what the host offers. */
static vpmu_status refresh(void *context, vpmu_state *state, const vpmu_guest_config *guest,
                           const vpmu_host_limits *host) {
  (void)context;
  const vpmu_cpuid_leaf pmu = vpmu_find_leaf(guest, 0xA, 0);
  const uint32_t version = pmu.eax & 0xFF;
  if (version == 0) return VPMU_DONE; /* no PMU: the counts stay 0 */

  const uint32_t gp_count = vpmu_least((pmu.eax >> 8) & 0xFF, MAXIMUM_GP);
  const uint32_t fixed_count = version < 2 ? 0 : vpmu_least(pmu.edx & 0x1F, MAXIMUM_FIXED);
  vpmu_set_counters(state, host, gp_count, (pmu.eax >> 16) & 0xFF, fixed_count, (pmu.edx >> 5) & 0xFF);
  state->version = version;
  state->event_select_reserved = EVENT_SELECT_RESERVED;
  state->global_status_reserved &= ~STATUS_CONDITIONS;
  state->features |= processor(vpmu_find_leaf(guest, 1, 0).eax);
  if (version >= 2) state->features |= GLOBAL;
  if (guest->perf_capabilities & PERF_CAPABILITIES_FULL_WIDTH) state->features |= FULL_WIDTH;
  return VPMU_DONE;
}

/* ---- The plugin ----------------------------------------------------------------------------------------------- */

static const vpmu_ops ops = {.struct_size = sizeof ops, .refresh = refresh};

static const vpmu_plugin_info info = {
    VPMU_PLUGIN("org.vpmu.examples.zhaoxin", "zhaoxin", "0.1.0", "Apache-2.0 OR BSD-3-Clause", &ops),
    .cpuid_vendors = cpuid_vendors,
    .vendor_count = sizeof cpuid_vendors / sizeof cpuid_vendors[0],
    VPMU_TABLE(preset, presets),
    VPMU_TABLE(range, ranges),
    VPMU_TABLE(event, events),
    VPMU_TABLE(fixed_event, fixed_events),
    .event_select_mask = 0xFF,
};

VPMU_EXPORT(info)
