/*
 * A plugin in C, small and right; -D options make it wrong in one way each.
 *
 *   IDENTITY_MAJOR=n, NO_IDENTITY, IDENTITY_MAGIC=n    the section vpmu_abi
 *   ENTRY=name                                         the name of the entry
 *   REFUSES                                            the entry reports why and returns NULL
 *   UNDEFINED                                          calls a function that does not exist
 *   ADJUST=statements                                  run before the entry returns: info, ops, preset, range, events
 *   INDEX=n                                            what the callbacks return as a PMC index
 *   LONGER                                             structs and elements are longer than the header's
 *   SHORTER                                            vpmu_ops ends with the required callback, and no memory after
 *                                                      it can be read
 */
#include "vpmu_plugin.h"

#ifdef SHORTER
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#endif

#ifndef ENTRY
#define ENTRY vpmu_plugin_entry_v1
#endif
#ifndef IDENTITY_MAJOR
#define IDENTITY_MAJOR VPMU_ABI_MAJOR
#endif
#ifndef IDENTITY_MAGIC
#define IDENTITY_MAGIC VPMU_ABI_MAGIC
#endif
#ifndef ADJUST
#define ADJUST
#endif
#ifndef INDEX
#define INDEX (msr < 4 ? (int32_t)msr : -1)
#endif

#ifndef NO_IDENTITY
__attribute__((used, section("vpmu_abi"))) static const vpmu_abi_identity identity = {IDENTITY_MAGIC, IDENTITY_MAJOR,
                                                                                      VPMU_ABI_MINOR};
#endif

/* Space behind a struct for fields that a newer header would have; filled with values that must not be read. */
#ifdef LONGER
#define TAIL(name) , .name##_tail = {~0ull, ~0ull, ~0ull, ~0ull}
#define ROOM(name) uint64_t name##_tail[4];
#else
#define TAIL(name)
#define ROOM(name)
#endif

typedef struct { vpmu_ops known; ROOM(ops) } long_ops;
typedef struct { vpmu_plugin_info known; ROOM(info) } long_info;
typedef struct { vpmu_preset known; ROOM(preset) } long_preset;
typedef struct { vpmu_register_range known; ROOM(range) } long_range;
typedef struct { vpmu_event_row known; ROOM(event) } long_event;
typedef struct { vpmu_cpuid_leaf known; ROOM(leaf) } long_leaf;

static vpmu_status refresh(void *context, vpmu_state *state, const vpmu_guest_config *guest,
                           const vpmu_host_limits *host) {
  (void)context;
  if (guest->perf_capabilities == 0xBAD) return VPMU_FAULT;
  state->gp_count = host->gp_counters < 4 ? host->gp_counters : 4;
  state->gp_mask = (1ull << 48) - 1;
  state->all_valid = (1ull << state->gp_count) - 1;
  state->version = vpmu_find_leaf(guest, 10, 0).eax;
  return VPMU_DONE;
}
static void reset(void *context, vpmu_state *state) { (void)context, state->global_control = 0xF; }
static bool is_valid_msr(void *context, const vpmu_state *state, uint32_t msr) {
  return (void)context, (void)state, msr < 4;
}
static int32_t msr_idx_to_pmc(void *context, const vpmu_state *state, uint32_t msr) {
  return (void)context, (void)state, (void)msr, INDEX;
}
static vpmu_answer get_msr(void *context, const vpmu_state *state, uint32_t msr, uint32_t flags) {
  (void)context, (void)state;
  return (vpmu_answer){VPMU_DONE, 0, ((uint64_t)flags << 32) | msr};
}
static vpmu_answer set_msr(void *context, vpmu_state *state, uint32_t msr, uint64_t value, uint32_t flags) {
  (void)context;
  state->model_words[0] = value;
  state->model_words[1] = ((uint64_t)flags << 32) | msr;
  return (vpmu_answer){VPMU_COUNTER, 3, value + 1};
}
static vpmu_event find_arch_event(void *context, const vpmu_state *state, uint64_t selector) {
  (void)context, (void)state;
  return (vpmu_event){selector, 77, 99};
}
static vpmu_event find_fixed_event(void *context, const vpmu_state *state, uint32_t index) {
  (void)context, (void)state;
  return (vpmu_event){index, VPMU_GENERIC_CYCLES, VPMU_QUALITY_EXACT};
}

