/* refresh and reset. */

#ifdef MUTANT_VPMU_ABI_009_CRASHES
#include <stdlib.h>
#endif

static int32_t refresh(void *context, vpmu_state *state, const vpmu_guest_config *guest, const vpmu_host_limits *host) {
  (void)context;
  vpmu_cpuid_leaf leaf = vpmu_find_leaf(guest, LEAF, 0);
  bool global = leaf.ebx & LEAF_GLOBAL;
  state->version = global ? 2 : 1;
  state->gp_count = least(leaf.eax & 0xFF, least(host->gp_counters, MOST_GP));
  state->fixed_count = global ? least((leaf.eax >> 8) & 0xFF, least(host->fixed_counters, MOST_FIXED)) : 0;
  state->gp_mask = low_bits(least(GP_WIDTH, host->gp_width));
  state->fixed_mask = low_bits(least(FIXED_WIDTH, host->fixed_width));
  state->all_valid = low_bits(state->gp_count) | low_bits(state->fixed_count) << VPMU_FIXED_BASE;

  uint64_t fixed_bits = 0;
  for (uint32_t i = 0; i < state->fixed_count; i++)
    fixed_bits |= (VPMU_FIXED_OS | VPMU_FIXED_USER | VPMU_FIXED_INTERRUPT) << (4 * i);
  state->event_select_reserved = SELECT_RESERVED;
  state->fixed_control_reserved = ~fixed_bits;
  state->global_control_reserved = ~state->all_valid;
  state->global_status_reserved = ~(state->all_valid | STATUS_CONDITION);
  if (global) state->features |= VPMU_FEATURE_GLOBAL_CONTROL;
  if (leaf.ebx & LEAF_FULL_WIDTH) state->features |= FULL_WIDTH;
#ifdef MUTANT_VPMU_ABI_009_CRASHES
  /* Takes all the memory that it can get, and does not look whether it got it. */
  for (;;) *(volatile char *)malloc(1u << 28) = 1;
#endif
#ifdef MUTANT_VPMU_TAB_002_B
  if (!global) state->all_valid = 0;
#endif
#ifdef MUTANT_VPMU_TAB_002
  if (!global) return VPMU_FAULT;
#endif
  return VPMU_DONE;
}

/* After RESET the general-purpose counters are globally enabled. */
static void reset(void *context, vpmu_state *state) {
  (void)context;
  if (has_global(state)) state->global_control = low_bits(state->gp_count);
#ifdef MUTANT_VPMU_ABI_014
  state->struct_size = sizeof *state;
#endif
}
