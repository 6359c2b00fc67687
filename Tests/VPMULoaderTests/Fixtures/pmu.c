/*
 * A PMU in C, small and right: four general-purpose counters and two fixed ones, with global control. -D options put
 * statements into its callbacks, which make it wrong in one way each:
 *
 *   ON_REFRESH, ON_RESET            after all else, with `state`
 *   ON_INDEX, ON_SELECTOR, ON_EARLY before all else; may return
 *   ON_READ, ON_WRITE               the same
 *   ON_EVENT, ON_PMI, ON_CLEANUP    the same
 *
 *   registers: 0x10 counters, 0x20 event selects, 0x30 fixed counters, 0x38 fixed control, 0x39 global control,
 *   0x3A global status, 0x3B its clear register
 */
#include "vpmu_plugin.h"

#ifndef ON_REFRESH
#define ON_REFRESH
#endif
#ifndef ON_RESET
#define ON_RESET
#endif
#ifndef ON_INDEX
#define ON_INDEX
#endif
#ifndef ON_SELECTOR
#define ON_SELECTOR
#endif
#ifndef ON_EARLY
#define ON_EARLY
#endif
#ifndef ON_READ
#define ON_READ
#endif
#ifndef ON_WRITE
#define ON_WRITE
#endif
#ifndef ON_EVENT
#define ON_EVENT
#endif
#ifndef ON_PMI
#define ON_PMI
#endif
#ifndef ON_CLEANUP
#define ON_CLEANUP
#endif

#define ANSWER(status, pmc, value) ((vpmu_answer){(status), (pmc), (value)})
enum { COUNTER = 0x10, SELECT = 0x20, FIXED = 0x30, FIXED_CONTROL = 0x38, CONTROL, STATUS, STATUS_CLEAR };

static vpmu_status refresh(void *context, vpmu_state *state, const vpmu_guest_config *guest,
                           const vpmu_host_limits *host) {
  (void)context;
  uint32_t gp = vpmu_find_leaf(guest, 0xA, 0).eax, fixed = vpmu_find_leaf(guest, 0xA, 0).edx;
  state->gp_count = gp < host->gp_counters ? gp : host->gp_counters;
  state->fixed_count = fixed < host->fixed_counters ? fixed : host->fixed_counters;
  state->gp_mask = vpmu_bit(host->gp_width < 40 ? host->gp_width : 40) - 1;
  state->fixed_mask = vpmu_bit(host->fixed_width < 40 ? host->fixed_width : 40) - 1;
  state->all_valid = (vpmu_bit(state->gp_count) - 1) | ((vpmu_bit(state->fixed_count) - 1) << VPMU_FIXED_BASE);
  state->global_control_reserved = ~state->all_valid;
  state->global_status_reserved = ~state->all_valid;
  state->fixed_control_reserved = ~(vpmu_bit(4 * state->fixed_count) - 1);
  state->features = VPMU_FEATURE_GLOBAL_CONTROL;
  state->model_shape[0] = guest->perf_capabilities;
  ON_REFRESH
  return VPMU_DONE;
}

static void reset(void *context, vpmu_state *state) {
  (void)context;
  state->global_control = state->all_valid;
  ON_RESET
}

static int32_t msr_idx_to_pmc(void *context, const vpmu_state *state, uint32_t msr) {
  (void)context;
  ON_INDEX
  if (msr - COUNTER < state->gp_count) return (int32_t)(msr - COUNTER);
  if (msr - SELECT < state->gp_count) return (int32_t)(msr - SELECT);
  if (msr - FIXED < state->fixed_count) return (int32_t)(VPMU_FIXED_BASE + msr - FIXED);
  return -1;
}

static bool is_valid_msr(void *context, const vpmu_state *state, uint32_t msr) {
  return msr_idx_to_pmc(context, state, msr) >= 0 || (msr >= FIXED_CONTROL && msr <= STATUS_CLEAR);
}

