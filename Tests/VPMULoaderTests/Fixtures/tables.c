/*
 * A PMU in C that is tables and `refresh`: four general-purpose counters and two fixed ones, with global control, a
 * constant register, and events of some guests and counters. -D options:
 *
 *   SELECT_FLAGS=flags   of the range of event selects
 *   CALLBACKS            get_msr and set_msr implement one register, find_arch_event and find_fixed_event one event
 *                        each, and leave all else to the tables
 *
 *   registers: 0x10 counters, 0x20 event selects, 0x30 fixed counters, 0x38 fixed control, 0x39 global control,
 *   0x3A global status, 0x3B its clear register, 0x40 the constant, 0x41 the callbacks' own
 *   CPUID leaf AH: ECX = 1 other events
 */
#include "vpmu_plugin.h"

#ifndef SELECT_FLAGS
#define SELECT_FLAGS 0
#endif

enum { OWN = 0x41, OTHER_EVENTS = 0 };

static vpmu_status refresh(void *context, vpmu_state *state, const vpmu_guest_config *guest,
                           const vpmu_host_limits *host) {
  (void)context;
  vpmu_set_counters(state, host, 4, 40, 2, 40);
  state->event_select_reserved = ~0xFFFFFFFFull;
  state->features = VPMU_FEATURE_GLOBAL_CONTROL;
  if (vpmu_find_leaf(guest, 0xA, 0).ecx == 1) state->features |= VPMU_FEATURE_OF_MODEL(OTHER_EVENTS);
  state->model_shape[1] = guest->perf_capabilities;
  return VPMU_DONE;
}

#ifdef CALLBACKS
static vpmu_answer get_msr(void *context, const vpmu_state *state, uint32_t msr, uint32_t flags) {
  (void)context, (void)flags;
  return (vpmu_answer){msr == OWN ? VPMU_DONE : VPMU_BY_TABLES, 0, state->model_words[0]};
}

static vpmu_answer set_msr(void *context, vpmu_state *state, uint32_t msr, uint64_t value, uint32_t flags) {
  (void)context, (void)flags;
  if (msr != OWN) return (vpmu_answer){VPMU_BY_TABLES, 0, 0};
  state->model_words[0] = value;
  return (vpmu_answer){VPMU_DONE, 0, 0};
}

static const vpmu_event by_tables = {0, VPMU_GENERIC_BY_TABLES, VPMU_QUALITY_NONE};

static vpmu_event find_arch_event(void *context, const vpmu_state *state, uint64_t selector) {
  (void)context, (void)state;
  return (selector & 0xFFFF) == 0x77 ? (vpmu_event){0x77, VPMU_GENERIC_BUS_CYCLES, VPMU_QUALITY_EXACT} : by_tables;
}

static vpmu_event find_fixed_event(void *context, const vpmu_state *state, uint32_t index) {
  (void)context, (void)state;
  return index == 1 ? (vpmu_event){0x77, VPMU_GENERIC_BUS_CYCLES, VPMU_QUALITY_EXACT} : by_tables;
}
#endif

static const char *const vendors[] = {"TestTestTest"};
static const vpmu_cpuid_leaf leaves[] = {{0xA, 0, 0, 0, 0, 0}};
static const vpmu_preset presets[] = {
    VPMU_PRESET("tables-v1", "four and two counters", leaves, .perf_capabilities = 0x1234)};
static const vpmu_register_range ranges[] = {
    VPMU_REGISTERS(0x10, 4, GP_COUNTER, .flags = VPMU_RANGE_RDPMC),
    VPMU_REGISTERS(0x20, 4, EVENT_SELECT, .flags = SELECT_FLAGS),
    VPMU_REGISTERS(0x30, 2, FIXED_COUNTER, .first_pmc = VPMU_FIXED_BASE, .flags = VPMU_RANGE_RDPMC,
                   .rdpmc_base = 0x100),
    VPMU_REGISTERS(0x38, 1, FIXED_CONTROL),
    VPMU_REGISTERS(0x39, 1, GLOBAL_CONTROL),
    VPMU_REGISTERS(0x3A, 1, GLOBAL_STATUS, .flags = VPMU_RANGE_READ_ONLY),
    VPMU_REGISTERS(0x3B, 1, GLOBAL_STATUS_CLEAR),
    VPMU_REGISTERS(0x40, 1, CONSTANT, .word = 1),
    VPMU_REGISTERS(OWN, 1, OTHER)};
static const vpmu_event_row events[] = {
    VPMU_EVENT(0x3C, CYCLES, EXACT, "CYCLES"),
    VPMU_EVENT(0xC0, CACHE_MISSES, APPROXIMATE, "OTHER", .features = VPMU_FEATURE_OF_MODEL(OTHER_EVENTS)),
    VPMU_EVENT(0xC0, INSTRUCTIONS, EXACT, "INSTRUCTIONS"),
    VPMU_EVENT(0xC4, BRANCHES, EXACT, "BRANCHES", .counters = 1u << 1 | 1u << 3)};
static const vpmu_event_row fixed_events[] = {
    VPMU_EVENT(0xC0, INSTRUCTIONS, EXACT, NULL), VPMU_EVENT(0x3C, CYCLES, EXACT, NULL)};

static const vpmu_ops ops = {
    .struct_size = sizeof ops,
    .refresh = refresh,
#ifdef CALLBACKS
    .get_msr = get_msr,
    .set_msr = set_msr,
    .find_arch_event = find_arch_event,
    .find_fixed_event = find_fixed_event,
#endif
};
static const vpmu_plugin_info info = {VPMU_PLUGIN("org.example.tables", "tables", "1", "Apache-2.0", &ops),
                                      .cpuid_vendors = vendors,
                                      .vendor_count = 1,
                                      VPMU_TABLE(preset, presets),
                                      VPMU_TABLE(range, ranges),
                                      VPMU_TABLE(event, events),
                                      VPMU_TABLE(fixed_event, fixed_events),
                                      .event_select_mask = 0xFF,
                                      .flags = VPMU_PLUGIN_MASKS_LVTPC};

VPMU_EXPORT(info)
