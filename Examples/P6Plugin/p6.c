/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * A PMU model in C: the P6 family, from Pentium Pro to Pentium M.
 *
 * Two counters, which differ from Intel's later ones in two things: the enable bit of the first one's event select is
 * for both, and some events are counted by one of the two only. Both are in the tables.
 *
 * Where it is from
 *   registers   Intel SDM vol. 3B, "Performance Monitoring (P6 Family Processor)", and vol. 4, "MSRs in the P6 Family
 *               Processors" and "MSRs in Pentium M Processors"
 *   events      the manual's lists of performance-monitoring events of P6 family processors and of Pentium M processors
 *   signatures  the manual's vol. 4, table of CPUID signatures
 */
#include "vpmu_plugin.h"

/* ---- Registers ------------------------------------------------------------------------------------------------ */

#define COUNTERS 2
#define WIDTH 40

/* EVNTSELx has 31:22 and 20:0. EN (22) is in EVNTSEL0 only; EVNTSEL1 keeps a written one, and it means nothing. */
#define EVENT_SELECT_RESERVED 0xFFFFFFFF00200000ull

static const vpmu_register_range ranges[] = {
    /* PERFCTRx */
    VPMU_REGISTERS(0x0C1, COUNTERS, GP_COUNTER, .flags = VPMU_RANGE_RDPMC | VPMU_RANGE_SIGN_EXTENDS),
    /* EVNTSELx */
    VPMU_REGISTERS(0x186, COUNTERS, EVENT_SELECT, .flags = VPMU_RANGE_SHARED_ENABLE),
};

/* ---- Processors ----------------------------------------------------------------------------------------------- */

/* From Pentium II on; Pentium III; Pentium M. */
#define MMX VPMU_FEATURE_OF_MODEL(0)
#define SSE VPMU_FEATURE_OF_MODEL(1)
#define PENTIUM_M VPMU_FEATURE_OF_MODEL(2)

/* Bits 19:16 are the upper ones of the model; family 6 has no extended family. */
static uint32_t model_of(uint32_t signature) { return (signature >> 4 & 0xF) | (signature >> 12 & 0xF0); }
static uint32_t family_of(uint32_t signature) { return signature >> 8 & 0xF; }

/* By the model. A later one has the events that all share. */
static uint64_t processor(uint32_t model) {
  switch (model) {
  case 3: case 5: case 6: return MMX;              /* Pentium II, Celeron */
  case 7: case 8: case 10: case 11: return MMX | SSE; /* Pentium III, Xeon, Celeron */
  case 9: case 13: return PENTIUM_M;
  default: return 0; /* 1: Pentium Pro */
  }
}

/* ---- Events --------------------------------------------------------------------------------------------------- */

/* An event without a generic one: counted where the host has the guest's vendor and the embedder allows raw events. */
#define OWN(select, ...) VPMU_EVENT(select, NONE, NONE, __VA_ARGS__)

/* With a unit mask of MESI: lines in each of the four states. */
#define MESI 0x0F00
#define LINE_INVALID 0x0100