static int32_t rdpmc_ecx_to_pmc(void *context, const vpmu_state *state, uint32_t ecx) {
  (void)context;
  ON_SELECTOR
  if (ecx < state->gp_count) return (int32_t)ecx;
  return ecx - 0x100 < state->fixed_count ? (int32_t)(VPMU_FIXED_BASE + ecx - 0x100) : -1;
}

static vpmu_status check_rdpmc_early(void *context, const vpmu_state *state, uint32_t ecx) {
  (void)context, (void)state;
  ON_EARLY
  return ecx < 0x200 ? VPMU_DONE : VPMU_FAULT;
}

static vpmu_answer get_msr(void *context, const vpmu_state *state, uint32_t msr, uint32_t flags) {
  (void)context, (void)flags;
  ON_READ
  uint32_t n = msr & 0xF;
  if (msr - COUNTER < state->gp_count) return ANSWER(VPMU_COUNTER, n, 0);
  if (msr - SELECT < state->gp_count) return ANSWER(VPMU_DONE, 0, vpmu_counter_of((vpmu_state *)state, n)->selector);
  if (msr - FIXED < state->fixed_count) return ANSWER(VPMU_COUNTER, VPMU_FIXED_BASE + n, 0);
  switch (msr) {
    case FIXED_CONTROL: return ANSWER(VPMU_DONE, 0, state->fixed_control);
    case CONTROL: return ANSWER(VPMU_DONE, 0, state->global_control);
    case STATUS: return ANSWER(VPMU_DONE, 0, state->global_status);
    case STATUS_CLEAR: return ANSWER(VPMU_DONE, 0, 0);
    default: return ANSWER(msr >= COUNTER && msr < FIXED_CONTROL ? VPMU_FAULT : VPMU_UNHANDLED, 0, 0);
  }
}

static vpmu_answer set_fixed_control(vpmu_state *state, uint64_t value) {
  if (value & state->fixed_control_reserved) return ANSWER(VPMU_FAULT, 0, 0);
  for (uint32_t i = 0; i < state->fixed_count; i++) {
    if (!(((state->fixed_control ^ value) >> (4 * i)) & 0xF)) continue;
    state->in_use |= vpmu_bit(VPMU_FIXED_BASE + i);
    state->reprogram |= vpmu_bit(VPMU_FIXED_BASE + i);
  }
  state->fixed_control = value;
  return ANSWER(VPMU_DONE, 0, 0);
}

static vpmu_answer set_msr(void *context, vpmu_state *state, uint32_t msr, uint64_t value, uint32_t flags) {
  (void)context;
  ON_WRITE
  uint32_t n = msr & 0xF;
  if (msr - COUNTER < state->gp_count) return ANSWER(VPMU_COUNTER, n, value);
  if (msr - SELECT < state->gp_count) {
    if (vpmu_counter_of(state, n)->selector != value) state->reprogram |= vpmu_bit(n);
    vpmu_counter_of(state, n)->selector = value;
    return ANSWER(VPMU_DONE, 0, 0);
  }
  if (msr - FIXED < state->fixed_count) return ANSWER(VPMU_COUNTER, VPMU_FIXED_BASE + n, value);
  switch (msr) {
    case FIXED_CONTROL: return set_fixed_control(state, value);
    case CONTROL:
      if (value & state->global_control_reserved) return ANSWER(VPMU_FAULT, 0, 0);
      state->reprogram |= state->global_control ^ value;
      state->global_control = value;
      return ANSWER(VPMU_DONE, 0, 0);
    case STATUS:
      if (!(flags & VPMU_HOST_INITIATED) || value & state->global_status_reserved) return ANSWER(VPMU_FAULT, 0, 0);
      state->global_status = value;
      return ANSWER(VPMU_DONE, 0, 0);
    case STATUS_CLEAR:
      if (value & state->global_status_reserved) return ANSWER(VPMU_FAULT, 0, 0);
      state->global_status &= ~value;
      return ANSWER(VPMU_DONE, 0, 0);
    default: return ANSWER(msr >= COUNTER && msr < FIXED_CONTROL ? VPMU_FAULT : VPMU_UNHANDLED, 0, 0);
  }
}

