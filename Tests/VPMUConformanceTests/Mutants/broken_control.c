/* Mutants of the global and the fixed control. */

#ifdef MUTANT_VPMU_MSR_006
/* The fixed counters have no bit in the global control. */
#define REFRESH broken_refresh
BROKEN_REFRESH {
  vpmu_status status = refresh(context, state, guest, host);
  state->global_control_reserved = ~low_bits(state->gp_count);
  return status;
}
#endif

#ifdef MUTANT_VPMU_MSR_007
/* Ignores a write that disables all counters. */
#define SET_MSR broken_set_msr
BROKEN_SET_MSR {
  if (kind_of(state, msr) == IS_GLOBAL_CONTROL && value == 0) return done(0);
  return set_msr(context, state, msr, value, flags);
}
#endif

#ifdef MUTANT_VPMU_MSR_008
/* Drops reserved bits that its range declares as #GP. */
#define SET_MSR broken_set_msr
BROKEN_SET_MSR {
  if (kind_of(state, msr) == IS_GLOBAL_CONTROL && !by_host(flags)) value &= state->all_valid;
  return set_msr(context, state, msr, value, flags);
}
#endif

#ifdef MUTANT_VPMU_MSR_012
/* Fixed counters have no interrupt. */
#define REFRESH broken_refresh
BROKEN_REFRESH {
  vpmu_status status = refresh(context, state, guest, host);
  for (uint32_t i = 0; i < state->fixed_count; i++) state->fixed_control_reserved |= VPMU_FIXED_INTERRUPT << (4 * i);
  return status;
}
#endif

#ifdef MUTANT_VPMU_MSR_013
/* Bits are set and never cleared. */
#define SET_MSR broken_set_msr
BROKEN_SET_MSR {
  if (kind_of(state, msr) == IS_FIXED_CONTROL) value |= state->fixed_control;
  return set_msr(context, state, msr, value, flags);
}
#endif

#ifdef MUTANT_VPMU_MSR_014
/* Drops reserved bits that its range declares as #GP. */
#define SET_MSR broken_set_msr
BROKEN_SET_MSR {
  if (kind_of(state, msr) == IS_FIXED_CONTROL && !by_host(flags)) value &= ~state->fixed_control_reserved;
  return set_msr(context, state, msr, value, flags);
}
#endif

#ifdef MUTANT_VPMU_MSR_016
/* Requests no reprogram for a changed field. */
#define SET_MSR broken_set_msr
BROKEN_SET_MSR {
  uint64_t before = state->reprogram;
  vpmu_answer answer = set_msr(context, state, msr, value, flags);
  if (kind_of(state, msr) == IS_FIXED_CONTROL) state->reprogram = before;
  return answer;
}
#endif

#ifdef MUTANT_VPMU_MSR_016_B
/* Does not mark the counter in use. */
#define SET_MSR broken_set_msr
BROKEN_SET_MSR {
  uint64_t before = state->in_use;
  vpmu_answer answer = set_msr(context, state, msr, value, flags);
  if (kind_of(state, msr) == IS_FIXED_CONTROL) state->in_use = before;
  return answer;
}
#endif

#ifdef MUTANT_VPMU_MSR_016_C
/* Requests a reprogram of every fixed counter. */
#define SET_MSR broken_set_msr
BROKEN_SET_MSR {
  vpmu_answer answer = set_msr(context, state, msr, value, flags);
  if (answer.status == VPMU_DONE && kind_of(state, msr) == IS_FIXED_CONTROL)
    state->reprogram |= low_bits(state->fixed_count) << VPMU_FIXED_BASE;
  return answer;
}
#endif

#ifdef MUTANT_VPMU_MSR_017
/* Requests no reprogram for changed bits. */
#define SET_MSR broken_set_msr
BROKEN_SET_MSR {
  uint64_t before = state->reprogram;
  vpmu_answer answer = set_msr(context, state, msr, value, flags);
  if (kind_of(state, msr) == IS_GLOBAL_CONTROL) state->reprogram = before;
  return answer;
}
#endif

#ifdef MUTANT_VPMU_MSR_017_B
/* Requests a reprogram of every enabled counter. */
#define SET_MSR broken_set_msr
BROKEN_SET_MSR {
  vpmu_answer answer = set_msr(context, state, msr, value, flags);
  if (answer.status == VPMU_DONE && kind_of(state, msr) == IS_GLOBAL_CONTROL) state->reprogram |= value;
  return answer;
}
#endif
