/*
 * Mutants that show only while counters run, while time passes, or with another guest. Each wraps a callback of
 * registers.c, events.c or shape.c, and replaces it in the table.
 */

/* An event select that is enabled, and for one of the declared events: no random value is one. */
static inline bool enabled(uint64_t select) {
  return select & VPMU_SELECT_ENABLE && find_arch_event(NULL, NULL, select).generic != VPMU_GENERIC_NONE;
}

/* General-purpose counters that are enabled. */
static inline uint64_t enabled_counters(const vpmu_state *state) {
  uint64_t set = 0;
  for (uint32_t n = 0; n < state->gp_count; n++)
    if (enabled(gp((vpmu_state *)(uintptr_t)state, n)->selector)) set |= vpmu_bit(n);
  return set;
}

#include "guest_counting.c"

#include "guest_overflow.c"

#include "guest_slices.c"

#include "guest_sharing.c"
