/* refresh and reset. */

#ifdef MUTANT_VPMU_ABI_021_D_CRASHES
#include <stdlib.h>
#endif

static vpmu_status refresh(void *context, vpmu_state *state, const vpmu_guest_config *guest,
                           const vpmu_host_limits *host) {
  (void)context;
  vpmu_cpuid_leaf leaf = vpmu_find_leaf(guest, LEAF, 0);
  bool global = leaf.ebx & LEAF_GLOBAL;
  uint32_t fixed_count = global ? vpmu_least((leaf.eax >> 8) & 0xFF, MAX_FIXED) : 0;
  vpmu_set_counters(state, host, vpmu_least(leaf.eax & 0xFF, MAX_GP), GP_WIDTH, fixed_count, FIXED_WIDTH);
  state->version = global ? 2 : 1;
  state->event_select_reserved = SELECT_RESERVED;
  state->global_status_reserved &= ~STATUS_CONDITION;
  state->model_shape[CAPABILITIES_WORD] = guest->perf_capabilities;
  if (global) state->features |= VPMU_FEATURE_GLOBAL_CONTROL;
  if (leaf.ebx & LEAF_FULL_WIDTH) state->features |= FULL_WIDTH;
#ifdef MUTANT_VPMU_ABI_021_D_CRASHES
  /* Allocates memory without end, and does not check whether it got it. */
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