static const vpmu_event_row events[] = {
    VPMU_EVENT(0x79, CYCLES, EXACT, "CPU_CLK_UNHALTED"),
    VPMU_EVENT(0xC0, INSTRUCTIONS, EXACT, "INST_RETIRED"),
    VPMU_EVENT(0xC4, BRANCHES, EXACT, "BR_INST_RETIRED"),
    VPMU_EVENT(0xC5, BRANCH_MISSES, EXACT, "BR_MISS_PRED_RETIRED"),
    /* Of the second-level cache, which is the last one. Other hosts' rules differ. */
    VPMU_EVENT(0x2E | MESI, CACHE_REFERENCES, APPROXIMATE, "L2_RQSTS"),
    VPMU_EVENT(0x2E | LINE_INVALID, CACHE_MISSES, APPROXIMATE, "L2_RQSTS.I"),
    VPMU_EVENT(0xA2, STALLED_CYCLES_BACKEND, APPROXIMATE, "RESOURCE_STALLS"),
    VPMU_EVENT(0x86, STALLED_CYCLES_FRONTEND, APPROXIMATE, "IFU_MEM_STALL"),

    /* Floating point: each on one counter. */
    OWN(0xC1, "FLOPS", .counters = 1),
    OWN(0x10, "FP_COMP_OPS_EXE", .counters = 1),
    OWN(0x11, "FP_ASSIST", .counters = 2),
    OWN(0x12, "MUL", .counters = 2),
    OWN(0x13, "DIV", .counters = 2),
    OWN(0x14, "CYCLES_DIV_BUSY", .counters = 1),

    /* Data cache, instruction fetch */
    OWN(0x43, "DATA_MEM_REFS"),
    OWN(0x45, "DCU_LINES_IN"),
    OWN(0x46, "DCU_M_LINES_IN"),
    OWN(0x47, "DCU_M_LINES_OUT"),
    OWN(0x48, "DCU_MISS_OUTSTANDING"),
    OWN(0x80, "IFU_IFETCH"),
    OWN(0x81, "IFU_IFETCH_MISS"),
    OWN(0x85, "ITLB_MISS"),
    OWN(0x87, "ILD_STALL"),

    /* Second-level cache */
    OWN(0x21, "L2_ADS"),
    OWN(0x22, "L2_DBUS_BUSY"),
    OWN(0x23, "L2_DBUS_BUSY_RD"),
    OWN(0x24, "L2_LINES_IN"),
    OWN(0x25, "L2_M_LINES_INM"),
    OWN(0x26, "L2_LINES_OUT"),
    OWN(0x27, "L2_M_LINES_OUTM"),
    OWN(0x28 | MESI, "L2_IFETCH"),
    OWN(0x29 | MESI, "L2_LD"),
    OWN(0x2A | MESI, "L2_ST"),

    /* Bus */
    OWN(0x60, "BUS_REQ_OUTSTANDING"),
    OWN(0x62, "BUS_DRDY_CLOCKS"),
    OWN(0x63, "BUS_LOCK_CLOCKS"),
    OWN(0x65, "BUS_TRAN_BRD"),
    OWN(0x66, "BUS_TRAN_RFO"),
    OWN(0x67, "BUS_TRANS_WB"),
    OWN(0x68, "BUS_TRAN_IFETCH"),
    OWN(0x6F, "BUS_TRAN_MEM"),
    OWN(0x70, "BUS_TRAN_ANY"),

    /* Memory ordering, decoding, retirement, branches */
    OWN(0x03, "LD_BLOCKS"),
    OWN(0x04, "SB_DRAINS"),
    OWN(0x05, "MISALIGN_MEM_REF"),
    OWN(0x06, "SEGMENT_REG_LOADS"),
    OWN(0xC2, "UOPS_RETIRED"),
    OWN(0xC6, "CYCLES_INT_MASKED"),
    OWN(0xC7, "CYCLES_INT_PENDING_AND_MASKED"),
    OWN(0xC8, "HW_INT_RX"),
    OWN(0xC9, "BR_TAKEN_RETIRED"),
    OWN(0xCA, "BR_MISS_PRED_TAKEN_RET"),
    OWN(0xD0, "INST_DECODED"),
    OWN(0xD2, "PARTIAL_RAT_STALLS"),
    OWN(0xE0, "BR_INST_DECODED"),
    OWN(0xE2, "BTB_MISSES"),
    OWN(0xE4, "BR_BOGUS"),
    OWN(0xE6, "BACLEARS"),

    OWN(0xB0, "MMX_INSTR_EXEC", .features = MMX),
    OWN(0xCD, "MMX_ASSIST", .features = MMX),
    OWN(0xD8, "EMON_KNI_INST_RETIRED", .features = SSE),
    OWN(0xD9, "EMON_KNI_COMP_INST_RET", .features = SSE),

    OWN(0x58, "EMON_EST_TRANS", .features = PENTIUM_M),
    OWN(0x59, "EMON_THERMAL_TRIP", .features = PENTIUM_M),
    OWN(0x88, "BR_INST_EXEC", .features = PENTIUM_M),
    OWN(0x89, "BR_MISSP_EXEC", .features = PENTIUM_M),
    OWN(0xDA, "EMON_FUSED_UOPS_RET", .features = PENTIUM_M),
    OWN(0xDB, "EMON_UNFUSION", .features = PENTIUM_M),
};

/* ---- CPUID ---------------------------------------------------------------------------------------------------- */

static const vpmu_cpuid_leaf pentium_pro[] = {{1, 0, 0x00000619, 0, 0, 0}};
static const vpmu_cpuid_leaf pentium_iii[] = {{1, 0, 0x00000683, 0, 0, 0}};
static const vpmu_cpuid_leaf pentium_m[] = {{1, 0, 0x000006D8, 0, 0, 0}};

static const vpmu_preset presets[] = {
    VPMU_PRESET("pentium-pro", "Pentium Pro: 2 counters of 40 bits, enabled together", pentium_pro),
    VPMU_PRESET("pentium-iii", "Pentium III: the same, with events of MMX and SSE", pentium_iii),
    VPMU_PRESET("pentium-m", "Pentium M: the same, with events of branch prediction and fused micro-ops", pentium_m),
};

static const char *const cpuid_vendors[] = {"GenuineIntel"};

/* CPUID has no bit for this PMU: family 6 has it. Another family, and a CPU that shows architectural performance
 * monitoring (leaf 0AH), has none that this model describes. */
static vpmu_status refresh(void *context, vpmu_state *state, const vpmu_guest_config *guest,
                           const vpmu_host_limits *host) {
  (void)context;
  const uint32_t signature = vpmu_find_leaf(guest, 1, 0).eax;
  if (family_of(signature) != 6 || (vpmu_find_leaf(guest, 0xA, 0).eax & 0xFF) != 0) return VPMU_DONE;
  vpmu_set_counters(state, host, COUNTERS, WIDTH, 0, 0);
  state->event_select_reserved = EVENT_SELECT_RESERVED;
  state->features |= processor(model_of(signature));
  return VPMU_DONE;
}

/* ---- The plugin ----------------------------------------------------------------------------------------------- */

static const vpmu_ops ops = {.struct_size = sizeof ops, .refresh = refresh};

static const vpmu_plugin_info info = {
    VPMU_PLUGIN("org.vpmu.examples.p6", "intel-p6", "0.1.0", "Apache-2.0 OR BSD-3-Clause", &ops),
    .flags = VPMU_PLUGIN_MASKS_LVTPC,
    .cpuid_vendors = cpuid_vendors,
    .vendor_count = sizeof cpuid_vendors / sizeof cpuid_vendors[0],
    VPMU_TABLE(preset, presets),
    VPMU_TABLE(range, ranges),
    VPMU_TABLE(event, events),
    .event_select_mask = 0xFF,
};

VPMU_EXPORT(info)
