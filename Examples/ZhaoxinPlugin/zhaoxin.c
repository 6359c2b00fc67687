/*
 * A PMU model in C: processors by Zhaoxin. It needs vpmu_plugin.h and a C compiler, nothing else.
 *
 * Registers are those of Intel's architectural performance monitoring, version 2, under the same MSR numbers. Encodings
 * of events are their own, and differ from one processor to the next. The tables come first; the callbacks behind them
 * look things up there.
 *
 * Where it is from
 *   CPUID leaves 1 and 0AH      dumps of a KX-U5581, a KX-U6780A and a KH-40000
 *   registers                   Intel SDM vol. 3B, 21.2 (architectural performance monitoring), and vol. 4 (MSRs)
 *   writes to IA32_PMCx         seen on a KX-U5581: bits above 31 are stored too; perf drivers of guests rely on it
 *   encodings, fixed counters   what public perf drivers for these processors program; no manual by Zhaoxin was at hand
 */
#include "vpmu_plugin.h"

#define COUNT_OF(array) (uint32_t)(sizeof(array) / sizeof((array)[0]))

/* ---- Events --------------------------------------------------------------------------------------------------- */

/* Unit mask and event number, as in bits 15:0 of an event select. */
#define INSTRUCTIONS {0x00C0, VPMU_GENERIC_INSTRUCTIONS, VPMU_QUALITY_EXACT}
#define CYCLES {0x0082, VPMU_GENERIC_CYCLES, VPMU_QUALITY_EXACT}
/* Other hosts' buses tick at other rates. */
#define BUS_CYCLES {0x0083, VPMU_GENERIC_BUS_CYCLES, VPMU_QUALITY_SAME_UNIT}
/* At which cache, whether retired or executed branches, and which cycles are taken for stalled: not published. */
#define ABOUT(select, generic) {select, VPMU_GENERIC_##generic, VPMU_QUALITY_APPROXIMATE}

/* On each of these processors: what the plugin announces. Stalled cycles of the front end are an inverted count, and so
 * no generic event. */
static const vpmu_event common[] = {CYCLES, INSTRUCTIONS, BUS_CYCLES, ABOUT(0x040F, STALLED_CYCLES_BACKEND)};

/* On one of them besides. */
static const vpmu_event wudaokou[] = {
    ABOUT(0x0700, BRANCHES),
    ABOUT(0x0709, BRANCH_MISSES),
    ABOUT(0x0515, CACHE_REFERENCES),
    ABOUT(0x051A, CACHE_MISSES),
};
static const vpmu_event lujiazui[] = {
    ABOUT(0x0028, BRANCHES),
    ABOUT(0x0029, BRANCH_MISSES),
    ABOUT(0x0515, CACHE_REFERENCES),
    ABOUT(0x051A, CACHE_MISSES),
};
/* Its caches are others: what was a miss is a reference here, and no event is known for a miss. */
static const vpmu_event yongfeng[] = {
    ABOUT(0x0028, BRANCHES),
    ABOUT(0x0029, BRANCH_MISSES),
    ABOUT(0x051A, CACHE_REFERENCES),
};

/* By the number of the fixed counter. */
static const vpmu_event fixed[] = {INSTRUCTIONS, CYCLES, BUS_CYCLES};

/* ---- Processors ----------------------------------------------------------------------------------------------- */

/* CPUID leaf 1 EAX without the stepping: family 7 and the model. */
#define SIGNATURE_MASK 0x0FFF0FF0u

/* vpmu_state.model_shape[0] is the index in this table; 0: another processor, with what is common. */
static const struct processor {
  uint32_t signature;
  uint32_t event_count;
  const vpmu_event *events;
} processors[] = {
    {0, 0, NULL},
    {0x000107B0, COUNT_OF(wudaokou), wudaokou},
    {0x000307B0, COUNT_OF(lujiazui), lujiazui},
    {0x000507B0, COUNT_OF(yongfeng), yongfeng},
};

/* Version 2, four counters and three fixed ones, of 48 bits each. */
#define LEAF_0AH {0xA, 0, 0x07300402, 0, 0, 0x00000603}

