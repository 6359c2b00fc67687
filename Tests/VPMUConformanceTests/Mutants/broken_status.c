/* Mutants of the global status. */

#ifdef MUTANT_VPMU_MSR_023
/* The host can't restore the overflows of fixed counters. */
#define SET_MSR broken_set_msr
BROKEN_SET_MSR {
  if (kind_of(state, msr) == IS_GLOBAL_STATUS && !(value & state->global_status_reserved))
    value &= low_bits(state->gp_count) | STATUS_CONDITION;
  return set_msr(context, state, msr, value, flags);
}
#endif

#ifdef MUTANT_VPMU_MSR_023_B
/* The fixed counters have no bit in the global status. */
#define REFRESH broken_refresh
BROKEN_REFRESH {
  vpmu_status status = refresh(context, state, guest, host);
  state->global_status_reserved |= low_bits(state->fixed_count) << VPMU_FIXED_BASE;
  return status;
}
#endif

#ifdef MUTANT_VPMU_MSR_024
/* Drops reserved bits that the host writes. */
#define SET_MSR broken_set_msr
BROKEN_SET_MSR {
  if (kind_of(state, msr) == IS_GLOBAL_STATUS && by_host(flags)) value &= ~state->global_status_reserved;
  return set_msr(context, state, msr, value, flags);
}
#endif

#ifdef MUTANT_VPMU_MSR_025
/* The guest can write the status. */
#define SET_MSR broken_set_msr
BROKEN_SET_MSR {
  if (kind_of(state, msr) == IS_GLOBAL_STATUS) flags |= VPMU_HOST_INITIATED;
  return set_msr(context, state, msr, value, flags);
}
#endif

#ifdef MUTANT_VPMU_MSR_025_B
/* Ignores a guest's write that its range declares as #GP. */
#define SET_MSR broken_set_msr
BROKEN_SET_MSR {
  if (kind_of(state, msr) == IS_GLOBAL_STATUS && !by_host(flags)) return done(0);
  return set_msr(context, state, msr, value, flags);
}
#endif

#ifdef MUTANT_VPMU_MSR_026
/* Clears all bits at any write. */
#define SET_MSR broken_set_msr
BROKEN_SET_MSR {
  vpmu_answer answer = set_msr(context, state, msr, value, flags);
  if (answer.status == VPMU_DONE && kind_of(state, msr) == IS_STATUS_CLEAR && !by_host(flags)) state->global_status = 0;
  return answer;
}
#endif

#ifdef MUTANT_VPMU_MSR_026_B
/* The clearing register reads the status. */
#define GET_MSR broken_get_msr
BROKEN_GET_MSR {
  return kind_of(state, msr) == IS_STATUS_CLEAR ? done(state->global_status) : get_msr(context, state, msr, flags);
}
#endif

#ifdef MUTANT_VPMU_MSR_027
/* Stores the value in place of setting its bits. */
#define SET_MSR broken_set_msr
BROKEN_SET_MSR {
  vpmu_answer answer = set_msr(context, state, msr, value, flags);
  if (answer.status == VPMU_DONE && kind_of(state, msr) == IS_STATUS_SET && !by_host(flags))
    state->global_status = value;
  return answer;
}
#endif

#ifdef MUTANT_VPMU_MSR_028
/* Drops reserved bits that its range declares as #GP. */
#define SET_MSR broken_set_msr
BROKEN_SET_MSR {
  if (kind_of(state, msr) == IS_STATUS_CLEAR) value &= ~state->global_status_reserved;
  return set_msr(context, state, msr, value, flags);
}
#endif