static vpmu_event find_arch_event(void *context, const vpmu_state *state, uint64_t selector) {
  (void)context, (void)state;
  uint64_t select = selector & 0xFFFF;
  ON_EVENT
  if (select == 0x3C) return (vpmu_event){select, VPMU_GENERIC_CYCLES, VPMU_QUALITY_EXACT};
  if (select == 0xC0) return (vpmu_event){select, VPMU_GENERIC_INSTRUCTIONS, VPMU_QUALITY_EXACT};
  return (vpmu_event){select, VPMU_GENERIC_NONE, VPMU_QUALITY_NONE};
}

static vpmu_event find_fixed_event(void *context, const vpmu_state *state, uint32_t index) {
  return find_arch_event(context, state, index == 0 ? 0xC0 : 0x3C);
}

static void deliver_pmi(void *context, vpmu_state *state) {
  (void)context, (void)state;
  ON_PMI
}

static void cleanup(void *context, vpmu_state *state) {
  (void)context, (void)state;
  ON_CLEANUP
}

static const char *const vendors[] = {"TestTestTest"};
static const vpmu_cpuid_leaf leaves[] = {{0xA, 0, 4, 0, 0, 2}};
static const vpmu_preset presets[] = {
    VPMU_PRESET("pmu-v1", "four and two counters", leaves, .perf_capabilities = 0x77)};
static const vpmu_register_range ranges[] = {
    VPMU_REGISTERS(COUNTER, 4, GP_COUNTER, .flags = VPMU_RANGE_RDPMC),
    VPMU_REGISTERS(SELECT, 4, EVENT_SELECT),
    VPMU_REGISTERS(FIXED, 2, FIXED_COUNTER, .first_pmc = VPMU_FIXED_BASE, .flags = VPMU_RANGE_RDPMC,
                   .rdpmc_base = 0x100),
    VPMU_REGISTERS(FIXED_CONTROL, 1, FIXED_CONTROL),
    VPMU_REGISTERS(CONTROL, 1, GLOBAL_CONTROL),
    VPMU_REGISTERS(STATUS, 1, GLOBAL_STATUS, .flags = VPMU_RANGE_READ_ONLY),
    VPMU_REGISTERS(STATUS_CLEAR, 1, GLOBAL_STATUS_CLEAR)};
static const vpmu_event_row events[] = {VPMU_EVENT(0x3C, CYCLES, EXACT, NULL),
                                        VPMU_EVENT(0xC0, INSTRUCTIONS, EXACT, NULL)};
static const vpmu_ops ops = {.struct_size = sizeof(vpmu_ops),
                             .refresh = refresh,
                             .reset = reset,
                             .is_valid_msr = is_valid_msr,
                             .msr_idx_to_pmc = msr_idx_to_pmc,
                             .rdpmc_ecx_to_pmc = rdpmc_ecx_to_pmc,
                             .get_msr = get_msr,
                             .set_msr = set_msr,
                             .find_arch_event = find_arch_event,
                             .find_fixed_event = find_fixed_event,
                             .check_rdpmc_early = check_rdpmc_early,
                             .deliver_pmi = deliver_pmi,
                             .cleanup = cleanup};
static const vpmu_plugin_info info = {VPMU_PLUGIN("org.example.pmu", "pmu", "1", "Apache-2.0", &ops),
                                      .cpuid_vendors = vendors,
                                      .vendor_count = 1,
                                      VPMU_TABLE(preset, presets),
                                      VPMU_TABLE(range, ranges),
                                      VPMU_TABLE(event, events),
                                      .event_select_mask = 0xFF};

VPMU_EXPORT(info)