static const vpmu_cpuid_leaf kx6000[] = {{1, 0, 0x000307B1, 0, 0, 0}, LEAF_0AH};
static const vpmu_cpuid_leaf kx5000[] = {{1, 0, 0x000107B5, 0, 0, 0}, LEAF_0AH};
static const vpmu_cpuid_leaf kh40000[] = {{1, 0, 0x000507B3, 0, 0, 0}, LEAF_0AH};

#define MODEL(name, summary, leaves) \
  {sizeof(vpmu_preset), sizeof(vpmu_cpuid_leaf), name, summary, leaves, COUNT_OF(leaves), 0, 0}

static const vpmu_preset models[] = {
    MODEL("zhaoxin-kx6000", "KX-6000 (Lujiazui): 4 general-purpose counters, 3 fixed ones, 48 bits", kx6000),
    MODEL("zhaoxin-kx5000", "KX-5000 (Wudaokou): the same counters, other encodings of branches", kx5000),
    MODEL("zhaoxin-kh40000", "KH-40000 (Yongfeng): the same counters, other encodings of the cache", kh40000),
};

static const char *const cpuid_vendors[] = {"CentaurHauls", "  Shanghai  "};

/* ---- Registers ------------------------------------------------------------------------------------------------ */

/* Behind IA32_PMC7 and IA32_PERFEVTSEL7 are other registers. */
#define MOST_GP 8u
#define MOST_FIXED COUNT_OF(fixed)

/* RDPMC: ECX of fixed counter 0. */
#define FIXED_SELECTOR 0x40000000u

/* The guest has IA32_A_PMCx: IA32_PERF_CAPABILITIES[13]. */
#define FULL_WIDTH VPMU_FEATURE_OF_MODEL(0)
#define PERF_CAPABILITIES_FULL_WIDTH (1ull << 13)
/* From version 2 on. */
#define GLOBAL VPMU_FEATURE_GLOBAL_CONTROL

/* IA32_PERFEVTSELx: bits 63:32, and 21, AnyThread, which would observe another tenant's thread. */
#define EVENT_SELECT_RESERVED 0xFFFFFFFF00200000ull
/* IA32_FIXED_CTR_CTRL: what a counter has of its four bits. */
#define FIXED_CONTROL_BITS (VPMU_FIXED_OS | VPMU_FIXED_USER | VPMU_FIXED_INTERRUPT)
/* IA32_PERF_GLOBAL_STATUS: 62 buffer overflow, 63 condition changed. */
#define STATUS_CONDITIONS (3ull << 62)

/* first, count, stride, role, flags, first_pmc, rdpmc_base, features, reserved0 */
static const vpmu_register_range ranges[] = {
    /* IA32_PMCx, IA32_PERFEVTSELx */
    {0x0C1, MOST_GP, 1, VPMU_ROLE_GP_COUNTER, 0, 0, 0, 0, 0},
    {0x186, MOST_GP, 1, VPMU_ROLE_EVENT_SELECT, 0, 0, UINT32_MAX, 0, 0},
    /* IA32_FIXED_CTRx, IA32_FIXED_CTR_CTRL */
    {0x309, MOST_FIXED, 1, VPMU_ROLE_FIXED_COUNTER, 0, VPMU_FIXED_BASE, FIXED_SELECTOR, GLOBAL, 0},
    {0x38D, 1, 1, VPMU_ROLE_FIXED_CONTROL, 0, 0, UINT32_MAX, GLOBAL, 0},
    /* IA32_PERF_GLOBAL_STATUS, IA32_PERF_GLOBAL_CTRL, IA32_PERF_GLOBAL_OVF_CTRL */
    {0x38E, 1, 1, VPMU_ROLE_GLOBAL_STATUS, VPMU_RANGE_READ_ONLY, 0, UINT32_MAX, GLOBAL, 0},
    {0x38F, 1, 1, VPMU_ROLE_GLOBAL_CONTROL, 0, 0, UINT32_MAX, GLOBAL, 0},
    {0x390, 1, 1, VPMU_ROLE_GLOBAL_STATUS_CLEAR, 0, 0, UINT32_MAX, GLOBAL, 0},
    /* IA32_A_PMCx: the counters once more, the better ones to use where they exist */
    {0x4C1, MOST_GP, 1, VPMU_ROLE_GP_COUNTER, VPMU_RANGE_FULL_WIDTH, 0, 0, FULL_WIDTH, 0},
};

