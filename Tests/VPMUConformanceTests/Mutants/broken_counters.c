/* Mutants of counters' values. */

#ifdef MUTANT_VPMU_MSR_018
/* Does not store bit 7. */
#define SET_MSR broken_set_msr
BROKEN_SET_MSR {
  if (kind_of(state, msr) == IS_COUNTER) value &= ~0x80ull;
  return set_msr(context, state, msr, value, flags);
}
#endif

#ifdef MUTANT_VPMU_MSR_019
/* Cuts off bits that its range declares as #GP. */
#define SET_MSR broken_set_msr
BROKEN_SET_MSR {
  if (kind_of(state, msr) == IS_FULL_COUNTER) value &= state->gp_mask;
  return set_msr(context, state, msr, value, flags);
}
#endif

#ifdef MUTANT_VPMU_MSR_019_B
/* #GP for bits that its range declares as cut off. */
#define SET_MSR broken_set_msr
BROKEN_SET_MSR {
  if (kind_of(state, msr) == IS_FIXED_COUNTER && value & ~state->fixed_mask) return fault();
  return set_msr(context, state, msr, value, flags);
}
#endif

#ifdef MUTANT_VPMU_MSR_020
/* Does not sign-extend. */
#define SET_MSR broken_set_msr
BROKEN_SET_MSR {
  if (kind_of(state, msr) == IS_COUNTER) return counter(msr - COUNTER, value & UINT32_MAX);
  return set_msr(context, state, msr, value, flags);
}
#endif

#ifdef MUTANT_VPMU_MSR_021
/* The second registers of the counters have the opposite order. */
#define GET_MSR broken_get_msr
#define SET_MSR broken_set_msr
static uint32_t reversed(const vpmu_state *state, uint32_t msr) {
  return kind_of(state, msr) == IS_FULL_COUNTER ? 2 * FULL_COUNTER + state->gp_count - 1 - msr : msr;
}
BROKEN_GET_MSR { return get_msr(context, state, reversed(state, msr), flags); }
BROKEN_SET_MSR { return set_msr(context, state, reversed(state, msr), value, flags); }
#endif

#ifdef MUTANT_VPMU_MSR_022
/* Both registers are fixed counter 0. */
#define GET_MSR broken_get_msr
#define SET_MSR broken_set_msr
static uint32_t first(const vpmu_state *state, uint32_t msr) {
  return kind_of(state, msr) == IS_FIXED_COUNTER ? FIXED_COUNTER : msr;
}
BROKEN_GET_MSR { return get_msr(context, state, first(state, msr), flags); }
BROKEN_SET_MSR { return set_msr(context, state, first(state, msr), value, flags); }
#endif