static const char *vendors[] = {"TestTestTest"};
static long_leaf leaves[2] = {{.known = {10, 0, 0x07300404, 0, 0, 0} TAIL(leaf)}, {.known = {7, 1, 2, 3, 4, 5} TAIL(leaf)}};
static long_preset presets[2] = {
    {.known = {sizeof(long_preset), sizeof(long_leaf), "test-v1", "one", &leaves[0].known, 2, 0, 5} TAIL(preset)},
    {.known = {sizeof(long_preset), sizeof(long_leaf), "test-v2", "two", &leaves[0].known, 1, 0, 6} TAIL(preset)}};
static long_range ranges[2] = {
    {.known = VPMU_REGISTERS(0, 4, GP_COUNTER, .flags = VPMU_RANGE_SIGN_EXTENDS | VPMU_RANGE_RDPMC) TAIL(range)},
    {.known = {.first = 0x100, .count = 1, .role = 4711, .flags = VPMU_RANGE_READ_ONLY,
               .features = VPMU_FEATURE_OF_MODEL(47)} TAIL(range)}};
static long_event events[2] = {
    {.known = VPMU_EVENT(0x3C, CYCLES, EXACT, "CPU_CYCLES", .features = VPMU_FEATURE_OF_MODEL(1)) TAIL(event)},
    {.known = VPMU_EVENT(0xC0, INSTRUCTIONS, SAME_UNIT, NULL, .counters = 5) TAIL(event)}};
static long_event fixed_events[1] = {{.known = VPMU_EVENT(0xC0, INSTRUCTIONS, EXACT, "INST") TAIL(event)}};
static long_ops all_ops = {.known = {.struct_size = sizeof(long_ops),
                                     .refresh = refresh,
                                     .reset = reset,
                                     .is_valid_msr = is_valid_msr,
                                     .msr_idx_to_pmc = msr_idx_to_pmc,
                                     .rdpmc_ecx_to_pmc = msr_idx_to_pmc,
                                     .get_msr = get_msr,
                                     .set_msr = set_msr,
                                     .find_arch_event = find_arch_event,
                                     .find_fixed_event = find_fixed_event} TAIL(ops)};
static long_info all_info = {.known = {.struct_size = sizeof(long_info),
                                       .abi_major = VPMU_ABI_MAJOR,
                                       .abi_minor = VPMU_ABI_MINOR,
                                       .id = "org.example.test",
                                       .name = "test",
                                       .version = "1.2",
                                       .license = "Apache-2.0",
                                       .cpuid_vendors = vendors,
                                       .vendor_count = 1,
                                       .presets = &presets[0].known,
                                       .preset_count = 2,
                                       .preset_size = sizeof(long_preset),
                                       .ranges = &ranges[0].known,
                                       .range_count = 2,
                                       .range_size = sizeof(long_range),
                                       .events = &events[0].known,
                                       .event_count = 2,
                                       .event_size = sizeof(long_event),
                                       .fixed_events = &fixed_events[0].known,
                                       .fixed_event_count = 1,
                                       .fixed_event_size = sizeof(long_event),
                                       .event_select_mask = 0xFF,
                                       .ops = &all_ops.known} TAIL(info)};

#ifdef UNDEFINED
void vpmu_no_such_function(void);
#endif

#ifdef SHORTER
/* The callback that every plugin has, with nothing behind it. */
static const vpmu_ops *shorter_ops(void) {
  enum { SIZE = offsetof(vpmu_ops, reset) };
  static char *place;
  if (place) return (const vpmu_ops *)(void *)place;
  size_t page = (size_t)sysconf(_SC_PAGESIZE);
  char *pages = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (pages == MAP_FAILED || mprotect(pages + page, page, PROT_NONE)) return NULL;
  place = pages + page - SIZE;
  memcpy(place, &all_ops.known, SIZE);
  ((vpmu_ops *)(void *)place)->struct_size = SIZE;
  return (const vpmu_ops *)(void *)place;
}
#endif

__attribute__((visibility("default"))) const vpmu_plugin_info *ENTRY(const vpmu_services *services);
const vpmu_plugin_info *ENTRY(const vpmu_services *services) {
#ifdef UNDEFINED
  vpmu_no_such_function();
#endif
#ifdef REFUSES
  services->report("org.example.test", "no luck today");
  return NULL;
#endif
  (void)services;
  vpmu_plugin_info *info = &all_info.known;
  vpmu_ops *ops = &all_ops.known;
  vpmu_preset *preset = &presets[0].known;
  vpmu_register_range *range = &ranges[0].known;
  (void)ops, (void)preset, (void)range;
#ifdef SHORTER
  info->ops = shorter_ops();
#endif
  ADJUST
  return info;
}