/* ---- CPUID, RESET --------------------------------------------------------------------------------------------- */

static uint32_t least(uint32_t a, uint32_t b) { return a < b ? a : b; }

/* `count` ones; `count` is below 64. */
static uint64_t ones(uint32_t count) { return (1ull << count) - 1; }

static uint32_t find_processor(uint32_t signature) {
  for (uint32_t i = 1; i < COUNT_OF(processors); i++) {
    if (processors[i].signature == (signature & SIGNATURE_MASK)) return i;
  }
  return 0;
}

/* CPUID leaf 0AH, cut to what the host offers. */
static int32_t refresh(void *context, vpmu_state *state, const vpmu_guest_config *guest, const vpmu_host_limits *host) {
  (void)context;
  const vpmu_cpuid_leaf pmu = vpmu_find_leaf(guest, 0xA, 0);
  const uint32_t version = pmu.eax & 0xFF;
  if (version == 0) return VPMU_DONE; /* no PMU: the counts stay 0 */

  const uint32_t gp_count = least(least((pmu.eax >> 8) & 0xFF, host->gp_counters), MOST_GP);
  const uint32_t gp_width = least(least((pmu.eax >> 16) & 0xFF, host->gp_width), 63);
  const uint32_t fixed_count = version < 2 ? 0 : least(least(pmu.edx & 0x1F, host->fixed_counters), MOST_FIXED);
  const uint32_t fixed_width = least(least((pmu.edx >> 5) & 0xFF, host->fixed_width), 63);

  state->version = version;
  state->gp_count = gp_width ? gp_count : 0; /* a counter without a bit is none */
  state->fixed_count = fixed_width ? fixed_count : 0;
  state->gp_mask = ones(gp_width);
  state->fixed_mask = ones(fixed_width);
  state->all_valid = ones(state->gp_count) | ones(state->fixed_count) << VPMU_FIXED_BASE;
  if (version >= 2) state->features |= GLOBAL;
  if (guest->perf_capabilities & PERF_CAPABILITIES_FULL_WIDTH) state->features |= FULL_WIDTH;
  state->model_shape[0] = find_processor(vpmu_find_leaf(guest, 1, 0).eax);

  uint64_t fixed_control = 0;
  for (uint32_t i = 0; i < state->fixed_count; i++) fixed_control |= FIXED_CONTROL_BITS << (4 * i);
  state->event_select_reserved = EVENT_SELECT_RESERVED;
  state->fixed_control_reserved = ~fixed_control;
  state->global_control_reserved = ~state->all_valid;
  state->global_status_reserved = ~(state->all_valid | STATUS_CONDITIONS);
  return VPMU_DONE;
}

/* Every general-purpose counter is globally enabled, no fixed one. */
static void reset(void *context, vpmu_state *state) {
  (void)context;
  if (state->features & GLOBAL) state->global_control = ones(state->gp_count);
}

/* ---- Which register an MSR number is -------------------------------------------------------------------------- */

typedef struct place {
  const vpmu_register_range *range; /* NULL: no register of any processor here */
  uint32_t pmc;                     /* of the counter, for roles that have one */
  bool exists;                      /* for this guest */
} place;

static place find(const vpmu_state *state, uint32_t msr) {
  for (const vpmu_register_range *range = ranges; range < ranges + COUNT_OF(ranges); range++) {
    const uint32_t n = msr - range->first; /* a number below the first wraps to a large one */
    if (n >= range->count) continue;
    place found = {range, range->first_pmc + n, (state->features & range->features) == range->features};
    switch (range->role) {
    case VPMU_ROLE_GP_COUNTER:
    case VPMU_ROLE_EVENT_SELECT:
    case VPMU_ROLE_FIXED_COUNTER:
      found.exists = found.exists && (state->all_valid & vpmu_bit(found.pmc));
    }
    return found;
  }
  return (place){NULL, 0, false};
}

static bool is_valid_msr(void *context, const vpmu_state *state, uint32_t msr) {
  (void)context;
  return find(state, msr).exists;
}

/* IA32_A_PMCx is a second name of the counter: a write to it does not mark the counter in use. */
static int32_t msr_idx_to_pmc(void *context, const vpmu_state *state, uint32_t msr) {
  (void)context;
  const place found = find(state, msr);
  if (!found.exists || (found.range->flags & VPMU_RANGE_FULL_WIDTH)) return -1;
  switch (found.range->role) {
  case VPMU_ROLE_GP_COUNTER:
  case VPMU_ROLE_EVENT_SELECT:
  case VPMU_ROLE_FIXED_COUNTER:
    return (int32_t)found.pmc;
  default:
    return -1;
  }
}

/* ECX[31:16] is the type, 0 or 4000H, ECX[15:0] the index. */
static int32_t rdpmc_ecx_to_pmc(void *context, const vpmu_state *state, uint32_t ecx) {
  (void)context;
  if (ecx < state->gp_count) return (int32_t)ecx;
  const uint32_t i = ecx - FIXED_SELECTOR;
  return i < state->fixed_count ? (int32_t)(VPMU_FIXED_BASE + i) : -1;
}

/* ---- RDMSR, WRMSR --------------------------------------------------------------------------------------------- */

static vpmu_answer done(uint64_t value) { return (vpmu_answer){VPMU_DONE, 0, value}; }
static vpmu_answer counter(uint32_t pmc, uint64_t value) { return (vpmu_answer){VPMU_COUNTER, pmc, value}; }
static vpmu_answer fault(void) { return (vpmu_answer){VPMU_FAULT, 0, 0}; }
static vpmu_answer unhandled(void) { return (vpmu_answer){VPMU_UNHANDLED, 0, 0}; }

static vpmu_answer get_msr(void *context, const vpmu_state *state, uint32_t msr, uint32_t flags) {
  (void)context, (void)flags;
  const place found = find(state, msr);
  if (!found.range) return unhandled();
  if (!found.exists) return fault();
  switch (found.range->role) {
  case VPMU_ROLE_GP_COUNTER:
  case VPMU_ROLE_FIXED_COUNTER:
    return counter(found.pmc, 0);
  case VPMU_ROLE_EVENT_SELECT:
    return done(vpmu_counter_of((vpmu_state *)state, found.pmc)->selector); /* only read */
  case VPMU_ROLE_FIXED_CONTROL:
    return done(state->fixed_control);
  case VPMU_ROLE_GLOBAL_CONTROL:
    return done(state->global_control);
  case VPMU_ROLE_GLOBAL_STATUS:
    return done(state->global_status);
  default: /* VPMU_ROLE_GLOBAL_STATUS_CLEAR */
    return done(0);
  }
}

static vpmu_answer set_event_select(vpmu_state *state, uint32_t pmc, uint64_t value) {
  if (value & state->event_select_reserved) return fault();
  vpmu_counter *const gp = vpmu_counter_of(state, pmc);
  if (gp->selector != value) state->reprogram |= vpmu_bit(pmc);
  gp->selector = value;
  return done(0);
}

static vpmu_answer set_fixed_control(vpmu_state *state, uint64_t value) {
  if (value & state->fixed_control_reserved) return fault();
  const uint64_t changes = state->fixed_control ^ value;
  for (uint32_t i = 0; i < state->fixed_count; i++) {
    if (!((changes >> (4 * i)) & 0xF)) continue;
    state->reprogram |= vpmu_bit(VPMU_FIXED_BASE + i);
    state->in_use |= vpmu_bit(VPMU_FIXED_BASE + i);
  }
  state->fixed_control = value;
  return done(0);
}

static vpmu_answer set_global_control(vpmu_state *state, uint64_t value) {
  if (value & state->global_control_reserved) return fault();
  state->reprogram |= state->global_control ^ value;
  state->global_control = value;
  return done(0);
}

/* Read-only for the guest. */
static vpmu_answer set_global_status(vpmu_state *state, uint64_t value, bool is_host) {
  if (!is_host || (value & state->global_status_reserved)) return fault();
  state->global_status = value;
  return done(0);
}

static vpmu_answer clear_global_status(vpmu_state *state, uint64_t value, bool is_host) {
  if (value & state->global_status_reserved) return fault();
  if (!is_host) state->global_status &= ~value;
  return done(0);
}

static vpmu_answer set_msr(void *context, vpmu_state *state, uint32_t msr, uint64_t value, uint32_t flags) {
  (void)context;
  const bool is_host = flags & VPMU_HOST_INITIATED;
  const place found = find(state, msr);
  if (!found.range) return unhandled();
  if (!found.exists) return fault();
  switch (found.range->role) {
  case VPMU_ROLE_GP_COUNTER:
    if ((found.range->flags & VPMU_RANGE_FULL_WIDTH) && (value & ~state->gp_mask)) return fault();
    return counter(found.pmc, value); /* all bits: unlike Intel's, IA32_PMCx does not sign-extend */
  case VPMU_ROLE_FIXED_COUNTER:
    return counter(found.pmc, value);
  case VPMU_ROLE_EVENT_SELECT:
    return set_event_select(state, found.pmc, value);
  case VPMU_ROLE_FIXED_CONTROL:
    return set_fixed_control(state, value);
  case VPMU_ROLE_GLOBAL_CONTROL:
    return set_global_control(state, value);
  case VPMU_ROLE_GLOBAL_STATUS:
    return set_global_status(state, value, is_host);
  default: /* VPMU_ROLE_GLOBAL_STATUS_CLEAR */
    return clear_global_status(state, value, is_host);
  }
}

/* ---- What counters count -------------------------------------------------------------------------------------- */

static const vpmu_event *look_up(const vpmu_event *events, uint32_t count, uint64_t code) {
  for (uint32_t i = 0; i < count; i++) {
    if (events[i].select == code) return &events[i];
  }
  return NULL;
}

static vpmu_event find_arch_event(void *context, const vpmu_state *state, uint64_t selector) {
  (void)context;
  const uint64_t code = selector & 0xFFFF;
  const struct processor *const own = &processors[state->model_shape[0] % COUNT_OF(processors)];
  const vpmu_event *event = look_up(common, COUNT_OF(common), code);
  if (!event) event = look_up(own->events, own->event_count, code);
  return event ? *event : (vpmu_event){code, VPMU_GENERIC_NONE, VPMU_QUALITY_NONE};
}

static vpmu_event find_fixed_event(void *context, const vpmu_state *state, uint32_t index) {
  (void)context, (void)state;
  return fixed[index % COUNT_OF(fixed)]; /* refresh makes no more */
}

/* ---- The plugin ----------------------------------------------------------------------------------------------- */

static const vpmu_ops ops = {
    .struct_size = sizeof(vpmu_ops),
    .refresh = refresh,
    .reset = reset,
    .is_valid_msr = is_valid_msr,
    .msr_idx_to_pmc = msr_idx_to_pmc,
    .rdpmc_ecx_to_pmc = rdpmc_ecx_to_pmc,
    .get_msr = get_msr,
    .set_msr = set_msr,
    .find_arch_event = find_arch_event,
    .find_fixed_event = find_fixed_event,
};

static const vpmu_plugin_info info = {
    .struct_size = sizeof(vpmu_plugin_info),
    .abi_major = VPMU_ABI_MAJOR,
    .abi_minor = VPMU_ABI_MINOR,
    .id = "org.vpmu.examples.zhaoxin",
    .name = "zhaoxin",
    .version = "0.1.0",
    .license = "Apache-2.0",
    .cpuid_vendors = cpuid_vendors,
    .vendor_count = COUNT_OF(cpuid_vendors),
    .models = models,
    .preset_count = COUNT_OF(models),
    .preset_size = sizeof(vpmu_preset),
    .ranges = ranges,
    .range_count = COUNT_OF(ranges),
    .range_size = sizeof(vpmu_register_range),
    .events = common,
    .event_count = COUNT_OF(common),
    .event_size = sizeof(vpmu_event),
    .event_select_mask = 0xFF,
    .ops = &ops,
};

VPMU_DECLARE_IDENTITY;

const vpmu_plugin_info *vpmu_plugin_entry_v1(const vpmu_services *services) {
  (void)services;
  return &info;
}
